//! The command line.
//!
//! Owns arguments, commands, output and exit codes. In: the process's arguments and environment.
//! Out: what a person or a script reads.
//! Invariant: the only folder that prints; a command returns its exit code and never ends the process.

mod args;
mod backport;
mod commands;
mod error;
mod exit;
mod history;
mod output;
mod progress;
mod source;

pub use exit::Exit;

use clap::Parser;
use std::process::ExitCode;

/// Runs the command that the process's arguments name.
pub fn run() -> ExitCode {
    let arguments = match args::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::usage(&error),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::failed(&error::CliError::Runtime(error)),
    };
    let result = runtime.block_on(async {
        tokio::select! {
            result = commands::run(arguments) => result,
            _ = tokio::signal::ctrl_c() => Err(error::CliError::Interrupted),
        }
    });
    match result {
        Ok(exit) => exit.into(),
        Err(error) => output::failed(&error),
    }
}
