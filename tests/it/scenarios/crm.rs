//! R8: the suite of four migrations: 74 indexes, row-level security on six tables, an extension that no migration installs.

use super::{bundle, fixture, in_this_order, migrations, pair, place, read, rollout};
use crate::support::{Database, main_majors};

#[test]
fn the_bridge_leads_there_and_back() {
    for major in main_majors() {
        let (dev, prod) = pair(major, "crm");
        rollout(&dev, &prod, Database::dump);
    }
}

#[test]
fn all_indexes_of_the_suite_are_bridged() {
    let mut counts = Vec::new();
    for entry in std::fs::read_dir(fixture("crm/migrations")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let count = text.lines().filter(|line| line.starts_with("CREATE INDEX ")).count();
        counts.push((path.file_name().unwrap().to_owned(), count));
    }
    counts.sort();
    let counts: Vec<usize> = counts.into_iter().map(|(_, count)| count).collect();
    assert_eq!(counts, [38, 0, 17, 19]);
    let (dev, prod) = pair(main_majors()[0], "crm");
    let bundle = bundle(&dev, &prod);
    let sql = migrations(&bundle);
    let indexes: Vec<&str> = sql.lines().filter(|line| line.starts_with("CREATE INDEX ")).collect();
    assert_eq!(indexes.len(), 74);
    let with = |word: &str| indexes.iter().filter(|line| line.contains(word)).count();
    assert_eq!(with(" USING gin "), 15);
    assert_eq!(with(" WHERE "), 19);
    let report = read(&bundle, "MIGRATION_RECONCILIATION_REPORT.md");
    assert!(report.contains("| indexes (without those of constraints) | 0 | 74 | **74** |"));
}

#[test]
fn the_extension_comes_before_the_keys_that_call_it() {
    let (dev, prod) = pair(main_majors()[0], "crm");
    let sql = migrations(&bundle(&dev, &prod));
    in_this_order(&sql, &["CREATE EXTENSION \"uuid-ossp\"", "public.uuid_generate_v4()"]);
}

#[test]
fn relationship_tables_are_protected_when_they_come() {
    let (dev, prod) = pair(main_majors()[0], "crm");
    let sql = migrations(&bundle(&dev, &prod));
    for table in [
        "company_activities",
        "deal_meetings",
        "activity_meetings",
        "meeting_sequences",
        "contact_interactions",
        "deal_stakeholders",
    ] {
        let created = place(&sql, &format!("CREATE TABLE public.{table} ("));
        let protected =
            place(&sql, &format!("ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY"));
        assert!(created < protected && !sql[created..protected].contains("COMMIT;"), "{table}");
        assert_eq!(sql.matches(&format!("CREATE POLICY {table}_")).count(), 2, "{table}");
    }
}

#[test]
fn precision_ranges_and_actions_are_kept() {
    let (dev, prod) = pair(main_majors()[0], "crm");
    let sql = migrations(&bundle(&dev, &prod));
    for text in [
        "numeric(3,2)",
        "numeric(5,2)",
        "numeric(17,2)",
        "(sentiment_score >= ('-1'::integer)::numeric)",
        "ON DELETE SET NULL",
        "ON DELETE CASCADE",
        "GENERATED ALWAYS AS ((value * probability)) STORED",
    ] {
        place(&sql, text);
    }
}

#[test]
fn no_feature_of_the_report_is_longer_than_a_screen() {
    let (dev, prod) = pair(main_majors()[0], "crm");
    let report = read(&bundle(&dev, &prod), "MIGRATION_RECONCILIATION_REPORT.md");
    let (_, rest) = report.split_once("## What changes in prod").unwrap();
    let (features, _) = rest.split_once("\n## ").unwrap();
    assert!(features.contains("create 25 indexes: each builds an index"), "{features}");
    for feature in features.split("\n### ").skip(1) {
        assert!(feature.lines().count() < 30, "{feature}");
    }
}
