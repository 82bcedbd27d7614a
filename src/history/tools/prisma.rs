//! Prisma: `_prisma_migrations`; a migration that failed or was rolled back keeps its row.

use crate::history::tool::{self, Fields, Holds, INT, Own, TEXT, TIME, Tool};
use crate::model::snapshot::digest;
use crate::model::{Entry, State};
use crate::sql::quote;

pub(super) const TOOL: Tool = Tool {
    name: "prisma",
    title: "Prisma",
    names: &[],
    columns: &[
        ("id", TEXT),
        ("checksum", TEXT),
        ("finished_at", TIME),
        ("migration_name", TEXT),
        ("rolled_back_at", TIME),
        ("started_at", TIME),
        ("applied_steps_count", INT),
    ],
    others: None,
    beside: None,
    // its logs may quote values, so they are not read
    read: &[
        ("checksum", "t.checksum"),
        ("finished_at", "t.finished_at"),
        ("migration_name", "t.migration_name"),
        ("rolled_back_at", "t.rolled_back_at"),
    ],
    order: "t.started_at, t.migration_name COLLATE \"C\", t.id COLLATE \"C\"",
    in_order: true,
    holds: Holds::All,
    entry,
    mark,
    file,
    up: None,
    check,
    own,
};

fn entry(row: &Fields<'_>) -> Option<Entry> {
    let state = match (row.get("rolled_back_at"), row.get("finished_at")) {
        (Some(_), _) => State::RolledBack,
        (None, Some(_)) => State::Applied,
        (None, None) => State::Failed,
    };
    Some(Entry {
        version: row.text("migration_name"),
        checksum: row.some("checksum"),
        at: row.some("finished_at"),
        state,
        ..Entry::default()
    })
}

fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let name = quote::literal(&entry.version);
    let there = format!("m.migration_name = {name} AND m.rolled_back_at IS NULL");
    tool::insert(
        table,
        entry,
        held,
        &there,
        &[
            ("id", "pg_catalog.gen_random_uuid()::text".to_owned()),
            ("checksum", quote::literal(entry.checksum.as_deref().unwrap_or_default())),
            ("finished_at", "pg_catalog.now()".to_owned()),
            ("migration_name", name),
            ("started_at", "pg_catalog.now()".to_owned()),
            ("applied_steps_count", "0".to_owned()),
        ],
    )
}

fn file(path: &str) -> Option<String> {
    path.strip_suffix("/migration.sql")?.rsplit('/').next().map(str::to_owned)
}

fn own(own: &Own) -> Option<Entry> {
    let checksum = Some(digest(own.content.as_bytes()));
    Some(Entry { version: format!("{}_{}", own.stamp, own.name), checksum, ..Entry::default() })
}

fn check(entry: &Entry, content: &str) -> Option<bool> {
    Some(entry.checksum.as_deref()? == digest(content.as_bytes()))
}
