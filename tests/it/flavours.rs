//! The migrations in the form of other runners. What the registries have runs them itself: sqlx and diesel (cargo), dbmate,
//! node-pg-migrate and the Supabase CLI (npm). Of golang-migrate no package of npm, `PyPI` or Debian was found; those found
//! of Flyway fetch it from elsewhere when they are installed or run, or are other programs: these two are replayed. How
//! each sends a file and what it writes into its own table in the same transaction is from its source.

use crate::program::Bundle;
use crate::runner::Runner;
use crate::support::{Cluster, Database, Options, compare, main_majors};
use std::path::{Path, PathBuf};

const LOOSE: Options = Options { ignore_column_order: true, sort_acl: true };

/// How a runner sends a file.
#[derive(Clone, Copy)]
enum Way {
    /// Between BEGIN and COMMIT, as one query, with a row of its own.
    Wrapped,
    /// As one query.
    Bare,
    /// One statement after the other, outside of a transaction.
    Split,
}

struct Replay {
    name: &'static str,
    up: fn(&Path) -> Option<Way>,
    down: fn(&Path) -> Option<Way>,
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn ends(path: &Path, end: &str) -> bool {
    path.to_str().unwrap().ends_with(end)
}

fn flyway(path: &Path) -> Way {
    let beside = PathBuf::from(format!("{}.conf", path.display()));
    let alone = beside.exists() && text(&beside).contains("executeInTransaction=false");
    if alone { Way::Split } else { Way::Wrapped }
}

const REPLAYS: &[Replay] = &[
    Replay {
        name: "flyway",
        up: |path| {
            (ends(path, ".sql") && path.to_str().unwrap().contains("/V")).then(|| flyway(path))
        },
        down: |path| {
            (ends(path, ".sql") && path.to_str().unwrap().contains("/U")).then(|| flyway(path))
        },
    },
    Replay {
        name: "golang-migrate",
        up: |path| ends(path, ".up.sql").then_some(Way::Bare),
        down: |path| ends(path, ".down.sql").then_some(Way::Bare),
    },
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn send(database: &Database, path: &Path, way: Way) {
    let one = |text: &str| format!("-c{text}");
    let file = text(path);
    let arguments = match way {
        Way::Bare => vec![one(&file)],
        Way::Split => vec!["-f".to_owned(), path.to_str().unwrap().to_owned()],
        Way::Wrapped => vec![
            one("BEGIN"),
            one(&file),
            // not qualified: what a file sets must not reach it
            one("INSERT INTO runner_history (file) VALUES ('it')"),
            one("COMMIT"),
        ],
    };
    let sent = database.psql_with(&arguments);
    assert!(sent.is_ok(), "{}: {}\n{file}", path.display(), sent.unwrap_err());
}

/// The dump without a runner's own table.
fn schema(database: &Database, table: &str) -> String {
    let place = table.split('.').next().unwrap();
    let keeps = |part: &&str| !part.contains(place);
    database.dump().split("\n--\n").filter(keeps).collect::<Vec<_>>().join("\n--\n")
}

fn load(major: u32, name: &str, sql: &str) -> Database {
    let database = Cluster::get(major).create_database(name);
    database.psql(sql).unwrap();
    database
}

const PROD: &str = "CREATE TABLE t (id int PRIMARY KEY, a text, old int); CREATE INDEX t_old ON t (old);
    CREATE TYPE kind AS ENUM ('x'); CREATE TABLE u (id int, k kind); INSERT INTO t VALUES (1, 'a', 1);";
const DEV: &str = "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, old int, b bigint DEFAULT 7);
    CREATE INDEX t_a ON t (a); COMMENT ON INDEX t_a IS 'it''s {a}'; CREATE INDEX t_lower ON t (lower(a));
    CREATE TYPE kind AS ENUM ('x', 'y'); CREATE TABLE u (id int REFERENCES t, k kind DEFAULT 'y');
    CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'a;b {c} ${d} `e`'; END $$;
    CREATE VIEW v AS SELECT id, a FROM t;";

#[test]
fn the_runners_themselves_get_there_and_back() {
    for major in main_majors() {
        let (dev, prod) = (load(major, "runners_dev", DEV), load(major, "runners_prod", PROD));
        let names = Runner::ALL.iter().flat_map(|runner| ["--flavour", runner.name()]);
        let more: Vec<&str> = names.chain(["--online-above=-1"]).collect();
        let bundle = Bundle::with(&dev, &prod, "emit", &more);
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        for runner in Runner::ALL {
            there_and_back(runner, &bundle, &dev, &prod);
        }
    }
}

fn there_and_back(runner: Runner, bundle: &Bundle, dev: &Database, prod: &Database) {
    let name = runner.name();
    let work = load(prod.cluster().major(), &format!("runners_{}", name.replace('-', "_")), PROD);
    let folder = bundle.path().join("runners").join(name);
    let all = files(&folder);
    let outside = all.iter().filter(|path| text(path).contains("CONCURRENTLY")).count();
    assert!(outside > 1, "{name}: no file is outside of a transaction");
    let count = runner.pending(&folder, &work);
    assert!(count > 2, "{name} sees {count} migrations");
    runner.up(&folder, &work);
    assert_eq!(runner.pending(&folder, &work), 0, "{name}");
    let judge = |side: &Database| {
        compare(&schema(&work, runner.table()), &side.dump(), LOOSE)
            .unwrap_or_else(|text| panic!("{name}: {text}"));
    };
    judge(dev);
    if runner == Runner::Supabase {
        return; // it has no way back
    }
    runner.back(&folder, &work, count);
    assert_eq!(runner.pending(&folder, &work), count, "{name}");
    judge(prod);
}

#[test]
fn replayed_runners_get_there_and_back() {
    for major in main_majors() {
        let dev = load(major, "flavours_dev", DEV);
        let prod = load(major, "flavours_prod", PROD);
        let names = REPLAYS.iter().flat_map(|runner| ["--flavour", runner.name]);
        let more: Vec<&str> = names.chain(["--online-above=-1"]).collect();
        let bundle = Bundle::with(&dev, &prod, "emit", &more);
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        for runner in REPLAYS {
            let name = runner.name.replace('-', "_");
            let work = load(major, &format!("flavours_{name}"), PROD);
            work.psql("CREATE TABLE runner_history (file text)").unwrap();
            let files = files(&bundle.path().join("runners").join(runner.name));
            let mut outside = 0;
            for path in &files {
                let Some(way) = (runner.up)(path) else { continue };
                outside += usize::from(text(path).contains("CONCURRENTLY"));
                send(&work, path, way);
            }
            assert!(outside > 1, "{}: no file is outside of a transaction", runner.name);
            compare(&schema(&work, "runner_history"), &dev.dump(), LOOSE)
                .unwrap_or_else(|text| panic!("{} there: {text}", runner.name));
            for path in files.iter().rev() {
                if let Some(way) = (runner.down)(path) {
                    send(&work, path, way);
                }
            }
            compare(&schema(&work, "runner_history"), &prod.dump(), LOOSE)
                .unwrap_or_else(|text| panic!("{} back: {text}", runner.name));
        }
    }
}
