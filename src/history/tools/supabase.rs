//! Supabase CLI: `supabase_migrations.schema_migrations`, with the statements of each migration.

use crate::history::tool::{self, Fields, Holds, TEXT, Tool};
use crate::model::snapshot::digest;
use crate::model::{Entry, State};
use crate::sql::quote;

pub(super) const TOOL: Tool = Tool {
    name: "supabase",
    title: "Supabase",
    names: &[],
    columns: &[("version", TEXT), ("statements", &["text[]"])],
    others: None,
    beside: None,
    read: &[
        ("version", "t.version"),
        ("name", "t.name"),
        ("statements", "pg_catalog.array_to_string(t.statements, E'\\n;\\n')"),
    ],
    order: "t.version COLLATE \"C\"",
    in_order: false,
    holds: Holds::All,
    entry,
    mark,
    file: |path| tool::digits_before(path, ".sql").map(str::to_owned),
    up: None,
    check: tool::no_check,
    own: tool::own_by_stamp,
};

fn entry(row: &Fields<'_>) -> Option<Entry> {
    let text = row.some("statements");
    Some(Entry {
        version: row.text("version"),
        name: row.some("name"),
        state: State::Applied,
        text_sha256: text.as_ref().map(|text| digest(text.as_bytes())),
        text: text.map(Into::into),
        ..Entry::default()
    })
}

fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let version = quote::literal(&entry.version);
    let there = format!("m.version = {version}");
    let name = tool::or_null(entry.name.as_deref());
    tool::insert(table, entry, held, &there, &[("version", version), ("name", name)])
}
