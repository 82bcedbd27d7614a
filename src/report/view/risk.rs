//! The risk table: each line is computed from what the steps cost.

use crate::kinds::{Conditions, Ctx, Isolation, of};
use crate::model::ObjectId;
use crate::plan::Batch;
use crate::report::view::{FileView, Level, ReportInput, Risk, SecurityFinding, StepView, plural};
use std::collections::BTreeSet;

/// The lines, in a fixed order.
pub(super) fn risks(
    input: &ReportInput<'_>,
    files: &[FileView],
    security: &[SecurityFinding],
) -> Vec<Risk> {
    let steps: Vec<&StepView> = files.iter().flat_map(|file| &file.steps).collect();
    vec![
        data_loss(input, &steps),
        downtime(files),
        failure(&steps),
        partial(input, files),
        performance(&steps),
        gaps(security),
        irreversible(files),
    ]
}

fn risk(what: &str, before: Level, after: Level, mitigation: impl Into<String>) -> Risk {
    Risk { what: what.to_owned(), before, after, mitigation: mitigation.into() }
}

fn level(condition: bool, level: Level) -> Level {
    if condition { level } else { Level::None }
}

fn data_loss(input: &ReportInput<'_>, steps: &[&StepView]) -> Risk {
    let emitted = steps.iter().filter(|step| step.data_loss.is_some()).count();
    let withheld = withheld_with_data(input);
    let text = match (emitted, withheld) {
        (0, 0) => "no step loses data".to_owned(),
        (0, withheld) => {
            let what = plural(
                withheld,
                "removal that would lose data is",
                "removals that would lose data are",
            );
            format!("{what} left out of the plan")
        }
        (emitted, _) => {
            format!("none: {} asked for and lose data", plural(emitted, "step was", "steps were"))
        }
    };
    risk(
        "data loss",
        level(emitted + withheld > 0, Level::High),
        level(emitted > 0, Level::High),
        text,
    )
}

/// Removals that were left out and would have lost data.
fn withheld_with_data(input: &ReportInput<'_>) -> usize {
    let conditions = Conditions::default();
    let ctx = Ctx::new(input.prod, &input.plan.goal, &conditions);
    let whole = input.plan.withheld.iter().filter(|item| item.attribute.is_none());
    let objects: BTreeSet<&ObjectId> = whole.map(|item| &item.id).collect();
    let lost = objects.into_iter().filter_map(|id| input.prod.objects.get(id));
    lost.filter(|object| of(object.id.kind).drop_effects(&ctx, object).data_loss.is_some()).count()
}

/// Modes that somebody waits for, the weakest first.
const MODES: [&str; 4] = ["SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"];

/// The longest blocking lock: what stops most, then what takes longest.
fn downtime(files: &[FileView]) -> Risk {
    let mut worst = (Level::None, false, 0, None);
    let mut text = "no step makes readers or writers wait".to_owned();
    for step in files.iter().flat_map(|file| &file.steps) {
        for lock in &step.locks {
            let found = match lock.mode.as_str() {
                "ACCESS EXCLUSIVE" => step.load.max(Level::Low),
                "SHARE" | "SHARE ROW EXCLUSIVE" | "EXCLUSIVE" => {
                    step.load.clamp(Level::Low, Level::Medium)
                }
                _ => Level::None,
            };
            let high = step.seconds.map_or(0, |seconds| seconds.high);
            let strength = MODES.iter().position(|mode| *mode == lock.mode);
            let found = (found, step.time_unknown, high, strength);
            if found.0 > Level::None && found > worst {
                worst = found;
                text = format!(
                    "the worst is {} on {} ({}) until the file commits, estimated for the step: {}; lock_timeout ends the wait for it",
                    lock.mode, lock.relation, lock.size, step.time
                );
            }
        }
    }
    risk("downtime (longest blocking lock)", worst.0, worst.0, text)
}

fn failure(steps: &[&StepView]) -> Risk {
    let count = steps.iter().filter(|step| step.may_fail.is_some()).count();
    let found = level(count > 0, Level::Medium);
    let text = if count == 0 {
        "no step depends on the rows that are there".to_owned()
    } else {
        format!(
            "{} depend on the rows that are there; a file with BEGIN that fails changes nothing",
            plural(count, "step may", "steps may")
        )
    };
    risk("failure on existing rows", found, found, text)
}

fn partial(input: &ReportInput<'_>, files: &[FileView]) -> Risk {
    let outside = |batch: &&Batch| {
        batch.steps.iter().any(|step| step.effects.isolation == Isolation::Outside)
    };
    let alone = input.plan.batches.iter().filter(outside).count();
    let whole = files.len().saturating_sub(alone);
    let text = match (whole, alone) {
        (0, 0) => "there is no file".to_owned(),
        (whole, 0) => {
            let what = plural(whole, "file is one transaction", "files are one transaction each");
            format!("{what}, with a rollback file")
        }
        (whole, alone) => format!(
            "{}; {} outside of one: read its steps in \"The files\"",
            plural(whole, "file is one transaction", "files are one transaction each"),
            plural(alone, "file runs", "files run")
        ),
    };
    let steps: usize = files.iter().map(|file| file.steps.len()).sum();
    risk(
        "partial failure",
        level(steps > 1, Level::Medium),
        level(files.len() > 1, Level::Low),
        text,
    )
}

fn performance(steps: &[&StepView]) -> Risk {
    let count = |test: &dyn Fn(&StepView) -> bool| steps.iter().filter(|step| test(step)).count();
    let (rewrites, scans) =
        (count(&|step| !step.rewrites.is_empty()), count(&|step| !step.scans.is_empty()));
    let builds = count(&|step| step.builds_index);
    let found = steps.iter().map(|step| step.load).max().unwrap_or(Level::None);
    let text = format!(
        "{}, {}, {}",
        plural(rewrites, "rewrite", "rewrites"),
        plural(scans, "whole read", "whole reads"),
        plural(builds, "index build", "index builds")
    );
    risk("load while it runs", found, found, text)
}

fn gaps(security: &[SecurityFinding]) -> Risk {
    let new = security.iter().filter(|finding| finding.new && finding.access).count();
    let found = level(new > 0, Level::Medium);
    let text = if new == 0 {
        "the bridge brings no finding about access".to_owned()
    } else {
        format!(
            "the plan does nothing about it: the bridge brings {} about access (security review)",
            plural(new, "finding", "findings")
        )
    };
    risk("gaps in access rights", found, found, text)
}

fn irreversible(files: &[FileView]) -> Risk {
    let hard: usize = files.iter().map(|file| file.irreversible).sum();
    let told: usize = files.iter().map(|file| file.not_brought_back.len()).sum();
    let found = if hard > 0 { Level::High } else { level(told > 0, Level::Low) };
    let text = match (hard, told) {
        (0, 0) => "every file has a rollback that brings everything back".to_owned(),
        (0, told) => {
            format!("rollbacks drop what the files made, with the rows written since ({told})")
        }
        (hard, _) => format!(
            "none: {} not brought back",
            plural(hard, "thing of prod is", "things of prod are")
        ),
    };
    risk("irreversible steps", found, found, text)
}
