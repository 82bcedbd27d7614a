//! Casts (`pg_cast`). They have neither owner nor schema.

use crate::kinds::definition::{self, Item, Style, item};
use crate::kinds::{
    Act, Address, Claim, Ctx, FacetSpec, Fields, Found, Name, Naming, ObjectKind, Outcome, Phase,
    Place, Privilege, Privileges, Rule, Scan, Source, privilege,
};
use crate::model::{Attr, AttrSpec, Kind, Object, ObjectId, Value};

const ITEMS: [Item; 2] = [
    item("method", "how it is done (castmethod, castfunc)", Style::Apart),
    item("context", "when it is done unasked (castcontext)", Style::Apart),
];
const SPECS: [AttrSpec; 2] = definition::specs(&ITEMS);
const METHOD: Attr = Attr::named(&SPECS, "method");
const CONTEXT: Attr = Attr::named(&SPECS, "context");

static SOURCE: Source = Source { catalog: "pg_cast", class: 2605, query, schema: None, acl: None };

fn query(_: i32) -> String {
    "SELECT c.oid, pg_catalog.format_type(c.castsource, NULL) AS source, pg_catalog.format_type(c.casttarget, NULL) AS target, \
    CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::pg_catalog.regprocedure::text \
        WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END AS method, \
    CASE c.castcontext WHEN 'a' THEN 'AS ASSIGNMENT' WHEN 'i' THEN 'AS IMPLICIT' END AS context \
    FROM pg_catalog.pg_cast c WHERE c.oid >= 16384"
        .to_owned()
}

/// The kind.
pub(super) struct Cast;

impl ObjectKind for Cast {
    fn kind(&self) -> Kind {
        Kind::Cast
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::Cast)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let values = definition::values(&ITEMS, row);
        let mut found = Found::new(address, Place::Database, String::new(), values);
        found.name = vec![Name::Plain(row.name("source")), Name::Plain(row.name("target"))];
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Sql]
    }
    fn naming(&self, attribute: &str, _: &Value) -> Naming {
        definition::naming(&ITEMS, attribute)
    }
    fn rules(&self) -> &'static [Rule] {
        const ATTRS: [&str; 2] = definition::names(&ITEMS);
        &[Rule { attrs: &ATTRS, change: |_, _, _| Outcome::rebuild() }]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let mut needs = privilege::of_types(ctx, object, act);
        if act == Act::Create && object.text(METHOD) == "WITHOUT FUNCTION" {
            needs.insert(Privilege::Superuser("a cast without function"));
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, ..FacetSpec::default() }
    }
    // what is written with a cast is seldom recorded to need it
    fn phase(&self) -> Phase {
        Phase::Foundation
    }
    fn subject(&self, id: &ObjectId) -> String {
        format!("cast_{}_as_{}", id.part(0), id.part(1))
    }
    fn noun(&self, _: &Object) -> &'static str {
        "CAST"
    }
    fn sql_name(&self, object: &Object) -> String {
        format!("({} AS {})", object.id.part(0), object.id.part(1))
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let words =
            [self.sql_name(object), object.text(METHOD).into(), object.text(CONTEXT).into()];
        vec![format!("CREATE CAST {};", words.join(" ").trim_end())]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP CAST {};", self.sql_name(object))]
    }
}
