//! Attributes of composite types (`pg_attribute`).

use crate::kinds::aside::Replacement;
use crate::kinds::row::class;
use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Hazard, ObjectKind, Outcome, Place,
    Raw, Rule, Scan, aside, column, stored,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, ObjectId, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "type", doc: "format_type(atttypid, atttypmod)", compare: Compare::Drift },
    AttrSpec { name: "collation", doc: "where it is not the type's", compare: Compare::Drift },
    AttrSpec {
        name: "position",
        doc: "order among the attributes (attnum)",
        compare: Compare::Rank,
    },
];
const TYPE: Attr = Attr::named(SPECS, "type");
const COLLATION: Attr = Attr::named(SPECS, "collation");
const POSITION: Attr = Attr::named(SPECS, "position");

/// The kind.
pub(super) struct Attribute;

impl ObjectKind for Attribute {
    fn kind(&self) -> Kind {
        Kind::Attribute
    }
    fn scan(&self) -> Scan {
        Scan::Attribute
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.letter("relkind") == 'c' { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let number = row.int("attnum").and_then(|number| i32::try_from(number).ok()).unwrap_or(0);
        let relation = row.oid("attrelid");
        let values = vec![
            Raw::Type(row.oid("atttypid"), row.int("atttypmod").unwrap_or(-1)),
            Raw::Value(Value::text(row.text("collation").as_deref())),
            Raw::Value(Value::Int(i64::from(number))),
        ];
        let whole = Place::Part(Address::new(class::PG_CLASS, relation));
        Found::new(Address::column(relation, number), whole, row.name("attname"), values)
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule { attrs: &["type", "collation"], change: retype },
            Rule {
                attrs: &["position"],
                change: |_, _, _| Outcome::in_place(Vec::new(), Effects::default()),
            },
        ]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "COLUMN"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1), object.id.part(2)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![alter(object, &format!("ADD ATTRIBUTE {}", definition(object)))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![alter(object, &format!("DROP ATTRIBUTE {}", quote::ident(object.id.name())))]
    }
    fn rebuildable(&self, _: &Object) -> bool {
        false
    }
    fn obstacle(&self, ctx: &Ctx<'_>, object: &Object) -> Option<String> {
        object.parent.as_ref().and_then(|whole| typed_table(ctx, whole))
    }
    fn position(&self, object: &Object) -> Option<i64> {
        object.value(POSITION).as_int()
    }
    fn drop_effects(&self, _: &Ctx<'_>, _: &Object) -> Effects {
        Effects::default().losing("the attribute inside stored values")
    }
}

/// A type that columns store is replaced as a whole, with all its attributes that change.
fn retype(ctx: &Ctx<'_>, _: &Object, to: &Object) -> Outcome {
    let Some(whole) = to.parent.as_ref() else { return Outcome::report("it has no type") };
    if let Some(why) = typed_table(ctx, whole) {
        return Outcome::report(why);
    }
    if stored::anywhere(ctx.current, whole).is_none() {
        let clause = format!(
            "ALTER ATTRIBUTE {} TYPE {}{}",
            quote::ident(to.id.name()),
            to.text(TYPE),
            collation(to)
        );
        return Outcome::in_place(vec![alter(to, &clause)], Effects::default());
    }
    let (Some(object), before, after) =
        (ctx.current.objects.get(whole), all_of(ctx.current, whole), all_of(ctx.desired, whole))
    else {
        return Outcome::report("its type is not there");
    };
    if !before.iter().map(|part| &part.id).eq(after.iter().map(|part| &part.id)) {
        return Outcome::report(
            "columns store the type, and attributes that come or go cannot be told from others",
        );
    }
    let mut pairs = before.iter().zip(&after);
    let first =
        pairs.find(|(a, b)| a.text(TYPE) != b.text(TYPE) || a.text(COLLATION) != b.text(COLLATION));
    if first.is_some_and(|(_, first)| first.id != to.id) {
        // the first one's statements reach it
        return Outcome::in_place(Vec::new(), Effects::default());
    }
    let loses =
        before.iter().zip(&after).any(|(a, b)| column::may_lose(a.text(TYPE), b.text(TYPE)));
    let replacement =
        Replacement { object, parts: after, rewrites: true, clause: &aside::through_text };
    let mut outcome = replacement.outcome(ctx);
    if !loses {
        return outcome;
    }
    outcome.effects =
        outcome.effects.failing(Hazard::DataException, "a value may not fit the new type");
    outcome.removing("an attribute of stored values changes its type")
}

/// A table of the type would have to change with it.
fn typed_table(ctx: &Ctx<'_>, whole: &ObjectId) -> Option<String> {
    let needs = |catalog: &Catalog, id: &ObjectId| {
        catalog.needs.get(id).is_some_and(|needs| needs.contains_key(whole))
    };
    let mut tables = ctx.current.needs.keys().filter(|id| id.kind == Kind::Table);
    let table = tables.find(|id| needs(ctx.current, id) && needs(ctx.desired, id))?;
    Some(format!("{} is a table of that type", table.label()))
}

/// The attributes of a type in their order.
fn all_of<'a>(catalog: &'a Catalog, whole: &ObjectId) -> Vec<&'a Object> {
    let is_part = |object: &&Object| object.parent.as_ref() == Some(whole);
    let mut parts: Vec<&Object> = catalog.objects.values().filter(is_part).collect();
    parts.sort_by_key(|part| part.value(POSITION).as_int());
    parts
}

fn alter(object: &Object, clause: &str) -> String {
    format!("ALTER TYPE {} {clause};", quote::qualified(&[object.id.part(0), object.id.part(1)]))
}

fn collation(object: &Object) -> String {
    match object.text(COLLATION) {
        "" => String::new(),
        name => format!(" COLLATE {name}"),
    }
}

/// `name type [COLLATE c]`.
pub(super) fn definition(object: &Object) -> String {
    format!("{} {}{}", quote::ident(object.id.name()), object.text(TYPE), collation(object))
}
