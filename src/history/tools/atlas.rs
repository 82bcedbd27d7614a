//! Atlas: `atlas_schema_revisions`; a revision that stopped keeps its row.

use crate::history::tool::{self, Fields, Holds, INT, TEXT, TIME, Tool};
use crate::model::{Entry, State};
use crate::sql::quote;

pub(super) const TOOL: Tool = Tool {
    name: "atlas",
    title: "Atlas",
    names: &[],
    columns: &[
        ("version", TEXT),
        ("description", TEXT),
        ("type", INT),
        ("applied", INT),
        ("total", INT),
        ("executed_at", TIME),
        ("error", TEXT),
        ("hash", TEXT),
        ("partial_hashes", &["jsonb", "json"]),
        ("operator_version", TEXT),
    ],
    others: None,
    beside: None,
    // an error may quote a statement: only whether there is one is read
    read: &[
        ("version", "t.version"),
        ("description", "t.description"),
        ("executed_at", "t.executed_at"),
        ("hash", "t.hash"),
        ("error", "coalesce(t.error, '') <> '' OR t.applied < t.total"),
        ("total", "t.total"),
    ],
    order: "t.executed_at, t.version COLLATE \"C\"",
    in_order: true,
    holds: Holds::All,
    entry,
    mark,
    file: |path| tool::digits_before(path, ".sql").map(str::to_owned),
    up: None,
    check: tool::no_check,
    own: tool::no_own,
};

fn entry(row: &Fields<'_>) -> Option<Entry> {
    let version = row.text("version");
    // the row by which Atlas knows the database
    if version == ".atlas_cloud_identifier" {
        return None;
    }
    Some(Entry {
        version,
        name: row.some("description"),
        checksum: row.some("hash"),
        at: row.some("executed_at"),
        state: if row.is("error") { State::Failed } else { State::Applied },
        details: row.details(&["total"]),
        ..Entry::default()
    })
}

/// As `atlas migrate set`: a revision of the type "resolved".
fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let total = entry.details.get("total").map_or("0".to_owned(), |total| tool::number(total));
    tool::insert(
        table,
        entry,
        held,
        &format!("m.version = {}", quote::literal(&entry.version)),
        &[
            ("version", quote::literal(&entry.version)),
            ("description", quote::literal(entry.name.as_deref().unwrap_or_default())),
            ("type", "4".to_owned()),
            ("applied", total.clone()),
            ("total", total),
            ("executed_at", "pg_catalog.now()".to_owned()),
            ("execution_time", "0".to_owned()),
            ("hash", quote::literal(entry.checksum.as_deref().unwrap_or_default())),
            ("operator_version", "'pgbridge'".to_owned()),
        ],
    )
}
