//! Privileges on what initdb or an extension made, as far as they differ from those it was made
//! with (`pg_init_privs`): initdb gives other ones in each major, so whole lists say nothing.

use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Guards, Name, Naming, ObjectKind,
    Opening, Outcome, Place, Privilege, Privileges, Protection, Raw, Rule, Scan, Source,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Need, Object, ObjectId, Value};
use crate::sql::quote;
use std::collections::BTreeSet;
use std::sync::Arc;

const SPECS: &[AttrSpec] = &[
    AttrSpec {
        name: "given",
        doc: "privilege and grantee, beyond pg_init_privs",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "taken",
        doc: "privilege and grantee of pg_init_privs that is gone",
        compare: Compare::Drift,
    },
    AttrSpec { name: "target", doc: "what GRANT names", compare: Compare::Info },
    AttrSpec { name: "column", doc: "the column, where it is about one", compare: Compare::Info },
    AttrSpec { name: "owner", doc: "who owns it", compare: Compare::Info },
];
const GIVEN: Attr = Attr::named(SPECS, "given");
const TAKEN: Attr = Attr::named(SPECS, "taken");
const TARGET: Attr = Attr::named(SPECS, "target");
const COLUMN: Attr = Attr::named(SPECS, "column");
const OWNER: Attr = Attr::named(SPECS, "owner");

/// How an owner stands among grantees: databases name their owners differently.
const OF_OWNER: &str = "<owner>";

static SOURCE: Source =
    Source { catalog: "pg_init_privs", class: 3394, query: |_| query(), schema: None, acl: None };

// The relations of information_schema are readable by all, and the schema usable, without a row
// that says so. System columns of users' tables are here, too: they are no objects of the model.
fn query() -> String {
    let items = |acl: &str| {
        format!(
            "ARRAY(SELECT x.privilege_type || CASE WHEN x.is_grantable AND x.grantee <> o.owner THEN ' WITH GRANT OPTION' ELSE '' END || ' ' || \
             CASE x.grantee WHEN 0 THEN '' WHEN o.owner THEN '<owner>' ELSE pg_catalog.pg_get_userbyid(x.grantee)::text END \
             FROM pg_catalog.aclexplode(coalesce({acl}, o.standard)) x ORDER BY 1)"
        )
    };
    let (mine, base) = (items("o.acl"), items("b.initprivs"));
    format!(
        "SELECT l.class, l.oid, l.sub, i.type, i.identity, w.type AS whole_type, w.identity AS whole_identity, l.col, \
         pg_catalog.pg_get_userbyid(l.owner)::text AS owner, \
         ARRAY(SELECT u FROM pg_catalog.unnest(l.mine) u WHERE u <> ALL (l.base)) AS given, \
         ARRAY(SELECT u FROM pg_catalog.unnest(l.base) u WHERE u <> ALL (l.mine)) AS taken FROM (\
         SELECT o.class, o.oid, o.sub, o.owner, o.col, {mine} AS mine, {base} AS base FROM (\
         SELECT 1259::pg_catalog.oid AS class, c.oid, 0 AS sub, NULL::text AS col, c.relacl AS acl, c.relowner AS owner, \
             pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", c.relowner) \
             || CASE WHEN n.nspname = 'information_schema' THEN ARRAY[pg_catalog.makeaclitem(0, c.relowner, 'SELECT', false)] END AS standard \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence <> 't' \
         UNION ALL SELECT 1259, a.attrelid, a.attnum, a.attname::text, a.attacl, c.relowner, pg_catalog.acldefault('c', c.relowner) \
             FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid WHERE c.relpersistence <> 't' AND NOT a.attisdropped \
         UNION ALL SELECT 1255, p.oid, 0, NULL, p.proacl, p.proowner, pg_catalog.acldefault('f', p.proowner) FROM pg_catalog.pg_proc p \
         UNION ALL SELECT 2615, n.oid, 0, NULL, n.nspacl, n.nspowner, pg_catalog.acldefault('n', n.nspowner) \
             || CASE WHEN n.nspname = 'information_schema' THEN ARRAY[pg_catalog.makeaclitem(0, n.nspowner, 'USAGE', false)] END \
             FROM pg_catalog.pg_namespace n WHERE n.oid <> 2200 \
         UNION ALL SELECT 1247, y.oid, 0, NULL, y.typacl, y.typowner, pg_catalog.acldefault('T', y.typowner) FROM pg_catalog.pg_type y \
         UNION ALL SELECT 2612, l.oid, 0, NULL, l.lanacl, l.lanowner, pg_catalog.acldefault('l', l.lanowner) FROM pg_catalog.pg_language l \
         UNION ALL SELECT 2328, w.oid, 0, NULL, w.fdwacl, w.fdwowner, pg_catalog.acldefault('F', w.fdwowner) FROM pg_catalog.pg_foreign_data_wrapper w \
         UNION ALL SELECT 1417, s.oid, 0, NULL, s.srvacl, s.srvowner, pg_catalog.acldefault('S', s.srvowner) FROM pg_catalog.pg_foreign_server s) o \
         LEFT JOIN pg_catalog.pg_init_privs b ON b.classoid = o.class AND b.objoid = o.oid AND b.objsubid = o.sub \
         WHERE o.acl IS DISTINCT FROM b.initprivs AND (o.oid < 16384 OR o.sub < 0 OR EXISTS (SELECT FROM pg_catalog.pg_depend e \
             WHERE e.classid = o.class AND e.objid = o.oid AND e.objsubid = 0 AND e.deptype = 'e'))) l, \
         LATERAL pg_catalog.pg_identify_object(l.class, l.oid, l.sub) i, \
         LATERAL pg_catalog.pg_identify_object(l.class, l.oid, 0) w WHERE l.mine <> l.base"
    )
}

/// The kind.
pub(super) struct InitialAcl;

impl ObjectKind for InitialAcl {
    fn kind(&self) -> Kind {
        Kind::InitialAcl
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::InitialAcl)
    }
    // a REVOKE on a table reaches its columns
    fn about(&self, object: &Object) -> Option<ObjectId> {
        Some(ObjectId::new(Kind::InitialAcl, &[object.text(TARGET)]))
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let number = |column: &str| row.int(column).and_then(|number| i32::try_from(number).ok());
        let class = row.oid("class");
        // one number for the catalog and the column: it is the address of no row
        let sub = i32::try_from(class).unwrap_or(0) * 2048 + number("sub").unwrap_or(0);
        let address = Address { class: SOURCE.class, object: row.oid("oid"), sub };
        let set = |column: &str| {
            let items: BTreeSet<Arc<str>> =
                row.texts(column).iter().map(|item| Arc::from(item.as_str())).collect();
            Raw::Value(if items.is_empty() { Value::Null } else { Value::Set(items) })
        };
        let target = format!("{} {}", noun(&row.name("whole_type")), row.name("whole_identity"));
        let values = vec![
            set("given"),
            set("taken"),
            Raw::Value(Value::Sql(target.into())),
            Raw::Value(Value::text(row.text("col").as_deref())),
            Raw::Value(Value::text(row.text("owner").as_deref())),
        ];
        let mut found = Found::new(address, Place::Database, String::new(), values);
        found.name = vec![Name::Plain(row.name("type")), Name::Plain(row.name("identity"))];
        found.needs.push((Address::new(class, row.oid("oid")), Need::Hard));
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Plain, Naming::Sql]
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule {
                attrs: &["given", "taken"],
                change: |_, from, to| {
                    let opens = changes(from, to)
                        .iter()
                        .any(|change| change.grants && change.role.is_empty());
                    Outcome::in_place(statements(from, to), Effects::default())
                        .removing_if(opens, "it is granted to everybody")
                },
            },
            Rule {
                attrs: &["target", "column", "owner"],
                change: |_, _, _| Outcome::in_place(Vec::new(), Effects::default()),
            },
        ]
    }
    fn privileges(&self, _: &Ctx<'_>, object: &Object, _: Act) -> Privileges {
        [Privilege::RightsOf(object.text(OWNER).into())].into()
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec::default()
    }
    fn noun(&self, _: &Object) -> &'static str {
        ""
    }
    fn sql_name(&self, object: &Object) -> String {
        object.text(TARGET).to_owned()
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        statements(&untouched(object), object)
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        statements(object, &untouched(object))
    }
    fn guards(&self, _: &Catalog, object: &Object) -> Guards {
        let name = |item: &Arc<str>| format!("{}: {item}", object.id);
        let protection = |item: &Arc<str>| {
            let name = format!("{} is taken away", name(item));
            Protection { on: None, name, text: String::new(), exact: false, at_once: false }
        };
        Guards {
            protections: object.value(TAKEN).as_set().iter().map(protection).collect(),
            openings: object
                .value(GIVEN)
                .as_set()
                .iter()
                .map(|item| Opening::new(None, name(item), name(item)))
                .collect(),
        }
    }
    fn roles(&self, object: &Object) -> Vec<String> {
        let changes = changes(&untouched(object), object);
        let named = changes.into_iter().map(|change| change.role);
        named.filter(|role| !role.is_empty() && role != OF_OWNER).collect()
    }
}

/// The same as it was made.
fn untouched(object: &Object) -> Object {
    let mut object = object.clone();
    object.set(GIVEN, Value::Null);
    object.set(TAKEN, Value::Null);
    object
}

/// One privilege that comes or goes.
struct Change {
    grants: bool,
    privilege: String,
    option: bool,
    /// Empty for everybody.
    role: String,
}

/// What leads from one state to the other: what was given goes, what was taken comes back.
fn changes(from: &Object, to: &Object) -> Vec<Change> {
    let mut changes = Vec::new();
    for (attr, grants) in [(GIVEN, true), (TAKEN, false)] {
        let (before, after) = (from.value(attr).as_set(), to.value(attr).as_set());
        changes.extend(before.difference(&after).filter_map(|item| read(item, !grants)));
        changes.extend(after.difference(&before).filter_map(|item| read(item, grants)));
    }
    changes.sort_by_key(|change| change.grants);
    changes
}

/// `SELECT WITH GRANT OPTION role`; privileges have capitals only, and so a role begins after them.
fn read(item: &str, grants: bool) -> Option<Change> {
    const OPTION: &str = " WITH GRANT OPTION ";
    let option = item.contains(OPTION);
    let (privilege, role) = item.split_once(if option { OPTION } else { " " })?;
    Some(Change { grants, privilege: privilege.to_owned(), option, role: role.to_owned() })
}

fn statements(from: &Object, to: &Object) -> Vec<String> {
    let (target, column) = (to.text(TARGET), to.text(COLUMN));
    let columns =
        if column.is_empty() { String::new() } else { format!(" ({})", quote::ident(column)) };
    let one = |change: Change| {
        let role = match change.role.as_str() {
            "" => "PUBLIC".to_owned(),
            OF_OWNER => quote::ident(to.text(OWNER)),
            name => quote::ident(name),
        };
        let privilege = format!("{}{columns}", change.privilege);
        let option = if change.option { " WITH GRANT OPTION" } else { "" };
        if change.grants {
            format!("GRANT {privilege} ON {target} TO {role}{option};")
        } else {
            format!("REVOKE {privilege} ON {target} FROM {role};")
        }
    };
    changes(from, to).into_iter().map(one).collect()
}

/// GRANT's word for what `pg_identify_object` calls so.
fn noun(kind: &str) -> &'static str {
    match kind {
        "sequence" => "SEQUENCE",
        "function" | "procedure" | "aggregate" => "ROUTINE",
        "schema" => "SCHEMA",
        "type" | "domain" | "composite type" => "TYPE",
        "language" => "LANGUAGE",
        "foreign-data wrapper" => "FOREIGN DATA WRAPPER",
        "server" => "FOREIGN SERVER",
        _ => "TABLE",
    }
}
