//! The sample of the demo: rows R2 and R3 of the mission.

use crate::program::{Bundle, pgbridge, prove_privately};
use crate::support::{Cluster, Database, Options, compare, main_majors};
use std::collections::BTreeMap;
use std::path::Path;

const EXACT: Options = Options { ignore_column_order: false, sort_acl: true };
const BACK: Options = Options { ignore_column_order: true, sort_acl: true };

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/audit").join(name)
}

fn databases(major: u32, name: &str) -> (Database, Database) {
    let cluster = Cluster::get(major);
    let load = |side: &str| {
        let database = cluster.create_database(&format!("audit_{name}_{side}"));
        database.psql_file(&fixture(&format!("{side}.sql"))).unwrap();
        database
    };
    (load("dev"), load("prod"))
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut work = vec![folder.to_owned()];
    while let Some(folder_now) = work.pop() {
        for entry in std::fs::read_dir(&folder_now).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                work.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_bridge_leads_to_dev_and_the_rollback_back() {
    for major in main_majors() {
        let (dev, prod) = databases(major, "bridge");
        let before = prod.dump();
        let bundle = Bundle::of(&dev, &prod, "emit");
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        prove_privately(&bundle, prod.cluster()).unwrap();
        bundle.apply(&prod).unwrap();
        // columns are added at the end of profiles: PostgreSQL can do no other
        let both = Options { ignore_column_order: true, ..EXACT };
        compare(&prod.dump(), &dev.dump(), both).unwrap();
        let again = Bundle::of(&dev, &prod, "emit");
        assert_eq!(again.run.code, 0, "{:?}", again.run);
        assert!(again.files("migrations").is_empty(), "a second bridge is not empty");
        pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(0);
        bundle.roll_back(&prod).unwrap();
        compare(&prod.dump(), &before, BACK).unwrap();
    }
}

#[test]
fn without_being_asked_nothing_is_dropped() {
    let (dev, prod) = databases(main_majors()[0], "keep");
    let bundle = Bundle::of(&dev, &prod, "report");
    assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
    let sql: String = bundle
        .files("migrations")
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    assert!(!sql.contains("DROP"), "{sql}");
    let report =
        std::fs::read_to_string(bundle.path().join("MIGRATION_RECONCILIATION_REPORT.md")).unwrap();
    assert!(report.contains("idx_uploads_hotfix_status"), "the hotfix of prod is not told");
    bundle.apply(&prod).unwrap();
    let hotfix = prod
        .psql("select count(*) from pg_indexes where indexname = 'idx_uploads_hotfix_status'")
        .unwrap();
    assert_eq!(hotfix.trim(), "1");
    pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(1);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (dev, prod) = databases(main_majors()[0], "bytes");
    let first = contents(&Bundle::of(&dev, &prod, "emit").path());
    let second = contents(&Bundle::of(&dev, &prod, "emit").path());
    assert!(first.len() > 10, "{:?}", first.keys());
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (name, bytes) in &first {
        assert!(second[name] == *bytes, "{name} differs between two runs");
    }
}

#[test]
fn the_report_counts_what_the_databases_hold() {
    let (dev, prod) = databases(main_majors()[0], "report");
    let bundle = Bundle::of(&dev, &prod, "report");
    let report =
        std::fs::read_to_string(bundle.path().join("MIGRATION_RECONCILIATION_REPORT.md")).unwrap();
    for word in ["user_audits", "upload_errors", "deleted_by", "deletion_reason"] {
        assert!(report.contains(word), "{word} is not in the report");
    }
    // the 25 and 27 of the story
    let tables = report.lines().find(|line| line.starts_with("| tables (besides")).unwrap();
    let numbers: Vec<&str> = tables
        .split('|')
        .map(|cell| cell.trim_matches([' ', '*']))
        .filter(|cell| cell.parse::<u32>().is_ok())
        .collect();
    assert_eq!(numbers, ["25", "27", "27"], "{tables}");
    // 22 and 19 of the story; afterwards with the bridge's own files, once they are recorded
    let after = 22 + bundle.files("migrations").len();
    let counted = format!("| 22 | 19 | **{after}** |");
    assert!(report.contains(&counted), "{counted}: {report}");
}

#[test]
fn each_feature_that_only_dev_has_is_low_because_it_is_additive() {
    let (dev, prod) = databases(main_majors()[0], "low");
    let bundle = Bundle::of(&dev, &prod, "report");
    let report = std::fs::read_to_string(bundle.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let features = report["features"].as_array().unwrap();
    for name in ["user_audits", "upload_errors", "deleted_by", "deletion_reason"] {
        let about = |feature: &&serde_json::Value| {
            let objects = feature["objects"].as_array().unwrap();
            objects.iter().any(|object| object.as_str().unwrap().contains(name))
        };
        let of_it: Vec<_> = features.iter().filter(about).collect();
        assert!(!of_it.is_empty(), "{name} is in no feature: {features:?}");
        for feature in of_it {
            assert_eq!(feature["risk"], "low", "{feature}");
            let why = feature["why"][0].as_str().unwrap();
            assert!(why.starts_with("additive: it only makes what prod does not have"), "{why}");
        }
    }
    let findings = report["drifts"].as_array().unwrap();
    // a constraint on a table that stands reads its rows
    let whole = |drift: &&serde_json::Value| drift["kind"] == "table" || drift["kind"] == "column";
    for drift in findings.iter().filter(|drift| drift["code"] == "missing").filter(whole) {
        assert_eq!(drift["severity"], "low", "{drift}");
    }
}

#[test]
fn the_validation_tells_a_bridged_prod_from_another() {
    for major in main_majors() {
        let (dev, prod) = databases(major, "validation");
        let bundle = Bundle::of(&dev, &prod, "emit");
        let script = bundle.path().join("VALIDATION_SQL.sql");
        prod.psql_file(&script).expect_err("the validation passes on a prod that was not migrated");
        bundle.apply(&prod).unwrap();
        let out = prod.psql_file(&script).unwrap();
        assert!(out.contains("PASS") && !out.contains("FAIL"), "{out}");
    }
}

#[test]
fn snapshots_stand_for_their_databases() {
    let (dev, prod) = databases(main_majors()[0], "snapshot");
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (database, name) in [(&dev, "dev.json"), (&prod, "prod.json")] {
        pgbridge(&["snapshot", &database.url(), "--out", &file(name)]).expect(0);
    }
    let live = pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url(), "--format", "json"])
        .expect(1);
    let stored = pgbridge(&[
        "diff",
        "--dev",
        &file("dev.json"),
        "--prod",
        &file("prod.json"),
        "--format",
        "json",
    ])
    .expect(1);
    assert_eq!(live.out, stored.out);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(file("dev.json")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    pgbridge(&["snapshot", &dev.url(), "--out", &file("dev.json")]).expect_error(&["dev.json"]);
}

#[test]
fn bridge_and_backport_make_both_equal() {
    for major in main_majors() {
        let (dev, prod) = databases(major, "backport");
        let before = dev.dump();
        let bundle = Bundle::of(&dev, &prod, "report");
        bundle.apply(&prod).unwrap();
        let files = bundle.files("backport/migrations");
        assert_eq!(files.len(), 1, "{files:?}");
        for file in &files {
            dev.psql_file(file).unwrap();
        }
        pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(0);
        let both = Options { ignore_column_order: true, ..EXACT };
        compare(&prod.dump(), &dev.dump(), both).unwrap();
        for file in bundle.files("backport/rollback").iter().rev() {
            dev.psql_file(file).unwrap();
        }
        compare(&dev.dump(), &before, EXACT).unwrap();
    }
}

/// R12, R13: what an operator answers stands where it is needed, and every file has its commands.
#[test]
fn the_execution_plan_is_filled_from_the_configuration() {
    const ANSWERS: [(&str, &str); 10] = [
        ("when", "Tuesday at ten"),
        ("who", "Ada"),
        ("contact", "the database desk"),
        ("audience", "all of engineering"),
        ("copy", "the copy of Monday"),
        ("backup", "nightly, nine hours old"),
        ("restored", "last week"),
        ("longest_wait", "half a minute"),
        ("log", "the log dashboard"),
        ("documents", "the data dictionary"),
    ];
    let (dev, prod) = databases(main_majors()[0], "plan");
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("pgbridge.toml");
    let lines: Vec<String> =
        ANSWERS.iter().map(|(key, value)| format!("{key} = \"{value}\"")).collect();
    std::fs::write(&config, format!("[announce]\n{}\n", lines.join("\n"))).unwrap();
    let bundle = Bundle::with(&dev, &prod, "report", &["--config", config.to_str().unwrap()]);
    assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
    let read = |name: &str| std::fs::read_to_string(bundle.path().join(name)).unwrap();
    let plan = read("EXECUTION_PLAN.md");
    assert!(!plan.contains("TO FILL"), "{plan}");
    for (key, value) in ANSWERS {
        assert!(plan.contains(value), "{key} is not in the plan");
    }
    let sections = ["Before", "Order of environments", "Go or no-go", "The files", "While it runs"];
    for section in sections.into_iter().chain(["After the last file", "Going back", "Messages"]) {
        assert!(plan.contains(&format!("\n## {section}\n")), "{section}");
    }
    for file in bundle.files("migrations") {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        for path in [format!("migrations/{stem}.sql"), format!("rollback/{stem}_rollback.sql")] {
            assert!(plan.contains(&format!("-f {path}")), "no command for {path}");
        }
    }
    assert!(!read("MIGRATION_RECONCILIATION_REPORT.md").contains("places to fill"));
}
