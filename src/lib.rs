//! pgbridge: schema-drift reconciliation for PostgreSQL.
//!
//! The pipeline: two databases are captured into catalogs, compared, and the divergence is turned
//! into an ordered plan, which becomes a bundle of migrations, rollbacks and documents.
//!
//! Invariants: no OID leaves `introspect`; `diff` knows no kind; only `cli` prints; nothing is
//! written to a database but by `verify`, on a scratch database; the same input gives the same bytes.

pub mod bundle;
pub mod cli;
pub mod config;
pub mod connect;
pub mod diff;
pub mod history;
pub mod introspect;
pub mod kinds;
pub mod markdown;
pub mod model;
pub mod normalize;
pub mod plan;
pub mod report;
pub mod scope;
pub mod sql;
pub mod types;
pub mod verify;
