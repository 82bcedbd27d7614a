//! The histories of migration tools, in tables as the tools make them (`fixtures/history`).

mod limits;
mod proof;
mod runners;

use crate::program::Bundle;
use crate::support::{Cluster, Database, main_majors};
use pgbridge::history::{ALL, Holds};
use std::path::Path;

/// The tool's key, and what identifies a migration in its table.
const TOOLS: &[(&str, &str)] = &[
    ("supabase", "SELECT version, name FROM schema_migrations"),
    (
        "flyway",
        "SELECT version, description, script, type FROM flyway_schema_history WHERE success AND version IS DISTINCT FROM '1.1'",
    ),
    ("liquibase", "SELECT id, author, filename FROM databasechangelog"),
    ("sqlx", "SELECT version, description FROM _sqlx_migrations WHERE success"),
    ("diesel", "SELECT version FROM __diesel_schema_migrations"),
    (
        "prisma",
        "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
    ),
    ("alembic", "SELECT version_num FROM alembic_version"),
    ("django", "SELECT app, name FROM django_migrations"),
    ("rails", "SELECT version FROM schema_migrations"),
    ("knex", "SELECT name FROM knex_migrations"),
    ("golang-migrate", "SELECT version, dirty FROM schema_migrations"),
    ("goose", "SELECT version_id FROM goose_db_version WHERE is_applied AND version_id <> 3"),
    ("dbmate", "SELECT version FROM schema_migrations"),
    ("node-pg-migrate", "SELECT name FROM pgmigrations"),
    ("atlas", "SELECT version, description FROM atlas_schema_revisions WHERE applied = total"),
    ("own-table", "SELECT version, name FROM schema_migrations"),
];

fn fixture(tool: &str, file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/history");
    std::fs::read_to_string(folder.join(tool).join(format!("{file}.sql"))).unwrap()
}

/// A database with the tables of these tools, each in a schema of the tool's name.
fn with(major: u32, tools: &[&str], side: &str) -> Database {
    let database = Cluster::get(major).create_database(&format!("history_{side}"));
    for tool in tools {
        let (table, rows) = (fixture(tool, "table"), fixture(tool, side));
        let sql = format!("CREATE SCHEMA \"{tool}\"; SET search_path = \"{tool}\"; {table} {rows}");
        database.psql(&sql).unwrap_or_else(|error| panic!("{tool}: {error}"));
    }
    database
}

fn both(major: u32, tools: &[&str]) -> (Database, Database) {
    (with(major, tools, "dev"), with(major, tools, "prod"))
}

fn report(bundle: &Bundle) -> String {
    std::fs::read_to_string(bundle.path().join("MIGRATION_RECONCILIATION_REPORT.md")).unwrap()
}

fn history(bundle: &Bundle, file: &str) -> String {
    let path = bundle.path().join("history").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a person decided: all entries, but not the bridge's own files.
fn decided(sql: &str) -> String {
    let (entries, own) = sql.split_once("-- The bridge's own files").unwrap_or((sql, ""));
    let end = if own.is_empty() { "" } else { "COMMIT;" };
    format!("{}{end}", entries.replace("--> ", ""))
}

#[test]
fn every_tool_is_known_by_its_table() {
    assert_eq!(TOOLS.len(), ALL.len());
    for major in main_majors() {
        let names: Vec<&str> = TOOLS.iter().map(|(tool, _)| *tool).collect();
        let (dev, prod) = both(major, &names);
        let bundle = Bundle::of(&dev, &prod, "report");
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        let report = report(&bundle);
        for tool in ALL {
            let section = report
                .split("### ")
                .find(|part| part.starts_with(&format!("{}\n", tool.title)))
                .unwrap_or_else(|| panic!("{} is not in the report:\n{report}", tool.name));
            let place = quoted(tool.name);
            assert!(section.contains(&format!("`{place}.")), "{}: {section}", tool.name);
            for words in ["only in dev", "only in prod", "applied on prod: to decide"] {
                assert!(section.contains(words), "{}: no {words}:\n{section}", tool.name);
            }
            let counted = report.contains(&format!("| migrations applied ({}) |", tool.title));
            assert_eq!(counted, tool.holds == Holds::All, "{}", tool.name);
        }
        for (version, words) in [
            ("1.1", "another checksum: dev 22, prod 99"),
            ("4", "failed in prod"),
            ("db/main.xml::2::bob", "another checksum: dev 9:bb, prod 9:zz"),
            ("20240105000000", "dirty in prod"),
            ("20240105000000_stopped", "failed in prod"),
            ("20240102000000", "another text"),
        ] {
            let row =
                |line: &&str| line.contains(&format!("| `{version}` |")) && line.contains(words);
            assert!(report.lines().any(|line| row(&line)), "{version} {words}:\n{report}");
        }
        assert!(!report.contains("hunter2"), "a text of a history is in the report");
        for file in ["snapshots/dev.json", "snapshots/prod.json", "history/README.md"] {
            let text = std::fs::read_to_string(bundle.path().join(file)).unwrap();
            assert!(!text.contains("hunter2"), "a text of a history is in {file}");
        }
        agree(&bundle, &dev, &prod);
    }
}

fn quoted(name: &str) -> String {
    if name.contains('-') { format!("\"{name}\"") } else { name.to_owned() }
}

/// The statements of both sides, once a person has decided for them, make both tables agree.
fn agree(bundle: &Bundle, dev: &Database, prod: &Database) {
    for (tool, query) in TOOLS {
        let holds = ALL.iter().find(|it| it.name == *tool).unwrap().holds;
        let sides: &[(&str, &Database)] =
            if holds == Holds::Heads { &[("prod", prod)] } else { &[("prod", prod), ("dev", dev)] };
        for (side, database) in sides {
            let sql = history(bundle, &format!("{side}_{tool}.sql"));
            // as it is written it records nothing
            let before = dump(database, tool, query);
            database.psql(&sql).unwrap_or_else(|error| panic!("{tool}: {error}\n{sql}"));
            assert_eq!(dump(database, tool, query), before, "{tool}");
            database.psql(&decided(&sql)).unwrap_or_else(|error| panic!("{tool}: {error}\n{sql}"));
        }
        assert_eq!(dump(dev, tool, query), dump(prod, tool, query), "{tool}");
    }
}

fn dump(database: &Database, tool: &str, query: &str) -> Vec<String> {
    let out = database.psql(&format!("SET search_path = \"{tool}\"; {query}")).unwrap();
    let mut rows: Vec<String> = out.lines().map(str::to_owned).collect();
    rows.sort();
    rows
}
