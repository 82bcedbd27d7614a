//! Steps become transactions: one concern per file, and a commit where PostgreSQL demands one.

use crate::kinds::{Conditions, Phase, of};
use crate::model::{Catalog, ObjectId};
use crate::plan::layer::{self, Concern, Layer, layers};
use crate::plan::name::name;
use crate::plan::schedule::{Schedule, schedule};
use crate::plan::step::{Step, Verb};
use crate::plan::transaction::{fit, transactions};
use crate::plan::{Batch, Touched, state};
use std::collections::BTreeSet;

/// Cuts the schedule into batches and plans the way back for each.
pub(super) fn batches(
    state: &mut Catalog,
    goal: &Catalog,
    mut schedule: Schedule,
    conditions: &Conditions,
) -> Vec<Batch> {
    let groups = groups(&mut schedule);
    let groups = with_silent_steps(&schedule, groups);
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
        let (rollback, mut irreversible) = way_back(state, &before, &touched, conditions);
        let lost = steps.iter().filter_map(|step| {
            let loss = step.effects.data_loss.as_ref()?;
            Some(format!("{}: what it lost stays lost: {loss}", step.title()))
        });
        irreversible.extend(lost);
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
fn groups(schedule: &mut Schedule) -> Vec<Vec<usize>> {
    let (gone, come): (Vec<usize>, Vec<usize>) = (0..schedule.steps.len())
        .filter(|at| has_phase(schedule, *at, Phase::Watching))
        .partition(|at| schedule.steps.get(*at).is_some_and(|step| step.verb == Verb::Drop));
    let first: BTreeSet<usize> = foundations(schedule);
    let apart: BTreeSet<usize> = first.iter().chain(&gone).chain(&come).copied().collect();
    schedule.bound = layer::bound(schedule, &apart);
    let schedule = &*schedule;
    let mut groups = vec![gone];
    if !first.is_empty() {
        groups.extend(transactions(schedule, &first.into_iter().collect::<Vec<_>>()));
    }
    for layer in layers(schedule, &apart) {
        groups.extend(packed(schedule, layer));
    }
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

/// Features share a file, but tables only where there are many.
fn packed(schedule: &Schedule, layer: Layer) -> Vec<Vec<usize>> {
    let structure = matches!(layer.concern, Concern::Before | Concern::Of(Phase::Structure));
    let apart = structure && layer.features.len() <= 12;
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut open: Option<Vec<usize>> = None;
    for feature in layer.features {
        let parts = transactions(schedule, &feature);
        if parts.len() > 1 || apart {
            groups.extend(open.take());
            groups.extend(parts);
            continue;
        }
        open = match open {
            Some(mut group) if fit(schedule, &group, &feature) => {
                group.extend(feature);
                Some(group)
            }
            other => {
                groups.extend(other);
                Some(feature)
            }
        };
    }
    groups.extend(open);
    groups
}
