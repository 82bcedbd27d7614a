//! Members of publications: tables with their columns and row filter (`pg_publication_rel`), and
//! whole schemas (`pg_publication_namespace`).

use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Lock, Name, Naming, ObjectKind,
    Outcome, Place, Privilege, Privileges, Raw, Rule, Scan, Source, privilege, publication,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, ObjectId, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec {
        name: "columns",
        doc: "where not all are published (prattrs, 15 and later)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "filter",
        doc: "which rows are published (prqual, 15 and later)",
        compare: Compare::Drift,
    },
];
const COLUMNS: Attr = Attr::named(SPECS, "columns");
const FILTER: Attr = Attr::named(SPECS, "filter");

static TABLES: Source =
    Source { catalog: "pg_publication_rel", class: 6106, query: tables, schema: None, acl: None };

fn tables(major: i32) -> String {
    let since_15 = if major >= 15 {
        "CASE WHEN r.prattrs IS NOT NULL THEN ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a \
             WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[]) ORDER BY a.attname) END AS columns, \
         pg_catalog.pg_get_expr(r.prqual, r.prrelid) AS filter"
    } else {
        "NULL::text[] AS columns, NULL::text AS filter"
    };
    format!(
        "SELECT r.oid, r.prpubid, r.prrelid, c.relnamespace, c.relname, {since_15} \
         FROM pg_catalog.pg_publication_rel r JOIN pg_catalog.pg_class c ON c.oid = r.prrelid WHERE r.oid >= 16384"
    )
}

static SCHEMAS: Source = Source {
    catalog: "pg_publication_namespace",
    class: 6237,
    query: |_| {
        "SELECT s.oid, s.pnpubid, s.pnnspid FROM pg_catalog.pg_publication_namespace s WHERE s.oid >= 16384".to_owned()
    },
    schema: None,
    acl: None,
};

/// A table of a publication.
pub(super) struct PublicationTable;

impl ObjectKind for PublicationTable {
    fn kind(&self) -> Kind {
        Kind::PublicationTable
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::PublicationTable)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&TABLES)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let columns = row.texts("columns");
        let columns = if columns.is_empty() {
            Value::Null
        } else {
            Value::Set(columns.iter().map(|name| name.as_str().into()).collect())
        };
        let values =
            vec![Raw::Value(columns), Raw::Value(Value::sql(row.text("filter").as_deref()))];
        let publication = Address::new(publication::CLASS, row.oid("prpubid"));
        let address = Address::new(TABLES.class, row.oid("oid"));
        let mut found = Found::new(address, Place::Part(publication), String::new(), values);
        found.name = vec![Name::Schema(row.oid("relnamespace")), Name::Plain(row.name("relname"))];
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Plain, Naming::Schema, Naming::Plain]
    }
    fn rules(&self) -> &'static [Rule] {
        &[Rule {
            attrs: &["columns", "filter"],
            change: |_, from, to| {
                let fewer =
                    *from.value(COLUMNS) == Value::Null && *to.value(COLUMNS) != Value::Null;
                let narrower = from.text(FILTER) != to.text(FILTER) && !to.text(FILTER).is_empty();
                // SET TABLE states all tables of the publication: one alone goes and comes back
                Outcome::rebuild().removing_if(fewer || narrower, "less may be published")
            },
        }]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let table = ObjectId::new(Kind::Table, &[object.id.part(1), object.id.part(2)]);
        let schema = ObjectId::new(Kind::Schema, &[object.id.part(1)]);
        let mut needs = privilege::usual(ctx, object, act);
        needs.insert(Privilege::Held("USAGE", schema));
        if act == Act::Create {
            needs.insert(Privilege::Owner(table));
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec::default()
    }
    fn subject(&self, id: &ObjectId) -> String {
        id.part(0).to_owned()
    }
    fn noun(&self, _: &Object) -> &'static str {
        "TABLE"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(1), object.id.part(2)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![alter(object, &format!("ADD TABLE {}", table(object)))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![alter(object, &format!("DROP TABLE ONLY {}", self.sql_name(object)))]
    }
    fn create_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        lock(object)
    }
    fn drop_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        let publication = ObjectId::new(Kind::Publication, &[object.id.part(0)]);
        // where the publication goes, nothing is done to its tables
        let alone = ctx.desired.objects.contains_key(&publication);
        if alone { lock(object) } else { Effects::default() }
    }
    fn obstacle(&self, ctx: &Ctx<'_>, object: &Object) -> Option<String> {
        not_for_all(ctx, object)
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        let whole = *object.value(COLUMNS) == Value::Null && object.text(FILTER).is_empty();
        (!whole).then_some((15, "column lists and row filters of publications"))
    }
}

/// All tables of a schema in a publication.
pub(super) struct PublicationSchema;

impl ObjectKind for PublicationSchema {
    fn kind(&self) -> Kind {
        Kind::PublicationSchema
    }
    fn since(&self) -> i32 {
        15
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::PublicationSchema)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SCHEMAS)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let publication = Address::new(publication::CLASS, row.oid("pnpubid"));
        let address = Address::new(SCHEMAS.class, row.oid("oid"));
        let mut found = Found::new(address, Place::Part(publication), String::new(), Vec::new());
        found.name = vec![Name::Schema(row.oid("pnnspid"))];
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &[]
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Plain, Naming::Schema]
    }
    fn rules(&self) -> &'static [Rule] {
        &[]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        privilege::of_superuser(ctx, object, act, &[Act::Create], "a publication of a schema")
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec::default()
    }
    fn subject(&self, id: &ObjectId) -> String {
        id.part(0).to_owned()
    }
    fn noun(&self, _: &Object) -> &'static str {
        "TABLES IN SCHEMA"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::ident(object.id.name())
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![alter(object, &format!("ADD TABLES IN SCHEMA {}", self.sql_name(object)))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![alter(object, &format!("DROP TABLES IN SCHEMA {}", self.sql_name(object)))]
    }
    fn obstacle(&self, ctx: &Ctx<'_>, object: &Object) -> Option<String> {
        not_for_all(ctx, object)
    }
    fn needs_major(&self, _: &Object) -> Option<(i32, &'static str)> {
        Some((15, "publications of schemas"))
    }
}

/// The FOR clause of a publication with these members; empty without any.
pub(super) fn members(parts: &[&Object]) -> String {
    let of = |kind: Kind| parts.iter().filter(move |part| part.id.kind == kind);
    let tables: Vec<String> = of(Kind::PublicationTable).map(|part| table(part)).collect();
    let schemas: Vec<String> =
        of(Kind::PublicationSchema).map(|part| PublicationSchema.sql_name(part)).collect();
    let mut lists = Vec::new();
    if !tables.is_empty() {
        lists.push(format!("TABLE {}", tables.join(", ")));
    }
    if !schemas.is_empty() {
        lists.push(format!("TABLES IN SCHEMA {}", schemas.join(", ")));
    }
    if lists.is_empty() { String::new() } else { format!(" FOR {}", lists.join(", ")) }
}

/// The table as a member: its children, which are members of their own, only where they are listed.
fn table(object: &Object) -> String {
    let mut sql = format!("ONLY {}", PublicationTable.sql_name(object));
    let columns: Vec<String> =
        object.value(COLUMNS).as_set().iter().map(|name| quote::ident(name)).collect();
    if !columns.is_empty() {
        sql = format!("{sql} ({})", columns.join(", "));
    }
    if !object.text(FILTER).is_empty() {
        sql = format!("{sql} WHERE ({})", object.text(FILTER));
    }
    sql
}

fn alter(object: &Object, clause: &str) -> String {
    format!("ALTER PUBLICATION {} {clause};", quote::ident(object.id.part(0)))
}

fn lock(object: &Object) -> Effects {
    let table = ObjectId::new(Kind::Table, &[object.id.part(1), object.id.part(2)]);
    Effects::lock(&table, Lock::ShareUpdateExclusive)
}

fn not_for_all(ctx: &Ctx<'_>, object: &Object) -> Option<String> {
    let publication = object.parent.as_ref()?;
    publication::is_for_all(ctx.desired, publication)
        .then(|| format!("{} publishes all tables", publication.label()))
}
