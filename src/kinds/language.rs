//! Procedural languages (`pg_language`).

use crate::kinds::definition::{self, Item, Style, item};
use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Naming, ObjectKind, Outcome,
    Phase, Place, Privileges, Rule, Scan, Source, privilege,
};
use crate::model::{Attr, AttrSpec, Kind, Object, Value};
use crate::sql::quote;

const ITEMS: [Item; 4] = [
    item("trusted", "whoever may use it can write functions in it (lanpltrusted)", Style::Flag),
    item("handler", "lanplcallfoid", Style::Word),
    item("inline", "runs DO blocks (laninline)", Style::Word),
    item("validator", "lanvalidator", Style::Word),
];
const SPECS: [AttrSpec; 4] = definition::specs(&ITEMS);
const TRUSTED: Attr = Attr::named(&SPECS, "trusted");

static SOURCE: Source =
    Source { catalog: "pg_language", class: 2612, query, schema: None, acl: Some("lanacl") };

fn query(_: i32) -> String {
    "SELECT l.oid, l.lanname, l.lanowner, l.lanpltrusted AS trusted, l.lanplcallfoid::pg_catalog.regproc::text AS handler, \
    l.laninline::pg_catalog.regproc::text AS inline, l.lanvalidator::pg_catalog.regproc::text AS validator \
    FROM pg_catalog.pg_language l WHERE l.oid >= 16384"
        .to_owned()
}

/// The kind.
pub(super) struct Language;

impl ObjectKind for Language {
    fn kind(&self) -> Kind {
        Kind::Language
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::Language)
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
        Found::new(address, Place::Database, row.name("lanname"), values).owned(row.oid("lanowner"))
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
        const ATTRS: [&str; 4] = definition::names(&ITEMS);
        &[Rule {
            attrs: &ATTRS,
            change: |_, from, to| {
                // nobody can be granted, or denied, an untrusted language
                if !to.flag(TRUSTED) && from.facets.acl != to.facets.acl {
                    return Outcome::rebuild();
                }
                let opens = to.flag(TRUSTED) && !from.flag(TRUSTED);
                Outcome::in_place(vec![written("CREATE OR REPLACE", to)], Effects::default())
                    .removing_if(opens, "the language becomes trusted")
            },
        }]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        privilege::of_superuser(ctx, object, act, &[Act::Create, Act::Alter], "a language")
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('l'), comment: true, extension: false }
    }
    fn phase(&self) -> Phase {
        Phase::Foundation
    }
    fn noun(&self, _: &Object) -> &'static str {
        "LANGUAGE"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::ident(object.id.name())
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![written("CREATE", object)]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP LANGUAGE {};", self.sql_name(object))]
    }
}

/// Whether whoever may use it can write functions in it.
pub(super) fn is_trusted(object: &Object) -> bool {
    object.flag(TRUSTED)
}

fn written(verb: &str, object: &Object) -> String {
    let trusted = if object.flag(TRUSTED) { "TRUSTED " } else { "" };
    let functions = ITEMS.iter().zip(&object.values).skip(1);
    let clauses = functions.filter_map(|(item, value)| {
        Some(format!(" {} {}", item.name.to_uppercase(), value.as_str()?))
    });
    let clauses: String = clauses.collect();
    format!("{verb} {trusted}LANGUAGE {}{clauses};", Language.sql_name(object))
}
