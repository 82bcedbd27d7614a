//! Operators (`pg_operator`), with their commutators and negators.
//!
//! Naming an operator that is not there as commutator or negator makes a shell of it, and its own
//! CREATE fills that in and links both. So both sides state the link, in any order.

use crate::kinds::definition::{self, Item, Style, item};
use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Name, Naming, ObjectKind, Outcome,
    Phase, Place, Privileges, Rule, Scan, Source, privilege,
};
use crate::model::{Attr, AttrSpec, Catalog, Kind, Object, ObjectId, Value};
use crate::sql::quote;

const ITEMS: [Item; 7] = [
    item("function", "oprcode", Style::Word),
    item("commutator", "oprcom", Style::Word),
    item("negator", "oprnegate", Style::Word),
    item("restrict", "estimates a restriction (oprrest)", Style::Word),
    item("join", "estimates a join (oprjoin)", Style::Word),
    item("hashes", "oprcanhash", Style::Flag),
    item("merges", "oprcanmerge", Style::Flag),
];
const SPECS: [AttrSpec; 7] = definition::specs(&ITEMS);
const COMMUTATOR: Attr = Attr::named(&SPECS, "commutator");
const NEGATOR: Attr = Attr::named(&SPECS, "negator");
const RESTRICT: Attr = Attr::named(&SPECS, "restrict");
const JOIN: Attr = Attr::named(&SPECS, "join");
const HASHES: Attr = Attr::named(&SPECS, "hashes");
const MERGES: Attr = Attr::named(&SPECS, "merges");

static SOURCE: Source =
    Source { catalog: "pg_operator", class: 2617, query, schema: Some("oprnamespace"), acl: None };

fn query(_: i32) -> String {
    format!(
        "SELECT o.oid, o.oprname, o.oprnamespace, o.oprowner, o.oprcode = 0 AS shell, \
        CASE o.oprleft WHEN 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprleft, NULL) END AS left_type, \
        CASE o.oprright WHEN 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprright, NULL) END AS right_type, \
        o.oprcode::text AS function, {} AS commutator, {} AS negator, o.oprrest::text AS restrict, o.oprjoin::text AS join, \
        o.oprcanhash AS hashes, o.oprcanmerge AS merges FROM pg_catalog.pg_operator o WHERE o.oid >= 16384",
        definition::operator_name("o.oprcom"),
        definition::operator_name("o.oprnegate"),
    )
}

/// The kind.
pub(super) struct Operator;

impl ObjectKind for Operator {
    fn kind(&self) -> Kind {
        Kind::Operator
    }
    fn phase(&self) -> Phase {
        Phase::Routine
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::Operator)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.flag("shell") {
            return Claim::Excluded("only a name, which another operator says of its counterpart");
        }
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let place = Place::Schema(row.oid("oprnamespace"));
        let values = definition::values(&ITEMS, row);
        let mut found =
            Found::new(address, place, String::new(), values).owned(row.oid("oprowner"));
        let name = |column| Name::Plain(row.name(column));
        found.name = vec![name("oprname"), name("left_type"), name("right_type")];
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Schema, Naming::Plain, Naming::Sql]
    }
    fn naming(&self, attribute: &str, _: &Value) -> Naming {
        definition::naming(&ITEMS, attribute)
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule { attrs: &["function"], change: |_, _, _| Outcome::rebuild() },
            Rule {
                attrs: &["commutator"],
                change: |ctx, from, to| link(ctx, from, to, COMMUTATOR),
            },
            Rule { attrs: &["negator"], change: |ctx, from, to| link(ctx, from, to, NEGATOR) },
            Rule {
                attrs: &["restrict", "join"],
                change: |_, from, to| {
                    let entry = |attr: Attr, key: &str| {
                        let value = Some(to.text(attr)).filter(|text| !text.is_empty());
                        (from.value(attr) != to.value(attr))
                            .then(|| format!("{key} = {}", value.unwrap_or("NONE")))
                    };
                    let entries = [entry(RESTRICT, "RESTRICT"), entry(JOIN, "JOIN")];
                    set(to, &entries.into_iter().flatten().collect::<Vec<_>>().join(", "))
                },
            },
            Rule { attrs: &["hashes"], change: |ctx, _, to| may(ctx, to, HASHES, "HASHES") },
            Rule { attrs: &["merges"], change: |ctx, _, to| may(ctx, to, MERGES, "MERGES") },
        ]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let mut needs = privilege::usual(ctx, object, act);
        if act == Act::Create {
            needs.extend(privilege::executed(ctx, object));
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, comment: true, ..FacetSpec::default() }
    }
    fn subject(&self, _: &ObjectId) -> String {
        "operators".to_owned()
    }
    fn noun(&self, _: &Object) -> &'static str {
        "OPERATOR"
    }
    fn sql_name(&self, object: &Object) -> String {
        let id = &object.id;
        format!("{}.{} ({}, {})", quote::ident(id.part(0)), id.part(1), id.part(2), id.part(3))
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let id = &object.id;
        let side = |key: &str, name: &str| (name != "NONE").then(|| format!("{key} = {name}"));
        let sides = [side("LEFTARG", id.part(2)), side("RIGHTARG", id.part(3))];
        let mut entries = definition::entries(&ITEMS, object);
        entries.splice(1..1, sides.into_iter().flatten());
        let name = format!("{}.{}", quote::ident(id.part(0)), id.part(1));
        vec![format!("CREATE OPERATOR {name} {};", definition::list(&entries))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP OPERATOR {};", self.sql_name(object))]
    }
}

fn set(object: &Object, clause: &str) -> Outcome {
    let sql = format!("ALTER OPERATOR {} SET ({clause});", Operator.sql_name(object));
    Outcome::in_place(vec![sql], Effects::default())
}

/// A flag that 17+ can set and nothing can take away.
fn may(ctx: &Ctx<'_>, to: &Object, attr: Attr, key: &str) -> Outcome {
    if to.flag(attr) && ctx.current.server.major() >= 17 {
        set(to, key)
    } else {
        Outcome::rebuild()
    }
}

/// A link comes and goes with the operator at its other end; else 17+ can set it where none is.
fn link(ctx: &Ctx<'_>, from: &Object, to: &Object, attr: Attr) -> Outcome {
    let (before, after) = (partner(from, attr), partner(to, attr));
    let stands = |catalog: &Catalog, id: &Option<ObjectId>| {
        id.as_ref().is_some_and(|id| catalog.objects.contains_key(id))
    };
    let nothing = || Outcome::in_place(Vec::new(), Effects::default());
    if before.is_some() {
        let goes = stands(ctx.current, &before) && !stands(ctx.desired, &before);
        let outcome = if goes && after.is_none() { nothing() } else { Outcome::rebuild() };
        return outcome.removing("the link to another operator goes");
    }
    if stands(ctx.desired, &after) && !stands(ctx.current, &after) {
        return nothing();
    }
    // no ALTER names what is not there
    if ctx.current.server.major() < 17 || !stands(ctx.current, &after) {
        return Outcome::rebuild();
    }
    let key = if attr == COMMUTATOR { "COMMUTATOR" } else { "NEGATOR" };
    set(to, &format!("{key} = {}", to.text(attr)))
}

/// The operator at the other end of a link: a commutator has the types in turn.
fn partner(object: &Object, attr: Attr) -> Option<ObjectId> {
    let name = object.text(attr).strip_prefix("OPERATOR(")?.strip_suffix(')')?;
    let (schema, name) = name.rsplit_once('.')?;
    let schema = schema.trim_matches('"').replace("\"\"", "\"");
    let (left, right) = (object.id.part(2), object.id.part(3));
    let (left, right) = if attr == COMMUTATOR { (right, left) } else { (left, right) };
    Some(ObjectId::new(Kind::Operator, &[&schema, name, left, right]))
}
