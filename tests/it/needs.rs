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
