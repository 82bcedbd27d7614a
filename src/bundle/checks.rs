//! `checks/`: whether one file has done what it promised, asked right after it.

use crate::bundle::validation::insert::{Insert, inserts};
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
    for (id, at) in &last {
        own.entry(*at).or_default().insert(id);
    }
    let inserts = inserts(input);
    let mut of_file: BTreeMap<usize, Vec<&Insert>> = BTreeMap::new();
    for insert in &inserts {
        // only when the last of what it hangs on is there
        let at = insert.on.iter().filter_map(|id| last.get(id)).max();
        of_file.entry(at.copied().unwrap_or_default()).or_default().push(insert);
    }
    for (at, own) in own {
        if let Some(migration) = migrations.get_mut(at) {
            let inserts = of_file.remove(&at).unwrap_or_default();
            migration.check = check(input, migration, &own, &inserts);
        }
    }
}

fn check(
    input: &Input<'_>,
    migration: &Migration,
    own: &BTreeSet<&ObjectId>,
    inserts: &[&Insert],
) -> Option<String> {
    let checks = Checks::of(input, own, inserts);
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
