//! Schemas (`pg_namespace`).

use crate::kinds::row::class;
use crate::kinds::{
    Address, Claim, Ctx, FacetSpec, Fields, Found, ObjectKind, Phase, Place, Rule, Scan,
};
use crate::model::{AttrSpec, Kind, Object};
use crate::sql::quote;

/// The kind.
pub(super) struct Schema;

impl ObjectKind for Schema {
    fn kind(&self) -> Kind {
        Kind::Schema
    }
    fn scan(&self) -> Scan {
        Scan::Namespace
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_NAMESPACE, row.oid("oid"));
        Found::new(address, Place::Database, row.name("nspname"), Vec::new())
            .owned(row.oid("nspowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &[]
    }
    fn rules(&self) -> &'static [Rule] {
        &[]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('n'), comment: true, extension: false }
    }
    fn phase(&self) -> Phase {
        Phase::Foundation
    }
    fn prominence(&self) -> u8 {
        4
    }
    fn noun(&self, _: &Object) -> &'static str {
        "SCHEMA"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::ident(object.id.name())
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![format!("CREATE SCHEMA {};", self.sql_name(object))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP SCHEMA {};", self.sql_name(object))]
    }
    fn rebuildable(&self, _: &Object) -> bool {
        false
    }
}
