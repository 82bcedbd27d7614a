//! Functions and window functions (`pg_proc`).

use crate::kinds::routine;
use crate::kinds::{Claim, Ctx, FacetSpec, Fields, Found, ObjectKind, Rule, Scan, Slot};
use crate::model::{AttrSpec, Kind, Object};

/// The kind.
pub(super) struct Function;

impl ObjectKind for Function {
    fn kind(&self) -> Kind {
        Kind::Function
    }
    fn scan(&self) -> Scan {
        Scan::Proc
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if matches!(row.letter("prokind"), 'f' | 'w') { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        routine::decode(row)
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        routine::SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[Rule {
            attrs: routine::ATTRS,
            change: |_, from, to| routine::change("FUNCTION", from, to),
        }]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('f'), comment: true, extension: true }
    }
    fn prominence(&self) -> u8 {
        3
    }
    fn noun(&self, _: &Object) -> &'static str {
        "FUNCTION"
    }
    fn sql_name(&self, object: &Object) -> String {
        routine::signature(object)
    }
    fn create(&self, ctx: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        routine::create("FUNCTION", ctx, object)
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP FUNCTION {};", self.sql_name(object))]
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        routine::needs_major(object)
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        routine::slot(&object.id)
    }
    fn soft_text<'a>(&self, object: &'a Object) -> Option<&'a str> {
        routine::body(object)
    }
}
