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

/// The tool refuses to go on where the order of times is not that of the numbers in the names: what it ran in one
/// transaction has one time, and what follows there makes room.
fn mark(table: &str, entry: &Entry, held: &[&Entry]) -> Vec<String> {
    let name = quote::literal(&entry.version);
    let there = format!("m.name = {name}");
    let digits = entry.version.bytes().take_while(u8::is_ascii_digit).count();
    let number = entry.version.get(..digits).filter(|number| !number.is_empty());
    let of_row = "nullif(pg_catalog.regexp_replace(m.name, '[^0-9].*', ''), '')::numeric";
    let time = |way: &str, best: &str, number: &str| {
        format!("(SELECT pg_catalog.{best}(m.run_on) FROM {table} m WHERE {of_row} {way} {number})")
    };
    let now = "pg_catalog.now()";
    let moment = number.map_or(now.to_owned(), |number| {
        let (before, after) = (time("<", "max", number), time(">", "min", number));
        format!("coalesce({before}, {after} - interval '1 second', {now})")
    });
    let made = tool::insert(table, entry, held, &there, &[("name", name), ("run_on", moment)]);
    let Some(number) = number else { return made };
    let room = |insert: String| {
        format!(
            "WITH made AS ({} RETURNING run_on) UPDATE {table} m SET run_on = m.run_on + interval '1 millisecond' \
             FROM made WHERE {of_row} > {number} AND {} <= made.run_on;",
            insert.trim_end_matches(';'),
            time(">", "min", number)
        )
    };
    made.into_iter().map(room).collect()
}

fn own(own: &Own) -> Option<Entry> {
    Some(Entry { version: format!("{}_{}", own.stamp, own.name), ..Entry::default() })
}
