//! What is not seen, what is not known, and versions that a bridge must sort after.

use super::{both, history, report, with};
use crate::program::{Bundle, pgbridge};
use crate::support::{Cluster, main_majors};

#[test]
fn without_a_history_that_is_said() {
    let cluster = Cluster::get(main_majors()[0]);
    let (dev, prod) = (cluster.create_database("bare_dev"), cluster.create_database("bare_prod"));
    let bundle = Bundle::of(&dev, &prod, "report");
    let report = report(&bundle);
    assert!(
        report.contains("Neither side has a table that a known migration tool keeps."),
        "{report}"
    );
    assert!(!bundle.path().join("history").exists());
}

#[test]
fn one_name_and_three_tools() {
    let major = main_majors()[0];
    for (tool, title) in
        [("rails", "Rails"), ("dbmate", "dbmate"), ("golang-migrate", "golang-migrate")]
    {
        let (dev, prod) = both(major, &[tool]);
        let report = report(&Bundle::of(&dev, &prod, "report"));
        let found: Vec<&str> =
            report.lines().filter_map(|line| line.strip_prefix("### ")).collect();
        assert!(found.contains(&title), "{tool}: {found:?}");
        let others = ["Rails", "dbmate", "golang-migrate", "Supabase"];
        assert_eq!(found.iter().filter(|it| others.contains(it)).count(), 1, "{tool}: {found:?}");
    }
    // a table that only shares the name is told, and is not read
    let cluster = Cluster::get(major);
    let (dev, prod) = (cluster.create_database("like_dev"), cluster.create_database("like_prod"));
    let table = "CREATE TABLE schema_migrations (version text, secret text); INSERT INTO schema_migrations VALUES ('1', 'hunter2')";
    for side in [&dev, &prod] {
        side.psql(table).unwrap();
    }
    let bundle = Bundle::of(&dev, &prod, "report");
    assert!(
        bundle.run.err.contains("its columns are those of no known tool"),
        "{}",
        bundle.run.err
    );
    let snapshot = std::fs::read_to_string(bundle.path().join("snapshots/prod.json")).unwrap();
    assert!(!snapshot.contains("hunter2"), "{snapshot}");
}

#[test]
fn what_may_not_be_read_is_unknown_and_not_absent() {
    for major in main_majors() {
        let (dev, prod) = both(major, &["flyway", "dbmate"]);
        let cluster = prod.cluster();
        // another test of this process may have made it
        let _ = cluster.maintain("CREATE ROLE history_reader LOGIN");
        prod.psql(
            "GRANT USAGE ON SCHEMA flyway, dbmate TO history_reader; GRANT SELECT ON dbmate.schema_migrations TO history_reader; \
             ALTER TABLE dbmate.schema_migrations ENABLE ROW LEVEL SECURITY; \
             CREATE FUNCTION dbmate.trap() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$; \
             CREATE POLICY p ON dbmate.schema_migrations USING (dbmate.trap())",
        )
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("bundle");
        let url = cluster.url_as("history_reader", prod.name());
        let run = pgbridge(&[
            "reconcile",
            "--dev",
            &dev.url(),
            "--prod",
            &url,
            "--out",
            out.to_str().unwrap(),
            "--timestamp",
            "20260101000000",
        ]);
        for words in [
            "what Flyway recorded is unknown: the role history_reader may not read it",
            "what dbmate recorded is unknown: row security hides rows of it",
        ] {
            assert!(run.err.contains(words), "{words}: {}", run.err);
        }
        let report =
            std::fs::read_to_string(out.join("MIGRATION_RECONCILIATION_REPORT.md")).unwrap();
        assert!(
            report.contains("unknown: the role history\\_reader may not read it")
                || report.contains("unknown: the role history_reader may not read it"),
            "{report}"
        );
        assert!(!report.contains("only in dev |"), "{report}");
        assert!(!report.contains("| migrations applied (Flyway)"), "{report}");
        assert!(!out.join("history/prod_flyway.sql").exists());
        // the owner of the table is not bound by its row security
        let bundle = Bundle::of(&dev, &prod, "report");
        assert!(
            self::report(&bundle).contains("| migrations applied (dbmate)"),
            "{}",
            self::report(&bundle)
        );
    }
}

#[test]
fn a_snapshot_has_the_history_without_texts_and_an_old_one_none() {
    let major = main_majors()[0];
    let (dev, prod) = both(major, &["supabase"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dev.json");
    let path = file.to_str().unwrap();
    pgbridge(&["snapshot", &dev.url(), "--out", path]).expect(0);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("20240103000000") && !text.contains("hunter2"), "{text}");
    let reconcile = |dev: &str, out: &str| {
        let out = folder.path().join(out);
        let run = pgbridge(&[
            "reconcile",
            "--dev",
            dev,
            "--prod",
            &prod.url(),
            "--out",
            out.to_str().unwrap(),
            "--timestamp",
            "20260101000000",
        ]);
        assert_eq!(run.code, 0, "{run:?}");
        std::fs::read_to_string(out.join("MIGRATION_RECONCILIATION_REPORT.md")).unwrap()
    };
    let report = reconcile(path, "new");
    assert!(report.contains("a snapshot does not have its text"), "{report}");
    let mut catalog = pgbridge::model::snapshot::read(&text, pgbridge::kinds::specs_of).unwrap();
    catalog.histories = None;
    let old = pgbridge::model::snapshot::write(&catalog).unwrap();
    assert!(!old.contains("histories"));
    std::fs::write(&file, old).unwrap();
    let report = reconcile(path, "old");
    assert!(report.contains("Not known: a snapshot was taken without them."), "{report}");
}

#[test]
fn a_bridge_sorts_after_all_that_is_recorded() {
    let major = main_majors()[0];
    let (dev, prod) = both(major, &["dbmate"]);
    dev.psql("CREATE TABLE public.t (a int)").unwrap();
    prod.psql("INSERT INTO dbmate.schema_migrations VALUES ('20270101235930')").unwrap();
    let bundle = Bundle::of(&dev, &prod, "report");
    bundle.run.clone().expect_error(&[
        "20260101000000",
        "20270101235930",
        "dbmate",
        "prod",
        "20270102000030",
    ]);
    assert!(!bundle.path().exists());
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("bundle");
    let run = crate::program::pgbridge_with(
        &["reconcile", "--dev", &dev.url(), "--prod", &prod.url(), "--out", out.to_str().unwrap()],
        &[("SOURCE_DATE_EPOCH", "1700000000")],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.err.contains(
            "the bridge begins at 20270102000030, for dbmate has recorded 20270101235930 in prod"
        ),
        "{}",
        run.err
    );
    assert!(out.join("migrations/20270102000030_bridge_add_t.sql").exists());
}

#[test]
fn what_is_recorded_cannot_leave_its_place() {
    let major = main_majors()[0];
    let (dev, prod) = both(major, &["dbmate"]);
    let evil = "x'); DROP TABLE dbmate.schema_migrations; --";
    let worse = "y\nDROP TABLE dbmate.schema_migrations;\n\\! false";
    for version in [evil, worse, "back\\slash", "a | `b` <i>"] {
        let literal = version.replace('\'', "''");
        dev.psql(&format!("INSERT INTO dbmate.schema_migrations VALUES ('{literal}')")).unwrap();
    }
    let bundle = Bundle::of(&dev, &prod, "report");
    assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
    let sql = history(&bundle, "prod_dbmate.sql");
    prod.psql(&sql).unwrap();
    prod.psql(&sql.replace("--> ", "")).unwrap();
    let versions = prod.psql("SELECT count(*) FROM dbmate.schema_migrations").unwrap();
    // all but the one with line breaks, which is named
    assert_eq!(versions.trim(), "6");
    assert!(sql.contains("record it with the tool"), "{sql}");
    assert!(sql.lines().all(|line| !line.starts_with("DROP") && !line.starts_with('\\')), "{sql}");
    let report = report(&bundle);
    assert!(!report.contains("<i>"), "{report}");
}

#[test]
fn a_tool_that_one_side_lacks() {
    let major = main_majors()[0];
    let dev = with(major, &["knex"], "dev");
    let prod = Cluster::get(major).create_database("history_none");
    let bundle = Bundle::of(&dev, &prod, "report");
    assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
    let report = report(&bundle);
    assert!(
        report.contains("prod: no table") && report.contains("prod has no table of Knex"),
        "{report}"
    );
    bundle.apply(&prod).unwrap();
    prod.psql(&history(&bundle, "prod_knex.sql").replace("--> ", "")).unwrap();
    assert_eq!(prod.psql("SELECT count(*) FROM knex.knex_migrations").unwrap().trim(), "2");
}
