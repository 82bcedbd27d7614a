//! Columns of tables (`pg_attribute`), with identity and generation expression.

mod cost;
mod detour;
mod inherited;
mod not_null;
mod read;
mod retype;
mod statement;

pub(super) use cost::comes_with;
pub(super) use inherited::is_inherited;
pub(super) use statement::{
    as_inherited, definition, follow_ups, merged, option_clauses, storage_word, with_options,
};

use crate::kinds::facet::relation_of;
use crate::kinds::row::class;
use crate::kinds::{
    Address, Claim, Ctx, Detour, Effects, FacetSpec, Fields, Found, Guards, LeftOut, Lock,
    ObjectKind, Outcome, Place, Raw, Rule, Scan, Slot, constraint, inheritance, options as foreign,
    reach, secret, sequence,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Need, Object, ObjectId, Value};
use crate::sql::quote;
pub use inherited::inherited_from;
use inherited::{by_parent, heirs};
pub(super) use not_null::{is_not_null, refuses_null, renames};
pub(super) use read::{compression, statistics, storage, user_options};
pub(super) use retype::{is_assignable, may_lose, reordered_keys};

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "type", doc: "format_type(atttypid, atttypmod)", compare: Compare::Drift },
    AttrSpec {
        name: "collation",
        doc: "where it is not the type's (attcollation)",
        compare: Compare::Drift,
    },
    AttrSpec { name: "not_null", doc: "a valid NOT NULL", compare: Compare::Drift },
    AttrSpec { name: "not_null_pending", doc: "18+: NOT NULL NOT VALID", compare: Compare::Drift },
    AttrSpec {
        name: "not_null_constraint",
        doc: "18+: its name where not the automatic one",
        compare: Compare::Drift,
    },
    AttrSpec { name: "not_null_no_inherit", doc: "18+: NO INHERIT", compare: Compare::Drift },
    AttrSpec {
        name: "generated",
        doc: "generation expression (pg_attrdef)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "generated_kind",
        doc: "stored or virtual (attgenerated)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "storage",
        doc: "where it is not the type's (attstorage)",
        compare: Compare::Drift,
    },
    AttrSpec { name: "compression", doc: "14+: attcompression", compare: Compare::Drift },
    AttrSpec {
        name: "statistics",
        doc: "statistics target (attstattarget)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "options",
        doc: "n_distinct, n_distinct_inherited (attoptions)",
        compare: Compare::Drift,
    },
    AttrSpec { name: "position", doc: "order among the columns (attnum)", compare: Compare::Rank },
    AttrSpec {
        name: "inherited_from",
        doc: "the column of the first parent that has it (attinhcount)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "local",
        doc: "inherited, and declared here as well (attislocal)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "inherited_not_null_constraint",
        doc: "18+: its name where a parent brings it, which cannot be changed",
        compare: Compare::Info,
    },
    AttrSpec {
        name: "not_null_local",
        doc: "18+: inherited, not by a partition, and declared here as well (conislocal)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "foreign_options",
        doc: "of a foreign table, those without a secret (attfdwoptions)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "unread_options",
        doc: "names of its options that may hold a secret",
        compare: Compare::Drift,
    },
];
const TYPE: Attr = Attr::named(SPECS, "type");
pub(super) const COLLATION: Attr = Attr::named(SPECS, "collation");
const NOT_NULL: Attr = Attr::named(SPECS, "not_null");
const NOT_NULL_PENDING: Attr = Attr::named(SPECS, "not_null_pending");
const NOT_NULL_NO_INHERIT: Attr = Attr::named(SPECS, "not_null_no_inherit");
const NOT_NULL_CONSTRAINT: Attr = Attr::named(SPECS, "not_null_constraint");
const GENERATED: Attr = Attr::named(SPECS, "generated");
const GENERATED_KIND: Attr = Attr::named(SPECS, "generated_kind");
const STORAGE: Attr = Attr::named(SPECS, "storage");
const COMPRESSION: Attr = Attr::named(SPECS, "compression");
const STATISTICS: Attr = Attr::named(SPECS, "statistics");
const OPTIONS: Attr = Attr::named(SPECS, "options");
const POSITION: Attr = Attr::named(SPECS, "position");
const INHERITED_FROM: Attr = Attr::named(SPECS, "inherited_from");
const LOCAL: Attr = Attr::named(SPECS, "local");
const INHERITED_NOT_NULL: Attr = Attr::named(SPECS, "inherited_not_null_constraint");
const NOT_NULL_LOCAL: Attr = Attr::named(SPECS, "not_null_local");
const FOREIGN_OPTIONS: Attr = Attr::named(SPECS, "foreign_options");
const UNREAD: Attr = Attr::named(SPECS, "unread_options");

/// The kind.
pub(super) struct Column;

impl ObjectKind for Column {
    fn kind(&self) -> Kind {
        Kind::Column
    }
    fn scan(&self) -> Scan {
        Scan::Attribute
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if matches!(row.letter("relkind"), 'r' | 'p' | 'f') { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let number = number_of(row, "attnum");
        let relation = row.oid("attrelid");
        let generated = row.letter("attgenerated") != '\0';
        let parent = Address::column(row.oid("parent_table"), number_of(row, "parent_number"));
        let inherited = parent.object != 0;
        let (shown, unread) = secret::split(&row.texts("attfdwoptions"));
        let values = vec![
            Raw::Type(row.oid("atttypid"), row.int("atttypmod").unwrap_or(-1)),
            Raw::Value(Value::text(row.text("collation").as_deref())),
            Raw::Value(Value::flag(row.flag("attnotnull"))),
            Raw::Value(Value::flag(row.flag("not_null_pending"))),
            Raw::Value(not_null::name(row, false)),
            Raw::Value(Value::flag(row.flag("not_null_no_inherit"))),
            Raw::Value(if generated {
                Value::sql(row.text("generated").as_deref())
            } else {
                Value::Null
            }),
            Raw::Value(Value::text(match row.letter("attgenerated") {
                's' => Some("STORED"),
                'v' => Some("VIRTUAL"),
                _ => None,
            })),
            Raw::Value(storage(row)),
            Raw::Value(compression(row)),
            Raw::Value(statistics(row)),
            Raw::Value(user_options(&row.texts("attoptions"))),
            Raw::Value(Value::Int(i64::from(number))),
            if inherited { Raw::Ref(parent) } else { Raw::Value(Value::Null) },
            Raw::Value(Value::flag(inherited && row.flag("attislocal"))),
            Raw::Value(not_null::name(row, true)),
            Raw::Value(Value::flag(not_null::is_local(row))),
            Raw::Value(shown),
            Raw::Value(unread),
        ];
        let address = Address::column(relation, number);
        let table = Address::new(class::PG_CLASS, relation);
        let mut found = Found::new(address, Place::Part(table), row.name("attname"), values);
        if generated {
            found.also.push(Address::new(class::PG_ATTRDEF, row.oid("attrdef")));
        }
        if inherited {
            found.needs.push((parent, Need::Hard));
        }
        if row.oid("not_null_oid") != 0 {
            found.also.push(Address::new(class::PG_CONSTRAINT, row.oid("not_null_oid")));
        }
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn detour(&self, ctx: &Ctx<'_>, object: &Object) -> Option<Detour> {
        detour::detour(ctx, object)
    }
    fn rules(&self) -> &'static [Rule] {
        RULES
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { acl: Some('c'), comment: true, ..FacetSpec::default() }
    }
    fn prominence(&self) -> u8 {
        2
    }
    fn noun(&self, _: &Object) -> &'static str {
        "COLUMN"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1), object.id.part(2)])
    }
    fn create(&self, ctx: &Ctx<'_>, object: &Object, parts: &[&Object]) -> Vec<String> {
        let (object, not_null) = not_null::apart(ctx, object);
        let object = object.as_ref();
        let mut statements =
            vec![format!("{} ADD COLUMN {};", alter_table(object), definition(object, parts))];
        statements.extend(not_null);
        statements.extend(follow_ups(ctx, object));
        statements.extend(statement::heirs_follow_ups(ctx, object));
        statements
            .extend(parts.iter().filter_map(|part| sequence::unlike_table(ctx.desired, part)));
        statements
    }
    fn drop(&self, ctx: &Ctx<'_>, object: &Object) -> Vec<String> {
        let drop = |table: String, object: &Object| {
            format!("{table} DROP COLUMN {};", quote::ident(object.id.name()))
        };
        // who leaves the parent in the same plan has left before
        let heirs = inherited::heirs_where(ctx.current, &object.id, |child| {
            !ctx.desired.objects.contains_key(child) || inheritance::stays_linked(ctx, child)
        });
        let stays = |id: &ObjectId| ctx.desired.objects.get(id).is_some_and(|it| !is_inherited(it));
        let kept: Vec<_> = heirs.iter().filter(|id| stays(id)).collect();
        if kept.is_empty() {
            return vec![drop(alter_table(object), object)];
        }
        // children that keep it have it as their own from then on
        let only = alter_table(object).replacen("TABLE", "TABLE ONLY", 1);
        let gone = heirs.iter().filter(|id| !ctx.desired.objects.contains_key(*id));
        let gone = gone.filter_map(|id| ctx.current.objects.get(id));
        let gone = gone.filter(|heir| ctx.desired.objects.contains_key(&relation_of(heir)));
        let rest =
            gone.map(|heir| drop(alter_table(heir).replacen("TABLE", "TABLE ONLY", 1), heir));
        std::iter::once(drop(only, object)).chain(rest).collect()
    }
    fn absorbs(&self, part: &Object) -> bool {
        part.id.kind == Kind::Default
            || (part.id.kind == Kind::Sequence && sequence::is_identity(part))
    }
    fn rebuildable(&self, object: &Object) -> bool {
        is_generated(object) && !is_inherited(object)
    }
    fn position(&self, object: &Object) -> Option<i64> {
        object.value(POSITION).as_int()
    }
    fn create_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        cost::adding(ctx, object)
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        if object.text(GENERATED_KIND) == "VIRTUAL" {
            return Some((18, "virtual generated columns"));
        }
        let not_null = object.flag(NOT_NULL_PENDING) || object.flag(NOT_NULL_NO_INHERIT);
        not_null.then_some((18, "NOT NULL constraints with NOT VALID or NO INHERIT"))
    }
    fn made_by(&self, object: &Object) -> Option<ObjectId> {
        inherited_from(object).cloned()
    }
    fn held_by(&self, object: &Object) -> Option<ObjectId> {
        inherited_from(object).filter(|_| !object.flag(LOCAL)).cloned()
    }
    fn clears(&self, object: &Object) -> Vec<Slot> {
        vec![("columns", table_path(object))]
    }
    fn enters(&self, object: &Object) -> Vec<Slot> {
        vec![("children", table_path(object))]
    }
    fn guards(&self, _: &Catalog, object: &Object) -> Guards {
        not_null::guards(object)
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        if is_generated(object) { value_slot(&object.id) } else { Vec::new() }
    }
    fn obstacle(&self, _: &Ctx<'_>, object: &Object) -> Option<String> {
        foreign::obstacle(object.value(UNREAD))
    }
    fn left_out(&self, object: &Object) -> Option<LeftOut> {
        foreign::told(object.value(UNREAD)).map(LeftOut::Secret)
    }
    fn evaluates(&self) -> bool {
        true
    }
    fn drop_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        cost::dropping(ctx, object)
    }
}

static RULES: &[Rule] = &[
    Rule { attrs: &["type", "collation"], change: retype::change },
    Rule { attrs: not_null::ATTRS, change: not_null::change },
    Rule { attrs: &["not_null_local"], change: not_null::declaration },
    Rule { attrs: &["generated", "generated_kind"], change: generation },
    Rule { attrs: &["inherited_from", "local"], change: inherited::change },
    Rule {
        attrs: &["foreign_options"],
        change: |_, from, to| {
            let (before, after) = (from.value(FOREIGN_OPTIONS), to.value(FOREIGN_OPTIONS));
            foreign::change(&foreign_target(to), &before.as_map(), &after.as_map())
                .locking(&relation_of(to))
        },
    },
    Rule {
        attrs: &["unread_options"],
        change: |_, from, to| {
            foreign::change_unread(&foreign_target(to), from.value(UNREAD), to.value(UNREAD))
                .locking(&relation_of(to))
        },
    },
    Rule {
        attrs: &["storage"],
        change: |ctx, _, to| {
            let word = storage_word(to.text(STORAGE), type_of(to), ctx.current.server.major());
            alter_alone(ctx, to, &format!("SET STORAGE {word}"), Lock::AccessExclusive)
        },
    },
    Rule {
        attrs: &["compression"],
        change: |ctx, _, to| {
            let word =
                if to.text(COMPRESSION).is_empty() { "default" } else { to.text(COMPRESSION) };
            alter_alone(ctx, to, &format!("SET COMPRESSION {word}"), Lock::AccessExclusive)
        },
    },
    Rule {
        attrs: &["statistics"],
        change: |ctx, _, to| {
            let target = to.value(STATISTICS).as_int().unwrap_or(-1);
            alter_alone(ctx, to, &format!("SET STATISTICS {target}"), Lock::ShareUpdateExclusive)
        },
    },
    Rule {
        attrs: &["options"],
        change: |_, from, to| {
            let clauses =
                option_clauses(&from.value(OPTIONS).as_map(), &to.value(OPTIONS).as_map());
            let statements = clauses.iter().map(|clause| column_statement(to, clause)).collect();
            Outcome::in_place(
                statements,
                Effects::lock(&relation_of(to), Lock::ShareUpdateExclusive),
            )
        },
    },
    // PostgreSQL can only append columns: the order of those that stand is told, not changed
    Rule {
        attrs: &["position"],
        change: |_, _, _| Outcome::in_place(Vec::new(), Effects::default()),
    },
];

/// Whether the column is computed.
pub(super) fn is_generated(object: &Object) -> bool {
    object.value(GENERATED) != &Value::Null
}

fn table_path(object: &Object) -> Vec<String> {
    vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()]
}

fn number_of(row: &dyn Fields, column: &str) -> i32 {
    row.int(column).and_then(|number| i32::try_from(number).ok()).unwrap_or(0)
}

/// Where a column's values come from when none is given: a default, an identity or an expression,
/// and never two of them.
pub(super) fn value_slot(column: &ObjectId) -> Vec<Slot> {
    vec![("value", column.path.iter().map(ToString::to_string).collect())]
}

/// The columns of a table, by name.
pub(super) fn all_of<'a>(
    catalog: &'a Catalog,
    table: &ObjectId,
) -> impl Iterator<Item = &'a Object> {
    let table = table.clone();
    let first = ObjectId::new(Kind::Column, &[table.part(0), table.part(1)]);
    let mine = move |id: &ObjectId| {
        id.kind == Kind::Column && id.part(0) == table.part(0) && id.part(1) == table.part(1)
    };
    catalog
        .objects
        .range(first..)
        .map(|(_, object)| object)
        .take_while(move |object| mine(&object.id))
}

/// The data type.
pub(super) fn type_of(object: &Object) -> &str {
    object.text(TYPE)
}

fn alter_table(object: &Object) -> String {
    format!("ALTER TABLE {}", quote::qualified(&[object.id.part(0), object.id.part(1)]))
}

fn foreign_target(object: &Object) -> String {
    let table = quote::qualified(&[object.id.part(0), object.id.part(1)]);
    format!("FOREIGN TABLE {table} ALTER COLUMN {}", quote::ident(object.id.name()))
}

fn column_statement(object: &Object, clause: &str) -> String {
    format!("{} ALTER COLUMN {} {clause};", alter_table(object), quote::ident(object.id.name()))
}

fn alter_column(ctx: &Ctx<'_>, object: &Object, clause: &str) -> Outcome {
    let effects = reach::tree(ctx, &relation_of(object), Lock::AccessExclusive);
    Outcome::in_place(vec![column_statement(object, clause)], effects)
}

/// The same, without the columns that inherit from it.
fn alter_alone(ctx: &Ctx<'_>, object: &Object, clause: &str, lock: Lock) -> Outcome {
    let statement = statement::spare_heirs(ctx, object, &column_statement(object, clause));
    Outcome::in_place(vec![statement], Effects::lock(&relation_of(object), lock))
}

fn generation(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    if by_parent(ctx, from, to, &[GENERATED, GENERATED_KIND]) {
        return Outcome::in_place(Vec::new(), Effects::default());
    }
    let (before, after) = (from.text(GENERATED_KIND), to.text(GENERATED_KIND));
    if before == "STORED" && after.is_empty() {
        return alter_column(ctx, to, "DROP EXPRESSION")
            .removing("the column is no longer computed");
    }
    let checked = || {
        let tables = heirs(ctx.current, &to.id).into_iter().chain([to.id.clone()]);
        let tables: Vec<Option<ObjectId>> = tables
            .map(|id| ctx.current.objects.get(&id).and_then(|column| column.parent.clone()))
            .collect();
        ctx.current
            .objects
            .values()
            .any(|it| constraint::holds_expression(it) && tables.contains(&it.parent))
    };
    // refused for a virtual one while the table has checks (18)
    let in_place = after == "STORED" || !checked();
    if before == after && in_place && ctx.current.server.major() >= 17 {
        let clause = format!("SET EXPRESSION AS ({})", to.text(GENERATED));
        let mut outcome = alter_column(ctx, to, &clause);
        if after == "STORED" {
            outcome.effects = reach::rewritten_tree(ctx, &relation_of(to));
        }
        return outcome.removing("the values of the column are computed anew");
    }
    Outcome::rebuild().removing("the values of the column are computed anew")
}
