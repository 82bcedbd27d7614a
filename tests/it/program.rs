//! The program under test, as a script runs it.

use crate::support::{Cluster, Database};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run left behind.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// The same, after a look at the exit code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "exit code\n--- stdout\n{}\n--- stderr\n{}",
            self.out, self.err
        );
        self
    }

    /// An error: exit code 2, one paragraph that holds each of the words.
    #[track_caller]
    pub(crate) fn expect_error(self, words: &[&str]) -> Self {
        let run = self.expect(2);
        assert_eq!(run.out, "", "an error is no result");
        let lines = run.err.trim_end().lines().count();
        assert_eq!(lines, 1, "one paragraph:\n{}", run.err);
        assert!(run.err.starts_with("pgbridge: error: "), "{}", run.err);
        assert!(run.err.contains("; "), "no way out: {}", run.err);
        assert!(!run.err.contains("panicked"), "{}", run.err);
        for word in words {
            assert!(run.err.contains(word), "{word:?} is missing: {}", run.err);
        }
        run
    }
}

/// Runs pgbridge with an environment that holds nothing of the caller's databases.
pub(crate) fn pgbridge(arguments: &[&str]) -> Run {
    pgbridge_with(arguments, &[])
}

/// The same with further environment variables.
pub(crate) fn pgbridge_with(arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    pgbridge_in(Path::new("."), arguments, environment)
}

/// The same in a working directory.
pub(crate) fn pgbridge_in(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgbridge"));
    command.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("PG") && !name.starts_with("PGBRIDGE_PG_"))
        {
            command.env_remove(name);
        }
    }
    let output = command
        .args(arguments)
        .env_remove("SOURCE_DATE_EPOCH")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: text(&output.stdout),
        err: text(&output.stderr),
    }
}

/// A bundle in a folder that goes away.
pub(crate) struct Bundle {
    folder: tempfile::TempDir,
    pub(crate) run: Run,
}

impl Bundle {
    /// Reconciles with a fixed time stamp.
    pub(crate) fn of(dev: &Database, prod: &Database, drops: &str) -> Self {
        Self::with(dev, prod, drops, &[])
    }

    /// The same with more arguments.
    pub(crate) fn with(dev: &Database, prod: &Database, drops: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("bundle");
        let arguments = [
            "reconcile",
            "--dev",
            &dev.url(),
            "--prod",
            &prod.url(),
            "--out",
            out.to_str().unwrap(),
            "--drops",
            drops,
            "--timestamp",
            "20260101000000",
        ];
        // where a replay is asked for
        let programs = ("PGBRIDGE_PG_BIN", prod.cluster().bin().to_str().unwrap());
        let run = pgbridge_with(&[&arguments[..], more].concat(), &[programs]);
        Self { folder, run }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("bundle")
    }

    /// The files of a part, in the order of their names.
    pub(crate) fn files(&self, part: &str) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.path().join(part))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files
    }

    /// Runs the migrations as a DBA would.
    pub(crate) fn apply(&self, prod: &Database) -> Result<(), String> {
        self.files("migrations").iter().try_for_each(|file| run_file(prod, file))
    }

    /// Runs the rollbacks, the last one first.
    pub(crate) fn roll_back(&self, prod: &Database) -> Result<(), String> {
        self.files("rollback").iter().rev().try_for_each(|file| run_file(prod, file))
    }
}

/// Steps checked, too weak, too strong.
fn figures(out: &str) -> Option<[usize; 3]> {
    let line = out.lines().find_map(|line| line.strip_prefix("  locks: "))?;
    let numbers: Vec<usize> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().ok()
}

/// Proves a bundle without limits, on a private cluster from the programs of `cluster`; its steps take
/// no more than they tell. Gives the number of steps, and of those that take less.
pub(crate) fn prove_privately(
    bundle: &Bundle,
    cluster: &Cluster,
) -> Result<(usize, usize), String> {
    let folder = bundle.path();
    let programs = ("PGBRIDGE_PG_BIN", cluster.bin().to_str().unwrap());
    let run = pgbridge_with(&["verify", folder.to_str().unwrap(), "--strict"], &[programs]);
    match figures(&run.out) {
        Some([steps, 0, strong]) if run.code == 0 => Ok((steps, strong)),
        _ => Err(format!("{run:?}")),
    }
}

fn run_file(prod: &Database, file: &Path) -> Result<(), String> {
    prod.psql_file(file)
        .map(drop)
        .map_err(|error| format!("{}: {error}", file.file_name().unwrap().display()))
}
