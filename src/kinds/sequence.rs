//! Sequences (`pg_class`, `pg_sequence`): free ones, owned ones, and those of identity columns.

use crate::kinds::row::class;
use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Lock, ObjectKind, Outcome, Place,
    Privileges, Raw, Rule, Scan, Slot, column, privilege, table,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, ObjectId, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "type", doc: "data type (seqtypid)", compare: Compare::Drift },
    AttrSpec { name: "start", doc: "START WITH", compare: Compare::Drift },
    AttrSpec { name: "increment", doc: "INCREMENT BY", compare: Compare::Drift },
    AttrSpec { name: "min", doc: "MINVALUE", compare: Compare::Drift },
    AttrSpec { name: "max", doc: "MAXVALUE", compare: Compare::Drift },
    AttrSpec { name: "cache", doc: "CACHE", compare: Compare::Drift },
    AttrSpec { name: "cycle", doc: "CYCLE", compare: Compare::Drift },
    AttrSpec {
        name: "owned_by",
        doc: "the column that takes it along (pg_depend a, i)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "identity",
        doc: "ALWAYS or BY DEFAULT: it belongs to an identity column (attidentity)",
        compare: Compare::Drift,
    },
    AttrSpec { name: "unlogged", doc: "relpersistence u (15+)", compare: Compare::Drift },
];
const TYPE: Attr = Attr::named(SPECS, "type");
const START: Attr = Attr::named(SPECS, "start");
const INCREMENT: Attr = Attr::named(SPECS, "increment");
const MIN: Attr = Attr::named(SPECS, "min");
const MAX: Attr = Attr::named(SPECS, "max");
const CACHE: Attr = Attr::named(SPECS, "cache");
const CYCLE: Attr = Attr::named(SPECS, "cycle");
const OWNED_BY: Attr = Attr::named(SPECS, "owned_by");
const IDENTITY: Attr = Attr::named(SPECS, "identity");
const UNLOGGED: Attr = Attr::named(SPECS, "unlogged");

/// The kind.
pub(super) struct Sequence;

impl ObjectKind for Sequence {
    fn kind(&self) -> Kind {
        Kind::Sequence
    }
    fn scan(&self) -> Scan {
        Scan::Class
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.letter("relkind") == 'S' { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_CLASS, row.oid("oid"));
        let identity = row.letter("attidentity") != '\0';
        let owner_column = Address::column(row.oid("owned_table"), column_number(row));
        let owned = owner_column.object != 0;
        let number = |name: &str| Raw::Value(row.int(name).map_or(Value::Null, Value::Int));
        let values = vec![
            Raw::Value(Value::text(row.text("seqtype").as_deref())),
            number("seqstart"),
            number("seqincrement"),
            number("seqmin"),
            number("seqmax"),
            number("seqcache"),
            Raw::Value(Value::flag(row.flag("seqcycle"))),
            if owned { Raw::Ref(owner_column) } else { Raw::Value(Value::Null) },
            Raw::Value(Value::text(match row.letter("attidentity") {
                'a' => Some("ALWAYS"),
                'd' => Some("BY DEFAULT"),
                _ => None,
            })),
            Raw::Value(Value::flag(row.letter("relpersistence") == 'u')),
        ];
        let mut found = Found::new(
            address,
            Place::Schema(row.oid("relnamespace")),
            row.name("relname"),
            values,
        )
        .owned(row.oid("relowner"));
        found.part_of = identity.then_some(owner_column);
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule {
                attrs: &["type", "start", "increment", "min", "max", "cache", "cycle"],
                change: |_, from, to| {
                    let mut statements: Vec<String> = moved_inside(from, to).into_iter().collect();
                    statements.push(format!(
                        "ALTER SEQUENCE {}{}{};",
                        Sequence.sql_name(to),
                        every_option(to),
                        if lies_apart(from, to) { " RESTART" } else { "" }
                    ));
                    Outcome::in_place(statements, Effects::lock(&to.id, Lock::ShareRowExclusive))
                        .removing_if(is_narrower(from, to), "the sequence can give fewer numbers")
                },
            },
            Rule { attrs: &["owned_by", "identity"], change: belongs },
            Rule {
                attrs: &["unlogged"],
                change: |ctx, from, to| {
                    let table = |catalog: &Catalog| unlogged_table(catalog, to);
                    let before = table(ctx.current).unwrap_or(from.flag(UNLOGGED));
                    let after = table(ctx.desired).unwrap_or(before);
                    if before != after && after == to.flag(UNLOGGED) {
                        // its table's SET LOGGED takes it along
                        return Outcome::in_place(Vec::new(), Effects::default());
                    }
                    let sql = vec![persistence(to)];
                    Outcome::in_place(sql, Effects::lock(&to.id, Lock::AccessExclusive))
                },
            },
        ]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let mut needs = privilege::usual(ctx, object, act);
        let table = column(object).and_then(|column| privilege::owner_of(ctx, column));
        needs.extend(table.filter(|_| act != Act::Drop || is_identity(object)));
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('s'), comment: true, extension: false }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "SEQUENCE"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, ctx: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        if is_identity(object) {
            let add = format!("{} ADD {};", alter_column(object), identity_clause(object));
            return std::iter::once(add).chain(unlike_table(ctx.desired, object)).collect();
        }
        let unlogged = if object.flag(UNLOGGED) { "UNLOGGED " } else { "" };
        vec![format!("CREATE {unlogged}SEQUENCE {}{};", self.sql_name(object), options(object))]
    }
    fn finish(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        if is_identity(object) {
            return Vec::new();
        }
        owned_by(object).into_iter().collect()
    }
    fn unfinish(&self, object: &mut Object) {
        if !is_identity(object) {
            object.set(OWNED_BY, Value::Null);
        }
    }
    fn goes_with(&self, object: &Object) -> Option<ObjectId> {
        if let Value::Id(column) = object.value(OWNED_BY) { Some(column.clone()) } else { None }
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        if is_identity(object) {
            return vec![format!("{} DROP IDENTITY;", alter_column(object))];
        }
        vec![format!("DROP SEQUENCE {};", self.sql_name(object))]
    }
    fn rebuildable(&self, _: &Object) -> bool {
        false
    }
    fn create_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        with_table(object, Lock::AccessExclusive)
    }
    fn drop_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        with_table(object, Lock::AccessExclusive).losing("the position of the sequence")
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        let name = ("relation", vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()]);
        let mut slots = vec![name];
        if let (true, Value::Id(id)) = (is_identity(object), object.value(OWNED_BY)) {
            slots.extend(column::value_slot(id));
        }
        slots
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        object.flag(UNLOGGED).then_some((15, "unlogged sequences"))
    }
}

fn column_number(row: &dyn Fields) -> i32 {
    row.int("owned_column").and_then(|number| i32::try_from(number).ok()).unwrap_or(0)
}

/// Whether a column takes the sequence along.
pub(super) fn is_owned(object: &Object) -> bool {
    *object.value(OWNED_BY) != Value::Null
}

/// The column that owns it.
pub(super) fn column(object: &Object) -> Option<&ObjectId> {
    if let Value::Id(column) = object.value(OWNED_BY) { Some(column) } else { None }
}

/// The lock on the sequence, and that on its table where the statement is one on its column.
fn with_table(object: &Object, lock: Lock) -> Effects {
    let mut effects = Effects::lock(&object.id, lock);
    if let (true, Some(column)) = (is_identity(object), column(object)) {
        let table = ObjectId::new(Kind::Table, &[column.part(0), column.part(1)]);
        effects.join(Effects::lock(&table, Lock::AccessExclusive));
    }
    effects
}

/// Whether it is an identity column's.
pub(super) fn is_identity(object: &Object) -> bool {
    object.id.kind == Kind::Sequence && !object.text(IDENTITY).is_empty()
}

/// `GENERATED ALWAYS AS IDENTITY (...)`.
pub(super) fn identity_clause(object: &Object) -> String {
    let (kind, name) = (object.text(IDENTITY), Sequence.sql_name(object));
    format!("GENERATED {kind} AS IDENTITY (SEQUENCE NAME {name}{})", options(object))
}

/// Whether the table of the column that owns it is unlogged.
fn unlogged_table(catalog: &Catalog, object: &Object) -> Option<bool> {
    let Value::Id(column) = object.value(OWNED_BY) else { return None };
    let table = catalog.objects.get(column)?.parent.as_ref()?;
    catalog.objects.get(table).map(table::is_unlogged)
}

fn persistence(object: &Object) -> String {
    let word = if object.flag(UNLOGGED) { "UNLOGGED" } else { "LOGGED" };
    format!("ALTER SEQUENCE {} SET {word};", Sequence.sql_name(object))
}

/// A new sequence of an identity column is as its table.
pub(super) fn unlike_table(catalog: &Catalog, object: &Object) -> Option<String> {
    let table = unlogged_table(catalog, object)?;
    (is_identity(object) && table != object.flag(UNLOGGED) && catalog.server.major() >= 15)
        .then(|| persistence(object))
}

fn alter_column(object: &Object) -> String {
    let Value::Id(id) = object.value(OWNED_BY) else { return String::new() };
    let (table, column) = column_parts(id);
    format!("ALTER TABLE {table} ALTER COLUMN {column}")
}

fn column_parts(id: &ObjectId) -> (String, String) {
    (quote::qualified(&[id.part(0), id.part(1)]), quote::ident(id.part(2)))
}

fn owned_by(object: &Object) -> Option<String> {
    let Value::Id(id) = object.value(OWNED_BY) else { return None };
    let (table, column) = column_parts(id);
    Some(format!("ALTER SEQUENCE {} OWNED BY {table}.{column};", Sequence.sql_name(object)))
}

fn belongs(_: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    if is_identity(from) && is_identity(to) && from.value(OWNED_BY) == to.value(OWNED_BY) {
        let sql = format!("{} SET GENERATED {};", alter_column(to), to.text(IDENTITY));
        return Outcome::in_place(vec![sql], with_table(to, Lock::ShareRowExclusive));
    }
    if is_identity(from) || is_identity(to) {
        return Outcome::rebuild().removing("the position of the sequence is lost");
    }
    let sql = owned_by(to)
        .unwrap_or_else(|| format!("ALTER SEQUENCE {} OWNED BY NONE;", Sequence.sql_name(to)));
    Outcome::in_place(vec![sql], Effects::lock(&to.id, Lock::ShareRowExclusive))
}

/// The bounds that a sequence has when none are given.
fn default_bounds(object: &Object) -> (i64, i64) {
    let (low, high) = match object.text(TYPE) {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    if object.value(INCREMENT).as_int().unwrap_or(1) < 0 { (low, -1) } else { (1, high) }
}

/// The options that differ from the defaults, each after a blank.
pub(super) fn options(object: &Object) -> String {
    let int = |attr: Attr| object.value(attr).as_int();
    let (low, high) = default_bounds(object);
    let increment = int(INCREMENT).unwrap_or(1);
    let first = if increment < 0 { int(MAX) } else { int(MIN) };
    let mut sql = String::new();
    // the sequence of an identity column has the column's type
    if !matches!(object.text(TYPE), "" | "bigint") && !is_identity(object) {
        sql = format!("{sql} AS {}", object.text(TYPE));
    }
    let mut add = |word: &str, value: Option<i64>, default: Option<i64>| {
        if let (Some(value), true) = (value, value != default) {
            sql = format!("{sql} {word} {value}");
        }
    };
    add("INCREMENT BY", int(INCREMENT), Some(1));
    add("MINVALUE", int(MIN), Some(low));
    add("MAXVALUE", int(MAX), Some(high));
    add("START WITH", int(START), first);
    add("CACHE", int(CACHE), Some(1));
    if object.flag(CYCLE) {
        sql += " CYCLE";
    }
    sql
}

fn is_narrower(from: &Object, to: &Object) -> bool {
    let int = |object: &Object, attr: Attr| object.value(attr).as_int().unwrap_or_default();
    int(to, MIN) > int(from, MIN)
        || int(to, MAX) < int(from, MAX)
        || (from.flag(CYCLE) && !to.flag(CYCLE))
}

/// Whether no position can stand within the old and the new bounds.
fn lies_apart(from: &Object, to: &Object) -> bool {
    let int = |object: &Object, attr: Attr| object.value(attr).as_int().unwrap_or_default();
    int(to, MIN) > int(from, MAX) || int(to, MAX) < int(from, MIN)
}

/// A position outside the new bounds is refused: it moves to the bound that it will start from.
/// The other bound is left to fail, for beyond it the sequence is used up.
fn moved_inside(from: &Object, to: &Object) -> Option<String> {
    let int = |object: &Object, attr: Attr| object.value(attr).as_int();
    let descends = int(to, INCREMENT).is_some_and(|step| step < 0);
    let (attr, beyond) = if descends { (MAX, ">") } else { (MIN, "<") };
    let (before, bound) = (int(from, attr)?, int(to, attr)?);
    let narrower = if descends { bound < before } else { bound > before };
    if !narrower || lies_apart(from, to) {
        return None;
    }
    let name = Sequence.sql_name(to);
    let block = format!(
        "\nBEGIN\n  PERFORM pg_catalog.setval({}, {bound}, false) FROM {name} WHERE last_value {beyond} {bound};\nEND\n",
        quote::literal(&name)
    );
    Some(format!("DO {};", quote::dollar(&block)))
}

fn every_option(object: &Object) -> String {
    let int = |attr: Attr| object.value(attr).as_int().unwrap_or_default();
    let cycle = if object.flag(CYCLE) { "CYCLE" } else { "NO CYCLE" };
    // an identity column's sequence takes its type from the column
    let kind =
        if is_identity(object) { String::new() } else { format!(" AS {}", object.text(TYPE)) };
    format!(
        "{kind} INCREMENT BY {} MINVALUE {} MAXVALUE {} START WITH {} CACHE {} {cycle}",
        int(INCREMENT),
        int(MIN),
        int(MAX),
        int(START),
        int(CACHE)
    )
}
