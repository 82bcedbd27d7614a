//! One command = one file.

mod demo;
mod diff;
mod graph;
mod reconcile;
mod snapshot;
mod types;
mod verify;

use crate::cli::Exit;
use crate::cli::args::{Arguments, Command, Planning};
use crate::cli::error::CliError;
use crate::cli::output;
use crate::model::Catalog;
use crate::plan::Options;

/// Runs the command.
pub(super) async fn run(arguments: Arguments) -> Result<Exit, CliError> {
    match arguments.command {
        Command::Snapshot(args) => snapshot::run(args).await,
        Command::Diff(args) => diff::run(args).await,
        Command::Reconcile(args) => Box::pin(reconcile::run(args)).await,
        Command::Verify(args) => verify::run(args).await,
        Command::Types(args) => types::run(args).await,
        Command::Graph(args) => graph::run(args).await,
        Command::Demo(args) => demo::run(args).await,
    }
}

/// The options of a plan for `prod`. Who captured prod will run the migrations, if it may; else
/// the database's owner.
fn options(planning: &Planning, prod: &Catalog) -> Options {
    let server = &prod.server;
    let default =
        if server.capture_role_owns { &server.capture_role } else { &server.database_owner };
    let apply_role = planning.apply_role.clone().unwrap_or_else(|| default.clone());
    Options {
        drops: planning.drops.into(),
        apply_role,
        online_above: planning.online_above.0,
        max_lines: planning.max_lines,
        own: Vec::new(),
    }
}

/// Tells what a capture could not see and which values it left out; true when a comparison is
/// incomplete because of it, which values that may be secret never make it.
fn tell_notices(side: &str, catalog: &Catalog) -> bool {
    if let Some(why) = &catalog.scope.why {
        output::note(&format!("{side}: scope.profile: {why}"));
    }
    for group in &catalog.scope.alone {
        output::note(&format!("{side}: {}: {group}", group.group));
    }
    for notice in &catalog.notices {
        output::note(&format!("{side}: {}: {}", notice.subject, notice.text));
    }
    catalog.notices.iter().any(|notice| notice.incomplete)
}
