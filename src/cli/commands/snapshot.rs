//! `pgbridge snapshot`.

use crate::cli::args::SnapshotArgs;
use crate::cli::commands::tell_notices;
use crate::cli::error::CliError;
use crate::cli::progress::Progress;
use crate::cli::source::Source;
use crate::cli::{Exit, output};
use crate::connect::Environment;
use crate::introspect::CaptureOptions;
use crate::model::snapshot;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

pub(super) async fn run(args: SnapshotArgs) -> Result<Exit, CliError> {
    let source = Source::parse(&args.source, &Environment::from_process())?;
    let progress = Progress::start(&format!("reading {}", source.name()));
    let catalog = source.read(CaptureOptions { sizes: true, histories: true, order: None }).await?;
    drop(progress);
    let incomplete = tell_notices("the database", &catalog);
    let text = snapshot::write(&catalog)
        .map_err(|error| CliError::Snapshot { path: args.out.clone(), source: error })?;
    write(&args.out, &text).map_err(|source| CliError::Write { path: args.out.clone(), source })?;
    let line = format!(
        "{}: {} objects, {} rows in the ledger",
        args.out.display(),
        catalog.objects.len(),
        catalog.ledger.len()
    );
    output::result(&line)?;
    Ok(if incomplete { Exit::Partly } else { Exit::Good })
}

/// Written whole or not at all, and never over another file.
pub(super) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let result =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).and_then(
            |mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            },
        );
    if result.as_ref().is_err_and(|error| error.kind() != std::io::ErrorKind::AlreadyExists) {
        // a half-written file is worse than none
        let _ = std::fs::remove_file(path);
    }
    result
}
