//! `pgbridge demo`: the main job on two sample databases, on a machine with nothing set up.

use crate::cli::args::DemoArgs;
use crate::cli::commands::reconcile::{self, Job, Summary};
use crate::cli::commands::verify::{tell, verdict_exit};
use crate::cli::error::CliError;
use crate::cli::progress::Progress;
use crate::cli::source::{self, Source};
use crate::cli::{Exit, output};
use crate::connect::{Conninfo, Environment, Session};
use crate::diff::compare;
use crate::history::Outcomes;
use crate::plan::{Drops, Options, Rollout};
use crate::report::terminal;
use crate::sql::quote;
use crate::verify::{BinarySearch, Cluster, verify};
use std::path::PathBuf;

/// The sample: a dev database with an audit system that prod lacks, and a prod with a hotfix.
const DEV: &str = include_str!("../../../fixtures/audit/dev.sql");
const PROD: &str = include_str!("../../../fixtures/audit/prod.sql");

pub(super) async fn run(args: DemoArgs) -> Result<Exit, CliError> {
    let environment = Environment::from_process();
    let out = folder(args.out)?;
    crate::bundle::check_target(&out)?;
    let progress = Progress::start("starting a private PostgreSQL cluster");
    let search = BinarySearch::from_environment(&environment);
    let cluster = Cluster::start(&search.find(None)?)?;
    progress.say("loading the two sample databases");
    load(&cluster, &environment, "audit_dev", DEV).await?;
    load(&cluster, &environment, "audit_prod", PROD).await?;
    let source = |database: &str| Source::parse(&cluster.conninfo_text(database), &environment);
    progress.say("reading dev and prod");
    let (dev, prod) =
        source::read_both(&source("audit_dev")?, &source("audit_prod")?, true).await?;
    progress.say("planning");
    let options = Options {
        drops: Drops::Report,
        apply_role: prod.server.capture_role.clone(),
        ..Options::default()
    };
    let timestamp = reconcile::timestamp(None, &environment)?;
    let timestamp = reconcile::above_recorded(timestamp, false, &dev, &prod)?;
    let job = Job {
        options: &options,
        rollout: &Rollout::default(),
        guarded: false,
        flavours: &[],
        backport: true,
        outcomes: &Outcomes::new(),
        timestamp: &timestamp,
        out: &out,
    };
    let Summary { text, unbridged, .. } = reconcile::write(&dev, &prod, &job)?;
    progress.say("proving the bundle on a scratch cluster");
    let proof = verify(&out, None, &search, 0, &[], &mut |message| progress.say(message)).await?;
    drop(progress);
    output::result(&terminal::divergence_table(&compare(&dev, &prod), None))?;
    output::result(&text)?;
    for line in &unbridged {
        output::note(&format!("not bridged: {line}"));
    }
    tell(&proof)?;
    output::result(&format!("bundle: {}", out.display()))?;
    Ok(verdict_exit(&proof, false))
}

/// The folder that was asked for, or a new one among the temporary ones.
fn folder(given: Option<PathBuf>) -> Result<PathBuf, CliError> {
    if let Some(folder) = given {
        return Ok(folder);
    }
    let parent = std::env::temp_dir();
    let write = |source| CliError::Write { path: parent.clone(), source };
    let made =
        tempfile::Builder::new().prefix("pgbridge-demo-").tempdir_in(&parent).map_err(write)?;
    // it stays: it is what the demo is for
    Ok(made.keep().join("bundle"))
}

async fn load(
    cluster: &Cluster,
    environment: &Environment,
    database: &str,
    script: &str,
) -> Result<(), CliError> {
    let maintenance = Conninfo::parse(&cluster.conninfo_text("postgres"), environment)?;
    let session = Session::open(&maintenance).await?;
    session.run(&format!("CREATE DATABASE {} TEMPLATE template0", quote::ident(database))).await?;
    session.close().await;
    let session = Session::open(&maintenance.with_database(database)).await?;
    session.run(script).await?;
    session.close().await;
    Ok(())
}
