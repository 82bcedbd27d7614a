//! One file of the plan: what it does, under which locks, how to run it, check it and undo it.

use crate::bundle::migration::is_outside;
use crate::bundle::{Migration, checks};
use crate::kinds::{Lock, Sizes};
use crate::markdown::{code, copied};
use crate::model::ObjectId;
use crate::plan::{Batch, Estimates, Step};
use std::collections::{BTreeMap, BTreeSet};

/// Steps that are named.
const SHOWN: usize = 20;

/// The section of the file that is number `at` of `count`.
pub(super) fn section(
    (estimates, sizes): (&Estimates<'_>, &Sizes<'_>),
    migration: &Migration,
    batch: &Batch,
    (at, count): (usize, usize),
) -> String {
    let name = migration.file_name();
    let written: Vec<_> = batch.steps.iter().filter(|step| !step.is_silent()).collect();
    let titles: Vec<String> =
        written.iter().take(SHOWN).map(|step| format!("- {}", code(&step.title()))).collect();
    let more = written.len().saturating_sub(titles.len());
    let more = if more > 0 { format!("\n- and {more} more") } else { String::new() };
    let mut blocks = vec![
        format!("### {at} of {count}: {}", code(&name)),
        format!("Steps ({}), in order:\n\n{}{more}", written.len(), titles.join("\n")),
        format!(
            "Estimated: {}, once the locks are granted.",
            code(&estimates.all(&batch.steps).told())
        ),
        locks(sizes, &batch.steps.iter().collect::<Vec<_>>(), "the file"),
    ];
    blocks.extend(before(batch));
    blocks.push(format!("Run:\n\n{}", copied("sh", &psql(&format!("migrations/{name}")))));
    blocks.push(good(is_outside(&batch.steps)).to_owned());
    blocks.push(if migration.check.is_some() {
        let check = psql(&checks::path(migration));
        format!("Check what it promised; exit status 0 says that it was applied:\n\n{}", copied("sh", &check))
    } else {
        "There is no check of its own: what it does is checked after a later file, or is none of what the catalogs are asked for (head of `VALIDATION_SQL.sql`).".to_owned()
    });
    let undo = psql(&format!("rollback/{}_rollback.sql", migration.name));
    blocks.push(format!("Undo:\n\n{}", copied("sh", &undo)));
    let back: Vec<&Step> = batch.rollback.iter().flatten().collect();
    if back.iter().any(|step| !step.effects.locks.is_empty()) {
        blocks.push(locks(sizes, &back, "the rollback"));
    }
    if batch.irreversible.is_empty() {
        blocks.push("Nothing is lost by the rollback.".to_owned());
    } else {
        let lines: Vec<String> =
            batch.irreversible.iter().map(|what| format!("- {}", code(what))).collect();
        blocks.push(format!("The rollback loses, or cannot undo:\n\n{}", lines.join("\n")));
    }
    blocks.join("\n\n")
}

/// A file run by psql.
pub(super) fn psql(path: &str) -> String {
    format!("psql -X -v ON_ERROR_STOP=1 -d \"$PGBRIDGE_PROD_URL\" -f {path}")
}

const fn good(outside: bool) -> &'static str {
    if outside {
        "Good when the exit status is 0. It runs outside of a transaction: after an error, an index that it began may be left \
         invalid; drop that with `DROP INDEX CONCURRENTLY` and run the file again."
    } else {
        "Good when the exit status is 0 and the last line is `COMMIT`. Else nothing of it was applied: read the error, \
         and run it again when the lock was not had in time (SQLSTATE 55P03). \
         After a lost connection, its check below tells whether it was applied."
    }
}

/// What to ask before, where rows can stop it.
fn before(batch: &Batch) -> Option<String> {
    let queries: Vec<String> = batch
        .steps
        .iter()
        .filter_map(|step| {
            let query = step.effects.may_fail.as_ref()?.preflight.as_ref()?;
            Some(format!("{};", query.trim_end().trim_end_matches(';')))
        })
        .collect();
    let text = "Check before; each answers whether rows are in the way, and none may say `t`";
    (!queries.is_empty()).then(|| format!("{text}:\n\n{}", copied("sql", &queries.join("\n"))))
}

/// The strongest lock on each relation, for as long as the file runs.
fn locks(sizes: &Sizes<'_>, steps: &[&Step], until: &str) -> String {
    let mut locks: BTreeMap<&ObjectId, Lock> = BTreeMap::new();
    let mut costs: BTreeMap<&ObjectId, BTreeSet<&str>> = BTreeMap::new();
    for step in steps {
        for (relation, lock) in &step.effects.locks {
            let held = locks.entry(relation).or_insert(*lock);
            *held = (*held).max(*lock);
            if step.effects.index_builds.contains(relation) {
                costs.entry(relation).or_default().insert("an index is built");
            }
        }
        for relation in &step.effects.rewrites {
            costs.entry(relation).or_default().insert("written anew");
        }
        for relation in &step.effects.scans {
            costs.entry(relation).or_default().insert("read as a whole");
        }
    }
    if locks.is_empty() {
        return "Locks on what stands: none that the plan knows of.".to_owned();
    }
    let rows: Vec<String> = locks
        .iter()
        .map(|(relation, lock)| {
            let cost =
                costs.get(relation).map(|cost| cost.iter().copied().collect::<Vec<_>>().join(", "));
            let (name, size) =
                (code(&format!("{} {}", relation.kind, relation.label())), sizes.told(relation));
            format!(
                "| {name} | {} | {} | {size} | {} |",
                lock.name(),
                lock.meaning(),
                cost.unwrap_or_else(|| "-".to_owned())
            )
        })
        .collect();
    let header = "| relation | strongest lock | for others | size on prod | what takes time |\n|---|---|---|---|---|";
    format!("Locks on what stands, held until {until} commits:\n\n{header}\n{}", rows.join("\n"))
}
