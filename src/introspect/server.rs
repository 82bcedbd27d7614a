//! The server, the database and the role that looks.

use crate::connect::{Row, Session};
use crate::introspect::IntrospectError;
use crate::model::ServerInfo;
use std::collections::BTreeMap;
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
    current_user::text AS role, pg_catalog.pg_has_role(current_user, d.datdba, 'USAGE') AS owns \
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";

const IDENTIFIER: &str = "SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() c";

const ROLES: &str = "SELECT r.oid, r.rolname FROM pg_catalog.pg_roles r";

const EXTENSIONS: &str =
    "SELECT e.name::text AS name, e.default_version FROM pg_catalog.pg_available_extensions e";

// implicit casts serve assignments, too
const CASTS: &str = "SELECT pg_catalog.format_type(c.castsource, NULL) AS source, pg_catalog.format_type(c.casttarget, NULL) AS target \
    FROM pg_catalog.pg_cast c WHERE c.castcontext IN ('i', 'a')";

/// Reads it.
pub(super) async fn read(session: &Session) -> Result<Server, IntrospectError> {
    let version_num = session.server_version_num();
    let (facts, roles, extensions, casts) = futures_util::future::try_join4(
        session.rows(FACTS, &[]),
        session.rows(ROLES, &[]),
        session.rows(EXTENSIONS, &[]),
        session.rows(CASTS, &[]),
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
        capture_role: text("role").unwrap_or_default(),
        capture_role_owns: facts.first().is_some_and(|row| row.get("owns")),
        roles: roles.values().cloned().collect(),
        available_extensions: extensions.iter().map(pair).collect(),
        assignment_casts: casts.iter().map(pair).collect(),
    };
    Ok(Server { info, roles })
}
