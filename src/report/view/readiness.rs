//! The verdict and its reasons, computed from the plan.

use crate::plan::{Ask, Reason, lacking};
use crate::report::view::{
    Cause, FileView, Level, Light, NoticeView, Readiness, ReportInput, StepView, plural,
};

/// How many lacking rights are named.
const NAMED: usize = 5;

/// The verdict.
pub(super) fn of(input: &ReportInput<'_>, files: &[FileView], notices: &[NoticeView]) -> Readiness {
    let mut reasons = red(input, files, notices);
    reasons.extend(yellow(input, files));
    let light = reasons.iter().map(|reason| reason.light).max().unwrap_or(Light::Green);
    if reasons.is_empty() {
        let text = if files.is_empty() {
            "there is nothing to bridge".to_owned()
        } else {
            let steps = files.iter().map(|file| file.steps.len()).sum();
            format!(
                "{} in {} and nothing that stands is lost, read as a whole or written anew",
                plural(steps, "step", "steps"),
                plural(files.len(), "file", "files")
            )
        };
        reasons.push(Cause { light: Light::Green, text, condition: String::new() });
    }
    Readiness { light, recommendation: light.recommendation().to_owned(), reasons }
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

/// What only people know and nobody has said.
fn unanswered(input: &ReportInput<'_>, files: &[FileView]) -> Option<Cause> {
    let open: Vec<&str> = input.rollout.open().into_iter().map(Ask::key).collect();
    cause(
        Light::Yellow,
        if files.is_empty() { 0 } else { open.len() },
        |_| format!("the execution plan has places to fill: {}", open.join(", ")),
        "answer them under [announce] in pgbridge.toml, or in the execution plan by hand",
    )
}

fn yellow(input: &ReportInput<'_>, files: &[FileView]) -> Vec<Cause> {
    let exclusive =
        |step: &&StepView| step.locks.iter().any(|lock| lock.mode == "ACCESS EXCLUSIVE");
    let long = |step: &&StepView| step.load > Level::Low;
    let blocking = steps(files).filter(exclusive).filter(long).count();
    let failing = steps(files).filter(|step| step.may_fail.is_some()).count();
    let lacks = lacking(input.plan, input.prod, &input.options.apply_role);
    let irreversible = files.iter().map(|file| file.irreversible).sum();
    [
        cause(
            Light::Yellow,
            blocking,
            |count| {
                let what = plural(count, "step reads or writes", "steps read or write");
                format!(
                    "{what} a whole table for more than a second while readers and writers wait"
                )
            },
            "choose a time by the sizes in \"The files\"",
        ),
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
        ),
        cause(
            Light::Yellow,
            failing,
            |count| {
                format!(
                    "{} fail on the rows that are there",
                    plural(count, "step may", "steps may")
                )
            },
            "look for such rows first: a file that fails changes nothing",
        ),
        cause(
            Light::Yellow,
            irreversible,
            |count| {
                format!(
                    "{} not brought back by a rollback",
                    plural(count, "thing of prod is", "things of prod are")
                )
            },
            "have a backup",
        ),
        cause(
            Light::Yellow,
            input.plan.withheld.len(),
            |count| {
                format!(
                    "{} not asked for and left out",
                    plural(count, "removal was", "removals were")
                )
            },
            "prod is not like dev afterwards: take them to dev, or plan again with --drops emit",
        ),
        unplaced(input),
        unanswered(input, files),
    ]
    .into_iter()
    .flatten()
    .collect()
}
