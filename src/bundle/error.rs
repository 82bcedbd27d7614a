//! What can go wrong while a bundle is written or read.

use crate::model::snapshot::SnapshotError;
use std::path::PathBuf;

/// An error of a bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// A time stamp of another form.
    #[error("{0} is no time stamp of the form YYYYMMDDHHMMSS")]
    Timestamp(String),
    /// Something stands where the folder should be.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// A file cannot be written or read.
    #[error("{what} {} failed: {source}", .path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A snapshot.
    #[error("the snapshot: {0}")]
    Snapshot(#[from] SnapshotError),
    /// A file is not what the manifest says.
    #[error("{0}")]
    Manifest(String),
}

impl BundleError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Timestamp(_) => "for example --timestamp 20260131235959".to_owned(),
            Self::NotEmpty(_) => {
                "name a folder that does not exist yet with --out, or empty it".to_owned()
            }
            Self::Io { .. } => {
                "check that the folder may be written and that the disk is not full".to_owned()
            }
            Self::Snapshot(_) | Self::Manifest(_) => {
                "write the bundle again with pgbridge reconcile".to_owned()
            }
        })
    }
}
