//! `--drops report` takes nothing away: prod's data and protection stay as they are, what is left
//! out is named, and the migrations run.

mod rows;

use crate::program::Bundle;
use crate::support::{Cluster, main_majors};
use serde_json::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What `report` never writes.
const NEVER: &[&str] = &["DROP TABLE", "DROP COLUMN", "REVOKE", "DISABLE ROW LEVEL"];

/// What a row expects besides an unchanged answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// Whether anything is left out is not the question.
    Nothing,
    /// The text stands in the identity of something withheld or not bridged.
    Named(&'static str),
    /// Exit code 3, and the text stands in the identity of something not bridged.
    Blocked(&'static str),
}

/// One divergence.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// The first major that can load it.
    since: u32,
    name: &'static str,
    prod: &'static str,
    dev: &'static str,
    /// A query with the same answer on prod before and after.
    probe: &'static str,
    expect: Expect,
}

/// The identities in a list of `plan.json`.
fn identities(plan: &Value, list: &str) -> Vec<String> {
    let items = plan[list].as_array().cloned().unwrap_or_default();
    items.iter().filter_map(|item| item["object"].as_str().map(str::to_owned)).collect()
}

fn run(row: &Row) -> Result<(), String> {
    let Some(major) = main_majors().into_iter().find(|major| *major >= row.since) else {
        return Ok(());
    };
    let cluster = Cluster::get(major);
    let load = |side: &str, sql: &str| {
        let database = cluster.create_database(&format!("removal_{side}"));
        database.psql(sql).map_err(|error| format!("{side} does not load: {error}"))?;
        Ok::<_, String>(database)
    };
    let (prod, dev) = (load("prod", row.prod)?, load("dev", row.dev)?);
    let before = prod.psql(row.probe).map_err(|error| format!("the probe fails: {error}"))?;
    if before.trim().is_empty() {
        return Err("the probe sees nothing".to_owned());
    }
    let bundle = Bundle::of(&dev, &prod, "report");
    if ![0, 3].contains(&bundle.run.code) {
        return Err(format!("reconcile: {:?}", bundle.run));
    }
    let text = std::fs::read_to_string(bundle.path().join("plan.json")).unwrap();
    let plan: Value = serde_json::from_str(&text).unwrap();
    let (withheld, unbridged) = (identities(&plan, "withheld"), identities(&plan, "unbridged"));
    let migrations: String = bundle
        .files("migrations")
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let sql: Vec<&str> =
        migrations.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    let sql = sql.join("\n");

    let mut wrong = Vec::new();
    for word in NEVER.iter().filter(|word| sql.contains(**word)) {
        wrong.push(format!("a migration holds {word}"));
    }
    if let Err(error) = bundle.apply(&prod) {
        wrong.push(format!("a migration fails: {error}"));
    }
    match prod.psql(row.probe) {
        Ok(after) if after == before => {}
        Ok(after) => wrong.push(format!("prod had {:?}, now {:?}", before.trim(), after.trim())),
        Err(error) => wrong.push(format!("the probe fails afterwards: {error}")),
    }
    let holds = |list: &[String], text: &str| list.iter().any(|identity| identity.contains(text));
    match row.expect {
        Expect::Nothing => {}
        Expect::Named(text) if holds(&withheld, text) || holds(&unbridged, text) => {}
        Expect::Blocked(text) if holds(&unbridged, text) && bundle.run.code == 3 => {}
        expected => wrong.push(format!(
            "exit {}, expected {expected:?}; withheld {withheld:?}; not bridged {unbridged:?}",
            bundle.run.code
        )),
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{}\n{sql}", wrong.join("\n"))) }
}

#[test]
fn report_leaves_prod_as_it_is() {
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(row) = rows::ROWS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = run(row) {
                        failed.lock().unwrap().push((row.name, why));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    let names: Vec<&str> = failed.iter().map(|(name, _)| *name).collect();
    let whys: Vec<String> = failed.iter().map(|(name, why)| format!("=== {name}\n{why}")).collect();
    assert!(
        failed.is_empty(),
        "{}\n{} of {} fail: {names:#?}",
        whys.join("\n"),
        failed.len(),
        rows::ROWS.len()
    );
}
