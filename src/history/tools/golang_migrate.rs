//! golang-migrate: one row with the current version, and whether its migration stopped half-way.

use crate::history::tool::{self, BOOL, Fields, Holds, INT, Tool};
use crate::model::{Entry, State};

pub(super) const TOOL: Tool = Tool {
    name: "golang-migrate",
    title: "golang-migrate",
    names: &[],
    columns: &[("version", INT), ("dirty", BOOL)],
    others: Some(&[]),
    beside: None,
    read: &[("version", "t.version"), ("dirty", "t.dirty")],
    order: "t.version",
    in_order: false,
    holds: Holds::Heads,
    entry,
    mark,
    file: |path| tool::number_before(path, ".up.sql"),
    up: None,
    check: tool::no_check,
    own: tool::no_own,
};

fn entry(row: &Fields<'_>) -> Option<Entry> {
    let state = if row.is("dirty") { State::Dirty } else { State::Applied };
    Some(Entry { version: row.text("version"), state, ..Entry::default() })
}

fn mark(table: &str, entry: &Entry, _: &[&Entry]) -> Vec<String> {
    let version = tool::number(&entry.version);
    let insert = format!("INSERT INTO {table} (version, dirty) VALUES ({version}, false);");
    vec![format!("DELETE FROM {table};"), insert]
}
