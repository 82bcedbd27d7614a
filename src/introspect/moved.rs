//! Whether the schema changed while it was read.
//!
//! REPEATABLE READ covers the catalogs' rows but not the deparse functions, which see what is
//! current (catalog.md 0.2). So a fingerprint of the snapshot is compared with one taken afterwards.

use crate::connect::Session;
use crate::introspect::IntrospectError;

// temporary and TOAST relations come and go without a change of the schema
const FINGERPRINT: &str = "SELECT pg_catalog.concat_ws(' ', \
    (SELECT pg_catalog.count(*) || ':' || coalesce(pg_catalog.sum(pg_catalog.hashtext(c.oid::text || c.xmin::text)::bigint), 0) \
        FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relpersistence <> 't' AND c.relkind <> 't' AND c.relnamespace <> 99), \
    (SELECT pg_catalog.count(*) || ':' || coalesce(pg_catalog.sum(pg_catalog.hashtext(p.oid::text || p.xmin::text)::bigint), 0) \
        FROM pg_catalog.pg_proc p WHERE p.oid >= 16384), \
    (SELECT pg_catalog.count(*) || ':' || coalesce(pg_catalog.sum(pg_catalog.hashtext(k.oid::text || k.xmin::text)::bigint), 0) \
        FROM pg_catalog.pg_constraint k WHERE k.oid >= 16384), \
    (SELECT pg_catalog.count(*) || ':' || coalesce(pg_catalog.sum(pg_catalog.hashtext(w.oid::text || w.xmin::text)::bigint), 0) \
        FROM pg_catalog.pg_rewrite w WHERE w.oid >= 16384), \
    (SELECT pg_catalog.count(*) || ':' || coalesce(pg_catalog.sum(pg_catalog.hashtext(p.oid::text || p.xmin::text)::bigint), 0) \
        FROM pg_catalog.pg_policy p), \
    (SELECT pg_catalog.count(*) || ':' || coalesce(pg_catalog.sum(pg_catalog.hashtext(e.oid::text || e.xmin::text)::bigint), 0) \
        FROM pg_catalog.pg_enum e WHERE e.oid >= 16384), \
    (SELECT pg_catalog.count(*) || ':' || coalesce(pg_catalog.sum(pg_catalog.hashtext(n.oid::text || n.xmin::text)::bigint), 0) \
        FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_')) AS fingerprint";

/// The fingerprint in the running transaction.
pub(super) async fn fingerprint(session: &Session) -> Result<String, IntrospectError> {
    let rows = session.rows(FINGERPRINT, &[]).await?;
    Ok(rows.first().map(|row| row.get::<_, String>(0)).unwrap_or_default())
}

/// The fingerprint now, in a transaction of its own.
pub(super) async fn fingerprint_now(session: &Session) -> Result<String, IntrospectError> {
    session.begin_capture(super::STATEMENT_TIMEOUT).await?;
    let now = fingerprint(session).await?;
    session.commit().await?;
    Ok(now)
}
