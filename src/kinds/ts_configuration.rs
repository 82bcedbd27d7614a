//! Text search configurations (`pg_ts_config`, `pg_ts_config_map`).

use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, ObjectKind, Outcome, Phase, Place, Raw,
    Rule, Scan, Source, row,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, Settings, Value};
use crate::sql::quote;
use std::collections::BTreeMap;
use std::sync::Arc;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "parser", doc: "cfgparser", compare: Compare::Drift },
    AttrSpec {
        name: "mappings",
        doc: "for each type of token the dictionaries in order (pg_ts_config_map)",
        compare: Compare::Drift,
    },
];
const PARSER: Attr = Attr::named(SPECS, "parser");
const MAPPINGS: Attr = Attr::named(SPECS, "mappings");

static SOURCE: Source = Source {
    catalog: "pg_ts_config",
    class: 3602,
    query: |_| {
        "SELECT c.oid, c.cfgnamespace, c.cfgname, c.cfgowner, pg_catalog.format('%I.%I', n.nspname, p.prsname) AS parser, \
         ARRAY(SELECT t.alias || '=' || pg_catalog.string_agg(m.mapdict::pg_catalog.regdictionary::text, ', ' ORDER BY m.mapseqno) \
             FROM pg_catalog.pg_ts_config_map m JOIN LATERAL pg_catalog.ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype \
             WHERE m.mapcfg = c.oid GROUP BY t.alias ORDER BY t.alias) AS mappings \
         FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser \
         JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace WHERE c.oid >= 16384"
            .to_owned()
    },
    schema: Some("cfgnamespace"),
    acl: None,
};

/// The kind.
pub(super) struct TsConfiguration;

impl ObjectKind for TsConfiguration {
    fn kind(&self) -> Kind {
        Kind::TsConfiguration
    }
    fn phase(&self) -> Phase {
        Phase::Routine
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::TsConfiguration)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let values = vec![
            Raw::Value(Value::sql(row.text("parser").as_deref())),
            Raw::Value(row::options(&row.texts("mappings"))),
        ];
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let place = Place::Schema(row.oid("cfgnamespace"));
        Found::new(address, place, row.name("cfgname"), values).owned(row.oid("cfgowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule { attrs: &["parser"], change: |_, _, _| Outcome::rebuild() },
            Rule { attrs: &["mappings"], change: mappings },
        ]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "TEXT SEARCH CONFIGURATION"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let (name, parser) = (self.sql_name(object), object.text(PARSER));
        let mut statements =
            vec![format!("CREATE TEXT SEARCH CONFIGURATION {name} (PARSER = {parser});")];
        statements.extend(mapped(object, "ADD", &object.value(MAPPINGS).as_map()));
        statements
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP TEXT SEARCH CONFIGURATION {};", self.sql_name(object))]
    }
}

fn mappings(_: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    let (before, after) = (from.value(MAPPINGS).as_map(), to.value(MAPPINGS).as_map());
    let part = |test: &dyn Fn(&str, &Arc<str>) -> bool| -> Settings {
        let kept = after.iter().filter(|(token, dictionaries)| test(token, dictionaries));
        kept.map(|(token, dictionaries)| (token.clone(), dictionaries.clone())).collect()
    };
    let gone: Vec<String> = before
        .keys()
        .filter(|token| !after.contains_key(*token))
        .map(|token| quote::ident(token))
        .collect();
    let mut statements = Vec::new();
    if !gone.is_empty() {
        statements.push(alter(to, &format!("DROP MAPPING FOR {}", gone.join(", "))));
    }
    let changed = part(&|token, new| before.get(token).is_some_and(|old| old != new));
    statements.extend(mapped(to, "ALTER", &changed));
    statements.extend(mapped(to, "ADD", &part(&|token, _| !before.contains_key(token))));
    Outcome::in_place(statements, Effects::default())
}

/// One statement for all tokens with the same dictionaries.
fn mapped(object: &Object, verb: &str, map: &Settings) -> Vec<String> {
    let mut by_list: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (token, dictionaries) in map {
        by_list.entry(dictionaries).or_default().push(quote::ident(token));
    }
    let clause = |(dictionaries, tokens): (&str, Vec<String>)| {
        alter(object, &format!("{verb} MAPPING FOR {} WITH {dictionaries}", tokens.join(", ")))
    };
    by_list.into_iter().map(clause).collect()
}

fn alter(object: &Object, clause: &str) -> String {
    format!("ALTER TEXT SEARCH CONFIGURATION {} {clause};", TsConfiguration.sql_name(object))
}
