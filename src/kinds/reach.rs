//! What a statement on a table reaches besides it: the tables below, its sequences, and the tables at
//! the other end of its foreign keys (catalog.md ch. 2, compared with what servers of 13 to 18 lock).

use crate::kinds::facet::relation_of;
use crate::kinds::rules::{Ctx, Effects, Lock};
use crate::kinds::{constraint, inheritance, sequence, table};
use crate::model::{Catalog, Kind, Object, ObjectId};
use std::collections::BTreeSet;

/// The partitions and children of a table, through all levels, as far as they stay below it: links
/// that go do so before, and those that come do so after.
fn below(ctx: &Ctx<'_>, table: &ObjectId) -> Vec<ObjectId> {
    let stays = |child: &ObjectId, parent: &ObjectId| inheritance::stays_below(ctx, child, parent);
    through(ctx.current, table, &stays)
}

fn through(
    catalog: &Catalog,
    table: &ObjectId,
    follows: &dyn Fn(&ObjectId, &ObjectId) -> bool,
) -> Vec<ObjectId> {
    let mut found = vec![table.clone()];
    let mut at = 0;
    while let Some(parent) = found.get(at).cloned() {
        let new: Vec<ObjectId> = inheritance::children(catalog, &parent)
            .filter(|child| !found.contains(child) && follows(child, &parent))
            .cloned()
            .collect();
        found.extend(new);
        at += 1;
    }
    found.remove(0);
    found
}

/// The lock on a table and on all below it, where the statement goes down to them.
pub(super) fn tree(ctx: &Ctx<'_>, table: &ObjectId, lock: Lock) -> Effects {
    let mut effects = Effects::lock(table, lock);
    for child in below(ctx, table) {
        effects.join(Effects::lock(&child, lock));
    }
    effects
}

/// The same with a rewrite of every one that has rows of its own.
pub(super) fn rewritten_tree(ctx: &Ctx<'_>, table: &ObjectId) -> Effects {
    let mut effects = tree(ctx, table, Lock::AccessExclusive);
    effects.rewrites =
        effects.locks.keys().filter(|id| has_file(ctx.current, id)).cloned().collect();
    effects
}

/// Whether it has a file: rows of a partitioned table are in its partitions, those of a foreign one
/// elsewhere.
pub(super) fn has_file(catalog: &Catalog, id: &ObjectId) -> bool {
    catalog.objects.get(id).is_some_and(|object| match id.kind {
        Kind::Table => !table::is_partitioned(object) && !table::is_foreign(object),
        kind => kind == Kind::MaterializedView,
    })
}

/// The sequences that the columns of a table, or one column, own.
pub(super) fn sequences<'a>(
    catalog: &'a Catalog,
    whole: &'a ObjectId,
) -> impl Iterator<Item = &'a ObjectId> {
    let owned = catalog.of_kind(Kind::Sequence).filter(move |object| {
        sequence::column(object).is_some_and(|column| column.path.starts_with(&whole.path))
    });
    owned.map(|object| &object.id)
}

/// The tables at both ends of a foreign key, with those that it is cloned to.
pub(super) fn ends(ctx: &Ctx<'_>, catalog: &Catalog, key: &Object) -> BTreeSet<ObjectId> {
    let mut tables = referenced(ctx, catalog, key);
    tables.extend(referencing(ctx, key));
    tables
}

/// The table that a foreign key is on, with those that it is cloned to.
pub(super) fn referencing(ctx: &Ctx<'_>, key: &Object) -> BTreeSet<ObjectId> {
    key.parent.iter().flat_map(|table| with_below(ctx, table)).collect()
}

/// The table that a foreign key refers to, with all below it.
pub(super) fn referenced(ctx: &Ctx<'_>, catalog: &Catalog, key: &Object) -> BTreeSet<ObjectId> {
    // it may refer to its own table
    let table = other_end(catalog, key).or_else(|| key.parent.clone());
    table.iter().flat_map(|table| with_below(ctx, table)).collect()
}

/// The table that a foreign key names, where it is another.
pub(super) fn other_end(catalog: &Catalog, key: &Object) -> Option<ObjectId> {
    let columns = catalog.needs_of(&key.id).filter(|(id, _)| id.kind == Kind::Column);
    let mut tables = columns.map(|(id, _)| table_of(id));
    tables.find(|table| Some(table) != key.parent.as_ref())
}

/// A foreign key may come or go before a link of its tables or after it: all that are below before
/// or afterwards count.
fn with_below(ctx: &Ctx<'_>, table: &ObjectId) -> Vec<ObjectId> {
    let mut tables = vec![table.clone()];
    for catalog in [ctx.current, ctx.desired] {
        // a foreign key comes to partitions, not to tables that inherit
        tables.extend(through(catalog, table, &|child, _| inheritance::is_part(catalog, child)));
    }
    tables
}

/// The foreign keys that have the column at one of their ends.
pub(super) fn foreign_keys<'a>(
    catalog: &'a Catalog,
    column: &'a ObjectId,
) -> impl Iterator<Item = &'a Object> {
    let uses = |object: &&Object| {
        catalog.needs.get(&object.id).is_some_and(|needs| needs.contains_key(column))
    };
    let keys = catalog.of_kind(Kind::Constraint).filter(|it| constraint::is_foreign_key(it));
    keys.filter(uses)
}

/// The lock on every table that has a column of the domain, or of one over it, whose rows are read.
pub(super) fn storing(catalog: &Catalog, domain: &ObjectId, lock: Lock) -> Effects {
    let mut effects = Effects::default();
    let mut work = vec![domain.clone()];
    while let Some(id) = work.pop() {
        for (user, _) in catalog.needs.iter().filter(|(_, needs)| needs.contains_key(&id)) {
            match (user.kind, catalog.objects.get(user)) {
                (Kind::Column | Kind::ViewColumn, Some(column)) => {
                    let relation = relation_of(column);
                    if has_file(catalog, &relation) {
                        effects.join(Effects::lock(&relation, lock).scanning(&relation));
                    }
                }
                (Kind::Domain, _) if *user != id => work.push(user.clone()),
                _ => {}
            }
        }
    }
    effects
}

/// The indexes with the column in them, those of keys among them.
pub(super) fn indexes<'a>(
    catalog: &'a Catalog,
    column: &'a ObjectId,
) -> impl Iterator<Item = &'a Object> {
    let users = catalog.needs.iter().filter(|(_, needs)| needs.contains_key(column));
    let users = users.filter_map(|(id, _)| catalog.objects.get(id));
    users.filter(|object| {
        (object.id.kind == Kind::Index || constraint::is_key(object))
            && has_file(catalog, &relation_of(object))
    })
}

fn table_of(column: &ObjectId) -> ObjectId {
    ObjectId::new(Kind::Table, &[column.part(0), column.part(1)])
}
