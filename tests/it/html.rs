//! `report.html` in a browser, and the pictures of `graph`.

pub(crate) mod browser;
mod samples;

use crate::program::{Bundle, pgbridge};
use crate::support::{Cluster, Database, main_majors};
use browser::{number, sound};

/// Names that would do harm where they are not escaped.
const NAMES: &str = r#"
    CREATE SCHEMA "s""><script>alert(1)</script>";
    CREATE TABLE "s""><script>alert(1)</script>"."t'`|{{ 7 * 7 }}" (
        "a</td><img src=x onerror=alert(1)>" int PRIMARY KEY,
        U&"x\202Ey" text DEFAULT '</script><script>alert(2)</script>');
    COMMENT ON TABLE "s""><script>alert(1)</script>"."t'`|{{ 7 * 7 }}"
        IS E'</title>]]>--><script>alert(3)</script>\n<b>second line</b> {% raw %}';
"#;

/// What both sides have, and how they differ.
const BOTH: &str = "
    CREATE TABLE users (id int PRIMARY KEY, name text);
    CREATE TABLE posts (id int PRIMARY KEY, owner int REFERENCES users, kept int);
    CREATE TABLE alone (id int);";
const DEV: &str = "
    CREATE TABLE audits (id int PRIMARY KEY, post int NOT NULL REFERENCES posts, of int REFERENCES audits);
    ALTER TABLE users ADD email text UNIQUE;
    ALTER TABLE posts ALTER kept TYPE bigint;
    CREATE VIEW recent AS SELECT id, email FROM users;
    CREATE FUNCTION wide() RETURNS text LANGUAGE sql AS $$SELECT
  'a line that is much longer than the room that there is for it: ' || 'and it goes on, and on, and on, and on';
$$;
    CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN
  -- one < two
  RETURN 1;
END$$;";
const PROD: &str = "
    CREATE INDEX hotfix ON posts (owner);
    CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN
  -- one > two
  RETURN 2;
END$$;";

fn pair(major: u32, name: &str) -> (Database, Database) {
    let side = |side: &str, sql: &[&str]| {
        let database = Cluster::get(major).create_database(&format!("{name}_{side}"));
        database.psql(&sql.concat()).unwrap();
        database
    };
    (side("dev", &[BOTH, DEV, NAMES]), side("prod", &[BOTH, PROD]))
}

#[test]
fn a_report_is_sound_in_a_browser() {
    for major in main_majors() {
        let (dev, prod) = pair(major, "html_sound");
        let bundle = Bundle::of(&dev, &prod, "emit");
        let report = bundle.path().join("report.html");
        let text = std::fs::read_to_string(&report).unwrap();
        // names are text wherever they stand; the page has one script, its own
        assert_eq!(text.matches("<script").count(), 1);
        assert!(!text.contains('\u{202e}') && text.contains("{{ 7 * 7 }}"));
        assert!(
            text.contains("Content-Security-Policy") && text.contains("script-src &#x27;sha256-")
        );
        let seen = sound(&report, "all");
        assert_eq!(seen["unified"][0], true, "{seen}");
        assert_eq!(seen["filters"].as_object().unwrap().len(), 4, "{seen}");
        assert!(number(&seen, "boxes") >= 10, "{seen}");
        // all but what is only referenced, or made again because of others
        let unlinked = number(&seen, "boxes") - number(&seen, "links");
        assert!(unlinked <= 1, "{seen}");
        assert!(number(&seen, "lines") >= 6, "{seen}");
        // the same input gives the same bytes
        let second = Bundle::of(&dev, &prod, "emit");
        let again = std::fs::read_to_string(second.path().join("report.html")).unwrap();
        assert_eq!(text, again);
    }
}

/// Both sides of a sample, on the newest of the main majors.
fn sample(name: &str, sql: fn(bool) -> String) -> Bundle {
    let major = *main_majors().last().unwrap();
    let load = |dev: bool| {
        let database = Cluster::get(major).create_database(name);
        database.psql(&sql(dev)).unwrap();
        database
    };
    Bundle::of(&load(true), &load(false), "report")
}

/// `cargo bench --bench html` measures how long they take; here stands what makes them quick.
#[test]
fn five_thousand_findings_are_little_to_open() {
    let bundle = sample("html_findings", samples::five_thousand);
    let report = bundle.path().join("report.html");
    let seen = sound(&report, "opened");
    let total = number(&seen, "total");
    assert!(total >= 5000, "{total}");
    let (first, all) = (number(&seen, "elements"), number(&seen, "elements_made"));
    let bytes = std::fs::metadata(&report).unwrap().len();
    println!("{total} findings: {first} elements at first, {all} in the end, {bytes} bytes");
    // of each finding it is a few elements at first, and what it is read from is not much either
    assert!(first <= 3 * total, "{first} elements for {total} findings");
    assert!(all >= 10 * first, "{first} of {all} elements at first");
    assert!(bytes <= 2500 * total, "{bytes} bytes for {total} findings");
}

#[test]
fn a_report_of_a_thousand_tables_is_sound_in_a_browser() {
    let bundle = sample("html_tables", samples::thousand_tables);
    let seen = sound(&bundle.path().join("report.html"), "all");
    assert!(number(&seen, "total") >= 50, "{seen}");
    assert_eq!(seen["filters"].as_object().unwrap().len(), 5, "{seen}");
    assert!(number(&seen, "boxes") >= 50 && number(&seen, "lines") >= 20, "{seen}");
}

/// More than one picture holds without grouping: every object is in it, and a link.
#[test]
fn the_picture_of_a_large_feature_has_all_of_it() {
    let major = *main_majors().last().unwrap();
    let side = |name: &str| {
        let database = Cluster::get(major).create_database("html_crm");
        let file = format!("{}/fixtures/crm/{name}.sql", env!("CARGO_MANIFEST_DIR"));
        database.psql_file(std::path::Path::new(&file)).unwrap();
        database
    };
    let bundle = Bundle::of(&side("dev"), &side("prod"), "emit");
    let read = |name: &str| std::fs::read_to_string(bundle.path().join(name)).unwrap();
    let report: serde_json::Value = serde_json::from_str(&read("report.json")).unwrap();
    let nodes = report["graph"]["nodes"].as_array().unwrap();
    assert!(nodes.len() > 100, "{}", nodes.len());
    let html = read("report.html");
    let picture = &html[html.find("<svg").unwrap()..html.find("</svg>").unwrap()];
    for node in nodes {
        let link = format!("href=\"#{}\"", node["anchor"].as_str().unwrap());
        assert_eq!(picture.matches(&link).count(), 1, "{node}");
    }
    // one box for a table and what is in it
    assert!(picture.matches("<g class=\"together\">").count() >= 10);
    assert!(!html.contains("are left out:"));
    let markdown = read("MIGRATION_RECONCILIATION_REPORT.md");
    assert!(markdown.contains("\"create table public.deal_meetings with "), "{markdown}");
}

#[test]
fn graphs_of_one_database_and_of_a_difference() {
    let major = *main_majors().last().unwrap();
    let (dev, prod) = pair(major, "html_graph");
    let whole = |more: &[&str]| {
        let (url, mut arguments) = (dev.url(), vec!["graph"]);
        arguments.push(&url);
        arguments.extend(more);
        pgbridge(&arguments).expect(0).out
    };
    let text = whole(&["--only", "public.*"]);
    assert!(text.starts_with("graph LR\n") && text.contains("[\"table public.users\"]"), "{text}");
    assert!(!text.contains("script"), "{text}");
    let text = whole(&["--what", "er"]);
    assert!(text.starts_with("erDiagram\n"), "{text}");
    assert!(text.contains("    int") && text.contains(" : \"posts_owner_fkey\""), "{text}");
    assert!(!text.contains("<script"), "{text}");
    let text = whole(&["--what", "er", "--format", "dot", "--only", "*.posts"]);
    assert!(text.starts_with("digraph entities {") && text.contains("PK id integer"), "{text}");
    assert!(!text.contains("public.users"), "{text}");
    let text = whole(&["--format", "svg"]);
    assert!(text.starts_with("<svg ") && !text.contains("<script") && !text.contains("href"));
    let run = pgbridge(&["graph", &dev.url(), "--only", "nothing"]).expect(0);
    assert!(run.err.contains("nothing to draw"), "{}", run.err);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.svg");
    let sides = ["graph", "--dev", &dev.url(), "--prod", &prod.url()];
    let with = |more: &[&str]| pgbridge(&[&sides, more].concat());
    let out = path.to_str().unwrap();
    with(&["--what", "er", "--format", "svg", "-o", out]).expect(0);
    let text = std::fs::read_to_string(&path).unwrap();
    for told in ["new table public.audits", "changed table public.users", "foreign key audits_of"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(!text.contains("public.alone"));
    // never over another file
    with(&["-o", out]).expect_error(&["cannot be written"]);
    let text = with(&[]).expect(0).out;
    assert!(text.contains("[\"create table public.audits\"]"), "{text}");
    let neither = pgbridge(&["graph", "--dev", &dev.url()]);
    neither.expect_error(&["--prod"]);
}
