//! Transforms of a type for a language (`pg_transform`). They have neither owner nor schema.

use crate::kinds::definition::{self, Item, Style, item};
use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Name, Naming, ObjectKind, Outcome,
    Phase, Place, Privilege, Privileges, Rule, Scan, Source, language, privilege,
};
use crate::model::{Attr, AttrSpec, Kind, Object, ObjectId, Value};
use crate::sql::quote;

const ITEMS: [Item; 2] =
    [item("from_sql", "trffromsql", Style::Apart), item("to_sql", "trftosql", Style::Apart)];
const SPECS: [AttrSpec; 2] = definition::specs(&ITEMS);
const FROM_SQL: Attr = Attr::named(&SPECS, "from_sql");
const TO_SQL: Attr = Attr::named(&SPECS, "to_sql");

static SOURCE: Source =
    Source { catalog: "pg_transform", class: 3576, query, schema: None, acl: None };

fn query(_: i32) -> String {
    "SELECT t.oid, pg_catalog.format_type(t.trftype, NULL) AS type, l.lanname, t.trffromsql::oid::pg_catalog.regprocedure::text AS from_sql, \
    t.trftosql::oid::pg_catalog.regprocedure::text AS to_sql \
    FROM pg_catalog.pg_transform t JOIN pg_catalog.pg_language l ON l.oid = t.trflang WHERE t.oid >= 16384"
        .to_owned()
}

/// The kind.
pub(super) struct Transform;

impl ObjectKind for Transform {
    fn kind(&self) -> Kind {
        Kind::Transform
    }
    fn phase(&self) -> Phase {
        Phase::Routine
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::Transform)
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
        found.name = vec![Name::Plain(row.name("type")), Name::Plain(row.name("lanname"))];
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Sql, Naming::Plain]
    }
    fn naming(&self, attribute: &str, _: &Value) -> Naming {
        definition::naming(&ITEMS, attribute)
    }
    fn rules(&self) -> &'static [Rule] {
        const ATTRS: [&str; 2] = definition::names(&ITEMS);
        &[Rule {
            attrs: &ATTRS,
            change: |_, _, to| {
                Outcome::in_place(vec![written("CREATE OR REPLACE", to)], Effects::default())
            },
        }]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let mut needs = privilege::of_types(ctx, object, act);
        if act != Act::Drop {
            let language = object.id.part(1);
            needs.insert(privilege::of_language(ctx, language, language::is_trusted));
            let functions = privilege::executed(ctx, object);
            let owned = functions.iter().filter_map(Privilege::object).cloned();
            needs.extend(owned.map(Privilege::Owner));
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, ..FacetSpec::default() }
    }
    fn subject(&self, id: &ObjectId) -> String {
        format!("transform_{}", id.part(0))
    }
    fn noun(&self, _: &Object) -> &'static str {
        "TRANSFORM"
    }
    fn sql_name(&self, object: &Object) -> String {
        format!("FOR {} LANGUAGE {}", object.id.part(0), quote::ident(object.id.part(1)))
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![written("CREATE", object)]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP TRANSFORM {};", self.sql_name(object))]
    }
}

fn written(verb: &str, object: &Object) -> String {
    let clause = |word: &str, attr: Attr| {
        let function = object.text(attr);
        (!function.is_empty()).then(|| format!("{word} SQL WITH FUNCTION {function}"))
    };
    let clauses = [clause("FROM", FROM_SQL), clause("TO", TO_SQL)];
    let clauses: Vec<String> = clauses.into_iter().flatten().collect();
    format!("{verb} TRANSFORM {} ({});", Transform.sql_name(object), clauses.join(", "))
}
