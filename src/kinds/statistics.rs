//! Extended statistics (`pg_statistic_ext`). PostgreSQL builds them anew when a column of theirs
//! changes its type, but loses the target (from 14 on) and hands them to the role that did it: so
//! they stand aside then.

use crate::kinds::row::class;
use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Lock, ObjectKind, Outcome, Place, Raw,
    Rule, Scan, Source,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, ObjectId, Value};
use crate::sql::quote;
use std::sync::Arc;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "relation", doc: "what it is on (stxrelid)", compare: Compare::Drift },
    AttrSpec { name: "columns", doc: "names, sorted (stxkeys)", compare: Compare::Drift },
    AttrSpec {
        name: "expressions",
        doc: "pg_get_statisticsobjdef_expressions",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "kinds",
        doc: "what is gathered, but for what expressions bring along (stxkind)",
        compare: Compare::Drift,
    },
    AttrSpec { name: "target", doc: "where it is set (stxstattarget)", compare: Compare::Drift },
];
const COLUMNS: Attr = Attr::named(SPECS, "columns");
const EXPRESSIONS: Attr = Attr::named(SPECS, "expressions");
const KINDS: Attr = Attr::named(SPECS, "kinds");
const TARGET: Attr = Attr::named(SPECS, "target");

/// All that can be asked for by name.
const ALL_KINDS: usize = 3;

static SOURCE: Source = Source {
    catalog: "pg_statistic_ext",
    class: 3381,
    query,
    schema: Some("stxnamespace"),
    acl: None,
};

fn query(major: i32) -> String {
    let expressions = if major >= 14 {
        "pg_catalog.pg_get_statisticsobjdef_expressions(s.oid)"
    } else {
        "NULL::text[]"
    };
    format!(
        "SELECT s.oid, s.stxnamespace, s.stxname, s.stxowner, s.stxrelid, NULLIF(s.stxstattarget::int4, -1) AS target, \
         ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::int2[]) \
             ORDER BY a.attname) AS columns, {expressions} AS expressions, \
         ARRAY(SELECT CASE k WHEN 'd' THEN 'ndistinct' WHEN 'f' THEN 'dependencies' ELSE 'mcv' END \
             FROM pg_catalog.unnest(s.stxkind) k WHERE k <> 'e' ORDER BY 1) AS kinds \
         FROM pg_catalog.pg_statistic_ext s WHERE s.oid >= 16384"
    )
}

/// The kind.
pub(super) struct Statistics;

impl ObjectKind for Statistics {
    fn kind(&self) -> Kind {
        Kind::Statistics
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::Statistics)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let relation = Address::new(class::PG_CLASS, row.oid("stxrelid"));
        let values = vec![
            Raw::Ref(relation),
            Raw::Value(list(row.texts("columns"))),
            Raw::Value(list(row.texts("expressions"))),
            Raw::Value(list(row.texts("kinds"))),
            Raw::Value(row.int("target").map_or(Value::Null, Value::Int)),
        ];
        let place = Place::Schema(row.oid("stxnamespace"));
        let mut found = Found::new(address, place, row.name("stxname"), values);
        found.part_of = Some(relation);
        found.owned(row.oid("stxowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule {
                attrs: &["relation", "columns", "expressions", "kinds"],
                change: |_, _, _| Outcome::rebuild(),
            },
            Rule {
                attrs: &["target"],
                change: |_, _, to| Outcome::in_place(vec![target(to)], Effects::default()),
            },
        ]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "STATISTICS"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let kinds = object.value(KINDS).as_list();
        // those of a single expression gather only what expressions bring along
        let kinds = if kinds.is_empty() || kinds.len() == ALL_KINDS {
            String::new()
        } else {
            format!(" ({})", kinds.join(", "))
        };
        let columns = object.value(COLUMNS).as_list().iter().map(|name| quote::ident(name));
        let expressions =
            object.value(EXPRESSIONS).as_list().iter().map(|text| format!("({text})"));
        let on: Vec<String> = columns.chain(expressions).collect();
        let relation = relation(object);
        let relation = quote::qualified(&[relation.part(0), relation.part(1)]);
        let name = self.sql_name(object);
        let mut statements =
            vec![format!("CREATE STATISTICS {name}{kinds} ON {} FROM {relation};", on.join(", "))];
        if object.value(TARGET).as_int().is_some() {
            statements.push(target(object));
        }
        statements
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP STATISTICS {};", self.sql_name(object))]
    }
    fn create_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        Effects::lock(relation(object), Lock::ShareUpdateExclusive)
    }
    fn drop_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        Effects::lock(relation(object), Lock::ShareUpdateExclusive)
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        let has = !object.value(EXPRESSIONS).as_list().is_empty();
        has.then_some((14, "statistics on expressions"))
    }
}

/// What they are on, of whatever kind it is.
fn relation(object: &Object) -> &ObjectId {
    object.parent.as_ref().unwrap_or(&object.id)
}

fn list(texts: Vec<String>) -> Value {
    if texts.is_empty() {
        return Value::Null;
    }
    Value::List(texts.into_iter().map(Arc::from).collect())
}

fn target(object: &Object) -> String {
    let target = object.value(TARGET).as_int().unwrap_or(-1);
    format!("ALTER STATISTICS {} SET STATISTICS {target};", Statistics.sql_name(object))
}
