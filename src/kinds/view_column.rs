//! Columns of views (`pg_attribute`). They exist only inside the view's query; comments, grants
//! and defaults are their own.

use crate::kinds::facet::relation_of;
use crate::kinds::row::class;
use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Lock, ObjectKind, Outcome, Phase,
    Place, Raw, Rule, Scan, column,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, ObjectId, Settings, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "type", doc: "format_type(atttypid, atttypmod)", compare: Compare::Drift },
    AttrSpec { name: "collation", doc: "where it is not the type's", compare: Compare::Drift },
    AttrSpec {
        name: "storage",
        doc: "of a materialized view, where not the type's",
        compare: Compare::Drift,
    },
    AttrSpec { name: "compression", doc: "14+: of a materialized view", compare: Compare::Drift },
    AttrSpec { name: "statistics", doc: "target of a materialized view", compare: Compare::Drift },
    AttrSpec { name: "options", doc: "n_distinct of a materialized view", compare: Compare::Drift },
    AttrSpec { name: "position", doc: "order among the columns (attnum)", compare: Compare::Rank },
    AttrSpec {
        name: "origin",
        doc: "the column that it shows as it is (resorigtbl, resorigcol)",
        compare: Compare::Derived,
    },
];
const TYPE: Attr = Attr::named(SPECS, "type");
const COLLATION: Attr = Attr::named(SPECS, "collation");
const STORAGE: Attr = Attr::named(SPECS, "storage");
const COMPRESSION: Attr = Attr::named(SPECS, "compression");
const STATISTICS: Attr = Attr::named(SPECS, "statistics");
const OPTIONS: Attr = Attr::named(SPECS, "options");
const POSITION: Attr = Attr::named(SPECS, "position");

/// The kind.
pub(super) struct ViewColumn;

impl ObjectKind for ViewColumn {
    fn kind(&self) -> Kind {
        Kind::ViewColumn
    }
    fn phase(&self) -> Phase {
        Phase::View
    }
    fn scan(&self) -> Scan {
        Scan::Attribute
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if matches!(row.letter("relkind"), 'v' | 'm') { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let number = row.int("attnum").and_then(|number| i32::try_from(number).ok()).unwrap_or(0);
        let relation = row.oid("attrelid");
        let stored = row.letter("relkind") == 'm';
        let values = vec![
            Raw::Type(row.oid("atttypid"), row.int("atttypmod").unwrap_or(-1)),
            Raw::Value(Value::text(row.text("collation").as_deref())),
            Raw::Value(if stored { column::storage(row) } else { Value::Null }),
            Raw::Value(if stored { column::compression(row) } else { Value::Null }),
            Raw::Value(if stored { column::statistics(row) } else { Value::Null }),
            Raw::Value(column::user_options(&row.texts("attoptions"))),
            Raw::Value(Value::Int(i64::from(number))),
            origin(row),
        ];
        let view = Address::new(class::PG_CLASS, relation);
        Found::new(
            Address::column(relation, number),
            Place::Part(view),
            row.name("attname"),
            values,
        )
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule { attrs: &["type", "collation"], change: |_, _, _| Outcome::rebuild_parent() },
            Rule { attrs: &["storage", "compression", "statistics", "options"], change: physical },
            Rule {
                attrs: &["position", "origin"],
                change: |_, _, _| Outcome::in_place(Vec::new(), Effects::default()),
            },
        ]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { acl: Some('c'), comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "COLUMN"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1), object.id.part(2)])
    }
    fn create(&self, _: &Ctx<'_>, _: &Object, _: &[&Object]) -> Vec<String> {
        Vec::new()
    }
    fn drop(&self, _: &Ctx<'_>, _: &Object) -> Vec<String> {
        Vec::new()
    }
    fn inseparable(&self) -> bool {
        true
    }
    fn position(&self, object: &Object) -> Option<i64> {
        object.value(POSITION).as_int()
    }
}

/// The column that it shows, unless that is one of the system's.
fn origin(row: &dyn Fields) -> Raw {
    let number = row.int("origin_number").and_then(|number| i32::try_from(number).ok());
    match (row.oid("origin_table"), number.filter(|number| *number > 0)) {
        (0, _) | (_, None) => Raw::Value(Value::Null),
        (table, Some(number)) => Raw::Ref(Address::column(table, number)),
    }
}

/// How the values of a materialized view's column are kept.
fn physical(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    let mut clauses = Vec::new();
    if from.value(STORAGE) != to.value(STORAGE) {
        let word =
            column::storage_word(to.text(STORAGE), to.text(TYPE), ctx.current.server.major());
        clauses.push(format!("SET STORAGE {word}"));
    }
    if from.value(COMPRESSION) != to.value(COMPRESSION) {
        let word = if to.text(COMPRESSION).is_empty() { "default" } else { to.text(COMPRESSION) };
        clauses.push(format!("SET COMPRESSION {word}"));
    }
    if from.value(STATISTICS) != to.value(STATISTICS) {
        clauses.push(format!("SET STATISTICS {}", to.value(STATISTICS).as_int().unwrap_or(-1)));
    }
    clauses
        .extend(column::option_clauses(&from.value(OPTIONS).as_map(), &to.value(OPTIONS).as_map()));
    let relation = relation_of(to);
    let statements = clauses.iter().map(|clause| alter(to, clause)).collect();
    let stored = from.value(STORAGE) != to.value(STORAGE)
        || from.value(COMPRESSION) != to.value(COMPRESSION);
    let lock = if stored { Lock::AccessExclusive } else { Lock::ShareUpdateExclusive };
    Outcome::in_place(statements, Effects::lock(&relation, lock))
}

fn alter(object: &Object, clause: &str) -> String {
    let view = quote::qualified(&[object.id.part(0), object.id.part(1)]);
    let column = quote::ident(object.id.name());
    format!("ALTER MATERIALIZED VIEW {view} ALTER COLUMN {column} {clause};")
}

/// What a new materialized view's column needs beside the query.
pub(super) fn follow_ups(object: &Object) -> Vec<String> {
    let mut clauses = Vec::new();
    if !object.text(STORAGE).is_empty() {
        clauses.push(format!("SET STORAGE {}", object.text(STORAGE)));
    }
    if !object.text(COMPRESSION).is_empty() {
        clauses.push(format!("SET COMPRESSION {}", object.text(COMPRESSION)));
    }
    if let Some(target) = object.value(STATISTICS).as_int() {
        clauses.push(format!("SET STATISTICS {target}"));
    }
    clauses.extend(column::option_clauses(&Settings::new(), &object.value(OPTIONS).as_map()));
    clauses.iter().map(|clause| alter(object, clause)).collect()
}

/// The columns of a view in order: name, type and collation, which is what a replacement must keep.
pub(super) fn shape(catalog: &Catalog, view: &ObjectId) -> Vec<(String, String, String)> {
    let first = ObjectId::new(Kind::ViewColumn, &[view.part(0), view.part(1)]);
    let mut columns: Vec<&Object> = catalog
        .objects
        .range(first..)
        .map(|(_, object)| object)
        .take_while(|object| {
            object.id.kind == Kind::ViewColumn
                && object.id.part(0) == view.part(0)
                && object.id.part(1) == view.part(1)
        })
        .collect();
    columns.sort_by_key(|column| column.value(POSITION).as_int());
    let text = |column: &Object, attr: Attr| column.text(attr).to_owned();
    columns
        .iter()
        .map(|column| (column.id.name().to_owned(), text(column, TYPE), text(column, COLLATION)))
        .collect()
}
