//! The flat queries, one per system catalog, with their columns per major version.
//!
//! No query joins what it need not: the planner misjudges joined catalog predicates, and a prod
//! that was never analyzed must not matter. `"char"`, `reg*` and `aclitem` are cast to text,
//! because the driver asks for binary results.

use crate::kinds::row::{Address, Fields, class};
use crate::kinds::{self, Scan, Source};
use crate::model::Kind;

/// The scans of catalogs that several kinds read.
const SHARED: &[Scan] = &[
    Scan::Namespace,
    Scan::Extension,
    Scan::Type,
    Scan::Proc,
    Scan::Class,
    Scan::Attribute,
    Scan::AttrDef,
    Scan::Constraint,
    Scan::Index,
    Scan::Rewrite,
    Scan::Trigger,
    Scan::Policy,
    Scan::DefaultAcl,
];

/// All scans of a major.
pub(super) fn all(major: i32) -> Vec<Scan> {
    let own = kinds::REGISTRY.iter().filter(|kind| kind.source().is_some());
    let own = own.filter(|kind| kind.since() <= major).map(|kind| Scan::Own(kind.kind()));
    SHARED.iter().copied().chain(own).collect()
}

/// The catalog of a kind that reads one alone.
///
/// # Panics
/// Where it has none: asking is a bug.
fn source(kind: Kind) -> &'static Source {
    match kinds::of(kind).source() {
        Some(source) => source,
        None => panic!("{kind} reads no catalog of its own: this is a bug"),
    }
}

/// The column from `since` on, else its stand-in.
fn from(major: i32, since: i32, column: &'static str, otherwise: &'static str) -> &'static str {
    if major >= since { column } else { otherwise }
}

/// The query of a scan.
pub(super) fn sql(scan: Scan, major: i32) -> String {
    match scan {
        Scan::Namespace => NAMESPACE.to_owned(),
        Scan::Extension => EXTENSION.to_owned(),
        Scan::Type => types(major),
        Scan::Proc => proc(major),
        Scan::Class => CLASS.to_owned(),
        Scan::Attribute => attribute(major),
        Scan::AttrDef => ATTRDEF.to_owned(),
        Scan::Constraint => CONSTRAINT
            .replace("{conenforced}", from(major, 18, "k.conenforced::text", "NULL::text")),
        Scan::Index => INDEX.to_owned(),
        Scan::Rewrite => REWRITE.to_owned(),
        Scan::Trigger => TRIGGER.to_owned(),
        Scan::Policy => POLICY.to_owned(),
        Scan::DefaultAcl => DEFAULT_ACL.to_owned(),
        Scan::Own(kind) => (source(kind).query)(major),
    }
}

/// The system catalog that a scan is about.
pub(super) fn catalog(scan: Scan) -> &'static str {
    match scan {
        Scan::Namespace => "pg_namespace",
        Scan::Extension => "pg_extension",
        Scan::Type => "pg_type",
        Scan::Proc => "pg_proc",
        Scan::Class | Scan::Index => "pg_class",
        Scan::Attribute => "pg_attribute",
        Scan::AttrDef => "pg_attrdef",
        Scan::Constraint => "pg_constraint",
        Scan::Rewrite => "pg_rewrite",
        Scan::Trigger => "pg_trigger",
        Scan::Policy => "pg_policy",
        Scan::DefaultAcl => "pg_default_acl",
        Scan::Own(kind) => source(kind).catalog,
    }
}

/// The address of a row of a scan.
pub(super) fn address(scan: Scan, row: &dyn Fields) -> Address {
    match scan {
        Scan::Namespace => Address::new(class::PG_NAMESPACE, row.oid("oid")),
        Scan::Extension => Address::new(class::PG_EXTENSION, row.oid("oid")),
        Scan::Type => Address::new(class::PG_TYPE, row.oid("oid")),
        Scan::Proc => Address::new(class::PG_PROC, row.oid("oid")),
        Scan::Class => Address::new(class::PG_CLASS, row.oid("oid")),
        Scan::Attribute => {
            let number =
                row.int("attnum").and_then(|number| i32::try_from(number).ok()).unwrap_or(0);
            Address::column(row.oid("attrelid"), number)
        }
        Scan::AttrDef => Address::new(class::PG_ATTRDEF, row.oid("oid")),
        Scan::Constraint => Address::new(class::PG_CONSTRAINT, row.oid("oid")),
        Scan::Index => Address::new(class::PG_CLASS, row.oid("indexrelid")),
        Scan::Rewrite => Address::new(class::PG_REWRITE, row.oid("oid")),
        Scan::Trigger => Address::new(class::PG_TRIGGER, row.oid("oid")),
        Scan::Policy => Address::new(class::PG_POLICY, row.oid("oid")),
        Scan::DefaultAcl => Address::new(class::PG_DEFAULT_ACL, row.oid("oid")),
        Scan::Own(kind) => Address::new(source(kind).class, row.oid("oid")),
    }
}

/// The column that says in which schema a row stands; parts stand where their whole does.
pub(super) fn schema_column(scan: Scan) -> Option<&'static str> {
    match scan {
        Scan::Type => Some("typnamespace"),
        Scan::Proc => Some("pronamespace"),
        Scan::Class | Scan::Index => Some("relnamespace"),
        Scan::Own(kind) => source(kind).schema,
        _ => None,
    }
}

// 16384 = FirstNormalObjectId: below stands what initdb made. The schema public is initdb's, but
// it is the user's to change.
const NAMESPACE: &str = "SELECT n.oid, n.nspname, n.nspowner FROM pg_catalog.pg_namespace n \
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

const EXTENSION: &str = "SELECT e.oid, e.extname, e.extversion, n.nspname AS schema, \
    ARRAY(SELECT pg_catalog.quote_ident(s.nspname) || '.' || pg_catalog.quote_ident(c.relname) \
        FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid \
        JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass \
          AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid \
          AND d.deptype = 'e' AND c.relkind IN ('r', 'p') ORDER BY 1) AS tables \
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace";

// row types belong to their relation and array types to their element: both are found by pg_depend
fn types(major: i32) -> String {
    let not_null_name = from(
        major,
        17,
        "CASE WHEN t.typtype = 'd' THEN (SELECT k.conname::text FROM pg_catalog.pg_constraint k \
            WHERE k.contypid = t.oid AND k.contype = 'n') END",
        "NULL::text",
    );
    format!(
        "SELECT t.oid, t.typnamespace, t.typname, t.typtype::text, t.typowner, t.typrelid, t.typnotnull, {not_null_name} AS not_null_name, \
    CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS base, \
    CASE WHEN t.typtype = 'd' THEN coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 'pg_catalog.pg_type'::pg_catalog.regclass), \
        pg_catalog.quote_literal(t.typdefault)) ELSE t.typdefault END AS \"default\", \
    CASE WHEN t.typtype = 'r' THEN {} WHEN t.typtype = 'd' AND t.typcollation <> 0 AND t.typcollation <> b.typcollation THEN (SELECT pg_catalog.format('%I.%I', cn.nspname, co.collname) \
        FROM pg_catalog.pg_collation co JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace \
        WHERE co.oid = t.typcollation) END AS collation, \
    CASE WHEN t.typtype = 'e' THEN ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e \
        WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) END AS labels, {}, {} \
    FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid \
    LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype \
    LEFT JOIN pg_catalog.pg_range g ON g.rngtypid = t.oid \
    WHERE t.oid >= 16384 AND (c.oid IS NULL OR c.relkind = 'c') AND t.typtype <> 'm' \
    AND (t.typelem = 0 OR (SELECT e.typarray FROM pg_catalog.pg_type e WHERE e.oid = t.typelem) <> t.oid)",
        kinds::range::COLLATION,
        kinds::range::columns(major),
        kinds::base_type::columns(major),
    )
}

fn proc(major: i32) -> String {
    let sqlbody = from(major, 14, "pg_catalog.pg_get_function_sqlbody(p.oid)", "NULL::text");
    let aggregate = kinds::aggregate::columns();
    let type_of = kinds::base_type::TYPE_OF_FUNCTION;
    format!(
        "SELECT p.oid, p.pronamespace, p.proname, p.proowner, p.prokind::text, p.proargtypes::oid[] AS proargtypes, \
    pg_catalog.pg_get_function_arguments(p.oid) AS arguments, \
    pg_catalog.pg_get_function_result(p.oid) AS result, l.lanname::text AS language, p.prosrc, p.probin, \
    {sqlbody} AS sqlbody, p.provolatile::text, p.proisstrict, p.prosecdef, p.proleakproof, p.proretset, \
    p.proparallel::text, p.procost::text, p.prorows::text, \
    CASE WHEN p.prosupport <> 0 THEN p.prosupport::text END AS support, p.proconfig, \
    CASE WHEN p.protrftypes IS NOT NULL THEN ARRAY(SELECT pg_catalog.format_type(u, NULL) \
        FROM pg_catalog.unnest(p.protrftypes) u) END AS transforms, {type_of} AS type_of, {aggregate} \
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
    LEFT JOIN pg_catalog.pg_aggregate g ON g.aggfnoid = p.oid WHERE p.oid >= 16384"
    )
}

// excluded here: indexes (their own scan), TOAST tables (storage of their table), temporary relations
// whether a view can be written is not asked where a foreign table may be behind it: the server would
// run the code of its wrapper, or refuse the query where there is none
const CLASS: &str = "WITH RECURSIVE remote AS (SELECT f.ftrelid AS oid FROM pg_catalog.pg_foreign_table f UNION \
        SELECT w.ev_class FROM remote u JOIN pg_catalog.pg_depend d ON d.refclassid = 1259 AND d.refobjid = u.oid AND d.classid = 2618 \
        JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid) \
    SELECT c.oid, c.relnamespace, c.relname, c.relkind::text, c.relpersistence::text, c.relowner, \
    am.amname, ts.spcname, c.reloptions, tc.reloptions AS toast_options, c.relreplident::text, c.relrowsecurity, \
    c.relforcerowsecurity, c.relispartition, CASE WHEN c.reloftype <> 0 THEN pg_catalog.format_type(c.reloftype, NULL) END AS of_type, \
    CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END AS partition_key, fs.srvname, ft.ftoptions, \
    CASE WHEN c.relkind = 'v' AND c.oid NOT IN (SELECT u.oid FROM remote u) THEN pg_catalog.pg_relation_is_updatable(c.oid, false) END AS takes_alone, \
    CASE WHEN c.relkind = 'v' AND c.oid NOT IN (SELECT u.oid FROM remote u) THEN pg_catalog.pg_relation_is_updatable(c.oid, true) END AS takes, \
    c.relispopulated, CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END AS viewdef, \
    CASE WHEN q.seqrelid IS NOT NULL THEN pg_catalog.format_type(q.seqtypid, NULL) END AS seqtype, \
    q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle, \
    NULLIF(ia.attidentity::text, '') AS attidentity, d.refobjid AS owned_table, d.refobjsubid AS owned_column \
    FROM pg_catalog.pg_class c \
    LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam \
    LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace \
    LEFT JOIN pg_catalog.pg_class tc ON tc.oid = c.reltoastrelid \
    LEFT JOIN pg_catalog.pg_foreign_table ft ON ft.ftrelid = c.oid \
    LEFT JOIN pg_catalog.pg_foreign_server fs ON fs.oid = ft.ftserver \
    LEFT JOIN pg_catalog.pg_sequence q ON q.seqrelid = c.oid \
    LEFT JOIN pg_catalog.pg_depend d ON d.classid = 1259 AND d.objid = q.seqrelid AND d.objsubid = 0 \
        AND d.refclassid = 1259 AND d.deptype IN ('a', 'i') \
    LEFT JOIN pg_catalog.pg_attribute ia ON d.deptype = 'i' AND ia.attrelid = d.refobjid AND ia.attnum = d.refobjsubid \
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND c.relpersistence <> 't' AND c.oid >= 16384";

// which column each column of a view shows: the query's target list says so, and nothing else. The
// tree is cut at each entry. Where only one is a first one, all are the view's own; else braces are
// counted: the view's own stand two deep, those of subqueries deeper. Backslashes and braces of
// names are escaped. OFFSET 0 keeps the tree from being written out more than once.
const ORIGIN: &str = "SELECT d.view, d.number::int4 AS number, d.of_table::oid AS of_table, d.of_number::int4 AS of_number \
    FROM (SELECT e.*, pg_catalog.sum(e.braces) OVER (PARTITION BY e.view ORDER BY e.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS depth \
    FROM (SELECT t.view, p.place, pg_catalog.split_part(p.entry, ' ', 1) AS number, \
            pg_catalog.split_part(pg_catalog.split_part(p.entry, ' :resorigtbl ', 2), ' ', 1) AS of_table, \
            pg_catalog.split_part(pg_catalog.split_part(p.entry, ' :resorigcol ', 2), ' ', 1) AS of_number, \
            CASE WHEN s.alone AND p.place = 1 THEN 2 WHEN s.alone THEN 0 ELSE \
                pg_catalog.octet_length(pg_catalog.replace(p.entry, '}', '')) - pg_catalog.octet_length(pg_catalog.replace(p.entry, '{', '')) END AS braces \
        FROM (SELECT w.ev_class AS view, w.ev_action::text AS tree FROM pg_catalog.pg_rewrite w \
            WHERE w.oid >= 16384 AND w.rulename = '_RETURN' OFFSET 0) t \
        CROSS JOIN LATERAL (SELECT pg_catalog.cardinality(pg_catalog.string_to_array(t.tree, ' :resno 1 ')) = 2 AS alone OFFSET 0) s \
        CROSS JOIN LATERAL pg_catalog.unnest(pg_catalog.string_to_array(CASE WHEN s.alone THEN t.tree ELSE \
            pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(t.tree, E'\\\\\\\\', ''), E'\\\\{', ''), E'\\\\}', '') END, ' :resno ')) \
            WITH ORDINALITY p(entry, place)) e) d \
    WHERE d.depth = 2";

fn attribute(major: i32) -> String {
    let not_null = from(
        major,
        18,
        "LEFT JOIN pg_catalog.pg_constraint k ON k.contype = 'n' AND k.conrelid = a.attrelid AND k.conkey[1] = a.attnum",
        "LEFT JOIN (SELECT NULL::oid AS oid, NULL::text AS conname, false AS connoinherit, true AS convalidated, 0 AS coninhcount, false AS conislocal) k ON false",
    );
    let compression = from(major, 14, "a.attcompression::text", "NULL::text");
    format!(
        "WITH origin AS MATERIALIZED ({ORIGIN}) \
    SELECT a.attrelid, c.relkind::text, c.relname, a.attnum::int4 AS attnum, a.attname, a.atttypid, a.atttypmod, \
    a.attnotnull AND coalesce(k.convalidated, true) AS attnotnull, a.attnotnull AND NOT coalesce(k.convalidated, true) AS not_null_pending, \
    NULLIF(a.attgenerated::text, '') AS attgenerated, a.attstorage::text, t.typstorage::text, \
    a.attstattarget::int4 AS attstattarget, {compression} AS attcompression, a.attoptions, \
    CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0 THEN (SELECT pg_catalog.format('%I.%I', cn.nspname, co.collname) \
        FROM pg_catalog.pg_collation co JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace \
        WHERE co.oid = a.attcollation) END AS collation, \
    d.oid AS attrdef, CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS generated, \
    k.oid AS not_null_oid, k.conname::text AS not_null_name, k.coninhcount > 0 AS not_null_inherited, k.conislocal AS not_null_local, c.relispartition, \
    coalesce(k.connoinherit, false) AS not_null_no_inherit, a.attislocal, a.attfdwoptions, \
    up.inhparent AS parent_table, up.attnum::int4 AS parent_number, \
    o.of_table AS origin_table, o.of_number AS origin_number \
    FROM pg_catalog.pg_attribute a \
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relpersistence <> 't' \
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> '' \
    {not_null} \
    LEFT JOIN origin o ON o.view = a.attrelid AND o.number = a.attnum \
    LEFT JOIN LATERAL (SELECT h.inhparent, pa.attnum FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_attribute pa \
        ON pa.attrelid = h.inhparent AND pa.attname = a.attname WHERE h.inhrelid = a.attrelid ORDER BY h.inhseqno LIMIT 1) up ON a.attinhcount > 0 \
    WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped"
    )
}

const ATTRDEF: &str = "SELECT d.oid, d.adrelid, d.adnum::int4 AS adnum, NULLIF(a.attgenerated::text, '') AS attgenerated, \
    CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS expression \
    FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum \
    WHERE d.adrelid >= 16384";

const CONSTRAINT: &str = "SELECT k.oid, k.conname, k.contype::text, k.conrelid, k.contypid, k.conindid, k.conparentid, \
    k.condeferrable, k.condeferred, k.convalidated, {conenforced} AS conenforced, k.conislocal, \
    CASE WHEN k.contype = 'c' AND k.coninhcount > 0 THEN (SELECT u.oid FROM pg_catalog.pg_inherits h \
        JOIN pg_catalog.pg_constraint u ON u.conrelid = h.inhparent AND u.conname = k.conname AND u.contype = 'c' \
        WHERE h.inhrelid = k.conrelid ORDER BY h.inhseqno LIMIT 1) END AS inherited_from, \
    ck.relkind::text AS relkind, \
    CASE WHEN k.contype = 'f' AND ck.relkind = 'p' AND k.conparentid = 0 THEN ARRAY(WITH RECURSIVE clone AS ( \
        SELECT c.oid, c.conrelid, c.conname FROM pg_catalog.pg_constraint c WHERE c.conparentid = k.oid AND c.confrelid = k.confrelid UNION ALL \
        SELECT c.oid, c.conrelid, c.conname FROM pg_catalog.pg_constraint c JOIN clone u ON c.conparentid = u.oid AND c.confrelid = k.confrelid) \
        SELECT pg_catalog.format('%I.%I=%s', n.nspname, r.relname, clone.conname) FROM clone \
        JOIN pg_catalog.pg_class r ON r.oid = clone.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace \
        WHERE clone.conrelid <> k.conrelid AND clone.conname <> k.conname ORDER BY 1) END AS clones, \
    pg_catalog.pg_get_constraintdef(k.oid) AS definition, ic.reloptions, ts.spcname, \
    coalesce(i.indisclustered, false) AS indisclustered, coalesce(i.indisreplident, false) AS indisreplident, \
    x.description AS index_comment \
    FROM pg_catalog.pg_constraint k \
    LEFT JOIN pg_catalog.pg_class ck ON ck.oid = k.conrelid \
    LEFT JOIN pg_catalog.pg_class ic ON ic.oid = k.conindid AND k.contype IN ('p', 'u', 'x') \
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = ic.oid \
    LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = ic.reltablespace \
    LEFT JOIN pg_catalog.pg_description x ON x.classoid = 1259 AND x.objoid = ic.oid AND x.objsubid = 0 \
    WHERE k.oid >= 16384";

const INDEX: &str = "SELECT i.indexrelid, i.indrelid, c.relname, c.relnamespace, c.relkind::text, i.indisvalid, c.reloptions, \
    i.indisclustered, i.indisreplident, ts.spcname, pg_catalog.pg_get_indexdef(i.indexrelid) AS definition, \
    k.oid AS constraint_oid, h.inhparent AS parent_index, \
    CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(SELECT a.attnum::text || '=' || a.attstattarget::text FROM pg_catalog.pg_attribute a \
        WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0 ORDER BY a.attnum) END AS statistics \
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relpersistence <> 't' \
    LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace \
    LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x') \
    LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.indexrelid \
    WHERE i.indexrelid >= 16384 AND c.relnamespace <> 99";

const REWRITE: &str = "SELECT w.oid, w.ev_class, w.rulename, w.ev_enabled::text, \
    CASE WHEN w.rulename <> '_RETURN' THEN pg_catalog.pg_get_ruledef(w.oid) END AS definition \
    FROM pg_catalog.pg_rewrite w WHERE w.oid >= 16384";

// excluded here: triggers that PostgreSQL makes for foreign keys and deferred keys; clones of a
// partition's parent only where they fire differently
// the clone of a clone is told by the trigger that a user made
const TRIGGER: &str = "SELECT t.oid, t.tgrelid, t.tgname, t.tgenabled::text, \
    CASE WHEN t.tgparentid = 0 THEN 0 ELSE (WITH RECURSIVE up AS ( \
        SELECT p.oid, p.tgparentid FROM pg_catalog.pg_trigger p WHERE p.oid = t.tgparentid UNION ALL \
        SELECT p.oid, p.tgparentid FROM pg_catalog.pg_trigger p JOIN up ON p.oid = up.tgparentid) \
        SELECT up.oid FROM up WHERE up.tgparentid = 0) END::oid AS tgparentid, \
    pg_catalog.pg_get_triggerdef(t.oid, false) AS definition \
    FROM pg_catalog.pg_trigger t LEFT JOIN pg_catalog.pg_trigger u ON u.oid = t.tgparentid \
    WHERE (NOT t.tgisinternal AND t.tgparentid = 0) \
    OR (t.tgparentid <> 0 AND t.tgenabled <> u.tgenabled AND pg_catalog.left(t.tgname::text, 3) <> 'RI_')";

const POLICY: &str = "SELECT p.oid, p.polrelid, p.polname, p.polcmd::text, p.polpermissive, p.polroles, \
    pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS using_expression, \
    pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS check_expression FROM pg_catalog.pg_policy p";

const DEFAULT_ACL: &str = "SELECT d.oid, d.defaclrole, d.defaclnamespace, d.defaclobjtype::text FROM pg_catalog.pg_default_acl d";

/// `(classid, objid, objsubid)` needs `(refclassid, refobjid, refobjsubid)`. Pinned rows exist up
/// to 14 only.
pub(super) const DEPEND: &str = "SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid, d.deptype::text \
    FROM pg_catalog.pg_depend d WHERE d.deptype <> 'p' AND d.objid >= 16384";

/// The name of each type with its modifier that a column has, once.
pub(super) const COLUMN_TYPES: &str = "SELECT a.atttypid AS type, a.atttypmod AS modifier, pg_catalog.format_type(a.atttypid, a.atttypmod) AS name \
    FROM (SELECT DISTINCT b.atttypid, b.atttypmod FROM pg_catalog.pg_attribute b \
    WHERE b.attrelid >= 16384 AND b.attnum > 0 AND NOT b.attisdropped) a";

/// The name of each type that a routine takes, once.
pub(super) const ARGUMENT_TYPES: &str = "SELECT u.type, -1 AS modifier, pg_catalog.format_type(u.type, NULL) AS name \
    FROM (SELECT DISTINCT pg_catalog.unnest(p.proargtypes) AS type FROM pg_catalog.pg_proc p WHERE p.oid >= 16384) u";

/// Comments of users' objects, and of the schema public, which comes with one.
pub(super) const COMMENTS: &str = "SELECT d.classoid AS class, d.objoid AS object, d.objsubid AS sub, d.description \
    FROM pg_catalog.pg_description d WHERE d.objoid >= 16384 \
    OR (d.classoid = 2615 AND d.objoid = 2200)";

/// All schemas, with those that no user makes.
pub(super) const SCHEMAS: &str = "SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace n";

/// Relations that go with their session: what they consist of is read before it is known whose it is.
pub(super) const TEMPORARY: &str =
    "SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relpersistence = 't'";

/// Table sizes without indexes.
pub(super) const SIZES: &str = "SELECT c.oid, pg_catalog.pg_table_size(c.oid) AS bytes FROM pg_catalog.pg_class c \
    WHERE c.relkind IN ('r', 'm', 'p') AND c.oid >= 16384 AND c.relpersistence <> 't'";

/// Where privileges stand: class, catalog, its OID and column number, the list, which rows.
const LISTS: &[(u32, &str, [&str; 3], &str)] = &[
    (class::PG_CLASS, "pg_class", ["oid", "0", "relacl"], "t.oid >= 16384"),
    (class::PG_CLASS, "pg_attribute", ["attrelid", "attnum", "attacl"], "t.attrelid >= 16384"),
    (
        class::PG_NAMESPACE,
        "pg_namespace",
        ["oid", "0", "nspacl"],
        "(t.oid >= 16384 OR t.oid = 2200)",
    ),
    (class::PG_PROC, "pg_proc", ["oid", "0", "proacl"], "t.oid >= 16384"),
    (class::PG_TYPE, "pg_type", ["oid", "0", "typacl"], "t.oid >= 16384"),
    (class::PG_DEFAULT_ACL, "pg_default_acl", ["oid", "0", "defaclacl"], "true"),
];

/// Every privilege that is not the built-in default, exploded. An empty list has a row without a grantee.
pub(super) fn privileges() -> String {
    let own = kinds::REGISTRY.iter().filter_map(|kind| kind.source());
    let own = own.filter_map(|source| {
        source.acl.map(|acl| (source.class, source.catalog, ["oid", "0", acl], "t.oid >= 16384"))
    });
    let list = |(class, catalog, [oid, sub, acl], rows): (u32, &str, [&str; 3], &str)| {
        format!(
            "SELECT {class}::oid AS class, t.{oid} AS object, {}::int4 AS sub, x.grantor, x.grantee, x.privilege_type, x.is_grantable \
             FROM pg_catalog.{catalog} t LEFT JOIN LATERAL pg_catalog.aclexplode(t.{acl}) x ON true WHERE t.{acl} IS NOT NULL AND {rows}",
            if sub == "0" { "0".to_owned() } else { format!("t.{sub}") }
        )
    };
    LISTS.iter().copied().chain(own).map(list).collect::<Vec<_>>().join(" UNION ALL ")
}
