//! Keys and foreign keys of large partitioned tables: each partition's comes first, as on any large
//! table, and the one of the whole takes them over without a look at the rows.

use super::{
    ATTACHED_TO, CLONES, NOT_VALID, detour, is_foreign_key, is_same, name_on, named, named_on,
};
use crate::kinds::detour::Detour;
use crate::kinds::facet::relation_of;
use crate::kinds::{Ctx, inheritance, reach, table};
use crate::model::{Facets, Kind, Need, Object, ObjectId, Value};

/// The keys of the partitions directly below.
fn attached<'a>(ctx: &Ctx<'a>, key: &ObjectId) -> impl Iterator<Item = &'a Object> {
    let constraints = ctx.desired.of_kind(Kind::Constraint);
    constraints.filter(move |part| named(part, ATTACHED_TO).as_ref() == Some(key))
}

/// The indexes that partitions' keys are made from stay until all have theirs.
pub(super) fn keep_indexes(ctx: &Ctx<'_>, key: &Object, detour: &mut Detour) {
    for part in attached(ctx, &key.id) {
        if let Some(index) = detour::index_of(ctx, part) {
            detour.keep(ctx.current, &index.id);
        }
        keep_indexes(ctx, part, detour);
    }
}

/// Whether a partition's key is not there yet, and comes from an index that is built first.
pub(super) fn waits(ctx: &Ctx<'_>, key: &Object) -> bool {
    attached(ctx, &key.id).any(|part| {
        let is_new = !ctx.current.objects.contains_key(&part.id);
        if is_on_partitioned(ctx, part) {
            waits(ctx, part)
        } else {
            is_new && detour::key(ctx, part).is_some()
        }
    })
}

/// The next stop on the way to a foreign key of a partitioned table that cannot be NOT VALID.
pub(super) fn foreign_key(ctx: &Ctx<'_>, to: &Object) -> Option<Detour> {
    if ctx.current.objects.contains_key(&to.id) {
        return None;
    }
    let leaves = leaves(ctx, to)?;
    let mut detour = Detour { later: vec![to.id.clone()], ..Detour::default() };
    let mut is_ready = true;
    for leaf in leaves {
        let (own, standing) = of_leaf(ctx, to, leaf)?;
        is_ready &= standing.is_some_and(|standing| *standing == own);
        let half = detour::unproven(&own);
        let next = if standing.is_some() { own } else { half };
        detour.there.push((next, needs(ctx, to, leaf)));
    }
    (!is_ready).then_some(detour)
}

/// Whether every partition has it already, so that no row is looked at again.
pub(super) fn is_proven(ctx: &Ctx<'_>, key: &Object) -> bool {
    let ready = |leaf: &&ObjectId| {
        of_leaf(ctx, key, leaf).is_some_and(|(own, standing)| standing == Some(&own))
    };
    is_apart(ctx, key) && leaves(ctx, key).is_some_and(|all| all.iter().all(ready))
}

/// Whether the foreign key of a partition becomes a part of one of the whole.
pub(super) fn is_taken_over(ctx: &Ctx<'_>, object: &Object) -> bool {
    if !is_foreign_key(object) || ctx.desired.objects.contains_key(&object.id) {
        return false;
    }
    let table = relation_of(object);
    let mut wholes = ctx.desired.of_kind(Kind::Constraint).filter(|key| {
        is_foreign_key(key) && !ctx.current.objects.contains_key(&key.id) && is_apart(ctx, key)
    });
    wholes.any(|key| {
        leaves(ctx, key).is_some_and(|leaves| leaves.contains(&&table))
            && named_on(&table, name_on(key, &table)) == object.id
            && is_proven(ctx, key)
    })
}

/// Whether it is on a partitioned table and cannot be NOT VALID there.
pub(super) fn is_apart(ctx: &Ctx<'_>, key: &Object) -> bool {
    ctx.current.server.major() < 18 && is_on_partitioned(ctx, key)
}

/// Up to 17 VALIDATE leaves the parts of a foreign key that refer to partitions as they are.
pub(super) fn refers_to_partitions(ctx: &Ctx<'_>, key: &Object) -> bool {
    let whole = relation_of(key);
    let referenced = reach::referenced(ctx, ctx.desired, key);
    let mut tables = referenced.iter().filter(|table| **table != whole);
    let is_partitioned =
        |table: &ObjectId| ctx.desired.objects.get(table).is_some_and(table::is_partitioned);
    ctx.current.server.major() < 18
        && (tables.any(is_partitioned)
            || (referenced.contains(&whole) && is_on_partitioned(ctx, key)))
}

fn is_on_partitioned(ctx: &Ctx<'_>, key: &Object) -> bool {
    ctx.desired.objects.get(&relation_of(key)).is_some_and(table::is_partitioned)
}

/// The partitions with rows; none where it refers to its own table, or is not known from the columns.
fn leaves<'a>(ctx: &Ctx<'a>, key: &Object) -> Option<Vec<&'a ObjectId>> {
    let whole = relation_of(key);
    let elsewhere = !reach::referenced(ctx, ctx.desired, key).contains(&whole);
    let partitions = inheritance::partitions_below(ctx.desired, &whole).into_iter();
    let has_rows = |id: &&ObjectId| reach::has_file(ctx.desired, id);
    let leaves: Vec<&ObjectId> = partitions.filter(has_rows).collect();
    (elsewhere && !leaves.is_empty()).then_some(leaves)
}

/// What a partition's own would be, with what stands; none where another one has its name.
fn of_leaf<'a>(
    ctx: &Ctx<'a>,
    key: &Object,
    leaf: &ObjectId,
) -> Option<(Object, Option<&'a Object>)> {
    let mut own = key.clone();
    own.id = named_on(leaf, name_on(key, leaf));
    own.parent = Some(leaf.clone());
    own.facets = Facets::default();
    own.set(CLONES, Value::Null);
    let standing = ctx.current.objects.get(&own.id);
    let half = detour::unproven(&own);
    let known = |standing: &Object| is_same(standing, &own) || is_same(standing, &half);
    let free = standing.is_none_or(known) && !ctx.desired.objects.contains_key(&own.id);
    (free && !key.flag(NOT_VALID)).then_some((own, standing))
}

/// What the whole's needs come to for a partition.
fn needs(ctx: &Ctx<'_>, key: &Object, leaf: &ObjectId) -> Vec<(ObjectId, Need)> {
    let whole = relation_of(key);
    let moved = |id: &ObjectId| {
        if *id == whole {
            return leaf.clone();
        }
        let column = id.kind == Kind::Column && id.path.starts_with(&whole.path);
        if column {
            ObjectId::new(Kind::Column, &[leaf.part(0), leaf.part(1), id.name()])
        } else {
            id.clone()
        }
    };
    ctx.desired.needs_of(&key.id).map(|(id, need)| (moved(id), need)).collect()
}
