//! The verdict and its reasons, computed from the plan.

use crate::plan::{Reason, lacking};
use crate::report::view::empty::Uses;
use crate::report::view::{
    Cause, FileView, Level, Light, NoticeView, Readiness, ReportInput, SecurityFinding, StepView,
    plural,
};
use std::collections::BTreeSet;

/// How many lacking rights are named.
const NAMED: usize = 5;

/// The verdict.
pub(super) fn of(
    input: &ReportInput<'_>,
    files: &[FileView],
    notices: &[NoticeView],
    (uses, security): (&Uses<'_>, &[SecurityFinding]),
) -> Readiness {
    let mut reasons = red(input, files, notices);
    reasons.extend(yellow(input, files, uses, security));
    let but_for_places = reasons.iter().map(|reason| reason.light).max().unwrap_or(Light::Green);
    if reasons.is_empty() {
        let text = harmless(files);
        reasons.push(Cause { light: Light::Green, text, condition: String::new() });
    }
    let open = input.rollout.open().into_iter().map(|ask| ask.key().to_owned());
    let places: Vec<String> = if files.is_empty() { Vec::new() } else { open.collect() };
    let light = if places.is_empty() { but_for_places } else { but_for_places.max(Light::Yellow) };
    let recommendation = light.recommendation().to_owned();
    Readiness { light, recommendation, reasons, but_for_places, places }
}

/// Why nothing is in the way.
fn harmless(files: &[FileView]) -> String {
    if files.is_empty() {
        return "there is nothing to bridge".to_owned();
    }
    let steps_of = files.iter().map(|file| file.steps.len()).sum();
    let all = format!(
        "{} in {}",
        plural(steps_of, "step", "steps"),
        plural(files.len(), "file", "files")
    );
    let working = steps(files).filter(|step| step.load > Level::None).count();
    if working == 0 {
        format!("{all}: nothing that stands is lost, read as a whole or written anew")
    } else {
        let work = plural(working, "step reads, indexes or writes", "steps read, index or write");
        format!("{all}: nothing is lost; {work} whole tables, each for at most a second")
    }
}

fn cause(
    light: Light,
    count: usize,
    text: impl FnOnce(usize) -> String,
    condition: &str,
) -> Option<Cause> {
    (count > 0).then(|| Cause { light, text: text(count), condition: condition.to_owned() })
}

fn steps(files: &[FileView]) -> impl Iterator<Item = &StepView> {
    files.iter().flat_map(|file| &file.steps)
}

fn red(input: &ReportInput<'_>, files: &[FileView], notices: &[NoticeView]) -> Vec<Cause> {
    let unmodelled =
        input.plan.unbridged.iter().filter(|item| item.reason == Reason::Unmodelled).count();
    let blocked = input.plan.unbridged.len() - unmodelled;
    let lossy = steps(files).filter(|step| step.data_loss.is_some()).count();
    let incomplete = notices.iter().filter(|notice| notice.incomplete).count();
    [
        cause(
            Light::Red,
            lossy,
            |count| format!("{} data for good", plural(count, "step loses", "steps lose")),
            "take a backup of what is lost, and have its owner agree",
        ),
        cause(
            Light::Red,
            blocked,
            |count| format!("{} cannot be bridged", plural(count, "difference", "differences")),
            "decide each one under \"Not bridged\": prod is not like dev afterwards",
        ),
        cause(
            Light::Red,
            unmodelled,
            |count| {
                format!(
                    "{} in what pgbridge does not model",
                    plural(count, "difference", "differences")
                )
            },
            "compare each one under \"Not modelled\" by hand",
        ),
        cause(
            Light::Red,
            incomplete,
            |count| {
                format!(
                    "the comparison is incomplete: {} could not be read",
                    plural(count, "thing", "things")
                )
            },
            "capture again with a role that may read it, or look at it by hand",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Steps of the user's own that the plan has no place for.
fn unplaced(input: &ReportInput<'_>) -> Option<Cause> {
    let steps = &input.plan.unplaced;
    cause(
        Light::Yellow,
        steps.len(),
        |_| format!("steps of [[step]] are not run: {}", steps.join(", ")),
        "the plan does not touch their objects: run them by hand, or take them out",
    )
}

/// What stands in prod and comes to use what nobody has filled.
fn emptied(uses: &Uses<'_>) -> Option<Cause> {
    let tables: BTreeSet<String> =
        uses.values().flat_map(|(_, tables)| tables).map(|table| table.label()).collect();
    let tables: Vec<String> = tables.into_iter().collect();
    cause(
        Light::Yellow,
        uses.len(),
        |count| {
            let what = plural(count, "object of prod comes", "objects of prod come");
            format!("{what} to read or write what the plan creates empty ({})", tables.join(", "))
        },
        "decide whether rows have to be there first, and write a [[step]] that moves them",
    )
}

/// Steps that somebody waits for, or that work, longer than a second.
fn working(files: &[FileView]) -> Option<Cause> {
    let long = |step: &&StepView| step.load > Level::Low;
    let exclusive =
        |step: &&StepView| step.locks.iter().any(|lock| lock.mode == "ACCESS EXCLUSIVE");
    let blocking = steps(files).filter(exclusive).filter(long).count();
    cause(
        Light::Yellow,
        blocking,
        |count| {
            let what = plural(count, "step reads or writes", "steps read or write");
            format!("{what} a whole table for more than a second, or for a time that is not known, while readers and writers wait")
        },
        "choose a time by the sizes in \"The files\"",
    )
    .or_else(|| {
        cause(
            Light::Yellow,
            steps(files).filter(long).count(),
            |count| {
                let what = plural(count, "step reads, indexes or writes", "steps read, index or write");
                format!("{what} a whole table for more than a second, or for a time that is not known; readers go on")
            },
            "choose a time by the sizes in \"The files\"",
        )
    })
}

fn yellow(
    input: &ReportInput<'_>,
    files: &[FileView],
    uses: &Uses<'_>,
    security: &[SecurityFinding],
) -> Vec<Cause> {
    let open = security.iter().filter(|finding| finding.new && finding.access && !finding.info);
    let failing = steps(files).filter(|step| step.may_fail.is_some()).count();
    // what a migration itself loses is a reason of its own
    let lossy = steps(files).filter(|step| step.data_loss.is_some()).count();
    let irreversible: usize = files.iter().map(|file| file.irreversible).sum();
    let irreversible = irreversible.saturating_sub(lossy);
    // in the order of their weight
    [
        cause(
            Light::Yellow,
            irreversible,
            |count| {
                let what = plural(count, "thing of prod is", "things of prod are");
                format!("{what} not brought back by a rollback")
            },
            "have a backup",
        ),
        cause(
            Light::Yellow,
            open.count(),
            |count| {
                format!("the bridge brings {} about access", plural(count, "finding", "findings"))
            },
            "have each one under \"Security review\" confirmed",
        ),
        emptied(uses),
        rights(input),
        cause(
            Light::Yellow,
            failing,
            |count| {
                let what = plural(count, "step may", "steps may");
                format!("{what} fail on the rows that are there")
            },
            "run VALIDATION_SQL.sql first: it looks for such rows, as far as a query can",
        ),
        working(files),
        cause(
            Light::Yellow,
            input.plan.withheld.len(),
            |count| {
                let what = plural(count, "removal was", "removals were");
                format!("{what} not asked for and left out")
            },
            "prod is not like dev afterwards: take them to dev, or plan again with --drops emit",
        ),
        unplaced(input),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn rights(input: &ReportInput<'_>) -> Option<Cause> {
    let lacks = lacking(input.plan, input.prod, &input.options.apply_role);
    cause(
        Light::Yellow,
        lacks.len(),
        |count| {
            let more = count.saturating_sub(NAMED);
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            let named = lacks.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
            format!("the executing role lacks rights: {named}{more}")
        },
        "give it what \"Rights\" in the execution plan lists, or run as another role",
    )
}
