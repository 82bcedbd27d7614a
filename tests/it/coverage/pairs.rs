//! Pairs of databases that differ in one thing which no kind models.

/// Since which major, what both sides have, what only dev gets, and a word of the line that tells.
pub(super) type Pair = (u32, &'static str, &'static str, &'static str);

pub(super) const SUBSCRIPTION: &str = "CREATE SUBSCRIPTION sub CONNECTION 'host=h' PUBLICATION a, b \
    WITH (connect = false, slot_name = NONE, enabled = false)";
pub(super) const PARTITIONED: &str = "CREATE TABLE p (a int NOT NULL, b text) PARTITION BY LIST (a); \
    CREATE TABLE p1 PARTITION OF p (PRIMARY KEY (a)) DEFAULT; CREATE UNIQUE INDEX i ON p1 (a); \
    CREATE INDEX e ON p1 (lower(b)); CREATE TABLE up (a int); CREATE TABLE down (b text) INHERITS (up)";
const FOREIGN: &str = "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; \
    CREATE FOREIGN TABLE ft (a int, b int) SERVER s OPTIONS (filename '/a')";

/// What reaches beyond the database.
pub(super) const REMOTE: &[Pair] = &[
    (13, SUBSCRIPTION, "COMMENT ON SUBSCRIPTION sub IS 'x'", "comment on subscription sub"),
    (13, SUBSCRIPTION, "ALTER SUBSCRIPTION sub OWNER TO led_other", "subscription sub"),
    (
        13,
        SUBSCRIPTION,
        "ALTER SUBSCRIPTION sub SET PUBLICATION a WITH (refresh = false)",
        "subscription sub",
    ),
    (
        14,
        SUBSCRIPTION,
        "ALTER SUBSCRIPTION sub SET (synchronous_commit = 'local')",
        "subscription sub",
    ),
    (14, SUBSCRIPTION, "ALTER SUBSCRIPTION sub SET (binary = true)", "subscription sub"),
    (14, SUBSCRIPTION, "ALTER SUBSCRIPTION sub SET (streaming = on)", "subscription sub"),
    (15, SUBSCRIPTION, "ALTER SUBSCRIPTION sub SET (disable_on_error = true)", "subscription sub"),
    (
        15,
        SUBSCRIPTION,
        "DROP SUBSCRIPTION sub; CREATE SUBSCRIPTION sub CONNECTION 'host=h' PUBLICATION a, b \
            WITH (connect = false, slot_name = NONE, enabled = false, two_phase = true)",
        "subscription sub",
    ),
    (16, SUBSCRIPTION, "ALTER SUBSCRIPTION sub SET (origin = none)", "subscription sub"),
    (
        16,
        SUBSCRIPTION,
        "ALTER SUBSCRIPTION sub SET (password_required = false)",
        "subscription sub",
    ),
    (16, SUBSCRIPTION, "ALTER SUBSCRIPTION sub SET (run_as_owner = true)", "subscription sub"),
    (
        17,
        SUBSCRIPTION,
        "DROP SUBSCRIPTION sub; CREATE SUBSCRIPTION sub CONNECTION 'host=h' PUBLICATION a, b \
            WITH (connect = false, slot_name = NONE, enabled = false, failover = true)",
        "subscription sub",
    ),
    (13, FOREIGN, "ALTER FOREIGN TABLE ft OPTIONS (SET filename '/b')", "foreign table public.ft"),
    (
        13,
        FOREIGN,
        "DROP FOREIGN TABLE ft; CREATE FOREIGN TABLE ft (b int, a int) SERVER s OPTIONS (filename '/a')",
        "foreign table public.ft",
    ),
    (13, FOREIGN, "ALTER SERVER s OPTIONS (ADD servername 'x')", "server:s"),
    (13, FOREIGN, "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'u')", "PUBLIC on s"),
];

/// What an unmodelled relation consists of.
pub(super) const RELATIONS: &[Pair] = &[
    (
        13,
        "CREATE TABLE p (a int, b int) PARTITION BY LIST (a)",
        "DROP TABLE p; CREATE TABLE p (b int, a int) PARTITION BY LIST (a)",
        "table public.p",
    ),
    (
        13,
        "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE q PARTITION OF p DEFAULT",
        "DROP TABLE q; CREATE TABLE q (b int, a int); ALTER TABLE p ATTACH PARTITION q DEFAULT",
        "table public.q",
    ),
    (
        13,
        PARTITIONED,
        "DROP TABLE down; CREATE TABLE down (b text, a int); ALTER TABLE down INHERIT up; \
            ALTER TABLE down ALTER a SET NOT NULL, ALTER a DROP NOT NULL",
        "table public.down",
    ),
    (13, PARTITIONED, "ALTER TABLE p ALTER b SET (n_distinct = 5)", "public.p.b"),
    (13, PARTITIONED, "ALTER TABLE down ALTER b SET (n_distinct_inherited = 5)", "public.down.b"),
    (13, PARTITIONED, "ALTER TABLE p1 ALTER b SET STATISTICS 7", "public.p1.b"),
    (13, PARTITIONED, "ALTER TABLE p1 SET (toast.autovacuum_enabled = false)", "table public.p1"),
    (13, PARTITIONED, "ALTER TABLE p1 CLUSTER ON i", "index public.i"),
    (13, PARTITIONED, "ALTER TABLE p1 CLUSTER ON p1_pkey", "p1_pkey on public.p1"),
    (
        13,
        "CREATE TABLE p (a int NOT NULL, b int NOT NULL) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p (PRIMARY KEY (a)) DEFAULT; \
            CREATE UNIQUE INDEX i ON p1 (b); ALTER TABLE p1 REPLICA IDENTITY USING INDEX i",
        "ALTER TABLE p1 REPLICA IDENTITY USING INDEX p1_pkey",
        "index public.i",
    ),
    (13, PARTITIONED, "ALTER INDEX i SET (fillfactor = 50)", "index public.i"),
    (13, PARTITIONED, "ALTER INDEX e ALTER COLUMN 1 SET STATISTICS 7", "index public.e"),
    (13, PARTITIONED, "ALTER INDEX p1_pkey SET (fillfactor = 50)", "p1_pkey on public.p1"),
    (13, PARTITIONED, "COMMENT ON INDEX p1_pkey IS 'x'", "comment on index public.p1_pkey"),
    (15, PARTITIONED, "ALTER TABLE p1 SET TABLESPACE led_space", "table public.p1"),
    (15, PARTITIONED, "ALTER INDEX i SET TABLESPACE led_space", "index public.i"),
    (15, PARTITIONED, "ALTER INDEX p1_pkey SET TABLESPACE led_space", "p1_pkey on public.p1"),
    (
        13,
        "CREATE TABLE p (a int, b int GENERATED ALWAYS AS (a + 1) STORED) PARTITION BY LIST (a)",
        "DROP TABLE p; CREATE TABLE p (a int, b int GENERATED ALWAYS AS (a + 2) STORED) PARTITION BY LIST (a)",
        "public.p.b",
    ),
    (
        18,
        "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); ALTER TABLE p ADD CONSTRAINT nn NOT NULL b",
        "ALTER TABLE p DROP CONSTRAINT nn; ALTER TABLE p ADD CONSTRAINT nn NOT NULL b NOT VALID",
        "public.p.b",
    ),
    (13, PARTITIONED, "ALTER INDEX i DEPENDS ON EXTENSION plpgsql", "plpgsql of index public.i"),
    (
        13,
        PARTITIONED,
        "ALTER INDEX p1_pkey DEPENDS ON EXTENSION plpgsql",
        "plpgsql of index public.p1_pkey",
    ),
    (
        13,
        "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE TABLE p (a int) PARTITION BY LIST (a); \
            CREATE TRIGGER tr AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION tf()",
        "ALTER TRIGGER tr ON p DEPENDS ON EXTENSION plpgsql",
        "plpgsql of trigger tr on public.p",
    ),
    (
        13,
        "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "ALTER FUNCTION tf() DEPENDS ON EXTENSION plpgsql",
        "public.tf()",
    ),
];

/// What somebody granted on what initdb or an extension made.
pub(super) const BUILT_IN: &[Pair] = &[
    (13, "", "GRANT CREATE ON SCHEMA pg_catalog TO PUBLIC", "privileges of schema pg_catalog"),
    (
        13,
        "",
        "REVOKE USAGE ON SCHEMA information_schema FROM PUBLIC",
        "privileges of schema information_schema",
    ),
    (
        13,
        "",
        "REVOKE SELECT ON information_schema.tables FROM PUBLIC",
        "privileges of view information_schema.tables",
    ),
    (13, "", "REVOKE USAGE ON TYPE int4 FROM PUBLIC", "privileges of type integer"),
    (13, "", "REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC", "privileges of language plpgsql"),
    (13, "", "REVOKE USAGE ON LANGUAGE sql FROM PUBLIC", "privileges of language sql"),
    (13, "", "GRANT USAGE ON LANGUAGE plpgsql TO led_other", "privileges of language plpgsql"),
    (
        13,
        "",
        "GRANT SELECT (rolpassword) ON pg_authid TO PUBLIC",
        "pg_catalog.pg_authid.rolpassword",
    ),
    (
        13,
        "",
        "REVOKE SELECT (subname) ON pg_subscription FROM PUBLIC",
        "pg_catalog.pg_subscription.subname",
    ),
    (13, "", "REVOKE SELECT ON pg_class FROM PUBLIC", "privileges of table pg_catalog.pg_class"),
    (
        13,
        "CREATE EXTENSION pg_stat_statements",
        "GRANT SELECT (query) ON pg_stat_statements TO led_other",
        "public.pg_stat_statements.query",
    ),
    (
        13,
        "CREATE EXTENSION pg_stat_statements",
        "GRANT DELETE ON pg_stat_statements TO led_other",
        "privileges of view public.pg_stat_statements",
    ),
    (
        13,
        "CREATE EXTENSION postgres_fdw",
        "GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO led_other",
        "privileges of foreign-data wrapper postgres_fdw",
    ),
];
