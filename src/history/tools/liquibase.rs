//! Liquibase: `databasechangelog`; a changeset is known by its file, id and author.

use crate::history::tool::{self, Fields, Holds, INT, TEXT, TIME, Tool};
use crate::model::{Entry, State};
use crate::sql::quote;

pub(super) const TOOL: Tool = Tool {
    name: "liquibase",
    title: "Liquibase",
    names: &[],
    columns: &[
        ("id", TEXT),
        ("author", TEXT),
        ("filename", TEXT),
        ("dateexecuted", TIME),
        ("orderexecuted", INT),
        ("exectype", TEXT),
        ("md5sum", TEXT),
    ],
    others: None,
    beside: None,
    read: &[
        ("id", "t.id"),
        ("author", "t.author"),
        ("filename", "t.filename"),
        ("dateexecuted", "t.dateexecuted"),
        ("exectype", "t.exectype"),
        ("md5sum", "t.md5sum"),
    ],
    order: "t.orderexecuted, t.dateexecuted, t.filename COLLATE \"C\", t.id COLLATE \"C\", t.author COLLATE \"C\"",
    in_order: true,
    holds: Holds::All,
    entry,
    mark,
    // one file holds many changesets
    file: tool::no_file,
    up: None,
    check: tool::no_check,
    own: tool::no_own,
};

fn entry(row: &Fields<'_>) -> Option<Entry> {
    let state = match row.get("exectype") {
        Some("EXECUTED" | "RERAN" | "MARK_RAN") => State::Applied,
        _ => State::Failed,
    };
    let [id, author, filename] = ["id", "author", "filename"].map(|column| row.text(column));
    Some(Entry {
        version: format!("{filename}::{id}::{author}"),
        checksum: row.some("md5sum"),
        at: row.some("dateexecuted"),
        state,
        details: row.details(&["id", "author", "filename"]),
        ..Entry::default()
    })
}

fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let detail = |name: &str| {
        quote::literal(entry.details.get(name).map(String::as_str).unwrap_or_default())
    };
    let there = format!(
        "m.id = {} AND m.author = {} AND m.filename = {}",
        detail("id"),
        detail("author"),
        detail("filename")
    );
    tool::insert(
        table,
        entry,
        held,
        &there,
        &[
            ("id", detail("id")),
            ("author", detail("author")),
            ("filename", detail("filename")),
            ("dateexecuted", "pg_catalog.now()".to_owned()),
            ("orderexecuted", tool::next(table, "orderexecuted")),
            ("exectype", "'MARK_RAN'".to_owned()),
            ("md5sum", tool::or_null(entry.checksum.as_deref())),
        ],
    )
}
