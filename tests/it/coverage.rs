//! Nothing is silent: what is not modelled shows, and secrets do not.

mod columns;
mod document;
mod mutation;
mod pairs;
mod rows;

use crate::program::{Bundle, pgbridge};
use crate::support::{Cluster, Database, main_majors, majors};
use pairs::{BUILT_IN, MEMBERS, PARTITIONED, Pair, RELATIONS, REMOTE, SUBSCRIPTION};

fn two(major: u32, name: &str) -> (Database, Database) {
    let cluster = Cluster::get(major);
    (
        cluster.create_database(&format!("{name}_dev")),
        cluster.create_database(&format!("{name}_prod")),
    )
}

/// A table of an extension, and a function for a trigger.
const TABLE: &str = "CREATE TABLE m (a int NOT NULL, b text); ALTER EXTENSION plpgsql ADD TABLE m; \
    CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'";

/// What no kind models, on top of `TABLE`, each with words that its line must hold.
const UNMODELLED: &[(&str, &str)] = &[
    (SUBSCRIPTION, "subscription sub"),
    ("CREATE INDEX i ON m (a)", "index public.i"),
    ("ALTER TABLE m ADD CONSTRAINT k PRIMARY KEY (a)", "table constraint k on public.m"),
    ("CREATE POLICY pol ON m USING (a > 1)", "policy pol on public.m"),
    (
        "CREATE TRIGGER tr AFTER INSERT ON m FOR EACH ROW EXECUTE FUNCTION tf()",
        "trigger tr on public.m",
    ),
    ("CREATE INDEX i ON m (a); COMMENT ON INDEX i IS 'x'", "comment on index public.i"),
    (
        "SET allow_system_table_mods = on; INSERT INTO pg_seclabel \
        VALUES ('only_here'::regclass, 'pg_class'::regclass, 1, 'dummy', 'x')",
        "security label dummy on table column public.only_here.a",
    ),
];

#[test]
fn what_is_not_modelled_is_named() {
    for major in main_majors() {
        for (sql, words) in UNMODELLED {
            let (dev, prod) = two(major, "ledger");
            for side in [&dev, &prod] {
                side.psql(&format!("{TABLE}; CREATE TABLE only_here (a int NOT NULL)")).unwrap();
            }
            dev.psql(sql).unwrap();
            dev.psql("CREATE TABLE bridged (a int)").unwrap();
            let diff =
                pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url(), "--format", "json"])
                    .expect(1);
            let line = format!("unmodelled:unmodelled:{words}\"");
            assert!(diff.out.contains(&line), "{sql}\n{}", diff.out);
            let bundle = Bundle::of(&dev, &prod, "emit");
            let run = &bundle.run;
            assert_eq!(run.code, 3, "{sql}: {run:?}");
            assert!(run.err.contains(words), "{sql}: not named on stderr: {}", run.err);
            let report =
                std::fs::read_to_string(bundle.path().join("MIGRATION_RECONCILIATION_REPORT.md"))
                    .unwrap();
            let plain = report.replace('\\', "");
            assert!(plain.contains(words), "{sql}: not named in the report");
            // what can be bridged is, and it runs
            bundle.apply(&prod).unwrap_or_else(|error| panic!("{sql}: {error}"));
            prod.psql("SELECT a FROM bridged").unwrap();
            // the same on both sides is no drift
            prod.psql(sql).unwrap_or_else(|error| panic!("it was bridged: {sql}: {error}"));
            pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(0);
            for side in [&dev, &prod] {
                side.psql(FREE).unwrap();
            }
        }
    }
}

#[test]
fn a_change_of_something_unmodelled_is_seen() {
    let (dev, prod) = two(main_majors()[0], "ledger_change");
    for (side, column) in [(&dev, "a"), (&prod, "b")] {
        side.psql(&format!(
            "{TABLE}; CREATE INDEX i ON m ({column}); ALTER TABLE m ADD CONSTRAINT k UNIQUE ({column})"
        ))
        .unwrap();
    }
    let diff = pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url(), "--format", "json"])
        .expect(1);
    for line in ["unmodelled:index public.i\"", "unmodelled:table constraint k on public.m\""] {
        assert!(diff.out.contains(&format!("unmodelled:{line}")), "{}", diff.out);
    }
}

#[test]
fn what_needs_something_unmodelled_is_not_tried() {
    let (dev, prod) = two(main_majors()[0], "follow");
    for side in [&dev, &prod] {
        side.psql(TABLE).unwrap();
    }
    dev.psql(
        "ALTER TABLE m ADD CONSTRAINT k PRIMARY KEY (a); CREATE TABLE free (a int); \
        CREATE TABLE t (a int CONSTRAINT refers REFERENCES m); \
        CREATE VIEW grouped AS SELECT a, b FROM m GROUP BY a; CREATE VIEW over AS SELECT * FROM grouped",
    )
    .unwrap();
    let bundle = Bundle::of(&dev, &prod, "emit");
    assert_eq!(bundle.run.code, 3, "{:?}", bundle.run);
    for lost in ["constraint:public.t.refers", "view:public.grouped", "view:public.over"] {
        let line = format!("not bridged: {lost}: it needs");
        assert!(bundle.run.err.contains(&line), "{lost}: {}", bundle.run.err);
    }
    bundle.apply(&prod).unwrap();
    let there = prod
        .psql("SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'v')")
        .unwrap();
    assert_eq!(there.trim(), "free,m,t");
}

#[test]
fn secrets_stay_where_they_are() {
    const SECRET: &str = "hunter2swordfish";
    for major in main_majors() {
        let (dev, prod) = two(major, "secret");
        let sql = format!(
            "CREATE FOREIGN DATA WRAPPER w OPTIONS (anything '{SECRET}'); \
             CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', password '{SECRET}', extra '{SECRET}'); \
             CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'u', password '{SECRET}'); \
             CREATE FOREIGN TABLE ft (a int OPTIONS (column_key '{SECRET}')) SERVER s OPTIONS (filename '/plain', program '{SECRET}'); \
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
        // what would need the secret is named, and the rest runs
        for why in [
            "server:s: the values of its options extra, password are needed; they may be secret and are never written",
            "subscription sub: report only: its connection string holds secrets",
        ] {
            assert!(bundle.run.err.contains(why), "{}", bundle.run.err);
        }
        bundle.apply(&prod).unwrap();
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
        dev.psql(FREE).unwrap();
    }
}

/// A subscription would hold its database.
const FREE: &str = "DROP SUBSCRIPTION IF EXISTS sub";

/// A role and a tablespace that the pairs name.
fn prepare(major: u32) {
    let cluster = Cluster::get(major);
    cluster
        .maintain("DO $$ BEGIN CREATE ROLE led_other SUPERUSER; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$")
        .unwrap();
    if major >= 15 {
        // it fails where another test was first
        let _ = cluster.maintain(
            "SET allow_in_place_tablespaces = on; CREATE TABLESPACE led_space LOCATION ''",
        );
    }
}

fn told(pairs: &[Pair]) {
    let mut silent = Vec::new();
    for major in main_majors() {
        prepare(major);
        for (_, both, only_dev, word) in pairs.iter().filter(|(since, ..)| major >= *since) {
            let (dev, prod) = two(major, "led_pair");
            for side in [&dev, &prod] {
                side.psql(both).unwrap();
            }
            dev.psql(only_dev).unwrap_or_else(|error| panic!("{major}: {only_dev}: {error}"));
            let urls = ["--dev", &dev.url(), "--prod", &prod.url(), "--format", "json"];
            let arguments: Vec<&str> = ["diff"].into_iter().chain(urls).collect();
            let diff = pgbridge(&arguments);
            if diff.code != 1 || !diff.out.contains(word) {
                silent.push(format!(
                    "{major}: {only_dev}: exit {}\n{}{}",
                    diff.code, diff.out, diff.err
                ));
            }
            prod.psql(only_dev).unwrap();
            let same = pgbridge(&arguments);
            if same.code != 0 {
                silent.push(format!("{major}: {only_dev} on both:\n{}{}", same.out, same.err));
            }
            for side in [&dev, &prod] {
                side.psql(FREE).unwrap();
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn what_reaches_beyond_the_database_is_compared_whole() {
    told(REMOTE);
}

#[test]
fn what_a_user_hung_on_an_extension_is_compared_whole() {
    told(MEMBERS);
}

#[test]
fn partitions_and_children_are_compared_whole() {
    told(RELATIONS);
}

#[test]
fn privileges_on_what_no_user_made_are_compared() {
    told(BUILT_IN);
}

#[test]
fn the_order_of_a_set_is_no_drift() {
    for major in main_majors() {
        prepare(major);
        let (dev, prod) = two(major, "led_order");
        for (side, first, second) in [(&dev, "PUBLIC", "led_other"), (&prod, "led_other", "PUBLIC")]
        {
            side.psql(&format!(
                "{PARTITIONED}; GRANT SELECT ON p TO {first}; GRANT SELECT ON p TO {second}; GRANT SELECT (a) ON p TO {first}; GRANT SELECT (a) ON p TO {second}; \
                GRANT SELECT ON pg_authid TO {first}; GRANT SELECT ON pg_authid TO {second}"
            ))
            .unwrap();
        }
        pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(0);
    }
}

#[test]
fn values_that_are_not_compared_are_told() {
    for major in main_majors() {
        let (dev, prod) = two(major, "led_redact");
        for (side, value) in [(&dev, "one"), (&prod, "two")] {
            let sql = format!(
                "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', password '{value}', odd '{value}'); \
                CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user '{value}', password '{value}'); \
                CREATE FOREIGN TABLE ft (a int OPTIONS (column_key '{value}')) SERVER s OPTIONS (program '{value}'); \
                CREATE SUBSCRIPTION sub CONNECTION 'host={value}' PUBLICATION p WITH (connect = false, slot_name = NONE, enabled = false); \
                ALTER DATABASE \"{}\" SET app.mode = '{value}'",
                side.name()
            );
            for statement in sql.split("; ") {
                side.psql(statement).unwrap();
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let run = pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(1);
        // they differ, which two live databases tell
        for id in [
            "server s",
            "user_mapping PUBLIC on s",
            "column public.ft.a",
            "table public.ft",
            "database_setting app.mode",
        ] {
            let line = run.out.lines().find(|line| line.contains(id)).unwrap_or_default();
            assert!(
                line.contains("differs") && line.contains("values not shown"),
                "{id}: {}",
                run.out
            );
        }
        let file = |side: &Database, name: &str| {
            let path = folder.path().join(name).to_str().unwrap().to_owned();
            pgbridge(&["snapshot", &side.url(), "--out", &path]).expect(0);
            path
        };
        // a file does not have them
        let (there, here) = (file(&dev, "dev.json"), file(&prod, "prod.json"));
        pgbridge(&["diff", "--dev", &there, "--prod", &here]).expect(0);
        pgbridge(&["diff", "--dev", &there, "--prod", &prod.url()]).expect(0);
        for side in ["dev", "prod"] {
            for (subject, names) in [
                ("server s", "odd, password"),
                ("user mapping PUBLIC on s", "password, user"),
                ("column public.ft.a", "column_key"),
                ("table public.ft", "program"),
            ] {
                let line = format!(
                    "{side}: {subject}: values of options that may be secret are in no file: only two live databases are compared by them: {names}\n"
                );
                assert!(run.err.contains(&line), "{line} is missing:\n{}", run.err);
            }
            let line = format!(
                "{side}: subscription sub: values of options that may be secret are not compared: subconninfo\n"
            );
            assert!(run.err.contains(&line), "{line} is missing:\n{}", run.err);
            let line = format!(
                "{side}: database setting app.mode: its value may be a secret and is in no file: only two live databases are compared by it\n"
            );
            assert!(run.err.contains(&line), "{line} is missing:\n{}", run.err);
        }
        for side in [&dev, &prod] {
            side.psql(FREE).unwrap();
        }
    }
}

/// Up to 16 a multirange takes privileges of its own, which no dump has.
#[test]
fn privileges_on_a_multirange_are_named() {
    for major in majors().into_iter().filter(|major| (14..=16).contains(major)) {
        let (dev, prod) = two(major, "led_multirange");
        for side in [&dev, &prod] {
            side.psql("CREATE TYPE r AS RANGE (subtype = int, multirange_type_name = mr)").unwrap();
        }
        dev.psql("GRANT USAGE ON TYPE mr TO pg_monitor").unwrap();
        let run = pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(1);
        assert!(run.out.contains("privileges on type public.mr"), "{}", run.out);
    }
}

/// No extension of the contributed ones has such a table, so one is made.
#[test]
fn rows_of_configuration_are_told() {
    for major in main_majors() {
        let (dev, prod) = two(major, "led_config");
        for side in [&dev, &prod] {
            side.psql(
                "CREATE TABLE job (a int); CREATE TABLE empty (a int); CREATE TABLE odd (a int); CREATE TABLE guarded (a int); \
                ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; INSERT INTO job SELECT generate_series(1, 5); \
                ALTER EXTENSION plpgsql ADD TABLE job; ALTER EXTENSION plpgsql ADD TABLE empty; \
                ALTER EXTENSION plpgsql ADD TABLE odd; ALTER EXTENSION plpgsql ADD TABLE guarded; \
                SET allow_system_table_mods = on; UPDATE pg_extension SET \
                extconfig = ARRAY['job'::regclass, 'empty'::regclass, 'odd'::regclass, 'guarded'::regclass]::oid[], \
                extcondition = ARRAY['WHERE a > 2', '', 'WHERE gone > 2', ''] WHERE extname = 'plpgsql'",
            )
            .unwrap();
        }
        prod.psql("DELETE FROM job WHERE a > 3").unwrap();
        let run = pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(0);
        let told: Vec<&str> =
            run.err.lines().filter(|line| line.contains("configuration table")).collect();
        let table = |side: &str, what: &str| {
            format!(
                "pgbridge: {side}: extension plpgsql: its configuration table {what} of users: they are data and are not compared"
            )
        };
        let unread = ["public.guarded", "public.odd"]
            .map(|name| format!("{name} cannot be read and may hold rows"));
        let [guarded, odd] = unread.each_ref().map(String::as_str);
        let expected = [
            table("dev", guarded),
            table("dev", "public.job holds 3 rows"),
            table("dev", odd),
            table("prod", guarded),
            table("prod", "public.job holds a row"),
            table("prod", odd),
        ];
        assert_eq!(told, expected, "{}", run.err);
    }
}

#[test]
fn a_role_without_rights_sees_the_schema() {
    for major in main_majors() {
        let cluster = Cluster::get(major);
        cluster.maintain("CREATE ROLE led_nobody LOGIN").unwrap();
        let (dev, prod) = two(major, "led_nobody");
        let url = |side: &Database| cluster.url_as("led_nobody", side.name());
        let diff = || pgbridge(&["diff", "--dev", &url(&dev), "--prod", &url(&prod)]);
        for side in [&dev, &prod] {
            side.psql(
                "CREATE SCHEMA closed; CREATE TABLE closed.t (a serial PRIMARY KEY, b int DEFAULT 1 CHECK (b > 0)); \
                CREATE VIEW closed.v AS SELECT a FROM closed.t; CREATE INDEX i ON closed.t (b); \
                CREATE FUNCTION closed.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE PUBLICATION pub FOR TABLE closed.t; \
                CREATE TYPE closed.r AS RANGE (subtype = int); CREATE MATERIALIZED VIEW closed.m AS SELECT 1 AS a; \
                CREATE STATISTICS closed.st ON a, b FROM closed.t; ALTER TABLE closed.t ENABLE ROW LEVEL SECURITY; \
                CREATE POLICY pol ON closed.t USING (b > 1); CREATE TABLE closed.p (a int) PARTITION BY LIST (a); \
                CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w",
            )
            .unwrap();
            side.psql(SUBSCRIPTION).unwrap();
        }
        let run = diff().expect(0);
        assert!(!run.err.contains("cannot be read"), "{}", run.err);
        dev.psql("ALTER TABLE closed.t ADD c int").unwrap();
        assert!(diff().expect(1).out.contains("closed.t.c"));
        prod.psql("ALTER TABLE closed.t ADD c int").unwrap();
        diff().expect(0);
        // a mapping's options are unknown, which is not the same as equal
        for side in [&dev, &prod] {
            side.psql("CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'u')").unwrap();
        }
        let run = diff().expect(1);
        let line =
            "dev: user mapping PUBLIC on s: its options are unknown: this role may not read them";
        assert!(run.err.contains(line), "{}", run.err);
        pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(0);
        for side in [&dev, &prod] {
            side.psql(FREE).unwrap();
        }
    }
}
