//! Every column of every system catalog is known, on every major.

use crate::program::pgbridge;
use crate::support::{Cluster, main_majors, majors};
use pgbridge::introspect::columns;
use std::collections::{BTreeMap, BTreeSet};

const COLUMNS: &str = "SELECT c.relname || ' ' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
    WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped";

#[test]
fn every_column_of_every_catalog_is_known() {
    let known: BTreeMap<&str, _> =
        columns::all().into_iter().map(|catalog| (catalog.name, catalog)).collect();
    let mut unknown = Vec::new();
    let mut seen = BTreeSet::new();
    for major in majors() {
        for line in Cluster::get(major).maintain(COLUMNS).unwrap().lines() {
            let (catalog, column) = line.split_once(' ').unwrap();
            if !known.get(catalog).is_some_and(|catalog| catalog.knows(column)) {
                unknown.push(format!("{major}: {catalog}.{column}"));
            }
            seen.extend([catalog.to_owned(), format!("{catalog}.{column}")]);
        }
    }
    assert!(unknown.is_empty(), "in no list of src/introspect/columns: {unknown:#?}");
    // a column may have come and gone between the majors that are tested here
    if majors().len() < 6 {
        return;
    }
    let listed = known.values().flat_map(|catalog| {
        let columns = catalog.columns().into_iter();
        columns.map(|column| format!("{}.{column}", catalog.name)).chain([catalog.name.to_owned()])
    });
    let gone: BTreeSet<String> = listed.filter(|name| !seen.contains(name)).collect();
    assert!(gone.is_empty(), "no major has these: {gone:#?}");
}

/// A newer server, as far as a superuser can pretend it.
#[test]
fn what_a_newer_server_adds_is_told() {
    for major in main_majors() {
        let cluster = Cluster::get(major);
        let (dev, prod) = (cluster.create_database("newer"), cluster.create_database("newer"));
        dev.psql(
            "SET allow_system_table_mods = on; ALTER TABLE pg_catalog.pg_seclabel ADD COLUMN future int; \
            CREATE TABLE pg_catalog.pg_future (a int)",
        )
        .unwrap();
        let run = pgbridge(&["diff", "--dev", &dev.url(), "--prod", &prod.url()]).expect(1);
        for line in [
            format!(
                "dev: pg_catalog.pg_seclabel: PostgreSQL {major} has in it future and pgbridge does not know it"
            ),
            format!(
                "dev: pg_catalog.pg_future: PostgreSQL {major} has this catalog and pgbridge does not know it"
            ),
        ] {
            assert!(run.err.contains(&line), "{line}\n{}", run.err);
        }
    }
}
