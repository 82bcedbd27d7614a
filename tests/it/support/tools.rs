//! Pinned programs of others, found by the project's own scripts.

use std::path::PathBuf;
use std::process::{Command, Stdio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What a script of the project prints.
fn script(name: &str, arguments: &[&str]) -> PathBuf {
    let path = format!("{ROOT}/scripts/{name}");
    PathBuf::from(run(Command::new("bash").arg(path).args(arguments)).trim_end())
}

/// The folder with `node_modules` for the pins in a folder of the project.
pub(crate) fn tools(pins: &str) -> PathBuf {
    script("node", &["folder", &format!("{ROOT}/{pins}")])
}

/// A program that cargo builds.
pub(crate) fn built(name: &str) -> PathBuf {
    script("crate", &["program", name])
}

/// Runs a program that must succeed; what it prints.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| {
        panic!(
            "{}: {error}; these tests need bash, node, npm and cargo",
            command.get_program().display()
        )
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{}\n{}\n{}",
        command.get_program().display(),
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}
