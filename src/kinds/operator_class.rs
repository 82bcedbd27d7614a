//! Operator classes (`pg_opclass`) with their members.

use crate::kinds::definition::{self, Item, Style, item};
use crate::kinds::operator_family::using;
use crate::kinds::{
    Act, Address, Claim, Ctx, FacetSpec, Fields, Found, Name, Naming, ObjectKind, Outcome, Phase,
    Place, Privileges, Raw, Rule, Scan, Source, members, privilege,
};
use crate::model::{Attr, AttrSpec, Kind, Object, Value};

const ITEMS: [Item; 5] = [
    item("type", "the type of the column (opcintype)", Style::Apart),
    item("default", "opcdefault", Style::Flag),
    item("family", "opcfamily", Style::Apart),
    item("storage", "the type in the index, where it is another one (opckeytype)", Style::Apart),
    item("members", "its operators and functions (pg_amop, pg_amproc)", Style::Apart),
];
const SPECS: [AttrSpec; 5] = definition::specs(&ITEMS);
const TYPE: Attr = Attr::named(&SPECS, "type");
const DEFAULT: Attr = Attr::named(&SPECS, "default");
const FAMILY: Attr = Attr::named(&SPECS, "family");
const STORAGE: Attr = Attr::named(&SPECS, "storage");
const MEMBERS: Attr = Attr::named(&SPECS, "members");

static SOURCE: Source =
    Source { catalog: "pg_opclass", class: 2616, query, schema: Some("opcnamespace"), acl: None };

fn query(_: i32) -> String {
    let own = members::columns(|family, class| {
        format!(
            "{family} = c.opcfamily AND EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = {class} AND d.objid = m.oid \
            AND d.refclassid = 2616 AND d.refobjid = c.oid)"
        )
    });
    format!(
        "SELECT c.oid, c.opcname, c.opcnamespace, c.opcowner, a.amname, pg_catalog.format_type(c.opcintype, NULL) AS type, \
        c.opcdefault AS \"default\", (SELECT pg_catalog.format('%I.%I', n.nspname, f.opfname) FROM pg_catalog.pg_opfamily f \
            JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace WHERE f.oid = c.opcfamily) AS family, \
        CASE WHEN c.opckeytype <> 0 THEN pg_catalog.format_type(c.opckeytype, NULL) END AS storage, {own} \
        FROM pg_catalog.pg_opclass c JOIN pg_catalog.pg_am a ON a.oid = c.opcmethod WHERE c.oid >= 16384"
    )
}

/// The kind.
pub(super) struct OperatorClass;

impl ObjectKind for OperatorClass {
    fn kind(&self) -> Kind {
        Kind::OperatorClass
    }
    fn phase(&self) -> Phase {
        Phase::Routine
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::OperatorClass)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let place = Place::Schema(row.oid("opcnamespace"));
        let mut values = definition::values(ITEMS.split_at(4).0, row);
        values.push(Raw::Value(members::value(row)));
        let mut found = Found::new(address, place, row.name("opcname"), values);
        found.name.push(Name::Plain(row.name("amname")));
        found.also = members::addresses(row);
        found.owned(row.oid("opcowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &SPECS
    }
    fn naming(&self, attribute: &str, _: &Value) -> Naming {
        definition::naming(&ITEMS, attribute)
    }
    fn rules(&self) -> &'static [Rule] {
        const ATTRS: [&str; 5] = definition::names(&ITEMS);
        &[Rule { attrs: &ATTRS, change: |_, _, _| Outcome::rebuild() }]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        privilege::of_superuser(ctx, object, act, &[Act::Create], "an operator class")
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "OPERATOR CLASS"
    }
    fn sql_name(&self, object: &Object) -> String {
        using(object)
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let id = &object.id;
        let name = crate::sql::quote::qualified(&[id.part(0), id.part(1)]);
        let default = if object.flag(DEFAULT) { "DEFAULT " } else { "" };
        let (of, family) = (object.text(TYPE), object.text(FAMILY));
        let method = crate::sql::quote::ident(id.part(2));
        let mut list = members::entries(&object.value(MEMBERS).as_map());
        // the list cannot be empty, and the type itself says nothing new
        let storage = Some(object.text(STORAGE)).filter(|storage| !storage.is_empty());
        if let Some(storage) = storage.or_else(|| list.is_empty().then_some(of)) {
            list.push(format!("STORAGE {storage}"));
        }
        vec![format!(
            "CREATE OPERATOR CLASS {name} {default}FOR TYPE {of} USING {method} FAMILY {family} AS\n    {};",
            list.join(",\n    ")
        )]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP OPERATOR CLASS {};", using(object))]
    }
}
