//! Random pairs of schemas by execution.
//!
//! 50 pairs by default. `PGBRIDGE_PAIRS` runs more, `PGBRIDGE_SEED` others; with either, progress is
//! printed (with `--nocapture`).

mod draw;
mod families;
mod grammar;
mod model;
mod pair;
mod shrink;

use crate::support::majors;
use std::env;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).map_or(default, |text| {
        text.parse().unwrap_or_else(|_| panic!("{variable}: bad number {text}"))
    })
}

/// What failed, made small.
fn report(seed: u64, major: u32) -> Option<String> {
    let pair = draw::pair(seed, major);
    let failure = pair::run(&pair, major).err()?;
    let (small, failure) = shrink::shrink(pair, failure, major);
    Some(format!(
        "=== PGBRIDGE_SEED={seed} on {major}: {}\n{}\n--- prod\n{}\n--- dev\n{}",
        failure.stage,
        failure.text,
        small.prod.script(),
        small.dev.script()
    ))
}

#[test]
fn random_pairs_converge_and_roll_back() {
    let (first, pairs) = (number("PGBRIDGE_SEED", 1), number("PGBRIDGE_PAIRS", 50));
    let majors = majors();
    for major in &majors {
        pair::make_roles(*major);
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
                    if let Some(text) = report(seed, major) {
                        println!("{text}");
                        failed.lock().unwrap().push(seed);
                    }
                    if (seed - first + 1).is_multiple_of(100) {
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
    println!("{good} of {pairs} pairs converged and rolled back");
    assert!(failed.is_empty(), "seeds that fail: {failed:?}");
}
