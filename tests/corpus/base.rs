//! Where the schemas are, and how they are loaded.

use crate::support::{Cluster, Database, main_majors};
use std::path::{Path, PathBuf};

/// A folder that `.ci/corpus` names.
pub(crate) fn folder(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: .ci/corpus runs these tests"));
    PathBuf::from(path)
}

/// A database with what is in a file. The roles are those of Supabase, which some schemas grant to.
pub(crate) fn load(file: &Path) -> Database {
    let cluster = Cluster::get(main_majors()[0]);
    let database = cluster.create_database("corpus");
    database
        .psql(
            // tests make them at the same time, in databases of one cluster
            "DO $$ DECLARE role text; BEGIN
               FOREACH role IN ARRAY ARRAY['anon', 'authenticated', 'service_role'] LOOP
                 BEGIN EXECUTE format('CREATE ROLE %I', role);
                 EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                 END;
               END LOOP; END $$",
        )
        .unwrap();
    database.psql_file(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    database
}
