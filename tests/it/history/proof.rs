//! Replays: what is marked as applied is proven, all else is left to a person.

use super::{decided, history, report};
use crate::program::{Bundle, prove_privately};
use crate::support::{Cluster, Database, main_majors};
use std::path::Path;

/// The table of Supabase, and migrations with their texts.
fn supabase(migrations: &[(&str, &str)]) -> String {
    let table = super::fixture("supabase", "table")
        .replace("schema_migrations", "supabase_migrations.schema_migrations");
    let row =
        |(version, text): &(&str, &str)| format!("('{version}', ARRAY[$body${text}$body$], 'm')");
    let rows = migrations.iter().map(row).collect::<Vec<_>>().join(", ");
    let rows = format!("INSERT INTO supabase_migrations.schema_migrations VALUES {rows};");
    format!("CREATE SCHEMA supabase_migrations; {table}{rows}")
}

const SHARED: &str =
    "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE old (a int); CREATE TABLE made (a int);";

/// What only dev recorded, with what is expected of it.
const ONLY_DEV: &[(&str, &str, &str)] = &[
    ("20250101000001", "ALTER TABLE t ADD COLUMN c text; -- a note", "mark"),
    (
        "20250101000002",
        "CREATE TABLE IF NOT EXISTS u (a int REFERENCES t); CREATE INDEX IF NOT EXISTS ui ON u (a)",
        "mark",
    ),
    ("20250101000003", "CREATE TABLE w (a int); INSERT INTO w VALUES (1)", "INSERT INTO W"),
    ("20250101000004", "CREATE INDEX wi ON w (a)", "does not run on the schema of prod"),
    (
        "20250101000005",
        "CREATE TABLE IF NOT EXISTS made (a int, b int)",
        "finds something there already",
    ),
    (
        "20250101000006",
        "DROP TABLE old",
        "table:public.old, column:public.old.a will not be as in dev",
    ),
    ("20250101000007", "ALTER TABLE t ADD COLUMN d int DEFAULT 5", "may have filled rows"),
    (
        "20250101000008",
        "ALTER TABLE t ALTER COLUMN d DROP DEFAULT",
        "does not run on the schema of prod",
    ),
    ("20250101000009", "COMMENT ON COLUMN t.id IS 'x'", "mark"),
    ("20250101000010", "CREATE VIEW v AS SELECT c FROM t", "mark"),
    // what relaxes protection is withheld without being asked for
    ("20250101000011", "GRANT SELECT ON t TO PUBLIC", "table:public.t will not be as in dev"),
];

fn sides(major: u32, name: &str) -> (Database, Database) {
    let cluster = Cluster::get(major);
    let dev = cluster.create_database(&format!("replay_{name}_dev"));
    let prod = cluster.create_database(&format!("replay_{name}_prod"));
    let only: Vec<(&str, &str)> =
        ONLY_DEV.iter().map(|(version, text, _)| (*version, *text)).collect();
    dev.psql(&supabase(&only)).unwrap();
    dev.psql(SHARED).unwrap();
    for (_, text) in &only {
        dev.psql(text).unwrap();
    }
    // prod has a hotfix, and a table that dev made by hand
    dev.psql("CREATE TABLE by_both (a int)").unwrap();
    let hot = [
        ("20250201000001", "CREATE INDEX hotfix ON t (id)"),
        ("20250201000002", "CREATE TABLE by_both (a int)"),
    ];
    prod.psql(&supabase(&hot)).unwrap();
    prod.psql(SHARED).unwrap();
    for (_, text) in hot {
        prod.psql(text).unwrap();
    }
    (dev, prod)
}

fn versions(database: &Database) -> Vec<String> {
    let sql = "SELECT version FROM supabase_migrations.schema_migrations ORDER BY 1";
    database.psql(sql).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn what_the_bridge_covers_is_marked_and_nothing_else() {
    // one of them: a replay makes the database anew after each migration that is not covered
    for major in main_majors().into_iter().take(1) {
        let (dev, prod) = sides(major, "marks");
        let bundle = Bundle::with(&dev, &prod, "report", &["--prove-history"]);
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        let page = history(&bundle, "README.md");
        for (version, _, expected) in ONLY_DEV {
            let row = page.lines().find(|line| line.contains(version)).unwrap();
            if *expected == "mark" {
                assert!(row.contains("applied on prod: mark | covered"), "{row}");
            } else {
                let row = row.replace("&#95;", "_");
                assert!(row.contains("applied on prod: to decide"), "{row}");
                assert!(row.contains(expected), "{expected}: {row}");
            }
        }
        let row =
            |version: &str| page.lines().find(|line| line.contains(version)).unwrap().to_owned();
        // the backport brings it to dev
        assert!(row("20250201000001").contains("applied on dev: mark | covered"), "{page}");
        assert!(row("20250201000002").contains("already exists (42P07)"), "{page}");
        // the texts of some are not replayed, so what they explain is not known
        assert!(
            report(&bundle).contains("Which drift no recorded migration explains is not known")
        );
        prove_privately(&bundle, prod.cluster()).unwrap();
        bundle.apply(&prod).unwrap();
        for file in bundle.files("backport/migrations") {
            dev.psql_file(&file).unwrap();
        }
        for (side, name) in [(&prod, "prod"), (&dev, "dev")] {
            let file = bundle.path().join(format!("history/{name}_supabase.sql"));
            // a second run records nothing twice
            side.psql_file(&file).unwrap();
            side.psql_file(&file).unwrap();
        }
        let marked: Vec<&str> = ONLY_DEV
            .iter()
            .filter(|(_, _, it)| *it == "mark")
            .map(|(version, _, _)| *version)
            .collect();
        let shared = ["20240101000000"];
        let hot = ["20250201000001", "20250201000002"];
        assert_eq!(versions(&prod), [&shared[..], &marked, &hot].concat());
        assert_eq!(hot.map(|version| versions(&dev).contains(&version.to_owned())), [true, false]);
        let server = prod.cluster().url("postgres");
        Bundle::with(&dev, &prod, "report", &["--prove-history", "--scratch", &server])
            .run
            .expect_error(&["prod's server"]);
        // a person decides the rest
        for (side, name) in [(&prod, "prod"), (&dev, "dev")] {
            side.psql(&decided(&history(&bundle, &format!("{name}_supabase.sql")))).unwrap();
        }
        assert_eq!(versions(&prod), versions(&dev));
    }
}

#[test]
fn texts_come_from_files_and_explain_drift() {
    let major = main_majors()[0];
    let cluster = Cluster::get(major);
    let (dev, prod) = (cluster.create_database("files_dev"), cluster.create_database("files_prod"));
    let table = super::fixture("dbmate", "table");
    for side in [&dev, &prod] {
        side.psql(&table).unwrap();
    }
    dev.psql("INSERT INTO schema_migrations VALUES ('20250101000000'); CREATE TABLE a (id int); CREATE TABLE by_hand (id int)")
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let migrations = folder.path().join("db");
    std::fs::create_dir(&migrations).unwrap();
    let text = "-- migrate:up\nCREATE TABLE a (id int);\n-- migrate:down\nDROP TABLE a;\n";
    std::fs::write(migrations.join("20250101000000_a.sql"), text).unwrap();
    let config = folder.path().join("pgbridge.toml");
    std::fs::write(&config, "[history]\nmigrations = 'db'\n").unwrap();
    for more in
        [["--migrations", migrations.to_str().unwrap()], ["--config", config.to_str().unwrap()]]
    {
        let bundle =
            Bundle::with(&dev, &prod, "report", &[&["--prove-history"], &more[..]].concat());
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        let report = report(&bundle);
        assert!(report.contains("applied on prod: mark"), "{report}");
        assert!(report.contains("No migration that one side lacks changed 1 object that differs:\n\n- `table:public.by_hand`"), "{report}");
        let counts = "| migrations applied (dbmate) | 1 | 2 | **4** |";
        assert!(report.contains(counts), "{report}");
        bundle.apply(&prod).unwrap();
        let sql = history(&bundle, "prod_dbmate.sql");
        // the bridge's own file, on both sides
        prod.psql(&sql.replace("--> ", "")).unwrap();
        let versions = prod.psql("SELECT version FROM schema_migrations ORDER BY 1").unwrap();
        assert_eq!(versions, "20240101000000\n20250101000000\n20260101000000\n20260101000100\n");
        prod.psql("DELETE FROM schema_migrations WHERE version > '2025'; DROP TABLE a, by_hand")
            .unwrap();
    }
    // without a replay nothing is marked
    let bundle =
        Bundle::with(&dev, &prod, "report", &["--migrations", migrations.to_str().unwrap()]);
    assert!(report(&bundle).contains("it was not replayed"), "{}", report(&bundle));
    let run = Bundle::with(&dev, &prod, "report", &["--migrations", "no-such-folder"]).run;
    run.expect_error(&["no-such-folder", "--migrations"]);
}

#[test]
fn another_file_than_the_one_that_ran_is_no_proof() {
    let major = main_majors()[0];
    let cluster = Cluster::get(major);
    let (dev, prod) = (cluster.create_database("sum_dev"), cluster.create_database("sum_prod"));
    for side in [&dev, &prod] {
        side.psql(&super::fixture("sqlx", "table")).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("7_a.sql"), "CREATE TABLE a (id int);").unwrap();
    let (path, sum) =
        (folder.path().to_str().unwrap(), "pg_catalog.sha384('CREATE TABLE a (id int);')");
    for (sum, expected) in [("'\\x00'", "its text is not known"), (sum, "applied on prod: mark")] {
        dev.psql(&format!(
            "DROP TABLE IF EXISTS a; CREATE TABLE a (id int); DELETE FROM _sqlx_migrations WHERE version = 7; \
             INSERT INTO _sqlx_migrations VALUES (7, 'a', now(), true, {sum}, 1)"
        ))
        .unwrap();
        let bundle =
            Bundle::with(&dev, &prod, "report", &["--prove-history", "--migrations", path]);
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        assert!(report(&bundle).contains(expected), "{expected}: {}", report(&bundle));
    }
    assert!(Path::new(path).exists());
}
