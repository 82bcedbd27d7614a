//! What stands at the head of a migration: what it is for, what it waits for, what it costs.

use crate::bundle::Input;
use crate::kinds::Effects;
use crate::model::ObjectId;
use crate::plan::{Estimates, Step, Verb};
use std::collections::{BTreeMap, BTreeSet};

/// Names that a line shows.
const SHOWN: usize = 4;

/// Which earlier files made, changed or dropped what each one needs, by their places.
pub(super) fn waits(input: &Input<'_>) -> Vec<BTreeSet<usize>> {
    let mut touched: BTreeMap<&ObjectId, usize> = BTreeMap::new();
    // what no longer needs something is waited for by what takes that away
    let mut freed: BTreeMap<&ObjectId, BTreeSet<usize>> = BTreeMap::new();
    let mut all = Vec::new();
    for (at, batch) in input.plan.batches.iter().enumerate() {
        let steps = || batch.steps.iter().filter(|step| !step.is_silent());
        let mut waits = BTreeSet::new();
        for id in steps().flat_map(|step| &step.members) {
            let needed = input.plan.goal.needs_of(id).map(|(needed, _)| needed);
            waits.extend(needed.chain([id]).filter_map(|id| touched.get(id)));
            waits.extend(freed.get(id).into_iter().flatten());
        }
        for step in steps() {
            touched.extend(step.members.iter().map(|id| (id, at)));
            for id in &step.members {
                let kept = input.plan.goal.needs.get(id).filter(|_| step.verb != Verb::Drop);
                let needed = input.prod.needs_of(id).map(|(needed, _)| needed);
                let gone = needed.filter(|needed| !kept.is_some_and(|it| it.contains_key(*needed)));
                for needed in gone {
                    freed.entry(needed).or_default().insert(at);
                }
            }
        }
        all.push(waits);
    }
    all
}

/// What it is for, in the words of the comments on what it makes; what it does; which files it waits for.
pub(super) fn about(input: &Input<'_>, steps: &[Step], after: &[String]) -> Vec<String> {
    let steps = || steps.iter().filter(|step| !step.is_silent());
    let made = steps().filter(|step| step.verb == Verb::Create);
    let purposes: Vec<String> = made
        .filter_map(|step| {
            let object = input.plan.goal.objects.get(&step.object)?;
            Some(format!("{}: {}", step.object.label(), object.facets.comment.as_ref()?))
        })
        .collect();
    let mut notes = Vec::new();
    if !purposes.is_empty() {
        notes.push(format!("Purpose: {}", shown(&purposes)));
    }
    let does: Vec<String> = steps().map(Step::title).collect();
    notes.push(format!("Does: {}", shown(&does)));
    if !after.is_empty() {
        notes.push(format!("After: {}", shown(after)));
    }
    notes
}

fn shown(names: &[String]) -> String {
    let (shown, rest) = names.split_at(names.len().min(SHOWN));
    let rest = if rest.is_empty() { String::new() } else { format!("; and {} more", rest.len()) };
    format!("{}{rest}", shown.join("; "))
}

/// What the file does to a running database: the strongest lock on each relation, and hazards.
pub(super) fn costs(estimates: &Estimates<'_>, steps: &[Step]) -> Vec<String> {
    let mut notes = Vec::new();
    let mut effects = Effects::default();
    let mut hazards = BTreeSet::new();
    for step in steps {
        effects.join(step.effects.clone());
        if let Some(loss) = &step.effects.data_loss {
            hazards.insert(format!("LOSES DATA: {}: {loss}", step.title()));
        }
        if let Some(failure) = &step.effects.may_fail {
            hazards.insert(format!("May fail: {}: {}", step.title(), failure.told()));
        }
    }
    for (relation, lock) in &effects.locks {
        let (lock, meaning) = (lock.name(), lock.meaning());
        notes.push(format!("Lock: {lock} on {} ({meaning})", relation.label()));
    }
    for relation in &effects.rewrites {
        notes.push(format!("Rewrites {}", relation.label()));
    }
    let time = estimates.all(steps).told();
    notes.push(format!("Estimated: {time}, by sizes on prod, once the locks are granted"));
    notes.extend(hazards);
    notes
}
