//! What is shown on schemas that others wrote. They lie beside the checkout: `.ci/corpus` runs this,
//! `cargo test` does not.

#[path = "../it/html/browser.rs"]
mod browser;
#[path = "../it/types/judges.rs"]
mod judges;
#[path = "../it/program.rs"]
#[expect(dead_code, reason = "a part of what the other tests stand on")]
mod program;
#[path = "../it/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "a part of what the other tests stand on")]
mod support;

mod reports;
mod types;

use std::path::PathBuf;
use support::{Cluster, Database, main_majors};

/// A folder that `.ci/corpus` names.
fn folder(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: .ci/corpus runs these tests"));
    PathBuf::from(path)
}

/// A database with what is in a file. The roles are those of Supabase, which some schemas grant to.
fn load(file: &std::path::Path) -> Database {
    let cluster = Cluster::get(main_majors()[0]);
    let database = cluster.create_database("corpus");
    database
        .psql(
            "DO $$ DECLARE role text; BEGIN
               PERFORM pg_advisory_xact_lock(1);
               FOREACH role IN ARRAY ARRAY['anon', 'authenticated', 'service_role'] LOOP
                 IF to_regrole(role) IS NULL THEN EXECUTE format('CREATE ROLE %I', role); END IF;
               END LOOP; END $$",
        )
        .unwrap();
    database.psql_file(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    database
}
