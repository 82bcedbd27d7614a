//! Pairs of databases that differ in one thing: in what no kind models, or in a corner of what one does.

/// Since which major, what both sides have, what only dev gets, and what the finding's id holds.
pub(super) type Pair = (u32, &'static str, &'static str, &'static str);

pub(super) const SUBSCRIPTION: &str = "CREATE SUBSCRIPTION sub CONNECTION 'host=h' PUBLICATION a, b \
    WITH (connect = false, slot_name = NONE, enabled = false)";
pub(super) const PARTITIONED: &str = "CREATE TABLE p (a int NOT NULL, b text) PARTITION BY LIST (a); \
    CREATE TABLE p1 PARTITION OF p (PRIMARY KEY (a)) DEFAULT; CREATE UNIQUE INDEX i ON p1 (a); \
    CREATE INDEX e ON p1 (lower(b)); CREATE TABLE up (a int); CREATE TABLE down (b text) INHERITS (up)";
/// A table of an extension, and everything that a user may hang on it.
pub(super) const MEMBER: &str = "CREATE TABLE m (a int NOT NULL, b text, c int NOT NULL); ALTER EXTENSION plpgsql ADD TABLE m; \
    CREATE UNIQUE INDEX i ON m (a); CREATE UNIQUE INDEX j ON m (c); CREATE INDEX e ON m (lower(b)); \
    ALTER TABLE m ADD CONSTRAINT k PRIMARY KEY (a), ADD CONSTRAINT ck CHECK (a > 0) NOT VALID, ALTER c SET DEFAULT 1; \
    CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'; \
    CREATE TRIGGER tr AFTER INSERT ON m FOR EACH ROW EXECUTE FUNCTION tf(); \
    CREATE RULE r AS ON DELETE TO m WHERE old.a = 1 DO ALSO NOTHING; CREATE POLICY pol ON m USING (a > 1); \
    CREATE STATISTICS st ON a, c FROM m";
const LABELLED: &str = "CREATE TABLE t (a int); SET allow_system_table_mods = on; \
    INSERT INTO pg_seclabel VALUES ('t'::regclass, 'pg_class'::regclass, 0, 'dummy', 'secret')";

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
];

/// What a user hung on a table of an extension, and labels.
pub(super) const MEMBERS: &[Pair] = &[
    (13, MEMBER, "ALTER TABLE m CLUSTER ON i", "unmodelled:index public.i"),
    (13, MEMBER, "ALTER TABLE m CLUSTER ON k", "unmodelled:table constraint k on public.m"),
    (13, MEMBER, "ALTER TABLE m REPLICA IDENTITY USING INDEX j", "unmodelled:index public.j"),
    (13, MEMBER, "ALTER INDEX i SET (fillfactor = 50)", "unmodelled:index public.i"),
    (13, MEMBER, "ALTER INDEX e ALTER COLUMN 1 SET STATISTICS 7", "unmodelled:index public.e"),
    (
        13,
        MEMBER,
        "ALTER INDEX k SET (fillfactor = 50)",
        "unmodelled:table constraint k on public.m",
    ),
    (15, MEMBER, "ALTER INDEX i SET TABLESPACE led_space", "unmodelled:index public.i"),
    (
        15,
        MEMBER,
        "ALTER INDEX k SET TABLESPACE led_space",
        "unmodelled:table constraint k on public.m",
    ),
    (
        13,
        MEMBER,
        "ALTER TABLE m VALIDATE CONSTRAINT ck",
        "unmodelled:table constraint ck on public.m",
    ),
    (13, MEMBER, "ALTER TABLE m ALTER c SET DEFAULT 2", "unmodelled:default value for public.m.c"),
    (13, MEMBER, "ALTER TABLE m DISABLE TRIGGER tr", "unmodelled:trigger tr on public.m"),
    (13, MEMBER, "ALTER TABLE m DISABLE RULE r", "unmodelled:rule r on public.m"),
    (13, MEMBER, "ALTER POLICY pol ON m USING (a > 2)", "unmodelled:policy pol on public.m"),
    (13, MEMBER, "ALTER POLICY pol ON m TO led_other", "unmodelled:policy pol on public.m"),
    (13, MEMBER, "ALTER STATISTICS st SET STATISTICS 7", "unmodelled:statistics object public.st"),
    (13, MEMBER, "COMMENT ON INDEX k IS 'x'", "unmodelled:comment on index public.k"),
    (
        13,
        MEMBER,
        "COMMENT ON POLICY pol ON m IS 'x'",
        "unmodelled:comment on policy pol on public.m",
    ),
    (13, MEMBER, "ALTER INDEX k DEPENDS ON EXTENSION plpgsql", "plpgsql of index public.k"),
    (
        13,
        MEMBER,
        "ALTER TRIGGER tr ON m DEPENDS ON EXTENSION plpgsql",
        "plpgsql of trigger tr on public.m",
    ),
    (
        13,
        LABELLED,
        "SET allow_system_table_mods = on; UPDATE pg_seclabel SET label = 'open'",
        "unmodelled:security label dummy on table public.t",
    ),
];

/// What partitions and children consist of.
pub(super) const RELATIONS: &[Pair] = &[
    (
        13,
        PARTITIONED,
        "DROP TABLE down; CREATE TABLE down (b text, a int); ALTER TABLE down INHERIT up; \
            ALTER TABLE down ALTER a SET NOT NULL, ALTER a DROP NOT NULL",
        "column:public.down.a",
    ),
    (13, PARTITIONED, "ALTER TABLE p ALTER b SET (n_distinct = 5)", "column:public.p.b"),
    (
        13,
        PARTITIONED,
        "ALTER TABLE down ALTER b SET (n_distinct_inherited = 5)",
        "column:public.down.b",
    ),
    (13, PARTITIONED, "ALTER TABLE p1 ALTER b SET STATISTICS 7", "column:public.p1.b"),
    (13, PARTITIONED, "ALTER TABLE p1 SET (toast.autovacuum_enabled = false)", "table:public.p1"),
    (13, PARTITIONED, "ALTER TABLE p1 CLUSTER ON i", "index:public.i"),
    (13, PARTITIONED, "ALTER TABLE p1 CLUSTER ON p1_pkey", "constraint:public.p1.p1_pkey"),
    (
        13,
        "CREATE TABLE p (a int NOT NULL, b int NOT NULL) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p (PRIMARY KEY (a)) DEFAULT; \
            CREATE UNIQUE INDEX i ON p1 (b); ALTER TABLE p1 REPLICA IDENTITY USING INDEX i",
        "ALTER TABLE p1 REPLICA IDENTITY USING INDEX p1_pkey",
        "index:public.i",
    ),
    (13, PARTITIONED, "ALTER INDEX i SET (fillfactor = 50)", "index:public.i"),
    (13, PARTITIONED, "ALTER INDEX e ALTER COLUMN 1 SET STATISTICS 7", "index:public.e"),
    (13, PARTITIONED, "ALTER INDEX p1_pkey SET (fillfactor = 50)", "constraint:public.p1.p1_pkey"),
    (
        18,
        "CREATE TABLE t (a int CONSTRAINT nn NOT NULL)",
        "COMMENT ON CONSTRAINT nn ON t IS 'x'",
        "unmodelled:comment on table constraint nn on public.t",
    ),
    (
        17,
        "CREATE DOMAIN d AS int CONSTRAINT nn NOT NULL",
        "COMMENT ON CONSTRAINT nn ON DOMAIN d IS 'x'",
        "unmodelled:comment on domain constraint nn on public.d",
    ),
    (13, PARTITIONED, "COMMENT ON INDEX p1_pkey IS 'x'", "constraint:public.p1.p1_pkey"),
    (15, PARTITIONED, "ALTER TABLE p1 SET TABLESPACE led_space", "table:public.p1"),
    (15, PARTITIONED, "ALTER INDEX i SET TABLESPACE led_space", "index:public.i"),
    (
        15,
        PARTITIONED,
        "ALTER INDEX p1_pkey SET TABLESPACE led_space",
        "constraint:public.p1.p1_pkey",
    ),
    (
        13,
        "CREATE TABLE p (a int, b int GENERATED ALWAYS AS (a + 1) STORED) PARTITION BY LIST (a)",
        "DROP TABLE p; CREATE TABLE p (a int, b int GENERATED ALWAYS AS (a + 2) STORED) PARTITION BY LIST (a)",
        "column:public.p.b",
    ),
    (
        18,
        "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); ALTER TABLE p ADD CONSTRAINT nn NOT NULL b",
        "ALTER TABLE p DROP CONSTRAINT nn; ALTER TABLE p ADD CONSTRAINT nn NOT NULL b NOT VALID",
        "column:public.p.b",
    ),
    (13, PARTITIONED, "ALTER INDEX i DEPENDS ON EXTENSION plpgsql", "index:public.i"),
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
        "trigger:public.p.tr",
    ),
    (
        13,
        "CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "ALTER FUNCTION tf() DEPENDS ON EXTENSION plpgsql",
        "function:public.tf()",
    ),
];

/// What somebody granted on what initdb or an extension made.
pub(super) const BUILT_IN: &[Pair] = &[
    (13, "", "GRANT CREATE ON SCHEMA pg_catalog TO PUBLIC", "initial_acl:schema pg_catalog"),
    (
        13,
        "",
        "REVOKE USAGE ON SCHEMA information_schema FROM PUBLIC",
        "initial_acl:schema information_schema",
    ),
    (
        13,
        "",
        "REVOKE SELECT ON information_schema.tables FROM PUBLIC",
        "initial_acl:view information_schema.tables",
    ),
    (13, "", "REVOKE USAGE ON TYPE int4 FROM PUBLIC", "initial_acl:type integer"),
    (13, "", "REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC", "initial_acl:language plpgsql"),
    (13, "", "REVOKE USAGE ON LANGUAGE sql FROM PUBLIC", "initial_acl:language sql"),
    (13, "", "GRANT USAGE ON LANGUAGE plpgsql TO led_other", "initial_acl:language plpgsql"),
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
    (13, "", "REVOKE SELECT ON pg_class FROM PUBLIC", "initial_acl:table pg_catalog.pg_class"),
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
        "initial_acl:view public.pg_stat_statements",
    ),
    (
        13,
        "CREATE EXTENSION postgres_fdw",
        "GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO led_other",
        "initial_acl:foreign-data wrapper postgres_fdw",
    ),
];
