//! Publications (`pg_publication`). What they publish are objects of their own.

use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Name, Naming, ObjectKind, Outcome,
    Place, Privilege, Privileges, Raw, Rule, Scan, Source, privilege, publication_table,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, ObjectId, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "all_tables", doc: "FOR ALL TABLES (puballtables)", compare: Compare::Drift },
    AttrSpec {
        name: "publish",
        doc: "which changes are published (pubinsert and the like)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "via_root",
        doc: "changes of a partition appear as its root's (pubviaroot)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "generated_columns",
        doc: "which generated columns are published (pubgencols, 18 and later)",
        compare: Compare::Drift,
    },
];
const ALL_TABLES: Attr = Attr::named(SPECS, "all_tables");
const PUBLISH: Attr = Attr::named(SPECS, "publish");
const VIA_ROOT: Attr = Attr::named(SPECS, "via_root");
const GENERATED_COLUMNS: Attr = Attr::named(SPECS, "generated_columns");

/// The OID of the catalog.
pub(super) const CLASS: u32 = 6104;

static SOURCE: Source =
    Source { catalog: "pg_publication", class: CLASS, query, schema: None, acl: None };

fn query(major: i32) -> String {
    let generated =
        if major >= 18 { "CASE p.pubgencols WHEN 's' THEN 'stored' END" } else { "NULL::text" };
    format!(
        "SELECT p.oid, p.pubname, p.pubowner, p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, \
         p.pubviaroot, {generated} AS generated_columns FROM pg_catalog.pg_publication p WHERE p.oid >= 16384"
    )
}

/// The kind.
pub(super) struct Publication;

impl ObjectKind for Publication {
    fn kind(&self) -> Kind {
        Kind::Publication
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::Publication)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let published = ["insert", "update", "delete", "truncate"]
            .into_iter()
            .filter(|word| row.flag(&format!("pub{word}")));
        let values = vec![
            Raw::Value(Value::flag(row.flag("puballtables"))),
            Raw::Value(Value::Set(published.map(Into::into).collect())),
            Raw::Value(Value::flag(row.flag("pubviaroot"))),
            Raw::Value(Value::text(row.text("generated_columns").as_deref())),
        ];
        let address = Address::new(CLASS, row.oid("oid"));
        let mut found = Found::new(address, Place::Database, String::new(), values);
        found.name = vec![Name::Plain(row.name("pubname"))];
        found.owned(row.oid("pubowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Plain]
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule {
                attrs: &["all_tables"],
                change: |_, _, _| {
                    Outcome::rebuild().removing("the publication is dropped and made anew")
                },
            },
            Rule { attrs: &["publish"], change: |_, _, to| set(to, &publish(to)) },
            Rule {
                attrs: &["via_root"],
                change: |_, _, to| {
                    let value = to.flag(VIA_ROOT);
                    set(to, &format!("publish_via_partition_root = {value}"))
                },
            },
            Rule {
                attrs: &["generated_columns"],
                change: |_, _, to| {
                    let value = Some(to.text(GENERATED_COLUMNS)).filter(|text| !text.is_empty());
                    set(to, &format!("publish_generated_columns = {}", value.unwrap_or("none")))
                        .removing_if(value.is_none(), "generated columns are published no longer")
                },
            },
        ]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let mut needs = privilege::usual(ctx, object, act);
        if act == Act::Create && object.flag(ALL_TABLES) {
            needs.insert(Privilege::Superuser("a publication of all tables"));
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "PUBLICATION"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::ident(object.id.name())
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, parts: &[&Object]) -> Vec<String> {
        let members = if object.flag(ALL_TABLES) {
            " FOR ALL TABLES".to_owned()
        } else {
            publication_table::members(parts)
        };
        let mut with = publish(object);
        if object.flag(VIA_ROOT) {
            with += ", publish_via_partition_root = true";
        }
        if !object.text(GENERATED_COLUMNS).is_empty() {
            with =
                format!("{with}, publish_generated_columns = {}", object.text(GENERATED_COLUMNS));
        }
        vec![format!("CREATE PUBLICATION {}{members}\n    WITH ({with});", self.sql_name(object))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP PUBLICATION {};", self.sql_name(object))]
    }
    fn absorbs(&self, _: &Object) -> bool {
        true
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        let generated = !object.text(GENERATED_COLUMNS).is_empty();
        generated.then_some((18, "published generated columns"))
    }
}

/// Whether a publication is one of all tables, which has no members.
pub(super) fn is_for_all(catalog: &Catalog, publication: &ObjectId) -> bool {
    catalog.objects.get(publication).is_some_and(|object| object.flag(ALL_TABLES))
}

fn publish(object: &Object) -> String {
    let words: Vec<String> =
        object.value(PUBLISH).as_set().iter().map(ToString::to_string).collect();
    format!("publish = {}", quote::literal(&words.join(", ")))
}

fn set(object: &Object, option: &str) -> Outcome {
    let sql = format!("ALTER PUBLICATION {} SET ({option});", Publication.sql_name(object));
    Outcome::in_place(vec![sql], Effects::default())
}
