//! What PostgreSQL forces: dependents of what goes or moves stand aside and come back.

use crate::kinds::{Ctx, of};
use crate::model::{Kind, Need, ObjectId};
use crate::plan::change::Changes;
use crate::plan::schedule::Blocked;
use std::collections::{BTreeMap, BTreeSet};

type Dependents<'a> = BTreeMap<&'a ObjectId, BTreeMap<&'a ObjectId, Need>>;

/// Adds to `changes.rebuilt` everything that must be dropped because something else is.
pub(super) fn expand(ctx: &Ctx<'_>, dependents: &Dependents<'_>, changes: &mut Changes) {
    let moving: BTreeSet<ObjectId> = changes.altered.iter().map(|alter| alter.id.clone()).collect();
    displace(ctx, dependents, &moving, changes);
    let mut work: Vec<(ObjectId, ObjectId)> =
        changes.dropped.iter().map(|id| (id.clone(), id.clone())).collect();
    work.extend(changes.rebuilt.iter().map(|(id, cause)| (id.clone(), cause.clone())));
    while let Some((id, cause)) = work.pop() {
        if let Some(holder) = holder(ctx, &id, changes)
            && let Some(added) = rebuild(ctx, &holder, &cause, &id, changes)
        {
            work.push((added, cause.clone()));
        }
        for (dependent, need) in dependents.get(&id).into_iter().flatten() {
            if *need == Need::Soft
                || is_gone(changes, dependent)
                || steps_away(ctx, &moving, dependent, &id)
            {
                continue;
            }
            if let Some(added) = rebuild(ctx, dependent, &cause, &id, changes) {
                work.push((added, cause.clone()));
            }
        }
    }
    let rebuilt = &changes.rebuilt;
    changes.altered.retain(|alter| !rebuilt.contains_key(&alter.id));
}

/// Dependents that stand in the way of an alteration.
fn displace(
    ctx: &Ctx<'_>,
    dependents: &Dependents<'_>,
    moving: &BTreeSet<ObjectId>,
    changes: &mut Changes,
) {
    let mut found = Vec::new();
    for alter in &changes.altered {
        for target in std::iter::once(&alter.id).chain(&alter.outcome.affects) {
            for (dependent, need) in dependents.get(target).into_iter().flatten() {
                if *need == Need::Soft
                    || is_gone(changes, dependent)
                    || steps_away(ctx, moving, dependent, target)
                {
                    continue;
                }
                let displaced = match ctx.current.objects.get(*dependent) {
                    Some(object) => (alter.outcome.displaces)(object),
                    // what is not modelled might not stand aside: only where anything would have to
                    None => dependent.kind == Kind::Unmodelled && alter.outcome.moves_dependents,
                };
                if displaced {
                    found.push(((*dependent).clone(), alter.id.clone(), target.clone()));
                }
            }
        }
    }
    for (dependent, cause, target) in found {
        if !is_gone(changes, &dependent) {
            rebuild(ctx, &dependent, &cause, &target, changes);
        }
    }
}

/// What a part of a linked whole can only go with: it must go, too.
fn holder(ctx: &Ctx<'_>, id: &ObjectId, changes: &Changes) -> Option<ObjectId> {
    let object = ctx.current.objects.get(id)?;
    let holder = of(id.kind).held_by(object)?;
    let links = |other: &ObjectId| {
        let other = ctx.current.objects.get(other);
        other.is_some_and(|other| of(other.id.kind).links() && other.parent == object.parent)
    };
    let whole_goes = object.parent.as_ref().is_some_and(|whole| is_gone(changes, whole));
    let unlinked = changes.dropped.iter().chain(changes.rebuilt.keys()).any(links);
    (!whole_goes && !unlinked && !is_gone(changes, &holder)).then_some(holder)
}

fn is_gone(changes: &Changes, id: &ObjectId) -> bool {
    changes.dropped.contains(id) || changes.rebuilt.contains_key(id)
}

/// Its own alteration, which runs first, ends the need.
fn steps_away(
    ctx: &Ctx<'_>,
    moving: &BTreeSet<ObjectId>,
    dependent: &ObjectId,
    target: &ObjectId,
) -> bool {
    moving.contains(dependent)
        && !ctx.desired.needs.get(dependent).is_some_and(|needs| needs.contains_key(target))
}

/// Marks a dependent; the one to drop is returned when it is new.
fn rebuild(
    ctx: &Ctx<'_>,
    dependent: &ObjectId,
    cause: &ObjectId,
    target: &ObjectId,
    changes: &mut Changes,
) -> Option<ObjectId> {
    let Some(object) = ctx.current.objects.get(dependent) else {
        let why = format!("{} needs {} and is not modelled yet", dependent.label(), target.label());
        changes.blocked.push(Blocked::change(cause, why));
        return None;
    };
    let kind = of(object.id.kind);
    let whole = object.parent.clone().filter(|_| kind.inseparable());
    let id = whole.unwrap_or_else(|| dependent.clone());
    if is_gone(changes, &id) && id != *dependent {
        changes.rebuilt.insert(dependent.clone(), cause.clone());
        return Some(dependent.clone());
    }
    // what its whole, or its parent's, takes along comes back with it
    let with = object.parent.clone().into_iter().chain(kind.held_by(object));
    let comes_back = with.into_iter().any(|whole| is_gone(changes, &whole));
    if !kind.rebuildable(object) && !comes_back {
        let why = format!(
            "{} needs {} and cannot be built again without losing data",
            dependent.label(),
            target.label()
        );
        changes.blocked.push(Blocked::change(cause, why));
        return None;
    }
    changes.rebuilt.insert(id.clone(), cause.clone());
    Some(id)
}
