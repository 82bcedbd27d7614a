//! Row-level security policies (`pg_policy`).

use crate::kinds::facet::relation_of;
use crate::kinds::row::class;
use crate::kinds::rule::on_relation;
use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Guards, Lock, ObjectKind, Opening,
    Outcome, Phase, Place, Protection, Raw, Rule, Scan,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, PUBLIC, Value};
use crate::sql::quote;
use std::collections::BTreeSet;
use std::sync::Arc;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "command", doc: "polcmd", compare: Compare::Drift },
    AttrSpec { name: "restrictive", doc: "not polpermissive", compare: Compare::Drift },
    AttrSpec { name: "roles", doc: "polroles", compare: Compare::Drift },
    AttrSpec { name: "using", doc: "rows that are seen (polqual)", compare: Compare::Drift },
    AttrSpec {
        name: "check",
        doc: "rows that may be written (polwithcheck)",
        compare: Compare::Drift,
    },
];
const COMMAND: Attr = Attr::named(SPECS, "command");
const RESTRICTIVE: Attr = Attr::named(SPECS, "restrictive");
const ROLES: Attr = Attr::named(SPECS, "roles");
const USING: Attr = Attr::named(SPECS, "using");
const CHECK: Attr = Attr::named(SPECS, "check");

/// The kind.
pub(super) struct Policy;

impl ObjectKind for Policy {
    fn kind(&self) -> Kind {
        Kind::Policy
    }
    fn phase(&self) -> Phase {
        Phase::Policy
    }
    fn scan(&self) -> Scan {
        Scan::Policy
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_POLICY, row.oid("oid"));
        let table = Address::new(class::PG_CLASS, row.oid("polrelid"));
        let command = match row.letter("polcmd") {
            'r' => "SELECT",
            'a' => "INSERT",
            'w' => "UPDATE",
            'd' => "DELETE",
            _ => "ALL",
        };
        let values = vec![
            Raw::Value(Value::text(Some(command))),
            Raw::Value(Value::flag(!row.flag("polpermissive"))),
            Raw::Roles(row.oids("polroles")),
            Raw::Value(Value::sql(row.text("using_expression").as_deref())),
            Raw::Value(Value::sql(row.text("check_expression").as_deref())),
        ];
        Found::new(address, Place::Part(table), row.name("polname"), values)
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule {
                attrs: &["command", "restrictive"],
                change: |_, _, _| Outcome::rebuild().removing("the policy may let more through"),
            },
            Rule { attrs: &["roles", "using", "check"], change },
        ]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "POLICY"
    }
    fn sql_name(&self, object: &Object) -> String {
        on_relation(object)
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let mut sql = format!("CREATE POLICY {}", self.sql_name(object));
        if object.flag(RESTRICTIVE) {
            sql += " AS RESTRICTIVE";
        }
        sql = format!("{sql} FOR {} TO {}", object.text(COMMAND), role_list(object));
        sql += &expressions(object);
        vec![format!("{sql};")]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP POLICY {};", self.sql_name(object))]
    }
    fn create_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        Effects::lock(&relation_of(object), Lock::AccessExclusive)
    }
    fn drop_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        Effects::lock(&relation_of(object), Lock::AccessExclusive)
    }
    fn guards(&self, _: &Catalog, object: &Object) -> Guards {
        let relation = relation_of(object);
        let (command, roles, expressions) =
            (object.text(COMMAND), role_list(object), expressions(object));
        let text = format!("FOR {command} TO {roles}{expressions}");
        let name = quote::ident(object.id.name());
        if object.flag(RESTRICTIVE) {
            let name = format!("the restrictive policy {name}");
            let protection = Protection::named(&relation, name).saying(&relation, &text);
            return Protection { exact: true, ..protection }.into();
        }
        let (name, text) = (format!("the permissive policy {name}"), format!("{relation} {text}"));
        Opening::new(Some(relation), name, text).into()
    }
    fn roles(&self, object: &Object) -> Vec<String> {
        let roles = object.value(ROLES).as_set();
        roles.iter().filter(|role| &***role != PUBLIC).map(ToString::to_string).collect()
    }
}

/// The roles whose inserts it lets through; none where it is about something else.
pub(super) fn lets_insert(object: &Object) -> Option<BTreeSet<Arc<str>>> {
    let lets = !object.flag(RESTRICTIVE) && matches!(object.text(COMMAND), "INSERT" | "ALL");
    lets.then(|| object.value(ROLES).as_set())
}

fn role_list(object: &Object) -> String {
    let name = |role: &str| if role == PUBLIC { "PUBLIC".to_owned() } else { quote::ident(role) };
    object.value(ROLES).as_set().iter().map(|role| name(role)).collect::<Vec<_>>().join(", ")
}

fn expressions(object: &Object) -> String {
    let clause = |word: &str, attr: Attr| match object.text(attr) {
        "" => String::new(),
        text => format!("\n    {word} ({text})"),
    };
    clause("USING", USING) + &clause("WITH CHECK", CHECK)
}

fn change(_: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    let lost = |attr: Attr| !from.text(attr).is_empty() && to.text(attr).is_empty();
    let (before, after) = (from.value(ROLES).as_set(), to.value(ROLES).as_set());
    let wider = !before.contains(PUBLIC) && !after.is_subset(&before);
    let outcome = if lost(USING) || lost(CHECK) {
        // ALTER POLICY can give an expression but not take it away
        Outcome::rebuild()
    } else {
        let sql =
            format!("ALTER POLICY {} TO {}{};", on_relation(to), role_list(to), expressions(to));
        Outcome::in_place(vec![sql], Effects::lock(&relation_of(to), Lock::AccessExclusive))
    };
    let text = from.text(USING) != to.text(USING) || from.text(CHECK) != to.text(CHECK);
    // whether another expression lets as little through cannot be told without running it
    outcome.removing_if(wider || text, "the policy may let more through")
}
