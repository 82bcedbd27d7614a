//! Diesel: `__diesel_schema_migrations`; a migration is a folder with `up.sql`.

use crate::history::tool::{self, Fields, Holds, TEXT, TIME, Tool};
use crate::model::Entry;
use crate::sql::quote;

pub(super) const TOOL: Tool = Tool {
    name: "diesel",
    title: "Diesel",
    names: &["__diesel_schema_migrations"],
    columns: &[("version", TEXT), ("run_on", TIME)],
    others: None,
    beside: None,
    read: &[("version", "t.version"), ("run_on", "t.run_on")],
    order: "t.run_on, t.version COLLATE \"C\"",
    in_order: true,
    holds: Holds::All,
    entry,
    mark,
    file,
    up: None,
    check: tool::no_check,
    own: tool::own_by_stamp,
};

fn entry(row: &Fields<'_>) -> Option<Entry> {
    Some(Entry { version: row.text("version"), at: row.some("run_on"), ..Entry::default() })
}

fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let version = quote::literal(&entry.version);
    let there = format!("m.version = {version}");
    tool::insert(table, entry, held, &there, &[("version", version)])
}

fn file(path: &str) -> Option<String> {
    let folder = path.strip_suffix("/up.sql")?.rsplit('/').next()?;
    // Diesel leaves the dashes out
    Some(folder.split('_').next()?.replace('-', ""))
}
