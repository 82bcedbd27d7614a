//! Same input, same bytes: whatever the order in which a server sends its rows.

use crate::cases::list::{Case, cases};
use crate::program::pgbridge;
use crate::support::{Cluster, Database, main_majors};
use pgbridge::connect::{Conninfo, Environment, Session};
use pgbridge::introspect::{CaptureOptions, capture};
use pgbridge::model::{ServerInfo, snapshot};
use std::collections::BTreeMap;
use std::path::Path;

/// How often the same input is planned.
const TIMES: u64 = 20;

/// A snapshot from rows in the order that a server sends, or in another one. Other tests make roles
/// meanwhile: those of the cluster are what they were at `first`.
fn captured(
    database: &Database,
    order: Option<u64>,
    first: &mut BTreeMap<String, ServerInfo>,
) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let conninfo = Conninfo::parse(&database.url(), &Environment::default()).unwrap();
        let session = Session::open(&conninfo).await.unwrap();
        let mut catalog = capture(&session, CaptureOptions { sizes: true, histories: true, order })
            .await
            .unwrap();
        let name = catalog.server.database.clone();
        catalog.server = first.entry(name).or_insert(catalog.server).clone();
        snapshot::write(&catalog).unwrap()
    })
}

/// All files of a bundle, by path.
fn bundle(dev: &Path, prod: &Path, out: &Path) -> BTreeMap<String, Vec<u8>> {
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let run = pgbridge(&[
        "reconcile",
        "--dev",
        &path(dev),
        "--prod",
        &path(prod),
        "--out",
        &path(out),
        "--drops",
        "emit",
        "--timestamp",
        "20260101000000",
    ]);
    assert!([0, 3].contains(&run.code), "{run:?}");
    let mut files = BTreeMap::new();
    read(out, "", &mut files);
    files.insert("stdout".to_owned(), run.out.replace(&path(out), "").into_bytes());
    files.insert("stderr".to_owned(), run.err.into_bytes());
    files
}

fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn the_order_of_rows_changes_no_byte() {
    let major = *main_majors().last().unwrap();
    let cases = cases();
    let cases: Vec<&Case> =
        cases.iter().filter(|case| case.runs_on(major) && !case.is_isolated()).step_by(4).collect();
    assert!(cases.len() > 30, "only {} cases", cases.len());
    let load = |side: &str| {
        let database = Cluster::get(major).create_database(&format!("determinism_{side}"));
        let arguments: Vec<String> =
            cases.iter().flat_map(|case| case.psql_arguments(side)).collect();
        database.psql_with(&arguments).unwrap();
        database
    };
    let (dev, prod) = (load("b"), load("a"));
    let folder = tempfile::tempdir().unwrap();
    let mut first = None;
    let mut servers = BTreeMap::new();
    for time in 0..TIMES {
        let order = (time > 0).then_some(time);
        let here = folder.path().join(time.to_string());
        std::fs::create_dir(&here).unwrap();
        let mut file = |name: &str, database: &Database| {
            let file = here.join(name);
            std::fs::write(&file, captured(database, order, &mut servers)).unwrap();
            file
        };
        let files = bundle(&file("dev", &dev), &file("prod", &prod), &here.join("bundle"));
        let migrations = files.iter().filter(|(name, _)| name.starts_with("migrations/"));
        let statements: usize =
            migrations.map(|(_, text)| String::from_utf8_lossy(text).matches(";\n").count()).sum();
        assert!(statements > 500, "only {statements} statements");
        let first = first.get_or_insert_with(|| files.clone());
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(first), names(&files), "files of order {order:?}");
        for (name, bytes) in &files {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let differ = text(bytes)
                .lines()
                .zip(text(&first[name]).lines())
                .find(|(here, there)| here != there)
                .map(|(here, there)| format!("{there}\n{here}"));
            assert!(first[name] == *bytes, "{name} of order {order:?}:\n{differ:?}");
        }
    }
}
