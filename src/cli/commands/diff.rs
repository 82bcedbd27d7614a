//! `pgbridge diff`.

use crate::cli::args::{DiffArgs, Format};
use crate::cli::commands::{options, tell_notices};
use crate::cli::error::CliError;
use crate::cli::progress::Progress;
use crate::cli::source;
use crate::cli::{Exit, output};
use crate::connect::Environment;
use crate::diff::compare;
use crate::plan;
use crate::report::{json, terminal};
use anstyle::AnsiColor;

pub(super) async fn run(args: DiffArgs) -> Result<Exit, CliError> {
    let environment = Environment::from_process();
    let (dev, prod) = source::read_sides(&args.sides, &environment, false).await?;
    let progress = Progress::start("comparing");
    let divergence = compare(&dev, &prod);
    drop(progress);
    let incomplete = tell_notices("dev", &dev) | tell_notices("prod", &prod);
    match args.format {
        Format::Json => output::result(&json::divergence(&divergence, !incomplete))?,
        Format::Sql => {
            let plan = plan::reconcile(&dev, &prod, &options(&args.planning, &prod));
            let sql: Vec<String> = plan.steps().flat_map(|step| step.statements.clone()).collect();
            output::result(&sql.join("\n"))?;
        }
        Format::Table => {
            output::result(&terminal::divergence_table(&divergence, None))?;
            let verdict = if divergence.is_equal() && incomplete {
                let text = "no difference was found, and something could not be compared";
                output::coloured(text, AnsiColor::Yellow)
            } else if divergence.is_equal() {
                output::coloured("dev and prod are equal", AnsiColor::Green)
            } else {
                let count = divergence.counted().filter(|drift| drift.told_with.is_none()).count();
                output::coloured(&format!("{count} objects differ"), AnsiColor::Yellow)
            };
            output::result(&verdict)?;
        }
    }
    // what was not compared is not equal
    Ok(if divergence.is_equal() && !incomplete { Exit::Good } else { Exit::No })
}
