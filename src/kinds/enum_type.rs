//! Enumerated types (`pg_type`, `pg_enum`).

use crate::kinds::aside::Replacement;
use crate::kinds::row::class;
use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Hazard, ObjectKind, Outcome, Phase,
    Place, Raw, Rule, Scan, Slot, column,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, Value};
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
    let clause = |column: &Object| {
        let array = if column::type_of(column).ends_with("[]") { "[]" } else { "" };
        let cast = quote::ident(column.id.name());
        format!("TYPE {name}{array} USING {cast}::text{array}::{name}{array}")
    };
    let replacement =
        Replacement { object: to, parts: Vec::new(), rewrites: true, clause: &clause };
    let mut outcome = replacement.outcome(ctx);
    let gone: Vec<&str> = from
        .value(LABELS)
        .as_list()
        .iter()
        .filter(|label| !to.value(LABELS).as_list().contains(label))
        .map(|label| &**label)
        .collect();
    if gone.is_empty() {
        return outcome.removing("labels change their order");
    }
    outcome.effects = outcome
        .effects
        .failing(Hazard::DataException, format!("a row uses the label {}", gone.join(" or ")));
    outcome.removing(format!("labels go: {}", gone.join(", ")))
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
