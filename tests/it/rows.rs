//! `verify --data`: rows are seeded, kept, or lost where the plan says so.

use crate::program::{Bundle, Run, pgbridge};
use crate::support::{Cluster, main_majors};
use serde_json::Value;

/// All sorts of columns and constraints; triggers and rules that would spoil the rows.
const PROD: &str = r"
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE shop.place AS (street text, zip varchar(5));
CREATE DOMAIN shop.email AS text CHECK (VALUE ~ '^[^@]+@[^@]+$');
CREATE DOMAIN shop.percent AS numeric(5,2) NOT NULL CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE shop.customer (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail shop.email NOT NULL UNIQUE,
  name varchar(3) NOT NULL, mood shop.mood NOT NULL, rebate shop.percent, home shop.place,
  born date CHECK (born > '1990-01-01'), tags text[] NOT NULL, seen timestamptz NOT NULL DEFAULT now(),
  code char(2) CHECK (code ~ '^[A-Z]{2}$'), kind text NOT NULL CHECK (kind IN ('private', 'company')),
  parent integer REFERENCES shop.customer, length_of_name integer GENERATED ALWAYS AS (length(name)) STORED);
CREATE TABLE shop.bill (
  no bigserial PRIMARY KEY, customer integer NOT NULL REFERENCES shop.customer, total numeric(10,2) NOT NULL CHECK (total > 100),
  span tstzrange NOT NULL, low integer NOT NULL, high integer NOT NULL, CHECK (low < high),
  EXCLUDE USING gist (span WITH &&), doc jsonb NOT NULL, raw json, blob bytea, host inet, net cidr, mac macaddr,
  flags bit(5) NOT NULL, more varbit(7), at point, key uuid NOT NULL UNIQUE, took interval, wall time, price money,
  ok boolean NOT NULL, share real, exact double precision, mini smallint NOT NULL);
CREATE TABLE shop.line (bill bigint REFERENCES shop.bill, pos integer, moods shop.mood[], PRIMARY KEY (bill, pos),
  CHECK (pos IN (3, 5, 7, 9)));
CREATE TABLE shop.event (day date NOT NULL, what text, PRIMARY KEY (day, what)) PARTITION BY RANGE (day);
CREATE TABLE shop.event_a PARTITION OF shop.event FOR VALUES FROM ('2031-05-01') TO ('2031-06-01');
CREATE TABLE shop.event_b PARTITION OF shop.event DEFAULT;
CREATE TABLE shop.spread (k integer NOT NULL) PARTITION BY HASH (k);
CREATE TABLE shop.spread_0 PARTITION OF shop.spread FOR VALUES WITH (MODULUS 4, REMAINDER 3);
CREATE FUNCTION shop.no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER no BEFORE INSERT ON shop.bill FOR EACH ROW EXECUTE FUNCTION shop.no();
ALTER TABLE shop.bill ENABLE ALWAYS TRIGGER no;
CREATE RULE nothing AS ON INSERT TO shop.line DO INSTEAD NOTHING;
ALTER TABLE shop.customer ENABLE ROW LEVEL SECURITY;
";

const TABLES: &str = "6 tables";

fn bundle(name: &str, prod: &str, dev: &str) -> Bundle {
    let cluster = Cluster::get(main_majors()[0]);
    let load = |side: &str, sql: &str| {
        let database = cluster.create_database(&format!("rows_{name}_{side}"));
        database.psql(sql).unwrap();
        database
    };
    let (prod, dev) = (load("prod", prod), load("dev", dev));
    let bundle = Bundle::of(&dev, &prod, "emit");
    assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
    bundle
}

fn verified(bundle: &Bundle, rows: &str) -> Run {
    let server = Cluster::scratch(main_majors()[0]).url("postgres");
    let folder = bundle.path();
    pgbridge(&["verify", folder.to_str().unwrap(), "--scratch", &server, "--data", rows])
}

#[track_caller]
fn holds(run: &Run, texts: &[&str]) {
    for text in texts {
        assert!(run.out.contains(text), "{text:?} is missing:\n{}", run.out);
    }
}

#[test]
fn rows_of_every_sort_are_seeded_and_kept() {
    let dev = PROD
        .replace("total numeric(10,2)", "total numeric(14,4)")
        .replace("name varchar(3)", "name text")
        .replace("mini smallint", "mini bigint")
        .replace("'sad', 'ok', 'happy'", "'sad', 'ok', 'fine', 'happy'")
        .replace("took interval", "took interval, added integer NOT NULL DEFAULT 7");
    let dev = format!(
        "{dev} CREATE INDEX ON shop.bill (total, ok); CREATE TABLE shop.fresh (a integer);"
    );
    let run = verified(&bundle("kept", PROD, &dev), "8").expect(0);
    holds(&run, &["verify: proven (", " seeded in 6 tables, none lost\n", TABLES]);
    let seeded = run.out.split("rows: ").nth(1).unwrap().split(' ').next().unwrap();
    // some tables cannot have as many
    assert!(seeded.parse::<usize>().unwrap() >= 40, "{}", run.out);
}

#[test]
fn what_the_plan_says_it_loses_is_a_limit() {
    let dev = PROD.replace(" blob bytea,", "").replace("share real", "share integer");
    let dev = format!("{dev} DROP TABLE shop.spread;");
    let run = verified(&bundle("told", PROD, &dev), "6").expect(0);
    holds(
        &run,
        &[
            "proven with limits",
            "none lost but what the plan says",
            "column blob: its values are gone",
            "shop.spread_0: its ",
        ],
    );
    assert!(!run.out.contains("no step says so"), "{}", run.out);
}

#[test]
fn a_loss_that_nobody_told_is_not_proven() {
    let dev = PROD.replace(" blob bytea,", "");
    let bundle = bundle("untold", PROD, &dev);
    let file = bundle.path().join("plan.json");
    let mut plan: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    for migration in plan["migrations"].as_array_mut().unwrap() {
        for step in migration["steps"].as_array_mut().unwrap() {
            step.as_object_mut().unwrap().remove("data_loss");
        }
    }
    std::fs::write(&file, plan.to_string()).unwrap();
    let run = verified(&bundle, "6").expect(1);
    holds(
        &run,
        &[
            "not proven",
            "after the bridge: table:shop.bill, column blob: its values are gone, and no step says so",
        ],
    );
}

/// A bundle whose first migration ends with one statement more, with a manifest that says so.
fn doctored(name: &str, statement: &str) -> Bundle {
    let dev = format!("{PROD} CREATE TABLE shop.fresh (a integer);");
    let bundle = bundle(name, PROD, &dev);
    let file = bundle.files("migrations").remove(0);
    let text = std::fs::read_to_string(&file).unwrap();
    let longer = text.replace("\nCOMMIT;", &format!("\n{statement};\nCOMMIT;"));
    assert_ne!(text, longer);
    let digest = |text: &str| pgbridge::model::snapshot::digest(text.as_bytes());
    let manifest = bundle.path().join("plan.json");
    let plan =
        std::fs::read_to_string(&manifest).unwrap().replace(&digest(&text), &digest(&longer));
    std::fs::write(&file, &longer).unwrap();
    std::fs::write(&manifest, plan).unwrap();
    bundle
}

#[test]
fn rows_that_vanish_or_change_are_found() {
    let cases = [
        ("DELETE FROM shop.line", "table:shop.line: it had "),
        ("UPDATE shop.bill SET doc = '1'", "table:shop.bill, column doc: its values changed"),
        (
            "UPDATE shop.bill b SET mini = o.mini FROM (SELECT a.no, lag(a.mini, 1, (SELECT z.mini \
             FROM shop.bill z ORDER BY z.no DESC LIMIT 1)) OVER (ORDER BY a.no) AS mini FROM shop.bill a) o \
             WHERE o.no = b.no",
            "table:shop.bill: its values stand in other rows",
        ),
    ];
    for (statement, found) in cases {
        let bundle = doctored("doctored", statement);
        // without rows nothing is seen
        verified(&bundle, "0").expect(0);
        holds(&verified(&bundle, "6").expect(1), &["not proven", found, "no step says so"]);
    }
}

#[test]
fn rows_that_stop_a_step_as_the_plan_says_are_a_limit() {
    let prod = "CREATE TABLE t (a integer, b text, c integer); CREATE TABLE s (a integer);";
    let dev = "CREATE TABLE t (a integer NOT NULL, b text, c integer, CONSTRAINT t_c UNIQUE (c)); \
               CREATE TABLE s (a integer);";
    let run = verified(&bundle("stop", prod, dev), "10").expect(0);
    holds(
        &run,
        &[
            "proven with limits",
            "not shown with all sorts of rows",
            "a row holds NULL",
            "rows: 20 seeded in 2 tables, none lost\n",
        ],
    );
}

#[test]
fn a_table_that_can_have_no_row_is_named() {
    let prod = "CREATE TABLE never (a integer NOT NULL CHECK (a <> a)); CREATE TABLE few (a integer); \
                CREATE TABLE child (a integer PRIMARY KEY); CREATE TABLE grandchild (a integer NOT NULL REFERENCES never_key); ";
    let prod = prod.replace(
        "CREATE TABLE child",
        "CREATE TABLE never_key (a integer PRIMARY KEY CHECK (a <> a)); CREATE TABLE child",
    );
    let dev = format!("{prod} CREATE INDEX ON few (a);");
    let run = verified(&bundle("never", &prod, &dev), "3").expect(0);
    holds(
        &run,
        &[
            "proven with limits",
            "3 tables without rows: public.grandchild, public.never, public.never_key",
            "limit: tables without rows",
        ],
    );
}
