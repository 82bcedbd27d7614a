//! Migration runners that the registries have, run as their users run them.

use crate::support::Database;
use crate::support::tools::{built, run, tools};
use std::path::Path;
use std::process::Command;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Runner {
    Sqlx,
    Diesel,
    Dbmate,
    NodePgMigrate,
    Supabase,
}

impl Runner {
    pub(crate) const ALL: [Self; 5] =
        [Self::Sqlx, Self::Diesel, Self::Dbmate, Self::NodePgMigrate, Self::Supabase];

    /// Its name for pgbridge.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlx => "sqlx",
            Self::Diesel => "diesel",
            Self::Dbmate => "dbmate",
            Self::NodePgMigrate => "node-pg-migrate",
            Self::Supabase => "supabase",
        }
    }

    /// The table that it keeps.
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Sqlx => "_sqlx_migrations",
            Self::Diesel => "__diesel_schema_migrations",
            Self::Dbmate => "schema_migrations",
            Self::NodePgMigrate => "pgmigrations",
            Self::Supabase => "supabase_migrations.schema_migrations",
        }
    }

    /// Where it looks for migrations in the folder that it runs in.
    pub(crate) fn place(self) -> &'static str {
        match self {
            Self::Dbmate => "db/migrations",
            Self::Supabase => "supabase/migrations",
            _ => "migrations",
        }
    }

    /// Runs it in a folder on a database.
    #[track_caller]
    fn run(self, folder: &Path, database: &Database, arguments: &[&str]) -> String {
        let program = match self {
            Self::Sqlx | Self::Diesel => built(self.name()),
            _ => tools("fixtures/flavours/tools").join("node_modules/.bin").join(self.name()),
        };
        let mut command = Command::new(program);
        command.current_dir(folder).env("NO_COLOR", "1");
        let url = format!("{}?sslmode=disable", database.url());
        command.args(arguments);
        if self == Self::Supabase {
            command.env("SUPABASE_TELEMETRY_DISABLED", "1").arg(format!("--remote={url}"));
        }
        run(command.env("DATABASE_URL", &url))
    }

    /// Runs all migrations that are pending.
    #[track_caller]
    pub(crate) fn up(self, folder: &Path, database: &Database) {
        let arguments: &[&str] = match self {
            Self::Sqlx => &["migrate", "run"],
            Self::Diesel => &["migration", "run", "--migration-dir", self.place()],
            Self::Dbmate => &["--no-dump-schema", "migrate"],
            Self::NodePgMigrate => &["up"],
            Self::Supabase => &["db", "push", "--yes"],
        };
        self.run(folder, database, arguments);
    }

    /// Runs a bridge from a folder of its own, by the command that the execution plan tells.
    #[track_caller]
    pub(crate) fn bridge(self, folder: &Path, database: &Database) {
        let arguments: &[&str] = match self {
            Self::Sqlx => &["migrate", "run", "--ignore-missing"],
            Self::Diesel => &["migration", "run"],
            Self::Dbmate => &["--no-dump-schema", "migrate"],
            Self::NodePgMigrate => &["up", "--no-check-order"],
            Self::Supabase => unreachable!("it refuses a folder without what ran before"),
        };
        self.run(folder, database, arguments);
    }

    /// Undoes the last migrations.
    #[track_caller]
    pub(crate) fn back(self, folder: &Path, database: &Database, count: usize) {
        let number = count.to_string();
        match self {
            Self::Sqlx => {
                self.run(folder, database, &["migrate", "revert", "--target-version", "0"]);
            }
            Self::Diesel => {
                let arguments =
                    ["migration", "revert", "--migration-dir", self.place(), "-n", &number];
                self.run(folder, database, &arguments);
            }
            Self::Dbmate => (0..count).for_each(|_| {
                self.run(folder, database, &["--no-dump-schema", "rollback"]);
            }),
            Self::NodePgMigrate => {
                self.run(folder, database, &["down", &number]);
            }
            Self::Supabase => unreachable!("it has no way back"),
        }
    }

    /// How many migrations of a folder it says are pending.
    #[track_caller]
    pub(crate) fn pending(self, folder: &Path, database: &Database) -> usize {
        let arguments: &[&str] = match self {
            Self::Sqlx => &["migrate", "info"],
            Self::Diesel => &["migration", "list", "--migration-dir", self.place()],
            Self::Dbmate => &["status"],
            Self::NodePgMigrate => &["up", "--dry-run"],
            Self::Supabase => &["migration", "list"],
        };
        let said = self.run(folder, database, arguments);
        assert!(!said.contains("checksum"), "{said}");
        let (done, pending) = match self {
            Self::Sqlx => ("/installed", "/pending"),
            Self::Diesel | Self::Dbmate => ("[X]", "[ ]"),
            Self::NodePgMigrate => ("No migrations to run!", "(UP) ###"),
            // local, remote, time
            Self::Supabase => ("` | `", "| ` `"),
        };
        let count = |word| said.lines().filter(|line| line.contains(word)).count();
        assert!(count(done) + count(pending) > 0, "{said}");
        count(pending)
    }
}
