//! What plan.json tells of each step against what was observed.
//!
//! A step takes too much when it holds a lock that somebody waits for, stronger than told, or
//! writes a relation anew that was not told. Modes up to ROW EXCLUSIVE stop neither readers nor
//! writers, so they need not be told. It takes less than told when the transaction never came to
//! hold the lock by the end of the step: what an earlier step has locked cannot be seen again.

use crate::bundle::manifest::StepEntry;
use crate::kinds::Lock;
use crate::sql::quote;
use crate::verify::evidence::Script;
use crate::verify::observe::{Standing, Taken};
use crate::verify::{Prediction, wording};
use std::collections::{BTreeMap, BTreeSet};

/// What was observed of the steps of a file, by the place of the step. What stands outside of all
/// steps tells nothing and has its own place.
#[derive(Default)]
pub(super) struct Observed {
    steps: BTreeMap<Option<usize>, Seen>,
}

#[derive(Default)]
struct Seen {
    /// The line of the statement and what it newly took.
    locks: BTreeMap<String, (Lock, usize)>,
    rewrites: BTreeMap<String, usize>,
    /// What the transaction held at the end.
    held: BTreeMap<String, Lock>,
    /// A poll may miss a lock.
    polled: bool,
}

/// The step that the statement in `line` belongs to: the last one that begins before it.
pub(super) fn step_at(script: &Script, line: usize) -> Option<usize> {
    script.steps.iter().rposition(|step| step.line <= line)
}

impl Observed {
    /// Notes what a statement of the step took.
    pub(super) fn add(
        &mut self,
        step: Option<usize>,
        line: usize,
        taken: Taken,
        held: &BTreeMap<String, Lock>,
        polled: bool,
    ) {
        let seen = self.steps.entry(step).or_default();
        for (relation, lock) in taken.locks {
            let strongest = seen.locks.entry(relation).or_insert((lock, line));
            if strongest.0 < lock {
                *strongest = (lock, line);
            }
        }
        for relation in taken.rewrites {
            seen.rewrites.entry(relation).or_insert(line);
        }
        seen.held.clone_from(held);
        seen.polled |= polled;
    }

    /// Adds what it comes to for the file.
    pub(super) fn judge(&self, script: &Script, standing: &Standing, prediction: &mut Prediction) {
        let nothing = Seen::default();
        for (at, step) in script.steps.iter().enumerate() {
            let seen = self.steps.get(&step_at(script, step.line)).unwrap_or(&nothing);
            let place =
                |line: usize| format!("{}:{line}: {} {}", script.path, step.verb, step.object);
            // what steps that share a statement take together is said once
            let first = at == 0 || script.steps.get(at - 1).is_none_or(|it| it.line != step.line);
            let (locks, rewrites) = told_at(script, step.line);
            let mut more =
                if first { stronger(&place, &locks, &rewrites, seen) } else { Vec::new() };
            let mut less = weaker(&place(step.line), step, seen, standing);
            prediction.steps += 1;
            // no plan can tell what the user's own statements take
            if step.own.is_some() {
                prediction.own.append(&mut more);
            }
            prediction.too_weak += usize::from(!more.is_empty());
            prediction.too_strong += usize::from(!less.is_empty());
            prediction.untold.append(&mut more);
            prediction.unseen.append(&mut less);
        }
        if let Some(seen) = self.steps.get(&None) {
            let place = |line: usize| format!("{}:{line}: outside of all steps", script.path);
            let mut more = stronger(&place, &BTreeMap::new(), &[], seen);
            prediction.too_weak += usize::from(!more.is_empty());
            prediction.untold.append(&mut more);
        }
    }
}

/// What the steps of one statement tell together.
fn told_at(script: &Script, line: usize) -> (BTreeMap<String, Lock>, Vec<String>) {
    let (mut locks, mut rewrites) = (BTreeMap::new(), Vec::new());
    for step in script.steps.iter().filter(|step| step.line == line) {
        for (relation, lock) in &step.locks {
            let told = locks.entry(relation.clone()).or_insert(*lock);
            *told = (*told).max(*lock);
        }
        rewrites.extend(step.rewrites.iter().cloned());
    }
    (locks, rewrites)
}

/// What was taken and not told, one line each.
fn stronger(
    place: &dyn Fn(usize) -> String,
    locks: &BTreeMap<String, Lock>,
    rewrites: &[String],
    seen: &Seen,
) -> Vec<String> {
    let mut lines = Vec::new();
    for (relation, (lock, line)) in &seen.locks {
        let told = locks.get(relation);
        if *lock > Lock::RowExclusive && told.is_none_or(|told| told < lock) {
            let told = told.map_or("no lock", |told| told.name());
            lines.push(wording::told(&place(*line), &format!("{told} on {relation}"), lock.name()));
        }
    }
    for (relation, line) in &seen.rewrites {
        if !rewrites.contains(relation) {
            let told = format!("no rewrite of {relation}");
            lines.push(wording::told(&place(*line), &told, "one"));
        }
    }
    lines.into_iter().map(|line| quote::printable(&line)).collect()
}

/// What was told and not taken, of what stood.
fn weaker(place: &str, step: &StepEntry, seen: &Seen, standing: &Standing) -> Vec<String> {
    if seen.polled {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for (relation, told) in &step.locks {
        let held = seen.held.get(relation);
        if *told > Lock::RowExclusive
            && held.is_none_or(|held| held < told)
            && standing.has(relation)
        {
            let found = held.map_or("none", |held| held.name());
            let told = format!("{} on {relation}", told.name());
            lines.push(wording::told(place, &told, found));
        }
    }
    let unique: BTreeSet<&String> = step.rewrites.iter().collect();
    for relation in unique {
        if !seen.rewrites.contains_key(relation) && standing.has(relation) {
            lines.push(wording::told(place, &format!("a rewrite of {relation}"), "none"));
        }
    }
    lines.into_iter().map(|line| quote::printable(&line)).collect()
}
