use super::text::{self, Rename};
use super::{NameMap, translate};
use crate::kinds::specs_of;
use crate::model::{Catalog, Facets, Kind, LedgerEntry, Object, ObjectId, Value};

/// Renames `app_dev` to `app` and `Dev` to `data`; knows one table.
#[derive(Default)]
struct Renames {
    strings: Vec<String>,
}

impl Rename for Renames {
    fn schema(&mut self, name: &str) -> Option<String> {
        match name {
            "app_dev" => Some("app".to_owned()),
            "Dev" => Some("data".to_owned()),
            _ => None,
        }
    }
    fn role(&mut self, name: &str) -> Option<String> {
        (name == "me").then(|| "Prod Me".to_owned())
    }
    fn has(&self, schema: &str, name: &str) -> bool {
        (schema, name) == ("app_dev", "users")
    }
    fn string(&mut self, content: &str) {
        self.strings.push(content.to_owned());
    }
}

#[track_caller]
fn becomes(before: &str, after: &str) {
    assert_eq!(text::sql(before, &mut Renames::default()), after);
}

#[test]
fn qualifiers_are_replaced() {
    becomes("SELECT u.id FROM app_dev.users u", "SELECT u.id FROM app.users u");
    becomes("\"Dev\".f((1)::app_dev.mood)", "data.f((1)::app.mood)");
    becomes("a OPERATOR(app_dev.+) b", "a OPERATOR(app.+) b");
    becomes("app_dev . users -- app_dev.users", "app . users -- app_dev.users");
    becomes("my_app_dev.users, x.app_dev.y", "my_app_dev.users, x.app_dev.y");
    becomes("CHECK (app_dev > 0)", "CHECK (app_dev > 0)");
}

#[test]
fn aliases_of_that_name_stay() {
    becomes(
        "SELECT app_dev.id FROM app_dev.users app_dev",
        "SELECT app_dev.id FROM app.users app_dev",
    );
}

#[test]
fn strings_stay_unless_they_are_references() {
    becomes("nextval('app_dev.s'::regclass)", "nextval('app.s'::regclass)");
    becomes("'app_dev'::regnamespace", "'app'::regnamespace");
    becomes("'me'::regrole", "'\"Prod Me\"'::regrole");
    becomes("'app_dev.s'::text", "'app_dev.s'::text");
    becomes("'{app_dev.s}'::regclass[]", "'{app_dev.s}'::regclass[]");
    let mut renames = Renames::default();
    text::sql("'it''s app_dev.s'::text || $$x$$", &mut renames);
    assert_eq!(renames.strings, ["it's app_dev.s", "x"]);
}

#[test]
fn settings_name_schemas_and_roles() {
    let setting = |entry| text::setting(entry, &mut Renames::default());
    let path = setting("search_path=app_dev, \"Dev\", \"$user\"");
    assert_eq!(path.as_deref(), Some("search_path=app, data, \"$user\""));
    assert_eq!(setting("role=me").as_deref(), Some("role=Prod Me"));
    assert_eq!(setting("application_name=app_dev").as_deref(), Some("application_name=app_dev"));
}

fn object(kind: Kind, path: &[&str], parent: Option<ObjectId>) -> Object {
    let specs = specs_of(kind);
    let values = vec![Value::Null; specs.len()];
    Object { id: ObjectId::new(kind, path), parent, specs, values, facets: Facets::default() }
}

fn catalog(schemas: &[&str]) -> Catalog {
    let mut catalog = Catalog::default();
    for schema in schemas {
        let object = object(Kind::Schema, &[schema], None);
        catalog.objects.insert(object.id.clone(), object);
    }
    catalog
}

fn map(pairs: &[(&str, &str)]) -> NameMap {
    let schemas = pairs.iter().map(|(from, to)| ((*from).into(), (*to).into())).collect();
    NameMap { schemas, ..NameMap::default() }
}

#[test]
fn names_may_be_swapped_but_not_joined() {
    let swapped = translate(catalog(&["a", "b"]), &map(&[("a", "b"), ("b", "a")])).unwrap();
    assert_eq!(swapped.objects.len(), 2);
    let error = translate(catalog(&["a", "b"]), &map(&[("a", "b")])).unwrap_err().to_string();
    assert!(error.contains("the schema a") && error.contains("the schema b"), "{error}");
    // what is not there cannot be joined
    let alone = translate(catalog(&["b"]), &map(&[("a", "b")])).unwrap();
    assert!(alone.notices[0].text.starts_with("nothing here names"), "{:?}", alone.notices);
}

#[test]
fn the_ledger_is_translated() {
    let mut before = catalog(&["app_dev"]);
    let lines = [
        (
            ["text search dictionary", "app_dev.d"],
            r#"{"dictnamespace":["schema:app_dev"],"dictowner":["role:me"],"x":"f(app_dev.y)"}"#,
        ),
        (["user mapping", "me on server s"], r#"{"srvname":"s","usename":"me"}"#),
        (["database settings", "of me"], r#"{"role":"me","setconfig":["search_path=app_dev"]}"#),
        (
            ["server", "s"],
            r#"{"srvacl":["me=U/me","zed=U/me"],"srvoptions":["schema_name=app_dev.x"]}"#,
        ),
        (["comment on", "server s"], "app_dev.x"),
    ];
    for (path, row) in lines {
        let row = row.to_owned();
        let entry = LedgerEntry { catalog: "pg".to_owned(), row };
        before.ledger.insert(ObjectId::new(Kind::Unmodelled, &path), entry);
    }
    let mut map = map(&[("app_dev", "app")]);
    map.roles.insert("me".into(), "zoe".into());
    let after = translate(before, &map).unwrap();
    let row = |path: [&str; 2]| after.ledger[&ObjectId::new(Kind::Unmodelled, &path)].row.as_str();
    assert_eq!(
        row(["text search dictionary", "app.d"]),
        r#"{"dictnamespace":["schema:app"],"dictowner":["role:zoe"],"x":"f(app.y)"}"#
    );
    assert_eq!(row(["user mapping", "zoe on server s"]), r#"{"srvname":"s","usename":"zoe"}"#);
    assert_eq!(
        row(["database settings", "of zoe"]),
        r#"{"role":"zoe","setconfig":["search_path=app"]}"#
    );
    assert_eq!(
        row(["server", "s"]),
        r#"{"srvacl":["zed=U/zoe","zoe=U/zoe"],"srvoptions":["schema_name=app_dev.x"]}"#
    );
    assert_eq!(row(["comment on", "server s"]), "app_dev.x");
}
