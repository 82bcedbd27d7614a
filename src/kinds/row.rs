//! A row of a scan, and what a kind makes of it.
//!
//! OIDs appear here as join keys of one capture; `introspect` replaces them by identities.

use crate::model::{Need, Value};
use std::sync::Arc;

/// The columns of one row. A missing column is a bug of the scan and panics.
pub trait Fields {
    /// A text, `None` for NULL.
    fn text(&self, column: &str) -> Option<String>;
    /// A flag; NULL is false.
    fn flag(&self, column: &str) -> bool;
    /// A whole number, `None` for NULL.
    fn int(&self, column: &str) -> Option<i64>;
    /// An array of texts; NULL is empty.
    fn texts(&self, column: &str) -> Vec<String>;
    /// An OID; NULL is 0.
    fn oid(&self, column: &str) -> u32;
    /// An array of OIDs; NULL is empty.
    fn oids(&self, column: &str) -> Vec<u32>;

    /// A text that is never NULL.
    fn name(&self, column: &str) -> String {
        self.text(column).unwrap_or_default()
    }

    /// The single letter of a `"char"` column; NUL for NULL and for `''`.
    fn letter(&self, column: &str) -> char {
        self.text(column).and_then(|text| text.chars().next()).unwrap_or('\0')
    }
}

/// OIDs of the system catalogs that addresses name. They are fixed by PostgreSQL.
pub mod class {
    #![expect(missing_docs, reason = "each is the OID of the catalog of its name")]
    pub const PG_TYPE: u32 = 1247;
    pub const PG_ATTRIBUTE: u32 = 1249;
    pub const PG_PROC: u32 = 1255;
    pub const PG_CLASS: u32 = 1259;
    pub const PG_ATTRDEF: u32 = 2604;
    pub const PG_CONSTRAINT: u32 = 2606;
    pub const PG_NAMESPACE: u32 = 2615;
    pub const PG_REWRITE: u32 = 2618;
    pub const PG_TRIGGER: u32 = 2620;
    pub const PG_INHERITS: u32 = 2611;
    pub const PG_OPFAMILY: u32 = 2753;
    pub const PG_DEFAULT_ACL: u32 = 826;
    pub const PG_EXTENSION: u32 = 3079;
    pub const PG_POLICY: u32 = 3256;
}

/// What `pg_depend` calls an object: catalog, row, column (0 for the whole).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Address {
    /// OID of the system catalog.
    pub class: u32,
    /// OID of the row.
    pub object: u32,
    /// Column number of a relation, else 0.
    pub sub: i32,
}

impl Address {
    /// The address of a whole object.
    pub const fn new(class: u32, object: u32) -> Self {
        Self { class, object, sub: 0 }
    }

    /// The address of a column.
    pub const fn column(relation: u32, number: i32) -> Self {
        Self { class: class::PG_CLASS, object: relation, sub: number }
    }
}

/// A value as a kind reads it: ready, or naming something by OID.
#[derive(Clone, Debug)]
pub enum Raw {
    /// Ready.
    Value(Value),
    /// Another object.
    Ref(Address),
    /// A data type with its modifier.
    Type(u32, i64),
    /// Roles, 0 for everybody.
    Roles(Vec<u32>),
}

impl From<Value> for Raw {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

/// Where an object stands.
#[derive(Clone, Debug)]
pub enum Place {
    /// In the database.
    Database,
    /// In a schema, by OID.
    Schema(u32),
    /// In another object, as a part of it.
    Part(Address),
}

/// What a kind made of a row, knowing no other row.
#[derive(Clone, Debug)]
pub struct Found {
    /// The object's address.
    pub address: Address,
    /// Where it stands.
    pub place: Place,
    /// Its own name.
    pub name: Vec<Name>,
    /// Its attributes, in the order of the kind's table.
    pub values: Vec<Raw>,
    /// Its owner, 0 where the kind has none.
    pub owner: u32,
    /// A further object that it is a part of without standing in its path (an identity's sequence).
    pub part_of: Option<Address>,
    /// What also stands for it in `pg_depend`.
    pub also: Vec<Address>,
    /// What it needs without `pg_depend` saying so.
    pub needs: Vec<(Address, Need)>,
    /// The ends of a dependency in `pg_depend` that this object is.
    pub link: Option<(Address, Address)>,
}

/// A part of a name.
#[derive(Clone, Debug)]
pub enum Name {
    /// As it is.
    Plain(String),
    /// Argument types of a routine.
    Types(Vec<u32>),
    /// A role.
    Role(u32),
    /// A schema, 0 for none.
    Schema(u32),
}

impl Found {
    /// An object with a plain name and neither owner nor aliases.
    pub fn new(address: Address, place: Place, name: String, values: Vec<Raw>) -> Self {
        let name = vec![Name::Plain(name)];
        Self {
            address,
            place,
            name,
            values,
            owner: 0,
            part_of: None,
            also: Vec::new(),
            needs: Vec::new(),
            link: None,
        }
    }

    /// The same with an owner.
    #[must_use]
    pub fn owned(mut self, owner: u32) -> Self {
        self.owner = owner;
        self
    }
}

/// An array of `key=value` as a map. The values keep the user's spelling, as `pg_dump` does.
pub fn options(entries: &[String]) -> Value {
    let pairs = entries.iter().map(|entry| {
        let (key, value) = entry.split_once('=').unwrap_or((entry, "true"));
        (Arc::from(key), Arc::from(value))
    });
    Value::map(pairs.collect())
}

/// Whether the value of an option means yes.
pub fn is_on(value: &str) -> bool {
    matches!(value.to_lowercase().as_str(), "on" | "yes" | "true" | "1")
}
