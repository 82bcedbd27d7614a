//! How a property is read as text. The row is `o`; the row of the check is `e`.

pub(super) const LABELS: &str = "(SELECT coalesce(pg_catalog.string_agg(l.enumlabel::text, ', ' ORDER BY l.enumsortorder), '') FROM pg_catalog.pg_enum l WHERE l.enumtypid = o.oid)";

pub(super) const SEQUENCE: &str = "(SELECT pg_catalog.format_type(s.seqtypid, NULL) || ' start ' || s.seqstart || ' increment ' || s.seqincrement || ' min ' || s.seqmin \
    || ' max ' || s.seqmax || ' cache ' || s.seqcache || CASE WHEN s.seqcycle THEN ' cycle' ELSE '' END FROM pg_catalog.pg_sequence s WHERE s.seqrelid = o.oid)";

pub(super) const OWNED_BY: &str = "coalesce((SELECT dn.nspname || '.' || dr.relname || '.' || da.attname \
    || CASE da.attidentity WHEN 'a' THEN ' ALWAYS' WHEN 'd' THEN ' BY DEFAULT' ELSE '' END FROM pg_catalog.pg_depend d \
    JOIN pg_catalog.pg_class dr ON dr.oid = d.refobjid JOIN pg_catalog.pg_namespace dn ON dn.oid = dr.relnamespace \
    JOIN pg_catalog.pg_attribute da ON da.attrelid = d.refobjid AND da.attnum = d.refobjsubid \
    WHERE d.classid = 1259 AND d.objid = o.oid AND d.objsubid = 0 AND d.refclassid = 1259 AND d.deptype IN ('a', 'i')), 'nothing')";

pub(super) const ROW_SECURITY: &str = "CASE WHEN o.relrowsecurity THEN 'on' ELSE 'off' END || CASE WHEN o.relforcerowsecurity THEN ', forced' ELSE '' END";

pub(super) const REPLICA_IDENTITY: &str = "CASE o.relreplident WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL' WHEN 'i' THEN 'INDEX' ELSE 'DEFAULT' END";

pub(super) const OPTIONS: &str = "(SELECT coalesce(pg_catalog.string_agg(pg_catalog.lower(t.option), ', ' ORDER BY pg_catalog.lower(t.option) COLLATE \"C\"), '-') \
    FROM (SELECT u AS option FROM pg_catalog.unnest(o.reloptions) u UNION ALL SELECT 'toast.' || u \
    FROM pg_catalog.pg_class tc, pg_catalog.unnest(tc.reloptions) u WHERE tc.oid = o.reltoastrelid) t)";

pub(super) const TYPE: &str = "pg_catalog.format_type(o.atttypid, o.atttypmod)";

/// From 18 on a NOT NULL that was not checked sets `attnotnull` as well.
pub(super) const NOT_NULL: &str = "CASE WHEN o.attnotnull AND EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = o.attrelid \
    AND k.contype = 'n' AND k.conkey[1] = o.attnum AND NOT k.convalidated) THEN ' NOT NULL NOT VALID' \
    WHEN o.attnotnull THEN ' NOT NULL' ELSE '' END";

pub(super) const GENERATED: &str =
    "CASE o.attgenerated WHEN 's' THEN 'STORED' WHEN 'v' THEN 'VIRTUAL' ELSE '-' END";

pub(super) const GENERATION: &str = "coalesce((SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d \
    WHERE d.adrelid = o.attrelid AND d.adnum = o.attnum AND o.attgenerated <> ''), '-')";

pub(super) const COLLATION: &str = "coalesce((SELECT pg_catalog.format('%I.%I', cn.nspname, co.collname) FROM pg_catalog.pg_type y, pg_catalog.pg_collation co \
    JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace \
    WHERE y.oid = o.atttypid AND co.oid = o.attcollation AND y.typcollation <> o.attcollation), '-')";

/// `conenforced` is there from 18 on.
pub(super) const CONSTRAINT: &str = "CASE o.contype WHEN 'c' THEN 'check' WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign key' ELSE 'exclude' END \
    || CASE WHEN o.condeferrable THEN ', DEFERRABLE' ELSE '' END || CASE WHEN o.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END \
    || CASE WHEN pg_catalog.to_jsonb(o.*) ->> 'conenforced' = 'false' THEN ', not enforced' WHEN NOT o.convalidated THEN ', not valid' ELSE '' END";

/// The marks stand at the end and are read above.
pub(super) const CONSTRAINT_DEFINITION: &str = "CASE WHEN pg_catalog.left(pg_catalog.pg_get_constraintdef(o.oid), pg_catalog.length(e.expected)) = e.expected \
    THEN e.expected ELSE pg_catalog.pg_get_constraintdef(o.oid) END";

pub(super) const INDEX: &str = "(SELECT CASE WHEN i.indisvalid AND i.indisready THEN 'valid' ELSE 'invalid' END || ' on ' || rn.nspname || '.' || rc.relname \
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class rc ON rc.oid = i.indrelid JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace \
    WHERE i.indexrelid = o.oid)";

pub(super) const ENABLED: &str = "CASE {column} WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END";

pub(super) const POLICY: &str = "CASE WHEN o.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END || ' FOR ' || CASE o.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' \
    WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END || ' TO ' || (SELECT pg_catalog.string_agg(t.role, ', ' ORDER BY t.role COLLATE \"C\") \
    FROM (SELECT CASE u WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(u)::text END AS role FROM pg_catalog.unnest(o.polroles) u) t)";

pub(super) const ROUTINE: &str = "(SELECT l.lanname::text FROM pg_catalog.pg_language l WHERE l.oid = o.prolang) || CASE o.prokind WHEN 'w' THEN ' WINDOW' ELSE '' END \
    || CASE WHEN o.proisstrict THEN ' STRICT' ELSE '' END || CASE WHEN o.prosecdef THEN ' SECURITY DEFINER' ELSE '' END \
    || CASE WHEN o.proleakproof THEN ' LEAKPROOF' ELSE '' END || CASE o.provolatile WHEN 'i' THEN ' IMMUTABLE' WHEN 's' THEN ' STABLE' ELSE '' END \
    || CASE o.proparallel WHEN 's' THEN ' PARALLEL SAFE' WHEN 'r' THEN ' PARALLEL RESTRICTED' ELSE '' END";

pub(super) const SETTINGS: &str = "(SELECT coalesce(pg_catalog.string_agg(u, ', ' ORDER BY u COLLATE \"C\"), '-') \
    FROM pg_catalog.unnest(o.proconfig) u)";

pub(super) const STORAGE: &str = "(SELECT CASE WHEN y.typstorage = o.attstorage THEN '-' ELSE CASE o.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' \
    WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END FROM pg_catalog.pg_type y WHERE y.oid = o.atttypid)";

/// No target is -1 up to 16 and NULL from 17 on.
pub(super) const STATISTICS: &str =
    "CASE WHEN o.attstattarget >= 0 THEN o.attstattarget::text ELSE '-' END";

pub(super) const COMPRESSION: &str =
    "CASE o.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' ELSE '-' END";

/// Others are a packager's own.
pub(super) const COLUMN_OPTIONS: &str = "(SELECT coalesce(pg_catalog.string_agg(pg_catalog.lower(u), ', ' ORDER BY pg_catalog.lower(u) COLLATE \"C\"), '-') \
    FROM pg_catalog.unnest(o.attoptions) u WHERE pg_catalog.split_part(u, '=', 1) IN ('n_distinct', 'n_distinct_inherited'))";

pub(super) const INITIAL_ACL: &str = "'given: ' || (SELECT coalesce(pg_catalog.string_agg(u, ', ' ORDER BY u COLLATE \"C\"), '') FROM pg_catalog.unnest(o.given) u) \
    || '; taken: ' || (SELECT coalesce(pg_catalog.string_agg(u, ', ' ORDER BY u COLLATE \"C\"), '') FROM pg_catalog.unnest(o.taken) u)";

pub(super) const PUBLISHED: &str = "pg_catalog.concat_ws(' ', CASE WHEN o.puballtables THEN 'all tables' END, CASE WHEN o.pubdelete THEN 'delete' END, \
    CASE WHEN o.pubinsert THEN 'insert' END, CASE WHEN o.pubtruncate THEN 'truncate' END, CASE WHEN o.pubupdate THEN 'update' END)";
