//! The speed of `diff`, as a ratio to `pg_dump -s` of one side in the same run.
//!
//! `cargo bench` prints it; nothing fails on it, for a shared machine's times are no test.

#[path = "../tests/it/support/mod.rs"]
#[expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    dead_code,
    unused_imports,
    reason = "the bench needs a part of what the tests stand on"
)]
mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::Cluster;

const TABLES: usize = 1000;
const ROUNDS: usize = 5;

/// Tables with a key, a foreign key, an index, a policy, a trigger and a view each. Every twentieth
/// has one column more where `drifted`.
fn schema(drifted: bool) -> String {
    let mut sql = String::from(
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n",
    );
    for n in 0..TABLES {
        let extra = if drifted && n % 20 == 0 { ", extra text" } else { "" };
        let parent = n.saturating_sub(1);
        let _ = writeln!(
            sql,
            "CREATE TABLE t{n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int NOT NULL DEFAULT 1, b text, \
             c varchar(20) CHECK (c IN ('x', 'y')), d numeric(10,2), e timestamptz DEFAULT now(), f jsonb, \
             g uuid, h boolean DEFAULT true, parent bigint REFERENCES t{parent}{extra});\n\
             CREATE INDEX t{n}_a ON t{n} (a, b);\n\
             ALTER TABLE t{n} ENABLE ROW LEVEL SECURITY;\n\
             CREATE POLICY own ON t{n} USING (b = current_user);\n\
             CREATE TRIGGER touch BEFORE UPDATE ON t{n} FOR EACH ROW EXECUTE FUNCTION touch();\n\
             CREATE VIEW v{n} AS SELECT id, a, b FROM t{n} WHERE a > 0;"
        );
    }
    sql
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64)
}

fn timed(mut run: impl FnMut()) -> f64 {
    let once = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    median((0..ROUNDS).map(|_| once(&mut run)).collect())
}

fn main() {
    let major = support::majors().into_iter().max().unwrap_or(18);
    let cluster = Cluster::get(major);
    let load = |drifted: bool| {
        let database = cluster.create_database("bench");
        if let Err(error) = database.psql(&schema(drifted)) {
            panic!("the sample does not load: {error}");
        }
        database
    };
    let (dev, prod) = (load(true), load(false));
    let diff = timed(|| {
        let status = Command::new(env!("CARGO_BIN_EXE_pgbridge"))
            .args(["diff", "--dev", &dev.url(), "--prod", &prod.url(), "--format", "json"])
            .stdout(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.code() == Some(1)), "diff sees the drift");
    });
    let dump = timed(|| drop(prod.dump()));
    let line = format!(
        "{TABLES} tables on PostgreSQL {major}: diff {diff:.2} s, pg_dump -s of one side {dump:.2} s, ratio {:.2}",
        diff / dump
    );
    let _ = writeln!(std::io::stdout(), "{line}");
}
