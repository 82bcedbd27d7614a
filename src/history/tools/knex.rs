//! Knex: `knex_migrations`; migrations are programs, run in batches.

use crate::history::tool::{self, Fields, Holds, INT, TEXT, TIME, Tool};
use crate::model::Entry;
use crate::sql::quote;

pub(super) const TOOL: Tool = Tool {
    name: "knex",
    title: "Knex",
    names: &[],
    columns: &[("id", INT), ("name", TEXT), ("batch", INT), ("migration_time", TIME)],
    others: None,
    beside: None,
    read: &[("name", "t.name"), ("migration_time", "t.migration_time")],
    order: "t.id",
    in_order: true,
    holds: Holds::All,
    entry,
    mark,
    file: tool::no_file,
    up: None,
    check: tool::no_check,
    own: tool::no_own,
};

fn entry(row: &Fields<'_>) -> Option<Entry> {
    Some(Entry { version: row.text("name"), at: row.some("migration_time"), ..Entry::default() })
}

fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    tool::insert(
        table,
        entry,
        held,
        &format!("m.name = {}", quote::literal(&entry.version)),
        &[
            ("name", quote::literal(&entry.version)),
            ("batch", tool::next(table, "batch")),
            ("migration_time", "pg_catalog.now()".to_owned()),
        ],
    )
}
