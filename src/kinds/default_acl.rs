//! Default privileges (`pg_default_acl`): what objects that a role creates later are given.

use crate::kinds::facet::acl::{self, Acl, Target};
use crate::kinds::row::class;
use crate::kinds::{
    Act, Address, Claim, Ctx, FacetSpec, Fields, Found, Guards, Name, Naming, ObjectKind, Opening,
    Phase, Place, Privilege, Privileges, Protection, Rule, Scan, guard,
};
use crate::model::{AclItem, AttrSpec, Catalog, Kind, OWNER, Object, ObjectId};
use crate::sql::quote;

/// The kind. Its privileges are its facet; there is nothing else.
pub(super) struct DefaultAcl;

impl ObjectKind for DefaultAcl {
    fn kind(&self) -> Kind {
        Kind::DefaultAcl
    }
    fn scan(&self) -> Scan {
        Scan::DefaultAcl
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_DEFAULT_ACL, row.oid("oid"));
        let mut found = Found::new(address, Place::Database, String::new(), Vec::new());
        let word = acl::word_of(row.letter("defaclobjtype"));
        found.name = vec![
            Name::Role(row.oid("defaclrole")),
            Name::Schema(row.oid("defaclnamespace")),
            Name::Plain(word.to_owned()),
        ];
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &[]
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Role, Naming::Schema, Naming::Plain]
    }
    fn rules(&self) -> &'static [Rule] {
        &[]
    }
    fn privileges(&self, _: &Ctx<'_>, object: &Object, _: Act) -> Privileges {
        let role = Privilege::RightsOf(object.id.part(0).into());
        let schema = ObjectId::new(Kind::Schema, &[object.id.part(1)]);
        let usage = (!schema.name().is_empty()).then_some(Privilege::Held("USAGE", schema));
        usage.into_iter().chain([role]).collect()
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { acl: Some(' '), ..FacetSpec::default() }
    }
    fn phase(&self) -> Phase {
        Phase::Last
    }
    fn subject(&self, _: &ObjectId) -> String {
        "default_privileges".to_owned()
    }
    fn noun(&self, object: &Object) -> &'static str {
        match object.id.part(2) {
            "tables" => "TABLES",
            "sequences" => "SEQUENCES",
            "functions" => "FUNCTIONS",
            "schemas" => "SCHEMAS",
            "large objects" => "LARGE OBJECTS",
            _ => "TYPES",
        }
    }
    fn sql_name(&self, _: &Object) -> String {
        String::new()
    }
    fn create(&self, ctx: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let base = base(ctx.current.server.major(), object);
        acl::statements(&target(object), &base, &held(object))
    }
    fn drop(&self, ctx: &Ctx<'_>, object: &Object) -> Vec<String> {
        let base = base(ctx.current.server.major(), object);
        acl::statements(&target(object), &held(object), &base)
    }
    fn grant_prefix(&self, object: &Object) -> String {
        target(object).prefix
    }
    fn guards(&self, catalog: &Catalog, object: &Object) -> Guards {
        let base = base(catalog.server.major(), object);
        let held = held(object);
        let others = |item: &&AclItem| &*item.grantee != OWNER;
        let name = |item: &AclItem| {
            let held = guard::held(item, &guard::grantee(item), item.grantable);
            format!("{}: {held}", object.id)
        };
        let opening = |item| {
            let mut opening = Opening::new(None, name(item), name(item));
            opening.covered_by.push(format!("{} with grant option", opening.name));
            opening
        };
        let withheld = |item| {
            let name = format!("that new objects are without {}", name(item));
            Protection { on: None, name, text: String::new(), exact: false, at_once: false }
        };
        Guards {
            protections: base.difference(&held).filter(others).map(withheld).collect(),
            openings: held.difference(&base).filter(others).map(opening).collect(),
        }
    }
    fn roles(&self, object: &Object) -> Vec<String> {
        vec![object.id.part(0).to_owned()]
    }
}

/// What takes the default privileges for new objects of the executing role in a schema away, and
/// what brings them back.
pub(super) fn suspended(ctx: &Ctx<'_>, schema: &str) -> (Vec<String>, Vec<String>) {
    let (mut away, mut back) = (Vec::new(), Vec::new());
    let first = ObjectId::new(Kind::DefaultAcl, &[ctx.apply_role]);
    for (id, object) in ctx.current.objects.range(first..) {
        if id.kind != Kind::DefaultAcl || id.part(0) != ctx.apply_role {
            break;
        }
        let counts = !matches!(id.part(2), "schemas" | "large objects");
        if counts && ["", schema].contains(&id.part(1)) {
            away.extend(DefaultAcl.drop(ctx, object));
            back.extend(DefaultAcl.create(ctx, object, &[]));
        }
    }
    (away, back)
}

fn held(object: &Object) -> Acl {
    object.facets.acl.clone().unwrap_or_default()
}

/// For all schemas the built-in default, for one schema nothing: what it grants comes on top.
fn base(major: i32, object: &Object) -> Acl {
    if object.id.part(1).is_empty() {
        acl::default_of(acl::class_of(object.id.part(2)), major)
    } else {
        Acl::new()
    }
}

fn target(object: &Object) -> Target {
    let schema = match object.id.part(1) {
        "" => String::new(),
        schema => format!(" IN SCHEMA {}", quote::ident(schema)),
    };
    let role = object.id.part(0);
    Target {
        on: DefaultAcl.noun(object).to_owned(),
        suffix: String::new(),
        prefix: format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{schema} ", quote::ident(role)),
        owner: role.to_owned(),
    }
}
