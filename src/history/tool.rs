//! What there is to say of a tool.

use crate::model::{Entry, ObjectId};
use crate::sql::quote;
use std::collections::{BTreeMap, BTreeSet};

/// Types of a column with text.
pub(super) const TEXT: &[&str] = &["character varying", "text"];
/// Types of a column with a number.
pub(super) const INT: &[&str] = &["integer", "bigint", "smallint"];
/// Types of a column with a time.
pub(super) const TIME: &[&str] = &["timestamp with time zone", "timestamp without time zone"];
/// Type of a column with a flag.
pub(super) const BOOL: &[&str] = &["boolean"];

/// What the rows of a table are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// Each migration that ran has a row.
    All,
    /// Only the last migration has a row, or the last one of each branch.
    Heads,
}

/// A migration tool.
pub struct Tool {
    /// Its key in files.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Names that its table must have; none where the columns alone tell.
    pub(super) names: &'static [&'static str],
    /// Columns that must be there, with the types that they may have.
    pub(super) columns: &'static [(&'static str, &'static [&'static str])],
    /// Columns that may be there; none where any may.
    pub(super) others: Option<&'static [&'static str]>,
    /// A table that must stand in the same schema.
    pub(super) beside: Option<&'static str>,
    /// What is read: a column, and an expression over the table `t` where it is there.
    pub(super) read: &'static [(&'static str, &'static str)],
    /// The order of the rows.
    pub(super) order: &'static str,
    /// Whether that order is the one in which they ran.
    pub in_order: bool,
    /// What the rows are.
    pub holds: Holds,
    /// The migration of a row; none where the row is none.
    pub(super) entry: fn(&Fields<'_>) -> Option<Entry>,
    /// Statements that record a migration as applied in a table, which has these current entries.
    pub mark: fn(&str, &Entry, &[&Entry]) -> Vec<String>,
    /// The version of a file of the tool, by its path in the folder of migrations.
    pub(super) file: fn(&str) -> Option<String>,
    /// Lines that begin and end what runs when it is applied, where a file holds the way back as well.
    pub(super) up: Option<(&'static str, &'static str)>,
    /// Whether a file has the checksum that is recorded; none where that cannot be told.
    pub(super) check: fn(&Entry, &str) -> Option<bool>,
    /// A file of a bridge as an entry; none where the tool cannot run it as it is.
    pub own: fn(&Own) -> Option<Entry>,
}

/// A file of a bridge.
#[derive(Clone, Debug)]
pub struct Own {
    /// `YYYYMMDDHHMMSS`.
    pub stamp: String,
    /// What follows in its name.
    pub name: String,
    /// Its text.
    pub content: String,
}

/// A table that may be a tool's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// Its columns with their types, without modifiers.
    pub columns: BTreeMap<String, String>,
    /// Names of all relations of its schema that tools keep beside their table.
    pub beside: BTreeSet<String>,
}

/// A row by the names of its columns.
pub struct Fields<'a> {
    pub(super) read: &'a [(&'a str, &'a str)],
    pub(super) values: &'a [Option<String>],
}

impl<'a> Fields<'a> {
    /// A value as text.
    pub fn get(&self, column: &str) -> Option<&'a str> {
        let at = self.read.iter().position(|(name, _)| *name == column)?;
        self.values.get(at)?.as_deref()
    }

    /// A value, empty where there is none.
    pub(super) fn text(&self, column: &str) -> String {
        self.get(column).unwrap_or_default().to_owned()
    }

    /// A value that is there and is not empty.
    pub(super) fn some(&self, column: &str) -> Option<String> {
        self.get(column).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A flag.
    pub(super) fn is(&self, column: &str) -> bool {
        matches!(self.get(column), Some("t" | "true"))
    }

    /// These values by their names, as far as they are there.
    pub(super) fn details(&self, columns: &[&str]) -> BTreeMap<String, String> {
        let one = |column: &&str| Some(((*column).to_owned(), self.get(column)?.to_owned()));
        columns.iter().filter_map(one).collect()
    }
}

impl std::fmt::Debug for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Tool {
    /// Whether the table is this tool's.
    pub fn knows(&self, found: &Found) -> bool {
        let has = |(name, types): &(&str, &[&str])| {
            found.columns.get(*name).is_some_and(|is| types.contains(&is.as_str()))
        };
        let allowed = |name: &String| match self.others {
            None => true,
            Some(others) => {
                others.contains(&name.as_str())
                    || self.columns.iter().any(|(column, _)| column == name)
            }
        };
        (self.names.is_empty() || self.names.contains(&found.table.as_str()))
            && self.columns.iter().all(has)
            && found.columns.keys().all(allowed)
            && self.beside.is_none_or(|table| found.beside.contains(table))
    }

    /// The query for the rows of a table.
    pub fn query(&self, found: &Found) -> String {
        let one = |(column, expression): &(&str, &'static str)| {
            if found.columns.contains_key(*column) { *expression } else { "NULL" }
        };
        let columns: Vec<&str> = self.read.iter().map(one).collect();
        format!(
            "SELECT {} FROM ONLY {} t ORDER BY {}",
            columns.join(", "),
            quote::qualified(&[&found.schema, &found.table]),
            self.order
        )
    }

    /// The migrations of its rows.
    pub fn entries(&self, rows: &[Vec<Option<String>>]) -> Vec<Entry> {
        rows.iter().filter_map(|values| (self.entry)(&Fields { read: self.read, values })).collect()
    }
}

/// What a replay of a migration showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// All that it makes stands after the bridge as on the side that recorded it.
    pub covered: bool,
    /// Why, in words.
    pub why: String,
    /// What it changed; none where it did not run.
    pub touched: Option<BTreeSet<ObjectId>>,
}

/// What replays showed: by the side that lacks the migration, the tool, its table and the version.
pub type Outcomes = BTreeMap<(super::Side, String, String), Outcome>;

/// Adds a row, and nothing where the tool has recorded it meanwhile: where a row `m` fulfils the condition. The
/// values are SQL. A migration that was rolled back has rows already.
pub(super) fn insert(
    table: &str,
    entry: &Entry,
    held: &[&Entry],
    there: &str,
    values: &[(&str, String)],
) -> Vec<String> {
    let columns: Vec<String> = values.iter().map(|(column, _)| quote::ident(column)).collect();
    let values: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
    let unless = if held.iter().any(|other| other.version == entry.version) {
        String::new()
    } else {
        format!(" WHERE NOT EXISTS (SELECT FROM {table} m WHERE {there})")
    };
    let (columns, values) = (columns.join(", "), values.join(", "));
    vec![format!("INSERT INTO {table} ({columns}) SELECT {values}{unless};")]
}

/// A string constant, or NULL.
pub(super) fn or_null(value: Option<&str>) -> String {
    value.map_or_else(|| "NULL".to_owned(), quote::literal)
}

/// The next number of a column.
pub(super) fn next(table: &str, column: &str) -> String {
    let column = quote::ident(column);
    format!("(SELECT coalesce(pg_catalog.max(m.{column}), 0) + 1 FROM {table} m)")
}

/// The digits of a text, as a constant that is a number.
pub(super) fn number(text: &str) -> String {
    match text.parse::<i64>() {
        Ok(number) => number.to_string(),
        Err(_) => quote::literal(text),
    }
}

/// The name of a file without its folder; none where it does not end so.
pub(super) fn file_stem<'a>(path: &'a str, end: &str) -> Option<&'a str> {
    path.rsplit('/').next()?.strip_suffix(end)
}

/// What stands before the first `_` of a file's name, if these are digits.
pub(super) fn digits_before<'a>(path: &'a str, end: &str) -> Option<&'a str> {
    let stem = file_stem(path, end)?;
    let version = stem.split('_').next()?;
    let good = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    good.then_some(version)
}

/// The same as a number without leading zeros.
pub(super) fn number_before(path: &str, end: &str) -> Option<String> {
    Some(digits_before(path, end)?.parse::<i64>().ok()?.to_string())
}

/// For tools whose files are programs.
pub(super) fn no_file(_: &str) -> Option<String> {
    None
}

/// For tools whose checksums are not computed here.
pub(super) fn no_check(_: &Entry, _: &str) -> Option<bool> {
    None
}

/// For tools that do not run a file of SQL as it is.
pub(super) fn no_own(_: &Own) -> Option<Entry> {
    None
}

/// An entry that is its stamp.
#[expect(clippy::unnecessary_wraps, reason = "the functions of a tool have one shape")]
pub(super) fn own_by_stamp(own: &Own) -> Option<Entry> {
    let name = Some(own.name.clone());
    Some(Entry { version: own.stamp.clone(), name, ..Entry::default() })
}
