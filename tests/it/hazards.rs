//! Steps that rows may stop say so, and their queries tell before.

use crate::program::Bundle;
use crate::support::{Cluster, Database, Options, compare, main_majors};
use serde_json::Value;

/// Every table counts as large.
const ALWAYS: &str = "--online-above=-1";

/// A change, rows that stop it, the statement that corrects them, and the class of the error.
struct Stop {
    table: &'static str,
    change: &'static str,
    rows: &'static str,
    correct: &'static str,
    hazard: &'static str,
}

const fn stop(hazard: &'static str, [table, change, rows, correct]: [&'static str; 4]) -> Stop {
    Stop { table, change, rows, correct, hazard }
}

const STOPS: &[Stop] = &[
    stop(
        "23502",
        [
            "CREATE TABLE \"T t\" (a integer, \"B\" text)",
            "ALTER TABLE \"T t\" ALTER \"B\" SET NOT NULL",
            "INSERT INTO \"T t\" VALUES (1, NULL)",
            "DELETE FROM \"T t\"",
        ],
    ),
    stop(
        "23502",
        [
            "CREATE TABLE t (a integer)",
            "ALTER TABLE t ADD b integer NOT NULL",
            "INSERT INTO t VALUES (1)",
            "DELETE FROM t",
        ],
    ),
    stop(
        "23505",
        [
            "CREATE TABLE t (a integer, \"B\" text)",
            "ALTER TABLE t ADD UNIQUE (\"B\", a)",
            "INSERT INTO t VALUES (1, 'x'), (1, 'x'), (NULL, 'x'), (NULL, 'x')",
            "DELETE FROM t WHERE a = 1",
        ],
    ),
    stop(
        "23505",
        [
            "CREATE TABLE t (a integer NOT NULL)",
            "ALTER TABLE t ADD PRIMARY KEY (a)",
            "INSERT INTO t VALUES (1), (1)",
            "DELETE FROM t",
        ],
    ),
    stop(
        "23505",
        [
            "CREATE TABLE t (a text, b integer)",
            "CREATE UNIQUE INDEX i ON t (lower(a), b) WHERE b > 0",
            "INSERT INTO t VALUES ('X', 1), ('x', 1), ('y', 0), ('y', 0)",
            "DELETE FROM t WHERE b = 1",
        ],
    ),
    stop(
        "23503",
        [
            "CREATE TABLE p (x integer, y integer, PRIMARY KEY (x, y)); CREATE TABLE t (a integer, \"B\" integer)",
            "ALTER TABLE t ADD FOREIGN KEY (a, \"B\") REFERENCES p",
            "INSERT INTO p VALUES (1, 1); INSERT INTO t VALUES (1, 1), (NULL, 5), (1, 2)",
            "DELETE FROM t WHERE \"B\" = 2",
        ],
    ),
    stop(
        "23514",
        [
            "CREATE TABLE t (a integer, b text)",
            "ALTER TABLE t ADD CHECK (a > 0 OR b = ')')",
            "INSERT INTO t VALUES (1, 'x'), (NULL, 'x'), (0, ')'), (0, 'x')",
            "DELETE FROM t WHERE a = 0 AND b = 'x'",
        ],
    ),
];

fn steps(bundle: &Bundle) -> Vec<Value> {
    let text = std::fs::read_to_string(bundle.path().join("plan.json")).unwrap();
    let plan: Value = serde_json::from_str(&text).unwrap();
    let files = plan["migrations"].as_array().unwrap();
    files.iter().flat_map(|file| file["steps"].as_array().unwrap().clone()).collect()
}

fn answer(prod: &Database, queries: &[String]) -> Vec<String> {
    queries.iter().map(|query| prod.psql(query).unwrap().trim().to_owned()).collect()
}

fn check(major: u32, at: usize, stop: &Stop, above: &str) {
    let cluster = Cluster::get(major);
    let [dev, prod] =
        ["dev", "prod"].map(|side| cluster.create_database(&format!("hazard_{side}_{at}")));
    dev.psql(&format!("{}; {}", stop.table, stop.change)).unwrap();
    prod.psql(&format!("{}; {}", stop.table, stop.rows)).unwrap();
    let bundle = Bundle::with(&dev, &prod, "emit", &[above]);
    bundle.run.clone().expect(0);
    let hazards: Vec<Value> =
        steps(&bundle).into_iter().filter(|step| step["hazard"].is_string()).collect();
    // on the way to NOT NULL a check stands in for it
    let expected = [stop.hazard, if above == ALWAYS && major < 18 { "23514" } else { stop.hazard }];
    let told = |step: &Value| step["hazard"].as_str().is_some_and(|code| expected.contains(&code));
    assert!(hazards.iter().any(told), "{major} {at}: {hazards:#?}");
    let queries: Vec<String> =
        hazards.iter().filter_map(|step| step["preflight"].as_str().map(str::to_owned)).collect();
    assert!(!queries.is_empty(), "{major} {at}: nothing tells before: {hazards:#?}");
    assert!(answer(&prod, &queries).contains(&"t".to_owned()), "{major} {at}: {queries:?}");
    let error = bundle.apply(&prod).unwrap_err();
    assert!(error.contains("ERROR"), "{major} {at}: {error}");
    prod.psql(stop.correct).unwrap();
    assert!(answer(&prod, &queries).iter().all(|bad| bad == "f"), "{major} {at}: {queries:?}");
    // what was done before the stop stays, so the way is planned anew
    let again = Bundle::with(&dev, &prod, "emit", &[above]);
    again.run.clone().expect(0);
    again.apply(&prod).unwrap_or_else(|error| panic!("{major} {at} {above}: {error}"));
    let judge = Options { ignore_column_order: false, sort_acl: true };
    compare(&dev.dump(), &prod.dump(), judge)
        .unwrap_or_else(|difference| panic!("{major} {at} {above}: {difference}"));
}

#[test]
fn what_rows_stop_is_told_before() {
    for major in main_majors() {
        for (at, stop) in STOPS.iter().enumerate() {
            check(major, at, stop, "--online-above=1GB");
        }
    }
}

#[test]
fn what_rows_stop_on_the_way_is_taken_up() {
    for major in main_majors() {
        for (at, stop) in STOPS.iter().enumerate() {
            check(major, at, stop, ALWAYS);
        }
    }
}

/// A check of a column that comes empty stops only where it says something of NULL.
#[test]
fn a_check_of_what_comes_empty_stops_no_row() {
    let checks = [
        ("length(b) < 5 AND (b = 'x' OR b ~ 'y')", false),
        ("b = ANY (ARRAY['x', 'y'])", false),
        ("b IS NOT NULL", true),
        ("num_nonnulls(a, b) = 2", true),
    ];
    for major in main_majors() {
        for (at, (check, stops)) in checks.into_iter().enumerate() {
            let [dev, prod] = ["dev", "prod"]
                .map(|side| Cluster::get(major).create_database(&format!("empty_{side}_{at}")));
            dev.psql(&format!("CREATE TABLE t (a integer, b text, CHECK ({check}))")).unwrap();
            prod.psql("CREATE TABLE t (a integer); INSERT INTO t VALUES (1), (NULL)").unwrap();
            let bundle = Bundle::of(&dev, &prod, "emit");
            bundle.run.clone().expect(0);
            let told = steps(&bundle).iter().any(|step| step["hazard"] == "23514");
            assert_eq!(told, stops, "{major}: {check}");
            assert_eq!(bundle.apply(&prod).is_err(), stops, "{major}: {check}");
        }
    }
}
