//! Runners themselves on both sides of a drift: in the end none of them finds anything pending.

use super::history;
use crate::program::Bundle;
use crate::runner::Runner;
use crate::support::{Cluster, Database, Options, compare, main_majors};
use std::fs;
use std::path::Path;

const LOOSE: Options = Options { ignore_column_order: true, sort_acl: true };

/// The team's migrations: version, name, statements, and the side that ran it.
const MIGRATIONS: &[(&str, &str, &str, &str)] = &[
    ("20250101000000", "base", "CREATE TABLE t (id int PRIMARY KEY, a text)", "both"),
    ("20250102000000", "audits", "CREATE TABLE audits (id int REFERENCES t, at date)", "dev"),
    ("20250103000000", "index", "CREATE INDEX audits_at ON audits (at)", "dev"),
    // rows that it makes are in no schema: a person decides, who has taken them to prod by hand
    ("20250104000000", "rows", "INSERT INTO t VALUES (1, 'a;b')", "dev"),
    ("20250105000000", "hotfix", "CREATE INDEX hotfix ON t (a)", "prod"),
];

/// Writes what a side ran, or all, as the runner wants it.
fn write(runner: Runner, folder: &Path, side: Option<&str>) {
    let folder = folder.join(runner.place());
    fs::create_dir_all(&folder).unwrap();
    for (version, name, sql, of) in MIGRATIONS {
        if side.is_some_and(|side| *of != side && *of != "both") {
            continue;
        }
        let millis = if runner == Runner::NodePgMigrate { "000" } else { "" };
        let base = format!("{version}{millis}_{name}");
        let file = |path: String, text: String| fs::write(folder.join(path), text).unwrap();
        match runner {
            Runner::Sqlx => {
                file(format!("{base}.up.sql"), format!("{sql};\n"));
                file(format!("{base}.down.sql"), "SELECT 1;\n".to_owned());
            }
            Runner::Diesel => {
                fs::create_dir(folder.join(&base)).unwrap();
                file(format!("{base}/up.sql"), format!("{sql};\n"));
                file(format!("{base}/down.sql"), "SELECT 1;\n".to_owned());
            }
            Runner::Dbmate => {
                file(format!("{base}.sql"), format!("-- migrate:up\n{sql};\n-- migrate:down\n"));
            }
            Runner::Supabase => file(format!("{base}.sql"), format!("{sql};\n")),
            Runner::NodePgMigrate => {
                let text = format!("-- Up Migration\n{sql};\n-- Down Migration\nSELECT 1;\n");
                file(format!("{base}.sql"), text);
            }
        }
    }
}

/// A side, and the folder that it was migrated with.
fn side(runner: Runner, major: u32, side: &str) -> Database {
    let name = format!("pending_{}_{side}", runner.name().replace('-', "_"));
    let database = Cluster::get(major).create_database(&name);
    let folder = tempfile::tempdir().unwrap();
    write(runner, folder.path(), Some(side));
    runner.up(folder.path(), &database);
    database
}

/// Copies a folder of files and folders.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

fn versions(runner: Runner, database: &Database) -> Vec<String> {
    let column = if runner == Runner::NodePgMigrate { "name" } else { "version" };
    let sql = format!("SELECT {column} FROM {} ORDER BY 1", runner.table());
    database.psql(&sql).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn nothing_is_pending_on_either_side() {
    // one of them: each replays on clusters of its own
    let major = *main_majors().last().unwrap();
    for runner in Runner::ALL {
        settled(runner, major);
    }
}

fn settled(runner: Runner, major: u32) {
    let name = runner.name();
    let (dev, prod) = (side(runner, major, "dev"), side(runner, major, "prod"));
    let team = tempfile::tempdir().unwrap();
    write(runner, team.path(), None);
    let texts = team.path().join(runner.place());
    let more = ["--flavour", name, "--prove-history", "--migrations", texts.to_str().unwrap()];
    let bundle = Bundle::with(&dev, &prod, "report", &more);
    assert_eq!(bundle.run.code, 0, "{name}: {:?}", bundle.run);
    let page = history(&bundle, "README.md");
    for (version, _, _, of) in MIGRATIONS.iter().filter(|it| it.3 != "both") {
        let row = page.lines().find(|line| line.contains(version)).unwrap();
        let target = if *of == "dev" { "prod" } else { "dev" };
        let decision = if *version == "20250104000000" { "to decide" } else { "mark" };
        assert!(row.contains(&format!("applied on {target}: {decision}")), "{name}: {row}");
    }
    // the runner itself brings prod there, and the bridge's files join the team's
    let bridge = bundle.path().join("runners").join(name);
    if runner == Runner::Supabase {
        // as the execution plan says, for it refuses a folder without what ran before
        bundle.apply(&prod).unwrap();
    } else {
        runner.bridge(&bridge, &prod);
    }
    copy(&bridge, team.path());
    for file in bundle.files("backport/migrations") {
        dev.psql_file(&file).unwrap();
    }
    // a person takes the rows to prod, and the bridge's files stand among the tool's
    prod.psql("INSERT INTO t VALUES (1, 'a;b')").unwrap();
    for (side, word) in [(&dev, "dev"), (&prod, "prod")] {
        let answered = history(&bundle, &format!("{word}_{name}.sql")).replace("--> ", "");
        side.psql(&answered).unwrap();
        assert_eq!(runner.pending(team.path(), side), 0, "{name} on {}", side.name());
        // nor does it do anything: what stands would be in its way
        runner.up(team.path(), side);
    }
    assert_eq!(versions(runner, &dev), versions(runner, &prod), "{name}");
    compare(&dev.dump(), &prod.dump(), LOOSE).unwrap_or_else(|text| panic!("{name}: {text}"));
}
