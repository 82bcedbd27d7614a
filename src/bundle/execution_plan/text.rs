//! Queries and commands to copy. Each runs on every supported major.

/// Transactions older than a minute.
pub(super) const LONG_TRANSACTIONS: &str = "\
SELECT pid, usename, state, now() - xact_start AS open_for, left(query, 80) AS query
FROM pg_catalog.pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now() - interval '1 minute'
ORDER BY xact_start;";

/// Sessions that wait for others.
pub(super) const WAITING: &str = "\
SELECT a.pid, a.usename, now() - a.query_start AS waits_for, pg_blocking_pids(a.pid) AS blocked_by, left(a.query, 80) AS query
FROM pg_catalog.pg_stat_activity a
WHERE cardinality(pg_blocking_pids(a.pid)) > 0
ORDER BY a.query_start;";

/// Locks on some relations.
pub(super) const LOCKS: &str = "\
SELECT l.relation::regclass AS relation, l.mode, l.granted, l.pid, left(a.query, 80) AS query
FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) AND l.relation IN (
    {relations})
ORDER BY l.relation, l.granted, l.pid;";

/// Index builds.
pub(super) const INDEX_BUILDS: &str = "\
SELECT pid, relid::regclass AS relation, phase, blocks_done, blocks_total
FROM pg_catalog.pg_stat_progress_create_index;";

/// Use of tables.
pub(super) const TABLES: &str = "\
SELECT relid::regclass AS relation, seq_scan, idx_scan, n_tup_ins AS rows_inserted, n_live_tup AS rows
FROM pg_catalog.pg_stat_user_tables WHERE relid IN (
    {relations});";

/// Use of indexes.
pub(super) const INDEXES: &str = "\
SELECT indexrelid::regclass AS index, idx_scan, pg_catalog.pg_size_pretty(pg_catalog.pg_relation_size(indexrelid)) AS size
FROM pg_catalog.pg_stat_user_indexes WHERE indexrelid IN (
    {relations});";

/// All files, one after the other.
pub(super) const LOOP: &str = "\
set -eu
for file in migrations/*.sql; do
    psql -X -v ON_ERROR_STOP=1 -d \"$PGBRIDGE_PROD_URL\" -f \"$file\"
done
psql -X -v ON_ERROR_STOP=1 -d \"$PGBRIDGE_PROD_URL\" -f VALIDATION_SQL.sql";
