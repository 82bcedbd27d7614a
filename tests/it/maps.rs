//! Dev's names for roles and schemas, translated into prod's.

use crate::program::{Run, pgbridge, pgbridge_in};
use crate::proof::elsewhere;
use crate::support::{Cluster, Database, Options, compare, majors};
use std::path::{Path, PathBuf};

/// Everything that can name a schema or a role, for the schema `@s` and the roles `@o` and `@r`.
const SCHEMA: &str = r"
    CREATE SCHEMA @s AUTHORIZATION @o;
    GRANT USAGE ON SCHEMA @s TO @r;
    ALTER DEFAULT PRIVILEGES FOR ROLE @o IN SCHEMA @s GRANT SELECT ON TABLES TO @r;
    SET ROLE @o;
    CREATE TYPE @s.mood AS ENUM ('sad', 'app_dev');
    CREATE TYPE @s.pair AS (a @s.mood, b integer);
    CREATE DOMAIN @s.score AS integer CHECK (VALUE > 0);
    CREATE COLLATION @s.plain (locale = 'C');
    CREATE SEQUENCE @s.counter;
    CREATE FUNCTION @s.rank(m @s.mood, s @s.score DEFAULT 1) RETURNS SETOF @s.mood
        LANGUAGE sql STABLE SET search_path = @s, pg_temp AS 'SELECT m';
    CREATE FUNCTION @s.touch() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
    CREATE TABLE @s.users (
        id bigint DEFAULT nextval('@s.counter') PRIMARY KEY,
        name text COLLATE @s.plain NOT NULL,
        m @s.mood DEFAULT 'sad' CHECK (m <> 'sad'::@s.mood),
        moods @s.mood[], p @s.pair, s @s.score);
    ALTER SEQUENCE @s.counter OWNED BY @s.users.id;
    CREATE TABLE @s.posts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        author bigint REFERENCES @s.users, kind regclass DEFAULT '@s.users'::regclass);
    CREATE INDEX users_name ON @s.users (lower(name)) WHERE m = 'sad'::@s.mood;
    CREATE VIEW @s.authors AS
        SELECT u.id, u.m, @s.rank(u.m) AS r FROM @s.users u JOIN @s.posts p ON p.author = u.id;
    CREATE VIEW @s.aliased AS SELECT app_dev.id FROM @s.users app_dev;
    CREATE MATERIALIZED VIEW @s.totals AS SELECT count(*) AS n FROM @s.posts;
    CREATE TRIGGER touch BEFORE UPDATE ON @s.users FOR EACH ROW EXECUTE FUNCTION @s.touch();
    CREATE RULE gone AS ON DELETE TO @s.authors DO INSTEAD DELETE FROM @s.users WHERE id = old.id;
    ALTER TABLE @s.users ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON @s.users TO @r USING (m = 'sad'::@s.mood);
    GRANT SELECT, UPDATE (name) ON @s.users TO @r WITH GRANT OPTION;
    GRANT EXECUTE ON FUNCTION @s.touch() TO @r;
    COMMENT ON TABLE @s.users IS 'no name is looked for here';
    RESET ROLE;
    CREATE STATISTICS @s.together ON id, name FROM @s.users;
    CREATE TEXT SEARCH DICTIONARY @s.words (TEMPLATE = simple);
    ALTER TEXT SEARCH DICTIONARY @s.words OWNER TO @o;
    CREATE FOREIGN DATA WRAPPER wrapper;
    CREATE SERVER far FOREIGN DATA WRAPPER wrapper;
    GRANT USAGE ON FOREIGN SERVER far TO @r;
    CREATE USER MAPPING FOR @r SERVER far;
    CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION @s.watch();
    CREATE PUBLICATION stream FOR TABLE @s.users;
";

const WATCH: &str = "CREATE FUNCTION @s.watch() RETURNS event_trigger LANGUAGE plpgsql \
    AS 'begin end';";

/// What only dev has.
const MORE: &str = r"
    SET ROLE @o;
    ALTER TABLE @s.users ADD COLUMN mail text DEFAULT '@s', ADD COLUMN best @s.mood;
    CREATE TABLE @s.audits (id bigint PRIMARY KEY, who bigint REFERENCES @s.users, what @s.pair);
    GRANT INSERT ON @s.audits TO @r;
    ALTER TABLE @s.audits ENABLE ROW LEVEL SECURITY;
    CREATE POLICY read ON @s.audits FOR SELECT TO @r USING (id > 0);
    CREATE OR REPLACE VIEW @s.aliased AS SELECT app_dev.id, app_dev.m
        FROM @s.users app_dev WHERE app_dev.id > 0;
    CREATE FUNCTION @s.score_of(u @s.users) RETURNS @s.score LANGUAGE sql
        SET search_path = @s AS 'SELECT 1::@s.score';
";

struct Names {
    schema: &'static str,
    owner: &'static str,
    reader: &'static str,
}

const DEV: Names = Names { schema: "app_dev", owner: "dev_owner", reader: "dev_reader" };
const PROD: Names = Names { schema: "data", owner: "\"Prod Owner\"", reader: "app_reader" };
const MAP: &str = "[map.roles]\ndev_owner = \"Prod Owner\"\ndev_reader = \"app_reader\"\n\
    [map.schemas]\napp_dev = \"data\"\n";

fn written(sql: &str, names: &Names) -> String {
    sql.replace("@s", names.schema).replace("@o", names.owner).replace("@r", names.reader)
}

/// A database with the schema under `names`.
fn database(major: u32, name: &str, names: &Names) -> Database {
    let cluster = Cluster::get(major);
    for role in [names.owner, names.reader] {
        // another test of this process may have made it
        let _ = cluster.maintain(&format!("CREATE ROLE {role}"));
    }
    let database = cluster.create_database(name);
    let watch = format!("SET ROLE {}; {WATCH} RESET ROLE;", names.owner);
    let schema = SCHEMA.replace("CREATE STATISTICS", &format!("{watch} CREATE STATISTICS"));
    database.psql(&written(&schema, names)).unwrap();
    database
}

fn config(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("names.toml");
    std::fs::write(&path, text).unwrap();
    path
}

fn diff(dev: &str, prod: &Database, config: &Path) -> Run {
    pgbridge(&["diff", "--dev", dev, "--prod", &prod.url(), "--config", config.to_str().unwrap()])
}

#[test]
fn mapped_names_are_no_drift() {
    for major in majors() {
        let dev = database(major, "map_dev", &DEV);
        let prod = database(major, "map_prod", &PROD);
        let folder = tempfile::tempdir().unwrap();
        let file = config(folder.path(), MAP);
        let run = diff(&dev.url(), &prod, &file);
        assert_eq!(run.out, "dev and prod are equal\n", "{major}: {}", run.err);
        let run = run.expect(0);
        assert!(run.err.contains("map.schemas: the schema app_dev is compared as data"));
        assert!(run.err.contains("map.roles: the role dev_owner is compared as Prod Owner"));
        // a snapshot is a source like any other
        let snapshot = folder.path().join("dev.json");
        let snapshot = snapshot.to_str().unwrap();
        pgbridge(&["snapshot", &dev.url(), "--out", snapshot]).expect(0);
        diff(snapshot, &prod, &file).expect(0);
        // and without the map they differ
        let empty = config(folder.path(), "");
        let run = diff(&dev.url(), &prod, &empty).expect(1);
        assert!(run.out.contains("schema app_dev"), "{}", run.out);
    }
}

#[test]
fn a_bridge_under_maps_converges() {
    for major in majors() {
        let dev = database(major, "map_more_dev", &DEV);
        let prod = database(major, "map_more_prod", &PROD);
        dev.psql(&written(MORE, &DEV)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = config(folder.path(), MAP);
        let bundle = folder.path().join("bundle");
        let run = pgbridge(&[
            "reconcile",
            "--dev",
            &dev.url(),
            "--prod",
            &prod.url(),
            "--out",
            bundle.to_str().unwrap(),
            "--drops",
            "emit",
            "--timestamp",
            "20260101000000",
            "--config",
            file.to_str().unwrap(),
        ]);
        let run = run.expect(0);
        for what in ["schema app_dev", "role dev_reader"] {
            let said = format!("a body or a string in it may name {what}: not translated");
            assert_eq!(run.err.contains(&said), what == "schema app_dev", "{}", run.err);
        }
        let report = bundle.join("MIGRATION_RECONCILIATION_REPORT.md");
        let report = std::fs::read_to_string(report).unwrap();
        assert!(report.contains("the schema app_dev is compared as data"), "{report}");

        let expected = dev.dump();
        let files = |part: &str| {
            let mut files: Vec<PathBuf> = std::fs::read_dir(bundle.join(part))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect();
            files.sort();
            files
        };
        let before = prod.dump();
        for migration in files("migrations") {
            prod.psql_file(&migration).unwrap();
        }
        let checks = prod.psql_file(&bundle.join("VALIDATION_SQL.sql")).unwrap();
        assert!(!checks.contains("FAIL"), "{checks}");
        assert_same(&renamed(&expected), &prod.dump());
        diff(&dev.url(), &prod, &file).expect(0);
        for rollback in files("rollback").iter().rev() {
            prod.psql_file(rollback).unwrap();
        }
        assert_same(&before, &prod.dump());
    }
}

/// Dev's dump under prod's names, but where a string or a body says them, and an alias.
fn renamed(dump: &str) -> String {
    dump.replace("search_path TO 'app_dev'", "search_path TO 'data'")
        .replace("'app_dev'", "@string")
        .replace("app_dev.id", "@alias.id")
        .replace("app_dev.m,", "@alias.m,")
        .replace("app_dev.m\n", "@alias.m\n")
        .replace("users app_dev", "users @alias")
        .replace("SELECT 1::app_dev.score", "SELECT 1::@body.score")
        .replace("app_dev", "data")
        .replace("dev_owner", "\"Prod Owner\"")
        .replace("dev_reader", "app_reader")
        .replace("@string", "'app_dev'")
        .replace("@alias", "app_dev")
        .replace("@body", "app_dev")
}

fn assert_same(expected: &str, found: &str) {
    let options = Options { ignore_column_order: false, sort_acl: true };
    if let Err(difference) = compare(expected, found, options) {
        panic!("told apart:\n{difference}");
    }
}

#[test]
fn bad_maps_are_refused() {
    let major = majors()[0];
    let dev = database(major, "map_bad_dev", &DEV);
    let prod = database(major, "map_bad_prod", &PROD);
    dev.psql("CREATE SCHEMA other; CREATE SCHEMA mine; ALTER SCHEMA mine OWNER TO app_reader")
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (text, words) in [
        ("[map.schema]", &["names.toml", "map.schema", "map.roles, map.schemas"][..]),
        ("[map.roles]\ndev_owner = 1", &["map.roles.dev_owner", "1 is no name"]),
        ("[map.schemas]\na = 'x'\nb = 'x'", &["map.schemas.b", "a and b", "schema x"]),
        ("[map.schemas]\napp_dev = 'other'", &["app_dev", "other", "map.schemas"]),
        ("[map.roles]\ndev_owner = 'app_reader'", &["dev_owner", "app_reader", "map.roles"]),
        ("[map", &["line 1"]),
    ] {
        let file = config(folder.path(), text);
        diff(&dev.url(), &prod, &file).expect_error(words);
    }
    let missing = folder.path().join("missing.toml");
    diff(&dev.url(), &prod, &missing).expect_error(&["missing.toml", "--config"]);
}

#[test]
fn the_file_of_the_working_directory_holds_and_its_bundle_is_proven() {
    let cluster = Cluster::get(majors()[0]);
    let made = |name: &str, schema: &str, more: &str| {
        let database = cluster.create_database(name);
        let base = format!("CREATE SCHEMA {schema}; CREATE TABLE {schema}.t (a int PRIMARY KEY);");
        database.psql(&format!("{base}{more}")).unwrap();
        database
    };
    let more = "CREATE TABLE app_dev.u (a int REFERENCES app_dev.t);
        CREATE VIEW app_dev.v AS SELECT a FROM app_dev.t;";
    let dev = made("map_cwd_dev", "app_dev", more);
    let prod = made("map_cwd_prod", "app", "");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pgbridge.toml"), "[map.schemas]\napp_dev = 'app'\n")
        .unwrap();
    let sides = ["--dev", &dev.url(), "--prod", &prod.url()];
    let reconcile = [&["reconcile", "--out", "bundle"], &sides[..]].concat();
    pgbridge_in(folder.path(), &reconcile, &[]).expect(0);
    let (_turn, server) = elsewhere();
    let run = pgbridge_in(folder.path(), &["verify", "bundle", "--scratch", &server], &[]);
    let run = run.expect(0);
    assert!(run.out.contains("verify: proven") && !run.out.contains("app_dev"), "{}", run.out);
}
