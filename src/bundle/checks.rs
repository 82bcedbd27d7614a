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

/// Fills in the check of each migration: of what it is the last to touch. None where later ones touch
/// all of it again.
pub(super) fn fill(input: &Input<'_>, migrations: &mut [Migration]) {
    let mut last: BTreeMap<&ObjectId, usize> = BTreeMap::new();
    for (at, batch) in input.plan.batches.iter().enumerate() {
        last.extend(batch.steps.iter().flat_map(|step| &step.members).map(|id| (id, at)));
    }
    let mut own: BTreeMap<usize, BTreeSet<&ObjectId>> = BTreeMap::new();
    for (id, at) in last {
        own.entry(at).or_default().insert(id);
    }
    for (at, own) in own {
        if let Some(migration) = migrations.get_mut(at) {
            migration.check = check(input, migration, &own);
        }
    }
}

fn check(input: &Input<'_>, migration: &Migration, own: &BTreeSet<&ObjectId>) -> Option<String> {
    let checks = Checks::of(input, own);
    if checks.count() == 0 {
        return None;
    }
    let title = format!("{} checks after {}", checks.count(), migration.file_name());
    let run = format!(
        "Run with: psql -X -v ON_ERROR_STOP=1 -d \"$PGBRIDGE_PROD_URL\" -f {}; it exits with 3 when a check fails. Nothing is written.",
        path(migration)
    );
    let lines =
        [title.as_str(), run.as_str(), "What later files touch again is checked after them."];
    let head = lines.iter().map(|line| format!("-- {}", quote::printable(line))).collect();
    Some(script(head, &checks, &[]))
}
