//! Bad input: a one-paragraph error with a way out, exit code 2, nothing half written.

use crate::program::{Bundle, pgbridge, pgbridge_with};
use crate::support::{Cluster, Database, LOCKED_PASSWORD, main_majors, psql};
use std::path::Path;

fn two(name: &str) -> (Database, Database) {
    let cluster = Cluster::get(main_majors()[0]);
    (
        cluster.create_database(&format!("{name}_dev")),
        cluster.create_database(&format!("{name}_prod")),
    )
}

/// Reconciles into `out`, which must not be there afterwards.
fn reconcile(dev: &str, prod: &str, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("bundle");
    pgbridge(&["reconcile", "--dev", dev, "--prod", prod, "--out", out.to_str().unwrap()])
        .expect_error(words);
    assert_empty(folder.path());
}

fn assert_empty(folder: &Path) {
    let left: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn a_server_that_does_not_answer() {
    let (dev, _prod) = two("absent");
    // a port that was free a moment ago
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    reconcile(
        &dev.url(),
        &format!("postgresql://postgres@127.0.0.1:{port}/x"),
        &[&port.to_string()],
    );
}

#[test]
fn a_wrong_password_is_told_and_never_shown() {
    let (dev, _prod) = two("password");
    let cluster = Cluster::scram();
    let wrong = cluster.url_as("locked:hunter2", "postgres");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("bundle");
    let run = pgbridge(&[
        "reconcile",
        "--dev",
        &dev.url(),
        "--prod",
        &wrong,
        "--out",
        out.to_str().unwrap(),
    ]);
    let run = run.expect_error(&["locked", "password"]);
    assert!(!run.err.contains("hunter2"), "{}", run.err);
    assert_empty(folder.path());
    // and the right one opens the door
    let right = cluster.url_as("locked", "postgres");
    pgbridge_with(
        &["diff", "--dev", &dev.url(), "--prod", &right],
        &[("PGPASSWORD", LOCKED_PASSWORD)],
    )
    .expect(0);
}

/// Texts with the password `hunter2` (or its half `ter2`) that are no good connection strings.
const SPILLS: &[&str] = &[
    "POSTGRESQL://u:hunter2@127.0.0.1:1/x",
    " postgresql://u:hunter2@127.0.0.1:1/x",
    "postgresql:u:hunter2@h",
    "postgresql:hunter2",
    "u:hunter2@h/x",
    "hunter2@h",
    "mysql://u:hunter2@h/x",
    "jdbc:postgresql://h/x?password=hunter2",
    "postgresql://u:hun@ter2@h/x",
    "postgresql://u:1/hun@ter2@h/x",
    "postgresql://u:1/hunter2@h/x",
    "host=u:hunter2@h",
    "dbname=postgresql://u:hunter2@h/x",
];

#[test]
fn no_password_is_shown_whatever_the_text() {
    let (dev, _prod) = two("spill");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").to_str().unwrap().to_owned();
    for spill in SPILLS {
        for arguments in [
            vec!["reconcile", "--dev", spill, "--prod", &dev.url(), "--out", &out],
            vec!["diff", "--dev", &dev.url(), "--prod", spill],
            vec!["snapshot", spill, "--out", &out],
        ] {
            let run = pgbridge(&arguments).expect_error(&[]);
            for word in ["ter2", "os error 2"] {
                assert!(!run.err.contains(word), "{spill}: {}", run.err);
            }
        }
    }
    // the environment is another way in
    let run = pgbridge_with(
        &["diff", "--dev", &dev.url()],
        &[("PGBRIDGE_PROD_URL", "postgresql:u:hunter2@h")],
    );
    assert!(!run.expect_error(&["neither"]).err.contains("hunter2"));
    // a file stays a file, whatever its name
    let odd = folder.path().join("u:p@h=x.json");
    let odd = odd.to_str().unwrap();
    pgbridge(&["snapshot", &dev.url(), "--out", odd]).expect(0);
    pgbridge(&["diff", "--dev", odd, "--prod", odd, "--format", "json"])
        .expect_error(&["same database"]);
}

#[test]
fn a_snapshot_that_is_there_already() {
    let (dev, _prod) = two("there");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dev.json");
    std::fs::write(&file, "mine").unwrap();
    let run = pgbridge(&["snapshot", &dev.url(), "--out", file.to_str().unwrap()]);
    let run = run.expect_error(&["dev.json", "another name"]);
    assert!(!run.err.contains("make room"), "{}", run.err);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn text_that_is_no_utf8() {
    let (dev, prod) = two("bytes");
    let name = format!("bytes_ascii_{}", std::process::id());
    let cluster = dev.cluster();
    cluster
        .maintain(&format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
        ))
        .unwrap();
    let url = cluster.url(&name);
    for sql in [
        r"CREATE TABLE t (a integer); COMMENT ON TABLE t IS E'\xff\xfe';",
        r"DO $$ BEGIN EXECUTE E'CREATE TABLE \x22\xff\x22 ()'; END $$;",
    ] {
        psql(&url, &format!("SET client_encoding = 'SQL_ASCII'; {sql}")).unwrap();
        reconcile(&url, &prod.url(), &["UTF-8", "SQL_ASCII", "22021"]);
        reconcile(&dev.url(), &url, &["UTF-8", "SQL_ASCII", "22021"]);
        psql(&url, "COMMENT ON TABLE t IS NULL").unwrap();
    }
    cluster.maintain(&format!("DROP DATABASE {name}")).unwrap();
}

#[test]
fn no_such_database() {
    let (dev, _prod) = two("nobase");
    reconcile(
        &dev.url(),
        &Cluster::get(main_majors()[0]).url("nosuchdatabase"),
        &["nosuchdatabase"],
    );
}

#[test]
fn both_sides_the_same_database() {
    let (dev, _prod) = two("same");
    reconcile(&dev.url(), &dev.url(), &["same database"]);
    // also under another name of the server, and through a snapshot
    let socket = dev.cluster().socket_url(dev.name());
    reconcile(&dev.url(), &socket, &["same database"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dev.json");
    pgbridge(&["snapshot", &dev.url(), "--out", file.to_str().unwrap()]).expect(0);
    reconcile(file.to_str().unwrap(), &dev.url(), &["same database"]);
}

#[test]
fn a_snapshot_that_cannot_be_read() {
    let (dev, _prod) = two("snapshot");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    pgbridge(&["snapshot", &dev.url(), "--out", &path("good.json")]).expect(0);
    let good = std::fs::read_to_string(path("good.json")).unwrap();
    std::fs::write(path("text.json"), "hello").unwrap();
    std::fs::write(path("cut.json"), &good[..good.len() / 2]).unwrap();
    std::fs::write(path("edited.json"), good.replacen("\"database\": \"", "\"database\": \"x", 1))
        .unwrap();
    std::fs::write(
        path("newer.json"),
        good.replacen("\"format_version\": 2", "\"format_version\": 99", 1),
    )
    .unwrap();
    for (name, word) in [
        ("text", "text.json"),
        ("cut", "cut.json"),
        ("edited", "sha256"),
        ("newer", "version 99"),
        ("absent", "absent.json"),
    ] {
        reconcile(&path(&format!("{name}.json")), &dev.url(), &[word]);
    }
}

#[test]
fn a_folder_that_is_not_empty() {
    let (dev, prod) = two("folder");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.txt"), "keep me").unwrap();
    let out = folder.path().to_str().unwrap();
    pgbridge(&["reconcile", "--dev", &dev.url(), "--prod", &prod.url(), "--out", out])
        .expect_error(&["not empty"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("mine.txt")).unwrap(), "keep me");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn settings_that_are_not_known_or_not_supported() {
    let (dev, prod) = two("settings");
    reconcile(&dev.url(), &format!("{}?sslmod=disable", prod.url()), &["sslmod", "sslmode"]);
    reconcile(&dev.url(), &format!("{}?sslmode=verify-full", prod.url()), &["verify-full", "TLS"]);
    let (dev_url, prod_url) = (dev.url(), prod.url());
    let arguments = ["diff", "--dev", dev_url.as_str(), "--prod", prod_url.as_str()];
    pgbridge_with(&arguments, &[("PGSSLROOTCERT", "root.crt")]).expect_error(&["PGSSLROOTCERT"]);
}

#[test]
fn a_time_stamp_that_is_none() {
    let (dev, prod) = two("stamp");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("bundle");
    let arguments = [
        "reconcile",
        "--dev",
        &dev.url(),
        "--prod",
        &prod.url(),
        "--out",
        out.to_str().unwrap(),
        "--timestamp",
        "20261301000000",
    ];
    pgbridge(&arguments).expect_error(&["20261301000000"]);
    assert_empty(folder.path());
}

#[test]
fn an_empty_divergence_is_a_bundle_too() {
    let (dev, prod) = two("nothing");
    let bundle = Bundle::of(&dev, &prod, "emit");
    assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
    assert!(bundle.files("migrations").is_empty());
    prod.psql_file(&bundle.path().join("VALIDATION_SQL.sql")).unwrap();
}

#[test]
fn a_connection_string_in_the_wrong_place_is_not_repeated() {
    for text in ["postgresql://u:hunter2@h/x", "host=h password=hunter2"] {
        let run = pgbridge(&["diff", text]).expect(2);
        assert!(!run.err.contains("hunter2") && run.err.contains("***"), "{}", run.err);
    }
}
