//! Text search dictionaries (`pg_ts_dict`).

use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, ObjectKind, Outcome, Phase, Place, Raw,
    Rule, Scan, Source,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, Settings, Value};
use crate::sql::lexer::{TokenKind, tokens};
use crate::sql::quote;
use std::sync::Arc;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "template", doc: "dicttemplate", compare: Compare::Drift },
    AttrSpec {
        name: "options",
        doc: "names and SQL constants (dictinitoption)",
        compare: Compare::Drift,
    },
];
const TEMPLATE: Attr = Attr::named(SPECS, "template");
const OPTIONS: Attr = Attr::named(SPECS, "options");

static SOURCE: Source = Source {
    catalog: "pg_ts_dict",
    class: 3600,
    query: |_| {
        "SELECT d.oid, d.dictnamespace, d.dictname, d.dictowner, d.dictinitoption, pg_catalog.format('%I.%I', n.nspname, t.tmplname) AS template \
         FROM pg_catalog.pg_ts_dict d JOIN pg_catalog.pg_ts_template t ON t.oid = d.dicttemplate \
         JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace WHERE d.oid >= 16384"
            .to_owned()
    },
    schema: Some("dictnamespace"),
    acl: None,
};

/// The kind.
pub(super) struct TsDictionary;

impl ObjectKind for TsDictionary {
    fn kind(&self) -> Kind {
        Kind::TsDictionary
    }
    fn phase(&self) -> Phase {
        Phase::Routine
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::TsDictionary)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let values = vec![
            Raw::Value(Value::sql(row.text("template").as_deref())),
            Raw::Value(Value::map(parse(&row.name("dictinitoption")))),
        ];
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let place = Place::Schema(row.oid("dictnamespace"));
        Found::new(address, place, row.name("dictname"), values).owned(row.oid("dictowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule { attrs: &["template"], change: |_, _, _| Outcome::rebuild() },
            Rule {
                attrs: &["options"],
                change: |_, from, to| {
                    let (before, after) =
                        (from.value(OPTIONS).as_map(), to.value(OPTIONS).as_map());
                    // a name alone takes the option away
                    let gone = before.keys().filter(|name| !after.contains_key(*name));
                    let mut list: Vec<String> = gone.map(|name| quote::ident(name)).collect();
                    let new = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
                    list.extend(new.map(option));
                    let name = TsDictionary.sql_name(to);
                    let sql = format!("ALTER TEXT SEARCH DICTIONARY {name} ({});", list.join(", "));
                    Outcome::in_place(vec![sql], Effects::default())
                },
            },
        ]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "TEXT SEARCH DICTIONARY"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let mut list = vec![format!("TEMPLATE = {}", object.text(TEMPLATE))];
        list.extend(object.value(OPTIONS).as_map().iter().map(option));
        let name = self.sql_name(object);
        vec![format!("CREATE TEXT SEARCH DICTIONARY {name} ({});", list.join(", "))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP TEXT SEARCH DICTIONARY {};", self.sql_name(object))]
    }
}

fn option((name, value): (&Arc<str>, &Arc<str>)) -> String {
    format!("{} = {value}", quote::ident(name))
}

/// `name = 'value', name = 5` as the server keeps it: names unquoted, constants as they are.
fn parse(text: &str) -> Settings {
    let mut options = Settings::new();
    let mut name: Option<String> = None;
    let mut value = String::new();
    let mut after_sign = false;
    for token in tokens(text) {
        match (token.kind, token.text) {
            (TokenKind::Whitespace, _) => {}
            (_, ",") => {
                options.extend(
                    name.take().map(|name| (name.into(), std::mem::take(&mut value).into())),
                );
                after_sign = false;
            }
            (_, "=") if !after_sign => after_sign = true,
            (_, text) if after_sign => value.push_str(text),
            (TokenKind::QuotedIdentifier, text) => {
                let inner = text.trim_start_matches('"').strip_suffix('"').unwrap_or(text);
                name = Some(inner.replace("\"\"", "\""));
            }
            (_, text) => name = Some(text.to_owned()),
        }
    }
    options.extend(name.map(|name| (Arc::from(name), Arc::from(value))));
    options
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn options_are_read() {
        let options = parse(r#"language = 'eng,lish', "Odd" = E'a\\b''=', maxlen = 5, neg = -3"#);
        let read: Vec<String> =
            options.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let odd = r"Odd: E'a\\b''='";
        assert_eq!(read, ["language: 'eng,lish'", odd, "maxlen: 5", "neg: -3"]);
        assert!(parse("").is_empty());
    }
}
