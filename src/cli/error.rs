//! Everything that ends a command with exit code 2.

use crate::bundle::BundleError;
use crate::config::ConfigError;
use crate::connect::ConnectError;
use crate::introspect::IntrospectError;
use crate::model::snapshot::SnapshotError;
use crate::normalize::names::Collision;
use crate::report::html::HtmlError;
use crate::types::TypesError;
use crate::verify::VerifyError;
use std::io::ErrorKind;
use std::path::PathBuf;

/// An error of a command.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Introspect(#[from] IntrospectError),
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Html(#[from] HtmlError),
    #[error(transparent)]
    Names(#[from] Collision),
    #[error(transparent)]
    Types(#[from] TypesError),
    #[error("the snapshot {} cannot be used: {source}", .path.display())]
    Snapshot { path: PathBuf, source: SnapshotError },
    #[error("{} cannot be read: {source}", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the migrations in {} cannot be read: {source}", .path.display())]
    Migrations { path: PathBuf, source: std::io::Error },
    #[error("{} cannot be written: {source}", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("dev and prod are the same database ({0})")]
    SameDatabase(String),
    #[error("neither a source nor both of --dev and --prod are given")]
    NoSource,
    #[error("SOURCE_DATE_EPOCH is {0}, which is no number of seconds")]
    Epoch(String),
    #[error(
        "the bridge would begin at {timestamp}, and {tool} has recorded {version} in {side}, which is not before it"
    )]
    Versions { timestamp: String, version: String, tool: String, side: &'static str, after: String },
    #[error("interrupted; nothing was written")]
    Interrupted,
    #[error("the asynchronous runtime cannot start: {0}")]
    Runtime(std::io::Error),
    #[error("output failed: {0}")]
    Output(std::io::Error),
}

impl CliError {
    /// What to do about it.
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Connect(error) => error.hint(),
            Self::Introspect(error) => error.hint(),
            Self::Bundle(error) => error.hint(),
            Self::Verify(error) => error.hint(),
            Self::Config(error) => error.hint(),
            Self::Types(error) => error.hint(),
            Self::Names(_) => {
                Some("map it to a name that dev does not use, or rename one of the two in dev".to_owned())
            }
            Self::Snapshot { source: SnapshotError::Version(_), .. } => {
                Some("read it with the pgbridge that wrote it, or take the snapshot again".to_owned())
            }
            Self::Snapshot { .. } => Some("take it again with pgbridge snapshot".to_owned()),
            Self::Read { .. } => Some("a source is a connection URI, key=value settings, or the path of a snapshot file".to_owned()),
            Self::Migrations { .. } => {
                Some("name the folder with the files of the migration tool with --migrations, all of them text in UTF-8".to_owned())
            }
            Self::Write { source, .. } if source.kind() == ErrorKind::AlreadyExists => {
                Some("an existing file is never overwritten: give another name with --out".to_owned())
            }
            Self::Write { .. } => Some("name another file with --out, or make room".to_owned()),
            Self::SameDatabase(_) => {
                Some("check --dev and --prod (or PGBRIDGE_DEV_URL and PGBRIDGE_PROD_URL): one of them points at the wrong side".to_owned())
            }
            Self::NoSource => {
                Some("name one database to draw it, or set --dev and --prod (or PGBRIDGE_DEV_URL and PGBRIDGE_PROD_URL) to draw what a bridge would change".to_owned())
            }
            Self::Epoch(_) => Some("unset it, or give --timestamp".to_owned()),
            Self::Versions { after, .. } => {
                Some(format!("give --timestamp {after} or later, or leave it out: runners take versions in their order"))
            }
            Self::Html(_) => Some("this is a bug: please report it".to_owned()),
            Self::Interrupted | Self::Runtime(_) | Self::Output(_) => None,
        }
    }
}
