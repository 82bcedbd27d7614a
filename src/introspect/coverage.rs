//! Whether a capture can see what it must, and whether the server has what nobody here knows: a
//! catalog or a column that `columns` does not list is a finding.
//!
//! Of catalogs that are read, these rows are left out:
//! - comments on members of extensions and on built-in objects (`pg_description`): an extension's
//!   script and initdb write most of them, in other words in each version, and nothing in the
//!   catalogs tells them from a user's;
//! - definitions and owners of members of extensions and of built-in objects: the version of the
//!   extension or server stands for them; privileges on them are compared, see `pg_init_privs`;
//! - settings of roles in every database and of other databases (`pg_db_role_setting`): they belong
//!   to the cluster;
//! - what `exclusion` names, and what the condition of a query in `scan` leaves out.

use crate::connect::Session;
use crate::introspect::IntrospectError;
use crate::introspect::columns::{self, Access, SystemCatalog};
use crate::model::Notice;
use std::collections::BTreeMap;

const CATALOGS: &str = "SELECT c.relname, pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable, current_user::text AS role, \
    ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a \
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns \
    FROM pg_catalog.pg_class c WHERE c.relnamespace = 11 AND c.relkind = 'r' ORDER BY c.relname";

/// Refuses a capture that would be blind, and tells of catalogs and columns that nobody here knows.
pub(super) async fn check(session: &Session, major: i32) -> Result<Vec<Notice>, IntrospectError> {
    let known: BTreeMap<&str, &SystemCatalog> =
        columns::all().into_iter().map(|catalog| (catalog.name, catalog)).collect();
    let mut notices = Vec::new();
    let mut unreadable = Vec::new();
    let mut role = String::new();
    for row in &session.rows(CATALOGS, &[]).await? {
        let name: &str = row.get("relname");
        role = row.get("role");
        let Some(catalog) = known.get(name) else {
            notices.push(unknown(name, major, "this catalog", "its rows are"));
            continue;
        };
        if catalog.access == Access::Whole && !row.get::<_, bool>("readable") {
            unreadable.push(format!("pg_catalog.{name}"));
        }
        let columns: Vec<&str> = row.get("columns");
        let new: Vec<&str> = columns.into_iter().filter(|column| !catalog.knows(column)).collect();
        if !new.is_empty() {
            notices.push(unknown(name, major, &format!("in it {}", new.join(", ")), "that is"));
        }
    }
    if unreadable.is_empty() {
        Ok(notices)
    } else {
        Err(IntrospectError::Unreadable {
            role,
            catalog: unreadable.join(", "),
            server: session.describe(),
        })
    }
}

fn unknown(catalog: &str, major: i32, what: &str, which: &str) -> Notice {
    Notice {
        subject: format!("pg_catalog.{catalog}"),
        text: format!(
            "PostgreSQL {major} has {what} and pgbridge does not know it: {which} not compared"
        ),
        incomplete: true,
    }
}
