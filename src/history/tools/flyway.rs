//! Flyway: `flyway_schema_history`; a failed migration keeps its row.

use crate::history::tool::{self, BOOL, Fields, Holds, INT, Own, TEXT, TIME, Tool};
use crate::model::{Entry, State};
use crate::sql::quote;

pub(super) const TOOL: Tool = Tool {
    name: "flyway",
    title: "Flyway",
    names: &[],
    columns: &[
        ("installed_rank", INT),
        ("version", TEXT),
        ("description", TEXT),
        ("type", TEXT),
        ("script", TEXT),
        ("checksum", INT),
        ("installed_on", TIME),
        ("success", BOOL),
    ],
    others: None,
    beside: None,
    read: &[
        ("version", "t.version"),
        ("description", "t.description"),
        ("type", "t.type"),
        ("script", "t.script"),
        ("checksum", "t.checksum"),
        ("installed_on", "t.installed_on"),
        ("success", "t.success"),
    ],
    order: "t.installed_rank",
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
    let sort = row.text("type");
    // the row that says that Flyway made the schema
    if sort == "SCHEMA" {
        return None;
    }
    let state = if !row.is("success") {
        State::Failed
    } else if sort.starts_with("UNDO") || sort == "DELETE" {
        State::RolledBack
    } else {
        State::Applied
    };
    Some(Entry {
        // a repeatable migration has no version
        version: row.some("version").unwrap_or_else(|| row.text("script")),
        name: row.some("description"),
        checksum: row.some("checksum"),
        at: row.some("installed_on"),
        state,
        details: row.details(&["version", "type", "script"]),
        ..Entry::default()
    })
}

fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let detail = |name: &str| entry.details.get(name).map(String::as_str);
    let there = if let Some(version) = detail("version") {
        format!("m.version = {} AND m.success", quote::literal(version))
    } else {
        let script = quote::literal(detail("script").unwrap_or_default());
        format!("m.version IS NULL AND m.script = {script} AND m.success")
    };
    tool::insert(
        table,
        entry,
        held,
        &there,
        &[
            ("installed_rank", tool::next(table, "installed_rank")),
            ("version", tool::or_null(detail("version"))),
            ("description", quote::literal(entry.name.as_deref().unwrap_or_default())),
            ("type", quote::literal(detail("type").unwrap_or("SQL"))),
            ("script", quote::literal(detail("script").unwrap_or_default())),
            ("checksum", entry.checksum.as_deref().map_or("NULL".to_owned(), tool::number)),
            ("installed_by", "current_user".to_owned()),
            ("execution_time", "0".to_owned()),
            ("success", "true".to_owned()),
        ],
    )
}

fn file(path: &str) -> Option<String> {
    let stem = tool::file_stem(path, ".sql")?;
    if stem.starts_with("R__") {
        return Some(format!("{stem}.sql"));
    }
    let (version, _) = stem.strip_prefix('V')?.split_once("__")?;
    Some(version.replace('_', "."))
}

fn own(own: &Own) -> Option<Entry> {
    let script = format!("V{}__{}.sql", own.stamp, own.name);
    let details = [("version", own.stamp.as_str()), ("type", "SQL"), ("script", script.as_str())];
    Some(Entry {
        version: own.stamp.clone(),
        name: Some(own.name.replace('_', " ")),
        checksum: Some(hash(&own.content).to_string()),
        details: details.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
        ..Entry::default()
    })
}

/// Flyway's checksum: CRC-32 of the lines without what ends them, as a signed number.
fn hash(content: &str) -> i32 {
    let text = content.strip_prefix('\u{feff}').unwrap_or(content).replace(['\r', '\n'], "");
    crc32fast::hash(text.as_bytes()).cast_signed()
}

fn check(entry: &Entry, content: &str) -> Option<bool> {
    Some(*entry.checksum.as_deref()? == hash(content).to_string())
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn lines_count_without_their_ends() {
        // the check value of CRC-32 is that of these digits
        assert_eq!(hash("\u{feff}1234\r\n56789\n"), 0xcbf4_3926_u32.cast_signed());
    }
}
