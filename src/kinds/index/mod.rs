//! Indexes without a constraint (`pg_index`, `pg_get_indexdef`).

mod online;
mod tree;

pub(super) use online::{is_same, of_key};

use crate::kinds::column::option_clauses;
use crate::kinds::facet::relation_of;
use crate::kinds::row::{class, options};
use crate::kinds::{
    Act, Address, Claim, Ctx, Detour, Effects, FacetSpec, Fields, Found, Guards, Hazard, Isolation,
    Lock, Name, ObjectKind, Outcome, Place, Privileges, Protection, Raw, Rule, Scan, Slot,
    constraint, hazard, inheritance, privilege,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, ObjectId, Settings, Value};
use crate::sql::{quote, tokens};
use std::sync::Arc;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "table", doc: "the relation it is on (indrelid)", compare: Compare::Drift },
    AttrSpec {
        name: "definition",
        doc: "pg_get_indexdef without storage parameters",
        compare: Compare::Drift,
    },
    AttrSpec { name: "options", doc: "storage parameters (reloptions)", compare: Compare::Drift },
    AttrSpec { name: "tablespace", doc: "where it is not the database's", compare: Compare::Drift },
    AttrSpec {
        name: "statistics",
        doc: "targets of expression columns (attstattarget)",
        compare: Compare::Drift,
    },
    AttrSpec { name: "clustered", doc: "CLUSTER ON it", compare: Compare::Drift },
    AttrSpec {
        name: "replica_identity",
        doc: "it is the table's replica identity",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "invalid",
        doc: "left over by a failed build: it serves no query",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "attached_to",
        doc: "the index of the partitioned table that this one is a part of (pg_inherits)",
        compare: Compare::Drift,
    },
];
const TABLE: Attr = Attr::named(SPECS, "table");
const DEFINITION: Attr = Attr::named(SPECS, "definition");
const OPTIONS: Attr = Attr::named(SPECS, "options");
const TABLESPACE: Attr = Attr::named(SPECS, "tablespace");
const STATISTICS: Attr = Attr::named(SPECS, "statistics");
const CLUSTERED: Attr = Attr::named(SPECS, "clustered");
const REPLICA_IDENTITY: Attr = Attr::named(SPECS, "replica_identity");
const INVALID: Attr = Attr::named(SPECS, "invalid");
const ATTACHED_TO: Attr = Attr::named(SPECS, "attached_to");

/// Why an invalid index is not made.
const REMAINS: &str = "an invalid index is what a failed build left behind: none is made";

/// The kind.
pub(super) struct Index;

impl ObjectKind for Index {
    fn kind(&self) -> Kind {
        Kind::Index
    }
    fn scan(&self) -> Scan {
        Scan::Index
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.oid("constraint_oid") == 0 {
            Claim::Mine
        } else {
            Claim::Excluded("the index of a constraint is the constraint's")
        }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_CLASS, row.oid("indexrelid"));
        let table = Address::new(class::PG_CLASS, row.oid("indrelid"));
        let parent = row.oid("parent_index");
        let targets: Settings = row
            .texts("statistics")
            .iter()
            .filter_map(|entry| entry.split_once('='))
            .map(|(column, target)| (Arc::from(column), Arc::from(target)))
            .collect();
        let values = vec![
            Raw::Ref(table),
            Raw::Value(Value::Sql(bare(&row.name("definition")).into())),
            Raw::Value(options(&row.texts("reloptions"))),
            Raw::Value(Value::text(row.text("spcname").as_deref())),
            Raw::Value(Value::map(targets)),
            Raw::Value(Value::flag(row.flag("indisclustered"))),
            Raw::Value(Value::flag(row.flag("indisreplident"))),
            // that of a partitioned table is invalid while a partition has none
            Raw::Value(Value::flag(!row.flag("indisvalid") && row.letter("relkind") == 'i')),
            if parent == 0 {
                Raw::Value(Value::Null)
            } else {
                Raw::Ref(Address::new(class::PG_CLASS, parent))
            },
        ];
        let mut found =
            Found::new(address, Place::Schema(row.oid("relnamespace")), String::new(), values);
        found.name = vec![Name::Plain(row.name("relname"))];
        found.part_of = Some(table);
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        RULES
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let mut needs = privilege::usual(ctx, object, act);
        if act != Act::Drop {
            needs.insert(privilege::create_in(&object.id));
            needs.extend(privilege::of_tablespace(object.text(TABLESPACE)));
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, extension: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "INDEX"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn finish(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        attach(object, object.value(ATTACHED_TO)).into_iter().collect()
    }
    fn unfinish(&self, object: &mut Object) {
        object.set(ATTACHED_TO, Value::Null);
    }
    fn held_by(&self, object: &Object) -> Option<ObjectId> {
        if let Value::Id(id) = object.value(ATTACHED_TO) { Some(id.clone()) } else { None }
    }
    fn enters(&self, object: &Object) -> Vec<Slot> {
        let table = relation_of(object);
        vec![("children", vec![table.part(0).to_owned(), table.part(1).to_owned()])]
    }
    fn create(&self, ctx: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let mut statements = if let Some(standing) = online::predecessor(ctx, object) {
            vec![online::renaming(standing, object)]
        } else {
            let mut sql = format!("{};", reaching(ctx, object));
            if online::is_online(ctx, object) {
                sql = sql.replacen("INDEX ", "INDEX CONCURRENTLY ", 1);
            }
            std::iter::once(sql).chain(targets(object, &Settings::new())).collect()
        };
        statements.extend(mark_statements(
            object,
            object.flag(CLUSTERED),
            object.flag(REPLICA_IDENTITY),
        ));
        statements
    }
    fn detour(&self, ctx: &Ctx<'_>, object: &Object) -> Option<Detour> {
        online::detour(ctx, object)
    }
    fn drop(&self, ctx: &Ctx<'_>, object: &Object) -> Vec<String> {
        if online::is_taken_over(ctx, object) {
            return Vec::new();
        }
        let online = if online::is_online(ctx, object) { "CONCURRENTLY " } else { "" };
        vec![format!("DROP INDEX {online}{};", self.sql_name(object))]
    }
    fn create_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        let table = relation_of(object);
        if online::predecessor(ctx, object).is_some() {
            return Effects::lock(&table, Lock::ShareUpdateExclusive);
        }
        let mut effects = if online::is_online(ctx, object) {
            Effects::lock(&table, Lock::ShareUpdateExclusive).isolated(Isolation::Outside)
        } else if ctx.is_large(&table) {
            Effects::lock(&table, Lock::Share)
        } else {
            Effects::lock(&table, Lock::Share).if_small(&table)
        };
        effects.index_builds.insert(table.clone());
        if object.flag(REPLICA_IDENTITY) {
            effects.join(Effects::lock(&relation_of(object), Lock::AccessExclusive));
        }
        if object.text(DEFINITION).starts_with("CREATE UNIQUE") {
            let table = hazard::asked(ctx, object);
            effects =
                effects.failing(Hazard::UniqueViolation, "two rows have the same key").asking(
                    table.and_then(|table| hazard::any_double(&table, object.text(DEFINITION))),
                );
        }
        effects
    }
    fn evaluates(&self) -> bool {
        true
    }
    fn obstacle(&self, _: &Ctx<'_>, object: &Object) -> Option<String> {
        object.flag(INVALID).then(|| REMAINS.to_owned())
    }
    fn drop_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        let table = relation_of(object);
        if online::is_taken_over(ctx, object) {
            return Effects::default();
        }
        if online::is_online(ctx, object) {
            return Effects::lock(&table, Lock::ShareUpdateExclusive).isolated(Isolation::Outside);
        }
        Effects::lock(&table, Lock::AccessExclusive)
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        let nulls = tokens::has_words(object.text(DEFINITION), &["NULLS", "NOT", "DISTINCT"]);
        if nulls { Some((15, "NULLS NOT DISTINCT")) } else { None }
    }
    fn guards(&self, _: &Catalog, object: &Object) -> Guards {
        if object.flag(INVALID) || !object.text(DEFINITION).starts_with("CREATE UNIQUE ") {
            return Guards::default();
        }
        let (table, name) = (relation_of(object), quote::ident(object.id.name()));
        let protection = Protection::named(&table, format!("the unique index {name}"));
        protection.saying(&table, forbids(object)).into()
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        vec![("relation", vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()])]
    }
}

static RULES: &[Rule] = &[
    Rule {
        attrs: &["table", "definition"],
        change: |_, from, to| {
            let unique = from.text(DEFINITION).starts_with("CREATE UNIQUE");
            let moved = relation_of(from) != relation_of(to);
            Outcome::rebuild().removing_if(unique || moved, "the index that prod has goes")
        },
    },
    Rule {
        attrs: &["options"],
        change: |_, from, to| {
            let clauses =
                option_clauses(&from.value(OPTIONS).as_map(), &to.value(OPTIONS).as_map());
            let statements = clauses.iter().map(|clause| alter(to, clause)).collect();
            Outcome::in_place(
                statements,
                Effects::lock(&relation_of(to), Lock::ShareUpdateExclusive),
            )
        },
    },
    Rule {
        attrs: &["attached_to"],
        change: |ctx, from, to| attachment(ctx, from, to, ATTACHED_TO),
    },
    Rule {
        attrs: &["tablespace"],
        change: |_, _, to| {
            let name =
                if to.text(TABLESPACE).is_empty() { "pg_default" } else { to.text(TABLESPACE) };
            let sql = alter(to, &format!("SET TABLESPACE {}", quote::ident(name)));
            Outcome::in_place(vec![sql], Effects::lock(&relation_of(to), Lock::AccessExclusive))
        },
    },
    Rule {
        attrs: &["statistics"],
        change: |_, from, to| {
            let statements = targets(to, &from.value(STATISTICS).as_map());
            Outcome::in_place(
                statements,
                Effects::lock(&relation_of(to), Lock::ShareUpdateExclusive),
            )
        },
    },
    Rule {
        attrs: &["clustered"],
        change: |ctx, from, to| cluster(ctx, from.flag(CLUSTERED), to, to.flag(CLUSTERED)),
    },
    Rule {
        attrs: &["replica_identity"],
        change: |ctx, _, to| identify(ctx, to, to.flag(REPLICA_IDENTITY)),
    },
    Rule {
        attrs: &["invalid"],
        change: |ctx, _, to| {
            let table = relation_of(to);
            if to.flag(INVALID) {
                Outcome::report(REMAINS)
            } else if ctx.is_large(&table) {
                let effects = Effects::lock(&table, Lock::ShareUpdateExclusive).indexing(&table);
                let sql = format!("REINDEX INDEX CONCURRENTLY {};", Index.sql_name(to));
                Outcome::in_place(vec![sql], effects.isolated(Isolation::Outside))
            } else {
                Outcome::rebuild()
            }
        },
    },
];

/// The definition without `WITH (...)`, which can change while the index stands.
fn bare(definition: &str) -> String {
    let Some((head, rest)) =
        tokens::top_level(definition, "WITH").map(|at| definition.split_at(at))
    else {
        return definition.to_owned();
    };
    match tokens::top_level(rest, "WHERE").map(|at| rest.split_at(at)) {
        Some((_, condition)) => format!("{head}{condition}"),
        None => head.trim_end().to_owned(),
    }
}

/// The statement that makes it, on partitions as well where they are not in the catalog.
fn reaching(ctx: &Ctx<'_>, object: &Object) -> String {
    const ONLY: &str = "ONLY ";
    let text = definition(object);
    let at = tokens::top_level(&text, ONLY.trim_end());
    match at.filter(|_| ctx.only(&relation_of(object)).is_empty()).map(|at| text.split_at(at)) {
        Some((head, rest)) => format!("{head}{}", rest.trim_start_matches(ONLY)),
        None => text,
    }
}

/// The whole of it.
fn definition(object: &Object) -> String {
    let text = object.text(DEFINITION);
    let with = option_clauses(&Settings::new(), &object.value(OPTIONS).as_map());
    let with = with.first().map(|clause| clause.replacen("SET", "WITH", 1));
    let tablespace = Some(object.text(TABLESPACE)).filter(|name| !name.is_empty());
    let tablespace = tablespace.map(|name| format!("TABLESPACE {}", quote::ident(name)));
    let clauses: Vec<String> = with.into_iter().chain(tablespace).collect();
    if clauses.is_empty() {
        return text.to_owned();
    }
    let clauses = clauses.join(" ");
    match tokens::top_level(text, "WHERE").map(|at| text.split_at(at)) {
        Some((head, condition)) => format!("{head}{clauses} {condition}"),
        None => format!("{text} {clauses}"),
    }
}

/// Makes an index, or a key's, a part of a partitioned table's.
pub(super) fn attach(object: &Object, parent: &Value) -> Option<String> {
    let Value::Id(parent) = parent else { return None };
    let name = |id: &ObjectId| quote::qualified(&[id.part(0), id.name()]);
    Some(format!("ALTER INDEX {} ATTACH PARTITION {};", name(parent), name(&object.id)))
}

/// An index can be attached in place; it comes off only with the link of its table.
pub(super) fn attachment(ctx: &Ctx<'_>, from: &Object, to: &Object, attr: Attr) -> Outcome {
    if tree::keeps_parent(ctx, from, to) {
        return Outcome::in_place(Vec::new(), Effects::default());
    }
    if from.value(attr) != &Value::Null {
        // while that holds, it goes with the index that it is a part of
        if inheritance::stays_linked(ctx, &relation_of(to)) {
            return Outcome::rebuild();
        }
        return Outcome::in_place(Vec::new(), Effects::default());
    }
    let effects = Effects::lock(&relation_of(to), Lock::AccessExclusive);
    let statements = attach(to, to.value(attr)).into_iter().collect();
    Outcome { follows_link: true, ..Outcome::in_place(statements, effects) }
}

fn alter(object: &Object, clause: &str) -> String {
    format!("ALTER INDEX {} {clause};", Index.sql_name(object))
}

fn targets(object: &Object, before: &Settings) -> Vec<String> {
    let after = object.value(STATISTICS).as_map();
    let set = after.iter().filter(|(column, target)| before.get(*column) != Some(target));
    let reset = before.keys().filter(|column| !after.contains_key(*column));
    set.map(|(column, target)| {
        alter(object, &format!("ALTER COLUMN {column} SET STATISTICS {target}"))
    })
    .chain(reset.map(|column| alter(object, &format!("ALTER COLUMN {column} SET STATISTICS -1"))))
    .collect()
}

/// The table that an index, or the index of a constraint, is on.
fn table_statement(object: &Object, clause: &str) -> String {
    let table = relation_of(object);
    format!("ALTER TABLE {} {clause};", quote::qualified(&[table.part(0), table.part(1)]))
}

/// CLUSTER ON and REPLICA IDENTITY USING for a new index.
pub(super) fn mark_statements(object: &Object, clustered: bool, identity: bool) -> Vec<String> {
    let name = quote::ident(object.id.name());
    let cluster = clustered.then(|| table_statement(object, &format!("CLUSTER ON {name}")));
    let identity =
        identity.then(|| table_statement(object, &format!("REPLICA IDENTITY USING INDEX {name}")));
    cluster.into_iter().chain(identity).collect()
}

/// The clustering mark comes or goes; another index that takes it takes it away from this one.
pub(super) fn cluster(ctx: &Ctx<'_>, from: bool, to: &Object, now: bool) -> Outcome {
    let table = relation_of(to);
    let effects = Effects::lock(&table, Lock::ShareUpdateExclusive);
    if now {
        return Outcome::in_place(mark_statements(to, true, false), effects);
    }
    let elsewhere = ctx.desired.objects.values().any(|other| {
        relation_of(other) == table
            && other
                .specs
                .iter()
                .position(|spec| spec.name == "clustered")
                .is_some_and(|at| other.values.get(at).is_some_and(Value::is_true))
    });
    let statements = if from && !elsewhere {
        vec![table_statement(to, "SET WITHOUT CLUSTER")]
    } else {
        Vec::new()
    };
    Outcome::in_place(statements, effects)
}

/// The replica identity comes; where it goes, the table's own attribute says to what.
pub(super) fn identify(_: &Ctx<'_>, to: &Object, now: bool) -> Outcome {
    let effects = Effects::lock(&relation_of(to), Lock::AccessExclusive);
    Outcome::in_place(mark_statements(to, false, now), effects)
}

/// An index that is a part of a partitioned table's, before it is attached.
pub(super) fn unattached(object: &Object) -> Option<Object> {
    let attached = object.id.kind == Kind::Index && is_attached(object);
    attached.then(|| {
        let mut index = object.clone();
        index.set(ATTACHED_TO, Value::Null);
        index
    })
}

/// Whether it is, or the index of a key is, a part of a partitioned table's.
pub(super) fn is_attached(object: &Object) -> bool {
    let at = object.specs.iter().position(|spec| spec.name == "attached_to");
    at.and_then(|at| object.values.get(at)).is_some_and(|value| *value != Value::Null)
}

/// The definition of an index, or of a key.
pub(super) fn text(object: &Object) -> &str {
    match object.id.kind {
        Kind::Index => object.text(DEFINITION),
        _ => constraint::definition(object),
    }
}

/// Whether it holds an expression or a predicate, which a new type of a column may break.
pub(super) fn holds_expression(object: &Object) -> bool {
    if object.id.kind != Kind::Index {
        return false;
    }
    let definition = object.text(DEFINITION);
    let keys = definition.split_once(" USING ").map_or("", |(_, rest)| rest);
    definition.contains(" WHERE ") || keys.matches('(').count() > 1
}
/// What a unique index forbids, whatever its name.
pub(super) fn forbids(index: &Object) -> &str {
    let text = index.text(DEFINITION);
    tokens::top_level(text, "ON").and_then(|at| text.get(at..)).unwrap_or(text)
}
