//! R5: eight contact tables in the order of their references, their permissions, functions, then policies.

use super::{bundle, in_this_order, migrations, pair, place, rollout};
use crate::support::{Database, main_majors};

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
    for file in bundle.files("migrations") {
        let text = std::fs::read_to_string(file).unwrap();
        if let Some(first) = text.find("CREATE POLICY") {
            let rest = &text[first..];
            for word in ["CREATE TABLE", "CREATE FUNCTION", "CREATE INDEX", "GRANT "] {
                assert!(!rest.contains(word), "{word} after a policy:\n{rest}");
            }
        }
    }
}

#[test]
fn no_file_has_more_than_300_lines() {
    let (dev, prod) = pair(main_majors()[0], "contacts");
    for file in bundle(&dev, &prod).files("migrations") {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 300, "{} has {lines} lines", file.display());
    }
}
