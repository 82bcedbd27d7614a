//! From one state to another: the ordered steps, or what stands in the way.

use crate::kinds::{Conditions, Ctx, Lock, of};
use crate::model::{Catalog, ObjectId};
use crate::plan::step::Step;
use crate::plan::{change, expand, graph, joint, order, render};
use std::collections::BTreeSet;

/// Which part of a change cannot be done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Obstacle {
    /// It cannot be made.
    Create,
    /// It cannot be changed or dropped.
    Change,
}

/// Something that cannot be done, and why.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Blocked {
    /// The object.
    pub id: ObjectId,
    /// What of it.
    pub obstacle: Obstacle,
    /// The reason, for people.
    pub why: String,
}

impl Blocked {
    /// A change or a drop that cannot be done.
    pub(super) fn change(id: &ObjectId, why: String) -> Self {
        Self { id: id.clone(), obstacle: Obstacle::Change, why }
    }

    /// A creation that cannot be done.
    pub(super) fn create(id: &ObjectId, why: String) -> Self {
        Self { id: id.clone(), obstacle: Obstacle::Create, why }
    }
}

/// An ordered way, with what must come before what.
#[derive(Debug, Default)]
pub struct Schedule {
    /// In order.
    pub steps: Vec<Step>,
    /// Pairs of places in `steps`: the first runs before the second.
    pub before: BTreeSet<(usize, usize)>,
    /// For each step the first of those that it is never parted from; empty where nothing is known.
    pub(super) bound: Vec<usize>,
    /// Large relations that nobody can read while a step works on them.
    pub exclusive: BTreeSet<ObjectId>,
    /// Lines that a file has at most, if it can.
    pub max_lines: usize,
}

/// Orders everything that leads from `current` to `desired`, looking at `ids` only.
///
/// # Errors
/// Everything that stands in the way; nothing is ordered then.
pub fn schedule(
    current: &Catalog,
    desired: &Catalog,
    conditions: &Conditions,
    ids: &BTreeSet<ObjectId>,
) -> Result<Schedule, Vec<Blocked>> {
    let ctx = Ctx::new(current, desired, conditions);
    let mut changes = change::collect(&ctx, ids.iter());
    if changes.created.is_empty()
        && changes.dropped.is_empty()
        && changes.rebuilt.is_empty()
        && changes.altered.is_empty()
        && changes.blocked.is_empty()
    {
        return Ok(Schedule::default());
    }
    let dependents = current.dependents();
    expand::expand(&ctx, &dependents, &mut changes);
    if !changes.blocked.is_empty() {
        return Err(changes.blocked);
    }
    let ordered = order::ordered(&ctx, &changes)?;
    let watched = watched(&ctx, &changes);
    let step = |node| render::step(&ctx, node, &changes, watched);
    let steps: Vec<Step> = ordered.nodes.iter().map(step).collect();
    let (steps, before) = joint::joined(steps, ordered.before);
    let locks = steps.iter().flat_map(|step| &step.effects.locks);
    let exclusive = locks.filter(|(id, lock)| **lock == Lock::AccessExclusive && ctx.is_large(id));
    let exclusive = exclusive.map(|(id, _)| id.clone()).collect();
    Ok(Schedule {
        steps,
        before,
        exclusive,
        max_lines: conditions.max_lines,
        ..Schedule::default()
    })
}

/// Whether something that stays runs a user's code at every step.
fn watched(ctx: &Ctx<'_>, changes: &change::Changes) -> bool {
    ctx.current.objects.values().any(|object| {
        of(object.id.kind).watches(ctx.current, object)
            && ctx.desired.objects.contains_key(&object.id)
            && !changes.rebuilt.contains_key(&object.id)
    })
}

/// All identities of both catalogs.
pub(super) fn all_ids(a: &Catalog, b: &Catalog) -> BTreeSet<ObjectId> {
    a.objects.keys().chain(b.objects.keys()).cloned().collect()
}

pub(super) use graph::Node;
