//! The judges: tsc accepts the types, and supabase's generator writes the same ones. Where they
//! differ, `fixtures/types/differences.txt` says why.

use super::judges::{check_with_tsc, differences, formatted, generated};
use super::{fixture, load, types};
use crate::support::{Cluster, main_majors};
use std::collections::BTreeSet;

/// The lines of the ledger for a major.
fn ledger(major: u32) -> BTreeSet<String> {
    let text = std::fs::read_to_string(fixture("differences.txt")).unwrap();
    let mut lines = BTreeSet::new();
    for block in text.split("\n\n").filter(|block| !block.starts_with('#')) {
        let mut block = block.lines();
        let why = block.next().and_then(|line| line.strip_prefix("why: ")).expect("a reason");
        let since = why.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let since: u32 = since.map_or(0, |(since, _)| since.parse().expect("a major"));
        if major >= since {
            lines.extend(block.map(str::to_owned));
        }
    }
    lines
}

#[test]
fn they_are_what_supabases_generator_writes() {
    for major in main_majors() {
        let database = Cluster::get(major).create_database("types");
        load(&database, "zoo.sql");
        load(&database, "extensions.sql");
        if major >= 18 {
            load(&database, "zoo_18.sql");
        }
        let ours = types(&database);
        assert!(formatted(&ours) == ours, "{major}: a formatter changes the layout");
        let found: BTreeSet<String> =
            differences(&ours, &generated(&database)).into_iter().collect();
        let listed = ledger(major);
        let new: Vec<_> = found.difference(&listed).collect();
        assert!(new.is_empty(), "{major}: not in fixtures/types/differences.txt: {new:#?}");
        let gone: Vec<_> = listed.difference(&found).collect();
        assert!(gone.is_empty(), "{major}: listed, but no difference any more: {gone:#?}");
    }
}

#[test]
fn tsc_accepts_them_and_they_say_what_they_should() {
    let database = Cluster::get(main_majors()[0]).create_database("types");
    load(&database, "zoo.sql");
    let folder = tempfile::tempdir().unwrap();
    let text = types(&database);
    std::fs::write(folder.path().join("database.types.ts"), &text).unwrap();
    let uses = folder.path().join("uses.ts");
    std::fs::copy(fixture("uses.ts"), &uses).unwrap();
    check_with_tsc(&[&uses]);
    // names that would end a string, a line or a comment elsewhere
    let odd = Cluster::get(main_majors()[0]).create_database("types");
    odd.psql(
        "CREATE TYPE \"*/ \\\" AS ENUM (E'\\u2028', E'\\u202e', E'\\n\\t\\r', '${x}', '`', '</script>', E'\\\\u0041', ''''); \
         CREATE TABLE \"*/ '\"\"`\" (\"\\\" \"*/ \\\", \"constructor\" int, \"__proto__\" int, \"//\" int)",
    )
    .unwrap();
    let odd = types(&odd);
    for label in ["\"\\u2028\"", "\"\\u202e\"", "\"\\n\\t\\r\""] {
        assert!(odd.contains(label), "{label}: {odd}");
    }
    let file = folder.path().join("odd.ts");
    std::fs::write(&file, &odd).unwrap();
    check_with_tsc(&[&file]);
    assert!(formatted(&odd) == odd, "a formatter changes the layout");
}
