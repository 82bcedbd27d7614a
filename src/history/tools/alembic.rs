//! Alembic: `alembic_version` has the head of each branch and nothing of how it was reached.

use crate::history::tool::{self, Fields, Holds, TEXT, Tool};
use crate::model::Entry;
use crate::sql::quote;

pub(super) const TOOL: Tool = Tool {
    name: "alembic",
    title: "Alembic",
    names: &[],
    columns: &[("version_num", TEXT)],
    others: Some(&[]),
    beside: None,
    read: &[("version_num", "t.version_num")],
    order: "t.version_num COLLATE \"C\"",
    in_order: false,
    holds: Holds::Heads,
    entry,
    mark,
    file: tool::no_file,
    up: None,
    check: tool::no_check,
    own: tool::no_own,
};

fn entry(row: &Fields<'_>) -> Option<Entry> {
    Some(Entry { version: row.text("version_num"), ..Entry::default() })
}

/// As `alembic stamp`: the only head moves, a second one is added.
fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let version = quote::literal(&entry.version);
    if let [only] = held {
        let from = quote::literal(&only.version);
        return vec![format!(
            "UPDATE {table} SET version_num = {version} WHERE version_num = {from};"
        )];
    }
    let there = format!("m.version_num = {version}");
    tool::insert(table, entry, held, &there, &[("version_num", version)])
}
