//! The system catalogs whose rows may stand in the ledger, and what of a row counts.

/// How a catalog's rows are read for the ledger.
pub(super) struct LedgerCatalog {
    /// The system catalog.
    pub(super) name: &'static str,
    /// Its OID, for `pg_depend`; 0 where nothing depends on its rows.
    pub(super) class: u32,
    /// First major that has it.
    pub(super) since: i32,
    /// Last major that has it so.
    pub(super) until: i32,
    /// `FROM` item, with the alias `t`.
    pub(super) from: &'static str,
    /// SQL of the row's OID.
    pub(super) oid: &'static str,
    /// SQL of its column number.
    pub(super) sub: &'static str,
    /// SQL of what it is and of its identity; empty: `pg_identify_object` answers.
    pub(super) identity: [&'static str; 2],
    /// SQL of the row as jsonb.
    pub(super) row: &'static str,
    /// Condition for a user's row. Empty: only rows that no kind claimed.
    pub(super) condition: &'static str,
    /// Columns that hold OIDs, each with the catalog that they point at.
    pub(super) refs: &'static [(&'static str, u32)],
    /// Columns that say nothing of the schema: OIDs, physical state, parse trees (their text is
    /// added instead), numbers of columns (likewise).
    pub(super) noise: &'static [&'static str],
    /// Columns with options that may hold secrets.
    pub(super) options: &'static [&'static str],
}

const BASE: LedgerCatalog = LedgerCatalog {
    name: "",
    class: 0,
    since: 13,
    until: i32::MAX,
    from: "",
    oid: "t.oid",
    sub: "0",
    identity: ["", ""],
    row: "pg_catalog.to_jsonb(t)",
    condition: "t.oid >= 16384",
    refs: &[],
    noise: &[],
    options: &[],
};

const AM: u32 = 2601;
const FAMILY: u32 = 2753;
const NAMESPACE: u32 = 2615;
const OPERATOR: u32 = 2617;
const PROC: u32 = 1255;
const RELATION: u32 = 1259;
/// Roles are shared objects: they are known by name.
pub(super) const ROLE: u32 = 1260;
const TYPE: u32 = 1247;

/// Every catalog of the ledger.
pub(super) static CATALOGS: &[LedgerCatalog] = &[
    LedgerCatalog {
        name: "pg_class",
        class: RELATION,
        from: "pg_catalog.pg_class t",
        row: "pg_catalog.to_jsonb(t) || pg_catalog.jsonb_build_object(\
            'query', CASE WHEN t.relkind = 'm' THEN pg_catalog.pg_get_viewdef(t.oid) END, \
            'key', CASE WHEN t.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(t.oid) END, \
            'bound', CASE WHEN t.relispartition THEN pg_catalog.pg_get_expr(t.relpartbound, t.oid) END, \
            'index', CASE WHEN t.relkind IN ('i', 'I') THEN pg_catalog.pg_get_indexdef(t.oid) END, \
            'parents', ARRAY(SELECT h.inhparent::pg_catalog.regclass::text FROM pg_catalog.pg_inherits h WHERE h.inhrelid = t.oid ORDER BY h.inhseqno), \
            'server', (SELECT s.srvname FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = t.oid), \
            'ftoptions', (SELECT pg_catalog.to_jsonb(f.ftoptions) FROM pg_catalog.pg_foreign_table f WHERE f.ftrelid = t.oid), \
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
        options: &["ftoptions"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_attribute",
        class: RELATION,
        from: "pg_catalog.pg_attribute t",
        oid: "t.attrelid",
        sub: "t.attnum::int4",
        row: "pg_catalog.to_jsonb(t) || pg_catalog.jsonb_build_object('type', pg_catalog.format_type(t.atttypid, t.atttypmod))",
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
            "attoptions",
            "attinhcount",
        ],
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
        from: "pg_catalog.pg_constraint t",
        row: "pg_catalog.jsonb_build_object('definition', pg_catalog.pg_get_constraintdef(t.oid), 'local', t.conislocal)",
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
        name: "pg_proc",
        class: PROC,
        from: "pg_catalog.pg_proc t",
        row: "pg_catalog.to_jsonb(t) || coalesce((SELECT pg_catalog.to_jsonb(a) - 'aggfnoid' FROM pg_catalog.pg_aggregate a \
            WHERE a.aggfnoid = t.oid), '{}') || pg_catalog.jsonb_build_object('arguments', pg_catalog.pg_get_function_arguments(t.oid))",
        condition: "",
        refs: &[
            ("pronamespace", NAMESPACE),
            ("proowner", ROLE),
            ("prolang", 2612),
            ("provariadic", TYPE),
            ("prorettype", TYPE),
            ("proargtypes", TYPE),
            ("proallargtypes", TYPE),
            ("aggsortop", OPERATOR),
            ("aggtranstype", TYPE),
            ("aggmtranstype", TYPE),
        ],
        noise: &["proargdefaults", "prosqlbody"],
        options: &["proconfig"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_type",
        class: TYPE,
        from: "pg_catalog.pg_type t",
        row: "pg_catalog.to_jsonb(t) || pg_catalog.jsonb_build_object(\
            'base', CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END, \
            'default', pg_catalog.pg_get_expr(t.typdefaultbin, 'pg_catalog.pg_type'::pg_catalog.regclass), \
            'range', (SELECT pg_catalog.jsonb_build_object('subtype', pg_catalog.format_type(g.rngsubtype, NULL), \
                'canonical', g.rngcanonical, 'subdiff', g.rngsubdiff, 'opclass', (SELECT o.opcname FROM pg_catalog.pg_opclass o \
                WHERE o.oid = g.rngsubopc), 'collation', g.rngcollation::pg_catalog.regcollation) FROM pg_catalog.pg_range g WHERE g.rngtypid = t.oid))",
        condition: "",
        refs: &[
            ("typnamespace", NAMESPACE),
            ("typowner", ROLE),
            ("typelem", TYPE),
            ("typcollation", 3456),
        ],
        noise: &["typrelid", "typarray", "typbasetype", "typdefaultbin", "typndims"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_cast",
        class: 2605,
        from: "pg_catalog.pg_cast t",
        refs: &[("castsource", TYPE), ("casttarget", TYPE), ("castfunc", PROC)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_operator",
        class: OPERATOR,
        from: "pg_catalog.pg_operator t",
        refs: &[
            ("oprnamespace", NAMESPACE),
            ("oprowner", ROLE),
            ("oprleft", TYPE),
            ("oprright", TYPE),
            ("oprresult", TYPE),
            ("oprcom", OPERATOR),
            ("oprnegate", OPERATOR),
        ],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_opclass",
        class: 2616,
        from: "pg_catalog.pg_opclass t",
        refs: &[
            ("opcmethod", AM),
            ("opcnamespace", NAMESPACE),
            ("opcowner", ROLE),
            ("opcfamily", FAMILY),
            ("opcintype", TYPE),
            ("opckeytype", TYPE),
        ],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_opfamily",
        class: FAMILY,
        from: "pg_catalog.pg_opfamily t",
        refs: &[("opfmethod", AM), ("opfnamespace", NAMESPACE), ("opfowner", ROLE)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_amop",
        class: 2602,
        from: "pg_catalog.pg_amop t",
        // an extension's operator families bring their own, which are no members themselves
        condition: "t.oid >= 16384 AND NOT (EXISTS (SELECT FROM pg_catalog.pg_depend f WHERE f.classid = 2753 AND f.objid = t.amopfamily AND f.deptype = 'e') \
            AND (t.amopopr < 16384 OR EXISTS (SELECT FROM pg_catalog.pg_depend m WHERE (m.classid, m.objid) = (2617, t.amopopr) AND m.deptype = 'e')))",
        refs: &[
            ("amopfamily", FAMILY),
            ("amoplefttype", TYPE),
            ("amoprighttype", TYPE),
            ("amopopr", OPERATOR),
            ("amopmethod", AM),
            ("amopsortfamily", FAMILY),
        ],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_amproc",
        class: 2603,
        from: "pg_catalog.pg_amproc t",
        // an extension's operator families bring their own, which are no members themselves
        condition: "t.oid >= 16384 AND NOT (EXISTS (SELECT FROM pg_catalog.pg_depend f WHERE f.classid = 2753 AND f.objid = t.amprocfamily AND f.deptype = 'e') \
            AND (t.amproc::oid < 16384 OR EXISTS (SELECT FROM pg_catalog.pg_depend m WHERE (m.classid, m.objid) = (1255, t.amproc::oid) AND m.deptype = 'e')))",
        refs: &[("amprocfamily", FAMILY), ("amproclefttype", TYPE), ("amprocrighttype", TYPE)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_collation",
        class: 3456,
        from: "pg_catalog.pg_collation t",
        refs: &[("collnamespace", NAMESPACE), ("collowner", ROLE)],
        noise: &["collversion"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_conversion",
        class: 2607,
        from: "pg_catalog.pg_conversion t",
        refs: &[("connamespace", NAMESPACE), ("conowner", ROLE)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_language",
        class: 2612,
        from: "pg_catalog.pg_language t",
        refs: &[
            ("lanowner", ROLE),
            ("lanplcallfoid", PROC),
            ("laninline", PROC),
            ("lanvalidator", PROC),
        ],
        ..BASE
    },
    LedgerCatalog { name: "pg_am", class: AM, from: "pg_catalog.pg_am t", ..BASE },
    LedgerCatalog {
        name: "pg_statistic_ext",
        class: 3381,
        from: "pg_catalog.pg_statistic_ext t",
        row: "pg_catalog.to_jsonb(t) || pg_catalog.jsonb_build_object('definition', pg_catalog.pg_get_statisticsobjdef(t.oid))",
        refs: &[("stxnamespace", NAMESPACE), ("stxowner", ROLE)],
        noise: &["stxrelid", "stxkeys", "stxexprs"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_publication",
        class: 6104,
        from: "pg_catalog.pg_publication t",
        refs: &[("pubowner", ROLE)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_publication_rel",
        class: 6106,
        until: 14,
        from: "pg_catalog.pg_publication_rel t",
        refs: &[("prpubid", 6104), ("prrelid", RELATION)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_publication_rel",
        class: 6106,
        since: 15,
        from: "pg_catalog.pg_publication_rel t",
        // the numbers of the columns become their names
        row: "pg_catalog.to_jsonb(t) || pg_catalog.jsonb_build_object('columns', (SELECT pg_catalog.jsonb_agg(a.attname ORDER BY a.attname) \
            FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.prrelid AND a.attnum = ANY (t.prattrs)), \
            'filter', pg_catalog.pg_get_expr(t.prqual, t.prrelid))",
        refs: &[("prpubid", 6104), ("prrelid", RELATION)],
        noise: &["prattrs", "prqual"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_publication_namespace",
        class: 6237,
        since: 15,
        from: "pg_catalog.pg_publication_namespace t",
        refs: &[("pnpubid", 6104), ("pnnspid", NAMESPACE)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_subscription",
        from: "(SELECT s.subname, s.subenabled, s.subslotname, s.subpublications FROM pg_catalog.pg_subscription s \
            WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())) t",
        oid: "0::oid",
        identity: ["'subscription'", "t.subname::text"],
        condition: "true",
        ..BASE
    },
    LedgerCatalog {
        name: "pg_foreign_data_wrapper",
        class: 2328,
        from: "pg_catalog.pg_foreign_data_wrapper t",
        refs: &[("fdwowner", ROLE), ("fdwhandler", PROC), ("fdwvalidator", PROC)],
        options: &["fdwoptions"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_foreign_server",
        class: 1417,
        from: "pg_catalog.pg_foreign_server t",
        refs: &[("srvowner", ROLE), ("srvfdw", 2328)],
        options: &["srvoptions"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_user_mapping",
        from: "(SELECT m.srvname, m.usename, (SELECT pg_catalog.array_agg(o.option_name ORDER BY o.option_name) \
            FROM pg_catalog.pg_options_to_table(m.umoptions) o) AS names FROM pg_catalog.pg_user_mappings m) t",
        oid: "0::oid",
        identity: ["'user mapping'", "coalesce(t.usename, 'PUBLIC') || ' on server ' || t.srvname"],
        condition: "true",
        ..BASE
    },
    LedgerCatalog {
        name: "pg_event_trigger",
        class: 3466,
        from: "pg_catalog.pg_event_trigger t",
        refs: &[("evtowner", ROLE), ("evtfoid", PROC)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_ts_config",
        class: 3602,
        from: "pg_catalog.pg_ts_config t",
        row: "pg_catalog.to_jsonb(t) || pg_catalog.jsonb_build_object('map', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(\
            m.maptokentype, m.mapseqno, m.mapdict::pg_catalog.regdictionary) ORDER BY m.maptokentype, m.mapseqno) \
            FROM pg_catalog.pg_ts_config_map m WHERE m.mapcfg = t.oid))",
        refs: &[("cfgnamespace", NAMESPACE), ("cfgowner", ROLE), ("cfgparser", 3601)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_ts_dict",
        class: 3600,
        from: "pg_catalog.pg_ts_dict t",
        refs: &[("dictnamespace", NAMESPACE), ("dictowner", ROLE), ("dicttemplate", 3764)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_ts_parser",
        class: 3601,
        from: "pg_catalog.pg_ts_parser t",
        refs: &[("prsnamespace", NAMESPACE)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_ts_template",
        class: 3764,
        from: "pg_catalog.pg_ts_template t",
        refs: &[("tmplnamespace", NAMESPACE)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_transform",
        class: 3576,
        from: "pg_catalog.pg_transform t",
        refs: &[("trftype", TYPE), ("trflang", 2612), ("trffromsql", PROC), ("trftosql", PROC)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_db_role_setting",
        from: "(SELECT coalesce(r.rolname::text, 'all roles') AS role, s.setconfig FROM pg_catalog.pg_db_role_setting s \
            LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole \
            WHERE s.setdatabase = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())) t",
        oid: "0::oid",
        identity: ["'database settings'", "'of ' || t.role"],
        condition: "true",
        options: &["setconfig"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_seclabel",
        from: "(SELECT s.provider, s.label, i.type, i.identity FROM pg_catalog.pg_seclabel s, \
            LATERAL pg_catalog.pg_identify_object(s.classoid, s.objoid, s.objsubid) i) t",
        oid: "0::oid",
        identity: ["'security label'", "t.provider || ' on ' || t.type || ' ' || t.identity"],
        condition: "true",
        ..BASE
    },
    LedgerCatalog {
        // privileges of what initdb and extensions made, where somebody changed them; the views of
        // information_schema are readable by all without a row that says so
        name: "pg_init_privs",
        from: "(SELECT i.type, i.identity, (SELECT pg_catalog.array_agg(pg_catalog.replace(x::text, o.owner, '<owner>') ORDER BY x::text) \
            FROM pg_catalog.unnest(o.acl) x) AS acl FROM (\
            SELECT 1259::oid AS class, c.oid, c.relacl AS acl, pg_catalog.pg_get_userbyid(c.relowner)::text AS owner FROM pg_catalog.pg_class c \
                WHERE c.relpersistence <> 't' \
            UNION ALL SELECT 1255, p.oid, p.proacl, pg_catalog.pg_get_userbyid(p.proowner)::text FROM pg_catalog.pg_proc p \
            UNION ALL SELECT 2615, n.oid, n.nspacl, pg_catalog.pg_get_userbyid(n.nspowner)::text FROM pg_catalog.pg_namespace n WHERE n.oid <> 2200 \
            UNION ALL SELECT 1247, y.oid, y.typacl, pg_catalog.pg_get_userbyid(y.typowner)::text FROM pg_catalog.pg_type y \
            UNION ALL SELECT 2612, l.oid, l.lanacl, pg_catalog.pg_get_userbyid(l.lanowner)::text FROM pg_catalog.pg_language l) o \
            JOIN pg_catalog.pg_depend e ON e.classid = o.class AND e.objid = o.oid AND e.objsubid = 0 AND e.deptype = 'e' \
            LEFT JOIN pg_catalog.pg_init_privs b ON b.classoid = o.class AND b.objoid = o.oid AND b.objsubid = 0, \
            LATERAL pg_catalog.pg_identify_object(o.class, o.oid, 0) i WHERE o.acl IS DISTINCT FROM b.initprivs \
            UNION ALL SELECT i.type, i.identity, (SELECT pg_catalog.array_agg(x::text ORDER BY x::text) FROM pg_catalog.unnest(c.relacl) x) \
            FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_init_privs b ON b.classoid = 1259 AND b.objoid = c.oid AND b.objsubid = 0, \
            LATERAL pg_catalog.pg_identify_object(1259, c.oid, 0) i WHERE c.oid < 16384 AND c.relacl IS NOT NULL AND c.relacl IS DISTINCT FROM b.initprivs \
            AND NOT (b.initprivs IS NULL AND pg_catalog.cardinality(c.relacl) = 2 AND c.relacl::text LIKE '%,=r/%') \
            UNION ALL SELECT i.type, i.identity, (SELECT pg_catalog.array_agg(x::text ORDER BY x::text) FROM pg_catalog.unnest(p.proacl) x) \
            FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_init_privs b ON b.classoid = 1255 AND b.objoid = p.oid AND b.objsubid = 0, \
            LATERAL pg_catalog.pg_identify_object(1255, p.oid, 0) i WHERE p.oid < 16384 AND p.proacl IS NOT NULL AND p.proacl IS DISTINCT FROM b.initprivs) t",
        oid: "0::oid",
        identity: ["'privileges of'", "t.type || ' ' || t.identity"],
        condition: "true",
        ..BASE
    },
];
