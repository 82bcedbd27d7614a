//! `pg_dump`: an observer that shares no code with pgbridge.

use super::{Database, client, provision, run};
use std::sync::LazyLock;

static PG_DUMP: LazyLock<String> = LazyLock::new(|| provision(&["dump"]));

impl Database {
    /// The schema as `pg_dump` of the newest major writes it.
    pub(crate) fn dump(&self) -> String {
        self.dump_with(&[])
    }

    /// The same with more arguments.
    pub(crate) fn dump_with(&self, more: &[String]) -> String {
        run(client(&PG_DUMP).args(["--schema-only", "-w", "-d", &self.url()]).args(more))
            .unwrap_or_else(|error| panic!("pg_dump of {}: {error}", self.name()))
    }
}
