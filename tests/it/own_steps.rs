//! `[[step]]`: what the user wants run at a point of the plan.

use crate::program::{Bundle, pgbridge, prove_privately};
use crate::support::{Cluster, Database, Options, compare, main_majors};

const PROD: &str = "CREATE TABLE users (id int PRIMARY KEY, name text); CREATE TABLE other (id int);
    INSERT INTO users SELECT i, CASE WHEN i % 2 = 0 THEN 'n' || i END FROM generate_series(1, 1000) i;";
const DEV: &str = "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, slug text);
    CREATE TABLE other (id int);";
const CONFIG: &str = r#"
[[step]]
name = "names for all"
before = "column public.users.name"
run = "UPDATE public.users SET name = 'nobody' WHERE name IS NULL"
rollback = "UPDATE public.users SET name = NULL WHERE name = 'nobody'"

[[step]]
name = "slugs in batches"
after = "column:public.users.slug"
transaction = false
run = '''DO $$
DECLARE top int := 0; done int;
BEGIN
  LOOP
    UPDATE public.users SET slug = lower(name) WHERE id > top AND id <= top + 300;
    COMMIT;
    top := top + 300;
    SELECT count(*) INTO done FROM public.users WHERE id > top;
    EXIT WHEN done = 0;
  END LOOP;
END $$'''

[[step]]
name = "not needed"
after = "table public.other"
run = "SELECT 1"
"#;

fn load(major: u32, name: &str, sql: &str) -> Database {
    let database = Cluster::get(major).create_database(name);
    database.psql(sql).unwrap();
    database
}

#[test]
fn they_run_where_they_are_put() {
    for major in main_majors() {
        let (dev, prod) = (load(major, "own_dev", DEV), load(major, "own_prod", PROD));
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("pgbridge.toml");
        std::fs::write(&config, CONFIG).unwrap();
        let config = ["--config", config.to_str().unwrap()];
        let bundle = Bundle::with(&dev, &prod, "emit", &config);
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        assert!(bundle.run.err.contains("step not needed is not run"), "{}", bundle.run.err);
        prove_privately(&bundle, Cluster::get(major)).unwrap();
        let (before, rows) =
            (prod.dump(), "SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM users t");
        let old = prod.psql(rows).unwrap();
        bundle.apply(&prod).unwrap();
        let full = "SELECT count(*) FROM users WHERE slug IS NOT NULL AND name IS NOT NULL";
        assert_eq!(prod.psql(full).unwrap().trim(), "1000");
        pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(0);
        bundle.roll_back(&prod).unwrap();
        let both = Options { ignore_column_order: false, sort_acl: true };
        compare(&prod.dump(), &before, both).unwrap();
        assert_eq!(prod.psql(rows).unwrap(), old);
        let told = bundle.files("rollback").iter().any(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            text.contains("NOT BROUGHT BACK: run slugs in batches")
        });
        assert!(told, "a step without a rollback is not told");
    }
}

#[test]
fn mistakes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("pgbridge.toml");
    for (text, words) in [
        ("[[step]]\nname = \"a\"\nrun = \"x\"", ["step[1]", "before or after"]),
        ("[[step]]\nname = \"a\"\nafter = \"b\"", ["step[1].run", "missing"]),
        ("[[step]]\nname = \"a\"\nsql = \"b\"", ["step[1].sql", "no such key"]),
    ] {
        std::fs::write(&config, text).unwrap();
        let out = folder.path().join("bundle");
        let arguments = ["reconcile", "--dev", "a.json", "--prod", "b.json", "--out"];
        let rest = [out.to_str().unwrap(), "--config", config.to_str().unwrap()];
        pgbridge(&[&arguments[..], &rest].concat()).expect_error(&words);
    }
}

/// Two columns that are written anew share one statement: a step before the second stands before both.
#[test]
fn they_do_not_cut_a_statement_in_two() {
    let major = main_majors()[0];
    let dev = load(major, "own_joined_dev", "CREATE TABLE t (id int, a bigint, b bigint)");
    let prod = load(major, "own_joined_prod", "CREATE TABLE t (id int, a int, b int)");
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("pgbridge.toml");
    let step = |side: &str, column: &str| {
        format!(
            "[[step]]\nname = \"{side} {column}\"\n{side} = \"column public.t.{column}\"\nrun = \"SELECT '{side} {column}'\"\n"
        )
    };
    std::fs::write(&config, step("before", "b") + &step("after", "a")).unwrap();
    let more = ["--config", config.to_str().unwrap()];
    let bundle = Bundle::with(&dev, &prod, "emit", &more);
    assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
    let files = bundle.files("migrations");
    let sql: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let at = |text: &str| sql.find(text).unwrap_or_else(|| panic!("{text} is not in {sql}"));
    assert_eq!(sql.matches("ALTER TABLE").count(), 1, "{sql}");
    assert!(at("SELECT 'before b'") < at("ALTER TABLE"), "{sql}");
    assert!(at("ALTER TABLE") < at("SELECT 'after a'"), "{sql}");
    prove_privately(&bundle, Cluster::get(major)).unwrap();
}
