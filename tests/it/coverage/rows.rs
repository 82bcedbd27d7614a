//! Every row of a user's is an object, left out for a reason, or a line of the ledger.

use super::pairs::{MEMBER, SUBSCRIPTION};
use super::{FREE, two};
use crate::cases::list::{Case, cases};
use crate::program::pgbridge;
use crate::support::{Cluster, Database, main_majors};
use pgbridge::connect::{Conninfo, Environment, Session};
use pgbridge::introspect::columns::{self, Access, SystemCatalog};
use pgbridge::introspect::{Account, CaptureOptions, Rows, capture_with_account};
use std::collections::BTreeMap;

/// What a session has of its own, whatever event triggers may say.
const TEMPORARY: &str = "SET session_replication_role = replica; CREATE TEMP TABLE tt (a int PRIMARY KEY CHECK (a > 0), b serial, c text DEFAULT 'x' UNIQUE); \
    CREATE TEMP VIEW tv AS SELECT 1 AS a; CREATE INDEX tti ON tt (b); COMMENT ON INDEX tti IS 'x'; COMMENT ON COLUMN tt.a IS 'x'; \
    COMMENT ON CONSTRAINT tt_pkey ON tt IS 'x'; CREATE POLICY p ON tt USING (true); CREATE RULE r AS ON DELETE TO tt DO INSTEAD NOTHING; \
    CREATE FUNCTION pg_temp.tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'; COMMENT ON FUNCTION pg_temp.tf() IS 'x'; \
    CREATE TRIGGER tr AFTER INSERT ON tt FOR EACH ROW EXECUTE FUNCTION pg_temp.tf(); COMMENT ON TRIGGER tr ON tt IS 'x'; \
    CREATE TYPE pg_temp.mood AS ENUM ('a'); CREATE TYPE pg_temp.span AS RANGE (SUBTYPE = int); \
    CREATE DOMAIN pg_temp.d AS int CONSTRAINT dc CHECK (VALUE > 0); COMMENT ON CONSTRAINT dc ON DOMAIN pg_temp.d IS 'x'; \
    CREATE TABLE pg_temp.parted (a int) PARTITION BY LIST (a); CREATE TABLE pg_temp.part PARTITION OF pg_temp.parted DEFAULT; \
    CREATE STATISTICS pg_temp.st ON a, b FROM tt; CREATE OPERATOR pg_temp.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)";

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

async fn open(database: &Database) -> Session {
    let conninfo = Conninfo::parse(&database.url(), &Environment::from_process()).unwrap();
    Session::open(&conninfo).await.unwrap()
}

/// A capture while another session has something of its own.
fn account(database: &Database) -> Account {
    run(async {
        let other = open(database).await;
        other.run(TEMPORARY).await.unwrap();
        let session = open(database).await;
        let (_, account) = capture_with_account(&session, CaptureOptions::default()).await.unwrap();
        // while the other one's rows stand
        let counts = counts(&session).await;
        for (catalog, (all, left_out)) in counts {
            // what everybody may read of user mappings is a view
            let source = if catalog == "pg_user_mapping" { "pg_user_mappings" } else { catalog };
            let read = account.catalogs.get(source).map_or(0, Rows::total);
            assert_eq!(
                read + left_out,
                all,
                "{}: {catalog} has {all} rows of users, {left_out} of them are not read; the account: {:?}",
                database.name(),
                account.catalogs.get(catalog)
            );
        }
        session.close().await;
        other.close().await;
        account
    })
}

/// Rows of users and those of them that are not read, by catalog.
async fn counts(session: &Session) -> BTreeMap<&'static str, (u64, u64)> {
    let major = session.server_version_num() / 10_000;
    let mut counts = BTreeMap::new();
    for catalog in columns::all() {
        let since = if matches!(catalog.name, "pg_publication_namespace") { 15 } else { 13 };
        if major < since || !catalog.parts_of.is_empty() || matches!(catalog.access, Access::No(_))
        {
            continue;
        }
        let number = |text: Option<String>| text.unwrap().parse::<u64>().unwrap();
        let count = |condition: &str| {
            format!(
                "SELECT count(*) FROM pg_catalog.{} t WHERE ({}) AND ({condition})",
                catalog.name,
                of_users(catalog)
            )
        };
        let all = number(session.scalar_text(&count("true")).await.unwrap());
        let mut left_out = 0;
        for (_, condition) in catalog.rows {
            left_out += number(session.scalar_text(&count(condition)).await.unwrap());
        }
        counts.insert(catalog.name, (all, left_out));
    }
    counts
}

/// The rows that no initdb wrote; of two catalogs the others are read as well.
fn of_users(catalog: &SystemCatalog) -> &'static str {
    match catalog.name {
        "pg_attribute" => "t.attrelid >= 16384",
        "pg_namespace" => "t.oid >= 16384 OR t.nspname = 'public'",
        "pg_extension" => "true",
        _ => "t.oid >= 16384",
    }
}

/// Everything that the fixtures have, and what only the ledger holds.
#[test]
fn every_row_is_accounted_for() {
    for major in main_majors() {
        let cases = cases();
        let (alone, together): (Vec<&Case>, Vec<&Case>) =
            cases.iter().filter(|case| case.runs_on(major)).partition(|case| case.is_isolated());
        let mut packs: Vec<Vec<&Case>> = alone.into_iter().map(|case| vec![case]).collect();
        packs.push(together);
        let mut claimed = BTreeMap::<&str, u64>::new();
        for pack in packs {
            let database = Cluster::get(major).create_database("account");
            let arguments: Vec<String> =
                pack.iter().flat_map(|case| case.psql_arguments("b")).collect();
            database.psql_with(&arguments).unwrap();
            if pack.len() > 1 {
                database.psql(&format!("CREATE SCHEMA m; SET search_path = m; {MEMBER}")).unwrap();
                database.psql(SUBSCRIPTION).unwrap();
            }
            let account = account(&database);
            for (catalog, rows) in &account.catalogs {
                *claimed.entry(catalog).or_default() += rows.claimed;
            }
            if pack.len() > 1 {
                let unmodelled = |catalog: &str| account.catalogs[catalog].unmodelled;
                assert!(
                    [
                        "pg_class",
                        "pg_constraint",
                        "pg_policy",
                        "pg_rewrite",
                        "pg_trigger",
                        "pg_subscription"
                    ]
                    .iter()
                    .all(|catalog| unmodelled(catalog) > 0),
                    "{account:?}"
                );
                database.psql(FREE).unwrap();
            }
        }
        // the fixtures have an object of every catalog that kinds read
        let empty: Vec<_> = claimed.iter().filter(|(_, claimed)| **claimed == 0).collect();
        assert!(claimed.len() > 30, "{claimed:?}");
        assert!(empty.iter().all(|(catalog, _)| **catalog == "pg_subscription"), "{empty:?}");
    }
}

#[test]
fn what_a_session_has_of_its_own_is_no_drift() {
    for major in main_majors() {
        let (dev, prod) = two(major, "session");
        run(async {
            let other = open(&dev).await;
            other.run(TEMPORARY).await.unwrap();
            let urls = [dev.url(), prod.url()];
            let same = pgbridge(&["diff", "--dev", &urls[0], "--prod", &urls[1]]).expect(0);
            assert_eq!(same.out, "dev and prod are equal\n");
            other.close().await;
        });
    }
}
