//! R5: eight contact tables in the order of their references, their permissions, functions, then policies.

use super::{bundle, in_this_order, migrations, pair, place, rollout};
use crate::support::{Database, main_majors};
use std::collections::BTreeSet;

const TABLES: [&str; 8] = [
    "contacts",
    "contact_communication_channels",
    "contact_groups",
    "contact_group_memberships",
    "agent_contact_permissions",
    "agent_specific_contact_access",
    "contact_interactions",
    "contact_import_jobs",
];

#[test]
fn the_bridge_leads_there_and_back() {
    for major in main_majors() {
        let (dev, prod) = pair(major, "contacts");
        rollout(&dev, &prod, Database::dump);
    }
}

#[test]
fn tables_come_before_what_refers_to_them() {
    let (dev, prod) = pair(main_majors()[0], "contacts");
    let sql = migrations(&bundle(&dev, &prod));
    let created = |table: &str| place(&sql, &format!("CREATE TABLE public.{table} ("));
    let mut references = 0;
    for line in sql.lines().filter(|line| line.contains("FOREIGN KEY")) {
        let (_, target) = line.split_once(" REFERENCES public.").unwrap();
        let target = target.split('(').next().unwrap();
        if TABLES.contains(&target) {
            references += 1;
            assert!(created(target) < place(&sql, line), "{line}");
        }
    }
    assert_eq!(references, 8);
}

#[test]
fn permissions_then_functions_then_policies() {
    let (dev, prod) = pair(main_majors()[0], "contacts");
    let bundle = bundle(&dev, &prod);
    let sql = migrations(&bundle);
    for table in TABLES {
        let created = format!("CREATE TABLE public.{table} (");
        let protected = format!("ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY;");
        let granted = format!("ON TABLE public.{table} TO contacts_app;");
        let policy = format!("ON public.{table} FOR ");
        in_this_order(&sql, &[&created, &protected, &granted, &policy]);
        // no commit stands between the table and its protection
        let until = &sql[place(&sql, &created)..place(&sql, &granted)];
        assert!(!until.contains("COMMIT;"), "{until}");
    }
    let function = "CREATE FUNCTION public.agent_may_see_contact";
    in_this_order(&sql, &[function, "CREATE POLICY agents_permitted_contacts"]);
}

/// What a statement is about, as the files are split by it.
const CONCERNS: [(&str, &str); 6] = [
    ("CREATE TABLE", "tables"),
    ("CREATE INDEX", "tables"),
    ("GRANT", "tables"),
    ("CREATE FUNCTION", "functions"),
    ("CREATE TRIGGER", "triggers"),
    ("CREATE POLICY", "policies"),
];

#[test]
fn each_file_has_one_concern() {
    let (dev, prod) = pair(main_majors()[0], "contacts");
    let mut order = Vec::new();
    for file in bundle(&dev, &prod).files("migrations") {
        let text = std::fs::read_to_string(&file).unwrap();
        let on_function = |line: &str| line.starts_with("GRANT EXECUTE ON FUNCTION");
        let found: BTreeSet<&str> = text
            .lines()
            .filter(|line| !on_function(line))
            .filter_map(|line| CONCERNS.iter().find(|(word, _)| line.starts_with(word)))
            .map(|(_, concern)| *concern)
            .collect();
        assert_eq!(found.len(), 1, "{}: {found:?}", file.display());
        order.extend(found);
    }
    order.dedup();
    assert_eq!(order, ["tables", "functions", "triggers", "policies"]);
}

#[test]
fn no_file_has_more_than_300_lines() {
    let (dev, prod) = pair(main_majors()[0], "contacts");
    for file in bundle(&dev, &prod).files("migrations") {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 300, "{} has {lines} lines", file.display());
    }
}
