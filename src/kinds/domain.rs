//! Domains (`pg_type`). Their checks are objects of their own, for they may call functions that
//! take the domain.

use crate::kinds::aside::Replacement;
use crate::kinds::row::class;
use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Guards, Hazard, Lock, ObjectKind,
    Outcome, Phase, Place, Raw, Rule, Scan, Slot, aside, column, domain_constraint, reach, stored,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, ObjectId, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec {
        name: "type",
        doc: "the type it is based on, with modifier",
        compare: Compare::Drift,
    },
    AttrSpec { name: "collation", doc: "where it is not that type's", compare: Compare::Drift },
    AttrSpec { name: "default", doc: "pg_get_expr(typdefaultbin)", compare: Compare::Drift },
    AttrSpec { name: "not_null", doc: "typnotnull", compare: Compare::Drift },
    AttrSpec {
        name: "not_null_constraint",
        doc: "17+: its name where not the automatic one",
        compare: Compare::Drift,
    },
];
const TYPE: Attr = Attr::named(SPECS, "type");
const COLLATION: Attr = Attr::named(SPECS, "collation");
const DEFAULT: Attr = Attr::named(SPECS, "default");
const NOT_NULL: Attr = Attr::named(SPECS, "not_null");
const NOT_NULL_CONSTRAINT: Attr = Attr::named(SPECS, "not_null_constraint");

/// Whether it refuses NULL, and whether it has a value for where none is given.
pub(super) fn of_null(object: &Object) -> (bool, bool) {
    (object.flag(NOT_NULL), !object.text(DEFAULT).is_empty())
}

/// The kind.
pub(super) struct Domain;

impl ObjectKind for Domain {
    fn kind(&self) -> Kind {
        Kind::Domain
    }
    fn scan(&self) -> Scan {
        Scan::Type
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.letter("typtype") == 'd' { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_TYPE, row.oid("oid"));
        let automatic = format!("{}{AUTOMATIC}", row.name("typname"));
        let not_null_name = row.text("not_null_name").filter(|name| *name != automatic);
        let values = vec![
            Raw::Value(Value::text(row.text("base").as_deref())),
            Raw::Value(Value::text(row.text("collation").as_deref())),
            Raw::Value(Value::sql(row.text("default").as_deref())),
            Raw::Value(Value::flag(row.flag("typnotnull"))),
            Raw::Value(Value::text(not_null_name.as_deref())),
        ];
        let place = Place::Schema(row.oid("typnamespace"));
        Found::new(address, place, row.name("typname"), values).owned(row.oid("typowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule { attrs: &["type", "collation"], change: rebase },
            Rule {
                attrs: &["default"],
                change: |_, _, to| {
                    let clause = match to.text(DEFAULT) {
                        "" => "DROP DEFAULT".to_owned(),
                        text => format!("SET DEFAULT {text}"),
                    };
                    Outcome::in_place(vec![alter(to, &clause)], Effects::default())
                },
            },
            Rule { attrs: &["not_null", "not_null_constraint"], change: not_null },
        ]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('T'), comment: true, extension: false }
    }
    fn phase(&self) -> Phase {
        Phase::Foundation
    }
    fn prominence(&self) -> u8 {
        4
    }
    fn noun(&self, _: &Object) -> &'static str {
        "DOMAIN"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, ctx: &Ctx<'_>, object: &Object, parts: &[&Object]) -> Vec<String> {
        let mut sql = format!("CREATE DOMAIN {} AS {}", self.sql_name(object), object.text(TYPE));
        if !object.text(COLLATION).is_empty() {
            sql = format!("{sql} COLLATE {}", object.text(COLLATION));
        }
        if !object.text(DEFAULT).is_empty() {
            sql = format!("{sql} DEFAULT {}", object.text(DEFAULT));
        }
        if object.flag(NOT_NULL) {
            // before 17 the name is read and forgotten
            let name = object.text(NOT_NULL_CONSTRAINT);
            if !name.is_empty() {
                sql = format!("{sql} CONSTRAINT {}", quote::ident(name));
            } else if ctx.current.objects.contains_key(&object.id) {
                // one that stands aside still has the name that PostgreSQL would choose
                sql = format!("{sql} CONSTRAINT {}", quote::ident(&automatic(object)));
            }
            sql += " NOT NULL";
        }
        for part in parts {
            sql = format!("{sql}\n    {}", domain_constraint::clause(part));
        }
        vec![format!("{sql};")]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP DOMAIN {};", self.sql_name(object))]
    }
    fn absorbs(&self, part: &Object) -> bool {
        domain_constraint::stands_in_domain(part)
    }
    fn rebuildable(&self, _: &Object) -> bool {
        false
    }
    fn guards(&self, _: &Catalog, object: &Object) -> Guards {
        let mut guards = Guards::default();
        guards.keep(object.flag(NOT_NULL), &object.id, "NOT NULL");
        guards
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        vec![("type", vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()])]
    }
}

/// PostgreSQL cannot change it: without columns that use it, it is made anew.
fn rebase(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    if !aside::is_stored(ctx, &to.id) {
        return Outcome::rebuild();
    }
    let mut object = from.clone();
    for (at, spec) in SPECS.iter().enumerate() {
        // the others have statements of their own, but the default is of the type
        if matches!(spec.name, "type" | "collation" | "default")
            && let (Some(slot), Some(value)) = (object.values.get_mut(at), to.values.get(at))
        {
            slot.clone_from(value);
        }
    }
    let assignable = column::is_assignable(ctx, from.text(TYPE), to.text(TYPE));
    let clause = |column: &Object| {
        if assignable {
            format!("TYPE {}", column::type_of(column))
        } else {
            aside::through_text(column)
        }
    };
    let parts = aside::unchanged_parts(ctx, &to.id, &stored::holders(ctx.current, &to.id));
    let replacement = Replacement { object: &object, parts, rewrites: true, clause: &clause };
    let mut outcome = replacement.outcome(ctx);
    if !column::may_lose(from.text(TYPE), to.text(TYPE)) {
        return outcome;
    }
    outcome.effects =
        outcome.effects.failing(Hazard::DataException, "a value may not fit the new type");
    outcome.removing(format!("{} may lose values of {}", to.text(TYPE), from.text(TYPE)))
}

/// Whether it is a domain that forbids some values, or is over one.
pub(super) fn checks(catalog: &Catalog, id: &ObjectId) -> bool {
    let is_check =
        |part: &Object| part.id.kind == Kind::DomainConstraint && part.parent.as_ref() == Some(id);
    id.kind == Kind::Domain
        && (catalog.objects.get(id).is_some_and(|domain| domain.flag(NOT_NULL))
            || catalog.objects.values().any(is_check)
            || catalog.needs_of(id).any(|(base, _)| base != id && checks(catalog, base)))
}

/// Whether a type is one of the domains with a CHECK that every database has.
pub(super) fn is_checked_of_the_server(name: &str) -> bool {
    matches!(name, "information_schema.cardinal_number" | "information_schema.yes_or_no")
}

/// What PostgreSQL puts behind the name of the domain.
const AUTOMATIC: &str = "_not_null";

fn automatic(object: &Object) -> String {
    format!("{}{AUTOMATIC}", object.id.part(1))
}

fn not_null(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    if !to.flag(NOT_NULL) {
        return Outcome::in_place(vec![alter(to, "DROP NOT NULL")], Effects::default())
            .removing("NOT NULL is dropped");
    }
    let mut statements = Vec::new();
    let mut effects = Effects::default();
    if !from.flag(NOT_NULL) {
        if let Some(column) = stored::inside(ctx.current, &to.id) {
            return Outcome::report(stored::refusal(&column));
        }
        effects = reach::storing(ctx.current, &to.id, Lock::Share)
            .failing(Hazard::NotNullViolation, "a column of the domain holds NULL");
        statements.push(alter(to, "SET NOT NULL"));
    }
    let name = |object: &Object| match object.text(NOT_NULL_CONSTRAINT) {
        "" => automatic(object),
        name => name.to_owned(),
    };
    let (before, after) = (name(from), name(to));
    if before != after {
        if ctx.current.server.major() < 17 {
            return Outcome::report("before PostgreSQL 17 the NOT NULL of a domain has no name");
        }
        let (before, after) = (quote::ident(&before), quote::ident(&after));
        statements.push(alter(to, &format!("RENAME CONSTRAINT {before} TO {after}")));
    }
    Outcome::in_place(statements, effects)
}

fn alter(object: &Object, clause: &str) -> String {
    format!("ALTER DOMAIN {} {clause};", Domain.sql_name(object))
}
