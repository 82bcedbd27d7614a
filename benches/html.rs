//! How long a browser takes to open `report.html` with 5,000 findings.
//!
//! `cargo bench --bench html` prints it; nothing fails on it, for a shared machine's times are no test.

#[path = "../tests/it/html/browser.rs"]
#[expect(clippy::indexing_slicing, clippy::unwrap_used, dead_code, reason = "as a test has it")]
mod browser;
#[path = "../tests/it/html/samples.rs"]
#[expect(dead_code, reason = "the bench needs one of them")]
mod samples;
#[path = "../tests/it/support/mod.rs"]
#[expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    dead_code,
    unused_imports,
    reason = "the bench needs a part of what the tests stand on"
)]
mod support;

use std::io::Write as _;
use std::process::{Command, Stdio};
use support::Cluster;

fn main() {
    let cluster = Cluster::get(support::majors().into_iter().max().unwrap_or(18));
    let load = |dev: bool| {
        let database = cluster.create_database("bench");
        if let Err(error) = database.psql(&samples::five_thousand(dev)) {
            panic!("the sample does not load: {error}");
        }
        database
    };
    let (dev, prod) = (load(true), load(false));
    let Ok(folder) = tempfile::tempdir() else { panic!("no folder for the bundle") };
    let bundle = folder.path().join("bundle");
    let status = Command::new(env!("CARGO_BIN_EXE_pgbridge"))
        .args(["reconcile", "--dev", &dev.url(), "--prod", &prod.url(), "--drops", "report"])
        .arg("--out")
        .arg(&bundle)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.is_ok_and(|status| status.success()), "a bundle is written");
    let seen = browser::ask("benches/open.mjs", &bundle.join("report.html"), &[]);
    let told = |name: &str| seen.get(name).cloned().unwrap_or_default();
    let mut out = std::io::stdout();
    let _ = writeln!(
        out,
        "{} findings, {} elements as it opens; best and median of {} in ms: first paint {}, loaded {}, \
         processor time {}; load of the machine {}",
        told("findings"),
        told("elements"),
        told("rounds"),
        told("paint"),
        told("loaded"),
        told("work"),
        told("machine")
    );
}
