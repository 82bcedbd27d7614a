//! Partitions that are data, by configuration and by what makes them.

use crate::program::{Run, pgbridge};
use crate::support::{Cluster, Database, Options, compare, majors};
use std::path::Path;

/// A parent with a sub-partitioned level, its keys, a foreign key to it and what stands on it.
const PARENT: &str = r"
    CREATE TABLE events (id bigint, at integer, kind text, PRIMARY KEY (id, at, kind))
        PARTITION BY RANGE (at);
    CREATE INDEX events_kind ON events (kind);
    CREATE TABLE hits (id bigint, at integer, kind text,
        FOREIGN KEY (id, at, kind) REFERENCES events);
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
    CREATE TRIGGER touch BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE VIEW latest AS SELECT id FROM events WHERE at > 5;
    CREATE PUBLICATION stream FOR TABLE hits;
";

/// Partitions number `n`: one whole, one with partitions of its own.
fn partitions(numbers: &[u32]) -> String {
    let one = |n: &u32| {
        let (low, middle, high) = (n * 10, n * 10 + 5, n * 10 + 10);
        format!(
            "CREATE TABLE events_{n} PARTITION OF events FOR VALUES FROM ({low}) TO ({middle});
             CREATE INDEX own_{n} ON events_{n} (at);
             COMMENT ON TABLE events_{n} IS 'data';
             CREATE STATISTICS many_{n} ON id, at FROM events_{n};
             CREATE POLICY p ON events_{n} USING (at > {n});
             CREATE TABLE events_{n}b PARTITION OF events FOR VALUES FROM ({middle}) TO ({high})
                PARTITION BY LIST (kind);
             CREATE TABLE events_{n}b_x PARTITION OF events_{n}b FOR VALUES IN ('x');
             INSERT INTO events VALUES (1, {low}, 'x');"
        )
    };
    numbers.iter().map(one).collect()
}

fn database(major: u32, name: &str, numbers: &[u32]) -> Database {
    let database = Cluster::get(major).create_database(name);
    database.psql(&format!("{PARENT}{}", partitions(numbers))).unwrap();
    database
}

fn run(command: &[&str], dev: &Database, prod: &Database, folder: &Path, config: &str) -> Run {
    let file = folder.join("scope.toml");
    std::fs::write(&file, config).unwrap();
    let (dev, prod) = (dev.url(), prod.url());
    let sides = ["--dev", &dev, "--prod", &prod, "--config", file.to_str().unwrap()];
    pgbridge(&[command, &sides].concat())
}

#[test]
fn partitions_are_compared_unless_they_are_data() {
    for major in majors() {
        let dev = database(major, "parts_dev", &[1, 2]);
        let prod = database(major, "parts_prod", &[2, 3, 4]);
        let folder = tempfile::tempdir().unwrap();
        let diff = |config: &str| run(&["diff"], &dev, &prod, folder.path(), config);
        assert!(diff("").expect(1).out.contains("public.events_3"));
        for config in [
            "[scope]\npartitions = 'data'",
            "[scope.partitions]\n'public.events' = 'data'",
            "[scope.partitions]\ndefault = 'data'\n'public.other' = 'compare'",
        ] {
            let run = diff(config);
            assert_eq!(run.out, "dev and prod are equal\n", "{config}: {}", run.err);
            let run = run.expect(0);
            for (side, count) in [("dev", 6), ("prod", 9)] {
                let said = format!("{side}: table:public.events: {count} tables below it left out");
                assert!(run.err.contains(&said), "{}", run.err);
            }
        }
        let but = "[scope.partitions]\ndefault = 'data'\n'public.events' = 'compare'";
        assert!(diff(but).expect(1).out.contains("public.events_3"));
    }
}

#[test]
fn the_parent_is_bridged_and_its_partitions_stay() {
    for major in majors() {
        let dev = database(major, "parts_more_dev", &[1]);
        let prod = database(major, "parts_more_prod", &[2, 3]);
        dev.psql(
            "ALTER TABLE events ADD COLUMN note text NOT NULL DEFAULT '';
             CREATE INDEX events_note ON events (note); DROP INDEX events_kind;
             ALTER TABLE events ADD UNIQUE (kind, at), ALTER kind SET DEFAULT 'x';
             ALTER TABLE events ADD CHECK (at > 0); ALTER TABLE events ENABLE ROW LEVEL SECURITY;
             CREATE TABLE logs (at integer) PARTITION BY RANGE (at);
             CREATE TABLE logs_1 PARTITION OF logs DEFAULT",
        )
        .unwrap();
        let before = prod.dump();
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("bundle");
        let config = "[scope]\npartitions = 'data'";
        let command = ["reconcile", "--drops", "emit", "--out", out.to_str().unwrap()];
        run(&command, &dev, &prod, folder.path(), config).expect(0);
        let files = |part: &str| {
            let entries = std::fs::read_dir(out.join(part)).unwrap();
            let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
            files.sort();
            files
        };
        for file in &files("migrations") {
            let sql = std::fs::read_to_string(file).unwrap();
            assert!(!sql.contains("events_1") && !sql.contains("events_2"), "{sql}");
            prod.psql_file(file).unwrap();
        }
        let checks = prod.psql_file(&out.join("VALIDATION_SQL.sql")).unwrap();
        assert!(!checks.contains("FAIL"), "{checks}");
        run(&["diff"], &dev, &prod, folder.path(), config).expect(0);
        let rows = prod.psql("SELECT count(*), count(note) FROM events").unwrap();
        assert_eq!(rows.trim(), "2|2");
        // the parent and six tables below it: two that are partitioned
        let reached = "SELECT count(*) FILTER (WHERE indisvalid), count(*) FROM pg_index WHERE indexrelid::regclass::text ~ '_(note|kind_at)(_idx|_key)?$'";
        assert_eq!(prod.psql(reached).unwrap().trim(), "14|14");
        let defaults =
            "SELECT count(*) FROM pg_attrdef WHERE pg_get_expr(adbin, adrelid) LIKE '_x_::text'";
        assert_eq!(prod.psql(defaults).unwrap().trim(), "7");
        let server = Cluster::scram().socket_url("postgres");
        let (_turn, _) = crate::proof::elsewhere();
        let proof = pgbridge(&["verify", out.to_str().unwrap(), "--scratch", &server]);
        if major != Cluster::scram().major() {
            let proof = proof.expect(0);
            assert!(proof.out.contains("verify: proven"), "{}", proof.out);
        }
        for file in files("rollback").iter().rev() {
            prod.psql_file(file).unwrap();
        }
        let options = Options { ignore_column_order: false, sort_acl: true };
        compare(&before, &prod.dump(), options).unwrap_or_else(|diff| panic!("{diff}"));
    }
}

#[test]
fn what_needs_a_partition_is_told() {
    let dev = database(majors()[0], "parts_view_dev", &[1]);
    let prod = database(majors()[0], "parts_view_prod", &[2]);
    dev.psql(
        "CREATE VIEW one AS SELECT id FROM events_1; CREATE VIEW two AS SELECT id FROM one;
         CREATE TABLE aside (id bigint, at integer, kind text, \
            CONSTRAINT far FOREIGN KEY (id, at, kind) REFERENCES events_1);",
    )
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = run(&["diff"], &dev, &prod, folder.path(), "[scope]\npartitions = 'data'").expect(1);
    assert!(run.out.contains("table public.aside"), "{}", run.out);
    for object in ["view:public.one", "view:public.two", "constraint:public.aside.far"] {
        assert!(run.err.contains(&format!("dev: {object}: not compared: it needs")), "{}", run.err);
        assert!(!run.out.contains(object.split_once(':').unwrap().1), "{}", run.out);
    }
}

/// An extension of the name of `pg_partman` with a list like its own, where the server can find it.
fn stand_in(folder: &Path) {
    let extension = folder.join("extension");
    std::fs::create_dir(&extension).unwrap();
    let files = [
        ("pg_partman.control", "default_version = '1'\nrelocatable = false\n"),
        ("pg_partman--1.sql", "CREATE TABLE part_config (parent_table text PRIMARY KEY);\n"),
    ];
    for (name, text) in files {
        std::fs::write(extension.join(name), text).unwrap();
    }
    // the server is another user
    let readable = std::process::Command::new("chmod").args(["-R", "a+rX"]).arg(folder).status();
    assert!(readable.unwrap().success());
}

#[test]
fn partitions_that_pg_partman_makes_are_data() {
    // extension_control_path came with 18
    let Some(major) = majors().into_iter().find(|major| *major >= 18) else { return };
    let folder = tempfile::tempdir().unwrap();
    stand_in(folder.path());
    let made = |name: &str, numbers: &[u32], registered: bool| {
        let database = database(major, name, numbers);
        let path = folder.path().display();
        let mut sql = format!(
            "SET extension_control_path = '{path}:$system'; CREATE SCHEMA partman;
             CREATE EXTENSION pg_partman SCHEMA partman;"
        );
        if registered {
            sql.push_str("INSERT INTO partman.part_config VALUES ('public.events')");
        }
        database.psql(&sql).unwrap();
        database
    };
    let dev = made("partman_dev", &[1], false);
    let prod = made("partman_prod", &[2, 3], true);
    let work = tempfile::tempdir().unwrap();
    let diff = |config: &str| run(&["diff"], &dev, &prod, work.path(), config);
    let told = "3 tables below it left out of the comparison: pg_partman makes them";
    let run = diff("").expect(0);
    assert!(run.err.contains(&format!("dev: table:public.events: {told}")), "{}", run.err);
    diff("[scope.partitions]\n'public.events' = 'compare'").expect(1);
    // who may not read the list does not know
    let _ = Cluster::get(major).maintain("CREATE ROLE partman_reader LOGIN");
    let low = prod.cluster().url_as("partman_reader", prod.name());
    let run = pgbridge(&["diff", "--dev", &dev.url(), "--prod", &low]).expect(1);
    assert!(run.err.contains("which tables it manages is unknown"), "{}", run.err);
    assert!(run.out.contains("public.events_3"), "{}", run.out);
}
