//! No committed state in between may be more permissive than both ends: `verify` finds those that are.

use crate::program::{Bundle, Run, pgbridge};
use crate::support::{Cluster, main_majors};
use std::path::Path;

const PROD: &str = "
CREATE TABLE notes (id int PRIMARY KEY, owner text NOT NULL, body text CONSTRAINT given CHECK (body <> ''));
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (owner = current_user);
CREATE POLICY filled ON notes AS RESTRICTIVE USING (body <> '');
CREATE VIEW seen WITH (security_barrier) AS SELECT id, body FROM notes;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog
    AS 'BEGIN RETURN new; END';
CREATE TRIGGER stamp BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION stamp();
";

/// What only dev has: a table that is made with its protection.
const VAULT: &str = "CREATE TABLE vault (a int); ALTER TABLE vault ENABLE ROW LEVEL SECURITY;";

/// What opens, what shuts it again, and how it is told.
const WINDOWS: &[(&str, &str, &str)] = &[
    (
        "ALTER TABLE public.notes DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY",
        "table:public.notes: row-level security is missing, which both ends have",
    ),
    (
        "ALTER TABLE public.notes NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE public.notes FORCE ROW LEVEL SECURITY",
        "table:public.notes: row-level security for the owner is missing, which both ends have",
    ),
    (
        "CREATE POLICY everybody ON public.notes USING (true)",
        "DROP POLICY everybody ON public.notes",
        "table:public.notes: the permissive policy everybody, which neither end has",
    ),
    (
        "ALTER POLICY filled ON public.notes USING (true)",
        "ALTER POLICY filled ON public.notes USING (body <> '')",
        "table:public.notes: the restrictive policy filled is as in neither end",
    ),
    (
        "GRANT SELECT ON public.notes TO pg_monitor",
        "REVOKE SELECT ON public.notes FROM pg_monitor",
        "table:public.notes: SELECT to pg_monitor, which neither end has",
    ),
    (
        "GRANT UPDATE (body) ON public.notes TO pg_monitor",
        "REVOKE UPDATE (body) ON public.notes FROM pg_monitor",
        "column:public.notes.body: UPDATE to pg_monitor, which neither end has",
    ),
    (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT INSERT ON TABLES TO pg_monitor",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE INSERT ON TABLES FROM pg_monitor",
        "INSERT to pg_monitor, which neither end has",
    ),
    (
        "ALTER TABLE public.notes DISABLE TRIGGER stamp",
        "ALTER TABLE public.notes ENABLE TRIGGER stamp",
        "table:public.notes: the trigger stamp is missing, which both ends have",
    ),
    (
        "ALTER TABLE public.notes DROP CONSTRAINT given",
        "ALTER TABLE public.notes ADD CONSTRAINT given CHECK (body <> '')",
        "table:public.notes: the constraint given is missing, which both ends have",
    ),
    (
        "ALTER TABLE public.notes DROP CONSTRAINT notes_pkey",
        "ALTER TABLE public.notes ADD CONSTRAINT notes_pkey PRIMARY KEY (id)",
        "table:public.notes: the constraint notes_pkey is missing, which both ends have",
    ),
    (
        "ALTER TABLE public.notes ALTER owner DROP NOT NULL",
        "ALTER TABLE public.notes ALTER owner SET NOT NULL",
        "column:public.notes.owner: NOT NULL is missing, which both ends have",
    ),
    (
        "ALTER VIEW public.seen RESET (security_barrier)",
        "ALTER VIEW public.seen SET (security_barrier)",
        "view:public.seen: security_barrier is missing, which both ends have",
    ),
    (
        "ALTER FUNCTION public.stamp() SECURITY DEFINER",
        "ALTER FUNCTION public.stamp() SECURITY INVOKER",
        "function:public.stamp(): SECURITY DEFINER, which neither end has",
    ),
    (
        "ALTER FUNCTION public.stamp() RESET search_path",
        "ALTER FUNCTION public.stamp() SET search_path = pg_catalog",
        "function:public.stamp(): a fixed search_path is missing, which both ends have",
    ),
];

fn bundle(major: u32, name: &str) -> Bundle {
    let load = |side: &str, sql: &str| {
        let database = Cluster::get(major).create_database(&format!("windows_{name}_{side}"));
        database.psql(sql).unwrap();
        database
    };
    let (dev, prod) = (load("dev", &format!("{PROD}{VAULT}")), load("prod", PROD));
    let bundle = Bundle::of(&dev, &prod, "emit");
    assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
    bundle
}

/// Changes a file, with a manifest that says so: only the proof can tell.
fn doctor(bundle: &Bundle, file: &Path, change: impl Fn(&str) -> String) {
    let text = std::fs::read_to_string(file).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed);
    let digest = |text: &str| pgbridge::model::snapshot::digest(text.as_bytes());
    let manifest = bundle.path().join("plan.json");
    let plan = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, plan.replace(&digest(&text), &digest(&changed))).unwrap();
    std::fs::write(file, changed).unwrap();
}

fn prove(bundle: &Bundle, major: u32) -> Run {
    let server = Cluster::scratch(major).url("postgres");
    pgbridge(&["verify", bundle.path().to_str().unwrap(), "--scratch", &server])
}

/// All openings, what stands between, and all that shuts them.
fn detour(between: &str) -> String {
    let joined =
        |pick: fn(&(&str, &str, &str)) -> String| WINDOWS.iter().map(pick).collect::<String>();
    let open = joined(|(open, ..)| format!("{open};\n"));
    let shut = joined(|(_, shut, _)| format!("{shut};\n"));
    format!("\nBEGIN;\n{open}{between}{shut}COMMIT;\n")
}

#[test]
fn windows_are_found_on_the_way_there_and_back() {
    for major in main_majors() {
        for part in ["migrations", "rollback"] {
            let bundle = bundle(major, part);
            let file = bundle.files(part).remove(0);
            doctor(&bundle, &file, |text| format!("{text}{}", detour("COMMIT;\nBEGIN;\n")));
            let run = prove(&bundle, major).expect(1);
            assert!(run.out.starts_with("verify: not proven"), "{}", run.out);
            let place = format!("  after {part}/{}:", file.file_name().unwrap().display());
            let told: Vec<&str> = run.out.lines().filter(|line| line.starts_with(&place)).collect();
            for (_, _, words) in WINDOWS {
                assert!(told.iter().any(|line| line.ends_with(words)), "{words}: {}", run.out);
            }
            assert_eq!(told.len(), WINDOWS.len(), "{major}: {}", run.out);
            // the line is that of the COMMIT after which it is open
            let number = told[0][place.len()..].split(',').next().unwrap();
            let text = std::fs::read_to_string(&file).unwrap();
            let line = text.lines().nth(number.parse::<usize>().unwrap() - 1).unwrap();
            assert_eq!(line, "COMMIT;");
        }
    }
}

/// Nobody sees what is open inside of a transaction.
#[test]
fn what_is_shut_before_the_commit_is_no_window() {
    let major = main_majors()[0];
    let bundle = bundle(major, "inside");
    let file = bundle.files("migrations").remove(0);
    doctor(&bundle, &file, |text| format!("{text}{}", detour("")));
    // the locks of what was put in are told nowhere
    let run = prove(&bundle, major).expect(1);
    assert!(run.out.contains("outside of all steps"), "{}", run.out);
    let told = ["both ends", "neither end"].iter().any(|words| run.out.contains(words));
    assert!(!told, "{}", run.out);
}

#[test]
fn a_new_table_comes_with_its_row_security() {
    let major = main_majors()[0];
    let bundle = bundle(major, "new");
    let enable = "ALTER TABLE public.vault ENABLE ROW LEVEL SECURITY;";
    let file = bundle.files("migrations").remove(0);
    doctor(&bundle, &file, |text| text.replace(enable, &format!("COMMIT;\nBEGIN;\n{enable}")));
    let run = prove(&bundle, major).expect(1);
    let words =
        "table:public.vault: row-level security is missing, which the end where it stands has";
    assert!(run.out.contains(words), "{}", run.out);
}
