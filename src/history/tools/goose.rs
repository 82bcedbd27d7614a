//! goose: `goose_db_version`; the last row of a version says whether it is applied.

use crate::history::tool::{self, BOOL, Fields, Holds, INT, TIME, Tool};
use crate::model::{Entry, State};

pub(super) const TOOL: Tool = Tool {
    name: "goose",
    title: "goose",
    names: &[],
    columns: &[("id", INT), ("version_id", INT), ("is_applied", BOOL), ("tstamp", TIME)],
    others: Some(&[]),
    beside: None,
    read: &[("version_id", "t.version_id"), ("is_applied", "t.is_applied"), ("tstamp", "t.tstamp")],
    order: "t.id",
    in_order: true,
    holds: Holds::All,
    entry,
    mark,
    file: |path| tool::number_before(path, ".sql"),
    up: Some(("-- +goose Up", "-- +goose Down")),
    check: tool::no_check,
    own: tool::own_by_stamp,
};

fn entry(row: &Fields<'_>) -> Option<Entry> {
    let version = row.text("version_id");
    // the row that goose makes with its table
    if version == "0" {
        return None;
    }
    let state = if row.is("is_applied") { State::Applied } else { State::RolledBack };
    Some(Entry { version, at: row.some("tstamp"), state, ..Entry::default() })
}

fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let version = tool::number(&entry.version);
    let there = format!("m.version_id = {version} AND m.is_applied");
    let values = [("version_id", version), ("is_applied", "true".to_owned())];
    tool::insert(table, entry, held, &there, &values)
}
