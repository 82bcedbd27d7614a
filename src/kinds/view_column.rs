//! Columns of views (`pg_attribute`). They exist only inside the view's query; comments, grants
//! and defaults are their own.

use crate::kinds::row::class;
use crate::kinds::{
    Address, Claim, Ctx, FacetSpec, Fields, Found, ObjectKind, Outcome, Place, Raw, Rule, Scan,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, ObjectId, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "type", doc: "format_type(atttypid, atttypmod)", compare: Compare::Drift },
    AttrSpec { name: "collation", doc: "where it is not the type's", compare: Compare::Drift },
    AttrSpec { name: "position", doc: "order among the columns (attnum)", compare: Compare::Rank },
];
const TYPE: Attr = Attr::named(SPECS, "type");
const COLLATION: Attr = Attr::named(SPECS, "collation");
const POSITION: Attr = Attr::named(SPECS, "position");

/// The kind.
pub(super) struct ViewColumn;

impl ObjectKind for ViewColumn {
    fn kind(&self) -> Kind {
        Kind::ViewColumn
    }
    fn scan(&self) -> Scan {
        Scan::Attribute
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.letter("relkind") == 'v' { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let number = row.int("attnum").and_then(|number| i32::try_from(number).ok()).unwrap_or(0);
        let relation = row.oid("attrelid");
        let values = vec![
            Raw::Type(row.oid("atttypid"), row.int("atttypmod").unwrap_or(-1)),
            Raw::Value(Value::text(row.text("collation").as_deref())),
            Raw::Value(Value::Int(i64::from(number))),
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
            Rule {
                attrs: &["position"],
                change: |_, _, _| Outcome::in_place(Vec::new(), crate::kinds::Effects::default()),
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
