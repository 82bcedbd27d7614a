//! A plan becomes a folder of files.
//!
//! Owns the names and the text of the files and how the folder is written. In: the two catalogs,
//! their divergence, the plan. Out: files.
//! Invariant: text that is not derived from these is not written; the folder is written whole or
//! not at all, folder 0700, files 0600; the same input and time stamp give the same bytes.

mod assertion;
pub mod checks;
mod error;
pub mod execution_plan;
pub mod flavour;
mod folder;
mod guard;
mod header;
pub mod history;
pub mod manifest;
mod migration;
pub mod validation;

pub use error::BundleError;
pub use flavour::Flavour;
pub use folder::{check_target, write};
pub use manifest::Manifest;
pub use migration::Migration;

use crate::diff::Divergence;
use crate::model::Catalog;
use crate::plan::{Options, Plan, Rollout};

/// Everything that a bundle is made of.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The reference side.
    pub dev: &'a Catalog,
    /// The side that the migrations change.
    pub prod: &'a Catalog,
    /// How they differ.
    pub divergence: &'a Divergence,
    /// What is done about it.
    pub plan: &'a Plan,
    /// How it was planned.
    pub options: &'a Options,
    /// Which side is changed.
    pub way: Way,
    /// Each step looks first whether it is done.
    pub guarded: bool,
    /// The runners that the migrations are written for besides psql.
    pub flavours: &'a [&'static Flavour],
    /// What only people know of the rollout.
    pub rollout: &'a Rollout,
    /// `YYYYMMDDHHMMSS`: the only value from a clock.
    pub timestamp: &'a str,
}

/// Which side files are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Way {
    /// Prod gets dev's state.
    #[default]
    Bridge,
    /// Dev gets what only prod has.
    Backport,
}

impl Way {
    /// The folder of its files in the bundle, and the variable with the connection to its side.
    pub const fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Bridge => ("", "PGBRIDGE_PROD_URL"),
            Self::Backport => ("backport/", "PGBRIDGE_DEV_URL"),
        }
    }

    /// The word in the names of files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bridge => "bridge",
            Self::Backport => "backport",
        }
    }
}

/// One file of a bundle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Path inside the folder.
    pub path: String,
    /// Its content.
    pub content: String,
}

impl File {
    /// A file.
    pub fn new(path: impl Into<String>, content: impl Into<String>) -> Self {
        Self { path: path.into(), content: content.into() }
    }
}

/// All files of the bundle, in the order of their paths.
///
/// # Errors
/// When the time stamp is none, or a snapshot cannot be written.
pub fn files(input: &Input<'_>, documents: Vec<File>) -> Result<Vec<File>, BundleError> {
    let mut files = documents;
    let dev = crate::model::snapshot::write(input.dev)?;
    let prod = crate::model::snapshot::write(input.prod)?;
    let migrations = migrations(input)?;
    files.push(manifest::file(input, &migrations, &dev, &prod)?);
    for flavour in input.flavours {
        files.extend(flavour.files(input, &migrations)?);
    }
    for migration in migrations {
        if let Some(check) = &migration.check {
            files.push(File::new(checks::path(&migration), check.clone()));
        }
        files.push(File::new(format!("migrations/{}", migration.file_name()), migration.forward));
        files.push(File::new(format!("rollback/{}_rollback.sql", migration.name), migration.back));
    }
    files.push(File::new("snapshots/dev.json", dev));
    files.push(File::new("snapshots/prod.json", prod));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The first time stamp that sorts after `stamp`.
///
/// # Errors
/// When that is none.
pub fn timestamp_after(stamp: &str) -> Result<String, BundleError> {
    migration::after(stamp)
}

/// The migrations of the plan with their names and texts.
///
/// # Errors
/// When the time stamp is none.
pub fn migrations(input: &Input<'_>) -> Result<Vec<Migration>, BundleError> {
    migration::all(input)
}
