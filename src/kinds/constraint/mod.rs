//! Table constraints (`pg_constraint`). The index of a key belongs to its constraint; NOT NULL
//! belongs to the column.

mod cost;
mod detour;
mod null;
mod rules;
mod tree;

pub(super) use detour::{
    Proof, check, index_of, not_null_check, parent_of, primary_keys, proof, proven, unproven,
};

use crate::kinds::facet::relation_of;
use crate::kinds::row::{class, options};
use crate::kinds::{
    Act, Address, Claim, Ctx, Detour, Effects, FacetSpec, Fields, Found, Guards, ObjectKind, Place,
    Privilege, Privileges, Protection, Raw, Rule, Scan, Slot, column, index, inheritance,
    privilege, reach,
};
use crate::model::{
    Attr, AttrSpec, Catalog, Compare, Kind, Need, Object, ObjectId, Settings, Value,
};
use crate::sql::{quote, tokens};

const SPECS: &[AttrSpec] = &[
    AttrSpec {
        name: "type",
        doc: "check, primary key, unique, foreign key, exclude (contype)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "definition",
        doc: "pg_get_constraintdef without the marks below",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "deferrable",
        doc: "DEFERRABLE [INITIALLY DEFERRED]",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "not_valid",
        doc: "rows that stood before were not checked; of an inherited check the parent says it",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "clones",
        doc: "what a partitioned table's foreign key is called on partitions, where not the same",
        compare: Compare::Info,
    },
    AttrSpec { name: "unproven", doc: "the same of an inherited check", compare: Compare::Info },
    AttrSpec { name: "not_enforced", doc: "18+: NOT ENFORCED", compare: Compare::Drift },
    AttrSpec { name: "options", doc: "storage parameters of the index", compare: Compare::Drift },
    AttrSpec {
        name: "tablespace",
        doc: "of the index, where not the database's",
        compare: Compare::Drift,
    },
    AttrSpec { name: "clustered", doc: "CLUSTER ON its index", compare: Compare::Drift },
    AttrSpec {
        name: "replica_identity",
        doc: "its index is the replica identity",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "index_comment",
        doc: "the comment on its index, apart from its own",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "inherited_from",
        doc: "the check of the first parent that has it (coninhcount)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "local",
        doc: "inherited, and declared here as well (conislocal)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "attached_to",
        doc: "the key of the partitioned table that this one is a part of (conparentid)",
        compare: Compare::Drift,
    },
];
const TYPE: Attr = Attr::named(SPECS, "type");
const DEFINITION: Attr = Attr::named(SPECS, "definition");
const DEFERRABLE: Attr = Attr::named(SPECS, "deferrable");
const NOT_VALID: Attr = Attr::named(SPECS, "not_valid");
const CLONES: Attr = Attr::named(SPECS, "clones");
const UNPROVEN: Attr = Attr::named(SPECS, "unproven");
const NOT_ENFORCED: Attr = Attr::named(SPECS, "not_enforced");
const OPTIONS: Attr = Attr::named(SPECS, "options");
const TABLESPACE: Attr = Attr::named(SPECS, "tablespace");
const CLUSTERED: Attr = Attr::named(SPECS, "clustered");
const REPLICA_IDENTITY: Attr = Attr::named(SPECS, "replica_identity");
const INDEX_COMMENT: Attr = Attr::named(SPECS, "index_comment");
const INHERITED_FROM: Attr = Attr::named(SPECS, "inherited_from");
const LOCAL: Attr = Attr::named(SPECS, "local");
const ATTACHED_TO: Attr = Attr::named(SPECS, "attached_to");

/// The kind.
pub(super) struct Constraint;

impl ObjectKind for Constraint {
    fn kind(&self) -> Kind {
        Kind::Constraint
    }
    fn scan(&self) -> Scan {
        Scan::Constraint
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        match row.letter("contype") {
            't' => Claim::Excluded("a constraint trigger is a trigger"),
            'n' if row.oid("conrelid") != 0 => Claim::Excluded("NOT NULL is the column's"),
            'f' if row.oid("conparentid") != 0 => {
                Claim::Excluded("a clone of a partitioned table's foreign key")
            }
            _ if row.oid("conrelid") != 0 => Claim::Mine,
            _ => Claim::No,
        }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_CONSTRAINT, row.oid("oid"));
        let table = Address::new(class::PG_CLASS, row.oid("conrelid"));
        let kind = match row.letter("contype") {
            'c' => "check",
            'p' => "primary key",
            'u' => "unique",
            'f' => "foreign key",
            _ => "exclude",
        };
        let deferrable = match (row.flag("condeferrable"), row.flag("condeferred")) {
            (true, true) => Some("DEFERRABLE INITIALLY DEFERRED"),
            (true, false) => Some("DEFERRABLE"),
            _ => None,
        };
        let only_inherited = row.oid("inherited_from") != 0 && !row.flag("conislocal");
        let not_enforced = row.text("conenforced").as_deref() == Some("false");
        let not_valid = !row.flag("convalidated") && !not_enforced;
        let values = vec![
            Raw::Value(Value::text(Some(kind))),
            Raw::Value(Value::Sql(bare(&row.name("definition")).into())),
            Raw::Value(Value::text(deferrable)),
            // NOT ENFORCED implies it (18)
            Raw::Value(Value::flag(not_valid && !only_inherited)),
            Raw::Value(options(&row.texts("clones"))),
            Raw::Value(Value::flag(not_valid && only_inherited)),
            Raw::Value(Value::flag(not_enforced)),
            Raw::Value(options(&row.texts("reloptions"))),
            Raw::Value(Value::text(row.text("spcname").as_deref())),
            Raw::Value(Value::flag(row.flag("indisclustered"))),
            Raw::Value(Value::flag(row.flag("indisreplident"))),
            Raw::Value(Value::text(row.text("index_comment").as_deref())),
            reference(row.oid("inherited_from")),
            Raw::Value(Value::flag(row.oid("inherited_from") != 0 && row.flag("conislocal"))),
            reference(row.oid("conparentid")),
        ];
        let mut found = Found::new(address, Place::Part(table), row.name("conname"), values);
        if row.oid("inherited_from") != 0 {
            let parent = Address::new(class::PG_CONSTRAINT, row.oid("inherited_from"));
            found.needs.push((parent, Need::Hard));
        }
        // a foreign key names the index that it leans on here, too
        if row.oid("conindid") != 0 && row.letter("contype") != 'f' {
            found.also.push(Address::new(class::PG_CLASS, row.oid("conindid")));
        }
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        rules::RULES
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let mut needs = privilege::usual(ctx, object, act);
        if act == Act::Create && is_key(object) {
            needs.insert(privilege::create_in(&object.id));
            needs.extend(privilege::of_tablespace(object.text(TABLESPACE)));
        }
        if act == Act::Create && is_foreign_key(object) {
            needs.extend(
                reach::other_end(ctx.desired, object)
                    .map(|table| Privilege::Held("REFERENCES", table)),
            );
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "CONSTRAINT"
    }
    fn sql_name(&self, object: &Object) -> String {
        format!("{} ON {}", quote::ident(object.id.name()), table_name(object))
    }
    fn finish(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        index::attach(object, object.value(ATTACHED_TO)).into_iter().collect()
    }
    fn unfinish(&self, object: &mut Object) {
        object.set(ATTACHED_TO, Value::Null);
    }
    fn made_by(&self, object: &Object) -> Option<ObjectId> {
        named(object, INHERITED_FROM)
    }
    fn held_by(&self, object: &Object) -> Option<ObjectId> {
        named(object, INHERITED_FROM)
            .filter(|_| !object.flag(LOCAL))
            .or_else(|| named(object, ATTACHED_TO))
    }
    fn enters(&self, object: &Object) -> Vec<Slot> {
        vec![("children", vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()])]
    }
    fn create(&self, ctx: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        if let Some(standing) = detour::predecessor(ctx, object) {
            return vec![detour::renaming(standing, object)];
        }
        let mut statements = cloned(ctx, object);
        statements.push(if is_key(object) {
            // the keys of partitions are objects of their own
            let only = object.parent.as_ref().map_or("", |table| ctx.only(table));
            let clause = match index_of(ctx, object) {
                Some(index) => from_index(object, index),
                None => clause(object),
            };
            format!("ALTER TABLE {only}{} ADD {clause};", table_name(object))
        } else {
            alter(object, &format!("ADD {}", clause(object)))
        });
        statements.extend(marks(object));
        statements
    }
    fn detour(&self, ctx: &Ctx<'_>, object: &Object) -> Option<Detour> {
        detour::detour(ctx, object)
    }
    fn drop(&self, ctx: &Ctx<'_>, object: &Object) -> Vec<String> {
        if detour::is_taken_over(ctx, object) || tree::is_taken_over(ctx, object) {
            return Vec::new();
        }
        let clause = format!("DROP CONSTRAINT {}", quote::ident(object.id.name()));
        let stays = |id: &ObjectId| {
            let heir = ctx.current.objects.get(id);
            heir.is_some_and(|heir| named(heir, INHERITED_FROM).as_ref() == Some(&object.id))
                && ctx.desired.objects.get(id).is_some_and(|heir| !is_inherited(heir))
        };
        if object.text(TYPE) == "check" && ctx.current.objects.keys().any(stays) {
            // children that keep it have it as their own from then on
            return vec![format!("ALTER TABLE ONLY {} {clause};", table_name(object))];
        }
        vec![alter(object, &clause)]
    }
    fn create_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        cost::adding(ctx, object)
    }
    fn evaluates(&self) -> bool {
        true
    }
    fn drop_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        cost::dropping(ctx, object)
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        if object.flag(NOT_ENFORCED) {
            return Some((18, "constraints that are NOT ENFORCED"));
        }
        let has = |words: &[&str]| tokens::has_words(object.text(DEFINITION), words);
        if has(&["WITHOUT", "OVERLAPS"]) || has(&["PERIOD"]) {
            return Some((18, "WITHOUT OVERLAPS and PERIOD"));
        }
        let nulls = has(&["NULLS", "NOT", "DISTINCT"]);
        if nulls { Some((15, "NULLS NOT DISTINCT")) } else { None }
    }
    fn guards(&self, _: &Catalog, object: &Object) -> Guards {
        if object.flag(NOT_ENFORCED) {
            return Guards::default();
        }
        let (table, name) = (relation_of(object), quote::ident(object.id.name()));
        let protection = Protection::named(&table, format!("the constraint {name}"));
        // an index forbids what its key forbids
        let index = index::of_key(object, Value::Null, Value::Null).filter(|_| is_key(object));
        let text = index.as_ref().map_or(object.text(DEFINITION), index::forbids);
        protection.saying(&table, text).into()
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        let name = ("relation", vec![object.id.part(0).to_owned(), object.id.name().to_owned()]);
        let table = vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()];
        match object.text(TYPE) {
            "primary key" => vec![name, ("primary key", table)],
            "check" | "foreign key" => Vec::new(),
            _ => vec![name],
        }
    }
}

fn reference(oid: u32) -> Raw {
    if oid == 0 {
        Raw::Value(Value::Null)
    } else {
        Raw::Ref(Address::new(class::PG_CONSTRAINT, oid))
    }
}

fn named(object: &Object, attr: Attr) -> Option<ObjectId> {
    if let Value::Id(id) = object.value(attr) { Some(id.clone()) } else { None }
}

/// What it demands, as SQL.
pub(super) fn definition(object: &Object) -> &str {
    object.text(DEFINITION)
}

/// Whether it stands on an index.
pub(super) fn is_key(object: &Object) -> bool {
    object.id.kind == Kind::Constraint
        && matches!(object.text(TYPE), "primary key" | "unique" | "exclude")
}

/// Whether only a parent declares it.
pub(super) fn is_inherited(object: &Object) -> bool {
    named(object, INHERITED_FROM).is_some() && !object.flag(LOCAL)
}

/// `CONSTRAINT name ...` as it stands in CREATE TABLE and after ADD.
pub(super) fn clause(object: &Object) -> String {
    let mut sql =
        format!("CONSTRAINT {} {}", quote::ident(object.id.name()), object.text(DEFINITION));
    let with = column::option_clauses(&Settings::new(), &object.value(OPTIONS).as_map());
    let mut index = with.first().map_or(String::new(), |clause| clause.replacen("SET", " WITH", 1));
    if !object.text(TABLESPACE).is_empty() {
        index = format!("{index} USING INDEX TABLESPACE {}", quote::ident(object.text(TABLESPACE)));
    }
    sql = match tokens::top_level(&sql, "WHERE") {
        // the parameters of an exclusion's index stand before its condition
        Some(at) if !index.is_empty() => {
            let (head, tail) = sql.split_at(at);
            format!("{}{index} {tail}", head.trim_end())
        }
        _ => format!("{sql}{index}"),
    };
    if !object.text(DEFERRABLE).is_empty() {
        sql = format!("{sql} {}", object.text(DEFERRABLE));
    }
    if object.flag(NOT_ENFORCED) {
        sql += " NOT ENFORCED";
    }
    if object.flag(NOT_VALID) || object.flag(UNPROVEN) {
        sql += " NOT VALID";
    }
    sql
}

/// The same with an index that stands.
fn from_index(key: &Object, index: &Object) -> String {
    let word = if key.text(TYPE) == "unique" { "UNIQUE" } else { "PRIMARY KEY" };
    let (name, index) = (quote::ident(key.id.name()), quote::ident(index.id.name()));
    let mut sql = format!("CONSTRAINT {name} {word} USING INDEX {index}");
    if !key.text(DEFERRABLE).is_empty() {
        sql = format!("{sql} {}", key.text(DEFERRABLE));
    }
    sql
}

/// Statements that mark the constraint's index.
fn marks(object: &Object) -> Vec<String> {
    let mut statements =
        index::mark_statements(object, object.flag(CLUSTERED), object.flag(REPLICA_IDENTITY));
    if !object.text(INDEX_COMMENT).is_empty() {
        statements.push(index_comment(object));
    }
    statements
}

fn index_comment(object: &Object) -> String {
    let name = quote::qualified(&[object.id.part(0), object.id.name()]);
    let text = match object.text(INDEX_COMMENT) {
        "" => "NULL".to_owned(),
        text => quote::literal(text),
    };
    format!("COMMENT ON INDEX {name} IS {text};")
}

/// Whether it can be written inside CREATE TABLE: not a foreign key, and without marks.
pub(super) fn stands_in_table(object: &Object) -> bool {
    let unmarked = !object.flag(CLUSTERED)
        && !object.flag(REPLICA_IDENTITY)
        && !object.flag(NOT_VALID)
        && object.text(INDEX_COMMENT).is_empty();
    // an inherited one comes with the link; with parameters or WHERE the exclusion's text has an
    // order of its own
    is_inherited(object)
        || !is_foreign_key(object)
            && unmarked
            && object.value(OPTIONS) == &Value::Null
            && object.text(TABLESPACE).is_empty()
}

/// What a foreign key of a partitioned table is called on a partition.
pub(super) fn name_on<'a>(object: &'a Object, table: &ObjectId) -> &'a str {
    let table = quote::qualified(&[table.part(0), table.part(1)]);
    let clones = if let Value::Map(clones) = object.value(CLONES) { Some(clones) } else { None };
    clones.and_then(|clones| clones.get(&*table)).map_or(object.id.name(), |name| &**name)
}

/// The clones of a foreign key that are called otherwise on their partitions: made first, they
/// become its clones.
fn cloned(ctx: &Ctx<'_>, key: &Object) -> Vec<String> {
    let (Value::Map(_), Some(table)) = (key.value(CLONES), &key.parent) else { return Vec::new() };
    let partitions = inheritance::partitions_below(ctx.desired, table).into_iter();
    let named_otherwise = partitions.filter(|table| name_on(key, table) != key.id.name());
    let statement = |table: &ObjectId| {
        let mut clone = key.clone();
        clone.id = named_on(table, name_on(key, table));
        alter(&clone, &format!("ADD {}", clause(&clone)))
    };
    let missing = named_otherwise
        .filter(|table| !ctx.current.objects.contains_key(&named_on(table, name_on(key, table))));
    missing.map(statement).collect()
}

/// The identity of a table's constraint.
pub(super) fn named_on(table: &ObjectId, name: &str) -> ObjectId {
    ObjectId::new(Kind::Constraint, &[table.part(0), table.part(1), name])
}

/// Whether what is compared of it is the same.
pub(super) fn is_same(from: &Object, to: &Object) -> bool {
    let drifts = SPECS.iter().zip(from.values.iter().zip(&to.values));
    drifts.filter(|(spec, _)| spec.compare == Compare::Drift).all(|(_, (a, b))| a == b)
}

/// Whether it is a check.
pub(super) fn is_check(object: &Object) -> bool {
    object.id.kind == Kind::Constraint && object.text(TYPE) == "check"
}

/// Whether it is a check that holds for all rows.
pub(super) fn is_valid_check(object: &Object) -> bool {
    is_check(object) && ![NOT_VALID, UNPROVEN, NOT_ENFORCED].iter().any(|mark| object.flag(*mark))
}

/// Whether it is a foreign key.
pub(super) fn is_foreign_key(object: &Object) -> bool {
    object.id.kind == Kind::Constraint && object.text(TYPE) == "foreign key"
}

/// Whether it must follow CREATE TABLE, which would call it valid, or take it for the same key as
/// another of `parts` and make only one.
pub(super) fn follows_table(object: &Object, parts: &[&Object]) -> bool {
    if object.id.kind == Kind::Constraint && object.flag(UNPROVEN) {
        return !parts.iter().any(|part| inheritance::is_plain(part));
    }
    let key = |object: &Object| {
        let text = object.text(DEFINITION);
        let columns = text.strip_prefix("PRIMARY KEY ").or_else(|| text.strip_prefix("UNIQUE "));
        columns.map(|columns| (columns.to_owned(), object.text(DEFERRABLE).to_owned()))
    };
    let keys = parts.iter().filter(|part| part.id.kind == Kind::Constraint);
    object.id.kind == Kind::Constraint
        && key(object).is_some()
        && keys.take_while(|part| part.id != object.id).any(|part| key(part) == key(object))
}

/// Whether it is a key that holds further columns.
pub(super) fn includes_columns(object: &Object) -> bool {
    object.id.kind == Kind::Constraint
        && tokens::top_level(object.text(DEFINITION), "INCLUDE").is_some()
}

/// Whether it holds an expression, which a new type of a column may break.
pub(super) fn holds_expression(object: &Object) -> bool {
    object.id.kind == Kind::Constraint && matches!(object.text(TYPE), "check" | "exclude")
}

fn table_name(object: &Object) -> String {
    quote::qualified(&[object.id.part(0), object.id.part(1)])
}

fn alter(object: &Object, clause: &str) -> String {
    format!("ALTER TABLE {} {clause};", table_name(object))
}

/// The text without the marks that are attributes of their own.
fn bare(definition: &str) -> String {
    let mut text = definition.trim_end();
    for mark in [" NOT VALID", " NOT ENFORCED", " INITIALLY DEFERRED", " DEFERRABLE"] {
        text = text.strip_suffix(mark).unwrap_or(text);
    }
    text.to_owned()
}
