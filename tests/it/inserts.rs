//! Whether the validation knows who can insert: servers are asked to insert.

use crate::program::Bundle;
use crate::support::{Cluster, Database, main_majors};

const ROLES: &str = "CREATE ROLE ins_owner; CREATE ROLE ins_some; CREATE ROLE ins_parts; CREATE ROLE ins_group; CREATE ROLE ins_free BYPASSRLS; \
    CREATE ROLE ins_member IN ROLE ins_group;";

const PROD: &str = "CREATE SCHEMA shut; CREATE DOMAIN must AS int NOT NULL; CREATE DOMAIN given AS int NOT NULL DEFAULT 1;
    CREATE TABLE opened (a int NOT NULL); ALTER TABLE opened OWNER TO ins_owner;
    CREATE TABLE kept (a int NOT NULL); GRANT INSERT ON kept TO ins_some;";

/// Tables, with what is inserted as each role.
const DEV: &str = "CREATE SCHEMA shut; CREATE DOMAIN must AS int NOT NULL; CREATE DOMAIN given AS int NOT NULL DEFAULT 1;
    CREATE TABLE opened (a int NOT NULL); ALTER TABLE opened OWNER TO ins_owner; GRANT INSERT ON opened TO ins_some;
    CREATE TABLE kept (a int NOT NULL); GRANT INSERT ON kept TO ins_some;
    CREATE TABLE plain (a int NOT NULL); GRANT INSERT ON plain TO ins_some, ins_group, PUBLIC;
    CREATE TABLE shut.away (a int NOT NULL); GRANT INSERT ON shut.away TO ins_some;
    CREATE TABLE parts (a int NOT NULL, b int NOT NULL, c int NOT NULL DEFAULT 3, d int NOT NULL GENERATED ALWAYS AS IDENTITY,
        e int NOT NULL GENERATED ALWAYS AS (1) STORED, f must, g given, h int);
    GRANT INSERT (a, h) ON parts TO ins_parts; GRANT INSERT (a, b, f) ON parts TO ins_some;
    CREATE TABLE serials (a int NOT NULL, id serial, other bigserial); GRANT INSERT ON serials TO ins_some, ins_group;
    GRANT USAGE ON serials_id_seq, serials_other_seq TO ins_group; GRANT SELECT ON serials_id_seq TO ins_some;
    CREATE TABLE denied (a int NOT NULL); ALTER TABLE denied ENABLE ROW LEVEL SECURITY; ALTER TABLE denied OWNER TO ins_owner;
    GRANT INSERT ON denied TO ins_some, ins_free, PUBLIC;
    CREATE TABLE forced (a int NOT NULL); ALTER TABLE forced ENABLE ROW LEVEL SECURITY; ALTER TABLE forced FORCE ROW LEVEL SECURITY;
    ALTER TABLE forced OWNER TO ins_owner; GRANT INSERT ON forced TO ins_member, ins_some, ins_group;
    CREATE POLICY p ON forced FOR INSERT TO ins_group WITH CHECK (true); CREATE POLICY q ON forced FOR SELECT USING (true);
    CREATE POLICY r ON forced AS RESTRICTIVE FOR INSERT TO ins_some WITH CHECK (true);";

/// Of each table and role: what is expected, and an insert that shows it.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("opened", "ins_some", "possible"),
    ("plain", "ins_some", "possible"),
    ("plain", "PUBLIC", "possible"),
    ("shut.away", "ins_some", "no USAGE on its schema"),
    ("parts", "ins_parts", "no INSERT on b, f"),
    ("parts", "ins_some", "possible"),
    ("serials", "ins_some", "no USAGE on public.serials_id_seq, public.serials_other_seq"),
    ("serials", "ins_group", "possible"),
    ("denied", "ins_some", "no policy"),
    ("denied", "PUBLIC", "no policy"),
    ("denied", "ins_free", "possible"),
    ("denied", "ins_owner", "possible"),
    ("forced", "ins_owner", "no policy"),
    ("forced", "ins_some", "no policy"),
    ("forced", "ins_group", "possible"),
    ("forced", "ins_member", "possible"),
];

fn tried(prod: &Database, table: &str, role: &str) -> bool {
    let columns = match (table, role) {
        ("parts", "ins_parts") => ("a", "1"),
        ("parts", _) => ("a, b, f", "1, 1, 1"),
        _ => ("a", "1"),
    };
    let role = if role == "PUBLIC" { "ins_parts" } else { role };
    let (columns, values) = columns;
    let sql = format!(
        "BEGIN; SET LOCAL ROLE {role}; INSERT INTO {table} ({columns}) VALUES ({values}); ROLLBACK"
    );
    prod.psql(&sql).is_ok()
}

#[test]
fn who_can_insert_is_told_as_the_server_does_it() {
    for major in main_majors() {
        let cluster = Cluster::get(major);
        cluster.maintain(ROLES).unwrap();
        let load = |name: &str, sql: &str| {
            let database = cluster.create_database(name);
            // below 15 everybody may make tables there
            database.psql("GRANT USAGE ON SCHEMA public TO PUBLIC").unwrap();
            database.psql(sql).unwrap();
            database
        };
        let (dev, prod) = (load("inserts_dev", DEV), load("inserts_prod", PROD));
        let bundle = Bundle::of(&dev, &prod, "report");
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        let script = bundle.path().join("VALIDATION_SQL.sql");
        let before = prod.psql_file(&script).unwrap_err();
        assert!(before.contains("of the checks failed"), "{before}");
        bundle.apply(&prod).unwrap();
        let out = prod.psql_file(&script).unwrap();
        for (table, role, expected) in EXPECTED {
            let full =
                if table.contains('.') { (*table).to_owned() } else { format!("public.{table}") };
            let row = format!("table {full}: insert as {role}|{expected}|{expected}|PASS");
            assert!(out.lines().any(|line| line == row), "{row}\n{out}");
            assert_eq!(tried(&prod, table, role), *expected == "possible", "{row}");
        }
        assert!(!out.contains("public.kept: insert"), "it does not change there:\n{out}");
        // somebody takes a privilege back
        prod.psql("REVOKE INSERT (b) ON parts FROM ins_some").unwrap();
        prod.psql_file(&script).expect_err("a privilege is gone");
    }
}
