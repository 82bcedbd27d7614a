//! What a proof makes on a server that others use, and how it goes away.

use crate::connect::{Conninfo, Session};
use crate::sql::quote;
use crate::verify::VerifyError;

/// A database and roles. Dropped without [`Leftovers::remove`], because the proof was interrupted,
/// they go all the same.
#[derive(Debug)]
pub(super) struct Leftovers {
    server: Conninfo,
    database: String,
    roles: Vec<String>,
    /// Whether somebody has taken care of them.
    settled: bool,
}

impl Leftovers {
    /// A database that is about to be made.
    pub(super) fn new(server: &Conninfo, database: &str) -> Self {
        Self {
            server: server.clone(),
            database: database.to_owned(),
            roles: Vec::new(),
            settled: false,
        }
    }

    /// A role that was made.
    pub(super) fn add_role(&mut self, role: &str) {
        self.roles.push(role.to_owned());
    }

    /// Drops all of it.
    pub(super) async fn remove(mut self) -> Result<(), VerifyError> {
        let removed = self.try_remove().await;
        self.settled = true;
        removed
    }

    async fn try_remove(&self) -> Result<(), VerifyError> {
        let database =
            format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote::ident(&self.database));
        let mut statements = vec![(format!("database {}", self.database), database)];
        let role = |role: &String| {
            (format!("role {role}"), format!("DROP ROLE IF EXISTS {}", quote::ident(role)))
        };
        statements.extend(self.roles.iter().map(role));
        let failed = |what: Vec<String>, reason| VerifyError::Leftover {
            server: self.server.redacted(),
            what: what.join(", "),
            reason,
        };
        let session = match Session::open(&self.server).await {
            Ok(session) => session,
            Err(error) => {
                let all = statements.into_iter().map(|(what, _)| what).collect();
                return Err(failed(all, error.to_string()));
            }
        };
        let mut stuck = Vec::new();
        let mut reason = String::new();
        for (what, sql) in statements {
            if let Err(error) = session.run(&sql).await {
                stuck.push(what);
                reason = error.to_string();
            }
        }
        if stuck.is_empty() { Ok(()) } else { Err(failed(stuck, reason)) }
    }
}

impl Drop for Leftovers {
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        // a thread of its own: this one may be inside a runtime, which cannot be entered twice
        std::thread::scope(|scope| {
            let cleaner = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.map(|runtime| runtime.block_on(self.try_remove()))
            });
            // nobody is left to be told
            let _ = cleaner.join();
        });
    }
}
