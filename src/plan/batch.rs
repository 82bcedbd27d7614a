//! Steps become transactions: one concern per file, and a commit where PostgreSQL demands one.

use crate::kinds::{Conditions, Phase, of};
use crate::model::{Catalog, ObjectId};
use crate::plan::schedule::{Schedule, schedule};
use crate::plan::step::{Step, Verb};
use crate::plan::transaction::{fit, transactions};
use crate::plan::{Batch, Touched, state};
use std::collections::{BTreeMap, BTreeSet};

/// Cuts the schedule into batches and plans the way back for each.
pub(super) fn batches(
    state: &mut Catalog,
    goal: &Catalog,
    schedule: Schedule,
    conditions: &Conditions,
) -> Vec<Batch> {
    let groups = with_silent_steps(&schedule, groups(&schedule));
    let mut batches = Vec::new();
    let mut steps: Vec<Option<Step>> = schedule.steps.into_iter().map(Some).collect();
    for group in groups {
        let mut steps: Vec<Step> =
            group.iter().filter_map(|at| steps.get_mut(*at).and_then(Option::take)).collect();
        let before = state.clone();
        for step in &mut steps {
            // an earlier file may have dropped it
            step.effects.keep(|id| before.objects.contains_key(id));
        }
        for step in &steps {
            state::apply(state, goal, step);
        }
        let touched: BTreeSet<ObjectId> =
            steps.iter().flat_map(|step| step.members.iter().cloned()).collect();
        let (rollback, irreversible) = way_back(state, &before, &touched, conditions);
        batches.push(Batch {
            name: name(&steps),
            steps,
            rollback,
            irreversible,
            before: present(&before, &touched),
            after: present(state, &touched),
        });
    }
    batches
}

fn present(catalog: &Catalog, ids: &BTreeSet<ObjectId>) -> Touched {
    let found = ids.iter().filter_map(|id| catalog.objects.get(id));
    found.map(|object| (object.id.clone(), object.clone())).collect()
}

/// A step without statements happens by another's: it goes with the next group, so that the way
/// back knows of it.
fn with_silent_steps(schedule: &Schedule, groups: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let silent = |group: &[usize]| {
        group.iter().all(|at| schedule.steps.get(*at).is_none_or(|step| step.statements.is_empty()))
    };
    let mut result: Vec<Vec<usize>> = Vec::new();
    let mut waiting = Vec::new();
    for group in groups {
        let has_statements = !silent(&group);
        waiting.extend(group);
        if has_statements {
            result.push(std::mem::take(&mut waiting));
        }
    }
    if let Some(last) = result.last_mut() {
        last.extend(waiting);
    }
    result
}

/// The transactions that undo a batch, planned as any other change; what has no way back is named.
fn way_back(
    after: &Catalog,
    before: &Catalog,
    touched: &BTreeSet<ObjectId>,
    conditions: &Conditions,
) -> (Vec<Vec<Step>>, Vec<String>) {
    let mut target = before.clone();
    let mut irreversible = Vec::new();
    loop {
        match schedule(after, &target, conditions, touched) {
            Ok(back) => {
                let lossy = back.steps.iter().filter_map(|step| {
                    step.effects.data_loss.clone().map(|loss| format!("{}: {loss}", step.title()))
                });
                irreversible.extend(lossy);
                let groups = transactions(&back, &(0..back.steps.len()).collect::<Vec<_>>());
                let pick = |group: Vec<usize>| -> Vec<Step> {
                    group.iter().filter_map(|at| back.steps.get(*at).cloned()).collect()
                };
                let mut transactions: Vec<Vec<Step>> = groups.into_iter().map(pick).collect();
                let mut gone = BTreeSet::new();
                for steps in &mut transactions {
                    for step in &mut *steps {
                        // an earlier one may have dropped it
                        step.effects.keep(|id| !gone.contains(id));
                    }
                    let drops = steps.iter().filter(|step| step.verb == Verb::Drop);
                    gone.extend(drops.flat_map(|step| step.members.iter().cloned()));
                }
                return (transactions, irreversible);
            }
            Err(blocked) => {
                let known = target.objects.clone();
                for obstacle in blocked {
                    irreversible
                        .push(format!("{} cannot be undone: {}", obstacle.id, obstacle.why));
                    target.remove(&obstacle.id);
                    target.adopt(after, &obstacle.id);
                }
                if known == target.objects {
                    return (Vec::new(), irreversible);
                }
            }
        }
    }
}

/// Places of steps, in the order of files.
fn groups(schedule: &Schedule) -> Vec<Vec<usize>> {
    let count = schedule.steps.len();
    let (gone, come): (Vec<usize>, Vec<usize>) = (0..count)
        .filter(|at| has_phase(schedule, *at, Phase::Watching))
        .partition(|at| schedule.steps.get(*at).is_some_and(|step| step.verb == Verb::Drop));
    let first: BTreeSet<usize> = foundations(schedule);
    let apart = |at: &usize| first.contains(at) || gone.contains(at) || come.contains(at);
    let mut component: Vec<usize> = (0..count).collect();
    for (from, to) in &schedule.before {
        if !apart(from) && !apart(to) {
            join(&mut component, *from, *to);
        }
    }
    // what is done to one relation is one concern
    let mut first_on: BTreeMap<&ObjectId, usize> = BTreeMap::new();
    for (at, step) in schedule.steps.iter().enumerate().filter(|(at, _)| !apart(at)) {
        for relation in &step.concerns {
            let first = *first_on.entry(relation).or_insert(at);
            join(&mut component, first, at);
        }
    }
    // a schema that goes takes nothing along: it is the last of its contents
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in (0..count).filter(|at| !apart(at)) {
        parts.entry(root(&component, at)).or_default().push(at);
    }
    let mut ordered: Vec<Vec<usize>> = parts.into_values().collect();
    // components do not wait for each other, but default privileges wait for every creation
    let is_last = |at: &usize| has_phase(schedule, *at, Phase::Last);
    ordered.sort_by_key(|part| (part.iter().any(is_last), part.first().copied()));
    let mut groups = vec![gone];
    if !first.is_empty() {
        groups.extend(transactions(schedule, &first.into_iter().collect::<Vec<_>>()));
    }
    groups.extend(packed(schedule, ordered));
    groups.push(come);
    groups.retain(|group| !group.is_empty());
    groups
}

fn has_phase(schedule: &Schedule, at: usize, phase: Phase) -> bool {
    schedule.steps.get(at).is_some_and(|step| of(step.object.kind).phase() == phase)
}

/// New schemas, extensions and types that wait for nothing else: everything may need them.
fn foundations(schedule: &Schedule) -> BTreeSet<usize> {
    let mut first = BTreeSet::new();
    for (at, step) in schedule.steps.iter().enumerate() {
        let kind = of(step.object.kind).phase() == Phase::Foundation;
        let waits = schedule.before.iter().any(|(from, to)| *to == at && !first.contains(from));
        if kind && step.verb != Verb::Drop && !waits {
            first.insert(at);
        }
    }
    first
}

fn root(component: &[usize], at: usize) -> usize {
    let mut at = at;
    while let Some(next) = component.get(at).copied().filter(|next| *next != at) {
        at = next;
    }
    at
}

fn join(component: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(component, a), root(component, b));
    if let Some(slot) = component.get_mut(a.max(b)) {
        *slot = a.min(b);
    }
}

/// Small components share a file.
fn packed(schedule: &Schedule, components: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let many = components.len() > 12;
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut open: Option<Vec<usize>> = None;
    for component in components {
        let parts = transactions(schedule, &component);
        if parts.len() > 1 || !many {
            groups.extend(open.take());
            groups.extend(parts);
            continue;
        }
        open = match open {
            Some(mut group) if fit(schedule, &group, &component) => {
                group.extend(component);
                Some(group)
            }
            other => {
                groups.extend(other);
                Some(component)
            }
        };
    }
    groups.extend(open);
    groups
}

/// What a file is about: its most telling step.
fn name(steps: &[Step]) -> String {
    let telling = |step: &&Step| {
        let weight = of(step.object.kind).prominence();
        (step.forced_by.is_some(), step.verb == Verb::Alter, weight, step.statements.is_empty())
    };
    let Some(step) = steps.iter().filter(|step| !step.statements.is_empty()).min_by_key(telling)
    else {
        return "nothing".to_owned();
    };
    let verb = match step.verb {
        Verb::Create => "add",
        Verb::Drop | Verb::Empty => "drop",
        Verb::Alter | Verb::Finish => "alter",
        Verb::Run => "run",
    };
    let subject = of(step.object.kind).subject(&step.object);
    let clean: String = subject
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect();
    let clean: String = clean.chars().take(40).collect();
    format!("{verb}_{}", clean.trim_matches('_'))
}
