//! A stand-in of the same shape that needs less: what opens a cycle of views and routines.

use crate::model::{Catalog, Object, ObjectId};
use crate::sql::lexer::{Token, tokens};
use crate::sql::quote;
use std::collections::BTreeSet;

/// A shell of an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shell {
    /// What follows CREATE or CREATE OR REPLACE.
    pub text: String,
    /// The statements that make the object of it.
    pub complete: Vec<String>,
    /// What it needs of what the object needs.
    pub needs: BTreeSet<ObjectId>,
    /// Whether the object names itself, and can be made in no other way.
    pub names_itself: bool,
}

/// Those of its needs that the text of a shape names, and what is not in a schema.
pub(super) fn needs(catalog: &Catalog, object: &Object, shape: &str) -> BTreeSet<ObjectId> {
    let kept = |id: &ObjectId| id.path.len() < 2 || is_named(shape, id.part(0), id.part(1));
    let needs = catalog.needs_of(&object.id).map(|(id, _)| id);
    needs.filter(|id| kept(id)).cloned().collect()
}

/// Whether the text has `schema.name` outside of strings.
pub(super) fn is_named(text: &str, schema: &str, name: &str) -> bool {
    let (schema, name) = (quote::ident(schema), quote::ident(name));
    let words: Vec<Token<'_>> =
        tokens(text).into_iter().filter(|token| token.kind.is_significant()).collect();
    words
        .windows(3)
        .any(|three| three.iter().map(|token| token.text).eq([schema.as_str(), ".", name.as_str()]))
}
