//! What `verify` observes of locks and rewrites against what plan.json tells.

use crate::program::{Bundle, Run, pgbridge_with};
use crate::support::{Cluster, main_majors};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const PROD: &str = "CREATE TABLE parent (id int PRIMARY KEY, v varchar(9)); \
    CREATE TABLE child (id serial, parent int REFERENCES parent); CREATE INDEX child_at ON child (parent); \
    CREATE VIEW seen AS SELECT id FROM child";
const DEV: &str = "CREATE TABLE parent (id int PRIMARY KEY, v varchar(20), n bigint DEFAULT 7); \
    CREATE TABLE child (id serial, parent bigint); CREATE VIEW seen AS SELECT id, parent FROM child; \
    COMMENT ON TABLE parent IS 'p'";

fn bundle(major: u32, name: &str) -> Bundle {
    let load = |side: &str, sql: &str| {
        let database = Cluster::get(major).create_database(&format!("observed_{name}_{side}"));
        database.psql(sql).unwrap();
        database
    };
    let (dev, prod) = (load("dev", DEV), load("prod", PROD));
    let bundle = Bundle::of(&dev, &prod, "emit");
    assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
    bundle
}

/// On a private cluster of that major: another one's locks say nothing against a plan.
fn prove(bundle: &Bundle, major: u32) -> Run {
    let programs = ("PGBRIDGE_PG_BIN", Cluster::get(major).bin().to_str().unwrap());
    pgbridge_with(&["verify", bundle.path().to_str().unwrap()], &[programs])
}

fn oldest() -> u32 {
    main_majors()[0]
}

fn manifest(bundle: &Bundle) -> PathBuf {
    bundle.path().join("plan.json")
}

fn read(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// Changes all steps of the migrations, or of the rollbacks.
fn doctor(bundle: &Bundle, steps: &str, change: impl Fn(&mut Value)) {
    let mut plan = read(&manifest(bundle));
    for entry in plan["migrations"].as_array_mut().unwrap() {
        entry[steps].as_array_mut().unwrap().iter_mut().for_each(&change);
    }
    std::fs::write(manifest(bundle), plan.to_string()).unwrap();
}

/// The line about an object's step.
#[track_caller]
fn line_about<'a>(run: &'a Run, words: &[&str]) -> &'a str {
    let has = |line: &&str| words.iter().all(|word| line.contains(word));
    run.out.lines().find(has).unwrap_or_else(|| panic!("{words:?} is missing:\n{}", run.out))
}

#[test]
fn what_a_good_bundle_tells_is_what_is_observed() {
    for major in main_majors() {
        let bundle = bundle(major, "good");
        let plan = read(&manifest(&bundle));
        let count = |entry: &Value| {
            entry["steps"].as_array().unwrap().len()
                + entry["rollback_steps"].as_array().unwrap().len()
        };
        let steps: usize = plan["migrations"].as_array().unwrap().iter().map(count).sum();
        assert!(steps > 8, "{plan}");
        let run = prove(&bundle, major).expect(0);
        let figures = format!("  locks: {steps} steps checked, 0 too weak, 0 too strong");
        assert!(run.out.lines().any(|line| line == figures), "{major}: {}", run.out);
    }
}

#[test]
fn a_weaker_lock_than_observed_is_not_proven() {
    let bundle = bundle(oldest(), "weak");
    doctor(&bundle, "steps", |step| {
        if step["object"] == "column:public.parent.v" {
            step["locks"] = json!({ "public.parent": "share_row_exclusive" });
        }
        if step["object"] == "table:public.parent" {
            step["locks"] = json!({});
        }
    });
    let run = prove(&bundle, oldest()).expect(1);
    assert!(run.out.contains("not proven"), "{}", run.out);
    let line = line_about(
        &run,
        &[
            "migrations/",
            "alter column:public.parent.v: told SHARE ROW EXCLUSIVE on public.parent",
            "observed ACCESS EXCLUSIVE",
        ],
    );
    let number = line.split(':').nth(1).unwrap();
    let file = bundle.path().join(line.trim().split(':').next().unwrap());
    let text = std::fs::read_to_string(file).unwrap();
    let statement = text.lines().nth(number.parse::<usize>().unwrap() - 1).unwrap();
    assert!(statement.contains("ALTER COLUMN v TYPE"), "{statement}");
}

#[test]
fn an_untold_rewrite_is_not_proven() {
    let bundle = bundle(oldest(), "rewrite");
    doctor(&bundle, "rollback_steps", |step| step["rewrites"] = json!([]));
    let run = prove(&bundle, oldest()).expect(1);
    line_about(
        &run,
        &["rollback/", "alter column:public.child.parent", "told no rewrite of public.child"],
    );
    line_about(&run, &["locks:", " 2 too weak, 0 too strong"]);
}

#[test]
fn what_is_told_and_not_observed_is_counted() {
    let bundle = bundle(oldest(), "strong");
    doctor(&bundle, "steps", |step| {
        if step["object"] == "column:public.parent.n" {
            step["locks"]["public.child"] = json!("exclusive");
            step["rewrites"] = json!(["public.child"]);
            // what is not there cannot be observed
            step["locks"]["public.nobody"] = json!("exclusive");
        }
    });
    let run = prove(&bundle, oldest()).expect(0);
    line_about(&run, &["locks:", " 0 too weak, "]);
    line_about(&run, &["too strong: ", "told EXCLUSIVE on public.child"]);
    line_about(&run, &["too strong: ", "told a rewrite of public.child"]);
    assert!(!run.out.contains("nobody"), "{}", run.out);
}

/// Statements that are transactions by themselves are watched from a second session.
#[test]
fn statements_outside_of_transactions_are_observed() {
    let bundle = bundle(oldest(), "alone");
    let mut plan = std::fs::read_to_string(manifest(&bundle)).unwrap();
    for file in bundle.files("migrations") {
        let digest = |text: &str| pgbridge::model::snapshot::digest(text.as_bytes());
        let text = std::fs::read_to_string(&file).unwrap();
        // the lines stay where they are
        let alone = text
            .replace("BEGIN;\nSET LOCAL", "\nSET LOCAL")
            .replace("\nCOMMIT;", "\n")
            .replace("SET LOCAL", "SET")
            .replace("\nLOCK TABLE", "\n-- LOCK TABLE");
        assert_ne!(alone, text);
        plan = plan.replace(&digest(&text), &digest(&alone));
        std::fs::write(&file, alone).unwrap();
    }
    std::fs::write(manifest(&bundle), plan).unwrap();
    let run = prove(&bundle, oldest()).expect(0);
    line_about(&run, &["locks:", " 0 too weak, 0 too strong"]);
    doctor(&bundle, "steps", |step| step["rewrites"] = json!([]));
    let run = prove(&bundle, oldest()).expect(1);
    line_about(&run, &["migrations/", "told no rewrite of public.child, observed one"]);
}
