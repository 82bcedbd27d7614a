//! Every kind by execution: load both sides, plan, apply, compare, plan again, roll back, compare.

use crate::program::{Bundle, pgbridge};
use crate::support::{Cluster, Options, compare, majors};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Columns can only be appended, so an order that differs is no failure here.
const JUDGE: Options = Options { ignore_column_order: true, sort_acl: true };

#[derive(Debug, Clone)]
struct Case {
    folder: PathBuf,
    major: u32,
    reverse: bool,
}

impl Case {
    /// `kind/case on 15, a to b`.
    fn name(&self) -> String {
        let kind =
            self.folder.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let way = if self.reverse { "b to a" } else { "a to b" };
        format!("{kind}/{} {way}", self.folder.file_name().unwrap().display())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The first major that can load a case: `since = N` in its case.toml.
fn since(folder: &Path) -> u32 {
    let text = std::fs::read_to_string(folder.join("case.toml")).unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix("since"))
        .and_then(|rest| rest.trim_start_matches([' ', '=']).trim().parse().ok())
        .unwrap_or(13)
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let list = |folder: &Path| {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    for kind in list(&root().join("cases")) {
        for folder in list(&kind) {
            for major in majors() {
                if since(&folder) <= major {
                    cases.extend([false, true].map(|reverse| Case {
                        folder: folder.clone(),
                        major,
                        reverse,
                    }));
                }
            }
        }
    }
    cases
}

/// What is known not to work, with its reason: one line each in `fixtures/expected_failures.txt`.
fn expected_failures() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("expected_failures.txt")).unwrap();
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| line.split(':').next().unwrap().trim().to_owned())
        .collect()
}

fn run(case: &Case) -> Result<(), String> {
    let cluster = Cluster::get(case.major);
    let (dev_file, prod_file) = if case.reverse { ("a.sql", "b.sql") } else { ("b.sql", "a.sql") };
    let load = |side: &str, file: &str| {
        let database = cluster.create_database(&format!("case_{side}"));
        database
            .psql_file(&case.folder.join(file))
            .map_err(|error| format!("{file} does not load: {error}"))?;
        Ok::<_, String>(database)
    };
    let (dev, prod) = (load("dev", dev_file)?, load("prod", prod_file)?);
    let before = prod.dump();
    let goal = dev.dump();
    let bundle = Bundle::of(&dev, &prod, "emit");
    if bundle.run.code != 0 {
        return Err(format!("reconcile: {:?}", bundle.run));
    }
    bundle.apply(&prod)?;
    compare(&prod.dump(), &goal, JUDGE)
        .map_err(|difference| format!("after the bridge:\n{difference}"))?;
    let diff = pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]);
    if diff.code != 0 {
        return Err(format!("diff after the bridge: {}", diff.out));
    }
    bundle.roll_back(&prod)?;
    compare(&prod.dump(), &before, JUDGE)
        .map_err(|difference| format!("after the rollback:\n{difference}"))
}

#[test]
fn every_case_converges_both_ways_and_rolls_back() {
    let cases = cases();
    assert!(cases.len() > 100, "only {} cases", cases.len());
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = run(case) {
                        failed.lock().unwrap().push((case.clone(), why));
                    }
                }
            });
        }
    });
    let expected = expected_failures();
    let mut failed = failed.into_inner().unwrap();
    failed.sort_by_key(|(case, _)| (case.name(), case.major));
    let names: BTreeSet<String> = failed.iter().map(|(case, _)| case.name()).collect();
    let surprises: Vec<String> = failed
        .iter()
        .filter(|(case, _)| !expected.contains(&case.name()))
        .map(|(case, why)| format!("=== {} on {}\n{why}", case.name(), case.major))
        .collect();
    assert!(
        surprises.is_empty(),
        "{} of {} fail:\n{}",
        surprises.len(),
        cases.len(),
        surprises.join("\n")
    );
    let mended: Vec<&String> = expected.difference(&names).collect();
    assert!(
        mended.is_empty(),
        "these work now, take them out of expected_failures.txt: {mended:?}"
    );
}
