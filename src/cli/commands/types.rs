//! `pgbridge types`.

use crate::cli::args::TypesArgs;
use crate::cli::commands::{snapshot, tell_notices};
use crate::cli::error::CliError;
use crate::cli::progress::Progress;
use crate::cli::source::Source;
use crate::cli::{Exit, output};
use crate::connect::Environment;
use crate::introspect::CaptureOptions;
use crate::types::typescript;

pub(super) async fn run(args: TypesArgs) -> Result<Exit, CliError> {
    let source = Source::parse(&args.source, &Environment::from_process())?;
    let progress = Progress::start(&format!("reading {}", source.name()));
    let catalog = source.read(CaptureOptions::default()).await?;
    drop(progress);
    let incomplete = tell_notices("the database", &catalog);
    let text = typescript(&catalog, &args.schemas)?;
    match args.out {
        None => output::result(&text)?,
        Some(path) => {
            snapshot::write(&path, &text)
                .map_err(|source| CliError::Write { path: path.clone(), source })?;
        }
    }
    Ok(if incomplete { Exit::Partly } else { Exit::Good })
}
