//! Why there is no verdict.

use crate::bundle::BundleError;
use crate::connect::ConnectError;
use crate::introspect::IntrospectError;
use crate::model::snapshot::SnapshotError;
use std::path::PathBuf;

/// An error of a proof.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A file of the bundle cannot be read.
    #[error("reading {} failed: {source}", .path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The manifest.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A snapshot of the bundle.
    #[error("{file}: {source}")]
    Snapshot {
        /// Its path in the bundle.
        file: String,
        /// The cause.
        source: SnapshotError,
    },
    /// A file of the bundle is not the one that was written.
    #[error("{0} was edited: its sha256 is not the one in plan.json")]
    Edited(String),
    /// A file that the manifest does not name.
    #[error("{0} stands in the bundle, but not in plan.json")]
    Unlisted(String),
    /// A path that leads elsewhere.
    #[error("plan.json names the file {0}, which cannot be part of a bundle")]
    Path(String),
    /// One database on both sides.
    #[error("dev and prod of this bundle are the same database, {0}")]
    SameDatabase(String),
    /// The scratch server is prod's.
    #[error("{server} is prod's server (system identifier {identifier}): a proof never runs there")]
    ProdServer {
        /// The redacted URI.
        server: String,
        /// The cluster.
        identifier: String,
    },
    /// It cannot be told whether the scratch server is prod's.
    #[error(
        "whether {server} is prod's server cannot be told: {whose} system identifier is not known"
    )]
    UnknownServer {
        /// The redacted URI.
        server: String,
        /// Whose identifier is missing.
        whose: &'static str,
    },
    /// No server programs.
    #[error("no PostgreSQL server binaries found{}{}", at_least(*.wanted), others(.found))]
    NoBinaries {
        /// The oldest major that would do.
        wanted: Option<i32>,
        /// What was found and does not do.
        found: Vec<String>,
    },
    /// The named folder has no server programs.
    #[error("{} does not hold a PostgreSQL server: {reason}", .folder.display())]
    BadBinaries {
        /// The folder.
        folder: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// A private cluster does not start.
    #[error("a private cluster of {} does not start: {reason}", .folder.display())]
    Start {
        /// The folder of the programs.
        folder: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// We are root, and there is nobody else to be.
    #[error("PostgreSQL does not run as root, and {0}")]
    Root(String),
    /// A stand-in role or the scratch database cannot be made.
    #[error("{what} cannot be made on {server}: {reason}")]
    Prepare {
        /// What was to be made.
        what: String,
        /// The redacted URI.
        server: String,
        /// The server's message.
        reason: String,
    },
    /// The files cannot be run as they will be.
    #[error(
        "the files are planned for the role {role}, and {server} does not let us act as it: {reason}"
    )]
    ApplyRole {
        /// The role.
        role: String,
        /// The redacted URI.
        server: String,
        /// The server's message.
        reason: String,
    },
    /// Something of ours stays behind.
    #[error("left behind on {server}: {what} ({reason})")]
    Leftover {
        /// The redacted URI.
        server: String,
        /// What stays.
        what: String,
        /// Why.
        reason: String,
    },
    /// The connection to the scratch database.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The capture of the scratch database.
    #[error(transparent)]
    Introspect(#[from] IntrospectError),
}

impl VerifyError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Bundle(error) => return error.hint(),
            Self::Connect(error) => return error.hint(),
            Self::Introspect(error) => return error.hint(),
            Self::Read { .. } => "name the folder that pgbridge reconcile wrote",
            Self::Snapshot { .. } | Self::Edited(_) | Self::Unlisted(_) | Self::Path(_) => {
                "bring the bundle's own files back, or write it again with pgbridge reconcile"
            }
            Self::SameDatabase(_) => "give two different databases to pgbridge reconcile",
            Self::ProdServer { .. } | Self::UnknownServer { .. } => {
                "give another server with --scratch, or leave it out to use a private cluster on this machine"
            }
            Self::NoBinaries { .. } | Self::BadBinaries { .. } => {
                "give --scratch URL, or set PGBRIDGE_PG_BIN to a folder with postgres and initdb"
            }
            Self::Start { .. } => {
                "give --scratch URL, or set PGBRIDGE_PG_BIN to the folder of another server"
            }
            Self::Root(_) => "run pgbridge as an ordinary user, or give --scratch URL",
            Self::Prepare { .. } | Self::ApplyRole { .. } => {
                "give a --scratch URL of a superuser, or leave it out to use a private cluster on this machine"
            }
            Self::Leftover { .. } => "drop it by hand",
        };
        Some(text.to_owned())
    }
}

fn at_least(major: Option<i32>) -> String {
    major.map(|major| format!(" of version {major} or newer")).unwrap_or_default()
}

fn others(found: &[String]) -> String {
    if found.is_empty() { String::new() } else { format!(" (only {})", found.join(", ")) }
}
