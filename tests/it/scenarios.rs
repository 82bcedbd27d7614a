//! The scenarios of the mission, each a pair of scripts under `fixtures`: proven, applied, compared with `pg_dump`, rolled back,
//! and looked at for what its row promises. `docs/ROWS.md` says which test shows what.

mod contacts;
mod crm;
mod integrations;
mod supabase;
mod users;

use crate::program::{Bundle, pgbridge, prove_privately};
use crate::support::{Cluster, Database, Options, compare, main_majors};
use std::path::{Path, PathBuf};

/// Columns that are new stand at the end: PostgreSQL can do no other.
const SAME: Options = Options { ignore_column_order: true, sort_acl: true };

/// What a test compares of a database.
type Dump = fn(&Database) -> String;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// Both databases of a fixture.
fn pair(major: u32, name: &str) -> (Database, Database) {
    let cluster = Cluster::get(major);
    let load = |side: &str| {
        let database = cluster.create_database(&format!("scenario_{name}_{side}"));
        database.psql_file(&fixture(name).join(format!("{side}.sql"))).unwrap();
        database
    };
    (load("dev"), load("prod"))
}

/// The bundle that leads prod to all of dev.
fn bundle(dev: &Database, prod: &Database) -> Bundle {
    let bundle = Bundle::of(dev, prod, "emit");
    assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
    bundle
}

/// A file of a bundle.
fn read(bundle: &Bundle, name: &str) -> String {
    std::fs::read_to_string(bundle.path().join(name)).unwrap()
}

/// All migrations of a bundle, one after the other as they run.
fn migrations(bundle: &Bundle) -> String {
    let files = bundle.files("migrations");
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// Where a text stands that must be there.
#[track_caller]
fn place(sql: &str, text: &str) -> usize {
    sql.find(text).unwrap_or_else(|| panic!("{text:?} is not in\n{sql}"))
}

/// That each text stands after the one before it.
#[track_caller]
fn in_this_order(sql: &str, texts: &[&str]) {
    for two in texts.windows(2) {
        assert!(place(sql, two[0]) < place(sql, two[1]), "{:?} after {:?}\n{sql}", two[0], two[1]);
    }
}

/// What every scenario shows: a bundle without anything left over, proven, checked before and after, which leads to dev and back.
fn rollout(dev: &Database, prod: &Database, dump: Dump) {
    let before = dump(prod);
    let bundle = bundle(dev, prod);
    assert_eq!(bundle.files("migrations").len(), bundle.files("rollback").len());
    prove_privately(&bundle, prod.cluster()).unwrap();
    let script = bundle.path().join("VALIDATION_SQL.sql");
    prod.psql_file(&script).expect_err("the validation passes on a prod that was not migrated");
    checked_there(&bundle, prod);
    let out = prod.psql_file(&script).unwrap();
    assert!(out.contains("PASS") && !out.contains("FAIL"), "{out}");
    compare(&dump(prod), &dump(dev), SAME).unwrap();
    pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(0);
    checked_back(&bundle, prod);
    compare(&dump(prod), &before, SAME).unwrap();
}

/// Runs the migrations; the check of each fails before it and passes after it.
fn checked_there(bundle: &Bundle, prod: &Database) {
    for migration in bundle.files("migrations") {
        let check = check(bundle, &migration);
        fails(prod, &check, "before its migration");
        prod.psql_file(&migration).unwrap();
        let out = prod.psql_file(&check).unwrap();
        assert!(out.contains("PASS") && !out.contains("FAIL"), "{}: {out}", check.display());
    }
}

/// Runs the rollbacks; after each the check of its migration fails again.
fn checked_back(bundle: &Bundle, prod: &Database) {
    let migrations = bundle.files("migrations");
    let rollbacks = bundle.files("rollback");
    for (migration, rollback) in migrations.iter().zip(&rollbacks).rev() {
        let check = check(bundle, migration);
        prod.psql_file(&check).unwrap();
        prod.psql_file(rollback).unwrap();
        fails(prod, &check, "after the rollback");
    }
}

/// The check of a migration.
fn check(bundle: &Bundle, migration: &Path) -> PathBuf {
    let name = migration.file_stem().unwrap().to_str().unwrap();
    bundle.path().join(format!("checks/{name}_check.sql"))
}

#[track_caller]
fn fails(prod: &Database, check: &Path, when: &str) {
    let said = prod.psql_file(check).map(|_| format!("{} passes {when}", check.display()));
    let said = said.expect_err("a check passes");
    assert!(said.contains("of the checks failed"), "{}: {said}", check.display());
}

/// The report without the list of all differences, with nothing that differs between two machines.
fn expected_report(name: &str, dev: &Database, prod: &Database, bundle: &Bundle) {
    let report = read(bundle, "MIGRATION_RECONCILIATION_REPORT.md");
    let sections = report.split("\n## ").filter(|text| !text.starts_with("Every difference"));
    let report = sections.collect::<Vec<_>>().join("\n## ");
    let version = prod.psql("SHOW server_version").unwrap();
    let mut text = report.replace(dev.name(), "<dev>").replace(prod.name(), "<prod>");
    text = text.replace(&format!("PostgreSQL {}", version.trim()), "PostgreSQL <version>");
    text = text.replace(&format!("`{}`", version.trim()), "`<version>`");
    let mut settings = insta::Settings::new();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path(fixture(name));
    settings.bind(|| insta::assert_snapshot!("report", text));
}

/// The report of one major: others count privileges and constraints differently.
#[test]
fn reports_are_as_expected() {
    let Some(major) = main_majors().into_iter().find(|major| *major == 18) else { return };
    for name in ["audit", "contacts", "integrations", "crm", "users", "supabase"] {
        let (dev, prod) = pair(major, name);
        expected_report(name, &dev, &prod, &bundle(&dev, &prod));
    }
}
