//! `EXECUTION_PLAN.md`: what to run, in which order, under which locks, and how to go back.

pub(in crate::bundle) mod escape;
mod rights;
mod text;

use crate::bundle::{Input, Migration};
use crate::kinds::Lock;
use crate::model::ObjectId;
use crate::plan::{Batch, Drops, Estimates, Verb, assumptions, total_size};
use crate::sql::quote;
use escape::{code, fenced};
use std::collections::{BTreeMap, BTreeSet};

/// The plan, with commands to copy.
pub fn render(input: &Input<'_>, migrations: &[Migration]) -> String {
    let mut blocks = vec!["# Execution plan".to_owned(), facts(input, migrations)];
    if migrations.is_empty() {
        blocks.push("There is no migration to run.".to_owned());
        blocks.push(open(input));
        return blocks.join("\n\n") + "\n";
    }
    blocks.push(prerequisites(input));
    blocks.push(rights::section(input));
    blocks.push(environments());
    blocks.push(decisions(input));
    blocks.push("## The files".to_owned());
    blocks.push(
        "In this order, from inside the bundle's folder. Each file is one transaction.".to_owned(),
    );
    blocks.push(assumptions());
    let estimates = Estimates::new(input.prod, &input.plan.goal);
    let count = migrations.len();
    for (at, (migration, batch)) in migrations.iter().zip(&input.plan.batches).enumerate() {
        blocks.push(file(input, &estimates, migration, batch, (at + 1, count)));
    }
    blocks.push(monitoring(input));
    blocks.push(after(input));
    blocks.push(back(migrations));
    blocks.push(ways(migrations));
    blocks.push(messages(input, migrations));
    blocks.join("\n\n") + "\n"
}

fn facts(input: &Input<'_>, migrations: &[Migration]) -> String {
    let (dev, prod) = (&input.dev.server, &input.prod.server);
    let steps = input.plan.steps().filter(|step| !step.is_silent()).count();
    let removals = match input.options.drops {
        Drops::Report => "left out",
        Drops::Emit => "written into the migrations",
    };
    let rows = [
        ("prod", format!("{} on PostgreSQL {}", code(&prod.database), code(&prod.version))),
        (
            "dev (the reference)",
            format!("{} on PostgreSQL {}", code(&dev.database), code(&dev.version)),
        ),
        ("files", migrations.len().to_string()),
        ("steps", steps.to_string()),
        ("runs as", code(&input.options.apply_role)),
        ("removals", removals.to_owned()),
        ("plan of", code(input.timestamp)),
    ];
    let rows: Vec<String> =
        rows.iter().map(|(name, value)| format!("| {name} | {value} |")).collect();
    format!("| | |\n|---|---|\n{}", rows.join("\n"))
}

fn prerequisites(input: &Input<'_>) -> String {
    let role = &input.options.apply_role;
    let mut items = vec![
        "psql, and a connection string for prod in `PGBRIDGE_PROD_URL`".to_owned(),
        format!(
            "that connection is made as the role {}: who creates an object owns it",
            code(role)
        ),
        format!(
            "prod is PostgreSQL {}: the files are written for this major",
            input.prod.server.major()
        ),
        "a backup of prod that has been restored once: TO FILL (where, when)".to_owned(),
    ];
    if !input.prod.server.capture_role_owns {
        let captured = code(&input.prod.server.capture_role);
        items.push(format!("prod was read as {captured}, which does not own the database: try the connection above first"));
    }
    for step in input
        .plan
        .steps()
        .filter(|step| step.verb == Verb::Create && step.object.kind.name() == "extension")
    {
        let name = step.object.name();
        let offered =
            input.prod.server.available_extensions.get(name).map_or("unknown", |version| version);
        items.push(format!(
            "extension {} may be created by that role (version {} is offered)",
            code(name),
            code(offered)
        ));
    }
    format!(
        "## Before\n\n{}\n\nTransactions that would hold up the locks; end them or wait:\n\n{}",
        checklist(&items),
        fenced("sql", text::LONG_TRANSACTIONS)
    )
}

fn checklist(items: &[String]) -> String {
    items.iter().map(|item| format!("- [ ] {item}")).collect::<Vec<_>>().join("\n")
}

fn environments() -> String {
    let items = [
        "a scratch server: `pgbridge verify .` builds prod's schema, runs these files, compares, rolls back, compares".to_owned(),
        "a copy of prod with its rows: TO FILL (which one), with the commands below".to_owned(),
        "prod: TO FILL (when, who)".to_owned(),
    ];
    format!("## Order of environments\n\n{}", checklist(&items))
}

/// What somebody has to decide before the first file.
fn decisions(input: &Input<'_>) -> String {
    let mut items = vec![
        "every file went through on the copy, and `VALIDATION_SQL.sql` passed there".to_owned(),
        "no long transaction on prod (query above)".to_owned(),
    ];
    for step in input.plan.steps() {
        if let Some(loss) = &step.effects.data_loss {
            items.push(format!("{} loses {}: its owner agrees", code(&step.title()), code(loss)));
        }
        if let Some(failure) = &step.effects.may_fail {
            let item = format!("{} does not fail where {}", code(&step.title()), failure.told());
            let query =
                failure.preflight.as_ref().map(|query| format!(": {} is false", code(query)));
            items.push(item + &query.unwrap_or_default());
        }
    }
    format!(
        "## Go or no-go\n\nGo when all of it holds:\n\n{}\n\nStop at the first file that fails. With `BEGIN` in it, it has changed nothing; without, look at what is there and plan again. {}",
        checklist(&items),
        open(input)
    )
}

/// What stays different.
fn open(input: &Input<'_>) -> String {
    format!(
        "What stays different afterwards is in the report: {} withheld, {} not bridged.",
        input.plan.withheld.len(),
        input.plan.unbridged.len()
    )
}

fn file(
    input: &Input<'_>,
    estimates: &Estimates<'_>,
    migration: &Migration,
    batch: &Batch,
    (at, count): (usize, usize),
) -> String {
    let name = migration.file_name();
    let written: Vec<_> = batch.steps.iter().filter(|step| !step.is_silent()).collect();
    let titles: Vec<String> =
        written.iter().take(20).map(|step| format!("- {}", code(&step.title()))).collect();
    let more = written.len().saturating_sub(titles.len());
    let more = if more > 0 { format!("\n- and {more} more") } else { String::new() };
    let run = format!("psql -X -v ON_ERROR_STOP=1 -d \"$PGBRIDGE_PROD_URL\" -f migrations/{name}");
    let undo = format!(
        "psql -X -v ON_ERROR_STOP=1 -d \"$PGBRIDGE_PROD_URL\" -f rollback/{}_rollback.sql",
        migration.name
    );
    let mut blocks = vec![
        format!("### {at} of {count}: {}", code(&name)),
        format!("Steps ({}), in order:\n\n{}{more}", written.len(), titles.join("\n")),
        format!("Estimated: {}, once the locks are granted.", code(&estimates.all(&batch.steps).told())),
        locks(input, batch),
        format!("Run:\n\n{}", fenced("sh", &run)),
        "Good when the exit status is 0 and the last line is `COMMIT`. Else nothing of it was applied: read the error, \
         and run it again when the lock was not had in time (SQLSTATE 55P03). \
         After a lost connection, see first whether it was applied."
            .to_owned(),
        format!("Undo:\n\n{}", fenced("sh", &undo)),
    ];
    if batch.irreversible.is_empty() {
        blocks.push("The rollback brings everything back.".to_owned());
    } else {
        let lines: Vec<String> =
            batch.irreversible.iter().map(|what| format!("- {}", code(what))).collect();
        blocks.push(format!("The rollback does not bring back:\n\n{}", lines.join("\n")));
    }
    blocks.join("\n\n")
}

/// The strongest lock on each relation, for as long as the file runs.
fn locks(input: &Input<'_>, batch: &Batch) -> String {
    let mut locks: BTreeMap<&ObjectId, Lock> = BTreeMap::new();
    let mut costs: BTreeMap<&ObjectId, BTreeSet<&str>> = BTreeMap::new();
    for step in &batch.steps {
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
                (code(&format!("{} {}", relation.kind, relation.label())), size(input, relation));
            format!(
                "| {name} | {} | {} | {size} | {} |",
                lock.name(),
                lock.meaning(),
                cost.unwrap_or_else(|| "-".to_owned())
            )
        })
        .collect();
    let header = "| relation | strongest lock | for others | size on prod | what takes time |\n|---|---|---|---|---|";
    format!("Locks on what stands, held until the file commits:\n\n{header}\n{}", rows.join("\n"))
}

/// A power of two that the table does not exceed.
fn size(input: &Input<'_>, relation: &ObjectId) -> String {
    let Some(bytes) = total_size(input.prod, relation) else { return "unknown".to_owned() };
    let mut rest = u64::try_from(bytes).unwrap_or(0);
    if rest == 0 {
        return "empty".to_owned();
    }
    rest = rest.checked_next_power_of_two().unwrap_or(u64::MAX);
    let mut unit = "bytes";
    for next in ["KiB", "MiB", "GiB", "TiB", "PiB"] {
        if rest < 1024 {
            break;
        }
        rest /= 1024;
        unit = next;
    }
    format!("up to {rest} {unit}")
}

fn monitoring(input: &Input<'_>) -> String {
    let relations: BTreeSet<&ObjectId> =
        input.plan.steps().flat_map(|step| step.effects.locks.keys()).collect();
    let mut blocks = vec![
        "## While it runs".to_owned(),
        "In a second session. Who waits for whom; somebody who waits longer than TO FILL seconds is a reason to cancel the file:".to_owned(),
        fenced("sql", text::WAITING),
    ];
    if !relations.is_empty() {
        blocks.push("Locks on the relations that the files change:".to_owned());
        blocks.push(fenced("sql", &text::LOCKS.replace("{relations}", &regclasses(&relations))));
    }
    if input.plan.steps().any(|step| !step.effects.index_builds.is_empty()) {
        blocks.push("Progress of an index build:".to_owned());
        blocks.push(fenced("sql", text::INDEX_BUILDS));
    }
    blocks.join("\n\n")
}

/// The relations as an SQL list.
fn regclasses(relations: &BTreeSet<&ObjectId>) -> String {
    let one = |id: &&ObjectId| {
        format!(
            "pg_catalog.to_regclass({})",
            quote::literal(&quote::qualified(&[id.part(0), id.part(1)]))
        )
    };
    relations.iter().map(one).collect::<Vec<_>>().join(",\n    ")
}

fn after(input: &Input<'_>) -> String {
    let mut blocks = vec![
        "## After the last file".to_owned(),
        "Every check passes and the exit status is 0, or what was promised is not there:"
            .to_owned(),
        fenced("sh", "psql -X -v ON_ERROR_STOP=1 -d \"$PGBRIDGE_PROD_URL\" -f VALIDATION_SQL.sql"),
        "What differs from dev now; compare it with the report:".to_owned(),
        fenced("sh", "pgbridge diff --dev \"$PGBRIDGE_DEV_URL\" --prod \"$PGBRIDGE_PROD_URL\""),
    ];
    for (kind, query) in [("table", text::TABLES), ("index", text::INDEXES)] {
        let new = input
            .plan
            .steps()
            .filter(|step| step.verb == Verb::Create && step.object.kind.name() == kind);
        let new: BTreeSet<&ObjectId> = new
            .map(|step| &step.object)
            .filter(|id| !input.prod.objects.contains_key(id))
            .collect();
        if !new.is_empty() {
            blocks.push(format!("Within the first 24 hours, how each new {kind} is used:"));
            blocks.push(fenced("sql", &query.replace("{relations}", &regclasses(&new))));
        }
    }
    let items = [
        "the server's log has no new errors: TO FILL (where)".to_owned(),
        "documentation that names the changed objects: TO FILL".to_owned(),
    ];
    blocks.push(checklist(&items));
    blocks.join("\n\n")
}

fn back(migrations: &[Migration]) -> String {
    let commands: Vec<String> = migrations
        .iter()
        .rev()
        .map(|migration| {
            format!(
                "psql -X -v ON_ERROR_STOP=1 -d \"$PGBRIDGE_PROD_URL\" -f rollback/{}_rollback.sql",
                migration.name
            )
        })
        .collect();
    format!(
        "## Going back\n\nOnly the files that went through, the last one first; stop at the first error:\n\n{}",
        fenced("sh", &commands.join("\n"))
    )
}

/// R13: three ways to run the same files.
fn ways(migrations: &[Migration]) -> String {
    let count = migrations.len();
    format!(
        "## Other ways to run the files\n\n\
         - psql: as above.\n\
         - a migration runner: copy `migrations/` ({count}) under its names. The files hold their own BEGIN and COMMIT: tell it not to wrap them.\n\
         - CI: all in order, ended by the first error:\n\n{}",
        fenced("sh", text::LOOP)
    )
}

fn messages(input: &Input<'_>, migrations: &[Migration]) -> String {
    let waits = |lock: Lock| {
        input
            .plan
            .steps()
            .flat_map(|step| &step.effects.locks)
            .filter(move |(_, held)| **held >= lock)
            .map(|(id, _)| id.label())
            .collect::<BTreeSet<_>>()
    };
    let names = |set: &BTreeSet<String>| {
        if set.is_empty() {
            "none".to_owned()
        } else {
            set.iter().map(|name| quote::printable(name)).collect::<Vec<_>>().join(", ")
        }
    };
    let everybody = waits(Lock::AccessExclusive);
    let writers: BTreeSet<String> = waits(Lock::Share).difference(&everybody).cloned().collect();
    let database = quote::printable(&input.prod.server.database);
    let count = migrations.len();
    let before = format!(
        "On TO FILL (time) we change the schema of {database}: {count} file(s).\nReaders and writers may wait for: {}.\nOnly writers may wait for: {}.\nContact: TO FILL",
        names(&everybody),
        names(&writers)
    );
    let during = format!(
        "The change of {database} has begun at TO FILL. File TO FILL of {count} is running."
    );
    let done = format!(
        "The change of {database} ended at TO FILL. Files that went through: TO FILL of {count}. Checks that failed: TO FILL."
    );
    let block = |title: &str, body: &str| format!("{title}:\n\n{}", fenced("text", body));
    format!(
        "## Messages\n\n{}\n\n{}\n\n{}",
        block("Before", &before),
        block("During", &during),
        block("After", &done)
    )
}

#[cfg(test)]
mod tests;
