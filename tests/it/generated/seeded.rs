//! One pair with rows: prod's tables are seeded on a scratch database, the bridge and its rollback
//! run there, and no row may be lost but where a step says so.

use super::draw::Pair;
use super::pair::{Failure, at, load};
use crate::program::{Bundle, pgbridge};
use crate::support::Cluster;
use std::sync::Mutex;

/// Rows per table.
const ROWS: &str = "12";

/// What was seen so far: pairs with rows, rows, losses that a step names.
static SEEN: Mutex<(u64, u64, u64)> = Mutex::new((0, 0, 0));

/// The same in words.
pub(crate) fn figure() -> String {
    let (pairs, rows, told) = *SEEN.lock().unwrap();
    format!("{rows} rows in {pairs} pairs, none lost but {told} that a step names")
}

pub(crate) fn run(pair: &Pair, major: u32) -> Result<(), Failure> {
    let (prod, dev) = load(pair, major)?;
    let bundle = Bundle::of(&dev, &prod, "emit");
    if bundle.run.code != 0 {
        let run = &bundle.run;
        return Err(at("reconcile")(format!("exit code {}\n{}{}", run.code, run.out, run.err)));
    }
    let folder = bundle.path();
    let server = Cluster::scratch(major).url("postgres");
    let folder = folder.to_str().unwrap();
    let run = pgbridge(&["verify", folder, "--scratch", &server, "--data", ROWS]);
    if run.code != 0 {
        let sql: String = bundle
            .files("migrations")
            .iter()
            .chain(&bundle.files("rollback"))
            .map(|file| std::fs::read_to_string(file).unwrap())
            .collect();
        return Err(at("rows")(format!("{}{}\n{sql}", run.out, run.err)));
    }
    let told = run.out.lines().filter(|line| line.contains("limit: lost after")).count();
    let seeded = run.out.split("rows: ").nth(1).and_then(|rest| rest.split(' ').next());
    let seeded = seeded.and_then(|number| number.replace(',', "").parse::<u64>().ok());
    let seeded = seeded.ok_or_else(|| at("figure")(run.out.clone()))?;
    let mut seen = SEEN.lock().unwrap();
    *seen =
        (seen.0 + u64::from(seeded > 0), seen.1 + seeded, seen.2 + u64::try_from(told).unwrap());
    Ok(())
}
