//! Names of objects that are no user's, asked of the server in one query.

use crate::connect::{Session, Type};
use crate::introspect::IntrospectError;
use crate::introspect::ledger_catalog::ROLE;
use crate::kinds::Address;
use std::collections::{BTreeMap, BTreeSet};

// the query names the catalog of roles
const _: () = assert!(ROLE == 1260);

const IDENTIFY: &str = "SELECT u.class, u.object, u.sub, CASE WHEN u.class = 1260 THEN pg_catalog.pg_get_userbyid(u.object)::text \
    ELSE (SELECT i.type || ' ' || i.identity FROM pg_catalog.pg_identify_object(u.class, u.object, u.sub) i) END AS name \
    FROM ROWS FROM (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::oid[]), pg_catalog.unnest($3::int4[])) u(class, object, sub)";

/// The names of `addresses`.
pub(super) async fn ask(
    session: &Session,
    addresses: &BTreeSet<Address>,
) -> Result<BTreeMap<Address, String>, IntrospectError> {
    if addresses.is_empty() {
        return Ok(BTreeMap::new());
    }
    let classes: Vec<u32> = addresses.iter().map(|address| address.class).collect();
    let objects: Vec<u32> = addresses.iter().map(|address| address.object).collect();
    let subs: Vec<i32> = addresses.iter().map(|address| address.sub).collect();
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 3] =
        [(&classes, Type::OID_ARRAY), (&objects, Type::OID_ARRAY), (&subs, Type::INT4_ARRAY)];
    let rows = session.rows(IDENTIFY, &parameters).await?;
    let name = |row: &crate::connect::Row| {
        let address =
            Address { class: row.get("class"), object: row.get("object"), sub: row.get("sub") };
        row.get::<_, Option<String>>("name").map(|name| (address, name))
    };
    Ok(rows.iter().filter_map(name).collect())
}
