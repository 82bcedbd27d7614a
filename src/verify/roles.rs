//! Stand-ins for roles that the scratch server does not have.

use crate::connect::{ConnectError, Session};
use crate::kinds::of;
use crate::model::{AclItem, Catalog, PUBLIC};
use crate::sql::quote;
use crate::verify::VerifyError;
use crate::verify::evidence::Evidence;
use std::collections::BTreeSet;

/// Every role that the bundle may name.
pub(super) fn named(evidence: &Evidence) -> BTreeSet<String> {
    let mut roles = BTreeSet::from([evidence.options.apply_role.clone()]);
    roles.insert(evidence.prod.server.database_owner.clone());
    for catalog in [&evidence.dev, &evidence.prod] {
        roles.extend(in_catalog(catalog));
    }
    // predefined roles are there or cannot be made
    roles.retain(|role| !role.is_empty() && role != PUBLIC && !role.starts_with("pg_"));
    roles
}

fn in_catalog(catalog: &Catalog) -> BTreeSet<String> {
    let mut roles = BTreeSet::new();
    for object in catalog.objects.values() {
        roles.extend(of(object.id.kind).roles(object));
        roles.extend(object.facets.owner.iter().map(ToString::to_string));
        let items = object.facets.acl.iter().flatten();
        roles.extend(items.flat_map(AclItem::roles).map(ToString::to_string));
    }
    roles
}

/// The roles of the server.
pub(super) async fn existing(session: &Session) -> Result<BTreeSet<String>, ConnectError> {
    let rows = session.rows("SELECT r.rolname::text FROM pg_catalog.pg_roles r", &[]).await?;
    Ok(rows.iter().map(|row| row.get::<_, String>(0)).collect())
}

/// Makes a role that cannot log in; false when somebody else was faster.
pub(super) async fn create(
    session: &Session,
    role: &str,
    superuser: bool,
) -> Result<bool, VerifyError> {
    let right = if superuser { " SUPERUSER" } else { "" };
    match session.run(&format!("CREATE ROLE {} NOLOGIN{right}", quote::ident(role))).await {
        Ok(()) => Ok(true),
        Err(error) if error.sqlstate() == Some("42710") => Ok(false),
        Err(error) => Err(VerifyError::Prepare {
            what: format!("a stand-in for the role {role}"),
            server: session.describe(),
            reason: error.to_string(),
        }),
    }
}
