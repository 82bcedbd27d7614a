//! What a database is: a flat, sorted map of objects with their dependency edges.
//!
//! Owns the identity of objects, their values, the catalog and its file format. In: nothing of
//! ours. Out: plain data for every stage.
//! Invariant: no OID, no attribute number and no position in a file of one server is kept here;
//! two equal schemas give equal catalogs, byte for byte.

pub mod acl;
pub mod attr;
pub mod catalog;
pub mod facet;
pub mod history;
pub mod id;
pub mod kind;
pub mod object;
pub mod snapshot;
pub mod value;

pub use acl::{AclItem, OWNER, PUBLIC};
pub use attr::{Attr, AttrSpec, Compare};
pub use catalog::{Catalog, LedgerEntry, LeftAlone, Need, Notice, Scope, ServerInfo};
pub use facet::Facet;
pub use history::{Entry, History, State};
pub use id::ObjectId;
pub use kind::Kind;
pub use object::{Facets, Object};
pub use value::{Sealed, Settings, Value};
