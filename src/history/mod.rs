//! The histories that migration tools keep in a database: which there are, what their rows mean, how
//! two of them differ, and how a migration is recorded as applied.
//!
//! Owns one file per tool (`tools`) and the comparison. In: columns of tables, rows as text. Out:
//! [`History`](crate::model::History), [`Pair`], SQL.
//! Invariant: a table is taken for a tool's by its columns and their types, never by its name alone; what is not
//! recorded is not guessed, and nothing here says that a migration is applied without a proof of it.

mod compare;
mod decide;
mod files;
mod stamp;
mod tool;
mod tools;

pub use compare::{Line, Pair, Side, What, applied, current, pairs, table};
pub use decide::{Decided, Verdict, decide};
pub use files::{Files, read_folder};
pub use stamp::{Stamp, highest};
pub use tool::{Fields, Found, Holds, Outcome, Outcomes, Own, Tool};
pub use tools::{ALL, of, recognise};
