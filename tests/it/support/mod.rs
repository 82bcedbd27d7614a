//! What the tests stand on: private servers, and `pg_dump` as the judge.

mod cluster;
mod dump;
mod normalize;
pub(crate) mod tools;

pub(crate) use cluster::{Cluster, Database, LOCKED_PASSWORD, psql};
pub(crate) use normalize::{Options, compare, normalize};

use std::collections::BTreeSet;
use std::env;
use std::process::{Command, Stdio};

/// The majors to test, oldest first: `PGBRIDGE_TEST_PG`, else all that are supported.
pub(crate) fn majors() -> Vec<u32> {
    let list = env::var("PGBRIDGE_TEST_PG").unwrap_or_else(|_| "13 14 15 16 17 18".to_owned());
    let majors: BTreeSet<u32> = list
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().unwrap_or_else(|_| panic!("PGBRIDGE_TEST_PG: bad major {word}")))
        .collect();
    assert!(!majors.is_empty(), "PGBRIDGE_TEST_PG names no major");
    majors.into_iter().collect()
}

/// Where tests run that are not about the differences between majors: on 15 and 18 of the
/// majors to test, and on all of them when neither is among them.
pub(crate) fn main_majors() -> Vec<u32> {
    let all = majors();
    let main: Vec<u32> = all.iter().copied().filter(|major| [15, 18].contains(major)).collect();
    if main.is_empty() { all } else { main }
}

/// What `scripts/postgres` prints for these arguments.
fn provision(arguments: &[&str]) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres");
    let mut command = Command::new("bash");
    command.arg(script).args(arguments);
    let output = run(&mut command).unwrap_or_else(|error| {
        panic!("the tests need PostgreSQL: scripts/postgres {} says:\n{error}", arguments.join(" "))
    });
    output.trim_end().to_owned()
}

/// Runs a command to its end: what it printed, or what it complained about.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if output.status.success() {
        String::from_utf8(output.stdout).map_err(|error| error.to_string())
    } else {
        let complaint = String::from_utf8_lossy(&output.stderr);
        Err(format!("{}\n({})", complaint.trim_end(), output.status))
    }
}

/// A command that no `PG*` variable of the caller can lead astray.
fn client(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("PG") && !name.starts_with("PGBRIDGE"))
        {
            command.env_remove(name);
        }
    }
    command.env("PGCLIENTENCODING", "UTF8").env("LC_ALL", "C").stdin(Stdio::null());
    command
}
