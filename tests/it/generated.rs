//! Random pairs of schemas by execution.
//!
//! 50 pairs by default. `PGBRIDGE_PAIRS` runs more, `PGBRIDGE_SEED` others; with either, progress is
//! printed (with `--nocapture`). `PGBRIDGE_ROW_PAIRS` does the same for pairs with rows, 6 by default.

mod draw;
mod families;
mod grammar;
mod model;
mod pair;
mod seeded;
mod shrink;

use crate::support::{Cluster, majors};
use draw::Pair;
use pair::Failure;
use std::env;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).map_or(default, |text| {
        text.parse().unwrap_or_else(|_| panic!("{variable}: bad number {text}"))
    })
}

/// What is done with a pair on a major.
type Trial = fn(&Pair, u32) -> Result<(), Failure>;

/// What failed, made small.
fn report(seed: u64, major: u32, run: Trial) -> Option<String> {
    let pair = draw::pair(seed, major);
    let failure = run(&pair, major).err()?;
    let (small, failure) = shrink::shrink(pair, failure, major, run);
    Some(format!(
        "=== PGBRIDGE_SEED={seed} on {major}: {}\n{}\n--- prod\n{}\n--- dev\n{}",
        failure.stage,
        failure.text,
        small.prod.script(),
        small.dev.script()
    ))
}

/// Tries as many pairs, on one major after the other.
fn sweep(pairs: u64, run: Trial) {
    let first = number("PGBRIDGE_SEED", 1);
    let majors = majors();
    for major in &majors {
        pair::make_roles(Cluster::get(*major));
    }
    let next = AtomicU64::new(first);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + pairs {
                        break;
                    }
                    let major = majors[usize::try_from(seed).unwrap() % majors.len()];
                    if let Some(text) = report(seed, major, run) {
                        println!("{text}");
                        failed.lock().unwrap().push(seed);
                    }
                    if (seed - first + 1).is_multiple_of(20) {
                        let failed = failed.lock().unwrap().len();
                        println!("{} of {pairs} pairs, {failed} failed", seed - first + 1);
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort_unstable();
    let good = pairs - u64::try_from(failed.len()).unwrap();
    println!("{good} of {pairs} pairs are good");
    assert!(failed.is_empty(), "seeds that fail: {failed:?}");
}

#[test]
fn random_pairs_converge_and_roll_back() {
    sweep(number("PGBRIDGE_PAIRS", 50), pair::run);
}

#[test]
fn random_pairs_keep_their_rows() {
    for major in majors() {
        pair::make_roles(Cluster::scratch(major));
    }
    sweep(number("PGBRIDGE_ROW_PAIRS", 6), seeded::run);
    println!("{}", seeded::figure());
}
