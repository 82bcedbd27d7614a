//! The same migrations in the form of other migration runners, under `runners/`.
//!
//! What is particular to a runner stands in one table of facts; how a plan becomes files is one for all.

mod layout;
mod unit;

use crate::bundle::{BundleError, File, Input, Migration};
use crate::history::Own;
use layout::{Layout, Pair};
use unit::units;

/// What is to know of a runner.
#[derive(Clone, Copy, Debug)]
pub struct Flavour {
    /// Its name, for the command line and the folder.
    pub name: &'static str,
    /// It runs each file in a transaction of its own.
    wraps: bool,
    /// It sends the statements of a file one by one: several may stand in a file that must not be
    /// wrapped. Else the server takes the file for one transaction.
    splits: bool,
    /// It has a way to undo a file.
    undoes: bool,
    layout: Layout,
    /// How its files are run, for people.
    pub run: &'static str,
}

/// All runners, besides psql.
pub const FLAVOURS: &[Flavour] = &[
    Flavour {
        name: "supabase",
        wraps: true,
        splits: true,
        undoes: false,
        layout: Layout::Supabase,
        run: "supabase db push",
    },
    Flavour {
        name: "sqlx",
        wraps: true,
        splits: false,
        undoes: true,
        layout: Layout::Sqlx,
        // the folder does not have what ran before
        run: "sqlx migrate run --ignore-missing",
    },
    Flavour {
        name: "diesel",
        wraps: true,
        splits: false,
        undoes: true,
        layout: Layout::Diesel,
        run: "diesel migration run",
    },
    Flavour {
        name: "flyway",
        wraps: true,
        splits: true,
        undoes: true,
        layout: Layout::Flyway,
        run: "flyway migrate",
    },
    Flavour {
        name: "golang-migrate",
        wraps: false,
        splits: false,
        undoes: true,
        layout: Layout::GolangMigrate,
        run: "migrate -path migrations -database \"$PGBRIDGE_PROD_URL\" up",
    },
    Flavour {
        name: "dbmate",
        wraps: true,
        splits: false,
        undoes: true,
        layout: Layout::Dbmate,
        run: "dbmate --url \"$PGBRIDGE_PROD_URL\" --no-dump-schema migrate",
    },
    Flavour {
        name: "node-pg-migrate",
        wraps: true,
        // pgm.sql sends one statement at a time
        splits: true,
        undoes: true,
        layout: Layout::NodePgMigrate,
        run: "node-pg-migrate up --no-check-order",
    },
];

impl Flavour {
    /// The runner of that name.
    pub fn parse(name: &str) -> Option<&'static Self> {
        FLAVOURS.iter().find(|flavour| flavour.name == name)
    }

    /// Whether it runs nothing from a folder that lacks what is recorded.
    pub fn wants_all(&self) -> bool {
        matches!(self.layout, Layout::Supabase)
    }

    /// The folder in the bundle.
    pub fn folder(&self) -> String {
        format!("runners/{}", self.name)
    }

    /// All files for it.
    ///
    /// # Errors
    /// When the time stamp is none.
    pub fn files(
        &self,
        input: &Input<'_>,
        migrations: &[Migration],
    ) -> Result<Vec<File>, BundleError> {
        let files = self.pairs(input, migrations)?;
        let files = files.iter().flat_map(|pair| self.layout.files(pair));
        let placed =
            |file: File| File::new(format!("{}/{}", self.folder(), file.path), file.content);
        Ok(files.map(placed).collect())
    }

    /// What it records once it has run them.
    pub(super) fn own(
        &self,
        input: &Input<'_>,
        migrations: &[Migration],
    ) -> Result<Vec<Own>, BundleError> {
        let own = |pair: Pair| {
            // beside a file of SQL there may be its settings
            let mut files = self.layout.files(&pair).into_iter();
            let first =
                files.find(|file| [".sql", ".js"].iter().any(|end| file.path.ends_with(end)));
            let content = first.map(|file| file.content).unwrap_or_default();
            Own { stamp: pair.version, name: pair.name, content }
        };
        Ok(self.pairs(input, migrations)?.into_iter().map(own).collect())
    }

    fn pairs(&self, input: &Input<'_>, migrations: &[Migration]) -> Result<Vec<Pair>, BundleError> {
        let mut all = Vec::new();
        for (at, (migration, batch)) in migrations.iter().zip(&input.plan.batches).enumerate() {
            let (_, what) = migration.name.split_once('_').unwrap_or(("", &migration.name));
            let pairs = units(self, input, migration, batch);
            let several = pairs.len() > 1;
            for (number, (up, down)) in pairs.into_iter().enumerate() {
                let suffix = if several { format!("_part_{}", number + 1) } else { String::new() };
                let stamp = crate::bundle::migration::stamp(input.timestamp, at, number)?;
                let version = self.layout.version(stamp);
                let name = format!("{what}{suffix}");
                let down = self.undoes.then_some(down);
                all.push(Pair { version, name, up, down });
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests;
