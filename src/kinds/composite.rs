//! Composite types (`pg_type`, `pg_class` relkind c). Their attributes are objects of their own.

use crate::kinds::row::class;
use crate::kinds::{
    Address, Claim, Ctx, FacetSpec, Fields, Found, ObjectKind, Phase, Place, Rule, Scan, Slot,
    attribute,
};
use crate::model::{AttrSpec, Kind, Object};
use crate::sql::quote;

/// The kind.
pub(super) struct Composite;

impl ObjectKind for Composite {
    fn kind(&self) -> Kind {
        Kind::Composite
    }
    fn scan(&self) -> Scan {
        Scan::Type
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.letter("typtype") == 'c' { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_TYPE, row.oid("oid"));
        let place = Place::Schema(row.oid("typnamespace"));
        let mut found = Found::new(address, place, row.name("typname"), Vec::new());
        found.owner = row.oid("typowner");
        found.also.push(Address::new(class::PG_CLASS, row.oid("typrelid")));
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &[]
    }
    fn rules(&self) -> &'static [Rule] {
        &[]
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
    fn create(&self, _: &Ctx<'_>, object: &Object, parts: &[&Object]) -> Vec<String> {
        let mut attributes = parts.to_vec();
        attributes.sort_by_key(|part| attribute::Attribute.position(part));
        let lines: Vec<String> =
            attributes.iter().map(|part| format!("    {}", attribute::definition(part))).collect();
        let body =
            if lines.is_empty() { "()".to_owned() } else { format!("(\n{}\n)", lines.join(",\n")) };
        vec![format!("CREATE TYPE {} AS {body};", self.sql_name(object))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP TYPE {};", self.sql_name(object))]
    }
    fn absorbs(&self, part: &Object) -> bool {
        part.id.kind == Kind::Attribute
    }
    fn rebuildable(&self, _: &Object) -> bool {
        false
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        let path = vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()];
        vec![("relation", path.clone()), ("type", path)]
    }
}
