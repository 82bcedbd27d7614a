//! Types, routines, operators and everything else that has a row of its own.

use super::{AM, BASE, FAMILY, LedgerCatalog, NAMESPACE, OPERATOR, PROC, ROLE, TYPE};

/// Its catalogs.
pub(super) static CATALOGS: &[LedgerCatalog] = &[
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
        sets: &["proacl"],
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
                WHERE o.oid = g.rngsubopc), 'collation', g.rngcollation::pg_catalog.regcollation, \
                'multirange', (pg_catalog.to_jsonb(g) ->> 'rngmultitypid')::pg_catalog.oid::pg_catalog.regtype) FROM pg_catalog.pg_range g WHERE g.rngtypid = t.oid))",
        condition: "",
        refs: &[
            ("typnamespace", NAMESPACE),
            ("typowner", ROLE),
            ("typelem", TYPE),
            ("typcollation", 3456),
        ],
        noise: &["typrelid", "typarray", "typbasetype", "typdefaultbin", "typndims"],
        sets: &["typacl"],
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
        sets: &["lanacl"],
        ..BASE
    },
    LedgerCatalog { name: "pg_am", class: AM, from: "pg_catalog.pg_am t", ..BASE },
    LedgerCatalog {
        name: "pg_transform",
        class: 3576,
        from: "pg_catalog.pg_transform t",
        refs: &[("trftype", TYPE), ("trflang", 2612), ("trffromsql", PROC), ("trftosql", PROC)],
        ..BASE
    },
];
