//! NOT NULL on a large table: a check proves it first, under a lock that lets writers go on; from
//! 18 on the constraint itself can wait for that.

use super::{NOT_NULL, NOT_NULL_PENDING, heirs, inherited_from};
use crate::kinds::constraint::{Proof, not_null_check, proof, unproven};
use crate::kinds::detour::{Detour, stands_large};
use crate::kinds::facet::relation_of;
use crate::kinds::{Ctx, constraint, reach, sequence};
use crate::model::{Catalog, Kind, Need, Object, ObjectId, Value};

/// The next stop on the way to a column.
pub(super) fn detour(ctx: &Ctx<'_>, to: &Object) -> Option<Detour> {
    let from = ctx.current.objects.get(&to.id)?;
    let large = stands_large(ctx, &relation_of(to));
    if !large || !becomes_not_null(from, to) || top(ctx, to) != &to.id || is_handed_over(ctx, to) {
        return None;
    }
    if ctx.current.server.major() >= 18 { pending(ctx, to) } else { checked(ctx, to) }
}

/// Whether a check shows that no row holds NULL, so that none is looked at again.
pub(super) fn is_proven(ctx: &Ctx<'_>, to: &Object) -> bool {
    let check = check(ctx, &to.id, top(ctx, to));
    check.is_some_and(|check| proof(ctx, &check) == Proof::Valid)
}

fn becomes_not_null(from: &Object, to: &Object) -> bool {
    !from.flag(NOT_NULL) && to.flag(NOT_NULL)
}

/// The column of the topmost parent that becomes NOT NULL with this one.
fn top<'a>(ctx: &Ctx<'a>, to: &'a Object) -> &'a ObjectId {
    let above = |id: &&'a ObjectId| {
        let parent = inherited_from(ctx.desired.objects.get(*id)?)?;
        let (before, after) = (ctx.current.objects.get(parent)?, ctx.desired.objects.get(parent)?);
        becomes_not_null(before, after).then_some(parent)
    };
    std::iter::successors(Some(&to.id), above).last().unwrap_or(&to.id)
}

/// 18: NOT NULL that is NOT VALID; PostgreSQL itself makes it valid afterwards.
fn pending(ctx: &Ctx<'_>, to: &Object) -> Option<Detour> {
    let mut detour = Detour::default();
    for id in std::iter::once(to.id.clone()).chain(heirs(ctx.desired, &to.id)) {
        let (Some(before), Some(after)) =
            (ctx.current.objects.get(&id), ctx.desired.objects.get(&id))
        else {
            continue;
        };
        if before.flag(NOT_NULL_PENDING) {
            return valid_first(ctx, to);
        }
        let mut column = after.clone();
        wait_for(ctx, &id, &mut detour);
        if becomes_not_null(before, after) {
            column.set(NOT_NULL, Value::Null);
            column.set(NOT_NULL_PENDING, Value::Bool(true));
        }
        detour.add(column, ctx.desired, &id);
    }
    Some(detour)
}

/// What demands that the column is NOT NULL comes later.
fn wait_for(ctx: &Ctx<'_>, column: &ObjectId, detour: &mut Detour) {
    detour.later.extend(constraint::primary_keys(ctx, column).cloned());
    detour.later.extend(identities(ctx, column));
}

/// That it becomes an identity column.
fn identities<'a>(ctx: &Ctx<'a>, column: &'a ObjectId) -> impl Iterator<Item = ObjectId> {
    let new = |id: &&ObjectId| {
        let object = ctx.desired.objects.get(*id);
        object.is_some_and(sequence::is_identity) && !ctx.current.objects.contains_key(*id)
    };
    reach::sequences(ctx.desired, column).filter(new).cloned()
}

/// A key that is made anew must not be gone while rows are read: it waits until that is done.
fn valid_first(ctx: &Ctx<'_>, to: &Object) -> Option<Detour> {
    let mut detour = Detour::default();
    for id in std::iter::once(to.id.clone()).chain(heirs(ctx.desired, &to.id)) {
        let keys = constraint::primary_keys(ctx, &id);
        detour.later.extend(keys.filter(|key| ctx.current.objects.contains_key(*key)).cloned());
        detour.later.extend(identities(ctx, &id));
        detour.keep(ctx.desired, &id);
    }
    (!detour.later.is_empty()).then_some(detour)
}

/// Whether a column below has it from another parent that loses it: it must have both changes at
/// once, or NULL could enter in between.
fn is_handed_over(ctx: &Ctx<'_>, to: &Object) -> bool {
    let both = |id: &ObjectId| {
        let of = |catalog: &Catalog| catalog.objects.get(id).is_some_and(|it| it.flag(NOT_NULL));
        (of(ctx.current), of(ctx.desired))
    };
    let held: Vec<ObjectId> =
        heirs(ctx.desired, &to.id).into_iter().filter(|id| both(id) == (true, true)).collect();
    let loses = |id: &ObjectId| {
        let same = id.kind == Kind::Column && id.name() == to.id.name();
        same && both(id) == (true, false) && ctx.desired.objects.contains_key(id)
    };
    !held.is_empty()
        && ctx
            .current
            .objects
            .keys()
            .filter(|id| loses(id))
            .any(|id| heirs(ctx.current, id).iter().any(|heir| held.contains(heir)))
}

/// Up to 17: a check on the table and all below it, which then is validated, used and dropped.
fn checked(ctx: &Ctx<'_>, to: &Object) -> Option<Detour> {
    let state = proof(ctx, &check(ctx, &to.id, &to.id)?);
    let mut detour = Detour::default();
    for id in std::iter::once(to.id.clone()).chain(heirs(ctx.desired, &to.id)) {
        let check = check(ctx, &id, &to.id)?;
        if state == Proof::Taken || ctx.desired.objects.contains_key(&check.id) {
            return None;
        }
        let (Some(before), Some(after)) =
            (ctx.current.objects.get(&id), ctx.desired.objects.get(&id))
        else {
            return None;
        };
        if state != Proof::Valid {
            let mut column = after.clone();
            column.set(NOT_NULL, before.value(NOT_NULL).clone());
            detour.add(column, ctx.desired, &id);
            wait_for(ctx, &id, &mut detour);
        }
        let mut needs = vec![(relation_of(after), Need::Part), (id.clone(), Need::Hard)];
        needs.extend(constraint::parent_of(&check).map(|parent| (parent, Need::Hard)));
        let check = if state == Proof::Missing { unproven(&check) } else { check };
        detour.there.push((check, needs));
    }
    Some(detour)
}

/// The check of a column, named after the topmost one.
fn check(ctx: &Ctx<'_>, column: &ObjectId, top: &ObjectId) -> Option<Object> {
    let name = format!("{}_{}_not_null", top.part(1), top.name());
    if name.len() > 63 {
        return None;
    }
    let table = |id: &ObjectId| ObjectId::new(Kind::Table, &[id.part(0), id.part(1)]);
    let parent = ctx.desired.objects.get(column).and_then(inherited_from).filter(|_| column != top);
    let parent = parent.map(|parent| constraint::named_on(&table(parent), &name));
    Some(not_null_check(&table(column), &name, column.name(), parent))
}
