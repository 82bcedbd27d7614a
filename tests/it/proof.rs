//! `verify`: its verdicts, and where it refuses to run.

use crate::program::{Bundle, pgbridge, prove_privately};
use crate::support::{Cluster, Database, main_majors};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

fn pair(major: u32, name: &str) -> (Database, Database) {
    let cluster = Cluster::get(major);
    let load = |side: &str| {
        let database = cluster.create_database(&format!("proof_{name}_{side}"));
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures/audit")
            .join(format!("{side}.sql"));
        database.psql_file(&file).unwrap();
        database
    };
    (load("dev"), load("prod"))
}

fn folder(bundle: &Bundle) -> String {
    bundle.path().to_str().unwrap().to_owned()
}

/// One proof at a time on the shared server: a test counts what is left there.
static TURN: Mutex<()> = Mutex::new(());

/// A server that is not prod's: the one with passwords, as its superuser through the socket.
pub(crate) fn elsewhere() -> (MutexGuard<'static, ()>, String) {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    (turn, Cluster::scram().socket_url("postgres"))
}

#[test]
fn a_good_bundle_is_proven_on_a_given_server() {
    let (_turn, server) = elsewhere();
    let (dev, prod) = pair(main_majors()[0], "given");
    let bundle = Bundle::of(&dev, &prod, "emit");
    let before = Cluster::scram().maintain("select count(*) from pg_database").unwrap();
    let run = pgbridge(&["verify", &folder(&bundle), "--scratch", &server]).expect(0);
    assert!(run.out.contains("proven"), "{}", run.out);
    let after = Cluster::scram().maintain("select count(*) from pg_database").unwrap();
    assert_eq!(before, after, "a scratch database stays behind");
}

#[test]
fn never_on_the_server_of_prod() {
    let (dev, prod) = pair(main_majors()[0], "sacred");
    let bundle = Bundle::of(&dev, &prod, "emit");
    let server = prod.cluster().url("postgres");
    pgbridge(&["verify", &folder(&bundle), "--scratch", &server]).expect_error(&["prod"]);
}

#[test]
fn an_edited_file_is_refused() {
    let (_turn, server) = elsewhere();
    let (dev, prod) = pair(main_majors()[0], "edited");
    let bundle = Bundle::of(&dev, &prod, "emit");
    let file = bundle.files("migrations").remove(0);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}\n-- one more line\n")).unwrap();
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    pgbridge(&["verify", &folder(&bundle), "--scratch", &server]).expect_error(&[&name]);
}

#[test]
fn a_bundle_that_does_not_lead_there_is_not_proven() {
    let (_turn, server) = elsewhere();
    let (dev, prod) = pair(main_majors()[0], "wrong");
    let bundle = Bundle::of(&dev, &prod, "emit");
    // one statement less, with a manifest that says so: only the proof can tell
    let file = bundle
        .files("migrations")
        .into_iter()
        .find(|file| {
            std::fs::read_to_string(file).unwrap().contains("CREATE INDEX idx_upload_errors_open")
        })
        .unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let kept: Vec<&str> =
        text.lines().filter(|line| !line.contains("CREATE INDEX idx_upload_errors_open")).collect();
    let shorter = kept.join("\n");
    let digest = |text: &str| pgbridge::model::snapshot::digest(text.as_bytes());
    let manifest = bundle.path().join("plan.json");
    let plan =
        std::fs::read_to_string(&manifest).unwrap().replace(&digest(&text), &digest(&shorter));
    std::fs::write(&file, &shorter).unwrap();
    std::fs::write(&manifest, plan).unwrap();
    let run = pgbridge(&["verify", &folder(&bundle), "--scratch", &server]).expect(1);
    assert!(
        run.out.contains("not proven") && run.out.contains("idx_upload_errors_open"),
        "{}",
        run.out
    );
}

#[test]
fn a_private_cluster_serves_where_no_server_is_given() {
    for major in main_majors() {
        let (dev, prod) = pair(major, "private");
        let bundle = Bundle::of(&dev, &prod, "emit");
        prove_privately(&bundle, prod.cluster()).unwrap();
    }
}

#[test]
fn what_is_not_modelled_is_a_limit() {
    let (_turn, server) = elsewhere();
    let (dev, prod) = pair(main_majors()[0], "limits");
    for side in [&dev, &prod] {
        side.psql("CREATE DOMAIN d AS int; CREATE MATERIALIZED VIEW m AS SELECT 1 AS a").unwrap();
    }
    let bundle = Bundle::of(&dev, &prod, "emit");
    assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
    let run = pgbridge(&["verify", &folder(&bundle), "--scratch", &server]).expect(0);
    assert!(run.out.contains("limit"), "{}", run.out);
    pgbridge(&["verify", &folder(&bundle), "--scratch", &server, "--strict"]).expect(1);
}

#[test]
fn no_bundle_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    pgbridge(&["verify", folder.path().to_str().unwrap()]).expect_error(&["plan.json"]);
}
