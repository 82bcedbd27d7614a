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
    bundle.apply(prod).unwrap();
    let out = prod.psql_file(&script).unwrap();
    assert!(out.contains("PASS") && !out.contains("FAIL"), "{out}");
    compare(&dump(prod), &dump(dev), SAME).unwrap();
    pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(0);
    bundle.roll_back(prod).unwrap();
    compare(&dump(prod), &before, SAME).unwrap();
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
    for name in ["contacts", "integrations", "crm", "users", "supabase"] {
        let (dev, prod) = pair(major, name);
        expected_report(name, &dev, &prod, &bundle(&dev, &prod));
    }
}
