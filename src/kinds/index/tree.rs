//! Another definition for the index of a large partitioned table: a tree of indexes is built beside
//! the one that stands, one partition after the other, and takes its names.

use super::{ATTACHED_TO, DEFINITION, online};
use crate::kinds::Ctx;
use crate::kinds::detour::{Detour, Stay, can_stay, stands_large};
use crate::kinds::facet::relation_of;
use crate::model::{Catalog, Kind, Object, ObjectId, Value};
use std::collections::BTreeMap;

/// The next stop on the way to another definition of the index of a partitioned table.
pub(super) fn detour(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Option<Detour> {
    let stays = can_stay(ctx, &to.id) == Stay::Always;
    let alone = [from, to].iter().all(|it| it.value(ATTACHED_TO) == &Value::Null);
    if from.text(DEFINITION) == to.text(DEFINITION)
        || !alone
        || !stays
        || !stands_large(ctx, &relation_of(to))
    {
        return None;
    }
    let (old, new) = (tree(ctx.current, from), tree(ctx.desired, to));
    let names = names(&old, &new)?;
    let mut detour = Detour::default();
    for object in &old {
        detour.keep(ctx.current, &object.id);
    }
    let mut is_ready = true;
    for object in &new {
        let wanted = renamed(object, &names)?;
        let standing = ctx.current.objects.get(&wanted.id);
        if standing.is_some_and(|standing| !is_same_but_for_links(standing, &wanted)) {
            return None;
        }
        is_ready &= standing.is_some_and(|standing| online::is_same(standing, &wanted));
        let needs = ctx.desired.needs_of(&object.id);
        let moved = |id: &ObjectId| names.get(id).unwrap_or(id).clone();
        detour.there.push((wanted, needs.map(|(id, need)| (moved(id), need)).collect()));
    }
    (!is_ready).then_some(detour)
}

/// The index under the name that it has while the tree of its predecessor stands, attached to what
/// is its parent meanwhile.
pub(super) fn successor(ctx: &Ctx<'_>, object: &Object) -> Option<Object> {
    let mut successor = online::successor(object)?;
    if let Value::Id(parent) = object.value(ATTACHED_TO) {
        let standing = online::predecessor(ctx, ctx.desired.objects.get(parent)?)?;
        successor.set(ATTACHED_TO, Value::Id(standing.id.clone()));
    }
    Some(successor)
}

/// Whether it is attached to the same parent, which only gets its name.
pub(super) fn keeps_parent(ctx: &Ctx<'_>, from: &Object, to: &Object) -> bool {
    let (Value::Id(before), Value::Id(after)) = (from.value(ATTACHED_TO), to.value(ATTACHED_TO))
    else {
        return false;
    };
    let parent = ctx.desired.objects.get(after).filter(|parent| parent.id.kind == Kind::Index);
    let standing = parent.and_then(|parent| online::predecessor(ctx, parent));
    standing.is_some_and(|standing| standing.id == *before)
}

/// An index with all that are attached below it, from the top.
fn tree<'a>(catalog: &'a Catalog, top: &'a Object) -> Vec<&'a Object> {
    let mut attached: BTreeMap<&ObjectId, Vec<&Object>> = BTreeMap::new();
    for object in catalog.of_kind(Kind::Index) {
        if let Value::Id(parent) = object.value(ATTACHED_TO) {
            attached.entry(parent).or_default().push(object);
        }
    }
    let mut found = vec![top];
    let mut at = 0;
    while let Some(parent) = found.get(at) {
        let below = attached.get(&parent.id).into_iter().flatten().copied();
        found.extend(below.collect::<Vec<_>>());
        at += 1;
    }
    found
}

/// The names of those meanwhile whose own are still taken.
fn names(old: &[&Object], new: &[&Object]) -> Option<BTreeMap<ObjectId, ObjectId>> {
    let taken = |object: &&&Object| old.iter().any(|old| old.id == object.id);
    new.iter()
        .filter(taken)
        .map(|object| Some((object.id.clone(), online::successor(object)?.id)))
        .collect()
}

fn renamed(object: &Object, names: &BTreeMap<ObjectId, ObjectId>) -> Option<Object> {
    let mut wanted =
        if names.contains_key(&object.id) { online::successor(object)? } else { object.clone() };
    if let Value::Id(parent) = object.value(ATTACHED_TO) {
        wanted.set(ATTACHED_TO, Value::Id(names.get(parent).unwrap_or(parent).clone()));
    }
    Some(wanted)
}

/// It may have been built and not be attached yet.
fn is_same_but_for_links(standing: &Object, wanted: &Object) -> bool {
    let mut wanted = wanted.clone();
    wanted.set(ATTACHED_TO, standing.value(ATTACHED_TO).clone());
    online::is_same(standing, &wanted)
}
