//! The server, the database and the role that looks.

use crate::connect::{Row, Session};
use crate::introspect::IntrospectError;
use crate::model::ServerInfo;
use futures_util::future::{try_join, try_join5};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is known of the server, with the roles by OID.
pub(super) struct Server {
    pub(super) info: ServerInfo,
    pub(super) roles: BTreeMap<u32, Arc<str>>,
}

const FACTS: &str = "SELECT pg_catalog.current_setting('server_version') AS version, \
    pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may_identify, \
    d.datname::text AS datname, pg_catalog.pg_get_userbyid(d.datdba)::text AS owner, \
    pg_catalog.pg_encoding_to_char(d.encoding)::text AS encoding, d.datcollate::text AS datcollate, d.datctype::text AS datctype, \
    pg_catalog.to_jsonb(d) ->> 'datlocprovider' AS provider, \
    coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale') AS locale, \
    current_user::text AS role, pg_catalog.pg_has_role(current_user, d.datdba, 'USAGE') AS owns \
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";

const IDENTIFIER: &str = "SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() c";

const ROLES: &str = "SELECT r.oid, r.rolname, r.rolsuper, r.rolbypassrls, NOT r.rolsuper AND \
    pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'CREATE') AS creates FROM pg_catalog.pg_roles r";

/// Who is a member of whom, directly or not; the owner of the database is one of
/// `pg_database_owner` (14) without a row that says so.
fn members(major: i32) -> String {
    let becomes = if major >= 16 { "SET" } else { "MEMBER" };
    format!(
        "WITH RECURSIVE direct AS (SELECT a.member, a.roleid FROM pg_catalog.pg_auth_members a \
         UNION SELECT d.datdba, r.oid FROM pg_catalog.pg_database d, pg_catalog.pg_roles r \
             WHERE d.datname = pg_catalog.current_database() AND r.rolname = 'pg_database_owner'), \
         all_of AS (SELECT d.member, d.roleid FROM direct d \
         UNION SELECT w.member, d.roleid FROM all_of w JOIN direct d ON d.member = w.roleid) \
         SELECT pg_catalog.pg_get_userbyid(w.member)::text AS member, pg_catalog.pg_get_userbyid(w.roleid)::text AS role, \
         pg_catalog.pg_has_role(w.member, w.roleid, 'USAGE') AS inherits, \
         pg_catalog.pg_has_role(w.member, w.roleid, '{becomes}') AS becomes FROM all_of w"
    )
}

const EXTENSIONS: &str =
    "SELECT e.name::text AS name, e.default_version FROM pg_catalog.pg_available_extensions e";

// reset_val: what a capture pins for itself is none of the database's
const SETTINGS: &str = "SELECT s.name::text AS name, s.reset_val FROM pg_catalog.pg_settings s WHERE s.name IN (\
    'DateStyle', 'IntervalStyle', 'TimeZone', 'bytea_output', 'check_function_bodies', 'default_table_access_method', \
    'default_tablespace', 'default_text_search_config', 'default_toast_compression', 'default_transaction_isolation', \
    'extra_float_digits', 'idle_in_transaction_session_timeout', 'lc_messages', 'lc_monetary', 'lc_numeric', 'lc_time', \
    'lock_timeout', 'max_locks_per_transaction', 'row_security', 'search_path', 'session_replication_role', \
    'standard_conforming_strings', 'statement_timeout', 'wal_level', 'xmloption')";

// implicit casts serve assignments, too
const CASTS: &str = "SELECT pg_catalog.format_type(c.castsource, NULL) AS source, pg_catalog.format_type(c.casttarget, NULL) AS target \
    FROM pg_catalog.pg_cast c WHERE c.castcontext IN ('i', 'a')";

/// Reads it.
pub(super) async fn read(session: &Session) -> Result<Server, IntrospectError> {
    let version_num = session.server_version_num();
    let members = members(version_num / 10_000);
    let ((facts, settings), roles, extensions, casts, members) = try_join5(
        Box::pin(try_join(session.rows(FACTS, &[]), session.rows(SETTINGS, &[]))),
        session.rows(ROLES, &[]),
        session.rows(EXTENSIONS, &[]),
        session.rows(CASTS, &[]),
        Box::pin(session.rows(&members, &[])),
    )
    .await?;
    let text = |column: &str| facts.first().and_then(|row| row.get::<_, Option<String>>(column));
    let version = text("version").unwrap_or_default();
    if version_num < 130_000 {
        return Err(IntrospectError::TooOld { server: session.describe(), version });
    }
    // asking without the right to would end the transaction
    let system_identifier = if facts.first().is_some_and(|row| row.get("may_identify")) {
        session.rows(IDENTIFIER, &[]).await?.first().map(|row| row.get(0))
    } else {
        None
    };
    let pair =
        |row: &Row| (row.get::<_, String>(0), row.get::<_, Option<String>>(1).unwrap_or_default());
    let with = |column: &str| {
        let marked = roles.iter().filter(|row| row.get(column));
        marked.map(|row| Arc::from(row.get::<_, &str>(1))).collect()
    };
    let (superusers, database_creators) = (with("rolsuper"), with("creates"));
    let row_security_bypassers = with("rolbypassrls");
    let (has_rights_of, can_become) = (closure(&members, "inherits"), closure(&members, "becomes"));
    let roles: BTreeMap<u32, Arc<str>> =
        roles.iter().map(|row| (row.get::<_, u32>(0), Arc::from(row.get::<_, &str>(1)))).collect();
    let info = ServerInfo {
        version_num,
        version,
        system_identifier,
        database: text("datname").unwrap_or_default(),
        database_owner: text("owner").unwrap_or_default(),
        encoding: text("encoding").unwrap_or_default(),
        collate: text("datcollate").unwrap_or_default(),
        ctype: text("datctype").unwrap_or_default(),
        collation_provider: provider(text("provider").as_deref(), text("locale").as_deref()),
        settings: settings.iter().map(pair).collect(),
        capture_role: text("role").unwrap_or_default(),
        capture_role_owns: facts.first().is_some_and(|row| row.get("owns")),
        roles: roles.values().cloned().collect(),
        superusers,
        row_security_bypassers,
        database_creators,
        has_rights_of,
        can_become,
        available_extensions: extensions.iter().map(pair).collect(),
        assignment_casts: casts.iter().map(pair).collect(),
    };
    Ok(Server { info, roles })
}

/// Who sorts texts; before 15 the C library alone does.
fn provider(letter: Option<&str>, locale: Option<&str>) -> String {
    let name = match letter {
        Some("i") => "icu",
        Some("b") => "builtin",
        _ => "libc",
    };
    [Some(name), locale].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// For each member the roles where the column is true.
fn closure(rows: &[Row], column: &str) -> BTreeMap<Arc<str>, BTreeSet<Arc<str>>> {
    let mut all: BTreeMap<Arc<str>, BTreeSet<Arc<str>>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.get(column)) {
        let name = |column: &str| Arc::from(row.get::<_, &str>(column));
        all.entry(name("member")).or_default().insert(name("role"));
    }
    all
}
