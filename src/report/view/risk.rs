//! The risk table: each line is computed from what the steps cost, and from what the same changes would cost as plain
//! statements, each committed by itself, in their short forms.

use crate::kinds::{Conditions, Ctx, Isolation, of};
use crate::model::ObjectId;
use crate::plan::{Batch, Estimates, Step, Verb};
use crate::report::view::{
    FileView, Level, ReportInput, Risk, SecurityFinding, StepView, file, plural, security,
};
use std::collections::BTreeSet;

/// The lines, in a fixed order.
pub(super) fn risks(
    input: &ReportInput<'_>,
    estimates: &Estimates<'_>,
    files: &[FileView],
    found: &[SecurityFinding],
) -> Vec<Risk> {
    let steps: Vec<&StepView> = files.iter().flat_map(|file| &file.steps).collect();
    let short = file::plain(input, estimates);
    let plain: Vec<&StepView> =
        short.as_ref().map_or_else(|| steps.clone(), |short| short.iter().collect());
    vec![
        data_loss(input, &steps),
        downtime(&plain, &steps),
        failure(&plain, &steps),
        partial(input, &plain, files),
        performance(&plain, &steps),
        gaps(input, found),
        irreversible(input, &plain, files),
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
            format!(
                "nothing mitigates it: {} asked for and lose data",
                plural(emitted, "step was", "steps were")
            )
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
fn worst(steps: &[&StepView]) -> (Level, Option<String>) {
    let mut worst = (Level::None, false, 0, None);
    let mut told = None;
    for (step, lock) in
        steps.iter().flat_map(|step| step.locks.iter().map(move |lock| (step, lock)))
    {
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
            told = Some(format!(
                "{} on {} ({}), estimated for the step: {}",
                lock.mode, lock.relation, lock.size, step.time
            ));
        }
    }
    (worst.0, told)
}

/// Who waits for a lock stops all who come after: without `lock_timeout` for as long as others work.
fn downtime(plain: &[&StepView], steps: &[&StepView]) -> Risk {
    let ((before, _), (after, told)) = (worst(plain), worst(steps));
    let queues =
        plain.iter().flat_map(|step| &step.locks).any(|lock| MODES.contains(&lock.mode.as_str()));
    let before = before.max(level(queues, Level::Medium));
    let forms = steps.iter().filter(|step| step.isolation != Isolation::Shared).count();
    let forms = match forms {
        0 => String::new(),
        count => format!(
            "{} in a form that lets others go on; ",
            plural(count, "step works", "steps work")
        ),
    };
    let text = match told {
        None => format!("{forms}no step makes readers or writers of what stands wait"),
        Some(worst) => format!(
            "{forms}the worst is {worst}, until the file commits; lock_timeout ends the wait for it, behind which all others would wait"
        ),
    };
    risk("downtime (longest blocking lock)", before, after, text)
}

fn failure(plain: &[&StepView], steps: &[&StepView]) -> Risk {
    let failing = |steps: &[&StepView]| steps.iter().filter(|step| step.may_fail.is_some()).count();
    let asked = steps.iter().filter(|step| step.preflight.is_some()).count();
    let count = failing(steps);
    let text = match count {
        0 => "no step depends on the rows that are there".to_owned(),
        _ => format!(
            "{} on the rows that are there; VALIDATION_SQL.sql asks before, read-only, for {asked} of them; a file with BEGIN that fails changes nothing",
            plural(count, "step depends", "steps depend")
        ),
    };
    let after = if asked == count { Level::Low } else { Level::Medium };
    risk(
        "failure on existing rows",
        level(failing(plain) > 0, Level::Medium),
        level(count > 0, after),
        text,
    )
}

fn partial(input: &ReportInput<'_>, plain: &[&StepView], files: &[FileView]) -> Risk {
    let outside = |batch: &&Batch| {
        batch.steps.iter().any(|step| step.effects.isolation == Isolation::Outside)
    };
    let alone = input.plan.batches.iter().filter(outside).count();
    let whole = files.len().saturating_sub(alone);
    let statements: usize = plain.iter().map(|step| step.statements).sum();
    let text = match (whole, alone) {
        (0, 0) => "there is no file".to_owned(),
        (whole, 0) => {
            let what = plural(whole, "file is one transaction", "files are one transaction each");
            format!(
                "{what}, with a rollback file, instead of {}",
                plural(statements, "statement", "statements")
            )
        }
        (whole, alone) => format!(
            "{}; {} outside of one: read its steps in \"The files\"",
            plural(whole, "file is one transaction", "files are one transaction each"),
            plural(alone, "file runs", "files run")
        ),
    };
    risk(
        "partial failure",
        level(statements > 1, Level::Medium),
        level(files.len() > 1, Level::Low),
        text,
    )
}

fn performance(plain: &[&StepView], steps: &[&StepView]) -> Risk {
    let count = |test: &dyn Fn(&StepView) -> bool| steps.iter().filter(|step| test(step)).count();
    let (rewrites, scans) =
        (count(&|step| !step.rewrites.is_empty()), count(&|step| !step.scans.is_empty()));
    let builds = count(&|step| step.builds_index);
    let load =
        |steps: &[&StepView]| steps.iter().map(|step| step.load).max().unwrap_or(Level::None);
    let text = format!(
        "{}, {}, {}",
        plural(rewrites, "rewrite", "rewrites"),
        plural(scans, "whole read", "whole reads"),
        plural(builds, "index build", "index builds")
    );
    risk("load while it runs", load(plain), load(steps), text)
}

/// Dev's state as it is, and new tables that would stand open until the next statement, against the goal.
fn gaps(input: &ReportInput<'_>, found: &[SecurityFinding]) -> Risk {
    let counts = |found: &[SecurityFinding]| {
        found.iter().filter(|finding| finding.new && finding.access && !finding.info).count()
    };
    let (new, all) = (counts(found), counts(&security::of_catalog(input, input.dev)));
    let guarded = input.plan.steps().filter(|step| makes_guarded(input, step)).count();
    let mut told = Vec::new();
    if guarded > 0 {
        let what = plural(guarded, "new table gets", "new tables get");
        told.push(format!("{what} row-level security in the transaction of the CREATE"));
    }
    if all > new {
        let what = plural(all - new, "finding of dev is", "findings of dev are");
        told.push(format!("{what} left out"));
    }
    told.push(if new == 0 {
        "the bridge brings no finding about access".to_owned()
    } else {
        let what = plural(new, "finding", "findings");
        format!("the bridge brings {what} about access, as dev has it (security review)")
    });
    risk(
        "gaps in access rights",
        level(all > 0 || guarded > 0, Level::Medium),
        level(new > 0, Level::Medium),
        told.join("; "),
    )
}

/// Whether it makes something with row-level security.
fn makes_guarded(input: &ReportInput<'_>, step: &Step) -> bool {
    let object = input.plan.goal.objects.get(&step.object);
    step.verb == Verb::Create
        && !input.prod.objects.contains_key(&step.object)
        && object.is_some_and(security::is_protected)
}

fn irreversible(input: &ReportInput<'_>, plain: &[&StepView], files: &[FileView]) -> Risk {
    let hard: usize = files.iter().map(|file| file.irreversible).sum();
    let told: usize = files.iter().map(|file| file.not_brought_back.len()).sum();
    let before = if hard > 0 || withheld_with_data(input) > 0 {
        Level::High
    } else {
        level(!plain.is_empty(), Level::Medium)
    };
    let after = if hard > 0 { Level::High } else { level(told > 0, Level::Low) };
    let text = match (hard, told) {
        (0, 0) if files.is_empty() => "there is no file".to_owned(),
        (0, 0) => "every file has a rollback that brings everything back".to_owned(),
        (0, told) => {
            format!(
                "every file has a rollback; they drop what the files made, with the rows written since ({told})"
            )
        }
        (hard, _) => format!(
            "nothing mitigates it: {} not brought back",
            plural(hard, "thing of prod is", "things of prod are")
        ),
    };
    risk("irreversible steps", before, after, text)
}
