//! The migrations, step by step.

use crate::kinds::{Conditions, Effects, Failure, Lock, Sizes, of};
use crate::model::{Catalog, ObjectId};
use crate::plan::{Batch, Estimate, Estimates, Step, schedule};
use crate::report::view::{FileView, Level, LockView, ReportInput, StepView};
use std::collections::BTreeSet;

/// The migrations, in order.
pub(super) fn files(input: &ReportInput<'_>, estimates: &Estimates<'_>) -> Vec<FileView> {
    let sizes = Sizes::new(input.prod);
    let mut names = input.files.iter();
    input
        .plan
        .batches
        .iter()
        .map(|batch| {
            let (migration, rollback) = names.next().cloned().unwrap_or_default();
            let written = batch.steps.iter().filter(|step| !step.is_silent());
            FileView {
                migration,
                rollback,
                time: estimates.all(&batch.steps).told(),
                steps: written.map(|step| view(&sizes, estimates, step)).collect(),
                not_brought_back: batch.irreversible.clone(),
                irreversible: irreversible(input.prod, batch).len(),
            }
        })
        .collect()
}

/// What the rollback does not bring back of the things that prod has now. That it takes away again
/// what the migration made, with the rows written since, is told but is not irreversible.
pub(super) fn irreversible(prod: &Catalog, batch: &Batch) -> BTreeSet<String> {
    let own: BTreeSet<String> = batch
        .rollback
        .iter()
        .flatten()
        .filter(|step| !prod.objects.contains_key(&step.object))
        .filter_map(|step| {
            step.effects.data_loss.as_ref().map(|loss| format!("{}: {loss}", step.title()))
        })
        .collect();
    batch.irreversible.iter().filter(|text| !own.contains(*text)).cloned().collect()
}

/// The same changes in their short forms, whatever the sizes of the tables; none where that is what the plan does.
pub(super) fn plain(input: &ReportInput<'_>, estimates: &Estimates<'_>) -> Option<Vec<StepView>> {
    let sizes = Sizes::new(input.prod);
    let above = input.options.online_above;
    let is_large = |id: &ObjectId| {
        let object = input.prod.objects.get(id);
        object.is_some_and(|object| of(id.kind).has_rows(object))
            && sizes.total(id).is_none_or(|bytes| bytes > above)
    };
    let mut touched =
        input.plan.steps().flat_map(|step| step.concerns.iter().chain(step.effects.locks.keys()));
    if above == i64::MAX || !touched.any(is_large) {
        return None;
    }
    let conditions = Conditions {
        apply_role: input.options.apply_role.clone(),
        max_lines: input.options.max_lines,
        ..Conditions::default()
    };
    let goal = &input.plan.goal;
    let ids = input.prod.objects.keys().chain(goal.objects.keys()).cloned().collect();
    let schedule = schedule(input.prod, goal, &conditions, &ids).ok()?;
    let written = schedule.steps.iter().filter(|step| !step.is_silent());
    Some(written.map(|step| view(&sizes, estimates, step)).collect())
}

fn view(sizes: &Sizes<'_>, estimates: &Estimates<'_>, step: &Step) -> StepView {
    let effects = &step.effects;
    let estimate = estimates.of(step);
    let locks = effects.locks.iter().map(|(relation, lock)| LockView {
        relation: super::named(relation),
        mode: lock.name().to_owned(),
        meaning: lock.meaning().to_owned(),
        size: sizes.told(relation),
    });
    StepView {
        title: step.title(),
        // settings around a statement are none of their own
        statements: step.statements.iter().filter(|sql| !sql.starts_with("SET ")).count(),
        isolation: effects.isolation,
        locks: locks.collect(),
        rewrites: effects.rewrites.iter().map(ObjectId::label).collect(),
        scans: effects.scans.iter().map(ObjectId::label).collect(),
        builds_index: !effects.index_builds.is_empty(),
        time: estimate.told(),
        seconds: estimate.seconds(),
        time_unknown: estimate.is_unknown(),
        may_fail: effects.may_fail.as_ref().map(Failure::told),
        preflight: effects.may_fail.as_ref().and_then(|failure| failure.preflight.clone()),
        data_loss: effects.data_loss.clone(),
        load: load(effects, &estimate),
        forced_by: step.forced_by.as_ref().map(super::named),
    }
}

/// How dangerous it is that rows are read or written: up to a second is little, up to a minute
/// needs a look, and more needs a decision where others wait meanwhile.
fn load(effects: &Effects, estimate: &Estimate) -> Level {
    let works = !effects.rewrites.is_empty()
        || !effects.scans.is_empty()
        || !effects.index_builds.is_empty();
    let waits = effects.locks.values().any(|lock| *lock >= Lock::Share);
    match estimate.seconds().map_or(0, |seconds| seconds.high) {
        _ if !works => Level::None,
        0..=1 if !estimate.is_unknown() => Level::Low,
        2..=60 if !estimate.is_unknown() => Level::Medium,
        _ if waits => Level::High,
        _ => Level::Medium,
    }
}
