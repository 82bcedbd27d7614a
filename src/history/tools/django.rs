//! Django: `django_migrations`; names are unique within an app only.

use crate::history::tool::{self, Fields, Holds, INT, TEXT, TIME, Tool};
use crate::model::Entry;
use crate::sql::quote;

pub(super) const TOOL: Tool = Tool {
    name: "django",
    title: "Django",
    names: &["django_migrations"],
    columns: &[("id", INT), ("app", TEXT), ("name", TEXT), ("applied", TIME)],
    others: None,
    beside: None,
    read: &[("app", "t.app"), ("name", "t.name"), ("applied", "t.applied")],
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
    Some(Entry {
        version: format!("{}.{}", row.text("app"), row.text("name")),
        at: row.some("applied"),
        details: row.details(&["app", "name"]),
        ..Entry::default()
    })
}

fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let detail = |name: &str| {
        quote::literal(entry.details.get(name).map(String::as_str).unwrap_or_default())
    };
    tool::insert(
        table,
        entry,
        held,
        &format!("m.app = {} AND m.name = {}", detail("app"), detail("name")),
        &[
            ("app", detail("app")),
            ("name", detail("name")),
            ("applied", "pg_catalog.now()".to_owned()),
        ],
    )
}
