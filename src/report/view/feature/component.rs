//! Which steps belong together.

use crate::kinds::{Phase, of};
use crate::model::{Need, ObjectId};
use crate::plan::Step;
use crate::report::view::ReportInput;
use std::collections::{BTreeMap, BTreeSet};

/// Steps that belong together, in order.
#[derive(Default)]
pub(super) struct Part<'a> {
    pub(super) steps: Vec<Place<'a>>,
}

/// A step with statements.
pub(super) struct Place<'a> {
    pub(super) step: &'a Step,
    /// The place of its batch in the plan.
    pub(super) batch: usize,
    /// Its place among the batch's steps with statements.
    pub(super) at: usize,
}

/// A union of places.
struct Union(Vec<usize>);

impl Union {
    fn root(&self, mut at: usize) -> usize {
        while let Some(next) = self.0.get(at).copied().filter(|next| *next != at) {
            at = next;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.0.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
}

/// The connected parts of what changes: steps whose objects need each other, that change one
/// relation, or of which one forces the other. A schema, an extension or a type that several parts
/// need is one of its own, and does not join them.
pub(super) fn parts<'a>(input: &ReportInput<'a>) -> Vec<Part<'a>> {
    let mut places = Vec::new();
    for (batch, of_batch) in input.plan.batches.iter().enumerate() {
        let written = of_batch.steps.iter().filter(|step| !step.is_silent());
        places.extend(written.enumerate().map(|(at, step)| Place { step, batch, at }));
    }
    let steps: Vec<&Step> = places.iter().map(|place| place.step).collect();
    let is_base: Vec<bool> =
        steps.iter().map(|step| of(step.object.kind).phase() == Phase::Foundation).collect();
    let mut union = Union((0..steps.len()).collect());
    let mut first: BTreeMap<&ObjectId, usize> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        for id in step.members.iter().chain(&step.concerns).chain(&step.forced_by) {
            union.join(*first.entry(id).or_insert(at), at);
        }
    }
    let edges = edges(input, &steps, &first);
    let base = |at: usize| is_base.get(at).copied().unwrap_or(false);
    for (from, to) in edges.iter().filter(|(from, to)| !base(*from) && !base(*to)) {
        union.join(*from, *to);
    }
    adopt(&mut union, &edges, &is_base);
    let mut parts: BTreeMap<usize, Part<'a>> = BTreeMap::new();
    for (at, place) in places.into_iter().enumerate() {
        parts.entry(union.root(at)).or_default().steps.push(place);
    }
    parts.into_values().collect()
}

/// Which step needs which, by the state after the bridge or, for what goes, before it. What a body only names
/// joins it to what is new: to what stands already it says too little.
fn edges(
    input: &ReportInput<'_>,
    steps: &[&Step],
    first: &BTreeMap<&ObjectId, usize>,
) -> BTreeSet<(usize, usize)> {
    let mut edges = BTreeSet::new();
    for (at, step) in steps.iter().enumerate() {
        for member in &step.members {
            for catalog in [&input.plan.goal, input.prod] {
                let needs = catalog.needs_of(member).filter(|(id, need)| {
                    *need != Need::Soft || !input.prod.objects.contains_key(id)
                });
                edges.extend(needs.filter_map(|(needed, _)| Some((at, *first.get(needed)?))));
            }
        }
    }
    edges.retain(|(from, to)| from != to);
    edges
}

/// A foundation that one part alone needs belongs to it: what needs nothing else first.
fn adopt(union: &mut Union, edges: &BTreeSet<(usize, usize)>, is_base: &[bool]) {
    let bases: Vec<usize> =
        is_base.iter().enumerate().filter(|(_, base)| **base).map(|(at, _)| at).collect();
    // later ones may need earlier ones: each joins what needs it, from the last
    for base in bases.into_iter().rev() {
        let own = union.root(base);
        let users: BTreeSet<usize> = edges
            .iter()
            .filter(|(_, to)| union.root(*to) == own)
            .map(|(from, _)| union.root(*from))
            .filter(|user| *user != own)
            .collect();
        if let [user] = users.into_iter().collect::<Vec<_>>().as_slice() {
            union.join(*user, base);
        }
    }
}
