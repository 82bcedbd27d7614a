//! R6: an index on a table that no migration of prod created. R7: what the validation asks of it.

use super::{bundle, in_this_order, migrations, pair, read, rollout};
use crate::support::{Database, main_majors};

#[test]
fn the_bridge_leads_there_and_back() {
    for major in main_majors() {
        let (dev, prod) = pair(major, "integrations");
        rollout(&dev, &prod, Database::dump);
    }
}

#[test]
fn the_table_comes_before_its_index() {
    let (dev, prod) = pair(main_majors()[0], "integrations");
    let index = "CREATE INDEX idx_active_integrations ON public.integrations";
    prod.psql(&format!("{index} (organization_id)")).unwrap_err();
    let sql = migrations(&bundle(&dev, &prod));
    in_this_order(&sql, &["CREATE TABLE public.integrations (", index]);
    in_this_order(
        &sql,
        &["CREATE TABLE public.integrations (", "CREATE VIEW public.active_integrations"],
    );
}

#[test]
fn the_validation_asks_for_all_of_the_table() {
    let (dev, prod) = pair(main_majors()[0], "integrations");
    let bundle = bundle(&dev, &prod);
    let checks = read(&bundle, "VALIDATION_SQL.sql");
    for word in [
        "'integrations'",
        "'credentials_ref'",
        "'idx_active_integrations'",
        "'integrations_organization_type_key'",
        "'integrations_select'",
        "'integrations_updated_at'",
        "'active_integrations'",
    ] {
        assert!(checks.contains(word), "{word} is not asked for:\n{checks}");
    }
    bundle.apply(&prod).unwrap();
    prod.psql("DROP INDEX public.idx_active_integrations").unwrap();
    let script = bundle.path().join("VALIDATION_SQL.sql");
    prod.psql_file(&script).expect_err("the validation does not miss an index");
}
