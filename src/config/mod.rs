//! `pgbridge.toml`: what holds for every run in a project.
//!
//! Owns the file's shape. In: a path, or the working directory. Out: [`Config`].
//! Invariant: an unknown key and a bad value are errors that say what is allowed; nothing is guessed.

mod announce;
mod error;
mod file;
mod rls;
mod step;

pub use error::ConfigError;

use crate::normalize::names::NameMap;
use crate::plan::{OwnStep, Rollout};
use crate::scope::partition::Scope;
use crate::scope::supabase::Profile;
use crate::verify::Check;
use std::path::{Path, PathBuf};

/// The file's name in the working directory.
pub const FILE_NAME: &str = "pgbridge.toml";

/// What the file says; all of it may be missing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Config {
    /// `[map.roles]` and `[map.schemas]`.
    pub names: NameMap,
    /// `[scope] partitions`.
    pub partitions: Scope,
    /// `[announce]`.
    pub rollout: Rollout,
    /// `[[step]]`.
    pub steps: Vec<OwnStep>,
    /// `[scope] profile`.
    pub profile: Profile,
    /// `[history] migrations`: a folder, from the folder of the file if it is relative.
    pub migrations: Option<PathBuf>,
    /// `[[rls]]`.
    pub rls: Vec<Check>,
}

/// Reads the file that is `given`, else the one in the working directory, else nothing.
///
/// # Errors
/// When the file cannot be read or says something that is not allowed.
pub fn load(given: Option<&Path>) -> Result<Config, ConfigError> {
    let path = given.map_or_else(|| PathBuf::from(FILE_NAME), Path::to_owned);
    match std::fs::read_to_string(&path) {
        Ok(text) => match file::parse(&text) {
            Ok(mut config) => {
                let folder = path.parent().unwrap_or(Path::new(""));
                config.migrations = config.migrations.map(|migrations| folder.join(migrations));
                Ok(config)
            }
            Err(problem) => Err(ConfigError::Content { path, problem: Box::new(problem) }),
        },
        Err(error) if given.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            Ok(Config::default())
        }
        Err(source) => Err(ConfigError::Read { path, source }),
    }
}
