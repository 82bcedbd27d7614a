//! Nothing is silent: what is not modelled shows, and secrets do not.

use crate::program::{Bundle, pgbridge};
use crate::support::{Cluster, Database, majors};

fn two(major: u32, name: &str) -> (Database, Database) {
    let cluster = Cluster::get(major);
    (
        cluster.create_database(&format!("{name}_dev")),
        cluster.create_database(&format!("{name}_prod")),
    )
}

/// Objects that are not modelled yet, each with a word that its line must hold.
const UNMODELLED: &[(&str, &str)] = &[
    (
        "CREATE TYPE pair AS (a int, b int); CREATE FUNCTION to_pair(int) RETURNS pair LANGUAGE sql AS 'SELECT ROW($1, $1)::pair'; \
      CREATE CAST (int AS pair) WITH FUNCTION to_pair(int)",
        "cast (integer AS public.pair)",
    ),
    ("CREATE DOMAIN positive AS int CHECK (value > 0)", "public.positive"),
    ("CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int)", "public.total(integer)"),
    (
        "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)",
        "public.===(integer,integer)",
    ),
    ("CREATE TABLE t (a int, b int); CREATE STATISTICS st ON a, b FROM t", "public.st"),
    ("CREATE TABLE t (a int); CREATE PUBLICATION pub FOR TABLE t", "publication pub"),
    ("CREATE MATERIALIZED VIEW m AS SELECT 1 AS a", "public.m"),
    ("CREATE TABLE p (a int) PARTITION BY RANGE (a)", "public.p"),
    ("CREATE TABLE up (a int); CREATE TABLE down () INHERITS (up)", "public.down"),
    (
        "CREATE FUNCTION tell() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; \
      CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION tell()",
        "event trigger watch",
    ),
    ("CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w", "server s"),
    ("CREATE TEXT SEARCH CONFIGURATION c (COPY = english)", "public.c"),
    ("CREATE COLLATION k (provider = libc, locale = 'C')", "public.k"),
    (
        "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) FROM PUBLIC",
        "pg_sleep(double precision)",
    ),
    ("CREATE DOMAIN d AS int; COMMENT ON DOMAIN d IS 'x'", "comment on"),
];

#[test]
fn what_is_not_modelled_is_named() {
    for major in majors() {
        for (sql, word) in UNMODELLED {
            let (dev, prod) = two(major, "ledger");
            for side in [&dev, &prod] {
                side.psql("CREATE TABLE only_here (a int NOT NULL)").unwrap();
            }
            dev.psql(sql).unwrap();
            let diff =
                pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url(), "--format", "json"])
                    .expect(1);
            let told =
                diff.out.lines().any(|line| line.contains("unmodelled") && line.contains(word));
            assert!(
                told || diff.out.contains(word) && diff.out.contains("unmodelled"),
                "{sql}\n{}",
                diff.out
            );
            let bundle = Bundle::of(&dev, &prod, "emit");
            let run = &bundle.run;
            assert_eq!(run.code, 3, "{sql}: {run:?}");
            assert!(run.err.contains(word), "{sql}: not named on stderr: {}", run.err);
            let report =
                std::fs::read_to_string(bundle.path().join("MIGRATION_RECONCILIATION_REPORT.md"))
                    .unwrap();
            let plain = report.replace('\\', "");
            assert!(plain.contains(word), "{sql}: not named in the report");
            // what can be bridged is, and it runs
            bundle.apply(&prod).unwrap_or_else(|error| panic!("{sql}: {error}"));
            // the same on both sides is no drift
            let (same, _prod) = two(major, "ledger_same");
            let again = dev.cluster().create_database("ledger_again");
            for side in [&same, &again] {
                side.psql("CREATE TABLE only_here (a int NOT NULL)").unwrap();
                side.psql(sql).unwrap();
            }
            pgbridge(&["diff", "--dev", &same.url(), "--prod", &again.url()]).expect(0);
        }
    }
}

#[test]
fn a_change_of_something_unmodelled_is_seen() {
    let (dev, prod) = two(majors()[0], "ledger_change");
    dev.psql(
        "CREATE DOMAIN d AS int CHECK (value > 0); CREATE MATERIALIZED VIEW m AS SELECT 1 AS a",
    )
    .unwrap();
    prod.psql(
        "CREATE DOMAIN d AS int CHECK (value > 1); CREATE MATERIALIZED VIEW m AS SELECT 2 AS a",
    )
    .unwrap();
    let diff = pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url(), "--format", "json"])
        .expect(1);
    assert!(diff.out.contains("public.m") && diff.out.contains("d_check"), "{}", diff.out);
}

#[test]
fn what_needs_something_unmodelled_is_not_tried() {
    let (dev, prod) = two(majors()[0], "follow");
    dev.psql("CREATE DOMAIN d AS int; CREATE TABLE t (a d, b int); CREATE VIEW v AS SELECT a FROM t; CREATE TABLE free (a int)").unwrap();
    let bundle = Bundle::of(&dev, &prod, "emit");
    assert_eq!(bundle.run.code, 3, "{:?}", bundle.run);
    bundle.apply(&prod).unwrap();
    let there = prod.psql("select string_agg(relname, ',' order by relname) from pg_class where relnamespace = 'public'::regnamespace").unwrap();
    assert!(there.contains("free"), "{there}");
    assert!(!there.contains('v'), "a view over what is missing: {there}");
}

#[test]
fn secrets_stay_where_they_are() {
    const SECRET: &str = "hunter2swordfish";
    for major in majors() {
        let (dev, prod) = two(major, "secret");
        let sql = format!(
            "CREATE FOREIGN DATA WRAPPER w OPTIONS (anything '{SECRET}'); \
             CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', password '{SECRET}', extra '{SECRET}'); \
             CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'u', password '{SECRET}'); \
             CREATE FOREIGN TABLE ft (a int OPTIONS (column_key '{SECRET}')) SERVER s OPTIONS (filename '{SECRET}'); \
             CREATE SUBSCRIPTION sub CONNECTION 'host=h password={SECRET}' PUBLICATION p WITH (connect = false, slot_name = NONE, enabled = false)"
        );
        for statement in sql.split("; ") {
            dev.psql(statement).unwrap();
        }
        let name = dev.name().to_owned();
        dev.psql(&format!("ALTER DATABASE \"{name}\" SET app.jwt_secret = '{SECRET}'")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dev.json");
        let mut texts = Vec::new();
        let run = pgbridge(&["snapshot", &dev.url(), "--out", file.to_str().unwrap()]).expect(0);
        texts.extend([run.out, run.err, std::fs::read_to_string(&file).unwrap()]);
        for format in ["table", "json", "sql"] {
            let run =
                pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url(), "--format", format])
                    .expect(1);
            texts.extend([run.out, run.err]);
        }
        let bundle = Bundle::of(&dev, &prod, "emit");
        assert_eq!(bundle.run.code, 3);
        texts.extend([bundle.run.out.clone(), bundle.run.err.clone()]);
        let mut work = vec![bundle.path()];
        while let Some(path) = work.pop() {
            if path.is_dir() {
                work.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else {
                texts.push(std::fs::read_to_string(&path).unwrap());
            }
        }
        assert!(
            texts.iter().any(|text| text.contains("user mapping")),
            "the mapping itself must show"
        );
        assert!(texts.iter().any(|text| text.contains("sub")), "the subscription itself must show");
        for text in texts {
            assert!(!text.contains(SECRET), "{text}");
        }
        // it would hold its database
        dev.psql("DROP SUBSCRIPTION sub").unwrap();
    }
}
