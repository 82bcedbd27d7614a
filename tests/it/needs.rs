//! Every step names what the executing role needs: an ordinary role that has this and nothing else
//! can run the files.

use crate::cases::list::{Case, cases};
use crate::program::Bundle;
use crate::support::{Cluster, Database, main_majors};
use std::collections::BTreeSet;
use std::path::PathBuf;

const ROLE: &str = "needs_runner";

/// Takes from the role all that is not named: `{named}` is an SQL array of needs.
const STRIP: &str = r"
DO $$ DECLARE o record; named text[] := {named}; BEGIN
  FOR o IN
    SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite' ELSE 'table' END AS kind,
      format('%I.%I', n.nspname, c.relname) AS name,
      CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS noun
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'c', 'f') AND c.relowner = '{role}'::regrole
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') AND c.relkind = 'S')
    UNION ALL SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'range' END, format('%I.%I', n.nspname, t.typname), 'TYPE'
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('e', 'd', 'r') AND t.typowner = '{role}'::regrole
    UNION ALL SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
      format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)), 'ROUTINE'
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.proowner = '{role}'::regrole
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
  LOOP
    IF format('owner of %s %s', o.kind, o.name) <> ALL (named) THEN
      EXECUTE format('ALTER %s %s OWNER TO postgres', o.noun, o.name);
    END IF;
  END LOOP;
END $$";

/// What stands in plan.json, for all steps of the migrations or of the rollbacks.
fn needs(bundle: &Bundle, steps: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(bundle.path().join("plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
    let files = plan["migrations"].as_array().unwrap().iter();
    let steps = files.flat_map(|file| file[steps].as_array().unwrap());
    let needs =
        steps.filter_map(|step| step.get("needs")).flat_map(|list| list.as_array().unwrap());
    needs.map(|need| need.as_str().unwrap().to_owned()).collect()
}

/// As the role, in one session.
fn as_role(arguments: &[String]) -> Vec<String> {
    let enter = ["-c".to_owned(), format!("SET SESSION AUTHORIZATION {ROLE}")];
    enter.into_iter().chain(arguments.iter().cloned()).collect()
}

fn load(database: &Database, case: &Case, side: &str) -> Result<(), String> {
    let arguments = case.psql_arguments(side);
    // the first one discards who we are
    let (discard, rest) = arguments.split_at(2);
    database.psql_with(&[discard, &as_role(rest)].concat()).map(drop)
}

fn create(cluster: &'static Cluster, name: &str) -> Database {
    // another test of this process may have made it
    let _ = cluster.maintain(&format!("CREATE ROLE {ROLE}"));
    let database = cluster.create_database(name);
    database.psql(&format!("GRANT CREATE ON DATABASE \"{}\" TO {ROLE}", database.name())).unwrap();
    database
}

/// Leaves the role what is named.
fn strip(prod: &Database, named: &BTreeSet<String>) {
    let list: Vec<String> = named.iter().map(|need| format!("$n${need}$n$")).collect();
    let list = format!("ARRAY[{}]::text[]", list.join(", "));
    prod.psql(&STRIP.replace("{named}", &list).replace("{role}", ROLE)).unwrap();
    prod.psql(&format!("REVOKE CREATE ON DATABASE \"{}\" FROM {ROLE}", prod.name())).unwrap();
    let schemas = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$'";
    for schema in prod.psql(schemas).unwrap().lines() {
        prod.psql(&format!(
            "ALTER SCHEMA {schema} OWNER TO postgres; REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {ROLE}"
        ))
        .unwrap();
    }
    for need in named {
        let lock = need.strip_prefix("owner of ").and_then(|rest| rest.split_once(", or UPDATE"));
        let need = lock.map_or(need.clone(), |(table, _)| format!("UPDATE on {table}"));
        let Some((privilege, on)) = need.split_once(" on ") else { continue };
        let on = match on.split_once(' ') {
            Some(("table" | "view" | "materialized", name)) => {
                format!("TABLE {}", name.trim_start_matches("view "))
            }
            Some(("enum" | "domain" | "composite" | "range", name)) => format!("TYPE {name}"),
            Some(("procedure" | "function" | "aggregate", name)) => format!("ROUTINE {name}"),
            _ if on == "the database" => format!("DATABASE \"{}\"", prod.name()),
            _ => on.to_owned(),
        };
        if !privilege.contains(' ') {
            prod.psql(&format!("GRANT {privilege} ON {on} TO {ROLE}")).unwrap();
        }
    }
}

/// Runs files as the role; what is refused is told and done by a superuser, so that all of it is seen.
fn run(prod: &Database, files: &[PathBuf]) -> Vec<String> {
    let mut refused = Vec::new();
    for path in files {
        let file = ["-f".to_owned(), path.to_str().unwrap().to_owned()];
        let Err(error) = prod.psql_with(&as_role(&file)) else { continue };
        let text = std::fs::read_to_string(path).unwrap();
        let line = error.split(".sql:").nth(1).and_then(|rest| rest.split(':').next());
        let line: usize = line.and_then(|line| line.parse().ok()).unwrap_or_default();
        let statement = text.lines().skip(line.saturating_sub(3)).take(3);
        refused.push(format!("{error}\n{}", statement.collect::<Vec<_>>().join("\n")));
        let alter = |word: &str| prod.psql(&format!("ALTER ROLE {ROLE} {word}")).unwrap();
        alter("SUPERUSER");
        let again = prod.psql_with(&as_role(&file));
        alter("NOSUPERUSER");
        if let Err(again) = again {
            refused.push(format!("{again}, as a superuser"));
            break;
        }
    }
    refused
}

#[test]
fn what_is_named_is_enough() {
    let cases = cases();
    for major in main_majors() {
        let cluster = Cluster::get(major);
        let trial = create(cluster, "needs_trial");
        let trial_b = create(cluster, "needs_trial_b");
        let usual = cases.iter().filter(|case| case.runs_on(major) && !case.is_isolated());
        // the others are for superusers
        let usual: Vec<&Case> = usual
            .filter(|case| load(&trial, case, "a").is_ok() && load(&trial_b, case, "b").is_ok())
            .collect();
        assert!(usual.len() > 60, "only {} cases on {major}", usual.len());
        for (from, to) in [("a", "b"), ("b", "a")] {
            let (dev, prod) = (create(cluster, "needs_dev"), create(cluster, "needs_prod"));
            for case in &usual {
                load(&dev, case, to).unwrap();
                load(&prod, case, from).unwrap();
            }
            let bundle = Bundle::with(&dev, &prod, "emit", &["--apply-role", ROLE]);
            assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
            let named = needs(&bundle, "steps");
            let superuser: Vec<&String> =
                named.iter().filter(|need| need.starts_with("superuser")).collect();
            assert!(superuser.is_empty(), "{superuser:?}: these cases load as an ordinary role");
            strip(&prod, &named);
            let refused = run(&prod, &bundle.files("migrations"));
            assert!(refused.is_empty(), "on {major}, {from} to {to}:\n{}", refused.join("\n"));
        }
    }
}

const LISTED: &str = "
DO $$ DECLARE r text; BEGIN FOREACH r IN ARRAY ARRAY['needs_app', 'needs_alice', 'needs_bob'] LOOP
  IF to_regrole(r) IS NULL THEN EXECUTE format('CREATE ROLE %I', r); END IF; END LOOP; END $$;
CREATE SCHEMA app;
GRANT USAGE, CREATE ON SCHEMA app TO needs_alice;
CREATE TABLE app.orders (id int, buyer int); ALTER TABLE app.orders OWNER TO needs_app;
CREATE TABLE app.users (id int PRIMARY KEY); ALTER TABLE app.users OWNER TO needs_alice;
CREATE TABLE app.given (id int); ALTER TABLE app.given OWNER TO needs_app;
CREATE FUNCTION app.act() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'begin end';
CREATE SERVER far FOREIGN DATA WRAPPER wrapper;
";

const CHANGES: &str = "
ALTER TABLE app.users ADD name text;
ALTER TABLE app.orders ADD CONSTRAINT orders_buyer FOREIGN KEY (buyer) REFERENCES app.users;
CREATE TRIGGER act AFTER INSERT ON app.users FOR EACH ROW EXECUTE FUNCTION app.act();
CREATE TABLE app.fresh (id int); ALTER TABLE app.fresh OWNER TO needs_app;
CREATE SCHEMA more AUTHORIZATION needs_app; CREATE TABLE more.own (id int); ALTER TABLE more.own OWNER TO needs_app;
ALTER TABLE app.given OWNER TO needs_bob;
CREATE FOREIGN TABLE app.away (id int) SERVER far; ALTER TABLE app.away OWNER TO needs_app;
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION app.watch();
CREATE EXTENSION pg_trgm;
";

/// What each of those steps needs.
const STEPS: &[(&str, &[&str])] = &[
    ("create column:app.users.name", &["USAGE on schema app", "owner of table app.users"]),
    (
        "create constraint:app.orders.orders_buyer",
        &["REFERENCES on table app.users", "USAGE on schema app", "owner of table app.orders"],
    ),
    (
        "create trigger:app.users.act",
        &["EXECUTE on function app.act()", "TRIGGER on table app.users", "USAGE on schema app"],
    ),
    ("create table:app.fresh", &["CREATE on schema app", "USAGE on schema app"]),
    ("create schema:more", &["CREATE on the database"]),
    ("create table:more.own", &[]),
    (
        "alter table:app.given",
        &[
            "CREATE on schema app for needs_bob",
            "USAGE on schema app",
            "member of role needs_bob",
            "owner of table app.given",
        ],
    ),
    (
        "create table:app.away",
        &["CREATE on schema app", "USAGE on foreign server far", "USAGE on schema app"],
    ),
    (
        "create event_trigger:watch",
        &[
            "member of role postgres",
            "superuser (an event trigger)",
            "superuser (the new owner must be one as well)",
        ],
    ),
    (
        "create extension:pg_trgm",
        &[
            "CREATE on schema public",
            "superuser, or CREATE on the database where extension pg_trgm is trusted",
        ],
    ),
];

/// What `needs_app` lacks of it.
const LACKING: &[&str] = &[
    "needs_app is not the owner of table app.users (owner: needs_alice)",
    "needs_app lacks: REFERENCES on table app.users",
    "needs_app lacks: TRIGGER on table app.users",
    "needs_app lacks: USAGE on foreign server far",
    "needs_app lacks: USAGE on schema app",
    "needs_app lacks: CREATE on schema app",
    "needs_app lacks: CREATE on schema app for needs_bob",
    "needs_app lacks: CREATE on the database",
    "needs_app lacks: member of role needs_bob",
    "needs_app lacks: superuser (an event trigger)",
];

fn document(bundle: &Bundle, name: &str) -> String {
    let mut files = std::fs::read_dir(bundle.path()).unwrap().map(|file| file.unwrap().path());
    let file = files.find(|file| file.to_str().unwrap().contains(name)).unwrap();
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn needs_are_listed_and_what_is_lacking_is_told() {
    for major in main_majors() {
        let cluster = Cluster::get(major);
        let [dev, prod] = [CHANGES, ""].map(|changes| {
            let database = cluster.create_database("needs_listed");
            database.psql("CREATE FOREIGN DATA WRAPPER wrapper").unwrap();
            database.psql(LISTED).unwrap();
            database.psql(changes).unwrap();
            database
        });
        let plan = || Bundle::with(&dev, &prod, "emit", &["--apply-role", "needs_app"]);
        let bundle = plan();
        let text = document(&bundle, "plan.json");
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let files = json["migrations"].as_array().unwrap().iter();
        let steps: Vec<_> = files.flat_map(|file| file["steps"].as_array().unwrap()).collect();
        for (title, expected) in STEPS {
            let (verb, object) = title.split_once(' ').unwrap();
            let found = steps.iter().find(|step| step["verb"] == verb && step["object"] == object);
            let found = found.unwrap_or_else(|| panic!("{title}: {text}"));
            let mut needs: Vec<&str> = found.get("needs").map_or_else(Vec::new, |needs| {
                needs.as_array().unwrap().iter().map(|need| need.as_str().unwrap()).collect()
            });
            needs.sort_unstable();
            assert_eq!(needs, *expected, "{title} on {major}");
        }
        let rights = document(&bundle, "EXECUTION_PLAN");
        for lack in LACKING {
            assert!(rights.contains(&format!("- [ ] `{lack}`")), "{lack} on {major}: {rights}");
        }
        for (_, needs) in STEPS {
            assert!(needs.iter().all(|need| rights.contains(&format!("- `{need}`"))), "{rights}");
        }
        let report = document(&bundle, "REPORT");
        assert!(report.contains("the executing role lacks rights: "), "{report}");
        for database in [&dev, &prod] {
            database.psql(&format!(
                "GRANT needs_alice, needs_bob TO needs_app; GRANT CREATE ON DATABASE \"{}\" TO needs_app;
                 GRANT USAGE, CREATE ON SCHEMA app TO needs_app, needs_bob; GRANT CREATE ON SCHEMA public TO needs_app;
                 GRANT USAGE ON FOREIGN SERVER far TO needs_app",
                database.name()
            ))
            .unwrap();
        }
        let rights = document(&plan(), "EXECUTION_PLAN");
        let lacks: Vec<&str> =
            rights.lines().filter(|line| line.starts_with("- [ ] `needs_app")).collect();
        assert_eq!(
            lacks,
            [
                "member of role postgres",
                "superuser (an event trigger)",
                "superuser (the new owner must be one as well)"
            ]
            .map(|need| format!("- [ ] `needs_app lacks: {need}`")),
            "on {major}"
        );
        prod.psql("REVOKE needs_alice, needs_bob FROM needs_app").unwrap();
    }
}
