//! The ways to bring both sides together, with what each costs here.

use crate::report::view::{FileView, Findings, HistoryView, ReportInput, Way, plural};

/// The ways, the chosen one first.
pub(super) fn ways(
    input: &ReportInput<'_>,
    findings: &Findings,
    files: &[FileView],
    history: &HistoryView,
) -> Vec<Way> {
    let steps: usize = files.iter().map(|file| file.steps.len()).sum();
    let stays = input.plan.withheld.len() + input.plan.unbridged.len();
    let chosen = format!(
        "{} in {}; {} in prod",
        plural(steps, "step", "steps"),
        plural(files.len(), "file", "files"),
        plural(stays, "difference stays as it is", "differences stay as they are")
    );
    let rebase = format!(
        "in dev, drops {} with their rows, adds {} and changes {}; prod is not touched",
        plural(findings.missing, "object", "objects"),
        findings.extra,
        findings.changed
    );
    let applied = |side: fn(&super::ToolView) -> Option<&super::HistorySide>| -> usize {
        history.tools.iter().filter_map(side).map(|side| side.applied).sum()
    };
    let (dev, prod) = (applied(|tool| tool.dev.as_ref()), applied(|tool| tool.prod.as_ref()));
    let replaced = if dev + prod == 0 {
        "no recorded migration that is known would be replaced".to_owned()
    } else {
        format!("replaces {dev} recorded on dev and {prod} on prod by one")
    };
    let baseline = format!(
        "{replaced}; {} still to be bridged",
        plural(
            findings.missing + findings.extra + findings.changed,
            "difference is",
            "differences are"
        )
    );
    [
        ("bridge migrations (chosen)", chosen),
        ("rebase dev: make it like prod", rebase),
        ("a new baseline for both", baseline),
    ]
    .map(|(way, cost)| Way { way: way.to_owned(), cost })
    .to_vec()
}

/// What no capture looks at.
pub(super) fn not_looked_at() -> Vec<String> {
    [
        "Rows: no table of a user was read but those in which migration tools record what they ran and extensions what they manage.",
        "Settings of the server but for those that are compared under \"Environment\", attributes and memberships of roles, and their settings in all databases: they belong to the cluster.",
    ]
    .map(str::to_owned)
    .to_vec()
}
