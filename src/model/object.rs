//! One object of a catalog.

use crate::model::{AclItem, Attr, AttrSpec, ObjectId, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What any object may have besides its kind's attributes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facets {
    /// The owning role, where the kind has one.
    pub owner: Option<Arc<str>>,
    /// The privileges where they differ from the kind's default.
    pub acl: Option<BTreeSet<AclItem>>,
    /// The comment.
    pub comment: Option<Arc<str>>,
    /// Extensions it is marked to depend on (`DEPENDS ON EXTENSION`).
    pub extensions: BTreeSet<Arc<str>>,
}

/// An object: identity, attributes in the order of its kind's table, facets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    /// Its identity.
    pub id: ObjectId,
    /// The object it is a part of; they go together.
    pub parent: Option<ObjectId>,
    /// The kind's attribute table.
    pub specs: &'static [AttrSpec],
    /// One value per entry of `specs`.
    pub values: Vec<Value>,
    /// Owner, privileges, comment.
    pub facets: Facets,
}

impl Object {
    /// The value of an attribute.
    pub fn value(&self, attr: Attr) -> &Value {
        self.values.get(attr.0).unwrap_or(&Value::Null)
    }

    /// The text of an attribute; empty where it is not set.
    pub fn text(&self, attr: Attr) -> &str {
        self.value(attr).as_str().unwrap_or("")
    }

    /// Whether a flag is set.
    pub fn flag(&self, attr: Attr) -> bool {
        self.value(attr).is_true()
    }

    /// Sets the value of an attribute.
    pub fn set(&mut self, attr: Attr, value: Value) {
        if let Some(slot) = self.values.get_mut(attr.0) {
            *slot = value;
        }
    }
}
