//! A table that no known tool makes, but that lists versions under a name for it: one's own runner.

use crate::history::tool::{self, Fields, Holds, Tool};
use crate::model::Entry;
use crate::sql::quote;

/// Text or a number.
const VERSION: &[&str] = &["character varying", "text", "integer", "bigint", "smallint"];

pub(super) const TOOL: Tool = Tool {
    name: "own-table",
    title: "a table of no known tool",
    names: &[
        "schema_migrations",
        "migrations",
        "migration_history",
        "schema_version",
        "schema_history",
    ],
    columns: &[("version", VERSION)],
    others: Some(&[
        "name",
        "description",
        "applied_at",
        "created_at",
        "executed_at",
        "inserted_at",
    ]),
    beside: None,
    read: &[
        ("version", "t.version"),
        ("name", "t.name"),
        ("description", "t.description"),
        ("applied_at", "t.applied_at"),
        ("created_at", "t.created_at"),
        ("executed_at", "t.executed_at"),
        ("inserted_at", "t.inserted_at"),
    ],
    order: "t.version::text COLLATE \"C\"",
    in_order: false,
    holds: Holds::All,
    entry,
    mark,
    file: |path| tool::digits_before(path, ".sql").map(str::to_owned),
    up: None,
    check: tool::no_check,
    own: tool::own_by_stamp,
};

/// Columns of the table beside the version.
const TIMES: [&str; 4] = ["applied_at", "created_at", "executed_at", "inserted_at"];

fn entry(row: &Fields<'_>) -> Option<Entry> {
    let names = ["name", "description"];
    Some(Entry {
        version: row.text("version"),
        name: names.iter().find_map(|column| row.some(column)),
        at: TIMES.iter().find_map(|column| row.some(column)),
        details: row.details(&names),
        ..Entry::default()
    })
}

fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let version = quote::literal(&entry.version);
    let there = format!("m.version = {version}");
    let mut values = vec![("version", version)];
    for column in ["name", "description"] {
        if let Some(value) = entry.details.get(column) {
            values.push((column, quote::literal(value)));
        }
    }
    tool::insert(table, entry, held, &there, &values)
}
