//! A role that may connect and nothing else: what it cannot see is unknown, never equal, never gone.

use crate::program::{Run, pgbridge};
use crate::support::{Cluster, Database, majors};

/// One of everything, behind a schema that only its owner may use.
const EVERYTHING: &str = r"
    CREATE SCHEMA hidden;
    REVOKE ALL ON SCHEMA hidden FROM PUBLIC;
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    CREATE EXTENSION pg_trgm SCHEMA hidden;
    CREATE TYPE hidden.mood AS ENUM ('a', 'b');
    CREATE TYPE hidden.pair AS (a hidden.mood, b integer);
    CREATE TYPE hidden.span AS RANGE (SUBTYPE = integer);
    REVOKE ALL ON TYPE hidden.mood FROM PUBLIC;
    CREATE DOMAIN hidden.score AS integer CHECK (VALUE > 0);
    CREATE COLLATION hidden.plain (locale = 'C');
    CREATE SEQUENCE hidden.counter;
    CREATE FUNCTION hidden.touch() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
    CREATE FUNCTION hidden.twice(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a * 2';
    CREATE FUNCTION hidden.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'begin end';
    CREATE PROCEDURE hidden.work() LANGUAGE sql AS 'SELECT 1';
    CREATE AGGREGATE hidden.total(integer) (SFUNC = int4pl, STYPE = integer);
    REVOKE ALL ON FUNCTION hidden.touch(), hidden.twice(integer), hidden.watch() FROM PUBLIC;
    CREATE TABLE hidden.users (id bigint DEFAULT nextval('hidden.counter') PRIMARY KEY, name text COLLATE hidden.plain NOT NULL,
      m hidden.mood DEFAULT 'a' CHECK (m <> 'b'), s hidden.score, twice integer GENERATED ALWAYS AS (hidden.twice(1)) STORED, kind regclass DEFAULT 'hidden.counter'::regclass);
    CREATE TABLE hidden.posts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author bigint REFERENCES hidden.users, r hidden.span);
    CREATE INDEX users_name ON hidden.users (lower(name)) WHERE m = 'a';
    CREATE INDEX users_twice ON hidden.users (hidden.twice(twice));
    CREATE INDEX users_trgm ON hidden.users USING gin (name hidden.gin_trgm_ops);
    CREATE VIEW hidden.authors AS SELECT u.id, hidden.twice(u.twice) AS t FROM hidden.users u;
    CREATE MATERIALIZED VIEW hidden.totals AS SELECT hidden.total(twice) AS n FROM hidden.users;
    CREATE TRIGGER touch BEFORE UPDATE ON hidden.users FOR EACH ROW WHEN (old.id <> new.id) EXECUTE FUNCTION hidden.touch();
    CREATE RULE gone AS ON DELETE TO hidden.authors DO INSTEAD NOTHING;
    ALTER TABLE hidden.users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY own ON hidden.users USING (hidden.twice(twice) > 0) WITH CHECK (EXISTS (SELECT FROM hidden.posts p WHERE p.author = users.id));
    INSERT INTO hidden.users (name) VALUES ('x');
    COMMENT ON TABLE hidden.users IS 'seen';
    CREATE STATISTICS hidden.together ON id, name FROM hidden.users;
    CREATE TEXT SEARCH DICTIONARY hidden.words (TEMPLATE = simple);
    CREATE TEXT SEARCH CONFIGURATION hidden.config (COPY = simple);
    CREATE OPERATOR hidden.+ (LEFTARG = text, RIGHTARG = text, FUNCTION = textcat);
    CREATE CAST (hidden.pair AS text) WITH INOUT;
    CREATE TABLE hidden.parted (a integer, b text) PARTITION BY RANGE (a);
    CREATE TABLE hidden.parted_1 PARTITION OF hidden.parted FOR VALUES FROM (0) TO (10);
    CREATE INDEX parted_b ON hidden.parted (b);
    CREATE TABLE hidden.base (a integer); CREATE TABLE hidden.child () INHERITS (hidden.base);
    CREATE FOREIGN DATA WRAPPER wrapper OPTIONS (debug 'true');
    CREATE SERVER far FOREIGN DATA WRAPPER wrapper OPTIONS (host 'h', password 'hunter2');
    CREATE USER MAPPING FOR low_maker SERVER far OPTIONS (user 'u', password 'hunter2');
    CREATE USER MAPPING FOR low_reader SERVER far OPTIONS (user 'me', password 'hunter2');
    CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'hunter2');
    CREATE USER MAPPING FOR postgres SERVER far;
    CREATE FOREIGN TABLE hidden.away (a integer OPTIONS (column_name 'x')) SERVER far OPTIONS (table_name 't', token 'hunter2');
    CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION hidden.watch();
    ALTER EVENT TRIGGER watch DISABLE;
    CREATE PUBLICATION stream FOR TABLE hidden.posts;
    CREATE PUBLICATION everything FOR ALL TABLES;
    CREATE SUBSCRIPTION intake CONNECTION 'host=127.0.0.1 port=1 password=hunter2' PUBLICATION p WITH (connect = false);
    ALTER DEFAULT PRIVILEGES IN SCHEMA hidden GRANT SELECT ON TABLES TO low_maker;
    DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database());
     EXECUTE format('ALTER ROLE low_maker IN DATABASE %I SET app.secret = ''hunter2''', current_database());
     EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
     EXECUTE format('GRANT CONNECT ON DATABASE %I TO low_reader', current_database()); END $$;
";

fn databases(major: u32, name: &str) -> (Database, Database) {
    let cluster = Cluster::get(major);
    for role in ["low_maker", "low_reader LOGIN"] {
        // another test of this process may have made it
        let _ = cluster.maintain(&format!("CREATE ROLE {role}"));
    }
    let made = |side: &str| {
        let database = cluster.create_database(&format!("{name}_{side}"));
        database.psql(EVERYTHING).unwrap();
        database
    };
    (made("dev"), made("prod"))
}

/// A subscription keeps a database from being dropped.
fn let_go(databases: [&Database; 2]) {
    for database in databases {
        database
            .psql("ALTER SUBSCRIPTION intake SET (slot_name = NONE); DROP SUBSCRIPTION intake")
            .unwrap();
    }
}

fn url(database: &Database, role: &str) -> String {
    database.cluster().url_as(role, database.name())
}

fn diff(dev: &Database, prod: &Database, roles: [&str; 2]) -> Run {
    pgbridge(&["diff", "--dev", &url(dev, roles[0]), "--prod", &url(prod, roles[1])])
}

/// Who captures dev and prod.
const PAIRS: [[&str; 2]; 3] =
    [["postgres", "low_reader"], ["low_reader", "postgres"], ["low_reader", "low_reader"]];

#[test]
fn what_is_not_seen_is_unknown() {
    for major in majors() {
        let (dev, prod) = databases(major, "unseen");
        for roles in PAIRS {
            let run = diff(&dev, &prod, roles).expect(1);
            let expected = "no difference was found, and something could not be compared\n";
            assert_eq!(run.out, expected, "{major}, {roles:?}: {}", run.err);
            assert!(!run.err.contains("hunter2"), "{}", run.err);
            for (side, role) in ["dev", "prod"].into_iter().zip(roles) {
                for mapping in ["low_maker", "low_reader", "PUBLIC", "postgres"] {
                    let said =
                        format!("{side}: user mapping {mapping} on far: its options are unknown");
                    assert_eq!(
                        run.err.contains(&said),
                        role == "low_reader",
                        "{said}: {}",
                        run.err
                    );
                }
            }
            let json = ["diff", "--format", "json", "--dev", &url(&dev, roles[0])];
            let json =
                pgbridge(&[&json[..], &["--prod", &url(&prod, roles[1])]].concat()).expect(1);
            let flags = "\"equal\": false,\n  \"complete\": false,\n  \"findings\": []";
            assert!(json.out.contains(flags), "{}", json.out);
        }
        let run = diff(&dev, &prod, ["postgres", "postgres"]).expect(0);
        assert_eq!(run.out, "dev and prod are equal\n");
        let_go([&dev, &prod]);
    }
}

#[test]
fn what_is_not_seen_is_never_dropped_and_the_rest_is_bridged() {
    for major in majors() {
        let (dev, prod) = databases(major, "unseen_bridge");
        dev.psql("CREATE VIEW hidden.more AS SELECT id FROM hidden.users").unwrap();
        prod.psql("DROP POLICY own ON hidden.users; CREATE TABLE hidden.extra (a int)").unwrap();
        for roles in PAIRS {
            let folder = tempfile::tempdir().unwrap();
            let out = folder.path().join("bundle");
            let run = pgbridge(&[
                "reconcile",
                "--dev",
                &url(&dev, roles[0]),
                "--prod",
                &url(&prod, roles[1]),
                "--out",
                out.to_str().unwrap(),
                "--drops",
                "emit",
            ]);
            let run = run.expect(3);
            assert!(!run.err.contains("not bridged"), "{roles:?}: {}", run.err);
            let mut files: Vec<_> = std::fs::read_dir(out.join("migrations"))
                .unwrap()
                .map(|f| f.unwrap().path())
                .collect();
            files.sort();
            let sql: String =
                files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
            for word in ["CREATE VIEW hidden.more", "CREATE POLICY own", "DROP TABLE hidden.extra"]
            {
                assert!(sql.contains(word), "{roles:?}: {word} is missing: {sql}");
            }
            assert_eq!(sql.matches("\nDROP ").count(), 1, "{sql}");
            if roles == PAIRS[2] {
                for file in files {
                    prod.psql_file(&file).unwrap();
                }
            }
        }
        diff(&dev, &prod, ["postgres", "postgres"]).expect(0);
        let_go([&dev, &prod]);
    }
}

#[test]
fn a_real_difference_in_what_both_see_is_told() {
    let (dev, prod) = databases(majors()[0], "unseen_half");
    prod.psql("DROP USER MAPPING FOR low_maker SERVER far").unwrap();
    for roles in PAIRS {
        let run = diff(&dev, &prod, roles).expect(1);
        assert!(run.out.contains("low_maker"), "{roles:?}: {}", run.out);
        assert!(run.out.ends_with("1 objects differ\n"), "{roles:?}: {}", run.out);
    }
    // one's own mapping is seen by who may use the server
    for side in [&dev, &prod] {
        side.psql("GRANT USAGE ON FOREIGN SERVER far TO low_reader").unwrap();
    }
    prod.psql("ALTER USER MAPPING FOR low_reader SERVER far OPTIONS (ADD sslcert 'hunter2')")
        .unwrap();
    for roles in PAIRS {
        let run = diff(&dev, &prod, roles).expect(1);
        assert!(run.out.contains("low_reader") && run.out.ends_with("2 objects differ\n"));
        assert!(!run.err.contains("low_reader on far: its options are unknown"));
    }
    let_go([&dev, &prod]);
}

#[test]
fn what_the_server_withholds_is_an_error_and_not_a_gap() {
    let (dev, prod) = databases(majors()[0], "withheld");
    for (what, named) in [
        ("SELECT ON pg_catalog.pg_publication", "pg_publication"),
        ("SELECT ON pg_catalog.pg_proc", "pg_proc"),
        ("SELECT ON pg_catalog.pg_user_mappings", "pg_user_mappings"),
        ("EXECUTE ON FUNCTION pg_catalog.pg_get_viewdef(oid)", "pg_get_viewdef"),
    ] {
        prod.psql(&format!("REVOKE {what} FROM PUBLIC")).unwrap();
        for roles in [["postgres", "low_reader"], ["low_reader", "low_reader"]] {
            diff(&dev, &prod, roles).expect_error(&[named]);
        }
        diff(&prod, &dev, ["low_reader", "postgres"]).expect_error(&[named]);
        prod.psql(&format!("GRANT {what} TO PUBLIC")).unwrap();
    }
    let_go([&dev, &prod]);
}
