//! Defaults of columns (`pg_attrdef`): objects of their own, because they break cycles.

use crate::kinds::facet::relation_of;
use crate::kinds::row::class;
use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Lock, ObjectKind, Outcome, Place, Raw,
    Rule, Scan, Slot, column,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] =
    &[AttrSpec { name: "expression", doc: "pg_get_expr(adbin)", compare: Compare::Drift }];
const EXPRESSION: Attr = Attr::named(SPECS, "expression");

/// The kind.
pub(super) struct Default;

impl ObjectKind for Default {
    fn kind(&self) -> Kind {
        Kind::Default
    }
    fn scan(&self) -> Scan {
        Scan::AttrDef
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.letter("attgenerated") == '\0' {
            Claim::Mine
        } else {
            Claim::Excluded("the expression of a generated column is the column's")
        }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_ATTRDEF, row.oid("oid"));
        let number = row.int("adnum").and_then(|number| i32::try_from(number).ok()).unwrap_or(0);
        let column = Address::column(row.oid("adrelid"), number);
        let values = vec![Raw::Value(Value::sql(row.text("expression").as_deref()))];
        let mut found = Found::new(address, Place::Part(column), String::new(), values);
        found.name = Vec::new();
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[Rule {
            attrs: &["expression"],
            change: |ctx, _, to| {
                Outcome::in_place(
                    Default.create(ctx, to, &[]),
                    Effects::lock(&relation_of(to), Lock::AccessExclusive),
                )
            },
        }]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec::default()
    }
    fn noun(&self, _: &Object) -> &'static str {
        "DEFAULT"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1), object.id.part(2)])
    }
    fn create(&self, ctx: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![format!("{} SET DEFAULT {};", alter(ctx, object), object.text(EXPRESSION))]
    }
    fn drop(&self, ctx: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("{} DROP DEFAULT;", alter(ctx, object))]
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        column::value_slot(&object.id)
    }
    fn create_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        Effects::lock(&relation_of(object), Lock::AccessExclusive)
    }
    fn drop_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        Effects::lock(&relation_of(object), Lock::AccessExclusive)
    }
}

fn alter(ctx: &Ctx<'_>, object: &Object) -> String {
    let of_view = object.parent.as_ref().is_some_and(|parent| parent.kind == Kind::ViewColumn);
    // each child has a default of its own
    let noun = if of_view { "VIEW " } else { "TABLE " };
    let only = if of_view { "" } else { ctx.only(&relation_of(object)) };
    let relation = quote::qualified(&[object.id.part(0), object.id.part(1)]);
    format!("ALTER {noun}{only}{relation} ALTER COLUMN {}", quote::ident(object.id.part(2)))
}

/// The expression.
pub(super) fn expression(object: &Object) -> &str {
    object.text(EXPRESSION)
}
