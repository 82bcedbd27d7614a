//! sqlx: `_sqlx_migrations`; the checksum is the SHA-384 of the file.

use crate::history::tool::{self, BOOL, Fields, Holds, INT, Own, TEXT, TIME, Tool};
use crate::model::{Entry, State};
use crate::sql::quote;
use sha2::{Digest, Sha384};

pub(super) const TOOL: Tool = Tool {
    name: "sqlx",
    title: "sqlx",
    names: &[],
    columns: &[
        ("version", INT),
        ("description", TEXT),
        ("installed_on", TIME),
        ("success", BOOL),
        ("checksum", &["bytea"]),
        ("execution_time", INT),
    ],
    others: None,
    beside: None,
    read: &[
        ("version", "t.version"),
        ("description", "t.description"),
        ("installed_on", "t.installed_on"),
        ("success", "t.success"),
        ("checksum", "pg_catalog.encode(t.checksum, 'hex')"),
    ],
    order: "t.installed_on, t.version",
    in_order: true,
    holds: Holds::All,
    entry,
    mark,
    file,
    up: None,
    check,
    own,
};

fn entry(row: &Fields<'_>) -> Option<Entry> {
    Some(Entry {
        version: row.text("version"),
        name: row.some("description"),
        checksum: row.some("checksum"),
        at: row.some("installed_on"),
        state: if row.is("success") { State::Applied } else { State::Dirty },
        ..Entry::default()
    })
}

fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let checksum = quote::literal(entry.checksum.as_deref().unwrap_or_default());
    tool::insert(
        table,
        entry,
        held,
        &format!("m.version = {}", tool::number(&entry.version)),
        &[
            ("version", tool::number(&entry.version)),
            ("description", quote::literal(entry.name.as_deref().unwrap_or_default())),
            ("success", "true".to_owned()),
            ("checksum", format!("pg_catalog.decode({checksum}, 'hex')")),
            ("execution_time", "0".to_owned()),
        ],
    )
}

fn file(path: &str) -> Option<String> {
    if path.ends_with(".down.sql") {
        return None;
    }
    tool::number_before(path, ".sql")
}

fn own(own: &Own) -> Option<Entry> {
    Some(Entry {
        version: own.stamp.clone(),
        name: Some(own.name.replace('_', " ")),
        checksum: Some(hash(&own.content)),
        ..Entry::default()
    })
}

fn hash(content: &str) -> String {
    let hash = Sha384::digest(content.as_bytes());
    hash.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn check(entry: &Entry, content: &str) -> Option<bool> {
    Some(entry.checksum.as_deref()? == hash(content))
}
