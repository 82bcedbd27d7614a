//! What a killed build leaves behind: an invalid index is built again, and one that dev does not
//! have is told.

use crate::program::{Bundle, Run, pgbridge};
use crate::support::{Cluster, Database, main_majors};
use std::thread::sleep;
use std::time::{Duration, Instant};

const TABLE: &str = "CREATE TABLE t (a integer, b text); INSERT INTO t SELECT g, 'x' FROM generate_series(1, 50) g;";

/// Runs a concurrent build on the table `t` that waits for another session's transaction, and
/// kills it there.
fn kill_build(prod: &Database, build: &str) {
    let ours = "datname = current_database() AND pid <> pg_backend_pid()";
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // ended by us
            let _ = prod.psql("BEGIN; INSERT INTO t VALUES (0, 'open'); SELECT pg_sleep(120)");
        });
        wait_for(prod, &format!("{ours} AND wait_event = 'PgSleep'"));
        let killed = scope.spawn(|| prod.psql(build));
        // it is in the catalog, and waits for the writer to end
        wait_for(
            prod,
            &format!("{ours} AND wait_event_type = 'Lock' AND query LIKE '%CONCURRENTLY%'"),
        );
        let end = |function: &str, query: &str| {
            prod.psql(&format!(
                "SELECT {function}(pid) FROM pg_stat_activity WHERE {ours} AND query LIKE '{query}'"
            ))
            .unwrap();
        };
        end("pg_cancel_backend", "%CONCURRENTLY%");
        let error = killed.join().unwrap().unwrap_err();
        assert!(error.contains("canceling"), "{error}");
        end("pg_terminate_backend", "%pg_sleep%");
    });
}

fn wait_for(prod: &Database, condition: &str) {
    let begin = Instant::now();
    let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE {condition}");
    while prod.psql(&sql).unwrap().trim() == "0" {
        assert!(begin.elapsed() < Duration::from_secs(60), "never: {condition}");
        sleep(Duration::from_millis(20));
    }
}

fn pair(major: u32, prod: &str, dev: &str) -> (Database, Database) {
    let load = |side: &str, sql: &str| {
        let database = Cluster::get(major).create_database(&format!("remains_{side}"));
        database.psql(sql).unwrap();
        database
    };
    (load("prod", prod), load("dev", dev))
}

fn invalid(database: &Database) -> String {
    let sql = "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid ORDER BY 1";
    database.psql(sql).unwrap().trim().to_owned()
}

fn diff(dev: &Database, prod: &Database) -> Run {
    pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()])
}

fn verified(bundle: &Bundle, major: u32) -> Run {
    let server = Cluster::scratch(major).url("postgres");
    let folder = bundle.path();
    pgbridge(&["verify", folder.to_str().unwrap(), "--scratch", &server, "--data", "5"])
}

#[test]
fn an_invalid_index_that_dev_has_is_built_again() {
    for major in main_majors() {
        let dev = format!("{TABLE} CREATE INDEX i ON t (a); CREATE UNIQUE INDEX u ON t (a, b);");
        let (prod, dev) = pair(major, TABLE, &dev);
        kill_build(&prod, "CREATE INDEX CONCURRENTLY i ON t (a)");
        kill_build(&prod, "CREATE UNIQUE INDEX CONCURRENTLY u ON t (a, b)");
        assert_eq!(invalid(&prod), "i\nu");
        let told = diff(&dev, &prod).expect(1);
        assert!(told.out.contains("invalid"), "{}", told.out);
        // nothing is taken away: such an index serves no query
        let bundle = Bundle::of(&dev, &prod, "report");
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        let proof = verified(&bundle, major).expect(0);
        assert!(proof.out.contains("proven with limits"), "{}", proof.out);
        bundle.apply(&prod).unwrap();
        assert_eq!(invalid(&prod), "");
        assert_eq!(prod.psql("SELECT count(*) FROM t").unwrap().trim(), "50");
        diff(&dev, &prod).expect(0);
        // the way back runs, and leaves the good one
        bundle.roll_back(&prod).unwrap();
        assert_eq!(invalid(&prod), "");
    }
}

#[test]
fn what_is_left_of_a_killed_reindex_is_told_and_dropped_when_asked_for() {
    for major in main_majors() {
        let sql = format!("{TABLE} CREATE INDEX i ON t (a); ALTER TABLE t ADD PRIMARY KEY (a);");
        let (prod, dev) = pair(major, &sql, &sql);
        kill_build(&prod, "REINDEX INDEX CONCURRENTLY i");
        kill_build(&prod, "REINDEX INDEX CONCURRENTLY t_pkey");
        assert_eq!(invalid(&prod), "i_ccnew\nt_pkey_ccnew");
        let told = diff(&dev, &prod).expect(1);
        assert!(told.out.contains("i_ccnew") && told.out.contains("t_pkey_ccnew"), "{}", told.out);
        let bundle = Bundle::of(&dev, &prod, "report");
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        let plan = std::fs::read_to_string(bundle.path().join("plan.json")).unwrap();
        let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
        let withheld: Vec<&str> = plan["withheld"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|item| item["object"].as_str())
            .collect();
        assert_eq!(withheld, ["index:public.i_ccnew", "index:public.t_pkey_ccnew"]);
        assert!(bundle.files("migrations").is_empty());

        let bundle = Bundle::of(&dev, &prod, "emit");
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        verified(&bundle, major).expect(0);
        bundle.apply(&prod).unwrap();
        assert_eq!(invalid(&prod), "");
        diff(&dev, &prod).expect(0);
    }
}

#[test]
fn an_invalid_index_of_dev_is_named_and_not_made() {
    let major = main_majors()[0];
    let (dev, prod) = pair(major, TABLE, TABLE);
    kill_build(&dev, "CREATE INDEX CONCURRENTLY i ON t (a)");
    let bundle = Bundle::of(&dev, &prod, "emit");
    assert_eq!(bundle.run.code, 3, "{:?}", bundle.run);
    let plan = std::fs::read_to_string(bundle.path().join("plan.json")).unwrap();
    assert!(plan.contains("index:public.i") && plan.contains("none is made"), "{plan}");
    assert!(bundle.files("migrations").is_empty());
}
