//! `database.types.ts` of real schemas: tsc accepts them, and supabase's generator writes the same but
//! for what `fixtures/types/extensions.txt` lists.

use crate::base::{folder, load};
use crate::judges::{check_with_tsc, differences, formatted, generated};
use crate::program::pgbridge;
use crate::support::Database;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Ledger = BTreeMap<String, Vec<String>>;

/// The differences that each extension makes.
fn ledger() -> Ledger {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/types/extensions.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.trim_end().split("\n\n").filter(|block| !block.starts_with('#'));
    let named = blocks.map(|block| {
        let (name, lines) = block.split_once('\n').expect("a name and lines");
        (name.to_owned(), lines.lines().map(str::to_owned).collect())
    });
    named.collect()
}

fn extensions(database: &Database) -> Vec<String> {
    let sql = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1";
    database.psql(sql).unwrap().lines().map(str::to_owned).collect()
}

/// What the ledger lists for a database with these extensions.
fn listed(ledger: &Ledger, extensions: &[String]) -> Vec<String> {
    let lines = |name: &String| ledger.get(name).cloned().unwrap_or_default();
    let mut listed: Vec<String> = extensions.iter().flat_map(lines).collect();
    if !extensions.is_empty() {
        let names: Vec<String> = extensions.iter().map(|name| format!("{name:?}")).collect();
        let head = format!("- // Not in here: what extensions bring ({}).", names.join(", "));
        listed.push(head);
    }
    listed
}

/// Lines that are more often in the first list than in the second.
fn more(one: &[String], other: &[String]) -> Vec<String> {
    let mut rest = other.to_vec();
    let lacks = |line: &&String| {
        let place = rest.iter().position(|known| known == *line);
        place.map(|at| rest.swap_remove(at)).is_none()
    };
    one.iter().filter(lacks).cloned().collect()
}

#[test]
fn types_of_real_schemas_are_what_supabases_generator_writes() {
    let (ledger, files) = (ledger(), tempfile::tempdir().unwrap());
    let mut cases: Vec<_> = std::fs::read_dir(folder("PGBRIDGE_CORPUS")).unwrap().collect();
    cases.sort_by_key(|case| case.as_ref().unwrap().file_name());
    let mut written = Vec::new();
    let mut met = BTreeSet::new();
    let mut wrong = Vec::new();
    for case in cases {
        let case = case.unwrap().path();
        for side in ["old", "new"] {
            let name = format!("{}-{side}", case.file_name().unwrap().display());
            let database = load(&case.join(format!("{side}.sql")));
            let ours = pgbridge(&["types", &database.url()]).out;
            if formatted(&ours) != ours {
                wrong.push(format!("{name}: a formatter changes the layout"));
            }
            let found = differences(&ours, &generated(&database));
            let extensions = extensions(&database);
            let listed = listed(&ledger, &extensions);
            met.extend(extensions);
            let new = more(&found, &listed).into_iter();
            let gone = more(&listed, &found).into_iter();
            wrong.extend(new.map(|line| format!("{name}: not listed: {line}")));
            wrong.extend(gone.map(|line| format!("{name}: gone: {line}")));
            println!("{name}: {} lines, {} differ as listed", ours.lines().count(), found.len());
            let path = files.path().join(format!("{name}.ts"));
            std::fs::write(&path, &ours).unwrap();
            written.push(path);
        }
    }
    assert!(wrong.is_empty(), "fixtures/types/extensions.txt: {wrong:#?}");
    assert_eq!(written.len(), 12, "the corpus has six real pairs");
    check_with_tsc(&written.iter().map(AsRef::<Path>::as_ref).collect::<Vec<_>>());
    let unmet: Vec<_> = ledger.keys().filter(|name| !met.contains(*name)).collect();
    assert!(unmet.is_empty(), "listed, but no schema has them: {unmet:?}");
}
