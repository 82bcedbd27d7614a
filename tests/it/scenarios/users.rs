//! R9: a wide table of users becomes a narrow one with what services need beside it.

use super::{SAME, bundle, in_this_order, migrations, pair, place, read, rollout};
use crate::program::{Bundle, pgbridge_with};
use crate::support::{Cluster, Database, compare, main_majors, majors};

/// Dev needs 15.
fn able() -> Vec<u32> {
    main_majors().into_iter().filter(|major| *major >= 15).collect()
}

/// Both databases on the oldest major that can hold dev, if there is one.
fn one_pair() -> Option<(Database, Database)> {
    able().first().map(|major| pair(*major, "users"))
}

/// The rows that the goal does not allow, put right.
const COMPLETE: &str =
    "UPDATE app.users SET phone = '+4500000000' WHERE email IS NULL AND phone IS NULL";

const REFERENCES: &str = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint \
    WHERE confrelid = 'app.users'::regclass AND conname LIKE '%\\_id\\_fkey' \
      AND conrelid::regclass::text NOT LIKE '%user_integrations' ORDER BY conname";

#[test]
fn the_bridge_leads_there_and_back() {
    for major in able() {
        let (dev, prod) = pair(major, "users");
        prod.psql(COMPLETE).unwrap();
        rollout(&dev, &prod, Database::dump);
    }
}

#[test]
fn the_rollback_restores_the_foreign_keys() {
    let Some((dev, prod)) = one_pair() else { return };
    prod.psql(COMPLETE).unwrap();
    let before = prod.psql(REFERENCES).unwrap();
    assert_eq!(before.lines().count(), 4, "{before}");
    let bundle = bundle(&dev, &prod);
    // both tables are locked at once, before the reference goes
    let lock = "LOCK TABLE ONLY app.sessions, ONLY app.users IN ACCESS EXCLUSIVE MODE";
    in_this_order(&migrations(&bundle), &[lock, "DROP CONSTRAINT sessions_user_id_fkey"]);
    bundle.apply(&prod).unwrap();
    assert_eq!(prod.psql(REFERENCES).unwrap(), dev.psql(REFERENCES).unwrap());
    assert_ne!(prod.psql(REFERENCES).unwrap(), before);
    bundle.roll_back(&prod).unwrap();
    assert_eq!(prod.psql(REFERENCES).unwrap(), before);
    // and the rows that referred are still there
    assert_eq!(prod.psql("SELECT count(*) FROM app.messages").unwrap().trim(), "1");
}

#[test]
fn an_incomplete_row_stops_the_file_and_changes_nothing() {
    let Some((dev, prod)) = one_pair() else { return };
    let bundle = bundle(&dev, &prod);
    let report = read(&bundle, "MIGRATION_RECONCILIATION_REPORT.md");
    assert!(report.contains("may fail on the rows that are there"), "{report}");
    for file in bundle.files("migrations") {
        let before = prod.dump();
        let Err(error) = prod.psql_file(&file) else { continue };
        assert!(error.contains("users_can_be_reached"), "{error}");
        return compare(&prod.dump(), &before, SAME).unwrap();
    }
    panic!("no file is stopped by the row");
}

#[test]
fn what_is_lost_is_said_and_needs_to_be_asked_for() {
    let Some((dev, prod)) = one_pair() else { return };
    let asked = bundle(&dev, &prod);
    assert!(
        read(&asked, "MIGRATION_RECONCILIATION_REPORT.md").contains("10 steps lose data for good")
    );
    prod.psql(COMPLETE).unwrap();
    let careful = Bundle::of(&dev, &prod, "report");
    assert_eq!(careful.run.code, 0, "{:?}", careful.run);
    assert!(!migrations(&careful).contains("DROP COLUMN"));
    careful.apply(&prod).unwrap();
    let tokens =
        prod.psql("SELECT access_token FROM app.users WHERE access_token IS NOT NULL").unwrap();
    assert_eq!(tokens.trim(), "example-access");
}

/// All that users had, in the words of prod.
const ROWS: &str = "SELECT id, email, auth_code, granted_scopes, access_token, refresh_token, token_expires_at, \
    client_id, calendar_id, telegram_id, signal_uuid, whatsapp_number FROM app.users ORDER BY id";

/// The steps of `pgbridge.toml` move the values before their columns go, keep the old rows, and bring them back.
#[test]
fn values_are_moved_and_the_old_rows_kept() {
    for major in able() {
        let (dev, prod) = pair(major, "users");
        prod.psql(COMPLETE).unwrap();
        let rows = prod.psql(ROWS).unwrap();
        let config = super::fixture("users").join("pgbridge.toml");
        let bundle = Bundle::with(&dev, &prod, "emit", &["--config", config.to_str().unwrap()]);
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        let programs = ("PGBRIDGE_PG_BIN", prod.cluster().bin().to_str().unwrap());
        let proof =
            pgbridge_with(&["verify", bundle.path().to_str().unwrap()], &[programs]).expect(0).out;
        for limit in
            ["steps of your own make it: 1 object: table app.users_old", "a step of your own: "]
        {
            assert!(proof.contains(limit), "{proof}");
        }
        let sql = migrations(&bundle);
        let lock = "LOCK TABLE app.users IN ACCESS EXCLUSIVE MODE;";
        let kept = "CREATE TABLE app.users_old AS TABLE app.users;";
        in_this_order(
            &sql,
            &[lock, "INSERT INTO app.user_integrations", kept, "DROP COLUMN access_token"],
        );
        bundle.apply(&prod).unwrap();
        let moved = "SELECT string_agg(access_token, ',') FROM app.oauth_credentials";
        assert_eq!(prod.psql(moved).unwrap().trim(), "example-access");
        assert_eq!(prod.psql(&ROWS.replace("app.users", "app.users_old")).unwrap(), rows);
        bundle.roll_back(&prod).unwrap();
        assert_eq!(prod.psql(ROWS).unwrap(), rows);
        let old = "SELECT to_regclass('app.users_old') IS NULL";
        assert_eq!(prod.psql(old).unwrap().trim(), "t");
    }
}

#[test]
fn functions_come_after_what_they_return() {
    let Some((dev, prod)) = one_pair() else { return };
    let sql = migrations(&bundle(&dev, &prod));
    let count = sql.lines().filter(|line| line.starts_with("CREATE FUNCTION app.")).count();
    assert_eq!(count, 19, "{sql}");
    let table = "CREATE TABLE app.user_integrations (";
    in_this_order(&sql, &[table, "CREATE FUNCTION app.get_user_integrations"]);
    in_this_order(&sql, &[table, "CREATE OR REPLACE VIEW app.user_directory"]);
    place(&sql, "UNIQUE NULLS NOT DISTINCT (user_id, service, external_id)");
}

/// A prod before 15 cannot hold the key: told before anything is written, and left out.
#[test]
fn nulls_not_distinct_needs_15() {
    let all = majors();
    let old = all.iter().copied().find(|major| *major < 15);
    let new = all.iter().copied().find(|major| *major >= 15);
    let (Some(old), Some(new)) = (old, new) else { return };
    let load = |major, side: &str| {
        let database = Cluster::get(major).create_database(&format!("scenario_needs_{side}"));
        database.psql_file(&super::fixture("users").join(format!("{side}.sql"))).unwrap();
        database
    };
    let (dev, prod) = (load(new, "dev"), load(old, "prod"));
    let bundle = Bundle::of(&dev, &prod, "report");
    assert_eq!(bundle.run.code, 3, "{:?}", bundle.run);
    assert!(bundle.run.err.contains("user_integrations_one_per_account: NULLS NOT DISTINCT"));
    prod.psql(COMPLETE).unwrap();
    bundle.apply(&prod).unwrap();
}

#[test]
fn functions_that_come_to_read_empty_tables_are_told() {
    let Some((dev, prod)) = one_pair() else { return };
    let report = read(&bundle(&dev, &prod), "MIGRATION_RECONCILIATION_REPORT.md");
    for sentence in [
        "9 objects of prod come to read or write what the plan creates empty",
        "alter 8 functions: each reads or writes app.oauth_credentials or app.user_integrations",
        "drop 10 columns: each loses the values of the column",
        "the execution plan has 10 places to fill, besides the reasons above",
    ] {
        assert!(report.contains(sentence), "{sentence}:\n{report}");
    }
    let careful = Bundle::of(&dev, &prod, "report");
    let report = read(&careful, "MIGRATION_RECONCILIATION_REPORT.md");
    let key = "| `constraint:app.sessions.sessions_user_id_fkey` | definition |";
    let line = report.lines().find(|line| line.starts_with(key));
    assert!(line.is_some_and(|line| line.contains("ON DELETE")), "{report}");
}
