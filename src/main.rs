//! pgbridge: the program. The only place that ends the process.

use std::process::ExitCode;

fn main() -> ExitCode {
    pgbridge::cli::run()
}
