//! How dangerous a feature is, and why.

use super::component::{Part, Place};
use crate::report::view::{FileView, Level, ReportInput, StepView, file, named};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The level and its reasons, the worst first.
pub(super) fn of(
    input: &ReportInput<'_>,
    views: &[FileView],
    part: &Part<'_>,
) -> (Level, Vec<String>) {
    let mut found: BTreeSet<(Reverse<Level>, String)> = BTreeSet::new();
    let mut add = |level, text: String| {
        found.insert((Reverse(level), text));
    };
    for place in &part.steps {
        let view = views.get(place.batch).and_then(|file| file.steps.get(place.at));
        for (level, text) in view.map(of_step).unwrap_or_default() {
            add(level, text);
        }
    }
    let batches: BTreeSet<usize> = part.steps.iter().map(|place| place.batch).collect();
    for batch in batches.iter().filter_map(|at| input.plan.batches.get(*at)) {
        for text in file::irreversible(input.prod, batch) {
            if is_about(&text, &part.steps) {
                add(Level::Medium, format!("the rollback does not bring back: {text}"));
            }
        }
    }
    let level = found.first().map_or(Level::Low, |(level, _)| level.0);
    let mut why: Vec<String> = found.into_iter().map(|(_, text)| text).collect();
    if why.is_empty() {
        why.push("nothing that stands is read as a whole, written anew or lost".to_owned());
    }
    (level, why)
}

fn of_step(step: &StepView) -> Vec<(Level, String)> {
    let title = &step.title;
    let mut found = Vec::new();
    if let Some(loss) = &step.data_loss {
        found.push((Level::High, format!("{title} loses {loss}")));
    }
    if let Some(failure) = &step.may_fail {
        found.push((Level::Medium, format!("{title} fails where {failure}")));
    }
    let mut work = Vec::new();
    work.extend(step.rewrites.iter().map(|relation| format!("writes {relation} anew")));
    work.extend(step.scans.iter().map(|relation| format!("reads all of {relation}")));
    if step.builds_index {
        work.push("builds an index over rows that are there".to_owned());
    }
    let waits =
        step.locks.iter().map(|lock| &lock.meaning).find(|meaning| meaning.ends_with("wait"));
    let waits = waits.map(|meaning| format!(", while {meaning}")).unwrap_or_default();
    found.extend(
        work.into_iter()
            .map(|work| (step.load, format!("{title} {work} (estimated: {}{waits})", step.time))),
    );
    found
}

/// A file may hold several features: the text names the object.
fn is_about(text: &str, places: &[Place<'_>]) -> bool {
    let names = |id| text.contains(&named(id)) || text.contains(&id.to_string());
    places.iter().flat_map(|place| &place.step.members).any(names)
}
