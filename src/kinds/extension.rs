//! Extensions (`pg_extension`). Their members belong to them and are not compared one by one.

use crate::kinds::row::class;
use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Name, Naming, ObjectKind, Outcome,
    Phase, Place, Privilege, Privileges, Raw, Rule, Scan, default_acl,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, ObjectId, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec {
        name: "schema",
        doc: "schema of its members (extnamespace)",
        compare: Compare::Drift,
    },
    AttrSpec { name: "version", doc: "installed version (extversion)", compare: Compare::Info },
    AttrSpec {
        name: "tables",
        doc: "tables among its members, whose rows go with it (pg_depend)",
        compare: Compare::Derived,
    },
];
const SCHEMA: Attr = Attr::named(SPECS, "schema");
const TABLES: Attr = Attr::named(SPECS, "tables");

/// The kind.
pub(super) struct Extension;

impl ObjectKind for Extension {
    fn kind(&self) -> Kind {
        Kind::Extension
    }
    fn scan(&self) -> Scan {
        Scan::Extension
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        // plpgsql comes with initdb
        if row.oid("oid") < 16384 { Claim::Excluded("built in") } else { Claim::Mine }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_EXTENSION, row.oid("oid"));
        let schema = Raw::Value(Value::text(row.text("schema").as_deref()));
        let version = Raw::Value(Value::text(row.text("extversion").as_deref()));
        let tables = row.texts("tables").iter().map(|name| name.as_str().into()).collect();
        let values = vec![schema, version, Raw::Value(Value::List(tables))];
        let mut found = Found::new(address, Place::Database, String::new(), values);
        found.name = vec![Name::Plain(row.name("extname"))];
        found
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
                attrs: &["schema"],
                change: |_, _, to| {
                    let name = quote::ident(to.id.name());
                    let schema = quote::ident(to.text(SCHEMA));
                    let sql = format!("ALTER EXTENSION {name} SET SCHEMA {schema};");
                    Outcome::in_place(vec![sql], Effects::default())
                },
            },
            Rule {
                attrs: &["version", "tables"],
                change: |_, _, _| Outcome::in_place(Vec::new(), Effects::default()),
            },
        ]
    }
    fn privileges(&self, _: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        // who owns an extension is not in the model
        let own = Privilege::Owner(object.id.clone());
        let make = Privilege::Extension(object.id.name().into());
        let schema = ObjectId::new(Kind::Schema, &[object.text(SCHEMA)]);
        match act {
            Act::Create => [make, Privilege::Held("CREATE", schema)].into(),
            Act::Alter => [own, Privilege::Held("CREATE", schema)].into(),
            Act::Drop => [own].into(),
        }
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, ..FacetSpec::default() }
    }
    fn phase(&self) -> Phase {
        Phase::Foundation
    }
    fn prominence(&self) -> u8 {
        4
    }
    fn must_be_available(&self) -> bool {
        true
    }
    fn noun(&self, _: &Object) -> &'static str {
        "EXTENSION"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::ident(object.id.name())
    }
    fn create(&self, ctx: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let schema = quote::ident(object.text(SCHEMA));
        // its members' privileges are compared with those that its script gives them
        let (mut statements, restored) = default_acl::suspended(ctx, object.text(SCHEMA));
        statements
            .push(format!("CREATE EXTENSION {} WITH SCHEMA {schema};", self.sql_name(object)));
        statements.extend(restored);
        statements
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP EXTENSION {};", self.sql_name(object))]
    }
    fn rebuildable(&self, _: &Object) -> bool {
        false
    }
    fn drop_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        // columns of its types go by steps of their own
        match object.value(TABLES) {
            Value::List(tables) if tables.is_empty() => Effects::default(),
            Value::List(tables) => {
                Effects::default().losing(format!("the rows of its tables {}", tables.join(", ")))
            }
            _ => Effects::default()
                .losing("the rows of its tables, of which the snapshot does not tell"),
        }
    }
}
