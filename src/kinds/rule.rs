//! Rewrite rules (`pg_rewrite`). A view's own rule belongs to the view.

use crate::kinds::facet::relation_of;
use crate::kinds::row::class;
use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Guards, Lock, ObjectKind, Outcome,
    Phase, Place, Raw, Rule as AttrRule, Scan,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "definition", doc: "pg_get_ruledef", compare: Compare::Drift },
    AttrSpec {
        name: "enabled",
        doc: "where it does not fire as usual (ev_enabled)",
        compare: Compare::Drift,
    },
];
const DEFINITION: Attr = Attr::named(SPECS, "definition");
const ENABLED: Attr = Attr::named(SPECS, "enabled");

/// The kind.
pub(super) struct Rule;

impl ObjectKind for Rule {
    fn kind(&self) -> Kind {
        Kind::Rule
    }
    fn phase(&self) -> Phase {
        Phase::Trigger
    }
    fn scan(&self) -> Scan {
        Scan::Rewrite
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.name("rulename") == "_RETURN" {
            Claim::Excluded("the query of a view is the view's")
        } else {
            Claim::Mine
        }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_REWRITE, row.oid("oid"));
        let relation = Address::new(class::PG_CLASS, row.oid("ev_class"));
        let values = vec![
            Raw::Value(Value::sql(row.text("definition").as_deref())),
            Raw::Value(enabled(row.letter("ev_enabled"))),
        ];
        Found::new(address, Place::Part(relation), row.name("rulename"), values)
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [AttrRule] {
        &[
            AttrRule {
                attrs: &["definition"],
                change: |_, _, _| {
                    Outcome::rebuild().removing("what the rule keeps away may change")
                },
            },
            AttrRule {
                attrs: &["enabled"],
                change: |_, _, to| {
                    let effects = Effects::lock(&relation_of(to), Lock::AccessExclusive);
                    let off = !fires(to.text(ENABLED));
                    Outcome::in_place(vec![switch(to, "RULE", to.text(ENABLED))], effects)
                        .removing_if(off, "it fires no longer")
                },
            },
        ]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "RULE"
    }
    fn sql_name(&self, object: &Object) -> String {
        on_relation(object)
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let mut statements =
            vec![format!("{};", object.text(DEFINITION).trim_end().trim_end_matches(';'))];
        if !object.text(ENABLED).is_empty() {
            statements.push(switch(object, "RULE", object.text(ENABLED)));
        }
        statements
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP RULE {};", self.sql_name(object))]
    }
    fn guards(&self, _: &Catalog, object: &Object) -> Guards {
        let mut guards = Guards::default();
        let name = format!("the rule {}", quote::ident(object.id.name()));
        guards.keep(fires(object.text(ENABLED)), &relation_of(object), &name);
        guards
    }
    fn create_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        Effects::lock(&relation_of(object), Lock::AccessExclusive)
    }
    fn drop_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        Effects::lock(&relation_of(object), Lock::AccessExclusive)
    }
}

/// The word of a firing state; none for the usual one.
pub(super) fn enabled(letter: char) -> Value {
    Value::text(match letter {
        'D' => Some("DISABLE"),
        'R' => Some("ENABLE REPLICA"),
        'A' => Some("ENABLE ALWAYS"),
        _ => None,
    })
}

/// Whether that state lets it fire for users.
pub(super) fn fires(state: &str) -> bool {
    !matches!(state, "DISABLE" | "ENABLE REPLICA")
}

/// `ALTER TABLE t ENABLE|DISABLE RULE|TRIGGER name`.
pub(super) fn switch(object: &Object, noun: &str, state: &str) -> String {
    let word = if state.is_empty() { "ENABLE" } else { state };
    let relation = quote::qualified(&[object.id.part(0), object.id.part(1)]);
    format!("ALTER TABLE {relation} {word} {noun} {};", quote::ident(object.id.name()))
}

/// `name ON schema.relation`.
pub(super) fn on_relation(object: &Object) -> String {
    let relation = quote::qualified(&[object.id.part(0), object.id.part(1)]);
    format!("{} ON {relation}", quote::ident(object.id.name()))
}
