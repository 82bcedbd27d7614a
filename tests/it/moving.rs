//! What moves on the server while a schema is read.

use crate::program::{Run, pgbridge};
use crate::support::{Cluster, Database, main_majors};
use std::sync::atomic::{AtomicBool, Ordering};

/// `diff` of two equal databases while `sql` is run again and again in `busy`.
fn diff_while(busy: &Database, sql: &str, dev: &Database, prod: &Database) -> Run {
    let done = AtomicBool::new(false);
    let script = format!(
        "DO $$ BEGIN FOR n IN 1..200 LOOP {sql}; COMMIT; PERFORM pg_catalog.pg_sleep(0.005); END LOOP; END $$"
    );
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut rounds = 0;
            while !done.load(Ordering::Relaxed) {
                busy.psql(&script).unwrap();
                rounds += 1;
            }
            rounds
        });
        // the writer is at work before the first capture
        std::thread::sleep(std::time::Duration::from_millis(300));
        let run = pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]);
        done.store(true, Ordering::Relaxed);
        assert!(writer.join().unwrap() > 0);
        run
    })
}

fn three(name: &str) -> [Database; 3] {
    let cluster = Cluster::get(main_majors()[0]);
    ["dev", "prod", "other"].map(|side| cluster.create_database(&format!("{name}_{side}")))
}

#[test]
fn a_schema_that_changes_all_the_time_is_an_error() {
    let [dev, prod, _other] = three("moving");
    let sql = "EXECUTE pg_catalog.format('CREATE OR REPLACE FUNCTION public.f() RETURNS integer LANGUAGE sql RETURN %s', n)";
    diff_while(&prod, sql, &dev, &prod).expect_error(&[
        "was changing",
        prod.name(),
        "run it again",
    ]);
}

#[test]
fn what_others_do_on_the_server_is_no_change() {
    let [dev, prod, other] = three("neighbours");
    let sql = format!(
        "EXECUTE pg_catalog.format('ALTER DATABASE {} SET work_mem = %s', 64 + n); \
         EXECUTE pg_catalog.format('CREATE OR REPLACE FUNCTION public.f() RETURNS integer LANGUAGE sql AS $f$ SELECT %s $f$', n)",
        other.name()
    );
    diff_while(&other, &sql, &dev, &prod).expect(0);
}
