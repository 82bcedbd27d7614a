//! The judge is judged: clusters, dumps and the normalizer do what the other tests trust.

use crate::support::{Cluster, LOCKED_PASSWORD, Options, compare, majors, normalize, psql};
use std::env;
use std::net::TcpStream;
use std::process::Command;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

const STRICT: Options = Options { ignore_column_order: false, sort_acl: false };
const LENIENT: Options = Options { ignore_column_order: true, sort_acl: true };

const FIXTURE: &str = r#"
    CREATE TYPE mood AS ENUM ('sad', 'very; sad');
    CREATE TYPE pair AS (left_side integer, right_side numeric(10,2));
    CREATE TABLE "odd "" name" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        note text DEFAULT E'a\\b;''c' NOT NULL, m mood, CHECK (note <> '-- no comment'));
    CREATE TABLE child (a integer REFERENCES "odd "" name" ON DELETE CASCADE, b text);
    ALTER TABLE child ALTER COLUMN b SET STATISTICS 10, ALTER COLUMN a SET (n_distinct = 5);
    COMMENT ON COLUMN child.b IS 'two
-- lines';
    CREATE INDEX child_b ON child (lower(b)) WHERE a > 0;
    CREATE VIEW seen AS SELECT id, note FROM "odd "" name" WHERE m = 'sad';
    CREATE FUNCTION body() RETURNS integer LANGUAGE plpgsql AS $f$
    begin -- inside; a body


      return 1;
    end $f$;
    ALTER TABLE child ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON child FOR SELECT USING (b = CURRENT_USER);
    GRANT SELECT, INSERT ON child TO PUBLIC;
"#;

/// Only majors from 14 on know it.
const ATOMIC: &str = "CREATE FUNCTION atomic(a integer) RETURNS integer BEGIN ATOMIC
    SELECT 1; SELECT CASE WHEN a > 0 THEN 1 ELSE 2 END; END;";

fn same(a: &str, b: &str, options: Options) {
    if let Err(diff) = compare(a, b, options) {
        panic!("told apart:\n{diff}");
    }
}

fn different(a: &str, b: &str, options: Options) {
    assert!(compare(a, b, options).is_err(), "not told apart:\n{a}\n{b}");
}

#[test]
fn a_cycle_has_its_shell_where_it_falls() {
    let shell =
        |name: &str| format!("CREATE VIEW public.{name} AS\nSELECT\n    NULL::integer AS id;\n");
    let whole = |verb: &str, name: &str| format!("{verb} public.{name} AS\n SELECT 1 AS id;\n");
    let (made, replaced) = ("CREATE VIEW", "CREATE OR REPLACE VIEW");
    let a = format!("{}{}{}", shell("a"), whole(made, "b"), whole(replaced, "a"));
    let b = format!("{}{}{}", whole(made, "a"), shell("b"), whole(replaced, "b"));
    same(&a, &b, STRICT);
    different(&a, &b.replace("SELECT 1", "SELECT 2"), STRICT);
    different(&whole(made, "a"), &whole(replaced, "a"), STRICT);
}

#[test]
fn noise_goes_and_quotes_stay() {
    let dump = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\n\
        SET statement_timeout = 0;\nSET transaction_timeout = 0;\n\
        SELECT pg_catalog.set_config('search_path', '', false);\n\
        SET default_tablespace = '';\n\n/* a /* nested */ one; */\n\
        CREATE TABLE t (  \n    a text DEFAULT '-- x;\n\n\n' -- why\n\n);\n\\unrestrict abc\n";
    let expected = "SET default_tablespace = '';\n\
        CREATE TABLE t (\n    a text DEFAULT '-- x;\n\n\n'\n);\n";
    assert_eq!(normalize(dump, STRICT), expected);
}

#[test]
fn semicolons_inside_do_not_end_a_statement() {
    for statement in [
        "CREATE FUNCTION f() AS $$ a; b $x$ ; $$;",
        "CREATE FUNCTION f() AS $x$ a; $$ ; $x$;",
        "CREATE FUNCTION f(a int) BEGIN ATOMIC\n SELECT CASE WHEN $1 THEN 1 END;\n SELECT 2;\nEND;",
        "CREATE RULE r AS ON INSERT TO t DO ( DELETE FROM u; DELETE FROM v; );",
        "SELECT E'a\\';b', 'a\\', \"a;\"\";\", date'x;';",
    ] {
        let two = normalize(&format!("{statement}\n\n\nSELECT 1;"), STRICT);
        // a statement cut in two would be on two lines
        assert_eq!(two, format!("{statement}\nSELECT 1;\n"));
        let tail = normalize(&format!("{statement} -- end\n\nSET lock_timeout = 0;"), STRICT);
        assert_eq!(tail, format!("{statement}\n"), "the end of the statement was missed");
    }
}

#[test]
fn attribute_versions_go_and_other_options_stay() {
    let dump = "ALTER TABLE ONLY public.t ALTER COLUMN a SET (pg_attver='1');\n\
        ALTER TABLE ONLY public.t ALTER COLUMN b SET (n_distinct=5, pg_attver=2);\n\
        COMMENT ON TABLE public.t IS 'pg_attver=1';\n";
    let expected = "ALTER TABLE ONLY public.t ALTER COLUMN b SET (n_distinct=5);\n\
        COMMENT ON TABLE public.t IS 'pg_attver=1';\n";
    assert_eq!(normalize(dump, STRICT), expected);
}

#[test]
fn the_order_of_options_is_history() {
    let table = |options: &str| format!("CREATE TABLE t (\n    a integer\n)\nWITH ({options});\n");
    let (one, two) = ("fillfactor='70'", "autovacuum_enabled='false'");
    same(&table(&format!("{one}, {two}")), &table(&format!("{two}, {one}")), STRICT);
    different(&table(one), &table(&format!("{one}, {two}")), STRICT);
    let server = |options: &str| format!("CREATE SERVER s OPTIONS (\n    {options}\n);\n");
    same(&server("a '1',\n    b 'x, y'"), &server("b 'x, y',\n    a '1'"), STRICT);
    different(&server("a 'x, y'"), &server("a 'y, x'"), STRICT);
    different("SELECT f(a => 2, b => 1);", "SELECT f(b => 1, a => 2);", STRICT);
}

#[test]
fn column_order_is_ignored_when_asked() {
    let a = "CREATE TABLE public.t (\n    a numeric(10,2) DEFAULT 1,\n    b text[],\n    \
        CONSTRAINT c CHECK ((a > ANY (ARRAY[1, 2])))\n)\nWITH (fillfactor='70');\n\
        COMMENT ON COLUMN public.t.a IS '1';\nCOMMENT ON COLUMN public.t.b IS '2';\n\
        GRANT SELECT(a) ON TABLE public.t TO r;\nGRANT SELECT(b) ON TABLE public.t TO r;\n";
    let b = "CREATE TABLE public.t (\n    b text[],\n    a numeric(10,2) DEFAULT 1,\n    \
        CONSTRAINT c CHECK ((a > ANY (ARRAY[1, 2])))\n)\nWITH (fillfactor='70');\n\
        COMMENT ON COLUMN public.t.b IS '2';\nCOMMENT ON COLUMN public.t.a IS '1';\n\
        GRANT SELECT(b) ON TABLE public.t TO r;\nGRANT SELECT(a) ON TABLE public.t TO r;\n";
    different(a, b, STRICT);
    same(a, b, LENIENT);
    assert!(normalize(a, LENIENT).starts_with("CREATE TABLE public.t (\n    a numeric(10,2)"));
    let labels = |x, y| format!("CREATE TYPE public.e AS ENUM (\n    '{x}',\n    '{y}'\n);\n");
    different(&labels("a", "b"), &labels("b", "a"), LENIENT);
}

#[test]
fn the_order_of_grants_is_ignored_when_asked() {
    let other = "SET SESSION AUTHORIZATION x;\nGRANT ALL ON TABLE t TO c;\n\
        RESET SESSION AUTHORIZATION;\n";
    let a = format!("REVOKE ALL ON TABLE t FROM o;\nGRANT ALL ON TABLE t TO a;\n{other}");
    let b = format!("{other}GRANT ALL ON TABLE t TO a;\nREVOKE ALL ON TABLE t FROM o;\n");
    different(&a, &b, STRICT);
    same(&a, &b, LENIENT);
    different(&a, &a.replace("TO c", "TO d"), LENIENT);
    // grants on different objects stay where they are
    let (t, u) = ("GRANT ALL ON TABLE t TO a;\n", "GRANT ALL ON FUNCTION u(a int) TO a;\n");
    different(&format!("{t}{u}"), &format!("{u}{t}"), LENIENT);
}

#[test]
fn every_major_starts_loads_and_dumps() {
    scope(|threads| {
        for major in majors() {
            threads.spawn(move || one_major(major));
        }
    });
}

fn one_major(major: u32) {
    let cluster = Cluster::get(major);
    assert!(std::ptr::eq(cluster, Cluster::get(major)), "one cluster per major");
    assert_eq!(cluster.major(), major);
    let (one, two) = (cluster.create_database("one"), cluster.create_database("one"));
    assert_ne!(one.name(), two.name());
    let number = one.psql("SHOW server_version_num").expect("version");
    assert_eq!(number.trim().parse::<u32>().expect("a number") / 10_000, major);
    let by_socket = psql(&cluster.socket_url(one.name()), "SELECT current_database()");
    assert_eq!(by_socket.as_deref().map(str::trim), Ok(one.name()));

    let error = one.psql("SELECT 1;\nSELECT 1/0; SELECT 2").expect_err("a division by zero");
    assert!(error.contains("division by zero"), "{error}");

    let script = tempfile::NamedTempFile::new().expect("a file");
    let atomic = if major >= 14 { ATOMIC } else { "" };
    std::fs::write(script.path(), format!("{FIXTURE}{atomic}")).expect("a script");
    for database in [&one, &two] {
        database.psql_file(script.path()).expect("the fixture loads");
    }
    let dump = one.dump();
    same(&dump, &two.dump(), STRICT);
    tells_every_word_apart(&dump);
    two.psql("ALTER TABLE child ALTER COLUMN b SET NOT NULL").expect("a change");
    different(&dump, &two.dump(), LENIENT);

    let name = one.name().to_owned();
    drop(one);
    let left = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    assert_eq!(two.cluster().maintain(&left).as_deref().map(str::trim), Ok("0"));
}

/// No change of a single word may go unnoticed, whatever is ignored.
fn tells_every_word_apart(dump: &str) {
    let text = normalize(dump, LENIENT);
    assert_eq!(normalize(&text, LENIENT), text, "what is normal stays as it is");
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = 0;
    for (at, word) in text.split(|c| !is_word(c)).scan(0, |end, word| {
        let at = *end;
        *end += word.len() + 1;
        Some((at, word))
    }) {
        if !word.is_empty() {
            let changed = format!("{}{word}x{}", &text[..at], &text[at + word.len()..]);
            let caught = compare(&text, &changed, LENIENT);
            assert!(caught.is_err(), "a change of {word} at {at} went unnoticed");
            words += 1;
        }
    }
    assert!(words > 200, "the fixture has only {words} words");
}

#[test]
fn the_locked_role_needs_its_password() {
    let cluster = Cluster::scram();
    let refused = psql(&cluster.url_as("locked", "postgres"), "SELECT 1").expect_err("no password");
    assert!(refused.contains("no password supplied"), "{refused}");
    let wrong = psql(&cluster.url_as("locked:wrong", "postgres"), "SELECT 1").expect_err("wrong");
    assert!(wrong.contains("password authentication failed"), "{wrong}");
    let escaped = LOCKED_PASSWORD.replace('@', "%40").replace('/', "%2F");
    let url = cluster.url_as(&format!("locked:{escaped}"), "postgres");
    assert_eq!(psql(&url, "SELECT current_user").as_deref().map(str::trim), Ok("locked"));
    let stored = "SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = 'locked'";
    assert_eq!(cluster.maintain(stored).as_deref().map(str::trim), Ok("SCRAM-SHA-256"));
}

/// The test runs itself in a process of its own, which dies without any clean-up.
#[test]
fn a_cluster_ends_with_its_process() {
    const CHILD: &str = "PGBRIDGE_TEST_ABORTS";
    if env::var_os(CHILD).is_some() {
        let cluster = Cluster::get(majors()[0]);
        println!("cluster {} {}", cluster.folder().display(), cluster.url("postgres"));
        std::process::abort();
    }
    let output = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "oracle::a_cluster_ends_with_its_process", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("this program again");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let line = stdout.split("cluster ").nth(1).unwrap_or_else(|| panic!("no cluster: {output:?}"));
    let (folder, url) = line.trim().split_once(' ').expect("folder and URI");
    let address = url.split(['@', '/']).nth(3).expect("an address");
    let begin = Instant::now();
    while std::path::Path::new(folder).exists() {
        assert!(begin.elapsed() < Duration::from_secs(30), "{folder} is still there");
        sleep(Duration::from_millis(20));
    }
    assert!(TcpStream::connect(address).is_err(), "{address} still answers");
}
