//! Conversions between encodings (`pg_conversion`).

use crate::kinds::definition::{self, Item, Style, item};
use crate::kinds::{
    Act, Address, Claim, Ctx, FacetSpec, Fields, Found, Naming, ObjectKind, Outcome, Phase, Place,
    Privileges, Rule, Scan, Source, privilege,
};
use crate::model::{Attr, AttrSpec, Kind, Object, Value};
use crate::sql::quote;

const ITEMS: [Item; 4] = [
    item("source", "conforencoding", Style::Apart),
    item("target", "contoencoding", Style::Apart),
    item("function", "conproc", Style::Apart),
    item("default", "condefault", Style::Flag),
];
const SPECS: [AttrSpec; 4] = definition::specs(&ITEMS);
const SOURCE_ENCODING: Attr = Attr::named(&SPECS, "source");
const TARGET_ENCODING: Attr = Attr::named(&SPECS, "target");
const FUNCTION: Attr = Attr::named(&SPECS, "function");
const DEFAULT: Attr = Attr::named(&SPECS, "default");

static SOURCE: Source = Source {
    catalog: "pg_conversion",
    class: 2607,
    query,
    schema: Some("connamespace"),
    acl: None,
};

fn query(_: i32) -> String {
    "SELECT c.oid, c.conname, c.connamespace, c.conowner, pg_catalog.pg_encoding_to_char(c.conforencoding)::text AS source, \
    pg_catalog.pg_encoding_to_char(c.contoencoding)::text AS target, c.conproc::text AS function, c.condefault AS \"default\" \
    FROM pg_catalog.pg_conversion c WHERE c.oid >= 16384"
        .to_owned()
}

/// The kind.
pub(super) struct Conversion;

impl ObjectKind for Conversion {
    fn kind(&self) -> Kind {
        Kind::Conversion
    }
    fn phase(&self) -> Phase {
        Phase::Routine
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::Conversion)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let place = Place::Schema(row.oid("connamespace"));
        Found::new(address, place, row.name("conname"), definition::values(&ITEMS, row))
            .owned(row.oid("conowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &SPECS
    }
    fn naming(&self, attribute: &str, _: &Value) -> Naming {
        definition::naming(&ITEMS, attribute)
    }
    fn rules(&self) -> &'static [Rule] {
        const ATTRS: [&str; 4] = definition::names(&ITEMS);
        &[Rule { attrs: &ATTRS, change: |_, _, _| Outcome::rebuild() }]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let mut needs = privilege::usual(ctx, object, act);
        if act == Act::Create {
            needs.extend(privilege::executed(ctx, object));
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "CONVERSION"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let default = if object.flag(DEFAULT) { "DEFAULT " } else { "" };
        let encoding = |attr| quote::literal(object.text(attr));
        vec![format!(
            "CREATE {default}CONVERSION {} FOR {} TO {} FROM {};",
            self.sql_name(object),
            encoding(SOURCE_ENCODING),
            encoding(TARGET_ENCODING),
            object.text(FUNCTION)
        )]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP CONVERSION {};", self.sql_name(object))]
    }
}
