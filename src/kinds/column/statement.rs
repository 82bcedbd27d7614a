//! How a column is written.

use super::{
    COLLATION, COMPRESSION, GENERATED, GENERATED_KIND, IDENTITY, NOT_NULL, NOT_NULL_CONSTRAINT,
    OPTIONS, STATISTICS, STORAGE, TYPE, column_statement,
};
use crate::kinds::{default, sequence};
use crate::model::{Kind, Object, Value};
use crate::sql::quote;
use std::collections::BTreeMap;
use std::sync::Arc;

/// `name type ...` as it stands in CREATE TABLE and ADD COLUMN, with the parts it absorbs.
pub(crate) fn definition(column: &Object, parts: &[&Object]) -> String {
    let mut sql = format!("{} {}", quote::ident(column.id.name()), column.text(TYPE));
    if !column.text(COLLATION).is_empty() {
        sql = format!("{sql} COLLATE {}", column.text(COLLATION));
    }
    if column.value(GENERATED) != &Value::Null {
        sql = format!(
            "{sql} GENERATED ALWAYS AS ({}) {}",
            column.text(GENERATED),
            column.text(GENERATED_KIND)
        );
    }
    for part in parts.iter().filter(|part| part.parent.as_ref() == Some(&column.id)) {
        match part.id.kind {
            Kind::Default => sql = format!("{sql} DEFAULT {}", default::expression(part)),
            Kind::Sequence => sql = format!("{sql} {}", identity_clause(column, part)),
            _ => {}
        }
    }
    if column.flag(NOT_NULL) {
        match column.text(NOT_NULL_CONSTRAINT) {
            "" => sql += " NOT NULL",
            name => {
                let (name, inherit) = name
                    .split_once(" NO INHERIT")
                    .map_or((name, ""), |(name, _)| (name, " NO INHERIT"));
                sql = format!("{sql} CONSTRAINT {name} NOT NULL{inherit}");
            }
        }
    }
    sql
}

/// 18+: `CONSTRAINT name NOT NULL column`, or without a name.
pub(super) fn not_null_constraint(column: &Object) -> String {
    let field = quote::ident(column.id.name());
    match column.text(NOT_NULL_CONSTRAINT) {
        "" => format!("NOT NULL {field}"),
        name => {
            let (name, inherit) = name
                .split_once(" NO INHERIT")
                .map_or((name, ""), |(name, _)| (name, " NO INHERIT"));
            format!("CONSTRAINT {name} NOT NULL {field}{inherit}")
        }
    }
}

/// `GENERATED ALWAYS AS IDENTITY (...)`.
pub(crate) fn identity_clause(column: &Object, sequence: &Object) -> String {
    let name = quote::qualified(&[sequence.id.part(0), sequence.id.part(1)]);
    let options = sequence::options(sequence);
    format!("GENERATED {} AS IDENTITY (SEQUENCE NAME {name}{options})", column.text(IDENTITY))
}

/// What cannot stand in the definition.
pub(crate) fn follow_ups(column: &Object) -> Vec<String> {
    let mut clauses = Vec::new();
    if !column.text(STORAGE).is_empty() {
        clauses.push(format!("SET STORAGE {}", column.text(STORAGE)));
    }
    if !column.text(COMPRESSION).is_empty() {
        clauses.push(format!("SET COMPRESSION {}", column.text(COMPRESSION)));
    }
    if let Some(target) = column.value(STATISTICS).as_int() {
        clauses.push(format!("SET STATISTICS {target}"));
    }
    clauses.extend(option_clauses(&BTreeMap::new(), &column.value(OPTIONS).as_map()));
    clauses.iter().map(|clause| column_statement(column, clause)).collect()
}

/// `SET (...)` and `RESET (...)` between two maps of options.
pub(crate) fn option_clauses(
    from: &BTreeMap<Arc<str>, Arc<str>>,
    to: &BTreeMap<Arc<str>, Arc<str>>,
) -> Vec<String> {
    let set: Vec<String> = to
        .iter()
        .filter(|(key, value)| from.get(*key) != Some(value))
        .map(|(key, value)| format!("{} = {}", option_name(key), quote::literal(value)))
        .collect();
    let reset: Vec<String> =
        from.keys().filter(|key| !to.contains_key(*key)).map(|key| option_name(key)).collect();
    let clause = |word: &str, list: Vec<String>| {
        (!list.is_empty()).then(|| format!("{word} ({})", list.join(", ")))
    };
    [clause("SET", set), clause("RESET", reset)].into_iter().flatten().collect()
}

fn option_name(key: &str) -> String {
    key.split('.').map(quote::ident).collect::<Vec<_>>().join(".")
}

/// The word that sets a storage; the type's own where none is set.
pub(super) fn storage_word(column: &Object, major: i32) -> &str {
    match column.text(STORAGE) {
        "" if major >= 16 => "DEFAULT",
        "" => match super::type_of(column).split('(').next().unwrap_or_default() {
            "numeric" | "inet" | "cidr" => "MAIN",
            "smallint" | "integer" | "bigint" | "boolean" | "uuid" | "date" | "real"
            | "double precision" => "PLAIN",
            _ => "EXTENDED",
        },
        word => word,
    }
}
