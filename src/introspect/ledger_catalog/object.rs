//! Types, routines, operators and everything else that has a row of its own.

use super::{AM, BASE, FAMILY, LedgerCatalog, OPERATOR, TYPE};

/// Its catalogs.
pub(super) static CATALOGS: &[LedgerCatalog] = &[
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
];
