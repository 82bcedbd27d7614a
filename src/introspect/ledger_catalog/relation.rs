//! Relations and their parts.

use super::{AM, BASE, LedgerCatalog, NAMESPACE, RELATION, ROLE, TYPE};

/// Its catalogs.
pub(super) static CATALOGS: &[LedgerCatalog] = &[
    LedgerCatalog {
        name: "pg_class",
        class: RELATION,
        from: "pg_catalog.pg_class t LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = t.oid",
        row: "pg_catalog.to_jsonb(t) || pg_catalog.jsonb_build_object(\
            'key', CASE WHEN t.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(t.oid) END, \
            'bound', CASE WHEN t.relispartition THEN pg_catalog.pg_get_expr(t.relpartbound, t.oid) END, \
            'columns', CASE WHEN t.relkind IN ('r', 'p', 'f') THEN ARRAY(SELECT a.attname FROM pg_catalog.pg_attribute a \
                WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) END, \
            'tablespace', (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = t.reltablespace), \
            'toast', (SELECT pg_catalog.jsonb_agg(o ORDER BY o) FROM pg_catalog.pg_class c, pg_catalog.unnest(c.reloptions) o WHERE c.oid = t.reltoastrelid), \
            'index', CASE WHEN x.indexrelid IS NOT NULL THEN pg_catalog.jsonb_build_object('definition', pg_catalog.pg_get_indexdef(x.indexrelid), \
                'valid', x.indisvalid, 'clustered', x.indisclustered, 'identity', x.indisreplident, \
                'targets', (SELECT pg_catalog.jsonb_object_agg(a.attnum, a.attstattarget) FROM pg_catalog.pg_attribute a \
                    WHERE a.attrelid = x.indexrelid AND a.attstattarget >= 0)) END, \
            'parents', ARRAY(SELECT h.inhparent::pg_catalog.regclass::text FROM pg_catalog.pg_inherits h WHERE h.inhrelid = t.oid ORDER BY h.inhseqno), \
            'server', (SELECT s.srvname FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = t.oid), \
            'ftoptions', (SELECT pg_catalog.to_jsonb(f.ftoptions) FROM pg_catalog.pg_foreign_table f WHERE f.ftrelid = t.oid), \
            'query', CASE WHEN t.relkind = 'm' THEN pg_catalog.pg_get_viewdef(t.oid) END, \
            'sequence', (SELECT pg_catalog.to_jsonb(q) - 'seqrelid' - 'seqtypid' FROM pg_catalog.pg_sequence q WHERE q.seqrelid = t.oid))",
        condition: "",
        refs: &[
            ("relnamespace", NAMESPACE),
            ("relowner", ROLE),
            ("reloftype", TYPE),
            ("relam", AM),
        ],
        noise: &[
            "reltype",
            "relfilenode",
            "reltablespace",
            "relpages",
            "reltuples",
            "relallvisible",
            "relallfrozen",
            "reltoastrelid",
            "relhasindex",
            "relchecks",
            "relhasrules",
            "relhastriggers",
            "relhassubclass",
            "relispopulated",
            "relrewrite",
            "relfrozenxid",
            "relminmxid",
            "relpartbound",
            "relnatts",
        ],
        sets: &["relacl", "reloptions"],
        options: &["ftoptions"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_attribute",
        class: RELATION,
        from: "pg_catalog.pg_attribute t",
        oid: "t.attrelid",
        sub: "t.attnum::int4",
        // a target of -1 is none from 17 on; other options than these two are packagers' private ones
        row: "pg_catalog.to_jsonb(t) || pg_catalog.jsonb_build_object('type', pg_catalog.format_type(t.atttypid, t.atttypmod), \
            'attstattarget', nullif(t.attstattarget, -1), \
            'attoptions', (SELECT pg_catalog.jsonb_agg(o ORDER BY o) FROM pg_catalog.unnest(t.attoptions) o \
                WHERE pg_catalog.split_part(o, '=', 1) IN ('n_distinct', 'n_distinct_inherited')), \
            'generated', (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d \
                WHERE d.adrelid = t.attrelid AND d.adnum = t.attnum AND t.attgenerated <> ''), \
            'not_null', (SELECT pg_catalog.pg_get_constraintdef(k.oid) FROM pg_catalog.pg_constraint k \
                WHERE k.contype = 'n' AND k.conrelid = t.attrelid AND k.conkey[1] = t.attnum))",
        condition: "",
        refs: &[("attcollation", 3456)],
        noise: &[
            "attrelid",
            "atttypid",
            "atttypmod",
            "attnum",
            "attlen",
            "attcacheoff",
            "attbyval",
            "attalign",
            "attndims",
            "atthasdef",
            "atthasmissing",
            "attmissingval",
            "attinhcount",
        ],
        sets: &["attacl"],
        options: &["attfdwoptions"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_attrdef",
        class: 2604,
        from: "pg_catalog.pg_attrdef t",
        row: "pg_catalog.jsonb_build_object('expression', pg_catalog.pg_get_expr(t.adbin, t.adrelid))",
        condition: "",
        ..BASE
    },
    LedgerCatalog {
        name: "pg_constraint",
        class: 2606,
        from: "pg_catalog.pg_constraint t LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = t.conindid AND t.contype IN ('p', 'u', 'x') \
            LEFT JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid",
        // the index of a key has no line of its own
        row: "pg_catalog.jsonb_build_object('definition', pg_catalog.pg_get_constraintdef(t.oid), 'local', t.conislocal, \
            'index', CASE WHEN x.indexrelid IS NOT NULL THEN pg_catalog.jsonb_build_object('definition', pg_catalog.pg_get_indexdef(x.indexrelid), \
                'valid', x.indisvalid, 'clustered', x.indisclustered, 'identity', x.indisreplident, \
                'tablespace', (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace), \
                'targets', (SELECT pg_catalog.jsonb_object_agg(a.attnum, a.attstattarget) FROM pg_catalog.pg_attribute a \
                    WHERE a.attrelid = x.indexrelid AND a.attstattarget >= 0)) END)",
        condition: "",
        ..BASE
    },
    LedgerCatalog {
        name: "pg_trigger",
        class: 2620,
        from: "pg_catalog.pg_trigger t",
        row: "pg_catalog.jsonb_build_object('definition', pg_catalog.pg_get_triggerdef(t.oid, false), 'enabled', t.tgenabled::text)",
        condition: "",
        ..BASE
    },
    LedgerCatalog {
        name: "pg_rewrite",
        class: 2618,
        from: "pg_catalog.pg_rewrite t",
        row: "pg_catalog.jsonb_build_object('definition', pg_catalog.pg_get_ruledef(t.oid), 'enabled', t.ev_enabled::text)",
        condition: "",
        ..BASE
    },
    LedgerCatalog {
        name: "pg_policy",
        class: 3256,
        from: "pg_catalog.pg_policy t",
        row: "pg_catalog.to_jsonb(t) || pg_catalog.jsonb_build_object('using', pg_catalog.pg_get_expr(t.polqual, t.polrelid), \
            'check', pg_catalog.pg_get_expr(t.polwithcheck, t.polrelid))",
        condition: "",
        refs: &[("polroles", ROLE)],
        noise: &["polrelid", "polqual", "polwithcheck"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_statistic_ext",
        class: 3381,
        from: "pg_catalog.pg_statistic_ext t",
        row: "pg_catalog.to_jsonb(t) || pg_catalog.jsonb_build_object('definition', pg_catalog.pg_get_statisticsobjdef(t.oid))",
        condition: "",
        refs: &[("stxnamespace", NAMESPACE), ("stxowner", ROLE)],
        noise: &["stxrelid", "stxkeys", "stxexprs"],
        ..BASE
    },
];
