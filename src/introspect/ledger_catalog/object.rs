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
        name: "pg_amop",
        class: 2602,
        from: "pg_catalog.pg_amop t",
        // what belongs to a user's family or class is a part of it; an extension's operator families
        // bring their own, which are no members themselves
        condition: "t.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend w WHERE w.classid = 2602 AND w.objid = t.oid \
            AND w.refclassid IN (2616, 2753) AND w.refobjid >= 16384 AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e \
            WHERE e.classid = w.refclassid AND e.objid = w.refobjid AND e.deptype = 'e')) \
            AND NOT (EXISTS (SELECT FROM pg_catalog.pg_depend f WHERE f.classid = 2753 AND f.objid = t.amopfamily AND f.deptype = 'e') \
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
        // what belongs to a user's family or class is a part of it; an extension's operator families
        // bring their own, which are no members themselves
        condition: "t.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend w WHERE w.classid = 2603 AND w.objid = t.oid \
            AND w.refclassid IN (2616, 2753) AND w.refobjid >= 16384 AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e \
            WHERE e.classid = w.refclassid AND e.objid = w.refobjid AND e.deptype = 'e')) \
            AND NOT (EXISTS (SELECT FROM pg_catalog.pg_depend f WHERE f.classid = 2753 AND f.objid = t.amprocfamily AND f.deptype = 'e') \
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
