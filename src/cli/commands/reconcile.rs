//! `pgbridge reconcile`: the main job.

use crate::bundle::{self, File, Input, execution_plan, validation};
use crate::cli::args::ReconcileArgs;
use crate::cli::commands::{options, tell_notices};
use crate::cli::error::CliError;
use crate::cli::progress::Progress;
use crate::cli::source;
use crate::cli::{Exit, output};
use crate::connect::Environment;
use crate::diff::compare;
use crate::model::Catalog;
use crate::plan::{self, Options};
use crate::report::{html, markdown, terminal, view};
use std::path::Path;

pub(super) async fn run(args: ReconcileArgs) -> Result<Exit, CliError> {
    bundle::check_target(&args.out)?;
    let environment = Environment::from_process();
    let timestamp = timestamp(args.timestamp, &environment)?;
    let (dev, prod) = source::read_sides(&args.sides, &environment, true).await?;
    let progress = Progress::start("planning");
    let summary = write(&dev, &prod, &options(&args.planning, &prod), &timestamp, &args.out)?;
    drop(progress);
    let incomplete = tell_notices("dev", &dev.notices) | tell_notices("prod", &prod.notices);
    for line in &summary.unbridged {
        output::note(&format!("not bridged: {line}"));
    }
    output::result(&summary.text)?;
    output::result(&format!("bundle written to {}", args.out.display()))?;
    Ok(if summary.unbridged.is_empty() && !incomplete { Exit::Good } else { Exit::Partly })
}

/// What is told of a bundle.
pub(super) struct Summary {
    /// The tables and the readiness.
    pub(super) text: String,
    /// What could not be bridged, a line each.
    pub(super) unbridged: Vec<String>,
}

/// Plans, and writes the bundle.
pub(super) fn write(
    dev: &Catalog,
    prod: &Catalog,
    options: &Options,
    timestamp: &str,
    out: &Path,
) -> Result<Summary, CliError> {
    let divergence = compare(dev, prod);
    let plan = plan::reconcile(dev, prod, options);
    let input = Input { dev, prod, divergence: &divergence, plan: &plan, options, timestamp };
    let migrations = bundle::migrations(&input)?;
    let files = migrations
        .iter()
        .map(|migration| {
            (
                format!("migrations/{}", migration.file_name()),
                format!("rollback/{}_rollback.sql", migration.name),
            )
        })
        .collect();
    let view = view::ReportView::of(&view::ReportInput {
        dev,
        prod,
        divergence: &divergence,
        plan: &plan,
        options,
        timestamp,
        files,
    });
    let documents = vec![
        File::new("MIGRATION_RECONCILIATION_REPORT.md", markdown::render(&view)),
        File::new("report.html", html::render(&view)?),
        File::new("EXECUTION_PLAN.md", execution_plan::render(&input, &migrations)),
        File::new("VALIDATION_SQL.sql", validation::render(&input, &migrations)),
    ];
    bundle::write(out, &bundle::files(&input, documents)?)?;
    let unbridged =
        plan.unbridged.iter().map(|item| format!("{}: {}", item.id, item.why)).collect();
    Ok(Summary { text: terminal::summary(&view, None), unbridged })
}

/// The one clock: the option, else SOURCE_DATE_EPOCH, else now.
pub(super) fn timestamp(
    given: Option<String>,
    environment: &Environment,
) -> Result<String, CliError> {
    if let Some(given) = given {
        return Ok(given);
    }
    let moment = match environment.get("SOURCE_DATE_EPOCH") {
        Some(text) => {
            let seconds =
                text.parse().ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
            seconds.ok_or_else(|| CliError::Epoch(text.to_owned()))?
        }
        None => jiff::Timestamp::now(),
    };
    let at = moment.to_zoned(jiff::tz::TimeZone::UTC);
    let (date, time) = (at.date(), at.time());
    Ok(format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        date.year(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    ))
}
