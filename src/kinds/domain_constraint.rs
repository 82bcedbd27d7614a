//! Checks of domains (`pg_constraint`).

use crate::kinds::row::class;
use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Guards, Hazard, Lock, ObjectKind,
    Outcome, Place, Protection, Raw, Rule, Scan, reach, stored,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "definition", doc: "pg_get_constraintdef", compare: Compare::Drift },
    AttrSpec {
        name: "not_valid",
        doc: "values that stood before were not checked",
        compare: Compare::Drift,
    },
];
const DEFINITION: Attr = Attr::named(SPECS, "definition");
const NOT_VALID: Attr = Attr::named(SPECS, "not_valid");

/// The kind.
pub(super) struct DomainConstraint;

impl ObjectKind for DomainConstraint {
    fn kind(&self) -> Kind {
        Kind::DomainConstraint
    }
    fn scan(&self) -> Scan {
        Scan::Constraint
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        match (row.oid("contypid"), row.letter("contype")) {
            (0, _) => Claim::No,
            (_, 'n') => Claim::Excluded("17+: NOT NULL is the domain's"),
            _ => Claim::Mine,
        }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_CONSTRAINT, row.oid("oid"));
        let domain = Address::new(class::PG_TYPE, row.oid("contypid"));
        let definition = row.name("definition");
        let text = definition.trim_end_matches(" NOT VALID");
        let values = vec![
            Raw::Value(Value::Sql(text.into())),
            Raw::Value(Value::flag(!row.flag("convalidated"))),
        ];
        Found::new(address, Place::Part(domain), row.name("conname"), values)
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule { attrs: &["definition"], change: redefine },
            Rule {
                attrs: &["not_valid"],
                change: |ctx, _, to| {
                    if to.flag(NOT_VALID) {
                        return Outcome::rebuild()
                            .removing("the constraint is no longer validated");
                    }
                    let name = quote::ident(to.id.name());
                    let sql = format!("ALTER DOMAIN {} VALIDATE CONSTRAINT {name};", domain(to));
                    Outcome::in_place(
                        vec![sql],
                        validated(ctx, to).failing(Hazard::CheckViolation, "a value does not pass"),
                    )
                },
            },
        ]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "CONSTRAINT"
    }
    fn sql_name(&self, object: &Object) -> String {
        format!("{} ON DOMAIN {}", quote::ident(object.id.name()), domain(object))
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let suffix = if object.flag(NOT_VALID) { " NOT VALID" } else { "" };
        vec![format!("ALTER DOMAIN {} ADD {}{suffix};", domain(object), clause(object))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        let name = quote::ident(object.id.name());
        vec![format!("ALTER DOMAIN {} DROP CONSTRAINT {name};", domain(object))]
    }
    fn guards(&self, _: &Catalog, object: &Object) -> Guards {
        let Some(domain) = &object.parent else { return Guards::default() };
        let name = format!("the constraint {}", quote::ident(object.id.name()));
        Protection::named(domain, name).saying(domain, object.text(DEFINITION)).into()
    }
    fn obstacle(&self, ctx: &Ctx<'_>, object: &Object) -> Option<String> {
        let domain = object.parent.as_ref()?;
        stored::inside(ctx.current, domain).map(|column| stored::refusal(&column))
    }
    fn create_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        let (false, Some(domain)) = (object.flag(NOT_VALID), &object.parent) else {
            return Effects::default();
        };
        reach::storing(ctx.current, domain, Lock::Share)
            .failing(Hazard::CheckViolation, "a value in a column of the domain does not pass")
    }
}

fn validated(ctx: &Ctx<'_>, object: &Object) -> Effects {
    let domain = object.parent.as_ref();
    domain.map_or_else(Effects::default, |id| reach::storing(ctx.current, id, Lock::Share))
}

fn redefine(_: &Ctx<'_>, _: &Object, _: &Object) -> Outcome {
    Outcome::rebuild().removing("what the check forbids changes")
}

fn domain(object: &Object) -> String {
    quote::qualified(&[object.id.part(0), object.id.part(1)])
}

/// `CONSTRAINT name CHECK (...)`.
pub(super) fn clause(object: &Object) -> String {
    format!("CONSTRAINT {} {}", quote::ident(object.id.name()), object.text(DEFINITION))
}

/// Whether it can be written inside CREATE DOMAIN.
pub(super) fn stands_in_domain(object: &Object) -> bool {
    object.id.kind == Kind::DomainConstraint && !object.flag(NOT_VALID)
}
