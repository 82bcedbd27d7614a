//! Soft edges: names that stand in the bodies of routines, which PostgreSQL does not record.
//!
//! They order things where they can and force nothing, so a wrong guess costs nothing.

use crate::kinds::of;
use crate::model::{Catalog, Kind, Need, ObjectId};
use crate::sql::lexer::{TokenKind, tokens};
use std::collections::BTreeMap;

/// Adds an edge for each name of a relation, type or routine in a body.
pub(super) fn add_needs(catalog: &mut Catalog) {
    let mut named: BTreeMap<&str, Vec<&ObjectId>> = BTreeMap::new();
    for id in catalog.objects.keys() {
        if matches!(
            id.kind,
            Kind::Table
                | Kind::View
                | Kind::Sequence
                | Kind::Enum
                | Kind::Function
                | Kind::Procedure
        ) {
            named.entry(id.part(1)).or_default().push(id);
        }
    }
    let mut edges: Vec<(ObjectId, ObjectId)> = Vec::new();
    for object in catalog.objects.values() {
        let Some(text) = of(object.id.kind).soft_text(object) else { continue };
        let mut before: [String; 2] = Default::default();
        for token in tokens(text) {
            let word = match token.kind {
                TokenKind::Identifier => token.text.to_lowercase(),
                TokenKind::QuotedIdentifier => token.text.trim_matches('"').replace("\"\"", "\""),
                TokenKind::Whitespace | TokenKind::Comment => continue,
                _ => token.text.to_owned(),
            };
            for id in named.get(word.as_str()).into_iter().flatten() {
                let [schema, dot] = &before;
                if **id != object.id && (dot != "." || schema == id.part(0)) {
                    edges.push((object.id.clone(), (*id).clone()));
                }
            }
            let [_, last] = before;
            before = [last, word];
        }
    }
    for (from, to) in edges {
        catalog.add_need(&from, &to, Need::Soft);
    }
}
