//! Foreign servers (`pg_foreign_server`).

use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, LeftOut, Name, Naming, ObjectKind,
    Outcome, Place, Privilege, Privileges, Raw, Rule, Scan, Source, options, privilege, secret,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, ObjectId, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "wrapper", doc: "its foreign-data wrapper (srvfdw)", compare: Compare::Drift },
    AttrSpec { name: "type", doc: "srvtype", compare: Compare::Drift },
    AttrSpec { name: "version", doc: "srvversion", compare: Compare::Drift },
    AttrSpec {
        name: "options",
        doc: "those without a secret (srvoptions)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "unread_options",
        doc: "names of options that may hold a secret",
        compare: Compare::Drift,
    },
];
const WRAPPER: Attr = Attr::named(SPECS, "wrapper");
const TYPE: Attr = Attr::named(SPECS, "type");
const VERSION: Attr = Attr::named(SPECS, "version");
const OPTIONS: Attr = Attr::named(SPECS, "options");
const UNREAD: Attr = Attr::named(SPECS, "unread_options");

static SOURCE: Source = Source {
    catalog: "pg_foreign_server",
    class: 1417,
    query: |_| {
        "SELECT s.oid, s.srvname, s.srvowner, w.fdwname, s.srvtype, s.srvversion, s.srvoptions \
         FROM pg_catalog.pg_foreign_server s JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE s.oid >= 16384"
            .to_owned()
    },
    schema: None,
    acl: Some("srvacl"),
};

/// The kind.
pub(super) struct Server;

impl ObjectKind for Server {
    fn kind(&self) -> Kind {
        Kind::Server
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::Server)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let (shown, unread) = secret::split(&row.texts("srvoptions"));
        let values = vec![
            Raw::Value(Value::text(row.text("fdwname").as_deref())),
            Raw::Value(Value::text(row.text("srvtype").as_deref())),
            Raw::Value(Value::text(row.text("srvversion").as_deref())),
            Raw::Value(shown),
            Raw::Value(unread),
        ];
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let mut found = Found::new(address, Place::Database, String::new(), values);
        found.name = vec![Name::Plain(row.name("srvname"))];
        found.owned(row.oid("srvowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Plain]
    }
    fn naming(&self, _: &str, _: &Value) -> Naming {
        Naming::Plain
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule { attrs: &["wrapper", "type"], change: |_, _, _| Outcome::rebuild() },
            Rule {
                attrs: &["version"],
                change: |_, _, to| {
                    let version = match to.text(VERSION) {
                        "" => "NULL".to_owned(),
                        text => quote::literal(text),
                    };
                    let sql = format!("ALTER {} VERSION {version};", target(to));
                    Outcome::in_place(vec![sql], Effects::default())
                },
            },
            Rule {
                attrs: &["options"],
                change: |_, from, to| {
                    let (before, after) = (from.value(OPTIONS), to.value(OPTIONS));
                    options::change(&target(to), &before.as_map(), &after.as_map())
                },
            },
            Rule {
                attrs: &["unread_options"],
                change: |_, from, to| {
                    options::change_unread(&target(to), from.value(UNREAD), to.value(UNREAD))
                },
            },
        ]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        if act != Act::Create {
            return privilege::usual(ctx, object, act);
        }
        let wrapper = ObjectId::new(Kind::ForeignDataWrapper, &[object.text(WRAPPER)]);
        [Privilege::Held("USAGE", wrapper)].into()
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('S'), comment: true, extension: false }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "SERVER"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::ident(object.id.name())
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let mut sql = format!("CREATE {}", target(object));
        for (attr, word) in [(TYPE, "TYPE"), (VERSION, "VERSION")] {
            if !object.text(attr).is_empty() {
                sql = format!("{sql} {word} {}", quote::literal(object.text(attr)));
            }
        }
        let wrapper = quote::ident(object.text(WRAPPER));
        let options = options::clause(&object.value(OPTIONS).as_map());
        vec![format!("{sql}\n    FOREIGN DATA WRAPPER {wrapper}{options};")]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP {};", target(object))]
    }
    fn drop_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        options::dropped(object.value(UNREAD))
    }
    fn rebuildable(&self, object: &Object) -> bool {
        *object.value(UNREAD) == Value::Null
    }
    fn obstacle(&self, _: &Ctx<'_>, object: &Object) -> Option<String> {
        options::obstacle(object.value(UNREAD))
    }
    fn left_out(&self, object: &Object) -> Option<LeftOut> {
        options::told(object.value(UNREAD)).map(LeftOut::Secret)
    }
}

fn target(object: &Object) -> String {
    format!("SERVER {}", Server.sql_name(object))
}
