//! Collations (`pg_collation`). The version of the library that sorts is no part of the schema.

use crate::kinds::aside::{self, Replacement};
use crate::kinds::definition::{self, Item, Style, item};
use crate::kinds::{
    Address, Claim, Ctx, FacetSpec, Fields, Found, Naming, ObjectKind, Outcome, Phase, Place, Rule,
    Scan, Source, column,
};
use crate::model::{Attr, AttrSpec, Kind, Object, Value};
use crate::sql::quote;

const ITEMS: [Item; 6] = [
    item("provider", "libc, icu, builtin (17+)", Style::Word),
    item("locale", "ICU's or the built-in provider's locale", Style::Literal),
    item("lc_collate", "libc: the locale of the order", Style::Literal),
    item("lc_ctype", "libc: the locale of character classes", Style::Literal),
    item("deterministic", "false: different texts may be equal", Style::Word),
    item("rules", "16+: ICU's tailoring rules", Style::Literal),
];
const SPECS: [AttrSpec; 6] = definition::specs(&ITEMS);
const PROVIDER: Attr = Attr::named(&SPECS, "provider");
const LOCALE: Attr = Attr::named(&SPECS, "locale");
const RULES: Attr = Attr::named(&SPECS, "rules");

static SOURCE: Source = Source {
    catalog: "pg_collation",
    class: 3456,
    query,
    schema: Some("collnamespace"),
    acl: None,
};

fn query(major: i32) -> String {
    let locale = match major {
        ..15 => "CASE WHEN c.collprovider = 'i' THEN c.collcollate::text END",
        15 | 16 => "c.colliculocale",
        _ => "c.colllocale",
    };
    let rules = if major >= 16 { "c.collicurules" } else { "NULL::text" };
    format!(
        "SELECT c.oid, c.collname, c.collnamespace, c.collowner, \
        CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END AS provider, {locale} AS locale, \
        CASE WHEN c.collprovider = 'c' THEN c.collcollate::text END AS lc_collate, \
        CASE WHEN c.collprovider = 'c' THEN c.collctype::text END AS lc_ctype, \
        CASE WHEN NOT c.collisdeterministic THEN 'false' END AS deterministic, {rules} AS rules \
        FROM pg_catalog.pg_collation c WHERE c.oid >= 16384"
    )
}

/// The kind.
pub(super) struct Collation;

impl ObjectKind for Collation {
    fn kind(&self) -> Kind {
        Kind::Collation
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::Collation)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let place = Place::Schema(row.oid("collnamespace"));
        Found::new(address, place, row.name("collname"), definition::values(&ITEMS, row))
            .owned(row.oid("collowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &SPECS
    }
    fn naming(&self, attribute: &str, _: &Value) -> Naming {
        definition::naming(&ITEMS, attribute)
    }
    fn rules(&self) -> &'static [Rule] {
        const ATTRS: [&str; 6] = definition::names(&ITEMS);
        &[Rule { attrs: &ATTRS, change }]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, comment: true, ..FacetSpec::default() }
    }
    fn phase(&self) -> Phase {
        Phase::Foundation
    }
    fn noun(&self, _: &Object) -> &'static str {
        "COLLATION"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let list = definition::list(&definition::entries(&ITEMS, object));
        vec![format!("CREATE COLLATION {} {list};", self.sql_name(object))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP COLLATION {};", self.sql_name(object))]
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        if object.text(LOCALE) == "PG_UNICODE_FAST" {
            return Some((18, "collations of the locale PG_UNICODE_FAST"));
        }
        if object.text(PROVIDER) == "builtin" {
            return Some((17, "collations of the built-in provider"));
        }
        (!object.text(RULES).is_empty()).then_some((16, "collations with rules"))
    }
}

/// PostgreSQL cannot change it: without columns that use it, it is made anew.
fn change(ctx: &Ctx<'_>, _: &Object, to: &Object) -> Outcome {
    if !aside::is_stored(ctx, &to.id) {
        return Outcome::rebuild();
    }
    let clause =
        |column: &Object| format!("TYPE {}{}", column::type_of(column), aside::collate(column));
    Replacement { object: to, parts: Vec::new(), rewrites: false, clause: &clause }.outcome(ctx)
}
