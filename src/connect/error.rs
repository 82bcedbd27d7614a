//! What goes wrong between us and a server, and the way out.

use std::error::Error as _;

use tokio_postgres::error::DbError;

/// An error of a connection string, of connecting, or of a statement.
///
/// Servers are named by their redacted URI. No variant holds a password, nor the DETAIL of the
/// server, which may show rows. Messages are the server's own words: escape them before showing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The connection string breaks the grammar.
    #[error("the connection string cannot be read: {reason}")]
    Syntax {
        /// What is wrong, without the text itself.
        reason: String,
    },
    /// libpq has no such setting.
    #[error("unknown connection setting `{key}`")]
    UnknownKey {
        /// The name as given.
        key: String,
        /// The known name that is nearest.
        similar: Option<String>,
    },
    /// libpq knows the setting, we do not yet.
    #[error("the connection setting `{setting}` is not supported yet")]
    UnsupportedKey {
        /// The name in the connection string, or the variable.
        setting: String,
    },
    /// The value of a setting cannot be used.
    #[error("the value of the connection setting `{setting}` cannot be used; {reason}")]
    BadValue {
        /// The name in the connection string, or the variable.
        setting: String,
        /// What is allowed.
        reason: String,
    },
    /// More than one host.
    #[error("several hosts in one connection string (multi-host) are not supported yet")]
    MultipleHosts,
    /// An `sslmode` that may need TLS.
    #[error("TLS is not supported yet, but `{setting}` is `{value}`")]
    Tls {
        /// `sslmode` or `PGSSLMODE`.
        setting: String,
        /// Its value.
        value: String,
    },
    /// Nothing says as whom to connect.
    #[error("the connection string has no user, and the environment names none")]
    NoUser,
    /// No server answers.
    #[error("cannot reach {server}: {reason}")]
    Unreachable {
        /// The redacted URI.
        server: String,
        /// The causes, joined by colons.
        reason: String,
    },
    /// The server does not let this user in (28P01, 28000), or wants a password that is not there.
    #[error("{server} does not let the user in: {message}")]
    Login {
        /// The redacted URI.
        server: String,
        /// Set unless the refusal is the driver's.
        sqlstate: Option<String>,
        /// The server's message.
        message: String,
    },
    /// The database does not exist (3D000).
    #[error("no such database on {server}: {message}")]
    NoDatabase {
        /// The redacted URI.
        server: String,
        /// The server's message.
        message: String,
    },
    /// The server does not open the session for another reason.
    #[error("{server} refuses the connection: {message} ({sqlstate})")]
    Refused {
        /// The redacted URI.
        server: String,
        /// The server's code.
        sqlstate: String,
        /// The server's message.
        message: String,
    },
    /// A privilege is missing (42501).
    #[error("permission denied on {server}: {message}")]
    Permission {
        /// The redacted URI.
        server: String,
        /// The server's message; it names the object.
        message: String,
        /// The server's CONTEXT: where in which function.
        context: Option<String>,
    },
    /// Any other error of a statement.
    #[error("{server} reports: {message} ({sqlstate})")]
    Server {
        /// The redacted URI.
        server: String,
        /// The server's code.
        sqlstate: String,
        /// The server's message.
        message: String,
        /// The server's CONTEXT: where in which function.
        context: Option<String>,
    },
    /// The connection broke, or the server ended it.
    #[error("lost the connection to {server}: {reason}")]
    Lost {
        /// The redacted URI.
        server: String,
        /// Set when the server said why.
        sqlstate: Option<String>,
        /// The causes, joined by colons, or the server's message.
        reason: String,
    },
    /// Connecting, a statement or a lock took too long.
    #[error("timeout on {server}: {reason}")]
    Timeout {
        /// The redacted URI.
        server: String,
        /// Set when it was the server that gave up.
        sqlstate: Option<String>,
        /// What took too long.
        reason: String,
    },
    /// The driver cannot send the statement or read the answer.
    #[error("cannot talk to {server}: {reason}")]
    Protocol {
        /// The redacted URI.
        server: String,
        /// The causes, joined by colons.
        reason: String,
    },
}

impl ConnectError {
    /// The server's code, when the error comes from it.
    pub fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Login { sqlstate, .. }
            | Self::Lost { sqlstate, .. }
            | Self::Timeout { sqlstate, .. } => sqlstate.as_deref(),
            Self::Refused { sqlstate, .. } | Self::Server { sqlstate, .. } => Some(sqlstate),
            Self::NoDatabase { .. } => Some("3D000"),
            Self::Permission { .. } => Some("42501"),
            _ => None,
        }
    }

    /// The way out, in one sentence.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Syntax { .. } => {
                "Write postgresql://user@host:port/database, with / : @ ? % inside a part as \
                 %2F %3A %40 %3F %25, or host=.. dbname=.. with values in single quotes."
            }
            Self::UnknownKey { similar: Some(similar), .. } => {
                return Some(format!("Did you mean `{similar}`?"));
            }
            Self::UnknownKey { .. } => {
                "Use the names of libpq: host, port, dbname, user, password, connect_timeout, \
                 application_name, options, sslmode."
            }
            Self::UnsupportedKey { .. } => {
                "Take it out, and give host, port, database and user in the connection string \
                 and the password in PGPASSWORD."
            }
            Self::BadValue { .. } => "Change the value, or take the setting out.",
            Self::MultipleHosts => "Give the one host to connect to.",
            Self::Tls { .. } => {
                "Write sslmode=disable to connect in plain text, over a socket, a private network \
                 or a tunnel that encrypts."
            }
            Self::NoUser => "Add the user to the connection string, or set PGUSER.",
            Self::Unreachable { .. } => {
                "Check host and port, and that the server runs and listens there."
            }
            Self::Login { .. } => {
                "Check the user and the password (PGPASSWORD; password files are not read), and \
                 pg_hba.conf on the server."
            }
            Self::NoDatabase { .. } => "Check the name of the database; psql -l lists them.",
            Self::Refused { .. } => "Ask who runs the server, or try again later.",
            Self::Permission { .. } => {
                "Connect as a role that has the privilege, or have it granted."
            }
            Self::Lost { .. } => "Run the command again; if it recurs, see the server's log.",
            Self::Timeout { sqlstate: None, .. } => {
                "Check host and port, or raise connect_timeout."
            }
            Self::Timeout { .. } => "Try again when the database is less busy, or raise the limit.",
            Self::Server { sqlstate, .. } if ["22021", "22P05"].contains(&sqlstate.as_str()) => {
                "Something in this database's schema (a name, a comment, a function body) is not \
                 valid UTF-8: the database's encoding is SQL_ASCII or not the one of its text. \
                 Correct that text, or load the schema into a database of encoding UTF8."
            }
            Self::Server { .. } | Self::Protocol { .. } => return None,
        };
        Some(text.to_owned())
    }

    pub(super) fn syntax(reason: &str) -> Self {
        Self::Syntax { reason: reason.to_owned() }
    }

    /// The value is not repeated: it may be part of a password that was not escaped.
    pub(super) fn bad_value(setting: &str, expected: &str) -> Self {
        Self::BadValue { setting: setting.to_owned(), reason: format!("it has to be {expected}") }
    }

    /// What stopped a session from being opened.
    pub(super) fn opening(server: String, error: &tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            let reason = causes(error);
            return if reason.contains("password missing") {
                let message = "the server asks for a password and none is given".to_owned();
                Self::Login { server, sqlstate: None, message }
            } else {
                Self::Unreachable { server, reason }
            };
        };
        let (sqlstate, message) = (db.code().code().to_owned(), db.message().to_owned());
        match sqlstate.as_str() {
            "28P01" | "28000" => Self::Login { server, sqlstate: Some(sqlstate), message },
            "3D000" => Self::NoDatabase { server, message },
            "42501" => Self::Permission { server, message, context: None },
            _ => Self::Refused { server, sqlstate, message },
        }
    }

    /// What went wrong in an open session.
    pub(super) fn running(server: String, error: &tokio_postgres::Error) -> Self {
        if let Some(db) = error.as_db_error() {
            return Self::reported(server, db);
        }
        let reason = causes(error);
        let broken = error.source().is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
        if broken || error.is_closed() {
            Self::Lost { server, sqlstate: None, reason }
        } else {
            Self::Protocol { server, reason }
        }
    }

    fn reported(server: String, db: &DbError) -> Self {
        let (sqlstate, message) = (db.code().code().to_owned(), db.message().to_owned());
        let context = db.where_().map(str::to_owned);
        match sqlstate.as_str() {
            "42501" => Self::Permission { server, message, context },
            // Statement, lock, idle and transaction limits; cancelling has the code of the first.
            "57014" | "55P03" | "25P03" | "25P04" => {
                Self::Timeout { server, sqlstate: Some(sqlstate), reason: message }
            }
            "57P01" | "57P02" | "57P03" | "57P05" => {
                Self::Lost { server, sqlstate: Some(sqlstate), reason: message }
            }
            _ => Self::Server { server, sqlstate, message, context },
        }
    }
}

/// The error and its causes in one line: the driver's own text leaves the causes out.
fn causes(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.ends_with(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
