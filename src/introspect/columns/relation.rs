//! Relations and their parts.

use super::{SystemCatalog, WHOLE};

/// Its catalogs.
pub(super) static CATALOGS: &[SystemCatalog] = &[
    SystemCatalog {
        name: "pg_attrdef",
        attrs: &[("default", "adbin:expression"), ("column", "adbin:generated")],
        key: "oid adrelid adnum",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_attribute",
        rows: &[
            ("a system column", "t.attnum <= 0"),
            ("dropped", "t.attnum > 0 AND t.attisdropped"),
            (
                "of an index, a sequence, a TOAST table or a temporary relation",
                "t.attnum > 0 AND NOT t.attisdropped AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.attrelid \
                AND (c.relkind IN ('i', 'I', 'S', 't') OR c.relpersistence = 't'))",
            ),
        ],
        attrs: &[
            (
                "column view_column attribute",
                "atttypid:type atttypmod:type attcollation:collation attnum:position",
            ),
            (
                "column view_column",
                "attstattarget:statistics attstorage:storage attcompression:compression attoptions:options",
            ),
            (
                "column",
                "attnotnull:not_null attnotnull:not_null_pending attgenerated:generated_kind attislocal:local \
                attinhcount:inherited_from attfdwoptions:foreign_options attfdwoptions:unread_options",
            ),
            ("index", "attstattarget:statistics"),
            ("initial_acl", "attname:column attacl:given attacl:taken"),
            ("sequence", "attidentity:identity"),
        ],
        facets: &[("acl", "attacl")],
        key: "attrelid attname",
        excluded: &[
            ("it is the type's", "attlen attbyval attalign"),
            ("PostgreSQL does not enforce it", "attndims"),
            ("physical state", "attcacheoff atthasmissing attmissingval"),
            ("the default's own row says it", "atthasdef"),
            ("what is dropped is gone", "attisdropped"),
        ],
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_class",
        rows: &[
            ("temporary", "t.relpersistence = 't'"),
            ("storage of its table", "t.relpersistence <> 't' AND t.relnamespace = 99"),
        ],
        attrs: &[
            (
                "table materialized_view",
                "relam:access_method reltablespace:tablespace reloptions:options reltoastrelid:options \
                relreplident:replica_identity",
            ),
            (
                "table",
                "relpersistence:unlogged reloftype:of_type relrowsecurity:row_security \
                relforcerowsecurity:force_row_security",
            ),
            ("sequence", "relpersistence:unlogged"),
            ("materialized_view", "relispopulated:unpopulated"),
            ("view", "reloptions:options"),
            ("index constraint", "reltablespace:tablespace reloptions:options"),
            ("index", "relam:definition"),
            ("inheritance", "relispartition:bound relpartbound:bound relpartbound:bound_text"),
            ("initial_acl", "relname:target relowner:owner relacl:given relacl:taken"),
        ],
        facets: &[("owner", "relowner"), ("acl", "relacl")],
        key: "oid relname relnamespace relkind",
        excluded: &[
            ("made with the relation", "reltype"),
            (
                "physical state",
                "relfilenode relpages reltuples relallvisible relallfrozen relrewrite relfrozenxid relminmxid",
            ),
            (
                "other catalogs say it",
                "relhasindex relhasrules relhastriggers relhassubclass relchecks relnatts",
            ),
            ("only PostgreSQL's own catalogs are shared", "relisshared"),
        ],
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_constraint",
        attrs: &[
            (
                "constraint",
                "contype:type conname:clones condeferrable:deferrable condeferred:deferrable convalidated:not_valid convalidated:unproven \
                conenforced:not_enforced conparentid:attached_to conislocal:local coninhcount:inherited_from \
                confrelid:definition confupdtype:definition confdeltype:definition confmatchtype:definition \
                confdelsetcols:definition conkey:definition confkey:definition conpfeqop:definition conppeqop:definition \
                conffeqop:definition conexclop:definition conbin:definition conperiod:definition connoinherit:definition",
            ),
            ("domain", "conname:not_null_constraint"),
            ("domain_constraint", "conbin:definition convalidated:not_valid"),
            (
                "column",
                "conname:not_null_constraint conname:inherited_not_null_constraint conislocal:not_null_local convalidated:not_null_pending connoinherit:not_null_no_inherit",
            ),
        ],
        key: "oid conname connamespace conrelid contypid",
        edge: "conindid",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_foreign_table",
        parts_of: "pg_class",
        attrs: &[("table", "ftserver:server ftoptions:foreign_options ftoptions:unread_options")],
        key: "ftrelid",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_index",
        parts_of: "pg_class",
        attrs: &[
            (
                "index constraint",
                "indisclustered:clustered indisreplident:replica_identity indkey:definition indnatts:definition \
                indnkeyatts:definition indclass:definition indcollation:definition indoption:definition \
                indexprs:definition indpred:definition indnullsnotdistinct:definition",
            ),
            ("index", "indrelid:table indisunique:definition indisvalid:invalid"),
            (
                "constraint",
                "indisunique:type indisprimary:type indisexclusion:type indimmediate:deferrable",
            ),
        ],
        key: "indexrelid",
        excluded: &[("state of its building", "indcheckxmin indisready indislive")],
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_inherits",
        parts_of: "pg_class",
        attrs: &[
            ("inheritance", "inhparent:parent inhseqno:position inhdetachpending:detach_pending"),
            ("index", "inhparent:attached_to"),
        ],
        key: "inhrelid",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_partitioned_table",
        parts_of: "pg_class",
        attrs: &[
            (
                "table",
                "partstrat:partition_key partnatts:partition_key partattrs:partition_key \
                partclass:partition_key partcollation:partition_key partexprs:partition_key",
            ),
            ("inheritance", "partdefid:bound"),
        ],
        key: "partrelid",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_policy",
        attrs: &[(
            "policy",
            "polcmd:command polpermissive:restrictive polroles:roles polqual:using polwithcheck:check",
        )],
        key: "oid polname polrelid",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_rewrite",
        attrs: &[
            (
                "rule",
                "ev_type:definition is_instead:definition ev_qual:definition ev_action:definition ev_enabled:enabled",
            ),
            ("view materialized_view", "ev_action:definition"),
            ("view", "ev_action:updatable ev_action:takes_insert ev_action:takes_update"),
            ("view_column", "ev_action:origin"),
        ],
        key: "oid rulename ev_class",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_sequence",
        parts_of: "pg_class",
        attrs: &[(
            "sequence",
            "seqtypid:type seqstart:start seqincrement:increment seqmax:max seqmin:min seqcache:cache seqcycle:cycle",
        )],
        key: "seqrelid",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_statistic_ext",
        attrs: &[(
            "statistics",
            "stxrelid:relation stxkeys:columns stxexprs:expressions stxkind:kinds stxstattarget:target",
        )],
        facets: &[("owner", "stxowner")],
        key: "oid stxname stxnamespace",
        ..WHOLE
    },
    SystemCatalog {
        name: "pg_trigger",
        rows: &[
            ("PostgreSQL makes it for a key", "t.tgisinternal AND t.tgparentid = 0"),
            (
                "a clone that fires like its parent's, or for a key",
                "t.tgparentid <> 0 AND (t.tgname ~ '^RI_' OR t.tgenabled = \
                (SELECT u.tgenabled FROM pg_catalog.pg_trigger u WHERE u.oid = t.tgparentid))",
            ),
        ],
        attrs: &[(
            "trigger",
            "tgfoid:definition tgtype:definition tgconstrrelid:definition tgconstraint:definition tgdeferrable:definition \
            tginitdeferred:definition tgnargs:definition tgattr:definition tgargs:definition tgqual:definition \
            tgoldtable:definition tgnewtable:definition tgenabled:enabled tgparentid:cloned_from",
        )],
        key: "oid tgname tgrelid",
        excluded: &[(
            "only those that PostgreSQL makes for keys have it",
            "tgisinternal tgconstrindid",
        )],
        ..WHOLE
    },
];
