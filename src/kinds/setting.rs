//! Settings of the database (`ALTER DATABASE ... SET`) and of roles in it (`ALTER ROLE ... IN
//! DATABASE ... SET`): `pg_db_role_setting`. Those of roles everywhere belong to the cluster.
//!
//! The name of the database is not compared, and no statement names it: each asks for the one it
//! runs in.

use crate::kinds::rules::{Effects, Outcome};
use crate::kinds::{
    Act, Address, Claim, Ctx, FacetSpec, Fields, Found, LeftOut, Name, Naming, ObjectKind, Phase,
    Place, Privilege, Privileges, Raw, Rule, Scan, Source, privilege, routine, secret,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, ObjectId, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec {
        name: "value",
        doc: "as it is stored; not kept where it may be a secret",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "unread",
        doc: "the value, sealed, where it may be a secret",
        compare: Compare::Drift,
    },
];
const VALUE: Attr = Attr::named(SPECS, "value");
const UNREAD: Attr = Attr::named(SPECS, "unread");

/// Both kinds' rows; a row has no OID, and nothing points at it.
static SOURCE: Source = Source {
    catalog: "pg_db_role_setting",
    class: 2964,
    query: |_| {
        "SELECT pg_catalog.row_number() OVER ()::pg_catalog.oid AS oid, s.setrole, pg_catalog.split_part(c, '=', 1) AS name, \
         pg_catalog.substr(c, pg_catalog.strpos(c, '=') + 1) AS value \
         FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c \
         WHERE s.setdatabase = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())"
            .to_owned()
    },
    schema: None,
    acl: None,
};

/// Settings of the database, or of a role in it.
pub(super) struct Setting {
    kind: Kind,
}

/// Those of the database.
pub(super) static DATABASE: Setting = Setting { kind: Kind::DatabaseSetting };
/// Those of a role.
pub(super) static ROLE: Setting = Setting { kind: Kind::RoleSetting };

impl ObjectKind for Setting {
    fn kind(&self) -> Kind {
        self.kind
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::DatabaseSetting)
    }
    fn source(&self) -> Option<&'static Source> {
        (self.kind == Kind::DatabaseSetting).then_some(&SOURCE)
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        let of_role = row.oid("setrole") != 0;
        if of_role == (self.kind == Kind::RoleSetting) { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let name = row.name("name");
        let value = row.text("value").filter(|_| secret::is_harmless_setting(&name));
        let whole = row.text("value").unwrap_or_default();
        let unread = value.is_none().then(|| secret::seal(&[(&*name, &*whole)].into()));
        let values =
            vec![Raw::Value(Value::text(value.as_deref())), Raw::Value(unread.unwrap_or_default())];
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let mut found = Found::new(address, Place::Database, String::new(), values);
        found.name = vec![Name::Plain(name)];
        if self.kind == Kind::RoleSetting {
            found.name.insert(0, Name::Role(row.oid("setrole")));
        }
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        if self.kind == Kind::RoleSetting {
            &[Naming::Role, Naming::Plain]
        } else {
            &[Naming::Plain]
        }
    }
    fn rules(&self) -> &'static [Rule] {
        &[Rule {
            attrs: &["value", "unread"],
            change: |_, _, to| {
                if is_unread(to) {
                    return Outcome::report(format!("the values differ: {UNWRITTEN}"));
                }
                Outcome::in_place(vec![statement(to, &set(to))], Effects::default())
            },
        }]
    }
    fn privileges(&self, _: &Ctx<'_>, object: &Object, _: Act) -> Privileges {
        let of_whom = match object.id.kind {
            Kind::RoleSetting => Privilege::Administer(object.id.part(0).into()),
            _ => Privilege::OwnerOfDatabase,
        };
        privilege::of_setting(object.id.name()).into_iter().chain([of_whom]).collect()
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec::default()
    }
    fn phase(&self) -> Phase {
        // each file runs in a session of its own, which a setting would reach
        Phase::Last
    }
    fn subject(&self, id: &ObjectId) -> String {
        format!("setting_{}", id.name())
    }
    fn noun(&self, _: &Object) -> &'static str {
        "DATABASE"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::ident(object.id.name())
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![statement(object, &set(object))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![statement(object, &format!("RESET {}", routine::setting_name(object.id.name())))]
    }
    fn drop_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        if is_unread(object) {
            return Effects::default().losing(format!("the value of {}", object.id.name()));
        }
        Effects::default()
    }
    fn rebuildable(&self, object: &Object) -> bool {
        !is_unread(object)
    }
    fn obstacle(&self, _: &Ctx<'_>, object: &Object) -> Option<String> {
        is_unread(object).then(|| UNWRITTEN.to_owned())
    }
    fn roles(&self, object: &Object) -> Vec<String> {
        if self.kind == Kind::RoleSetting { vec![object.id.part(0).to_owned()] } else { Vec::new() }
    }
    fn left_out(&self, object: &Object) -> Option<LeftOut> {
        let why = "its value may be a secret and is in no file: only two live databases are compared by it";
        is_unread(object).then(|| LeftOut::Secret(why.to_owned()))
    }
}

const UNWRITTEN: &str = "its value may be a secret and is never written: set it by hand";

fn is_unread(object: &Object) -> bool {
    *object.value(UNREAD) != Value::Null
}

fn set(object: &Object) -> String {
    routine::setting(object.id.name(), object.text(VALUE))
}

/// `ALTER DATABASE|ROLE ...` of the database that it runs in.
fn statement(object: &Object, clause: &str) -> String {
    let target = match object.id.kind {
        Kind::RoleSetting => {
            format!("ROLE {} IN DATABASE ", quote::ident(object.id.part(0)).replace('%', "%%"))
        }
        _ => "DATABASE ".to_owned(),
    };
    let template = format!("ALTER {target}%I {}", clause.replace('%', "%%"));
    let body = format!(
        "\nBEGIN\n  EXECUTE pg_catalog.format({}, pg_catalog.current_database());\nEND\n",
        quote::literal(&template)
    );
    format!("DO {};", quote::dollar(&body))
}
