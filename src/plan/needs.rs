//! What the executing role needs for each step.

use crate::kinds::{
    Act, Ctx, Effects, Lock, Privilege, Privileges, all_children, facet, of, privilege,
};
use crate::model::{Catalog, Object, ObjectId};
use crate::plan::Batch;
use crate::plan::change::Changes;
use crate::plan::schedule::Node;
use crate::plan::step::{Aspect, Verb};
use std::collections::{BTreeMap, BTreeSet};

/// What the statements of a node need; `objects` are its members.
pub(super) fn of_node(
    ctx: &Ctx<'_>,
    node: &Node,
    objects: &[&Object],
    statements: &[String],
    effects: &Effects,
) -> Privileges {
    let Some(leader) = objects.first().filter(|_| !statements.is_empty()) else {
        return Privileges::new();
    };
    let mut needs = match (node.verb, node.aspect) {
        (Verb::Create, _) => created(ctx, objects),
        (Verb::Drop, _) => of(leader.id.kind).privileges(ctx, leader, Act::Drop),
        (Verb::Alter, Some(Aspect::Facet(changed))) => {
            // as to take it away: to own it
            let mut needs = of(leader.id.kind).privileges(ctx, leader, Act::Drop);
            let before = ctx.current.objects.get(&leader.id);
            needs.extend(
                before.map(|from| facet::privileges(changed, from, leader)).unwrap_or_default(),
            );
            needs
        }
        // the user's own steps come later
        (Verb::Run, _) => Privileges::new(),
        (Verb::Alter | Verb::Empty | Verb::Finish, _) => {
            let mut needs = of(leader.id.kind).privileges(ctx, leader, Act::Alter);
            needs.extend(privilege::of_statements(leader, statements));
            needs
        }
    };
    needs.extend(locked(ctx, effects, &needs));
    needs
}

/// The same with the owners of what a change changes besides.
pub(super) fn with_affected(
    ctx: &Ctx<'_>,
    node: &Node,
    changes: &Changes,
    mut needs: Privileges,
) -> Privileges {
    let alter = node.alter.and_then(|at| changes.altered.get(at));
    let affected = alter.into_iter().flat_map(|alter| &alter.outcome.affects);
    needs.extend(affected.filter_map(|id| privilege::owner_of(ctx, id)));
    needs
}

fn created(ctx: &Ctx<'_>, objects: &[&Object]) -> Privileges {
    let needs = objects.iter().flat_map(|object| {
        let mut needs = of(object.id.kind).privileges(ctx, object, Act::Create);
        needs.extend(privilege::after_create(ctx, object));
        needs
    });
    needs.collect()
}

/// What is done to a table is done to those below it, which may have other owners. Tables that
/// are only locked against readers are locked by the file, before anything else.
fn locked(ctx: &Ctx<'_>, effects: &Effects, needs: &Privileges) -> Privileges {
    let owned = |id: &ObjectId| needs.contains(&Privilege::Owner(id.clone()));
    let mut below: BTreeSet<&ObjectId> = BTreeSet::new();
    let mut open: Vec<&ObjectId> = effects.locks.keys().filter(|id| owned(id)).collect();
    let children = if open.is_empty() { BTreeMap::new() } else { all_children(ctx.current) };
    while let Some(table) = open.pop() {
        let found = children.get(table).into_iter().flatten();
        open.extend(found.filter(|child| below.insert(child)));
    }
    let can_be = |id: &ObjectId| {
        ctx.current.objects.get(id).is_some_and(|object| of(id.kind).can_be_locked(object))
    };
    let need = |(id, lock): (&ObjectId, &Lock)| {
        if below.contains(id) {
            return Some(Privilege::Owner(id.clone()));
        }
        let only_locked = *lock == Lock::AccessExclusive && can_be(id) && !owned(id);
        only_locked.then(|| Privilege::Lock(id.clone()))
    };
    effects.locks.iter().filter_map(need).collect()
}

/// Leaves out what the executing role has because it makes the object itself, and keeps it.
pub(super) fn leave_out_own(batches: &mut [Batch], prod: &Catalog, goal: &Catalog, role: &str) {
    let is_own = |id: &ObjectId| {
        let made = goal.objects.get(id).filter(|_| !prod.objects.contains_key(id));
        made.is_some_and(|object| object.facets.owner.as_ref().is_none_or(|owner| **owner == *role))
    };
    for batch in batches {
        for step in batch.steps.iter_mut().chain(batch.rollback.iter_mut().flatten()) {
            step.needs.retain(|need| match need {
                // another role holds nothing on it
                Privilege::HeldBy(..) => true,
                need => !need.object().is_some_and(is_own),
            });
        }
    }
}
