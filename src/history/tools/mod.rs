//! One tool = one file.

#![expect(
    clippy::unnecessary_wraps,
    reason = "the functions of a tool have one shape: others have rows that are none"
)]

mod alembic;
mod atlas;
mod dbmate;
mod diesel;
mod django;
mod flyway;
mod golang_migrate;
mod goose;
mod knex;
mod liquibase;
mod node_pg_migrate;
mod own_table;
mod prisma;
mod rails;
mod sqlx;
mod supabase;

use super::tool::{Found, Tool};

/// All of them; of two that know a table the first one counts.
pub const ALL: &[&Tool] = &[
    &supabase::TOOL,
    &flyway::TOOL,
    &liquibase::TOOL,
    &sqlx::TOOL,
    &diesel::TOOL,
    &prisma::TOOL,
    &alembic::TOOL,
    &django::TOOL,
    &knex::TOOL,
    &golang_migrate::TOOL,
    &goose::TOOL,
    &node_pg_migrate::TOOL,
    &atlas::TOOL,
    &rails::TOOL,
    &dbmate::TOOL,
    &own_table::TOOL,
];

/// The tool that keeps this table.
pub fn recognise(found: &Found) -> Option<&'static Tool> {
    ALL.iter().copied().find(|tool| tool.knows(found))
}

/// The tool of a key.
pub fn of(name: &str) -> Option<&'static Tool> {
    ALL.iter().copied().find(|tool| tool.name == name)
}
