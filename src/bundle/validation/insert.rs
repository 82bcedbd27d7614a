//! Whether roles can put rows into a table, decided from the catalogs: nothing is inserted.

use super::{Check, Groups};
use crate::bundle::Input;
use crate::kinds::insert::Inserts;
use crate::model::ObjectId;
use crate::model::acl::shown;
use crate::sql::quote;
use std::collections::BTreeSet;

/// A check, and what it hangs on.
pub(in crate::bundle) struct Insert {
    check: Check,
    /// Once the last of these is there it holds.
    pub(in crate::bundle) on: BTreeSet<ObjectId>,
}

/// For each table and role what the bridge changes about it.
pub(in crate::bundle) fn inserts(input: &Input<'_>) -> Vec<Insert> {
    let sides = Inserts::of(input.prod).zip(Inserts::of(&input.plan.goal));
    let Some((before, after)) = sides else { return Vec::new() };
    let mut all = Vec::new();
    for table in after.tables() {
        let standing = input.prod.objects.get(&table.id);
        for role in after.roles(table) {
            let expected = after.told(table, &role);
            if standing.is_some_and(|standing| before.told(standing, &role) == expected) {
                continue;
            }
            let name =
                format!("{} {}: insert as {}", table.id.kind, table.id.label(), shown(&role));
            let [schema, relation] = [0, 1].map(|at| table.id.part(at).to_owned());
            let check = [quote::printable(&name), schema, relation, role.to_string(), expected];
            all.push(Insert { check, on: after.hangs_on(table) });
        }
    }
    all
}

pub(super) fn add(groups: &mut Groups, inserts: &[&Insert]) {
    for insert in inserts {
        groups.entry((FROM, VALUE.to_owned())).or_default().push(insert.check.clone());
    }
}

/// `e.c` is the role, empty for everybody.
const FROM: &str = "FROM pg_catalog.pg_class o JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace LEFT JOIN pg_catalog.pg_roles r ON r.rolname = e.c\n    \
    CROSS JOIN LATERAL (SELECT CASE e.c WHEN '' THEN 'public' ELSE e.c END::name AS name) AS w\n    \
    CROSS JOIN LATERAL (SELECT (SELECT pg_catalog.string_agg(a.attname::text, ', ' ORDER BY a.attname::text COLLATE \"C\") FROM pg_catalog.pg_attribute a\n      \
    JOIN pg_catalog.pg_type y ON y.oid = a.atttypid WHERE a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped AND (a.attnotnull OR y.typnotnull)\n      \
    AND NOT a.atthasdef AND a.attidentity = '' AND (y.typtype <> 'd' OR y.typdefault IS NULL)\n      \
    AND NOT pg_catalog.has_column_privilege(w.name, o.oid, a.attnum, 'INSERT')) AS columns) AS c\n    \
    CROSS JOIN LATERAL (SELECT (SELECT pg_catalog.string_agg(t.name, ', ' ORDER BY t.name COLLATE \"C\") FROM (SELECT DISTINCT sn.nspname || '.' || s.relname AS name\n      \
    FROM pg_catalog.pg_attrdef f JOIN pg_catalog.pg_depend p ON p.classid = 2604 AND p.objid = f.oid AND p.refclassid = 1259\n      \
    JOIN pg_catalog.pg_class s ON s.oid = p.refobjid JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace\n      \
    WHERE f.adrelid = o.oid AND CASE s.relkind WHEN 'S' THEN NOT pg_catalog.has_sequence_privilege(w.name, s.oid, 'USAGE, UPDATE') END) AS t) AS sequences) AS q\n    \
    CROSS JOIN LATERAL (SELECT o.relrowsecurity AND NOT coalesce(r.rolsuper OR r.rolbypassrls\n      \
    OR (NOT o.relforcerowsecurity AND pg_catalog.pg_has_role(r.oid, o.relowner, 'USAGE')), false)\n      \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy p, pg_catalog.unnest(p.polroles) AS u (role) WHERE p.polrelid = o.oid AND p.polpermissive\n      \
    AND p.polcmd IN ('a', '*') AND (u.role = 0 OR coalesce(pg_catalog.pg_has_role(r.oid, u.role, 'USAGE'), false))) AS shut) AS l\n    \
    WHERE n.nspname = e.a AND o.relname = e.b AND o.relkind IN ('r', 'p') AND (e.c = '' OR r.oid IS NOT NULL)";

const VALUE: &str = "CASE WHEN NOT pg_catalog.has_schema_privilege(w.name, n.oid, 'USAGE') THEN 'no USAGE on its schema'\n      \
    WHEN NOT pg_catalog.has_any_column_privilege(w.name, o.oid, 'INSERT') THEN 'no INSERT'\n      \
    WHEN c.columns IS NOT NULL THEN 'no INSERT on ' || c.columns\n      \
    WHEN q.sequences IS NOT NULL THEN 'no USAGE on ' || q.sequences\n      \
    WHEN l.shut THEN 'no policy' ELSE 'possible' END";
