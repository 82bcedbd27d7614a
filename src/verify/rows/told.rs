//! What `plan.json` says of lost values and of rows that stop a step.

use crate::bundle::Manifest;
use crate::bundle::manifest::{Entry, StepEntry};
use crate::model::{Kind, ObjectId};
use crate::verify::evidence::Evidence;
use crate::verify::rows::held::Loss;

/// What a step says it loses, if that covers the loss.
pub(super) fn loss<'a>(manifest: &'a Manifest, loss: &Loss) -> Option<&'a str> {
    let steps = || manifest.migrations.iter().flat_map(|entry| &entry.steps);
    let own = |step: &&StepEntry| step.own.is_some() && is_beside(step, loss);
    if let Some(step) = steps().find(own) {
        return step.own.as_deref();
    }
    let steps = steps();
    let mut lossy = steps.filter_map(|step| Some((step, step.data_loss.as_deref()?)));
    lossy.find(|(step, _)| covers(step, loss)).map(|(_, what)| what)
}

/// Whether a step of the user's own stands at a part of the table.
fn is_beside(step: &StepEntry, loss: &Loss) -> bool {
    let (_, path) = step.object.split_once(':').unwrap_or_default();
    let inside = |label: &str| path == label || path.starts_with(&format!("{label}."));
    loss.family.iter().any(|id| inside(&id.label()))
}

fn covers(step: &StepEntry, loss: &Loss) -> bool {
    let table = |id: &ObjectId| step.object == id.to_string();
    let column = |id: &ObjectId, name: &str| {
        step.object == ObjectId::new(Kind::Column, &[id.part(0), id.part(1), name]).to_string()
    };
    if loss.family.iter().any(table) {
        return true;
    }
    let Some(name) = &loss.column else { return false };
    let inside = format!("attribute:{}.", loss.type_name.trim_end_matches("[]"));
    loss.family.iter().any(|id| column(id, name)) || step.object.starts_with(&inside)
}

/// What stopped on rows as the plan said it might.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::verify) struct Stop {
    /// Labels of the tables whose rows it may have been.
    pub(super) tables: Vec<String>,
    /// What happened, and what the plan says.
    pub(super) text: String,
}

/// Whether the plan says that the statement at that line may stop.
pub(in crate::verify) fn stop(
    evidence: &Evidence,
    path: &str,
    line: usize,
    text: &str,
) -> Option<Stop> {
    let manifest = &evidence.manifest;
    let entry =
        |file: fn(&Entry) -> &str| manifest.migrations.iter().find(|entry| file(entry) == path);
    if let Some(entry) = entry(|entry| &entry.file) {
        return stopped(&entry.steps, line, text);
    }
    // what the migration lost cannot be put back under rows
    let entry = entry(|entry| &entry.rollback)?;
    let lossy: Vec<&StepEntry> =
        entry.steps.iter().filter(|step| step.data_loss.is_some()).collect();
    let losses: Vec<String> = lossy
        .iter()
        .filter_map(|step| Some(format!("{}: {}", step.object, step.data_loss.as_ref()?)))
        .collect();
    if losses.is_empty() {
        return stopped(&entry.rollback_steps, line, text);
    }
    let text = format!("{text} (the plan says that the migration loses {})", losses.join("; "));
    Some(Stop { tables: lossy.into_iter().flat_map(tables).collect(), text })
}

/// The step at that line, if it says that rows may stop it.
fn stopped(steps: &[StepEntry], line: usize, text: &str) -> Option<Stop> {
    let line = steps.iter().map(|step| step.line).filter(|at| *at <= line).max()?;
    let mut here = steps.iter().filter(|step| step.line == line);
    let (step, why) = here.find_map(|step| Some((step, step.may_fail.as_ref()?)))?;
    Some(Stop { tables: tables(step).collect(), text: format!("{text} (the plan says: {why})") })
}

fn tables(step: &StepEntry) -> impl Iterator<Item = String> + '_ {
    step.locks.keys().chain(&step.rewrites).chain(&step.scans).cloned()
}
