//! Every kind by execution: load both sides, plan, apply, compare, plan again, roll back, compare.
//! What shares databases is also proven from its snapshots alone.
//!
//! The cases of one major and direction share two databases, each case in a schema of its own;
//! when something fails there, smaller packs are tried until it is known which case it was.

pub(crate) mod list;

use crate::program::{Bundle, pgbridge, prove_privately};
use crate::support::{Cluster, Options, compare, main_majors, majors};
use list::{Case, Expected, cases, label};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Columns can only be appended, so an order that differs is no failure here.
const JUDGE: Options = Options { ignore_column_order: true, sort_acl: true };

/// Kinds whose statements have other forms on large tables.
const ON_TABLES: &[&str] =
    &["column", "constraint", "index", "inheritance", "materialized_view", "table"];

/// Steps that were watched, and those that took less than they tell: whether a key comes before or
/// after a partition is not told.
static STEPS: AtomicUsize = AtomicUsize::new(0);
static TOO_STRONG: AtomicUsize = AtomicUsize::new(0);

/// Cases that share their databases.
#[derive(Debug)]
struct Pack<'a> {
    major: u32,
    reverse: bool,
    /// Every table counts as large, even an empty one.
    online: bool,
    cases: Vec<&'a Case>,
}

/// Cases that do not come through: one, or several that only fail together.
type Failure = (String, String);

impl Pack<'_> {
    fn name(&self) -> String {
        let first = self.cases.first().map_or_else(String::new, |case| label(case, self.reverse));
        let place = format!("{}{}", self.major, if self.online { ", online" } else { "" });
        match self.cases.len() {
            0 | 1 => format!("{first} on {place}"),
            several => format!("{first} and {} others together on {place}", several - 1),
        }
    }

    /// There and back again.
    fn run(&self) -> Result<(), String> {
        let cluster = Cluster::get(self.major);
        let (dev_side, prod_side) = if self.reverse { ("a", "b") } else { ("b", "a") };
        let load = |role: &str, side: &str| {
            let database = cluster.create_database(&format!("case_{role}"));
            let arguments: Vec<String> =
                self.cases.iter().flat_map(|case| case.psql_arguments(side)).collect();
            database
                .psql_with(&arguments)
                .map_err(|error| format!("{side}.sql does not load: {error}"))?;
            Ok::<_, String>(database)
        };
        let (dev, prod) = (load("dev", dev_side)?, load("prod", prod_side)?);
        let before = prod.dump();
        let goal = dev.dump();
        let forms: &[&str] = if self.online { &["--online-above=-1"] } else { &[] };
        let bundle = Bundle::with(&dev, &prod, "emit", forms);
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
            .map_err(|difference| format!("after the rollback:\n{difference}"))?;
        // a cluster for each isolated case would take more time than all the rest
        if self.cases.iter().any(|case| case.is_isolated()) {
            return Ok(());
        }
        let (steps, strong) =
            prove_privately(&bundle, cluster).map_err(|run| format!("verify: {run}"))?;
        STEPS.fetch_add(steps, Ordering::Relaxed);
        TOO_STRONG.fetch_add(strong, Ordering::Relaxed);
        Ok(())
    }

    /// Runs it, and where it fails looks for the cases that make it fail.
    fn failures(&self) -> Vec<Failure> {
        let Err(why) = self.run() else { return Vec::new() };
        let found: Vec<Failure> =
            self.split(&why).into_iter().flat_map(|part| part.failures()).collect();
        if found.is_empty() { vec![(self.name(), why)] } else { found }
    }

    /// Two smaller packs, if possible: the cases that the complaint names and the others, else halves.
    fn split(&self, why: &str) -> Vec<Self> {
        if self.cases.len() == 1 {
            return Vec::new();
        }
        let (named, others): (Vec<&Case>, Vec<&Case>) =
            self.cases.iter().partition(|case| case.is_named_in(why));
        let parts = if named.is_empty() || others.is_empty() {
            let (left, right) = self.cases.split_at(self.cases.len() / 2);
            [left.to_vec(), right.to_vec()]
        } else {
            [named, others]
        };
        parts.into_iter().map(|cases| Self { cases, ..*self }).collect()
    }
}

/// What has databases of its own is a pack of one: isolated cases, and those known to fail.
fn packs<'a>(cases: &'a [Case], expected: &Expected) -> Vec<Pack<'a>> {
    let mut packs = Vec::new();
    let mut single = Vec::new();
    for major in majors() {
        for reverse in [false, true] {
            let (alone, together): (Vec<&Case>, Vec<&Case>) =
                cases.iter().filter(|case| case.runs_on(major)).partition(|case| {
                    case.is_isolated() || expected.holds(&label(case, reverse), major)
                });
            let pack = |cases| Pack { major, reverse, online: false, cases };
            if main_majors().contains(&major) {
                let on_tables = |case: &&&Case| ON_TABLES.contains(&case.kind());
                let cases = together.iter().filter(on_tables).copied().collect();
                packs.push(Pack { online: true, ..pack(cases) });
            }
            packs.push(pack(together));
            single.extend(alone.into_iter().map(|case| pack(vec![case])));
        }
    }
    packs.append(&mut single);
    packs
}

#[test]
fn every_case_converges_both_ways_and_rolls_back() {
    let cases = cases();
    let expected = Expected::read(&cases);
    let packs = packs(&cases, &expected);
    let next = AtomicUsize::new(0);
    let (surprises, mended) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(pack) = packs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let failures = pack.failures();
                    let is_expected = matches!(pack.cases[..], [case]
                        if expected.holds(&label(case, pack.reverse), pack.major));
                    if !is_expected {
                        surprises.lock().unwrap().extend(failures);
                    } else if failures.is_empty() {
                        mended.lock().unwrap().push(pack.name());
                    }
                }
            });
        }
    });
    let mut surprises = surprises.into_inner().unwrap();
    surprises.sort();
    let texts: Vec<String> =
        surprises.iter().map(|(name, why)| format!("=== {name}\n{why}")).collect();
    let runs: usize = packs.iter().map(|pack| pack.cases.len()).sum();
    assert!(texts.is_empty(), "{} of {runs} fail:\n{}", texts.len(), texts.join("\n"));
    let mended = mended.into_inner().unwrap();
    assert!(
        mended.is_empty(),
        "these work now, take them out of expected_failures.txt: {mended:?}"
    );
    assert!(runs > 100, "only {runs} cases");
    let (steps, strong) = (STEPS.load(Ordering::Relaxed), TOO_STRONG.load(Ordering::Relaxed));
    println!("{steps} steps observed, {strong} told too strong");
    assert!(strong * 50 <= steps, "{strong} of {steps} steps tell too strong locks");
}

/// What every case has to say must be told the same under another schema's name.
#[test]
fn every_case_is_equal_under_a_map_of_schemas() {
    let cases = cases();
    let folder = tempfile::tempdir().unwrap();
    for (major, side) in majors().into_iter().flat_map(|major| [(major, "a"), (major, "b")]) {
        let of_major = |case: &&Case| case.runs_on(major) && !case.is_isolated();
        let cases: Vec<&Case> = cases.iter().filter(of_major).collect();
        let load = |role: &str, suffix: &str| {
            let database = Cluster::get(major).create_database(&format!("case_map_{role}"));
            let arguments: Vec<String> = cases
                .iter()
                .flat_map(|case| {
                    case.psql_arguments_in(side, &format!("{}{suffix}", case.schema()))
                })
                .collect();
            database.psql_with(&arguments).unwrap();
            database
        };
        let (dev, prod) = (load("dev", "_dev"), load("prod", ""));
        let lines = cases.iter().map(|case| format!("{0}_dev = '{0}'\n", case.schema()));
        let file = folder.path().join("map.toml");
        std::fs::write(&file, format!("[map.schemas]\n{}", lines.collect::<String>())).unwrap();
        let (dev, prod) = (dev.url(), prod.url());
        let config = ["--config", file.to_str().unwrap()];
        let diff = ["diff", "--dev", &dev, "--prod", &prod];
        let run = pgbridge(&[&diff[..], &config].concat());
        assert_eq!(run.out, "dev and prod are equal\n", "{side}.sql on {major}");
    }
}
