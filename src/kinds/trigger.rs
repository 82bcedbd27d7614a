//! Triggers (`pg_trigger`, `pg_get_triggerdef`), constraint triggers included.

use crate::kinds::facet::relation_of;
use crate::kinds::row::class;
use crate::kinds::rule::{enabled, on_relation, switch};
use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Lock, ObjectKind, Outcome, Place, Raw,
    Rule, Scan,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, Value};

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "definition", doc: "pg_get_triggerdef", compare: Compare::Drift },
    AttrSpec {
        name: "enabled",
        doc: "where it does not fire as usual (tgenabled)",
        compare: Compare::Drift,
    },
];
const DEFINITION: Attr = Attr::named(SPECS, "definition");
const ENABLED: Attr = Attr::named(SPECS, "enabled");

/// The kind.
pub(super) struct Trigger;

impl ObjectKind for Trigger {
    fn kind(&self) -> Kind {
        Kind::Trigger
    }
    fn scan(&self) -> Scan {
        Scan::Trigger
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.oid("tgparentid") == 0 { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_TRIGGER, row.oid("oid"));
        let relation = Address::new(class::PG_CLASS, row.oid("tgrelid"));
        let values = vec![
            Raw::Value(Value::sql(row.text("definition").as_deref())),
            Raw::Value(enabled(row.letter("tgenabled"))),
        ];
        Found::new(address, Place::Part(relation), row.name("tgname"), values)
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule { attrs: &["definition"], change: |_, _, _| Outcome::rebuild() },
            Rule {
                attrs: &["enabled"],
                change: |_, _, to| {
                    let effects = Effects::lock(&relation_of(to), Lock::ShareRowExclusive);
                    let off = matches!(to.text(ENABLED), "DISABLE" | "ENABLE REPLICA");
                    Outcome::in_place(vec![switch(to, "TRIGGER", to.text(ENABLED))], effects)
                        .removing_if(off, "it fires no longer")
                },
            },
        ]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, extension: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "TRIGGER"
    }
    fn sql_name(&self, object: &Object) -> String {
        on_relation(object)
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let mut statements = vec![format!("{};", object.text(DEFINITION))];
        if !object.text(ENABLED).is_empty() {
            statements.push(switch(object, "TRIGGER", object.text(ENABLED)));
        }
        statements
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP TRIGGER {};", self.sql_name(object))]
    }
    fn create_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        Effects::lock(&relation_of(object), Lock::ShareRowExclusive)
    }
    fn drop_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        Effects::lock(&relation_of(object), Lock::AccessExclusive)
    }
}
