//! Objects that are created with a list of `KEY = value`: one table says what they consist of.
//!
//! The query gives each item in a column of the item's name; its key in SQL is that name in capitals.

use crate::kinds::{Fields, Naming, Raw};
use crate::model::{AttrSpec, Compare, Object, Value};
use crate::sql::quote;

/// How an item is read and written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// A name, a number or a word of SQL: as it is.
    Word,
    /// A text: as a literal.
    Literal,
    /// A flag: its key alone.
    Flag,
    /// It stands elsewhere in the statement.
    Apart,
}

/// One attribute of such an object.
pub(super) struct Item {
    /// The attribute's name.
    pub(super) name: &'static str,
    /// What it is.
    pub(super) doc: &'static str,
    /// How it is written.
    pub(super) style: Style,
}

pub(super) const fn item(name: &'static str, doc: &'static str, style: Style) -> Item {
    Item { name, doc, style }
}

/// The attribute table of `items`.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where an error stops")]
pub(super) const fn specs<const N: usize>(items: &[Item; N]) -> [AttrSpec; N] {
    let mut specs = [const { AttrSpec { name: "", doc: "", compare: Compare::Drift } }; N];
    let mut at = 0;
    while at < N {
        specs[at] = AttrSpec { name: items[at].name, doc: items[at].doc, compare: Compare::Drift };
        at += 1;
    }
    specs
}

/// What an item names: words are references.
pub(super) fn naming(items: &[Item], name: &str) -> Naming {
    match items.iter().find(|item| item.name == name).map(|item| item.style) {
        Some(Style::Word | Style::Apart) => Naming::Sql,
        _ => Naming::Plain,
    }
}

/// The names of `items`, for the rule that all of them share.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where an error stops")]
pub(super) const fn names<const N: usize>(items: &[Item; N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = items[at].name;
        at += 1;
    }
    names
}

/// The values of a row.
pub(super) fn values(items: &[Item], row: &dyn Fields) -> Vec<Raw> {
    let value = |item: &Item| match item.style {
        Style::Flag => Value::flag(row.flag(item.name)),
        Style::Literal => Value::text(row.text(item.name).as_deref()),
        Style::Word | Style::Apart => Value::text(word(row, item.name).as_deref()),
    };
    items.iter().map(|item| Raw::Value(value(item))).collect()
}

/// A name as regproc and its like print it: `-` is none, and the system schema is said only where
/// a name is overloaded there, which differs between versions.
fn word(row: &dyn Fields, column: &str) -> Option<String> {
    let text = row.text(column).filter(|text| text != "-")?;
    Some(text.strip_prefix("pg_catalog.").unwrap_or(&text).to_owned())
}

/// `KEY = value` for each item that is set.
pub(super) fn entries(items: &[Item], object: &Object) -> Vec<String> {
    let entry = |(item, value): (&Item, &Value)| {
        let key = item.name.to_uppercase();
        match (item.style, value) {
            (Style::Flag, value) => value.is_true().then_some(key),
            (Style::Word, value) => Some(format!("{key} = {}", value.as_str()?)),
            (Style::Literal, value) => Some(format!("{key} = {}", quote::literal(value.as_str()?))),
            (Style::Apart, _) => None,
        }
    };
    items.iter().zip(&object.values).filter_map(entry).collect()
}

/// The list in its parentheses, an entry a line.
pub(super) fn list(entries: &[String]) -> String {
    format!("(\n    {}\n)", entries.join(",\n    "))
}

/// SQL of an operator's qualified name, for a column with its OID; NULL for 0.
pub(super) fn operator_name(column: &str) -> String {
    format!(
        "(SELECT pg_catalog.format('OPERATOR(%I.%s)', dn.nspname, d.oprname) FROM pg_catalog.pg_operator d \
        JOIN pg_catalog.pg_namespace dn ON dn.oid = d.oprnamespace WHERE d.oid = {column})"
    )
}
