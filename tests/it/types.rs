//! `database.types.ts`: what stands in it, and what tsc and supabase's own generator say of it.

mod judges;
mod tools;

use crate::program::{Bundle, pgbridge};
use crate::support::{Cluster, Database, main_majors, majors};
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/types").join(name)
}

fn load(database: &Database, name: &str) {
    database.psql_file(&fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
}

fn types(database: &Database) -> String {
    pgbridge(&["types", &database.url()]).expect(0).out
}

/// The part of a text from a line to the next of the same depth.
fn part<'a>(text: &'a str, head: &str) -> &'a str {
    let start = text.find(head).unwrap_or_else(|| panic!("{head:?} is not there:\n{text}"));
    let indent = head.len() - head.trim_start().len();
    let end = format!("\n{}}}", " ".repeat(indent));
    let rest = &text[start..];
    rest.find(&end).map_or(rest, |end| &rest[..end])
}

/// `PGBRIDGE_WRITE_DOCS=1 cargo test --test it types::` writes the expected file anew.
#[test]
fn the_types_of_the_zoo_are_as_written() {
    let path = fixture("database.types.ts");
    for major in majors() {
        let database = Cluster::get(major).create_database("types");
        load(&database, "zoo.sql");
        let text = types(&database);
        if std::env::var_os("PGBRIDGE_WRITE_DOCS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert!(
            text == std::fs::read_to_string(&path).unwrap(),
            "{major}: not what fixtures/types/database.types.ts says: PGBRIDGE_WRITE_DOCS=1 writes it"
        );
        // a file says the same as the database
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("snapshot.json");
        let file = file.to_str().unwrap();
        pgbridge(&["snapshot", &database.url(), "--out", file]).expect(0);
        assert!(pgbridge(&["types", file]).expect(0).out == text, "{major}: from a snapshot");
    }
}

#[test]
fn the_types_of_a_bundle_are_those_of_prod_after_it() {
    for major in main_majors() {
        let cluster = Cluster::get(major);
        let (dev, prod) = (cluster.create_database("types"), cluster.create_database("types"));
        load(&dev, "zoo.sql");
        // what only prod has stays, and stands in the types
        prod.psql(
            "CREATE TYPE status AS ENUM ('new', 'gone'); CREATE SCHEMA hotfix; CREATE TABLE hotfix.t (a int, s status); \
             CREATE TABLE zebra (id integer, only_prod text NOT NULL DEFAULT ''); \
             CREATE VIEW of_zebra AS SELECT only_prod FROM zebra; CREATE VIEW simple AS SELECT 1 AS id",
        )
        .unwrap();
        let bundle = Bundle::of(&dev, &prod, "report");
        assert!([0, 3].contains(&bundle.run.code), "{:?}", bundle.run);
        let written = std::fs::read_to_string(bundle.path().join("database.types.ts")).unwrap();
        bundle.apply(&prod).unwrap();
        let after = types(&prod);
        let diff = similar::TextDiff::from_lines(&written, &after).unified_diff().to_string();
        assert!(written == after, "{major}: bundle and prod differ:\n{diff}");
        for line in ["only_prod: string", "hotfix: {", "full_name: string | null"] {
            assert!(written.contains(line), "{line}");
        }
    }
}

#[test]
fn wrappers_without_code_are_read() {
    for major in main_majors() {
        let database = Cluster::get(major).create_database("types");
        load(&database, "zoo.sql");
        load(&database, "foreign.sql");
        let text = types(&database);
        let table = part(&text, "      remote: {");
        for line in ["id: number\n", "kind?: Database", "name?: string | null\n"] {
            assert!(table.contains(line), "{line}: {table}");
        }
        // with no trigger nothing is known of what the wrapper would take
        assert!(!part(&text, "      over_remote: {").contains("Insert"), "{text}");
        let taken = part(&text, "      taken: {");
        assert!(taken.contains("Insert: {\n          id?: number | null"), "{taken}");
        assert!(!taken.contains("Update: {"), "{taken}");
    }
}

#[test]
fn schemas_can_be_chosen() {
    let database = Cluster::get(main_majors()[0]).create_database("types");
    load(&database, "zoo.sql");
    let url = database.url();
    let text = pgbridge(&["types", &url, "--schemas", "other"]).expect(0).out;
    assert!(text.contains("Extract<keyof Database, \"other\">"), "{text}");
    // what is not written cannot be referred to: its labels stand in its place
    let labels = "local: \"new\" | \"it's\" | 'say \"hi\"' | \"line\\nbreak\" | \"größe\" | null";
    assert!(text.contains(labels), "{text}");
    assert!(!text.contains("[\"public\"]"), "{text}");
    let both = pgbridge(&["types", &url, "--schemas", "other,public"]).expect(0).out;
    assert!(both.contains("Extract<keyof Database, \"public\">"), "{both}");
    assert!(!both.contains("empty: {"), "{both}");
    pgbridge(&["types", &url, "--schemas", "nowhere"])
        .expect_error(&["there is no schema nowhere", "--schemas"]);
}

#[test]
fn no_file_is_overwritten() {
    let database = Cluster::get(main_majors()[0]).create_database("types");
    database.psql("CREATE TABLE t (a int)").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("database.types.ts");
    let file = path.to_str().unwrap();
    let run = pgbridge(&["types", &database.url(), "-o", file]).expect(0);
    assert_eq!(run.out, "");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), types(&database));
    pgbridge(&["types", &database.url(), "-o", file]).expect_error(&["--out"]);
}
