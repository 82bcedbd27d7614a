//! Access methods of tables and indexes (`pg_am`). They have neither owner nor schema.

use crate::kinds::definition::{self, Item, Style, item};
use crate::kinds::{
    Act, Address, Claim, Ctx, FacetSpec, Fields, Found, Naming, ObjectKind, Outcome, Phase, Place,
    Privileges, Rule, Scan, Source, privilege,
};
use crate::model::{Attr, AttrSpec, Kind, Object, Value};
use crate::sql::quote;

const ITEMS: [Item; 2] = [
    item("type", "TABLE or INDEX (amtype)", Style::Apart),
    item("handler", "amhandler", Style::Apart),
];
const SPECS: [AttrSpec; 2] = definition::specs(&ITEMS);
const TYPE: Attr = Attr::named(&SPECS, "type");
const HANDLER: Attr = Attr::named(&SPECS, "handler");

static SOURCE: Source = Source { catalog: "pg_am", class: 2601, query, schema: None, acl: None };

fn query(_: i32) -> String {
    "SELECT a.oid, a.amname, CASE a.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END AS type, a.amhandler::text AS handler \
    FROM pg_catalog.pg_am a WHERE a.oid >= 16384"
        .to_owned()
}

/// The kind.
pub(super) struct AccessMethod;

impl ObjectKind for AccessMethod {
    fn kind(&self) -> Kind {
        Kind::AccessMethod
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::AccessMethod)
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
        Found::new(address, Place::Database, row.name("amname"), values)
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Plain]
    }
    fn naming(&self, attribute: &str, _: &Value) -> Naming {
        definition::naming(&ITEMS, attribute)
    }
    fn rules(&self) -> &'static [Rule] {
        const ATTRS: [&str; 2] = definition::names(&ITEMS);
        &[Rule { attrs: &ATTRS, change: |_, _, _| Outcome::rebuild() }]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        privilege::of_superuser(ctx, object, act, Act::ALL, "an access method")
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, ..FacetSpec::default() }
    }
    fn phase(&self) -> Phase {
        Phase::Foundation
    }
    fn noun(&self, _: &Object) -> &'static str {
        "ACCESS METHOD"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::ident(object.id.name())
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let (name, of) = (self.sql_name(object), object.text(TYPE));
        vec![format!("CREATE ACCESS METHOD {name} TYPE {of} HANDLER {};", object.text(HANDLER))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP ACCESS METHOD {};", self.sql_name(object))]
    }
}
