//! Pinned Node.js programs, found by the project's own script.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The folder with `node_modules` for the pins in a folder of the project.
pub(crate) fn tools(pins: &str) -> PathBuf {
    let root = env!("CARGO_MANIFEST_DIR");
    let arguments = [format!("{root}/scripts/node"), "folder".to_owned(), format!("{root}/{pins}")];
    PathBuf::from(run(Command::new("bash").args(arguments)).trim_end())
}

/// Runs a program that must succeed; what it prints.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| {
        panic!("{}: {error}; these tests need bash, node and npm", command.get_program().display())
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
