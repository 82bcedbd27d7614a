//! What is wrong with a configuration file.

use std::path::PathBuf;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{} cannot be read: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It says something that is not allowed.
    #[error("{}: {problem}", .path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What.
        problem: Box<Problem>,
    },
}

/// One mistake.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{place}: {text}")]
pub struct Problem {
    /// The key, or the line where the file is no TOML.
    pub place: String,
    /// What is wrong.
    pub text: String,
    /// What is allowed.
    pub allowed: String,
}

impl ConfigError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Read { .. } => Some("name another file with --config".to_owned()),
            Self::Content { problem, .. } => Some(problem.allowed.clone()),
        }
    }
}
