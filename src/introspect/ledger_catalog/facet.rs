//! Facets that have no place at an object of ours.

use super::{BASE, LedgerCatalog};

// Privileges of what initdb and extensions made are compared with what they were made with:
// pg_init_privs, else the built-in default. The relations of information_schema are readable by
// all, and the schema usable, without a row that says so. System columns of users' tables are
// here, too: they are no objects of the model.

/// Its catalogs.
pub(super) static CATALOGS: &[LedgerCatalog] = &[
    LedgerCatalog {
        // only told: a statement needs the provider's library, which no server without it can prove
        name: "pg_seclabel",
        from: "(SELECT s.provider, s.label, i.type, i.identity FROM pg_catalog.pg_seclabel s, \
            LATERAL pg_catalog.pg_identify_object(s.classoid, s.objoid, s.objsubid) i) t",
        oid: "0::oid",
        identity: ["'security label'", "t.provider || ' on ' || t.type || ' ' || t.identity"],
        condition: "true",
        ..BASE
    },
    LedgerCatalog {
        // what somebody gave or took, never the whole list: initdb gives other things in each major
        name: "pg_init_privs",
        from: "(SELECT i.type, i.identity, ARRAY(SELECT u FROM pg_catalog.unnest(l.mine) u WHERE u <> ALL (l.base)) AS given, \
            ARRAY(SELECT u FROM pg_catalog.unnest(l.base) u WHERE u <> ALL (l.mine)) AS taken FROM (\
            SELECT o.class, o.oid, o.sub, \
                ARRAY(SELECT CASE x.grantee WHEN 0 THEN 'PUBLIC' WHEN o.owner THEN '<owner>' ELSE pg_catalog.pg_get_userbyid(x.grantee)::text END \
                    || ' ' || x.privilege_type || CASE WHEN x.is_grantable AND x.grantee <> o.owner THEN ' WITH GRANT OPTION' ELSE '' END \
                    || CASE WHEN x.grantor = o.owner THEN '' ELSE ' BY ' || pg_catalog.pg_get_userbyid(x.grantor)::text END \
                    FROM pg_catalog.aclexplode(coalesce(o.acl, o.standard)) x ORDER BY 1) AS mine, \
                ARRAY(SELECT CASE x.grantee WHEN 0 THEN 'PUBLIC' WHEN o.owner THEN '<owner>' ELSE pg_catalog.pg_get_userbyid(x.grantee)::text END \
                    || ' ' || x.privilege_type || CASE WHEN x.is_grantable AND x.grantee <> o.owner THEN ' WITH GRANT OPTION' ELSE '' END \
                    || CASE WHEN x.grantor = o.owner THEN '' ELSE ' BY ' || pg_catalog.pg_get_userbyid(x.grantor)::text END \
                    FROM pg_catalog.aclexplode(coalesce(b.initprivs, o.standard)) x ORDER BY 1) AS base \
            FROM (\
            SELECT 1259::pg_catalog.oid AS class, c.oid, 0 AS sub, c.relacl AS acl, c.relowner AS owner, \
                pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", c.relowner) \
                || CASE WHEN n.nspname = 'information_schema' THEN ARRAY[pg_catalog.makeaclitem(0, c.relowner, 'SELECT', false)] END AS standard \
                FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence <> 't' \
            UNION ALL SELECT 1259, a.attrelid, a.attnum, a.attacl, c.relowner, pg_catalog.acldefault('c', c.relowner) \
                FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid WHERE c.relpersistence <> 't' AND NOT a.attisdropped \
            UNION ALL SELECT 1255, p.oid, 0, p.proacl, p.proowner, pg_catalog.acldefault('f', p.proowner) FROM pg_catalog.pg_proc p \
            UNION ALL SELECT 2615, n.oid, 0, n.nspacl, n.nspowner, pg_catalog.acldefault('n', n.nspowner) \
                || CASE WHEN n.nspname = 'information_schema' THEN ARRAY[pg_catalog.makeaclitem(0, n.nspowner, 'USAGE', false)] END \
                FROM pg_catalog.pg_namespace n WHERE n.oid <> 2200 \
            UNION ALL SELECT 1247, y.oid, 0, y.typacl, y.typowner, pg_catalog.acldefault('T', y.typowner) FROM pg_catalog.pg_type y \
            UNION ALL SELECT 2612, l.oid, 0, l.lanacl, l.lanowner, pg_catalog.acldefault('l', l.lanowner) FROM pg_catalog.pg_language l \
            UNION ALL SELECT 2328, w.oid, 0, w.fdwacl, w.fdwowner, pg_catalog.acldefault('F', w.fdwowner) FROM pg_catalog.pg_foreign_data_wrapper w \
            UNION ALL SELECT 1417, s.oid, 0, s.srvacl, s.srvowner, pg_catalog.acldefault('S', s.srvowner) FROM pg_catalog.pg_foreign_server s) o \
            LEFT JOIN pg_catalog.pg_init_privs b ON b.classoid = o.class AND b.objoid = o.oid AND b.objsubid = o.sub \
            WHERE o.acl IS DISTINCT FROM b.initprivs AND (o.oid < 16384 OR o.sub < 0 OR EXISTS (SELECT FROM pg_catalog.pg_depend e \
                WHERE e.classid = o.class AND e.objid = o.oid AND e.objsubid = 0 AND e.deptype = 'e'))) l, \
            LATERAL pg_catalog.pg_identify_object(l.class, l.oid, l.sub) i WHERE l.mine <> l.base) t",
        oid: "0::oid",
        identity: ["'privileges of'", "t.type || ' ' || t.identity"],
        condition: "true",
        ..BASE
    },
];
