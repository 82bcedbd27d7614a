//! What a link means for foreign keys: those of the tables above come with it, and those that refer
//! to them reach the table.

use super::{Inheritance, above, links_of, partitions_below};
use crate::kinds::{Ctx, Effects, Lock, ObjectKind, constraint, reach};
use crate::model::{Catalog, Kind, Need, Object, ObjectId};
use std::collections::BTreeSet;

pub(super) fn foreign_keys<'a>(
    catalog: &'a Catalog,
    table: &'a ObjectId,
) -> impl Iterator<Item = &'a Object> {
    let first = ObjectId::new(Kind::Constraint, &[table.part(0), table.part(1)]);
    let parts = catalog.objects.range(first..).map(|(_, object)| object);
    let parts = parts.take_while(move |object| {
        object.id.kind == Kind::Constraint && object.parent.as_ref() == Some(table)
    });
    parts.filter(|object| constraint::is_foreign_key(object))
}

/// Whether a parent's foreign key is there when the link goes: it does not change, nor what it
/// needs, or goes later with its table.
fn outlives(ctx: &Ctx<'_>, key: &Object) -> bool {
    let same = |id: &ObjectId| ctx.current.objects.get(id) == ctx.desired.objects.get(id);
    let mut parts = ctx.current.needs_of(&key.id).filter(|(id, _)| id.kind != Kind::Table);
    let with_table =
        key.parent.as_ref().is_some_and(|table| !ctx.desired.objects.contains_key(table));
    let after = ctx.desired.objects.get(&key.id);
    let stands = after.is_some_and(|after| constraint::is_same(key, after));
    with_table || (stands && parts.all(|(id, _)| same(id)))
}

/// Whether a foreign key refers to a table, be it its own.
pub(super) fn is_referenced(catalog: &Catalog, table: &ObjectId) -> bool {
    let keys = catalog.of_kind(Kind::Constraint).filter(|it| constraint::is_foreign_key(it));
    let mut needed = keys.flat_map(|key| {
        let others = catalog.needs_of(&key.id).filter(|(_, need)| *need == Need::Hard);
        others.map(|(id, _)| id)
    });
    needed
        .any(|id| catalog.objects.get(id).and_then(|column| column.parent.as_ref()) == Some(table))
}

/// What a table that is detached and stays keeps of the parents' foreign keys; those that go or
/// change went before, unless with their table.
pub(super) fn left_keys<'a>(ctx: &Ctx<'a>, link: &'a Object) -> Vec<&'a Object> {
    let Some(table) = link.parent.as_ref().filter(|id| ctx.desired.objects.contains_key(id)) else {
        return Vec::new();
    };
    if ctx.desired.objects.contains_key(&link.id) {
        return Vec::new();
    }
    let keys = above(ctx.current, link).flat_map(|table| foreign_keys(ctx.current, table));
    // never one of the table's own
    let own = |key: &Object| constraint::named_on(table, constraint::name_on(key, table));
    keys.filter(|key| outlives(ctx, key) && !ctx.current.objects.contains_key(&own(key))).collect()
}

pub(super) fn lock_all(tables: impl IntoIterator<Item = ObjectId>, lock: Lock) -> Effects {
    tables.into_iter().fold(Effects::default(), |mut effects, table| {
        effects.join(Effects::lock(&table, lock));
        effects
    })
}

/// The foreign keys of the tables above are made here, too, or become its own: what they refer to
/// is locked. So are the tables with keys that refer to those above.
pub(super) fn cloned_keys(ctx: &Ctx<'_>, link: &Object, own: Lock, others: Lock) -> Effects {
    let leaves = ctx.current.objects.contains_key(&link.id);
    let side = if leaves { ctx.current } else { ctx.desired };
    let mut effects = Effects::default();
    for table in above(side, link) {
        for key in foreign_keys(ctx.current, table) {
            effects.join(lock_all(reach::referenced(ctx, ctx.current, key), own));
        }
        for key in keys_to(ctx.current, table) {
            // before 15 the tables below one that leaves get their part of the key anew
            let parted = leaves && ctx.current.server.major() < 15;
            if let Some(child) = link.parent.as_ref().filter(|_| parted)
                && refers_to_itself(ctx.current, key)
            {
                let below = partitions_below(ctx.current, child).into_iter().cloned();
                effects.join(lock_all(below, Lock::AccessExclusive));
            }
            // one that refers to its own table is that table's alone
            let itself = key.parent.as_ref() == Some(table);
            let tables = if itself { [table.clone()].into() } else { reach::referencing(ctx, key) };
            effects.join(lock_all(tables, others));
        }
    }
    effects
}

/// The tables with keys that refer to those above: rows that refer to a partition are looked for when
/// it goes.
pub(super) fn referring(ctx: &Ctx<'_>, link: &Object) -> BTreeSet<ObjectId> {
    let keys = above(ctx.current, link).flat_map(|table| keys_to(ctx.current, table));
    keys.filter_map(|key| key.parent.clone()).collect()
}

fn refers_to_itself(catalog: &Catalog, key: &Object) -> bool {
    let mut columns = catalog.needs_of(&key.id).filter(|(id, _)| id.kind == Kind::Column);
    columns.all(|(id, _)| {
        catalog.objects.get(id).and_then(|column| column.parent.as_ref()) == key.parent.as_ref()
    })
}

/// The foreign keys that refer to a table.
fn keys_to<'a>(catalog: &'a Catalog, table: &'a ObjectId) -> impl Iterator<Item = &'a Object> {
    let keys = catalog.of_kind(Kind::Constraint).filter(|it| constraint::is_foreign_key(it));
    keys.filter(move |key| {
        if key.parent.as_ref() == Some(table) {
            return refers_to_itself(catalog, key);
        }
        let columns = catalog.needs_of(&key.id).filter(|(id, _)| id.kind == Kind::Column);
        let mut tables = columns.filter_map(|(id, _)| catalog.objects.get(id)?.parent.as_ref());
        tables.any(|id| id == table)
    })
}

/// What dropping a table costs that is detached first: the keys that it keeps go with it.
pub(in crate::kinds) fn kept_keys(ctx: &Ctx<'_>, table: &ObjectId) -> Effects {
    let links = links_of(ctx.current, table).map(|(_, link)| link);
    let parted = links.filter(|link| Inheritance.goes_first(ctx, link));
    parted.fold(Effects::default(), |mut effects, link| {
        effects.join(cloned_keys(ctx, link, Lock::AccessExclusive, Lock::AccessExclusive));
        effects
    })
}
