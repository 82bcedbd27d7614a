//! `pgbridge reconcile`: the main job.

use crate::bundle::{self, File, Flavour, Input, Way, execution_plan, validation};
use crate::cli::args::ReconcileArgs;
use crate::cli::backport::{self, Backport};
use crate::cli::commands::{options, tell_notices};
use crate::cli::error::CliError;
use crate::cli::history::{complete, outcomes, unexplained};
use crate::cli::progress::Progress;
use crate::cli::source;
use crate::cli::{Exit, output};
use crate::config;
use crate::connect::Environment;
use crate::diff::compare;
use crate::history::{self, Outcomes};
use crate::model::Catalog;
use crate::plan::{self, Options, Rollout};
use crate::report::{html, json, markdown, terminal, view};
use crate::types::typescript;
use crate::verify::replay::Replay;
use std::path::Path;

pub(super) async fn run(args: ReconcileArgs) -> Result<Exit, CliError> {
    bundle::check_target(&args.out)?;
    let environment = Environment::from_process();
    let given = args.timestamp.is_some();
    let timestamp = timestamp(args.timestamp, &environment)?;
    let config = config::load(args.sides.config.as_deref())?;
    let (mut dev, mut prod) = source::read_with(&args.sides, &config, &environment, true).await?;
    if let Some(folder) = args.migrations.or(config.migrations) {
        complete(&folder, [&mut dev, &mut prod])?;
    }
    let timestamp = above_recorded(timestamp, given, &dev, &prod)?;
    let progress = Progress::start("planning");
    let options = Options { own: config.steps, ..options(&args.planning, &prod) };
    let outcomes = if args.prove_history {
        let plan = plan::reconcile(&dev, &prod, &options);
        let backport = config.names.is_empty().then(|| Backport::of(&dev, &plan, &options));
        let backported = backport.as_ref().map_or(&dev, Backport::goal);
        let sides =
            Replay { dev: &dev, prod: &prod, goal: &plan.goal, backported, options: &options };
        let mut say = |message: &str| progress.say(message);
        outcomes(sides, args.scratch.as_deref(), &environment, &mut say).await?
    } else {
        Outcomes::new()
    };
    let flavours: Vec<_> = args.flavour.iter().filter_map(|name| Flavour::parse(name)).collect();
    let job = Job {
        options: &options,
        guarded: args.guarded,
        rollout: &config.rollout,
        flavours: &flavours,
        backport: config.names.is_empty(),
        outcomes: &outcomes,
        timestamp: &timestamp,
        out: &args.out,
    };
    let summary = write(&dev, &prod, &job)?;
    drop(progress);
    let incomplete = tell_notices("dev", &dev) | tell_notices("prod", &prod);
    for line in &summary.unbridged {
        output::note(&format!("not bridged: {line}"));
    }
    for name in &summary.unplaced {
        output::note(&format!("step {name} is not run: the plan does not touch its object"));
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
    /// The user's own steps that are not run.
    pub(super) unplaced: Vec<String>,
}

/// How a bundle is made, and where.
pub(super) struct Job<'a> {
    /// How it is planned.
    pub(super) options: &'a Options,
    /// Each step looks first whether it is done.
    pub(super) guarded: bool,
    /// The runners that the migrations are written for besides psql.
    pub(super) flavours: &'a [&'static Flavour],
    /// What only people know of the rollout.
    pub(super) rollout: &'a Rollout,
    /// Whether dev's own names are known, so that files for dev can be written.
    pub(super) backport: bool,
    /// What replays have shown of recorded migrations.
    pub(super) outcomes: &'a Outcomes,
    /// `YYYYMMDDHHMMSS`.
    pub(super) timestamp: &'a str,
    /// The folder.
    pub(super) out: &'a Path,
}

/// Plans, and writes the bundle.
pub(super) fn write(dev: &Catalog, prod: &Catalog, job: &Job<'_>) -> Result<Summary, CliError> {
    let Job { options, guarded, rollout, flavours, backport, outcomes, timestamp, out } = *job;
    let divergence = compare(dev, prod);
    let plan = plan::reconcile(dev, prod, options);
    let input = Input {
        dev,
        prod,
        divergence: &divergence,
        plan: &plan,
        options,
        way: Way::Bridge,
        guarded,
        flavours,
        rollout,
        timestamp,
    };
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
    let backport = if backport { backport::files(dev, &input)? } else { Vec::new() };
    let own = bundle::history::own(&input, &migrations)?;
    let decided = history::decide(dev, prod, outcomes, |tool| own.entries(tool));
    let unexplained = unexplained(decided.as_deref(), outcomes, &divergence);
    let view = view::ReportView::of(&view::ReportInput {
        dev,
        prod,
        divergence: &divergence,
        plan: &plan,
        options,
        rollout,
        timestamp,
        files,
        backported: backport.len() / 2,
        history: decided.as_deref(),
        unexplained: unexplained.as_deref(),
    });
    let mut documents = vec![
        File::new("MIGRATION_RECONCILIATION_REPORT.md", markdown::render(&view)),
        File::new("report.html", html::render(&view)?),
        File::new("report.json", json::report(&view)),
        File::new("EXECUTION_PLAN.md", execution_plan::render(&input, &migrations)),
        File::new("VALIDATION_SQL.sql", validation::render(&input, &migrations)),
        File::new("database.types.ts", typescript(&plan.goal, &[])?),
    ];
    documents.extend(bundle::history::render(decided.as_deref().unwrap_or_default()));
    documents.extend(backport);
    bundle::write(out, &bundle::files(&input, documents)?)?;
    let unbridged =
        plan.unbridged.iter().map(|item| format!("{}: {}", item.id, item.why)).collect();
    Ok(Summary { text: terminal::summary(&view, None), unbridged, unplaced: plan.unplaced })
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

/// The bridge's files sort after all that either side recorded: a runner would take them for late otherwise. One
/// that was given is not changed.
pub(super) fn above_recorded(
    timestamp: String,
    given: bool,
    dev: &Catalog,
    prod: &Catalog,
) -> Result<String, CliError> {
    let Some(highest) = history::highest(dev, prod) else { return Ok(timestamp) };
    if timestamp.len() != highest.stamp.len() || timestamp > highest.stamp {
        return Ok(timestamp);
    }
    let after = bundle::timestamp_after(&highest.stamp)?;
    let (version, tool, side) = (highest.version, highest.tool, highest.side.name());
    if given {
        return Err(CliError::Versions { timestamp, version, tool, side, after });
    }
    output::note(&format!(
        "the bridge begins at {after}, for {tool} has recorded {version} in {side}"
    ));
    Ok(after)
}
