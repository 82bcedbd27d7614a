//! Whether the schema changed while it was read.
//!
//! REPEATABLE READ covers the catalogs' rows but not the deparse functions, which see what is
//! current (catalog.md 0.2). So a fingerprint of the snapshot is compared with one taken afterwards.

use crate::connect::Session;
use crate::introspect::IntrospectError;
use crate::kinds;
use std::collections::BTreeMap;

/// Catalogs with the rows that count: temporary and TOAST relations come and go without a change of
/// the schema.
const CATALOGS: &[(&str, &str)] = &[
    (
        "pg_class",
        "t.oid >= 16384 AND t.relpersistence <> 't' AND t.relkind <> 't' AND t.relnamespace <> 99",
    ),
    (
        "pg_constraint",
        "t.connamespace NOT IN (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname ~ '^pg_temp_')",
    ),
    // of all databases of the server: what others do there is no change here
    (
        "pg_db_role_setting",
        "t.setdatabase = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())",
    ),
    ("pg_enum", "t.oid >= 16384"),
    ("pg_namespace", "t.nspname !~ '^pg_'"),
    ("pg_policy", "true"),
    ("pg_proc", "t.oid >= 16384"),
    ("pg_rewrite", "t.oid >= 16384"),
    ("pg_trigger", "NOT t.tgisinternal"),
];

/// Has rows of temporary tables, is a view, or may not be read by everybody.
const UNFIT: &[&str] = &["pg_inherits", "pg_user_mappings", "pg_user_mapping", "pg_subscription"];

/// One number of rows and one sum of their versions per catalog.
fn sql(major: i32) -> String {
    let own = kinds::REGISTRY.iter().filter(|kind| kind.since() <= major);
    let own = own.filter_map(|kind| kind.source()).map(|source| (source.catalog, "true"));
    let all: BTreeMap<&str, &str> = own.chain(CATALOGS.iter().copied()).collect();
    let all = all.into_iter().filter(|(catalog, _)| !UNFIT.contains(catalog));
    let one = |(catalog, rows): (&str, &str)| {
        format!(
            "(SELECT pg_catalog.count(*) || ':' || coalesce(pg_catalog.sum(pg_catalog.hashtext(t.ctid::text || t.xmin::text)::bigint), 0) \
             FROM pg_catalog.{catalog} t WHERE {rows})"
        )
    };
    format!(
        "SELECT pg_catalog.concat_ws(' ', {}) AS fingerprint",
        all.map(one).collect::<Vec<_>>().join(", ")
    )
}

/// The fingerprint in the running transaction.
pub(super) async fn fingerprint(session: &Session, major: i32) -> Result<String, IntrospectError> {
    let rows = session.rows(&sql(major), &[]).await?;
    Ok(rows.first().map(|row| row.get::<_, String>(0)).unwrap_or_default())
}

/// The fingerprint now, in a transaction of its own.
pub(super) async fn fingerprint_now(
    session: &Session,
    major: i32,
) -> Result<String, IntrospectError> {
    session.begin_capture(super::STATEMENT_TIMEOUT).await?;
    let now = fingerprint(session, major).await?;
    session.commit().await?;
    Ok(now)
}
