//! Foreign-data wrappers (`pg_foreign_data_wrapper`).

use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, LeftOut, Name, Naming, ObjectKind,
    Outcome, Place, Privileges, Raw, Rule, Scan, Source, options, privilege, secret,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "handler", doc: "fdwhandler", compare: Compare::Drift },
    AttrSpec { name: "validator", doc: "fdwvalidator", compare: Compare::Drift },
    AttrSpec {
        name: "options",
        doc: "those without a secret (fdwoptions)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "unread_options",
        doc: "names of options that may hold a secret",
        compare: Compare::Drift,
    },
];
const HANDLER: Attr = Attr::named(SPECS, "handler");
const VALIDATOR: Attr = Attr::named(SPECS, "validator");
const OPTIONS: Attr = Attr::named(SPECS, "options");
const UNREAD: Attr = Attr::named(SPECS, "unread_options");

static SOURCE: Source = Source {
    catalog: "pg_foreign_data_wrapper",
    class: 2328,
    query: |_| {
        "SELECT w.oid, w.fdwname, w.fdwowner, w.fdwoptions, \
         CASE WHEN w.fdwhandler <> 0 THEN w.fdwhandler::pg_catalog.regproc::text END AS handler, \
         CASE WHEN w.fdwvalidator <> 0 THEN w.fdwvalidator::pg_catalog.regproc::text END AS validator \
         FROM pg_catalog.pg_foreign_data_wrapper w WHERE w.oid >= 16384"
            .to_owned()
    },
    schema: None,
    acl: Some("fdwacl"),
};

/// The kind.
pub(super) struct ForeignDataWrapper;

impl ObjectKind for ForeignDataWrapper {
    fn kind(&self) -> Kind {
        Kind::ForeignDataWrapper
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::ForeignDataWrapper)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let (shown, unread) = secret::split(&row.texts("fdwoptions"));
        let values = vec![
            Raw::Value(Value::sql(row.text("handler").as_deref())),
            Raw::Value(Value::sql(row.text("validator").as_deref())),
            Raw::Value(shown),
            Raw::Value(unread),
        ];
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let mut found = Found::new(address, Place::Database, String::new(), values);
        found.name = vec![Name::Plain(row.name("fdwname"))];
        found.owned(row.oid("fdwowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Plain]
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule {
                attrs: &["handler", "validator"],
                change: |_, from, to| {
                    let changed = |attr: &Attr| from.text(*attr) != to.text(*attr);
                    let words = [(HANDLER, "HANDLER"), (VALIDATOR, "VALIDATOR")];
                    let words = words.into_iter().filter(|(attr, _)| changed(attr));
                    let clauses: Vec<String> =
                        words.map(|(attr, word)| function(to, attr, word)).collect();
                    let sql = format!("ALTER {}{};", target(to), clauses.concat());
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
        privilege::of_superuser(
            ctx,
            object,
            act,
            &[Act::Create, Act::Alter],
            "a foreign-data wrapper",
        )
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('F'), comment: true, extension: false }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "FOREIGN DATA WRAPPER"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::ident(object.id.name())
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let mut sql = format!("CREATE {}", target(object));
        for (attr, word) in [(HANDLER, "HANDLER"), (VALIDATOR, "VALIDATOR")] {
            if !object.text(attr).is_empty() {
                sql += &function(object, attr, word);
            }
        }
        sql += &options::clause(&object.value(OPTIONS).as_map());
        vec![format!("{sql};")]
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
    format!("FOREIGN DATA WRAPPER {}", ForeignDataWrapper.sql_name(object))
}

/// ` HANDLER f`, or that there is none.
fn function(object: &Object, attr: Attr, word: &str) -> String {
    match object.text(attr) {
        "" => format!(" NO {word}"),
        name => format!(" {word} {name}"),
    }
}
