//! Connections to servers, with libpq's manners on top of `tokio-postgres`.
//!
//! A leaf: nothing else of the program is imported here. The folder owns the grammar of connection
//! strings, the `PG*` environment, the session of a capture and what errors say.
//!
//! Invariants: a setting that the user gave is honoured or is an error, never dropped; a password
//! leaves through [`Secret::expose`] only, so no message, file or `{:?}` shows one.

mod conninfo;
mod environment;
mod error;
mod keys;
mod keyvalue;
mod secret;
mod session;
mod uri;

pub use conninfo::Conninfo;
pub use environment::Environment;
pub use error::ConnectError;
pub use secret::Secret;
pub use session::{Row, Session, ToSql, Type};
