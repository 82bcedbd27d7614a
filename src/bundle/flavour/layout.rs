//! Names of files, marks and folders, runner by runner.

use super::unit::Unit;
use crate::bundle::File;

/// How a runner wants its files.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layout {
    /// `supabase/migrations/<version>_<name>.sql`; what forbids a transaction is recognised.
    Supabase,
    /// `migrations/<version>_<name>.up.sql`, `.down.sql`; a first line says not to wrap.
    Sqlx,
    /// `migrations/<version>_<name>/up.sql`, `down.sql`; a file beside them says not to wrap.
    Diesel,
    /// `sql/V<version>__<name>.sql`, `U…`; a file beside them says not to wrap.
    Flyway,
    /// `migrations/<version>_<name>.up.sql`, `.down.sql`; nothing is wrapped.
    GolangMigrate,
    /// `db/migrations/<version>_<name>.sql` with both, each with its mark.
    Dbmate,
    /// `migrations/<version>_<name>.js` with both; a version of 17 digits is a time.
    NodePgMigrate,
}

/// A migration in the making.
pub(super) struct Pair {
    pub(super) version: String,
    pub(super) name: String,
    pub(super) up: Unit,
    pub(super) down: Option<Unit>,
}

impl Layout {
    /// A point in time as a version: one of other length is none for the runner, and sorts after all to come.
    pub(super) fn version(self, stamp: String) -> String {
        if matches!(self, Self::NodePgMigrate) { stamp + "000" } else { stamp }
    }

    /// The files of a migration.
    pub(super) fn files(self, pair: &Pair) -> Vec<File> {
        let Pair { version, name, up, down } = pair;
        let sql = |path: String, unit: &Unit, mark: &str| {
            let mark = if unit.outside { mark } else { "" };
            File::new(path, format!("{mark}{}", unit.sql))
        };
        let mut files = Vec::new();
        match self {
            Self::Supabase => {
                files.push(sql(format!("supabase/migrations/{version}_{name}.sql"), up, ""));
            }
            Self::Sqlx | Self::GolangMigrate => {
                let mark = if matches!(self, Self::Sqlx) { "-- no-transaction\n" } else { "" };
                let path = |way: &str| format!("migrations/{version}_{name}.{way}.sql");
                files.push(sql(path("up"), up, mark));
                files.extend(down.iter().map(|down| sql(path("down"), down, mark)));
            }
            Self::Diesel => {
                let path = |file: &str| format!("migrations/{version}_{name}/{file}");
                let outside = up.outside || down.as_ref().is_some_and(|down| down.outside);
                if outside {
                    let text = "run_in_transaction = false\n";
                    files.push(File::new(path("metadata.toml"), text));
                }
                // what could be wrapped and is not opens its own transaction
                let own = |unit: &Unit| {
                    if outside && !unit.outside {
                        format!("BEGIN;\n{}COMMIT;\n", unit.sql)
                    } else {
                        unit.sql.clone()
                    }
                };
                files.push(File::new(path("up.sql"), own(up)));
                files.extend(down.iter().map(|down| File::new(path("down.sql"), own(down))));
            }
            Self::Flyway => {
                for (letter, unit) in [("V", Some(up)), ("U", down.as_ref())] {
                    let Some(unit) = unit else { continue };
                    let path = format!("sql/{letter}{version}__{name}.sql");
                    if unit.outside {
                        let conf = format!("{path}.conf");
                        files.push(File::new(conf, "executeInTransaction=false\n"));
                    }
                    files.push(sql(path, unit, ""));
                }
            }
            Self::Dbmate => {
                let part = |way: &str, unit: &Unit| {
                    let option = if unit.outside { " transaction:false" } else { "" };
                    format!("-- migrate:{way}{option}\n{}", unit.sql)
                };
                let down = down.as_ref().map(|down| part("down", down)).unwrap_or_default();
                let text = format!("{}\n{down}", part("up", up));
                files.push(File::new(format!("db/migrations/{version}_{name}.sql"), text));
            }
            Self::NodePgMigrate => {
                let part = |way: &str, unit: &Unit| {
                    let mark = unit.outside.then_some("  pgm.noTransaction();\n".to_owned());
                    let runs = unit.statements.iter();
                    let runs = runs.map(|text| format!("  pgm.sql({});\n", javascript(text)));
                    let body: String = mark.into_iter().chain(runs).collect();
                    format!("exports.{way} = (pgm) => {{\n{body}}};\n")
                };
                let down = down.as_ref().map(|down| part("down", down)).unwrap_or_default();
                let text = format!("{}\n{down}", part("up", up));
                files.push(File::new(format!("migrations/{version}_{name}.js"), text));
            }
        }
        files
    }
}

/// A text as JavaScript reads it.
fn javascript(text: &str) -> String {
    // JSON is JavaScript since 2019; text always has a form in it
    serde_json::to_string(text).unwrap_or_default()
}
