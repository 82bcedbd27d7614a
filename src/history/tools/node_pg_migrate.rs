//! node-pg-migrate: `pgmigrations`; a migration is a program or a file of SQL.

use crate::history::tool::{self, Fields, Holds, INT, Own, TEXT, TIME, Tool};
use crate::model::Entry;
use crate::sql::quote;

pub(super) const TOOL: Tool = Tool {
    name: "node-pg-migrate",
    title: "node-pg-migrate",
    names: &[],
    columns: &[("id", INT), ("name", TEXT), ("run_on", TIME)],
    others: Some(&[]),
    beside: None,
    read: &[("name", "t.name"), ("run_on", "t.run_on")],
    order: "t.run_on, t.id",
    in_order: true,
    holds: Holds::All,
    entry,
    mark,
    file: |path| tool::file_stem(path, ".sql").map(str::to_owned),
    up: Some(("-- Up Migration", "-- Down Migration")),
    check: tool::no_check,
    own,
};

fn entry(row: &Fields<'_>) -> Option<Entry> {
    Some(Entry { version: row.text("name"), at: row.some("run_on"), ..Entry::default() })
}

fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let name = quote::literal(&entry.version);
    let there = format!("m.name = {name}");
    let values = [("name", name), ("run_on", "pg_catalog.now()".to_owned())];
    tool::insert(table, entry, held, &there, &values)
}

fn own(own: &Own<'_>) -> Option<Entry> {
    Some(Entry { version: format!("{}_{}", own.stamp, own.name), ..Entry::default() })
}
