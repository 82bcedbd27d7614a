//! User mappings (`pg_user_mappings`). Their options are credentials: only the names are kept, and
//! not even those where the role that looks may not see them.

use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, LeftOut, Name, Naming, ObjectKind,
    Place, Privilege, Privileges, Raw, Rule, Scan, Source, options, secret,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, ObjectId, PUBLIC, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[AttrSpec {
    name: "unread_options",
    doc: "names of the options, sealed; unknown where the role may not see them (umoptions)",
    compare: Compare::Drift,
}];
const UNREAD: Attr = Attr::named(SPECS, "unread_options");

static SOURCE: Source = Source {
    catalog: "pg_user_mappings",
    class: 1418,
    // the view gives no options to whom it does not trust: the condition is the view's own
    query: |_| {
        "SELECT m.umid AS oid, m.srvname, CASE WHEN m.umuser = 0 THEN '' ELSE m.usename END AS role, \
         ARRAY(SELECT o.option_name FROM pg_catalog.pg_options_to_table(m.umoptions) o ORDER BY 1) AS names, \
         ARRAY(SELECT o.option_value FROM pg_catalog.pg_options_to_table(m.umoptions) o ORDER BY o.option_name) AS options, NOT (r.rolsuper \
             OR (m.umuser = 0 AND pg_catalog.pg_has_role(s.srvowner, 'USAGE')) \
             OR (m.usename = current_user AND (pg_catalog.pg_has_role(s.srvowner, 'USAGE') OR pg_catalog.has_server_privilege(s.oid, 'USAGE')))) AS hidden \
         FROM pg_catalog.pg_user_mappings m JOIN pg_catalog.pg_foreign_server s ON s.oid = m.srvid \
         JOIN pg_catalog.pg_roles r ON r.rolname = current_user"
            .to_owned()
    },
    schema: None,
    acl: None,
};

/// The kind.
pub(super) struct UserMapping;

impl ObjectKind for UserMapping {
    fn kind(&self) -> Kind {
        Kind::UserMapping
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::UserMapping)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let (names, options) = (row.texts("names"), row.texts("options"));
        let options = names.iter().map(String::as_str).zip(options.iter().map(String::as_str));
        let unread =
            if row.flag("hidden") { Value::Unknown } else { secret::seal(&options.collect()) };
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let values = vec![Raw::Value(unread)];
        let mut found = Found::new(address, Place::Database, String::new(), values);
        found.name = vec![Name::Plain(row.name("srvname")), Name::Plain(row.name("role"))];
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Plain, Naming::Role]
    }
    fn rules(&self) -> &'static [Rule] {
        &[Rule {
            attrs: &["unread_options"],
            change: |_, from, to| {
                options::change_unread(&target(to), from.value(UNREAD), to.value(UNREAD))
            },
        }]
    }
    fn privileges(&self, _: &Ctx<'_>, object: &Object, _: Act) -> Privileges {
        [Privilege::Owner(ObjectId::new(Kind::Server, &[object.id.part(0)]))].into()
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec::default()
    }
    fn subject(&self, id: &ObjectId) -> String {
        id.part(0).to_owned()
    }
    fn noun(&self, _: &Object) -> &'static str {
        "USER MAPPING"
    }
    fn sql_name(&self, object: &Object) -> String {
        let role = match object.id.part(1) {
            PUBLIC => "PUBLIC".to_owned(),
            role => quote::ident(role),
        };
        format!("FOR {role} SERVER {}", quote::ident(object.id.part(0)))
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![format!("CREATE {};", target(object))]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP {};", target(object))]
    }
    fn drop_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        if is_hidden(object) {
            return Effects::default().losing("options that the role cannot read");
        }
        options::dropped(object.value(UNREAD))
    }
    fn rebuildable(&self, object: &Object) -> bool {
        !is_hidden(object) && object.value(UNREAD).as_set().is_empty()
    }
    fn obstacle(&self, _: &Ctx<'_>, object: &Object) -> Option<String> {
        if is_hidden(object) {
            return Some(HIDDEN.to_owned());
        }
        options::obstacle(object.value(UNREAD))
    }
    fn roles(&self, object: &Object) -> Vec<String> {
        Some(object.id.part(1))
            .filter(|role| *role != PUBLIC)
            .map(str::to_owned)
            .into_iter()
            .collect()
    }
    fn left_out(&self, object: &Object) -> Option<LeftOut> {
        if is_hidden(object) {
            return Some(LeftOut::Hidden(HIDDEN.to_owned()));
        }
        options::told(object.value(UNREAD)).map(LeftOut::Secret)
    }
}

const HIDDEN: &str =
    "its options are unknown: this role may not read them, so they are not compared";

fn is_hidden(object: &Object) -> bool {
    *object.value(UNREAD) == Value::Unknown
}

fn target(object: &Object) -> String {
    format!("USER MAPPING {}", UserMapping.sql_name(object))
}
