//! `checks/`: whether one file has done what it promised, asked right after it.

use crate::bundle::validation::{Checks, script};
use crate::bundle::{Input, Migration};
use crate::model::ObjectId;
use crate::sql::quote;
use std::collections::{BTreeMap, BTreeSet};

/// Where the check of a migration stands.
pub fn path(migration: &Migration) -> String {
    format!("checks/{}_check.sql", migration.name)
}

/// The check of the file at that place: what it is the last to touch. None where a later file touches
/// all of it again.
pub fn after(input: &Input<'_>, migration: &Migration, at: usize) -> Option<String> {
    let mut last: BTreeMap<&ObjectId, usize> = BTreeMap::new();
    for (at, batch) in input.plan.batches.iter().enumerate() {
        last.extend(batch.steps.iter().flat_map(|step| &step.members).map(|id| (id, at)));
    }
    let own: BTreeSet<&ObjectId> =
        last.into_iter().filter(|(_, last)| *last == at).map(|(id, _)| id).collect();
    let checks = Checks::of(input, &own);
    let batch = input.plan.batches.get(at).filter(|_| checks.count() > 0)?;
    let title = format!("{} checks after {}", checks.count(), batch.name);
    let run = format!(
        "Run with: psql -X -v ON_ERROR_STOP=1 -d \"$PGBRIDGE_PROD_URL\" -f {}; it exits with 3 when a check fails. Nothing is written.",
        path(migration)
    );
    let lines =
        [title.as_str(), run.as_str(), "What later files touch again is checked after them."];
    let head = lines.iter().map(|line| format!("-- {}", quote::printable(line))).collect();
    Some(script(head, &checks, &[]))
}
