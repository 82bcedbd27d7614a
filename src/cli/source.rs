//! A source: a live database or a snapshot file.

use crate::cli::args::Sides;
use crate::cli::error::CliError;
use crate::cli::progress::Progress;
use crate::config::{self, Config};
use crate::connect::{Conninfo, Environment, Session};
use crate::introspect::{CaptureOptions, capture};
use crate::kinds::specs_of;
use crate::model::{Catalog, snapshot};
use crate::normalize::{names, not_null, spelling};
use crate::scope::{partition, supabase};
use std::path::{Path, PathBuf};

/// Where a catalog comes from.
pub(super) enum Source {
    /// A database.
    Live(Box<Conninfo>),
    /// A file.
    File(PathBuf),
}

impl Source {
    /// A URI, `key=value` settings, or the path of a file.
    ///
    /// What looks like a connection and is no file is never taken for a path: paths are printed.
    pub(super) fn parse(text: &str, environment: &Environment) -> Result<Self, CliError> {
        if Conninfo::is_uri(text) || (Conninfo::is_likely(text) && !Path::new(text).exists()) {
            return Ok(Self::Live(Box::new(Conninfo::parse(text, environment)?)));
        }
        Ok(Self::File(PathBuf::from(text)))
    }

    /// Its name without secrets.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Live(conninfo) => conninfo.redacted(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// The catalog.
    pub(super) async fn read(&self, options: CaptureOptions) -> Result<Catalog, CliError> {
        match self {
            Self::Live(conninfo) => {
                let session = Session::open(conninfo).await?;
                let catalog = capture(&session, options).await?;
                session.close().await;
                Ok(catalog)
            }
            Self::File(path) => {
                let read = |source| CliError::Read { path: path.clone(), source };
                let text = std::fs::read_to_string(path).map_err(read)?;
                snapshot::read(&text, specs_of)
                    .map_err(|source| CliError::Snapshot { path: path.clone(), source })
            }
        }
    }
}

/// Both sides of a command, under the names and within the scope that the configuration says.
pub(super) async fn read_sides(
    sides: &Sides,
    environment: &Environment,
    with_sizes: bool,
) -> Result<(Catalog, Catalog), CliError> {
    let config = config::load(sides.config.as_deref())?;
    read_with(sides, &config, environment, with_sizes).await
}

/// The same with a configuration that was read already.
pub(super) async fn read_with(
    sides: &Sides,
    config: &Config,
    environment: &Environment,
    with_sizes: bool,
) -> Result<(Catalog, Catalog), CliError> {
    let dev = Source::parse(&sides.dev, environment)?;
    let prod = Source::parse(&sides.prod, environment)?;
    let _progress = Progress::start("reading dev and prod");
    let (dev, prod) = read_both(&dev, &prod, with_sizes).await?;
    let dev = names::translate(dev, &config.names)?;
    let dev = not_null::align(spelling::align(dev, &prod), &prod);
    let (dev, prod) = supabase::leave_alone(dev, prod, config.profile);
    Ok(partition::leave_out(dev, prod, &config.partitions))
}

/// Both sides, read at the same time. The same database twice is an error.
///
/// Table sizes are asked of prod where a plan is made: they cost as much as the rest of a small scan.
pub(super) async fn read_both(
    dev: &Source,
    prod: &Source,
    sizes: bool,
) -> Result<(Catalog, Catalog), CliError> {
    let of_dev = CaptureOptions { histories: true, ..CaptureOptions::default() };
    let of_prod = CaptureOptions { sizes, ..of_dev };
    let (dev_catalog, prod_catalog) =
        futures_util::future::try_join(dev.read(of_dev), prod.read(of_prod)).await?;
    let same_address =
        matches!((dev, prod), (Source::Live(a), Source::Live(b)) if a.redacted() == b.redacted());
    if same_address || dev_catalog.is_same_database(&prod_catalog) {
        return Err(CliError::SameDatabase(prod.name()));
    }
    Ok((dev_catalog, prod_catalog))
}
