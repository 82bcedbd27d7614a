//! What a migration tool recorded in a database.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The table of a tool, with its rows.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct History {
    /// The tool's key, for instance `flyway`.
    pub tool: String,
    /// The table's schema.
    pub schema: String,
    /// The table.
    pub table: String,
    /// Why its rows are not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unknown: Option<String>,
    /// Its rows, in the order in which they were recorded.
    pub entries: Vec<Entry>,
}

/// What became of a migration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It ran.
    #[default]
    Applied,
    /// It stopped.
    Failed,
    /// It began, and whether it ended is not known.
    Dirty,
    /// It was undone.
    RolledBack,
}

impl State {
    /// The words for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Failed => "failed",
            Self::Dirty => "dirty",
            Self::RolledBack => "rolled back",
        }
    }
}

/// One recorded migration.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Entry {
    /// What identifies it for its tool.
    pub version: String,
    /// What else it is called.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The tool's hash of its file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub checksum: Option<String>,
    /// When it was recorded, as the server writes it in UTC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<String>,
    /// What became of it.
    pub state: State,
    /// SHA-256 of its text, where the table holds it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text_sha256: Option<String>,
    /// What the tool needs besides to record it on the other side.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub details: BTreeMap<String, String>,
    /// Its text. It may hold secrets, so no file has it.
    #[serde(skip)]
    pub text: Option<Arc<str>>,
}
