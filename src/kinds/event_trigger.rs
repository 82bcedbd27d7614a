//! Event triggers (`pg_event_trigger`). They run at every statement of a migration: what goes or
//! changes goes first, what comes comes last, and what stays runs as it does on any other day.

use crate::kinds::rule::enabled;
use crate::kinds::{
    Act, Address, Claim, Ctx, FacetSpec, Fields, Found, Name, Naming, ObjectKind, Outcome, Phase,
    Place, Privileges, Raw, Rule, Scan, Source, privilege, routine,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "event", doc: "evtevent", compare: Compare::Drift },
    AttrSpec {
        name: "tags",
        doc: "commands, where it does not fire for all (evttags)",
        compare: Compare::Drift,
    },
    AttrSpec { name: "function", doc: "evtfoid", compare: Compare::Drift },
    AttrSpec {
        name: "enabled",
        doc: "where it does not fire as usual (evtenabled)",
        compare: Compare::Drift,
    },
];
const EVENT: Attr = Attr::named(SPECS, "event");
const TAGS: Attr = Attr::named(SPECS, "tags");
const FUNCTION: Attr = Attr::named(SPECS, "function");
const ENABLED: Attr = Attr::named(SPECS, "enabled");

static SOURCE: Source = Source {
    catalog: "pg_event_trigger",
    class: 3466,
    query: |_| {
        "SELECT e.oid, e.evtname, e.evtowner, e.evtevent::text AS evtevent, e.evttags, e.evtenabled::text, \
         e.evtfoid::pg_catalog.regproc::text AS function FROM pg_catalog.pg_event_trigger e WHERE e.oid >= 16384"
            .to_owned()
    },
    schema: None,
    acl: None,
};

/// The kind.
pub(super) struct EventTrigger;

impl ObjectKind for EventTrigger {
    fn kind(&self) -> Kind {
        Kind::EventTrigger
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::EventTrigger)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let tags = row.texts("evttags");
        let tags = if tags.is_empty() {
            Value::Null
        } else {
            Value::Set(tags.iter().map(|tag| tag.as_str().into()).collect())
        };
        let values = vec![
            Raw::Value(Value::text(row.text("evtevent").as_deref())),
            Raw::Value(tags),
            Raw::Value(Value::sql(row.text("function").as_deref())),
            Raw::Value(enabled(row.letter("evtenabled"))),
        ];
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let mut found = Found::new(address, Place::Database, String::new(), values);
        found.name = vec![Name::Plain(row.name("evtname"))];
        found.owned(row.oid("evtowner"))
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
                attrs: &["event", "tags", "function"],
                change: |_, from, to| {
                    let narrower =
                        *from.value(TAGS) == Value::Null && *to.value(TAGS) != Value::Null;
                    let other = from.text(EVENT) != to.text(EVENT);
                    Outcome::rebuild().removing_if(narrower || other, "it may fire less often")
                },
            },
            Rule {
                // switched off before all other steps and on after them, as if it went and came
                attrs: &["enabled"],
                change: |_, _, to| {
                    let off = matches!(to.text(ENABLED), "DISABLE" | "ENABLE REPLICA");
                    Outcome::rebuild().removing_if(off, "it fires no longer")
                },
            },
        ]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        privilege::of_superuser(ctx, object, act, &[Act::Create], "an event trigger")
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, comment: true, ..FacetSpec::default() }
    }
    fn phase(&self) -> Phase {
        Phase::Watching
    }
    fn watches(&self, catalog: &Catalog, object: &Object) -> bool {
        let fires = !matches!(object.text(ENABLED), "DISABLE" | "ENABLE REPLICA");
        let mut functions =
            catalog.needs_of(&object.id).filter_map(|(id, _)| catalog.objects.get(id));
        fires && object.text(EVENT) != "login" && !functions.any(routine::has_own_path)
    }
    fn noun(&self, _: &Object) -> &'static str {
        "EVENT TRIGGER"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::ident(object.id.name())
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let name = self.sql_name(object);
        let tags: Vec<String> =
            object.value(TAGS).as_set().iter().map(|tag| quote::literal(tag)).collect();
        let when = if tags.is_empty() {
            String::new()
        } else {
            format!("\n    WHEN TAG IN ({})", tags.join(", "))
        };
        let mut statements = vec![format!(
            "CREATE EVENT TRIGGER {name} ON {}{when}\n    EXECUTE FUNCTION {}();",
            object.text(EVENT),
            object.text(FUNCTION)
        )];
        if !object.text(ENABLED).is_empty() {
            statements.push(format!("ALTER EVENT TRIGGER {name} {};", object.text(ENABLED)));
        }
        statements
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP EVENT TRIGGER {};", self.sql_name(object))]
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        (object.text(EVENT) == "login").then_some((17, "event triggers on login"))
    }
}
