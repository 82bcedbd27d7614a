//! Tables (`pg_class`): ordinary, partitioned, partitions, inheriting, typed and foreign ones
//! (`pg_foreign_table`). What holds for all of them stands here once.

use crate::kinds::row::{class, options};
use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Guards, LeftOut, Lock, ObjectKind,
    Outcome, Place, Privilege, Privileges, Raw, Rule, Scan, Slot, column, constraint, inheritance,
    options as foreign, privilege, reach, secret, sequence,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, ObjectId, Settings, Value};
use crate::sql::quote;
use std::sync::Arc;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "unlogged", doc: "relpersistence u", compare: Compare::Drift },
    AttrSpec {
        name: "access_method",
        doc: "where it is not heap (relam)",
        compare: Compare::Drift,
    },
    AttrSpec { name: "tablespace", doc: "where it is not the database's", compare: Compare::Drift },
    AttrSpec {
        name: "options",
        doc: "storage parameters, toast.* included (reloptions)",
        compare: Compare::Drift,
    },
    AttrSpec { name: "row_security", doc: "row-level security is on", compare: Compare::Drift },
    AttrSpec { name: "force_row_security", doc: "for the owner too", compare: Compare::Drift },
    AttrSpec {
        name: "replica_identity",
        doc: "where it is not the default (relreplident)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "partition_key",
        doc: "pg_get_partkeydef, where it is partitioned",
        compare: Compare::Drift,
    },
    AttrSpec { name: "of_type", doc: "of a typed table (reloftype)", compare: Compare::Drift },
    AttrSpec { name: "server", doc: "of a foreign table (ftserver)", compare: Compare::Drift },
    AttrSpec {
        name: "foreign_options",
        doc: "of a foreign table, those without a secret (ftoptions)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "unread_options",
        doc: "names of its options that may hold a secret",
        compare: Compare::Drift,
    },
];
const UNLOGGED: Attr = Attr::named(SPECS, "unlogged");
const ACCESS_METHOD: Attr = Attr::named(SPECS, "access_method");
const TABLESPACE: Attr = Attr::named(SPECS, "tablespace");
const OPTIONS: Attr = Attr::named(SPECS, "options");
const ROW_SECURITY: Attr = Attr::named(SPECS, "row_security");
const FORCE: Attr = Attr::named(SPECS, "force_row_security");
const REPLICA_IDENTITY: Attr = Attr::named(SPECS, "replica_identity");
const PARTITION_KEY: Attr = Attr::named(SPECS, "partition_key");
const OF_TYPE: Attr = Attr::named(SPECS, "of_type");
const SERVER: Attr = Attr::named(SPECS, "server");
const FOREIGN_OPTIONS: Attr = Attr::named(SPECS, "foreign_options");
const UNREAD: Attr = Attr::named(SPECS, "unread_options");

/// The kind.
pub(super) struct Table;

impl ObjectKind for Table {
    fn kind(&self) -> Kind {
        Kind::Table
    }
    fn scan(&self) -> Scan {
        Scan::Class
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if matches!(row.letter("relkind"), 'r' | 'p' | 'f') { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_CLASS, row.oid("oid"));
        let (shown, unread) = secret::split(&row.texts("ftoptions"));
        let values = vec![
            Raw::Value(Value::flag(row.letter("relpersistence") == 'u')),
            Raw::Value(Value::text(row.text("amname").as_deref().filter(|name| *name != "heap"))),
            Raw::Value(Value::text(row.text("spcname").as_deref())),
            Raw::Value(parameters(row)),
            Raw::Value(Value::flag(row.flag("relrowsecurity"))),
            Raw::Value(Value::flag(row.flag("relforcerowsecurity"))),
            Raw::Value(replica_identity(row)),
            Raw::Value(Value::sql(row.text("partition_key").as_deref())),
            Raw::Value(Value::sql(row.text("of_type").as_deref())),
            Raw::Value(Value::text(row.text("srvname").as_deref())),
            Raw::Value(shown),
            Raw::Value(unread),
        ];
        Found::new(address, Place::Schema(row.oid("relnamespace")), row.name("relname"), values)
            .owned(row.oid("relowner"))
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
            needs.extend(privilege::of_tablespace(object.text(TABLESPACE)));
        }
        if act == Act::Create && is_foreign(object) {
            let server = ObjectId::new(Kind::Server, &[object.text(SERVER)]);
            needs.insert(Privilege::Held("USAGE", server));
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('r'), comment: true, extension: false }
    }
    fn has_rows(&self, object: &Object) -> bool {
        !is_foreign(object)
    }
    fn can_be_locked(&self, object: &Object) -> bool {
        !is_foreign(object)
    }
    fn prominence(&self) -> u8 {
        0
    }
    fn noun(&self, object: &Object) -> &'static str {
        if is_foreign(object) { "FOREIGN TABLE" } else { "TABLE" }
    }
    fn obstacle(&self, _: &Ctx<'_>, object: &Object) -> Option<String> {
        foreign::obstacle(object.value(UNREAD))
    }
    fn left_out(&self, object: &Object) -> Option<LeftOut> {
        foreign::told(object.value(UNREAD)).map(LeftOut::Secret)
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, ctx: &Ctx<'_>, object: &Object, parts: &[&Object]) -> Vec<String> {
        let mut columns: Vec<&Object> =
            parts.iter().copied().filter(|part| part.id.kind == Kind::Column).collect();
        columns.sort_by_key(|part| column::Column.position(part));
        let mut statements = vec![format!(
            "CREATE {}{} {}{}{};",
            unlogged(object),
            self.noun(object),
            self.sql_name(object),
            body(ctx, object, &columns, parts),
            tail(object, parts)
        )];
        for part in parts.iter().filter(|part| constraint::follows_table(part, parts)) {
            statements.push(alter(object, &format!("ADD {}", constraint::clause(part))));
        }
        let inherits = parts.iter().any(|part| inheritance::is_plain(part));
        for part in columns {
            if inherits && column::is_inherited(part) {
                statements.extend(column::as_inherited(ctx, part));
            }
            statements.extend(column::follow_ups(ctx, part));
        }
        statements
            .extend(parts.iter().filter_map(|part| sequence::unlike_table(ctx.desired, part)));
        let mut alter = |condition: bool, clause: &str| {
            if condition {
                statements.push(alter(object, clause));
            }
        };
        // with the table itself: it is never there without its protection
        alter(object.flag(ROW_SECURITY), "ENABLE ROW LEVEL SECURITY");
        alter(object.flag(FORCE), "FORCE ROW LEVEL SECURITY");
        match object.text(REPLICA_IDENTITY) {
            "" | "INDEX" => {}
            word => alter(true, &format!("REPLICA IDENTITY {word}")),
        }
        statements
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP {} {};", self.noun(object), self.sql_name(object))]
    }
    fn absorbs(&self, part: &Object) -> bool {
        match part.id.kind {
            Kind::Column | Kind::Default => true,
            Kind::Sequence => sequence::is_identity(part),
            Kind::Constraint => constraint::stands_in_table(part),
            Kind::Inheritance => inheritance::is_plain(part),
            _ => false,
        }
    }
    fn rebuildable(&self, object: &Object) -> bool {
        is_foreign(object) && *object.value(UNREAD) == Value::Null
    }
    fn drop_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        let mut effects = Effects::lock(&object.id, Lock::AccessExclusive);
        for sequence in reach::sequences(ctx.current, &object.id) {
            effects.join(Effects::lock(sequence, Lock::AccessExclusive));
        }
        effects.join(inheritance::kept_keys(ctx, &object.id));
        if is_foreign(object) {
            effects.join(foreign::dropped(object.value(UNREAD)));
            return effects;
        }
        effects.losing("the rows of the table")
    }
    fn guards(&self, _: &Catalog, object: &Object) -> Guards {
        let mut guards = Guards::default();
        guards.keep(object.flag(ROW_SECURITY), &object.id, "row-level security");
        guards.keep(object.flag(FORCE), &object.id, "row-level security for the owner");
        // a table comes with it
        guards.protections.iter_mut().for_each(|protection| protection.at_once = true);
        guards
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        let path = vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()];
        vec![("relation", path.clone()), ("type", path)]
    }
}

static RULES: &[Rule] = &[
    Rule {
        attrs: &["unlogged"],
        change: |ctx, _, to| {
            let word = if to.flag(UNLOGGED) { "SET UNLOGGED" } else { "SET LOGGED" };
            let mut effects =
                Effects::lock(&to.id, Lock::AccessExclusive).rewriting(&to.id).joint();
            if ctx.current.server.major() >= 15 {
                // its sequences become what it becomes
                for sequence in reach::sequences(ctx.current, &to.id) {
                    effects.join(Effects::lock(sequence, Lock::AccessExclusive));
                }
            }
            let mut outcome = Outcome::in_place(vec![alter(to, word)], effects);
            // a logged table cannot refer to an unlogged one, not even for a moment
            outcome.affects =
                column::all_of(ctx.current, &to.id).map(|column| column.id.clone()).collect();
            outcome
                .displacing(constraint::is_foreign_key)
                .removing_if(to.flag(UNLOGGED), "an unlogged table loses its rows in a crash")
        },
    },
    Rule {
        attrs: &["access_method"],
        change: |ctx, _, to| {
            if ctx.current.server.major() < 15 {
                return Outcome::report(
                    "the access method of a table can be changed from PostgreSQL 15 on",
                );
            }
            let name =
                if to.text(ACCESS_METHOD).is_empty() { "heap" } else { to.text(ACCESS_METHOD) };
            let effects = Effects::lock(&to.id, Lock::AccessExclusive).rewriting(&to.id).joint();
            Outcome::in_place(
                vec![alter(to, &format!("SET ACCESS METHOD {}", quote::ident(name)))],
                effects,
            )
        },
    },
    Rule {
        attrs: &["tablespace"],
        change: |_, _, to| {
            let name =
                if to.text(TABLESPACE).is_empty() { "pg_default" } else { to.text(TABLESPACE) };
            let effects = Effects::lock(&to.id, Lock::AccessExclusive).rewriting(&to.id);
            Outcome::in_place(
                vec![alter(to, &format!("SET TABLESPACE {}", quote::ident(name)))],
                effects,
            )
        },
    },
    Rule {
        attrs: &["options"],
        change: |_, from, to| {
            let clauses =
                column::option_clauses(&from.value(OPTIONS).as_map(), &to.value(OPTIONS).as_map());
            let statements = clauses.iter().map(|clause| alter(to, clause)).collect();
            Outcome::in_place(statements, Effects::lock(&to.id, Lock::ShareUpdateExclusive))
        },
    },
    Rule {
        attrs: &["row_security"],
        change: |_, _, to| {
            let word = if to.flag(ROW_SECURITY) { "ENABLE" } else { "DISABLE" };
            security(to, &format!("{word} ROW LEVEL SECURITY"))
                .removing_if(!to.flag(ROW_SECURITY), "row-level security is switched off")
        },
    },
    Rule {
        attrs: &["force_row_security"],
        change: |_, _, to| {
            let word = if to.flag(FORCE) { "FORCE" } else { "NO FORCE" };
            security(to, &format!("{word} ROW LEVEL SECURITY"))
                .removing_if(!to.flag(FORCE), "row-level security no longer binds the owner")
        },
    },
    Rule {
        attrs: &["replica_identity"],
        change: |_, _, to| {
            identity_clause(to.text(REPLICA_IDENTITY)).map_or_else(
                || Outcome::in_place(Vec::new(), Effects::default()),
                |clause| security(to, &clause),
            )
        },
    },
    Rule {
        attrs: &["partition_key"],
        change: |_, _, _| {
            Outcome::report(
                "how a table is partitioned cannot be changed: its rows would have to move",
            )
        },
    },
    Rule {
        attrs: &["server"],
        change: |_, from, to| {
            if is_foreign(from) && is_foreign(to) {
                return Outcome::rebuild().removing("the table shows the rows of another server");
            }
            Outcome::report("a table cannot become a foreign one, nor the other way round")
        },
    },
    Rule {
        attrs: &["foreign_options"],
        change: |_, from, to| {
            let (before, after) = (from.value(FOREIGN_OPTIONS), to.value(FOREIGN_OPTIONS));
            foreign::change(&target(to), &before.as_map(), &after.as_map()).locking(&to.id)
        },
    },
    Rule {
        attrs: &["unread_options"],
        change: |_, from, to| {
            foreign::change_unread(&target(to), from.value(UNREAD), to.value(UNREAD))
                .locking(&to.id)
        },
    },
    Rule {
        attrs: &["of_type"],
        change: |_, _, to| match to.text(OF_TYPE) {
            "" => security(to, "NOT OF"),
            name => security(to, &format!("OF {name}")),
        },
    },
];

/// Whether its rows are elsewhere.
pub(super) fn is_foreign(object: &Object) -> bool {
    object.id.kind == Kind::Table && !object.text(SERVER).is_empty()
}

/// Columns and constraints: those that a type or a parent brings are not written again.
fn body(ctx: &Ctx<'_>, object: &Object, columns: &[&Object], parts: &[&Object]) -> String {
    let inherits = parts.iter().any(|part| inheritance::is_plain(part));
    let typed = object.value(OF_TYPE) != &Value::Null;
    let own = columns.iter().filter(|part| !(inherits && column::is_inherited(part)));
    let columns = own.filter_map(|part| {
        if typed {
            column::with_options(part, parts)
        } else if inherits {
            Some(column::merged(ctx, part, parts))
        } else {
            Some(column::definition(part, parts))
        }
    });
    let constraints = parts.iter().filter(|part| {
        part.id.kind == Kind::Constraint
            && !(inherits && constraint::is_inherited(part))
            && !constraint::follows_table(part, parts)
    });
    let lines: Vec<String> = columns
        .chain(constraints.map(|part| constraint::clause(part)))
        .map(|line| format!("    {line}"))
        .collect();
    match (typed, lines.is_empty()) {
        (true, true) => format!(" OF {}", object.text(OF_TYPE)),
        (true, false) => format!(" OF {} (\n{}\n)", object.text(OF_TYPE), lines.join(",\n")),
        (false, true) => " ()".to_owned(),
        (false, false) => format!(" (\n{}\n)", lines.join(",\n")),
    }
}

fn target(object: &Object) -> String {
    format!("FOREIGN TABLE {}", Table.sql_name(object))
}

fn alter(object: &Object, clause: &str) -> String {
    format!("ALTER TABLE {} {clause};", Table.sql_name(object))
}

fn security(object: &Object, clause: &str) -> Outcome {
    Outcome::in_place(vec![alter(object, clause)], Effects::lock(&object.id, Lock::AccessExclusive))
}

/// Storage parameters with those of the TOAST table.
pub(super) fn parameters(row: &dyn Fields) -> Value {
    let mut parameters = options(&row.texts("reloptions")).as_map();
    for (key, value) in options(&row.texts("toast_options")).as_map() {
        parameters.insert(Arc::from(format!("toast.{key}")), value);
    }
    Value::map(parameters)
}

/// What identifies a row to replicas, where it is not the primary key.
pub(super) fn replica_identity(row: &dyn Fields) -> Value {
    match row.letter("relreplident") {
        // a foreign table has none
        _ if row.letter("relkind") == 'f' => Value::Null,
        'n' => Value::text(Some("NOTHING")),
        'f' => Value::text(Some("FULL")),
        'i' => Value::text(Some("INDEX")),
        _ => Value::Null,
    }
}

/// The clause that goes to an identity; an index says itself that it is one.
pub(super) fn identity_clause(word: &str) -> Option<String> {
    let word = if word.is_empty() { "DEFAULT" } else { word };
    (word != "INDEX").then(|| format!("REPLICA IDENTITY {word}"))
}

/// Whether row-level security is on, and whether it binds the owner.
pub(super) fn row_security(object: &Object) -> (bool, bool) {
    (object.flag(ROW_SECURITY), object.flag(FORCE))
}

/// How it is partitioned.
pub(super) fn partition_key(object: &Object) -> &str {
    object.text(PARTITION_KEY)
}

/// Whether its rows are in partitions.
pub(super) fn is_partitioned(object: &Object) -> bool {
    object.value(PARTITION_KEY) != &Value::Null
}

/// Whether it is unlogged.
pub(super) fn is_unlogged(object: &Object) -> bool {
    object.flag(UNLOGGED)
}

fn unlogged(object: &Object) -> &'static str {
    if object.flag(UNLOGGED) { "UNLOGGED " } else { "" }
}

fn tail(object: &Object, parts: &[&Object]) -> String {
    let mut links: Vec<&&Object> =
        parts.iter().filter(|part| inheritance::is_plain(part)).collect();
    links.sort_by_key(|part| inheritance::Inheritance.position(part));
    let parents: Vec<&str> = links.iter().map(|part| part.id.name()).collect();
    let mut sql = String::new();
    if !parents.is_empty() {
        sql = format!(" INHERITS ({})", parents.join(", "));
    }
    if is_foreign(object) {
        let options = foreign::clause(&object.value(FOREIGN_OPTIONS).as_map());
        return format!("{sql}\n    SERVER {}{options}", quote::ident(object.text(SERVER)));
    }
    if object.value(PARTITION_KEY) != &Value::Null {
        sql = format!("{sql} PARTITION BY {}", object.text(PARTITION_KEY));
    }
    if !object.text(ACCESS_METHOD).is_empty() {
        sql = format!("{sql} USING {}", quote::ident(object.text(ACCESS_METHOD)));
    }
    let with = column::option_clauses(&Settings::new(), &object.value(OPTIONS).as_map());
    if let Some(clause) = with.first() {
        sql += &clause.replacen("SET", " WITH", 1);
    }
    if !object.text(TABLESPACE).is_empty() {
        sql = format!("{sql} TABLESPACE {}", quote::ident(object.text(TABLESPACE)));
    }
    sql
}
