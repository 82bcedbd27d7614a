//! `--guarded`: files that can be run again, and stop where something else is there.

use crate::program::{Bundle, prove_privately};
use crate::support::{Cluster, Database, Options, compare, main_majors};

const LOOSE: Options = Options { ignore_column_order: true, sort_acl: true };

/// A view and a policy over a column that changes its type come back as they were; a function changes its
/// result; an index gets another definition.
const PROD: &str = "CREATE TABLE t (id int PRIMARY KEY, a int, old text);
    CREATE VIEW v AS SELECT id, a FROM t; COMMENT ON VIEW v IS 'kept';
    ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (a > 0);
    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE INDEX i ON t (a);
    CREATE TABLE gone (id int); INSERT INTO t VALUES (1, 2, 'x');";
const DEV: &str = "CREATE TABLE t (id int PRIMARY KEY, a bigint NOT NULL DEFAULT 5, b text CHECK (b <> ''));
    CREATE VIEW v AS SELECT id, a FROM t; COMMENT ON VIEW v IS 'kept';
    ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (a > 0);
    CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ''1''::text'; CREATE INDEX i ON t (a, b);
    CREATE TYPE mood AS ENUM ('ok', 'so $function$ ''so'''); CREATE TABLE new (id int REFERENCES t, m mood);
    COMMENT ON TABLE new IS 'it''s $$new$$'; CREATE VIEW w AS SELECT m FROM new;";

fn load(major: u32, name: &str, sql: &str) -> Database {
    let database = Cluster::get(major).create_database(name);
    database.psql(sql).unwrap();
    database
}

#[test]
fn files_can_be_run_again() {
    for major in main_majors() {
        for more in ["--online-above=10MB", "--online-above=-1"] {
            let (dev, prod) = (load(major, "guarded_dev", DEV), load(major, "guarded_prod", PROD));
            let bundle = Bundle::with(&dev, &prod, "emit", &["--guarded", more]);
            assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
            prove_privately(&bundle, Cluster::get(major)).unwrap();
            let before = prod.dump();
            for round in ["first", "second"] {
                bundle.apply(&prod).unwrap_or_else(|text| panic!("{round} time there: {text}"));
                compare(&prod.dump(), &dev.dump(), LOOSE).unwrap();
            }
            for round in ["first", "second"] {
                bundle.roll_back(&prod).unwrap_or_else(|text| panic!("{round} time back: {text}"));
                compare(&prod.dump(), &before, LOOSE).unwrap();
            }
        }
    }
}

#[test]
fn what_is_there_already_is_left_and_what_is_otherwise_stops() {
    let major = main_majors()[0];
    let (dev, prod) = (load(major, "guarded_dev", DEV), load(major, "guarded_prod", PROD));
    let bundle = Bundle::with(&dev, &prod, "emit", &["--guarded"]);
    // somebody was faster with a part of it
    let same = load(major, "guarded_same", PROD);
    same.psql("CREATE TYPE mood AS ENUM ('ok', 'so $function$ ''so''')").unwrap();
    bundle.apply(&same).unwrap();
    compare(&same.dump(), &dev.dump(), LOOSE).unwrap();
    let other = load(major, "guarded_other", PROD);
    other.psql("CREATE TYPE mood AS ENUM ('ok')").unwrap();
    let stopped = bundle.apply(&other).unwrap_err();
    assert!(stopped.contains("something else has its name"), "{stopped}");
    assert!(stopped.contains("create enum public.mood"), "{stopped}");
}
