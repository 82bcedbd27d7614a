//! One pair by execution: load, reconcile, apply, compare, diff, roll back, compare.

use super::draw::Pair;
use crate::program::{Bundle, pgbridge};
use crate::support::{Cluster, Database, Options, compare};

/// The roles that the scripts name.
const ROLES: &str = "DO $$ DECLARE wanted text; BEGIN
    FOREACH wanted IN ARRAY ARRAY['gen_reader', 'gen_writer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I', wanted);
        END IF;
    END LOOP; END $$";

/// Columns can only be appended.
const JUDGE: Options = Options { ignore_column_order: true, sort_acl: true };

/// The schema without the names that PostgreSQL 18 gives to NOT NULL constraints, which are
/// information, and with the columns of statistics in the order of their names.
fn schema_of(database: &Database) -> String {
    let dump = database.dump();
    let without_name = |line: &str| {
        let named = line.find("CONSTRAINT ").zip(line.find(" NOT NULL"));
        named
            .filter(|(begin, end)| begin < end && line[*begin..*end].contains("_not_null"))
            .map_or_else(
                || line.to_owned(),
                |(begin, end)| format!("{}{}", &line[..begin], &line[end + 1..]),
            )
    };
    dump.lines().map(without_name).map(with_sorted_columns).collect::<Vec<_>>().join("\n")
}

/// Statistics list their columns in the order that these have in the table.
fn with_sorted_columns(line: String) -> String {
    let list = line.starts_with("CREATE STATISTICS ").then(|| line.find(" ON ")).flatten();
    match list.zip(line.rfind(" FROM ")) {
        Some((on, from)) => {
            let mut columns: Vec<&str> = line[on + 4..from].split(", ").collect();
            columns.sort_unstable();
            format!("{} ON {}{}", &line[..on], columns.join(", "), &line[from..])
        }
        None => line,
    }
}

pub(crate) fn make_roles(cluster: &Cluster) {
    cluster.maintain(ROLES).unwrap();
}

/// What went wrong: the stage, and what was said there.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) stage: &'static str,
    pub(crate) text: String,
}

pub(super) fn at(stage: &'static str) -> impl Fn(String) -> Failure {
    move |text| Failure { stage, text }
}

/// Both sides as databases: prod, dev.
pub(super) fn load(pair: &Pair, major: u32) -> Result<(Database, Database), Failure> {
    let cluster = Cluster::get(major);
    let load = |name: &str, script: &str| -> Result<Database, Failure> {
        let database = cluster.create_database(name);
        database
            .psql(&format!("SET client_min_messages = error;\n{script}"))
            .map_err(|error| at("load")(format!("{name}: {error}")))?;
        Ok(database)
    };
    let prod = load("generated_prod", &pair.prod.script())?;
    Ok((prod, load("generated_dev", &pair.dev.script())?))
}

pub(crate) fn run(pair: &Pair, major: u32) -> Result<(), Failure> {
    let (prod, dev) = load(pair, major)?;
    let (before, goal) = (schema_of(&prod), schema_of(&dev));
    let bundle = Bundle::of(&dev, &prod, "emit");
    if bundle.run.code != 0 {
        let run = &bundle.run;
        return Err(at("reconcile")(format!("exit code {}\n{}{}", run.code, run.out, run.err)));
    }
    bundle.apply(&prod).map_err(at("apply"))?;
    compare(&schema_of(&prod), &goal, JUDGE).map_err(at("after the bridge"))?;
    let diff = pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]);
    if diff.code != 0 {
        return Err(at("second diff")(format!("{}{}", diff.out, diff.err)));
    }
    bundle.roll_back(&prod).map_err(at("roll back"))?;
    compare(&schema_of(&prod), &before, JUDGE).map_err(at("after the rollback"))
}
