//! What is printed: results on stdout, everything else on stderr.

use crate::cli::Exit;
use crate::cli::error::CliError;
use crate::sql::quote::printable;
use anstyle::{AnsiColor, Style};
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// Prints a result. A reader that went away is no error.
pub(super) fn result(text: &str) -> Result<(), CliError> {
    let mut out = anstream::stdout().lock();
    let ending = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    match write!(out, "{text}{ending}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(CliError::Output(error)),
        _ => Ok(()),
    }
}

/// Prints a line for the person who watches.
pub(super) fn note(text: &str) {
    // with stderr gone there is nobody to tell
    let _ = writeln!(anstream::stderr().lock(), "pgbridge: {text}");
}

/// A text in a colour, which goes away where there is no terminal.
pub(super) fn coloured(text: &str, colour: AnsiColor) -> String {
    let style = Style::new().bold().fg_color(Some(colour.into()));
    format!("{style}{text}{style:#}")
}

/// Prints an error with its way out.
pub(super) fn failed(error: &CliError) -> ExitCode {
    let label = coloured("error:", AnsiColor::Red);
    let hint = error.hint().map(|hint| format!("; {}", printable(&hint))).unwrap_or_default();
    let _ = writeln!(
        anstream::stderr().lock(),
        "pgbridge: {label} {}{hint}",
        printable(&error.to_string())
    );
    Exit::Failed.into()
}

/// Prints clap's own message: help and version are results. It repeats arguments that it does not
/// understand, and one of them may be a connection string that stands in the wrong place.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return Exit::Good.into();
    }
    let mut text = error.render().to_string();
    for argument in std::env::args().skip(1).filter(|argument| argument.contains(['@', '='])) {
        text = text.replace(&argument, "***");
    }
    let _ = writeln!(anstream::stderr().lock(), "{}", text.trim_end());
    Exit::Failed.into()
}
