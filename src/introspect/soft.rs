//! Soft edges: names that stand in the bodies of routines, which PostgreSQL does not record.
//!
//! They order things where they can and force nothing, so a wrong guess costs nothing.

use crate::kinds::of;
use crate::model::{Catalog, Kind, Need, ObjectId};
use crate::sql::lexer::{TokenKind, tokens};
use std::collections::{BTreeMap, BTreeSet};

/// What can be named by itself.
const NAMED: &[Kind] =
    &[Kind::Table, Kind::View, Kind::Sequence, Kind::Enum, Kind::Function, Kind::Procedure];

/// Adds an edge for each name of a relation, type or routine in a body, and for each name of a column
/// of a table that the body names or whose trigger runs it.
pub(super) fn add_needs(catalog: &mut Catalog) {
    let mut named: BTreeMap<&str, Vec<&ObjectId>> = BTreeMap::new();
    for id in catalog.objects.keys().filter(|id| NAMED.contains(&id.kind)) {
        named.entry(id.part(1)).or_default().push(id);
    }
    let columns = columns(catalog);
    let watched = watched(catalog);
    let mut edges: Vec<(ObjectId, ObjectId)> = Vec::new();
    for object in catalog.objects.values() {
        let Some(text) = of(object.id.kind).soft_text(object) else { continue };
        let words = words(text);
        let mut tables: BTreeSet<&ObjectId> =
            watched.get(&object.id).into_iter().flatten().copied().collect();
        for (at, word) in words.iter().enumerate() {
            for id in named.get(word.as_str()).into_iter().flatten() {
                let before = |back: usize| at.checked_sub(back).and_then(|at| words.get(at));
                let schema = before(2).filter(|_| before(1).is_some_and(|dot| dot == "."));
                if **id != object.id && schema.is_none_or(|schema| schema == id.part(0)) {
                    tables.insert(id);
                    edges.push((object.id.clone(), (*id).clone()));
                }
            }
        }
        let words: BTreeSet<&str> = words.iter().map(String::as_str).collect();
        let columns = tables.into_iter().filter_map(|table| columns.get(table)).flatten();
        let columns = columns.filter(|column| words.contains(column.part(2)));
        edges.extend(columns.map(|column| (object.id.clone(), (*column).clone())));
    }
    for (from, to) in edges {
        catalog.add_need(&from, &to, Need::Soft);
    }
}

/// The tokens of a body but for comments; names as the catalog has them.
fn words(text: &str) -> Vec<String> {
    let tokens = tokens(text).into_iter();
    let word = |kind: TokenKind, text: &str| match kind {
        TokenKind::Identifier => Some(text.to_lowercase()),
        TokenKind::QuotedIdentifier => Some(text.trim_matches('"').replace("\"\"", "\"")),
        TokenKind::Whitespace | TokenKind::Comment => None,
        _ => Some(text.to_owned()),
    };
    tokens.filter_map(|token| word(token.kind, token.text)).collect()
}

/// The columns of each table.
fn columns(catalog: &Catalog) -> BTreeMap<&ObjectId, Vec<&ObjectId>> {
    let mut columns: BTreeMap<&ObjectId, Vec<&ObjectId>> = BTreeMap::new();
    for object in catalog.objects.values().filter(|object| object.id.kind == Kind::Column) {
        if let Some(table) = &object.parent {
            columns.entry(table).or_default().push(&object.id);
        }
    }
    columns
}

/// The tables whose triggers run each routine.
fn watched(catalog: &Catalog) -> BTreeMap<&ObjectId, Vec<&ObjectId>> {
    let mut watched: BTreeMap<&ObjectId, Vec<&ObjectId>> = BTreeMap::new();
    for trigger in catalog.objects.values().filter(|object| object.id.kind == Kind::Trigger) {
        let runs = catalog.needs_of(&trigger.id).map(|(needed, _)| needed);
        for routine in runs.filter(|needed| needed.kind == Kind::Function) {
            watched.entry(routine).or_default().extend(&trigger.parent);
        }
    }
    watched
}
