//! The long parts of the report: each file step by step, and every difference.

use super::Page;
use crate::markdown::{code, fenced, prose};
use crate::report::view::{DriftView, FileView, Property, ReportView, Severity, StepView, plural};

/// The migrations, step by step.
pub(super) fn files(page: &mut Page, view: &ReportView) {
    page.block("## The files");
    if view.files.is_empty() {
        page.block("There is none.");
    }
    for file in &view.files {
        one_file(page, file);
    }
}

fn one_file(page: &mut Page, file: &FileView) {
    page.block(&format!("### {}", code(&file.migration)));
    let rows = file.steps.iter().enumerate().map(|(at, step)| {
        let forced =
            step.forced_by.as_ref().map(|cause| format!(" (because {} changes)", code(cause)));
        let title = format!("{}{}", code(&step.title), forced.unwrap_or_default());
        [(at + 1).to_string(), title, locks(step), cost(step)]
    });
    page.table(["", "step", "locks on what stands", "cost"], rows);
    page.block(&format!("Estimated: {}, once the locks are granted.", prose(&file.time)));
    page.block(&format!("Undone by {}.", code(&file.rollback)));
    if file.not_brought_back.is_empty() {
        page.block("Nothing is lost by the rollback.");
    } else {
        page.block("The rollback loses, or cannot undo:");
        page.list(file.not_brought_back.iter().map(|what| prose(what)));
    }
}

fn locks(step: &StepView) -> String {
    if step.locks.is_empty() {
        return "none".to_owned();
    }
    let lock = |lock: &crate::report::view::LockView| {
        format!(
            "{} on {} ({}; {})",
            lock.mode,
            code(&lock.relation),
            prose(&lock.meaning),
            prose(&lock.size)
        )
    };
    step.locks.iter().map(lock).collect::<Vec<_>>().join("<br>")
}

fn cost(step: &StepView) -> String {
    let mut parts = Vec::new();
    parts.extend(step.data_loss.iter().map(|loss| format!("**loses {}**", prose(loss))));
    parts.extend(step.rewrites.iter().map(|relation| format!("writes {} anew", code(relation))));
    parts.extend(step.scans.iter().map(|relation| format!("reads all of {}", code(relation))));
    if step.builds_index {
        parts.push("builds an index over rows that are there".to_owned());
    }
    parts.extend(step.may_fail.iter().map(|why| format!("fails where {}", prose(why))));
    parts.extend(step.preflight.iter().map(|query| format!("ask before: {}", code(query))));
    if step.seconds.is_some() || step.time_unknown {
        parts.push(format!("takes: {}", prose(&step.time)));
    }
    if parts.is_empty() { "-".to_owned() } else { parts.join("<br>") }
}

/// Every difference, one section per object.
pub(super) fn drifts(page: &mut Page, view: &ReportView) {
    page.block(&format!("## Every difference ({})", view.drifts.len()));
    if view.drifts.is_empty() {
        page.block("There is none.");
        return;
    }
    page.block("Severity is the first of these that holds:");
    page.list(
        Severity::ALL
            .into_iter()
            .map(|severity| format!("{}: {}", severity.name(), prose(severity.rule()))),
    );
    for drift in &view.drifts {
        one_drift(page, drift);
    }
}

fn one_drift(page: &mut Page, drift: &DriftView) {
    let what = match drift.code.as_str() {
        "missing" => "missing in prod",
        "extra" => "only in prod",
        "changed" => "differs",
        _ => "not modelled",
    };
    let told = drift
        .told_with
        .as_ref()
        .map(|whole| format!(", part of {}", code(whole)))
        .unwrap_or_default();
    let level = if drift.counts { "" } else { ", info" };
    page.block(&format!(
        "#### {}: {what}{level}{told}",
        code(&format!("{} {}", drift.kind, drift.object))
    ));
    page.block(&format!(
        "Severity: {}, for {}. Direction: {}",
        drift.severity.name(),
        prose(&drift.because.join("; ")),
        drift.direction.name()
    ));
    // what is left out or in the way stands among the reasons of its severity
    let known = drift.because.join("; ");
    let more = drift.why.iter().filter(|why| !known.contains(why.as_str()));
    page.list(more.map(|why| prose(why)));
    if drift.properties.is_empty() {
        return;
    }
    let several =
        |property: &&Property| property.dev.contains('\n') || property.prod.contains('\n');
    let rows = drift.properties.iter().map(|property| {
        let shown = |value: &str| {
            if several(&property) && value != "-" { below(value) } else { code(value) }
        };
        [
            code(&property.name),
            shown(&property.dev),
            shown(&property.prod),
            property.direction.name().to_owned(),
        ]
    });
    page.table(["property", "dev", "prod", "direction"], rows);
    for property in drift.properties.iter().filter(several) {
        let (title, block) = if let Some(diff) = &property.diff {
            (", from prod (-) to dev (+)", fenced("diff", diff))
        } else {
            ("", fenced("sql", if property.dev == "-" { &property.prod } else { &property.dev }))
        };
        page.block(&format!("{}{title}:", code(&property.name)));
        page.block(&block);
    }
}

fn below(value: &str) -> String {
    format!("{}, below", plural(value.lines().count(), "line", "lines"))
}

/// Names in a row, the first `most` of them.
pub(super) fn some(names: &[String], most: usize) -> String {
    let shown: Vec<String> = names.iter().take(most).map(|name| code(name)).collect();
    let rest = names.len().saturating_sub(most);
    let more = if rest > 0 { format!(" and {rest} more, in \"The files\"") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
