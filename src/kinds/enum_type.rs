//! Enumerated types (`pg_type`, `pg_enum`).

use crate::kinds::facet;
use crate::kinds::row::class;
use crate::kinds::rules::Action;
use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Lock, ObjectKind, Outcome, Phase,
    Place, Raw, Rule, Scan, Slot, constraint, index,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, ObjectId, Value};
use crate::sql::quote;
use std::sync::Arc;

const SPECS: &[AttrSpec] =
    &[AttrSpec { name: "labels", doc: "labels in order (enumsortorder)", compare: Compare::Drift }];
const LABELS: Attr = Attr::named(SPECS, "labels");

/// The kind.
pub(super) struct Enum;

impl ObjectKind for Enum {
    fn kind(&self) -> Kind {
        Kind::Enum
    }
    fn scan(&self) -> Scan {
        Scan::Type
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.letter("typtype") == 'e' { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_TYPE, row.oid("oid"));
        let labels = row.texts("labels").iter().map(|label| Arc::from(label.as_str())).collect();
        let values = vec![Raw::Value(Value::List(labels))];
        Found::new(address, Place::Schema(row.oid("typnamespace")), row.name("typname"), values)
            .owned(row.oid("typowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[Rule { attrs: &["labels"], change: labels }]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('T'), comment: true, extension: false }
    }
    fn phase(&self) -> Phase {
        Phase::Foundation
    }
    fn prominence(&self) -> u8 {
        4
    }
    fn noun(&self, _: &Object) -> &'static str {
        "TYPE"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![create_as(&self.sql_name(object), object)]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP TYPE {};", self.sql_name(object))]
    }
    fn rebuildable(&self, _: &Object) -> bool {
        false
    }
    fn joins_lists(&self) -> bool {
        true
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        vec![("type", vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()])]
    }
}

fn create_as(name: &str, object: &Object) -> String {
    let labels: Vec<String> = object
        .value(LABELS)
        .as_list()
        .iter()
        .map(|label| format!("    {}", quote::literal(label)))
        .collect();
    if labels.is_empty() {
        return format!("CREATE TYPE {name} AS ENUM ();");
    }
    format!("CREATE TYPE {name} AS ENUM (\n{}\n);", labels.join(",\n"))
}

fn labels(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    let (before, after) = (from.value(LABELS).as_list(), to.value(LABELS).as_list());
    match additions(before, after) {
        Some(added) => {
            let name = Enum.sql_name(to);
            let statements =
                added.iter().map(|place| format!("ALTER TYPE {name} ADD VALUE {place};")).collect();
            // a new label is refused with 55P04 until the transaction that adds it has committed
            let effects = Effects { commit_before_use: true, ..Effects::default() };
            Outcome::in_place(statements, effects)
        }
        None => rebuild(ctx, from, to),
    }
}

/// `'label' [BEFORE | AFTER 'other']` for each new label; none where a label goes or moves.
fn additions(before: &[Arc<str>], after: &[Arc<str>]) -> Option<Vec<String>> {
    let kept: Vec<&Arc<str>> = after.iter().filter(|label| before.contains(label)).collect();
    if kept.len() != before.len() || kept.iter().zip(before).any(|(a, b)| *a != b) {
        return None;
    }
    let mut added = Vec::new();
    let mut left: Option<&Arc<str>> = None;
    for label in after {
        if !before.contains(label) {
            let place = match (left, before.first()) {
                (Some(left), _) => format!(" AFTER {}", quote::literal(left)),
                (None, Some(first)) => format!(" BEFORE {}", quote::literal(first)),
                (None, None) => String::new(),
            };
            added.push(format!("{}{place}", quote::literal(label)));
        }
        left = Some(label);
    }
    Some(added)
}

/// A new type takes the name and all columns; PostgreSQL can neither drop nor move a label.
fn rebuild(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    let name = Enum.sql_name(to);
    let aside = aside_name(ctx, &to.id);
    let mut statements = vec![
        format!("ALTER TYPE {name} RENAME TO {};", quote::ident(&aside)),
        create_as(&name, to),
    ];
    statements.extend(facet::after_create(ctx, to));
    let mut effects = Effects::default();
    let columns: Vec<ObjectId> = ctx
        .current
        .needs
        .iter()
        .filter(|(id, needs)| id.kind == Kind::Column && needs.contains_key(&to.id))
        .map(|(id, _)| id.clone())
        .collect();
    for id in &columns {
        let keeps = ctx.desired.needs.get(id).is_some_and(|needs| needs.contains_key(&to.id));
        let generated = ctx.current.objects.get(id).is_some_and(|column| !Enum::plain(column));
        // the statement for the parent's column reaches those below
        let inherited = ctx
            .current
            .objects
            .get(id)
            .is_some_and(|column| crate::kinds::column::inherited_from(column).is_some());
        if !keeps || generated || inherited {
            continue;
        }
        let table = quote::qualified(&[id.part(0), id.part(1)]);
        let column = quote::ident(id.part(2));
        let array = if is_array(ctx, id) { "[]" } else { "" };
        statements.push(format!(
            "ALTER TABLE {table} ALTER COLUMN {column} TYPE {name}{array} USING {column}::text{array}::{name}{array};"
        ));
        let relation = ObjectId::new(Kind::Table, &[id.part(0), id.part(1)]);
        effects.join(Effects::lock(&relation, Lock::AccessExclusive).rewriting(&relation));
    }
    statements.push(format!("DROP TYPE {};", quote::qualified(&[to.id.part(0), &aside])));
    let gone: Vec<&str> = from
        .value(LABELS)
        .as_list()
        .iter()
        .filter(|label| !to.value(LABELS).as_list().contains(label))
        .map(|label| &**label)
        .collect();
    let removal = if gone.is_empty() {
        "labels change their order".to_owned()
    } else {
        format!("labels go: {}", gone.join(", "))
    };
    if !gone.is_empty() {
        effects = effects.failing(format!("rows that use the label {} stop it", gone.join(" or ")));
    }
    Outcome {
        action: Action::InPlace(statements),
        effects,
        removal: Some(removal),
        displaces: stands_aside,
        moves_dependents: true,
        affects: columns,
    }
}

impl Enum {
    fn plain(column: &Object) -> bool {
        !crate::kinds::column::is_generated(column)
    }
}

fn is_array(ctx: &Ctx<'_>, column: &ObjectId) -> bool {
    ctx.current
        .objects
        .get(column)
        .is_some_and(|object| crate::kinds::column::type_of(object).ends_with("[]"))
}

fn aside_name(ctx: &Ctx<'_>, id: &ObjectId) -> String {
    let taken = |name: &str| {
        let at = |kind| ObjectId::new(kind, &[id.part(0), name]);
        [Kind::Enum, Kind::Table, Kind::View]
            .iter()
            .any(|kind| ctx.current.objects.contains_key(&at(*kind)))
    };
    let base: String = id.name().chars().take(40).collect();
    let mut name = format!("{base}_before");
    let mut number = 1;
    while taken(&name) {
        number += 1;
        name = format!("{base}_before{number}");
    }
    name
}

/// Whatever may hold a label as a constant, or forbids a new type of the column.
fn stands_aside(dependent: &Object) -> bool {
    match dependent.id.kind {
        Kind::Table | Kind::Sequence => false,
        Kind::Column => !Enum::plain(dependent),
        Kind::Constraint => {
            constraint::holds_expression(dependent) || constraint::is_foreign_key(dependent)
        }
        Kind::Index => index::holds_expression(dependent),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::additions;
    use std::sync::Arc;

    fn list(labels: &str) -> Vec<Arc<str>> {
        labels.split_whitespace().map(Arc::from).collect()
    }

    #[test]
    fn labels_are_added_in_place() {
        let added = additions(&list("b d"), &list("a b c d e")).unwrap();
        assert_eq!(added, ["'a' BEFORE 'b'", "'c' AFTER 'b'", "'e' AFTER 'd'"]);
        assert_eq!(additions(&list("a b"), &list("b a")), None);
        assert_eq!(additions(&list("a b"), &list("a")), None);
    }
}
