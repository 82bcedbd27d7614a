//! `EXECUTION_PLAN.md`: what to run, in which order, under which locks, and how to go back.

mod file;
mod rights;
mod text;

use crate::bundle::{Input, Migration};
use crate::kinds::{Lock, Sizes};
use crate::markdown::{code, copied};
use crate::model::ObjectId;
use crate::plan::{Ask, Drops, Estimates, Verb, assumptions};
use crate::sql::quote;
use std::collections::BTreeSet;

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
    blocks.push(environments(input));
    blocks.push(decisions(input));
    blocks.push("## The files".to_owned());
    blocks.push(
        "In this order, from inside the bundle's folder. Each file with `BEGIN` in it is one transaction.".to_owned(),
    );
    blocks.push(assumptions());
    let estimates = Estimates::new(input.prod, &input.plan.goal);
    let sizes = Sizes::new(input.prod);
    let count = migrations.len();
    for (at, (migration, batch)) in migrations.iter().zip(&input.plan.batches).enumerate() {
        blocks.push(file::section((&estimates, &sizes), migration, batch, (at + 1, count)));
    }
    blocks.push(monitoring(input));
    blocks.push(after(input));
    blocks.push(back(migrations));
    blocks.push(ways(input));
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
        "psql, and connection strings for prod in `PGBRIDGE_PROD_URL` and for dev in `PGBRIDGE_DEV_URL`".to_owned(),
        format!(
            "that connection is made as the role {}: who creates an object owns it",
            code(role)
        ),
        format!(
            "prod is PostgreSQL {}: the files are written for this major",
            input.prod.server.major()
        ),
        format!(
            "a backup of prod: {}; last restored: {}",
            told(input, Ask::Backup),
            told(input, Ask::Restored)
        ),
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
        copied("sql", text::LONG_TRANSACTIONS)
    )
}

/// An answer of the operator, as text.
fn told(input: &Input<'_>, ask: Ask) -> String {
    code(&input.rollout.get(ask))
}

fn checklist(items: &[String]) -> String {
    items.iter().map(|item| format!("- [ ] {item}")).collect::<Vec<_>>().join("\n")
}

fn environments(input: &Input<'_>) -> String {
    let items = [
        "a scratch server: `pgbridge verify .` builds prod's schema, runs these files, compares, rolls back, compares".to_owned(),
        format!("a copy of prod with its rows: {}, with the commands below", told(input, Ask::Copy)),
        format!("prod: {}, by {}", told(input, Ask::When), told(input, Ask::Who)),
    ];
    format!("## Order of environments\n\n{}", checklist(&items))
}

/// What somebody has to decide before the first file.
fn decisions(input: &Input<'_>) -> String {
    let mut items = vec![
        "the verdict of `MIGRATION_RECONCILIATION_REPORT.md` is read, and what it asks to settle is settled".to_owned(),
        "every file went through on the copy, and `VALIDATION_SQL.sql` passed there".to_owned(),
        "no long transaction on prod (query above)".to_owned(),
    ];
    for step in input.plan.steps() {
        if let Some(loss) = &step.effects.data_loss {
            items.push(format!("{} loses {}: its owner agrees", code(&step.title()), code(loss)));
        }
        if let Some(failure) = &step.effects.may_fail {
            let item = format!("{} would stop where {}", code(&step.title()), failure.told());
            let query = failure
                .preflight
                .as_ref()
                .map(|query| format!("; {} answers `f`", code(query.trim_end_matches(';'))));
            let query =
                query.or_else(|| Some("; no query can tell before: try it on the copy".to_owned()));
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

fn monitoring(input: &Input<'_>) -> String {
    let relations: BTreeSet<&ObjectId> =
        input.plan.steps().flat_map(|step| step.effects.locks.keys()).collect();
    let mut blocks = vec![
        "## While it runs".to_owned(),
        format!(
            "In a second session. Who waits for whom; somebody who waits longer than {} is a reason to cancel the file:",
            told(input, Ask::LongestWait)
        ),
        copied("sql", text::WAITING),
    ];
    if !relations.is_empty() {
        blocks.push("Locks on the relations that the files change:".to_owned());
        blocks.push(copied("sql", &text::LOCKS.replace("{relations}", &regclasses(&relations))));
    }
    if input.plan.steps().any(|step| !step.effects.index_builds.is_empty()) {
        blocks.push("Progress of an index build:".to_owned());
        blocks.push(copied("sql", text::INDEX_BUILDS));
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
        copied("sh", &file::psql("VALIDATION_SQL.sql")),
        "What differs from dev now; compare it with the report:".to_owned(),
        copied("sh", "pgbridge diff --dev \"$PGBRIDGE_DEV_URL\" --prod \"$PGBRIDGE_PROD_URL\""),
    ];
    let recorded = |catalog: &crate::model::Catalog| {
        catalog.histories.as_ref().is_some_and(|histories| !histories.is_empty())
    };
    if recorded(input.dev) || recorded(input.prod) {
        blocks.push(checklist(&[
            "what migration tools record is decided and run: `history/README.md`".to_owned(),
        ]));
    }
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
            blocks.push(copied("sql", &query.replace("{relations}", &regclasses(&new))));
        }
    }
    let items = [
        format!("the server's log has no new errors: {}", told(input, Ask::Log)),
        format!(
            "documentation that names what changed ({}): {}",
            changed(input),
            told(input, Ask::Documents)
        ),
        "programs in TypeScript take `database.types.ts`, the types of prod after the last file"
            .to_owned(),
    ];
    blocks.push(checklist(&items));
    blocks.join("\n\n")
}

/// The tables, views and routines that steps are about.
fn changed(input: &Input<'_>) -> String {
    const TELLING: &[&str] =
        &["table", "view", "materialized_view", "function", "procedure", "enum"];
    let objects =
        input.plan.steps().filter(|step| !step.is_silent()).flat_map(|step| &step.concerns);
    let names: BTreeSet<String> = objects
        .filter(|id| TELLING.contains(&id.kind.name()))
        .map(|id| code(&id.label()))
        .collect();
    let more = names.len().saturating_sub(12);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.into_iter().take(12).collect::<Vec<_>>().join(", ") + &more
}

fn back(migrations: &[Migration]) -> String {
    let commands: Vec<String> = migrations
        .iter()
        .rev()
        .map(|migration| file::psql(&format!("rollback/{}_rollback.sql", migration.name)))
        .collect();
    format!(
        "## Going back\n\nThe files that went through, the last one first, as one command that stops at the first error; leave out what did not run:\n\n{}",
        copied("sh", &commands.join(" &&\n"))
    )
}

/// R13: three ways to run the same files.
fn ways(input: &Input<'_>) -> String {
    let written: Vec<String> = input
        .flavours
        .iter()
        .map(|flavour| {
            // without what ran before it would refuse
            let with = if flavour.wants_all() {
                " where prod has recorded nothing, else psql"
            } else {
                ""
            };
            format!("{} in `{}/`{with}", code(flavour.run), flavour.folder())
        })
        .collect();
    let runners = if written.is_empty() {
        "a migration runner: plan again with `--flavour` to have the files in its form, under its own transactions.".to_owned()
    } else {
        format!(
            "a migration runner: {}. Then copy the content of that folder into the project and run what `history/` has: before, the runner would take what prod has not recorded for pending. The statements are the same; `verify` runs those in `migrations/`.",
            written.join(", ")
        )
    };
    format!(
        "## Other ways to run the files\n\n\
         - psql: as above.\n\
         - {runners}\n\
         - CI: all in order, ended by the first error:\n\n{}",
        copied("sh", text::LOOP)
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
    let say = |ask| quote::printable(&input.rollout.get(ask));
    let time = Estimates::new(input.prod, &input.plan.goal).all(input.plan.steps()).told();
    let files = if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    let before = format!(
        "To: {}\nOn {} we change the schema of {database}: {files}, run by {}.\nEstimated: {time}, once the locks are granted.\n\
         Readers and writers may wait for: {}.\nOnly writers may wait for: {}.\nContact: {}",
        say(Ask::Audience),
        say(Ask::When),
        say(Ask::Who),
        names(&everybody),
        names(&writers),
        say(Ask::Contact)
    );
    // the moments are known when they are there
    let during = format!(
        "The change of {database} has begun at ____. File ____ of {count} is running.\nContact: {}",
        say(Ask::Contact)
    );
    let done = format!(
        "The change of {database} ended at ____. Files that went through: ____ of {count}. Checks that failed: ____.\nContact: {}",
        say(Ask::Contact)
    );
    let block = |title: &str, body: &str| format!("{title}:\n\n{}", copied("text", body));
    format!(
        "## Messages\n\n{}\n\n{}\n\n{}",
        block("Before", &before),
        block("During", &during),
        block("After", &done)
    )
}

#[cfg(test)]
mod tests;
