//! `[[rls]]`: what a role may do, tried before the bridge, after it and after the rollback.

use crate::program::{Bundle, Run, pgbridge, pgbridge_in};
use crate::support::{Cluster, Database, main_majors};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const PROD: &str = "
CREATE TABLE notes (id int PRIMARY KEY, owner text NOT NULL, body text);
GRANT SELECT, INSERT ON notes TO rls_member;
CREATE TABLE vault (id int);
";

const PROTECTED: &str = "
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes TO rls_member
    USING (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
";

/// Every expectation and every moment.
const CHECKS: &str = r#"
[[rls]]
name = "a member sees only their own notes"
role = "rls_member"
claims = { sub = "ann-0815", role = "member" }
setup = "INSERT INTO notes VALUES (-1, 'ann-0815'), (-2, 'ann-0815'), (-3, 'bob')"
statement = "SELECT * FROM notes;"
expect = { rows = 2 }

[[rls]]
name = "nobody writes for others"
role = "rls_member"
claims = { sub = "ann-0815" }
statement = "INSERT INTO notes VALUES (-1, 'bob')"
expect = "denied"

[[rls]]
role = "rls_member"
claims = { sub = "ann-0815" }
statement = "INSERT INTO notes VALUES (-1, 'ann-0815'), (-2, 'ann-0815')"
expect = "allowed"

[[rls]]
role = "rls_member"
statement = "SELECT FROM vault"
expect = "denied"
when = "both"

[[rls]]
role = "rls_member"
setup = "INSERT INTO notes VALUES (-1, 'ann'), (-2, 'bob')"
statement = "SELECT * FROM notes"
expect = { rows = 2 }
when = "before"

[[rls]]
role = "rls_member"
claims = { sub = "ann-0815", level = 3 }
settings = { "app.tenant_id" = "7" }
statement = """
SELECT WHERE current_setting('request.jwt.claim.sub') = 'ann-0815' AND current_user = 'rls_member'
    AND current_setting('request.jwt.claim.level') = '3' AND current_setting('app.tenant_id') = '7'"""
expect = { rows = 1 }
when = "both"
"#;

fn sides(major: u32, name: &str) -> (Database, Database) {
    let cluster = Cluster::get(major);
    // another test of this process may have made it
    let _ = cluster.maintain("CREATE ROLE rls_member");
    let load = |side: &str, sql: &str| {
        let database = cluster.create_database(&format!("rls_{name}_{side}"));
        database.psql(sql).unwrap();
        database
    };
    (load("dev", &format!("{PROD}{PROTECTED}")), load("prod", PROD))
}

fn bundle(major: u32, name: &str) -> Bundle {
    let (dev, prod) = sides(major, name);
    let bundle = Bundle::of(&dev, &prod, "emit");
    assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
    bundle
}

fn config(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("checks.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// One proof at a time: each makes the role on the shared server and drops it.
static TURN: Mutex<()> = Mutex::new(());

/// Proves a bundle with checks.
fn prove(bundle: &Bundle, major: u32, checks: &str, more: &[&str]) -> Run {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let file = config(folder.path(), checks);
    let server = Cluster::scratch(major).url("postgres");
    let (path, file) = (bundle.path(), file.to_str().unwrap());
    let arguments = ["verify", path.to_str().unwrap(), "--scratch", &server, "--config", file];
    pgbridge(&[&arguments[..], more].concat())
}

#[track_caller]
fn holds(run: &Run, text: &str) {
    assert!(run.out.contains(text), "{text:?} is missing:\n{}", run.out);
}

fn check(lines: &str) -> String {
    format!("[[rls]]\nrole = 'rls_member'\n{lines}\n")
}

#[test]
fn checks_hold_before_after_and_again() {
    for major in main_majors() {
        let bundle = bundle(major, "hold");
        let run = prove(&bundle, major, CHECKS, &[]).expect(0);
        holds(&run, "\n  rls checks: 6 of 6 hold\n");
        // rows of the proof are not those of a check
        let run = prove(&bundle, major, CHECKS, &["--data", "3"]).expect(0);
        holds(&run, "\n  rls checks: 6 of 6 hold\n");
        holds(&run, "rows: ");
    }
    let bundle = bundle(main_majors()[0], "none");
    let run = prove(&bundle, main_majors()[0], "", &[]).expect(0);
    assert!(!run.out.contains("rls checks"), "{}", run.out);
}

#[test]
fn a_check_that_does_not_hold_is_not_proven() {
    let major = main_majors()[0];
    let bundle = bundle(major, "fail");
    let setup = "setup = \"INSERT INTO notes VALUES (1, 'x'), (2, 'y')\"";
    let cases = [
        (
            format!(
                "{setup}\nstatement = 'SELECT * FROM notes'\nexpect = {{ rows = 2 }}\nname = 'all'"
            ),
            "after the bridge: rls check \"all\" (as rls_member): expected 2 rows, got allowed with 0 rows",
        ),
        (
            format!(
                "{setup}\nstatement = 'SELECT * FROM notes'\nexpect = {{ rows = 1 }}\nwhen = 'before'"
            ),
            "before the bridge: rls check 1 (as rls_member): expected 1 row, got allowed with 2 rows",
        ),
        (
            "statement = 'SELECT * FROM vault'\nexpect = 'allowed'".to_owned(),
            "expected allowed, got denied: permission denied for table vault (42501)",
        ),
        (
            "statement = \"INSERT INTO notes VALUES (1, 'x')\"\nexpect = 'allowed'".to_owned(),
            "got denied: new row violates row-level security policy for table \"notes\" (42501)",
        ),
        (
            "statement = 'SELECT * FROM notes'\nexpect = 'denied'".to_owned(),
            "expected denied, got allowed with 0 rows",
        ),
        (
            "statement = 'SELECT * FROM nowhere'\nexpect = 'denied'".to_owned(),
            "expected denied, got an error: relation \"nowhere\" does not exist (42P01)",
        ),
        (
            "setup = 'SELECT 1 / 0'\nstatement = 'SELECT 1'\nexpect = 'allowed'".to_owned(),
            "got an error of setup: division by zero (22012)",
        ),
        (
            "statement = 'COMMIT'\nexpect = 'allowed'".to_owned(),
            "its statement must not control the transaction: COMMIT",
        ),
        (
            "claims = { sub = 'hush-hush' }\nexpect = 'allowed'\nstatement = \
             \"SELECT current_setting('request.jwt.claim.sub')::uuid\""
                .to_owned(),
            "got an error: invalid input syntax for type uuid: \"...\" (22P02)",
        ),
    ];
    for (lines, words) in cases {
        let run = prove(&bundle, major, &check(&lines), &[]).expect(1);
        holds(&run, "verify: not proven");
        holds(&run, words);
        holds(&run, "rls checks: 0 of 1 hold");
        assert!(!run.out.contains("hush"), "{}", run.out);
    }
    let stranger = "[[rls]]\nrole = 'nobody here'\nstatement = 'SELECT 1'\nexpect = 'denied'";
    let run = prove(&bundle, major, stranger, &["--data", "2"]).expect(1);
    holds(&run, "got an error: the scratch database has no role nobody here");
}

#[test]
fn what_held_before_must_hold_again() {
    let major = main_majors()[0];
    let bundle = bundle(major, "back");
    let file = bundle.files("rollback").remove(0);
    let text = std::fs::read_to_string(&file).unwrap();
    let spoiled =
        format!("{text}\nBEGIN;\nREVOKE SELECT ON public.notes FROM rls_member;\nCOMMIT;\n");
    let digest = |text: &str| pgbridge::model::snapshot::digest(text.as_bytes());
    let manifest = bundle.path().join("plan.json");
    let plan = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, plan.replace(&digest(&text), &digest(&spoiled))).unwrap();
    std::fs::write(&file, spoiled).unwrap();
    let checks = check("statement = 'SELECT FROM notes'\nexpect = 'allowed'\nwhen = 'both'");
    let run = prove(&bundle, major, &checks, &[]).expect(1);
    holds(&run, "after the rollback: rls check 1 (as rls_member): expected allowed, got denied");
    // one that is about the goal only is not asked again
    let checks = check("statement = 'SELECT FROM notes'\nexpect = 'allowed'");
    let run = prove(&bundle, major, &checks, &[]).expect(1);
    holds(&run, "rls checks: 1 of 1 hold");
}

#[test]
fn a_role_that_no_policy_binds_is_a_limit() {
    let major = main_majors()[0];
    let checks = "[[rls]]\nrole = 'postgres'\nstatement = 'SELECT FROM notes'\nexpect = 'allowed'";
    let run = prove(&bundle(major, "limit"), major, checks, &[]).expect(0);
    holds(&run, "limit: rls checks as postgres: row-level security does not bind it");
}

#[test]
fn the_file_of_the_working_directory_counts() {
    let major = main_majors()[0];
    let bundle = bundle(major, "here");
    let folder = tempfile::tempdir().unwrap();
    let text = check("statement = 'SELECT FROM vault'\nexpect = 'allowed'");
    std::fs::write(folder.path().join("pgbridge.toml"), text).unwrap();
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let server = Cluster::scratch(major).url("postgres");
    let path = bundle.path();
    let arguments = ["verify", path.to_str().unwrap(), "--scratch", &server];
    holds(&pgbridge_in(folder.path(), &arguments, &[]).expect(1), "rls checks: 0 of 1 hold");
}

#[test]
fn mistakes_in_checks_are_errors() {
    let major = main_majors()[0];
    let (dev, prod) = sides(major, "bad");
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("[[rls]]\nstatement = 'SELECT 1'", ["rls[1].role", "it is missing"]),
        ("[[rls]]\nrole = 'a'\nstatement = 'b'\nexpect = 'no'", ["rls[1].expect", "\"denied\""]),
        ("[[rls]]\nrole = 'a'\nclaim = 1", ["rls[1].claim", "allowed here: name, role, claims"]),
    ];
    for (text, words) in cases {
        let file = config(folder.path(), text);
        let file = file.to_str().unwrap();
        pgbridge(&["verify", "nowhere", "--config", file]).expect_error(&words);
        let out = folder.path().join("bundle");
        let (dev, prod, out) = (dev.url(), prod.url(), out.to_str().unwrap().to_owned());
        let sides = ["reconcile", "--dev", &dev, "--prod", &prod, "--out", &out, "--config", file];
        pgbridge(&sides).expect_error(&words);
    }
}
