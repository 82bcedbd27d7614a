//! What can go wrong while a database is read.

use crate::connect::ConnectError;

/// An error of a capture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntrospectError {
    /// The connection or a query failed.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The schema changed again and again.
    #[error("the schema of {server} was changing: {tries} captures in a row saw it move")]
    Moving {
        /// The server.
        server: String,
        /// How many captures were tried.
        tries: u32,
    },
    /// A catalog that must be read cannot be.
    #[error("role {role} may not read {catalog} on {server}, so what is there is unknown")]
    Unreadable {
        /// The role that asked.
        role: String,
        /// The catalogs.
        catalog: String,
        /// The server.
        server: String,
    },
    /// The server is older than what is supported.
    #[error("{server} runs PostgreSQL {version}; versions from 13 on are supported")]
    TooOld {
        /// The server.
        server: String,
        /// Its version.
        version: String,
    },
}

impl IntrospectError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Connect(error) => error.hint(),
            Self::Moving { .. } => Some("run it again when no migration is running".to_owned()),
            Self::Unreadable { role, catalog, .. } => {
                Some(format!("GRANT SELECT ON {catalog} TO {role}, or capture with another role"))
            }
            Self::TooOld { .. } => None,
        }
    }

    /// Whether somebody dropped something while it was read (catalog.md 0.2).
    pub(super) fn is_concurrent_change(&self) -> bool {
        let Self::Connect(error) = self else { return false };
        matches!(error.sqlstate(), Some("XX000" | "42704" | "42P01" | "3F000"))
    }
}
