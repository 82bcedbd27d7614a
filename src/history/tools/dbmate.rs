//! dbmate: `schema_migrations` with nothing but the version.

use crate::history::tool::{self, Fields, Holds, TEXT, Tool};
use crate::model::Entry;
use crate::sql::quote;

pub(super) const TOOL: Tool = Tool {
    name: "dbmate",
    title: "dbmate",
    names: &["schema_migrations"],
    columns: &[("version", TEXT)],
    others: Some(&[]),
    beside: None,
    read: &[("version", "t.version")],
    order: "t.version COLLATE \"C\"",
    in_order: false,
    holds: Holds::All,
    entry,
    mark,
    file: |path| tool::digits_before(path, ".sql").map(str::to_owned),
    up: Some(("-- migrate:up", "-- migrate:down")),
    check: tool::no_check,
    own: tool::own_by_stamp,
};

pub(super) fn entry(row: &Fields<'_>) -> Option<Entry> {
    Some(Entry { version: row.text("version"), ..Entry::default() })
}

pub(super) fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let version = quote::literal(&entry.version);
    let there = format!("m.version = {version}");
    tool::insert(table, entry, held, &there, &[("version", version)])
}
