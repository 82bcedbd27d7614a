//! Large tables are changed so that they can be used meanwhile; small ones in one go, as long as
//! they are small.

use crate::program::{Bundle, pgbridge};
use crate::support::{Cluster, Options, compare, main_majors, majors};

const JUDGE: Options = Options { ignore_column_order: true, sort_acl: true };

const PROD: &str = "
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int NOT NULL, a int, b int, c text, d int);
CREATE TABLE k (id int, v int CONSTRAINT v_low CHECK (v > 0));
CREATE INDEX t_a ON t (a);
CREATE INDEX gone ON t (b);
CREATE TABLE m (id int, x int) PARTITION BY RANGE (id);
CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (0) TO (10);
CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (10) TO (20);
CREATE VIEW ids AS SELECT id, a FROM t;
INSERT INTO p SELECT generate_series(1, 100);
INSERT INTO t SELECT g, g, g, 'x', 1 FROM generate_series(1, 100) g;
INSERT INTO k VALUES (1, 1);
INSERT INTO m SELECT g, 5 FROM generate_series(0, 19) g;";

const DEV: &str = "
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int REFERENCES p, c text, d int,
    CONSTRAINT d_once UNIQUE (d, id), CHECK (a > 0), e text NOT NULL DEFAULT 'x');
CREATE TABLE k (id int, v int CONSTRAINT v_low CHECK (v > -1));
CREATE INDEX t_a ON t (a, c) WHERE b > 0;
COMMENT ON INDEX t_a IS 'of both';
CREATE INDEX t_c ON t (c);
CREATE TABLE m (id int, x int NOT NULL CHECK (x > 1) REFERENCES p, UNIQUE (id, x)) PARTITION BY RANGE (id);
CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (0) TO (10);
CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (10) TO (20);
CREATE INDEX m_x ON m (x);
CREATE VIEW ids AS SELECT id, a FROM t;";

/// The statements of each file, without what stands in every file.
fn statements(bundle: &Bundle) -> Vec<String> {
    let texts =
        bundle.files("migrations").into_iter().map(|file| std::fs::read_to_string(file).unwrap());
    let said = |line: &&str| !line.starts_with("--") && !line.starts_with("SET ");
    texts.map(|text| text.lines().filter(said).collect::<Vec<_>>().join("\n")).collect()
}

fn is_concurrent(line: &str) -> bool {
    let statement = ["CREATE ", "DROP ", "REINDEX "].iter().any(|word| line.starts_with(word));
    statement && line.contains(" CONCURRENTLY ")
}

#[test]
fn nobody_waits_for_a_large_table() {
    for major in majors() {
        let cluster = Cluster::get(major);
        let [dev, prod] = [("dev", DEV), ("prod", PROD)].map(|(role, sql)| {
            let database = cluster.create_database(&format!("online_{role}"));
            database.psql(sql).unwrap();
            database
        });
        let before = prod.dump();
        let bundle = Bundle::with(&dev, &prod, "emit", &["--online-above", "0"]);
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        let files = statements(&bundle);
        let all = files.join("\n");
        for file in &files {
            let concurrent = file.lines().filter(|line| is_concurrent(line)).count();
            assert_eq!(concurrent, usize::from(!file.contains("BEGIN;")), "{file}");
            assert!(file.matches("VALIDATE CONSTRAINT").count() <= 1, "{file}");
        }
        for built in ["t_a_new", "t_c", "t_pkey", "d_once", "m1_x_idx", "m2_x_idx", "m1_id_x_key"] {
            assert!(all.contains(&format!("INDEX CONCURRENTLY {built} ON ")), "{built}: {all}");
        }
        for said in [
            "DROP INDEX CONCURRENTLY public.gone;",
            "ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_pkey;",
            "ADD CONSTRAINT d_once UNIQUE USING INDEX d_once;",
            "RENAME CONSTRAINT v_low_new TO v_low;",
            "ALTER INDEX public.t_a_new RENAME TO t_a;",
            "ADD CONSTRAINT m1_id_x_key UNIQUE USING INDEX m1_id_x_key;",
        ] {
            assert!(all.contains(said), "{said}: {all}");
        }
        for constraint in [
            "t_a_check",
            "t_b_fkey",
            "m_x_check",
            "m_x_fkey",
            "v_low_new",
            "t_a_not_null",
            "m_x_not_null",
        ] {
            assert!(
                all.contains(&format!("VALIDATE CONSTRAINT {constraint};")),
                "{constraint}: {all}"
            );
        }
        bundle.apply(&prod).unwrap();
        compare(&prod.dump(), &dev.dump(), JUDGE).unwrap();
        let diff = pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]);
        assert_eq!(diff.out, "dev and prod are equal\n", "on {major}");
        bundle.roll_back(&prod).unwrap();
        compare(&prod.dump(), &before, JUDGE).unwrap();
    }
}

#[test]
fn what_was_left_half_done_is_taken_up() {
    for major in main_majors() {
        let cluster = Cluster::get(major);
        let [dev, prod] = [("dev", DEV), ("prod", PROD)].map(|(role, sql)| {
            let database = cluster.create_database(&format!("half_{role}"));
            database.psql(sql).unwrap();
            database
        });
        let arguments = ["--online-above", "0"];
        let first = Bundle::with(&dev, &prod, "emit", &arguments);
        let files = first.files("migrations");
        for file in &files[..files.len() / 2] {
            prod.psql_file(file).unwrap();
        }
        let rest = Bundle::with(&dev, &prod, "emit", &arguments);
        assert!(rest.files("migrations").len() < files.len(), "{:?}", rest.run);
        rest.apply(&prod).unwrap();
        compare(&prod.dump(), &dev.dump(), JUDGE).unwrap();
    }
}

#[test]
fn a_table_that_has_grown_stops_the_short_form() {
    let cluster = Cluster::get(main_majors()[0]);
    let [dev, prod] = [("dev", DEV), ("prod", PROD)].map(|(role, sql)| {
        let database = cluster.create_database(&format!("grown_{role}"));
        database.psql(sql).unwrap();
        database
    });
    let bundle = Bundle::with(&dev, &prod, "emit", &["--online-above", "256kB"]);
    let all = statements(&bundle).join("\n");
    assert!(!all.contains("CONCURRENTLY") && !all.contains("VALIDATE"), "{all}");
    prod.psql(
        "INSERT INTO t SELECT g, g, 1, repeat('x', 500), 1 FROM generate_series(101, 2000) g",
    )
    .unwrap();
    let stopped = bundle.apply(&prod).unwrap_err();
    assert!(stopped.contains("public.t has grown"), "{stopped}");
}

/// What plan.json says that the step on that object takes, and the text of its file.
fn told(bundle: &Bundle, verb: &str, object: &str) -> (serde_json::Value, String) {
    let text = std::fs::read_to_string(bundle.path().join("plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
    let files = plan["migrations"].as_array().unwrap().iter();
    let mut steps = files.flat_map(|file| {
        file["steps"].as_array().unwrap().iter().map(move |step| (&file["file"], step))
    });
    let found = steps.find(|(_, step)| step["verb"] == verb && step["object"] == object);
    let (file, step) = found.unwrap_or_else(|| panic!("{verb} {object}: {text}"));
    let sql = std::fs::read_to_string(bundle.path().join(file.as_str().unwrap())).unwrap();
    (step.get("seconds").cloned().unwrap_or_default(), sql)
}

#[test]
fn steps_say_how_long_they_may_take() {
    let cluster = Cluster::get(main_majors()[0]);
    let [dev, prod] = [("dev", "bigint"), ("prod", "integer")].map(|(role, size)| {
        let database = cluster.create_database(&format!("timed_{role}"));
        database
            .psql(&format!(
                "CREATE TABLE t (a integer, b {size}, c text); CREATE INDEX t_a ON t (a)"
            ))
            .unwrap();
        database
    });
    // about 20 MB, counted as 32 MiB
    prod.psql("INSERT INTO t SELECT g, g, repeat('x', 1000) FROM generate_series(1, 18000) g")
        .unwrap();
    dev.psql(
        "CREATE INDEX t_b ON t (b); ALTER TABLE t ADD CONSTRAINT low CHECK (a > 0);
         COMMENT ON TABLE t IS 'timed'",
    )
    .unwrap();
    let span = |low: u64, high: u64| serde_json::json!({ "low": low, "high": high });
    // written anew with the index that it has, then indexed, once more read for CONCURRENTLY
    for (above, check, built) in [("1GB", "create", span(0, 2)), ("1MB", "alter", span(0, 3))] {
        let bundle = Bundle::with(&dev, &prod, "emit", &["--online-above", above]);
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        let (seconds, sql) = told(&bundle, "alter", "column:public.t.b");
        assert_eq!(seconds, span(0, 4), "{above}");
        assert!(sql.contains("-- Estimated: up to "), "{sql}");
        assert_eq!(told(&bundle, check, "constraint:public.t.low").0, span(0, 1), "{above}");
        assert_eq!(told(&bundle, "create", "index:public.t_b").0, built, "{above}");
        let (seconds, _) = told(&bundle, "alter", "table:public.t");
        assert!(seconds.is_null(), "a comment takes no time: {seconds}");
        let plan = std::fs::read_to_string(bundle.path().join("EXECUTION_PLAN.md")).unwrap();
        assert!(plan.contains("Estimated: `up to "), "{plan}");
        let mut files = std::fs::read_dir(bundle.path()).unwrap().map(|file| file.unwrap().path());
        let report = files.find(|file| file.to_str().unwrap().contains("REPORT")).unwrap();
        let report = std::fs::read_to_string(report).unwrap();
        assert!(report.contains("estimated for the step: up to 4 s"), "{report}");
    }
}
