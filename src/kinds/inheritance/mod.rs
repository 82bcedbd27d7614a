//! Links between a table and its parents (`pg_inherits`): partitions with their bounds, and plain
//! inheritance. They are objects of their own, because a link comes and goes without its table.

mod attach;
mod keys;

pub(super) use attach::{joining, wait};
pub(super) use keys::kept_keys;

use crate::kinds::row::class;
use crate::kinds::{
    Act, Address, Claim, Ctx, Detour, Effects, FacetSpec, Fields, Found, Hazard, Lock, Naming,
    ObjectKind, Outcome, Place, Privilege, Privileges, Raw, Rule, Scan, Slot, Source, column,
    constraint, privilege, reach, table,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Need, Object, ObjectId, Value};
use crate::sql::{lexer, quote};
use keys::{cloned_keys, foreign_keys, is_referenced, left_keys, lock_all};
use std::collections::{BTreeMap, BTreeSet};

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "parent", doc: "inhparent", compare: Compare::Drift },
    AttrSpec {
        name: "bound",
        doc: "of a partition: pg_get_expr(relpartbound), LIST values sorted",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "detach_pending",
        doc: "14+: DETACH CONCURRENTLY did not end",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "bound_text",
        doc: "the bound as it was written, where LIST values have another order",
        compare: Compare::Info,
    },
    AttrSpec {
        name: "position",
        doc: "order among the parents (inhseqno)",
        compare: Compare::Drift,
    },
];
const PARENT: Attr = Attr::named(SPECS, "parent");
const BOUND_TEXT: Attr = Attr::named(SPECS, "bound_text");
const BOUND: Attr = Attr::named(SPECS, "bound");
const DETACH_PENDING: Attr = Attr::named(SPECS, "detach_pending");
const POSITION: Attr = Attr::named(SPECS, "position");

static SOURCE: Source =
    Source { catalog: "pg_inherits", class: class::PG_INHERITS, query, schema: None, acl: None };

// links between indexes are the indexes' own
fn query(major: i32) -> String {
    let pending = if major >= 14 { "h.inhdetachpending" } else { "false" };
    format!(
        "SELECT h.inhrelid AS oid, h.inhparent, h.inhseqno::int4 AS inhseqno, {pending} AS inhdetachpending, \
         pg_catalog.format('%I.%I', n.nspname, p.relname) AS parent_name, \
         pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS bound \
         FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid \
         JOIN pg_catalog.pg_class p ON p.oid = h.inhparent JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND h.inhrelid >= 16384"
    )
}

/// The kind.
pub(super) struct Inheritance;

impl ObjectKind for Inheritance {
    fn kind(&self) -> Kind {
        Kind::Inheritance
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::Inheritance)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let child = Address::new(class::PG_CLASS, row.oid("oid"));
        let parent = Address::new(class::PG_CLASS, row.oid("inhparent"));
        let bound = row.text("bound");
        let normal = bound.as_deref().map(sorted);
        let written = bound.clone().filter(|text| Some(text) != normal.as_ref());
        let order = if bound.is_some() { None } else { row.int("inhseqno") };
        // several parents share a child: the number tells them apart
        let number = row.int("inhseqno").and_then(|number| i32::try_from(number).ok()).unwrap_or(1);
        let address = Address { class: SOURCE.class, object: child.object, sub: number - 1 };
        let values = vec![
            Raw::Ref(parent),
            Raw::Value(Value::sql(normal.as_deref())),
            Raw::Value(Value::flag(row.flag("inhdetachpending"))),
            Raw::Value(Value::sql(written.as_deref())),
            Raw::Value(order.map_or(Value::Null, Value::Int)),
        ];
        let mut found = Found::new(address, Place::Part(child), row.name("parent_name"), values);
        found.needs.push((parent, Need::Hard));
        found.link = Some((child, parent));
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Schema, Naming::Plain, Naming::Sql]
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule {
                attrs: &["parent", "bound", "bound_text", "position"],
                change: |_, from, to| {
                    let moved = from.value(BOUND) != to.value(BOUND);
                    Outcome::rebuild().removing_if(moved, "the partition holds other rows")
                },
            },
            Rule {
                attrs: &["detach_pending"],
                change: |_, _, to| {
                    if to.flag(DETACH_PENDING) {
                        return Outcome::report("in dev its detaching did not end");
                    }
                    Outcome::rebuild()
                },
            },
        ]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let mut needs = privilege::usual(ctx, object, act);
        needs.extend(parent(object).cloned().map(Privilege::Owner));
        if act == Act::Drop && is_partition(object) {
            let referring = keys::referring(ctx, object).into_iter();
            needs.extend(referring.map(|table| Privilege::Held("SELECT", table)));
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec::default()
    }
    fn noun(&self, _: &Object) -> &'static str {
        "TABLE"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, ctx: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let (child, parent) = (self.sql_name(object), object.id.name());
        let alone =
            object.parent.iter().filter(|table| links_of(ctx.current, table).next().is_none());
        let mut statements: Vec<String> =
            alone.flat_map(|table| column::renames(ctx, table)).collect();
        statements.push(if is_partition(object) {
            let written = [object.text(BOUND_TEXT), object.text(BOUND)];
            let bound = written.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
            format!("ALTER TABLE {parent} ATTACH PARTITION {child} {bound};")
        } else {
            format!("ALTER TABLE {child} INHERIT {parent};")
        });
        statements
    }
    fn drop(&self, ctx: &Ctx<'_>, object: &Object) -> Vec<String> {
        let (child, parent) = (self.sql_name(object), object.id.name());
        let pending = if object.flag(DETACH_PENDING) { " FINALIZE" } else { "" };
        if !is_partition(object) {
            let mut statements = vec![format!("ALTER TABLE {child} NO INHERIT {parent};")];
            let table = object.parent.iter();
            let alone = table.filter(|table| links_of(ctx.desired, table).next().is_none());
            statements.extend(alone.flat_map(|table| column::renames(ctx, table)));
            return statements;
        }
        let mut statements =
            vec![format!("ALTER TABLE {parent} DETACH PARTITION {child}{pending};")];
        let table = object.parent.as_ref();
        let stays = table.is_some_and(|table| ctx.desired.objects.contains_key(table));
        if stays && !ctx.desired.objects.contains_key(&object.id) {
            for key in left_keys(ctx, object) {
                let name = table.map_or(key.id.name(), |table| constraint::name_on(key, table));
                let name = quote::ident(name);
                statements.push(format!("ALTER TABLE {child} DROP CONSTRAINT {name};"));
            }
            statements.extend(table.into_iter().flat_map(|table| column::renames(ctx, table)));
        }
        statements
    }
    fn obstacle(&self, ctx: &Ctx<'_>, object: &Object) -> Option<String> {
        let parent = parent(object).filter(|_| is_partition(object))?;
        let stands = ctx.current.objects.get(parent)?;
        (!table::is_partitioned(stands))
            .then(|| format!("{} is not partitioned and cannot become so", parent.label()))
    }
    fn detour(&self, ctx: &Ctx<'_>, object: &Object) -> Option<Detour> {
        attach::detour(ctx, object)
    }
    fn position(&self, object: &Object) -> Option<i64> {
        object.value(POSITION).as_int()
    }
    fn links(&self) -> bool {
        true
    }
    fn goes_after(&self, ctx: &Ctx<'_>, object: &Object) -> Vec<ObjectId> {
        if !is_partition(object) {
            return Vec::new();
        }
        let tables =
            above(ctx.current, object).filter(|table| ctx.desired.objects.contains_key(*table));
        tables
            .flat_map(|table| foreign_keys(ctx.current, table))
            .map(|key| key.id.clone())
            .collect()
    }
    fn goes_first(&self, ctx: &Ctx<'_>, object: &Object) -> bool {
        // the clones of a foreign key to a partitioned table hold its partitions
        let catalog = ctx.current;
        is_partition(object) && above(catalog, object).any(|table| is_referenced(catalog, table))
    }
    fn clears(&self, object: &Object) -> Vec<Slot> {
        let parent = path(object);
        vec![("bounds", parent.clone()), ("children", parent)]
    }
    fn enters(&self, object: &Object) -> Vec<Slot> {
        let parent = path(object);
        vec![("bounds", parent.clone()), ("columns", parent)]
    }
    fn create_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        let (Some(child), Some(parent)) = (&object.parent, parent(object)) else {
            return Effects::default();
        };
        if !is_partition(object) {
            let mut effects = Effects::lock(child, Lock::AccessExclusive);
            effects.join(Effects::lock(parent, Lock::ShareUpdateExclusive));
            return effects;
        }
        let is_proven = attach::is_proven(ctx, object);
        let mut effects = reach::tree(ctx, child, Lock::AccessExclusive);
        if !is_proven {
            effects = effects.scanning(child);
        }
        effects.join(Effects::lock(parent, Lock::ShareUpdateExclusive));
        // one that comes back has kept the keys: the triggers of its own are dropped
        let comes_back = ctx.current.objects.contains_key(&object.id);
        let own = if comes_back { Lock::AccessExclusive } else { Lock::ShareRowExclusive };
        effects.join(cloned_keys(ctx, object, own, Lock::ShareRowExclusive));
        // its rows must not belong to the new partition
        let default = default_partition(ctx.current, parent);
        if let Some(default) = default {
            effects.join(reach::tree(ctx, default, Lock::AccessExclusive).scanning(default));
        } else if is_proven {
            return effects;
        }
        effects.failing(Hazard::CheckViolation, "a row does not belong to the partition")
    }
    fn drop_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        let Some(child) = &object.parent else { return Effects::default() };
        let (true, Some(parent)) = (is_partition(object), parent(object)) else {
            return Effects::lock(child, Lock::AccessExclusive);
        };
        let mut effects = reach::tree(ctx, child, Lock::AccessExclusive);
        effects.join(Effects::lock(parent, Lock::AccessExclusive));
        if let Some(default) = default_partition(ctx.current, parent) {
            effects.join(Effects::lock(default, Lock::AccessExclusive));
        }
        // what goes with its table is not detached
        if ctx.desired.objects.contains_key(child) || self.goes_first(ctx, object) {
            let (own, others) = (Lock::ShareRowExclusive, Lock::AccessExclusive);
            effects.join(cloned_keys(ctx, object, own, others));
        }
        for key in left_keys(ctx, object) {
            let mut tables = reach::referenced(ctx, ctx.current, key);
            tables.insert(child.clone());
            effects.join(lock_all(tables, Lock::AccessExclusive));
        }
        effects
    }
}

/// A table and what it is linked to.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// The partition, or the table that inherits.
    pub child: &'a ObjectId,
    /// What it is below of.
    pub parent: &'a ObjectId,
    /// Whether it is a partition.
    pub is_partition: bool,
}

/// The link that an object is.
pub fn link(object: &Object) -> Option<Link<'_>> {
    if object.id.kind != Kind::Inheritance {
        return None;
    }
    let (child, parent) = (object.parent.as_ref()?, parent(object)?);
    Some(Link { child, parent, is_partition: is_partition(object) })
}

fn path(object: &Object) -> Vec<String> {
    parent(object).map(|id| id.path.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

fn parent(object: &Object) -> Option<&ObjectId> {
    if let Value::Id(id) = object.value(PARENT) { Some(id) } else { None }
}

/// The partitioned tables that a link's table is below of, the nearest first.
fn above<'a>(catalog: &'a Catalog, link: &'a Object) -> impl Iterator<Item = &'a ObjectId> {
    std::iter::successors(parent(link), |table| {
        let link = links_of(catalog, table).next()?.1;
        parent(link).filter(|_| is_partition(link))
    })
}

/// The table at the top of those that a table inherits from, by the first parent of each.
pub(super) fn root<'a>(catalog: &'a Catalog, table: &'a ObjectId) -> &'a ObjectId {
    let up =
        |table: &&'a ObjectId| links_of(catalog, table).next().and_then(|(_, link)| parent(link));
    std::iter::successors(Some(table), up).last().unwrap_or(table)
}

/// The tables at the top of those that a table inherits from, by all parents of each.
pub fn tops(catalog: &Catalog, table: &ObjectId) -> BTreeSet<ObjectId> {
    let mut tops = BTreeSet::new();
    let mut seen = BTreeSet::from([table]);
    let mut work = vec![table];
    while let Some(table) = work.pop() {
        let mut above = parents(catalog, table).peekable();
        if above.peek().is_none() {
            tops.insert(table.clone());
        }
        work.extend(above.filter(|parent| seen.insert(parent)));
    }
    tops
}

/// Whether a table and all below it have the same parents before and after, each at most one.
pub(super) fn tree_stays(ctx: &Ctx<'_>, root: &ObjectId) -> bool {
    let (current, desired) = (all_children(ctx.current), all_children(ctx.desired));
    let mut work = vec![root];
    while let Some(table) = work.pop() {
        let (before, after) = (links_of(ctx.current, table), links_of(ctx.desired, table));
        let several = links_of(ctx.desired, table).nth(1).is_some();
        let below = desired.get(table);
        if several || !before.eq(after) || current.get(table) != below {
            return false;
        }
        work.extend(below.into_iter().flatten());
    }
    true
}

/// What each table has directly below it, for all tables at once: trees are wide.
pub fn all_children(catalog: &Catalog) -> BTreeMap<&ObjectId, Vec<&ObjectId>> {
    let mut all: BTreeMap<&ObjectId, Vec<&ObjectId>> = BTreeMap::new();
    for link in links(catalog) {
        all.entry(link.parent).or_default().push(link.child);
    }
    all
}

/// The partitions below a table, the deepest first.
pub(super) fn partitions_below<'a>(catalog: &'a Catalog, table: &ObjectId) -> Vec<&'a ObjectId> {
    let mut found: Vec<_> = catalog
        .of_kind(Kind::Inheritance)
        .filter(|object| is_partition(object))
        .filter_map(|link| {
            let depth = above(catalog, link).position(|id| id == table)?;
            Some((std::cmp::Reverse(depth), link.parent.as_ref()?))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, table)| table).collect()
}

/// The tables that a link puts below another.
pub(super) fn children<'a>(
    catalog: &'a Catalog,
    table: &'a ObjectId,
) -> impl Iterator<Item = &'a ObjectId> {
    links(catalog).filter(move |link| link.parent == table).map(|link| link.child)
}

fn links(catalog: &Catalog) -> impl Iterator<Item = Link<'_>> {
    catalog.of_kind(Kind::Inheritance).filter_map(link)
}

/// The tables that a table's links put it below of.
pub(super) fn parents<'a>(
    catalog: &'a Catalog,
    table: &'a ObjectId,
) -> impl Iterator<Item = &'a ObjectId> {
    links_of(catalog, table).filter_map(|(_, link)| parent(link))
}

fn links_of<'a>(
    catalog: &'a Catalog,
    table: &'a ObjectId,
) -> impl Iterator<Item = (&'a ObjectId, &'a Object)> {
    let first = ObjectId::new(Kind::Inheritance, &[table.part(0), table.part(1)]);
    let rest = catalog.objects.range(first..);
    rest.take_while(move |(id, link)| {
        id.kind == Kind::Inheritance && link.parent.as_ref() == Some(table)
    })
}

/// Whether a table is below the parent before and after, by the same link.
pub(super) fn stays_below(ctx: &Ctx<'_>, child: &ObjectId, table: &ObjectId) -> bool {
    let mut links = links_of(ctx.current, child);
    links.any(|(id, link)| parent(link) == Some(table) && ctx.desired.objects.get(id) == Some(link))
}

/// Where the rows go that belong to no other partition.
fn default_partition<'a>(catalog: &'a Catalog, table: &ObjectId) -> Option<&'a ObjectId> {
    let links = catalog.objects.values().filter(|object| is_partition(object));
    let mut defaults = links.filter(|link| link.text(BOUND) == "DEFAULT");
    defaults.find(|link| parent(link) == Some(table)).and_then(|link| link.parent.as_ref())
}

/// Whether the table is a partition by this link.
pub(super) fn is_partition(object: &Object) -> bool {
    object.id.kind == Kind::Inheritance && object.value(BOUND) != &Value::Null
}

/// Whether the table of a part is a partition.
pub(super) fn makes_partition(catalog: &Catalog, part: &Object) -> bool {
    part.parent.as_ref().is_some_and(|table| is_part(catalog, table))
}

/// Whether the table is a partition.
pub(super) fn is_part(catalog: &Catalog, table: &ObjectId) -> bool {
    links_of(catalog, table).next().is_some_and(|(_, link)| is_partition(link))
}

/// Whether a table has parents or children.
pub(super) fn is_linked(catalog: &Catalog, table: &ObjectId) -> bool {
    links_of(catalog, table).next().is_some() || children(catalog, table).next().is_some()
}

/// Whether a table is below the same parents before and after, so that nothing parts it from them.
pub(super) fn stays_linked(ctx: &Ctx<'_>, table: &ObjectId) -> bool {
    let before = links_of(ctx.current, table);
    let mut after = links_of(ctx.desired, table).peekable();
    after.peek().is_some() && before.eq(after)
}

/// Whether the link stands in the child's CREATE TABLE.
pub(super) fn is_plain(object: &Object) -> bool {
    object.id.kind == Kind::Inheritance && !is_partition(object)
}

/// The bound in one form: the values of `FOR VALUES IN (...)` in order, for PostgreSQL keeps them as
/// they were written, and whole numbers as numbers whatever their type.
fn sorted(bound: &str) -> String {
    const HEAD: &str = "FOR VALUES IN (";
    let tokens = lexer::tokens(bound);
    let bound: String =
        tokens.iter().map(|token| number(token.text).unwrap_or(token.text)).collect();
    let list = bound.strip_prefix(HEAD).and_then(|rest| rest.strip_suffix(')'));
    let Some(list) = list else { return bound };
    let mut values = crate::sql::tokens::elements(list);
    values.sort_unstable();
    format!("{HEAD}{})", values.join(", "))
}

fn number(literal: &str) -> Option<&str> {
    let inner = literal.strip_prefix('\'')?.strip_suffix('\'')?;
    let digits = inner.strip_prefix('-').unwrap_or(inner);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::sorted;

    #[test]
    fn list_values_have_no_order() {
        assert_eq!(
            sorted("FOR VALUES IN ('b', 'a, c', NULL)"),
            "FOR VALUES IN ('a, c', 'b', NULL)"
        );
        let range = "FOR VALUES FROM (2) TO (1)";
        assert_eq!(sorted(range), range);
        assert_eq!(
            sorted("FOR VALUES FROM ('2', 'a''b') TO ('-1', '1 a')"),
            "FOR VALUES FROM (2, 'a''b') TO (-1, '1 a')"
        );
    }
}
