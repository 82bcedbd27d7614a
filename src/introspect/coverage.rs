//! Which system catalogs are read, and which are not and why. An unknown one is a finding.
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
use crate::model::Notice;

/// Catalogs whose rows become objects, edges, facets or ledger lines.
const READ: &[&str] = &[
    "pg_aggregate",
    "pg_am",
    "pg_amop",
    "pg_amproc",
    "pg_attrdef",
    "pg_attribute",
    "pg_cast",
    "pg_class",
    "pg_collation",
    "pg_constraint",
    "pg_conversion",
    "pg_db_role_setting",
    "pg_default_acl",
    "pg_depend",
    "pg_description",
    "pg_enum",
    "pg_event_trigger",
    "pg_extension",
    "pg_foreign_data_wrapper",
    "pg_foreign_server",
    "pg_foreign_table",
    "pg_index",
    "pg_inherits",
    "pg_init_privs",
    "pg_language",
    "pg_namespace",
    "pg_opclass",
    "pg_operator",
    "pg_opfamily",
    "pg_partitioned_table",
    "pg_policy",
    "pg_proc",
    "pg_publication",
    "pg_publication_namespace",
    "pg_publication_rel",
    "pg_range",
    "pg_rewrite",
    "pg_seclabel",
    "pg_sequence",
    "pg_statistic_ext",
    "pg_transform",
    "pg_trigger",
    "pg_ts_config",
    "pg_ts_config_map",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
    "pg_type",
];

/// Catalogs that are left out, each with its reason.
pub(super) const LEFT_OUT: &[(&str, &str)] = &[
    ("pg_auth_members", "roles belong to the cluster"),
    ("pg_authid", "roles belong to the cluster; only their names are read, from pg_roles"),
    ("pg_database", "the database itself: shown as environment"),
    ("pg_largeobject", "data"),
    ("pg_largeobject_metadata", "data"),
    ("pg_parameter_acl", "belongs to the cluster"),
    ("pg_replication_origin", "state of replication"),
    ("pg_shdepend", "owners, privileges and policy roles are read from their objects"),
    ("pg_shdescription", "comments on shared objects belong to the cluster"),
    ("pg_shseclabel", "labels on shared objects belong to the cluster"),
    ("pg_statistic", "contents of statistics are data"),
    ("pg_statistic_ext_data", "contents of statistics are data"),
    ("pg_subscription", "not readable whole: read without its connection string, and says so"),
    ("pg_subscription_rel", "state of replication"),
    ("pg_tablespace", "belongs to the cluster; names are read with the relations"),
    ("pg_user_mapping", "read through pg_user_mappings: names of options only, and it says so"),
];

const CATALOGS: &str = "SELECT c.relname, pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable, current_user::text AS role \
    FROM pg_catalog.pg_class c WHERE c.relnamespace = 11 AND c.relkind = 'r' ORDER BY c.relname";

/// Refuses a capture that would be blind, and tells of catalogs that nobody here knows.
pub(super) async fn check(session: &Session, major: i32) -> Result<Vec<Notice>, IntrospectError> {
    let rows = session.rows(CATALOGS, &[]).await?;
    let mut notices = Vec::new();
    let mut unreadable = Vec::new();
    let mut role = String::new();
    for row in &rows {
        let name: &str = row.get("relname");
        role = row.get("role");
        if READ.contains(&name) {
            if !row.get::<_, bool>("readable") {
                unreadable.push(format!("pg_catalog.{name}"));
            }
        } else if !LEFT_OUT.iter().any(|(known, _)| *known == name) {
            notices.push(Notice {
                subject: format!("pg_catalog.{name}"),
                text: format!("PostgreSQL {major} has this catalog and pgbridge does not know it: its rows are not compared"),
                incomplete: true,
            });
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
