//! One object at a time, by what its kind says that its texts name.

use super::NameMap;
use super::text::{self, Rename};
use crate::kinds::{Naming, of};
use crate::model::{AclItem, Catalog, Facets, Kind, Notice, Object, ObjectId, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How deep strings inside of strings are looked into.
const DEPTH: u8 = 3;

/// Replaces names and remembers which it saw.
pub(super) struct Translator<'a> {
    pub(super) map: &'a NameMap,
    /// What stands in which schema.
    standing: BTreeSet<(String, String)>,
    /// Names of either side of the map that the catalog has.
    pub(super) schemas: BTreeSet<Arc<str>>,
    pub(super) roles: BTreeSet<Arc<str>>,
    /// What may name something and was left as it is.
    pub(super) notices: Vec<Notice>,
    /// Names in strings of the object at hand.
    mentioned: BTreeSet<String>,
}

impl<'a> Translator<'a> {
    pub(super) fn new(map: &'a NameMap, catalog: &Catalog) -> Self {
        let mut standing = BTreeSet::new();
        for id in catalog.objects.keys() {
            if let ([Naming::Schema, Naming::Plain, ..], [schema, name, ..]) =
                (of(id.kind).path_naming(), &*id.path)
            {
                standing.insert((schema.to_string(), name.to_string()));
            }
        }
        for id in catalog.ledger.keys() {
            standing.extend(super::ledger::standing(id));
        }
        Self {
            map,
            standing,
            schemas: BTreeSet::new(),
            roles: BTreeSet::new(),
            notices: Vec::new(),
            mentioned: BTreeSet::new(),
        }
    }

    pub(super) fn role(&mut self, name: &str) -> Arc<str> {
        renamed(&self.map.roles, &mut self.roles, name).unwrap_or_else(|| name.into())
    }

    pub(super) fn schema(&mut self, name: &str) -> Arc<str> {
        renamed(&self.map.schemas, &mut self.schemas, name).unwrap_or_else(|| name.into())
    }

    /// SQL, where it holds anything to replace.
    pub(super) fn sql(&mut self, sql: &Arc<str>) -> Arc<str> {
        let holds = |name: &Arc<str>| name.contains('"') || sql.contains(&**name);
        if self.map.schemas.keys().any(holds) || self.map.roles.keys().any(holds) {
            return text::sql(sql, self).into();
        }
        sql.clone()
    }

    pub(super) fn plain_sql(&mut self, sql: &str) -> String {
        text::sql(sql, self)
    }

    pub(super) fn setting(&mut self, entry: &str) -> Arc<str> {
        text::setting(entry, self).map_or_else(|| entry.into(), Arc::from)
    }

    pub(super) fn id(&mut self, id: &ObjectId) -> ObjectId {
        if id.kind == Kind::Unmodelled {
            return super::ledger::id(id, self);
        }
        let namings = of(id.kind).path_naming();
        let part = |(at, part): (usize, &Arc<str>)| {
            let naming = namings.get(at).or(namings.last()).copied();
            self.text(naming.unwrap_or(Naming::Plain), part, id)
        };
        ObjectId::from_parts(id.kind, id.path.iter().enumerate().map(part).collect())
    }

    fn text(&mut self, naming: Naming, text: &Arc<str>, of: &ObjectId) -> Arc<str> {
        match naming {
            Naming::Plain => text.clone(),
            Naming::Schema => self.schema(text),
            Naming::Role => self.role(text),
            Naming::Sql => self.sql(text),
            Naming::Settings => self.setting(text),
            Naming::Setting => {
                let name = of.name();
                let entry = self.setting(&format!("{name}={text}"));
                entry.split_once('=').map_or_else(|| text.clone(), |(_, value)| value.into())
            }
        }
    }

    pub(super) fn object(&mut self, object: Object) -> Object {
        let kind = of(object.id.kind);
        let body = kind.soft_text(&object).map(str::to_owned);
        let Object { id, parent, specs, values, facets } = object;
        let out = Object {
            values: specs
                .iter()
                .zip(&values)
                .map(|(spec, value)| self.value(kind.naming(spec.name, value), value, &id))
                .collect(),
            id: self.id(&id),
            parent: parent.map(|parent| self.id(&parent)),
            specs,
            facets: self.facets(facets),
        };
        if let Some(body) = body {
            self.look_into(&body);
        }
        self.tell(&out.id);
        out
    }

    fn value(&mut self, naming: Naming, value: &Value, of: &ObjectId) -> Value {
        let mut one = |text: &Arc<str>| self.text(naming, text, of);
        match value {
            Value::Null | Value::Unknown | Value::Bool(_) | Value::Int(_) | Value::Sealed(_) => {
                value.clone()
            }
            Value::Text(text) => Value::Text(one(text)),
            Value::Sql(text) => Value::Sql(one(text)),
            Value::List(list) => Value::List(list.iter().map(one).collect()),
            Value::Set(set) => Value::Set(set.iter().map(one).collect()),
            Value::Map(map) => {
                Value::Map(map.iter().map(|(key, text)| (one(key), one(text))).collect())
            }
            Value::Id(id) => Value::Id(self.id(id)),
        }
    }

    fn facets(&mut self, facets: Facets) -> Facets {
        let mut item = |item: AclItem| AclItem {
            grantee: self.role(&item.grantee),
            grantor: self.role(&item.grantor),
            ..item
        };
        let acl = facets.acl.map(|acl| acl.into_iter().map(&mut item).collect());
        Facets { acl, owner: facets.owner.map(|owner| self.role(&owner)), ..facets }
    }

    /// Names in a text that is left as it is.
    fn look_into(&mut self, body: &str) {
        let (map, mentioned) = (self.map, &mut self.mentioned);
        text::words(body, DEPTH, &mut |word| {
            for (what, names) in [("schema", &map.schemas), ("role", &map.roles)] {
                if names.contains_key(word) {
                    mentioned.insert(format!("{what} {word}"));
                }
            }
        });
    }

    /// A notice for what the object may name.
    pub(super) fn tell(&mut self, id: &ObjectId) {
        for name in std::mem::take(&mut self.mentioned) {
            let text = format!("a body or a string in it may name {name}: not translated");
            self.notices.push(Notice { subject: id.to_string(), text, incomplete: false });
        }
    }
}

impl Rename for Translator<'_> {
    fn schema(&mut self, name: &str) -> Option<String> {
        renamed(&self.map.schemas, &mut self.schemas, name).map(|name| name.to_string())
    }
    fn role(&mut self, name: &str) -> Option<String> {
        renamed(&self.map.roles, &mut self.roles, name).map(|name| name.to_string())
    }
    fn has(&self, schema: &str, name: &str) -> bool {
        self.standing.contains(&(schema.to_owned(), name.to_owned()))
    }
    fn string(&mut self, content: &str) {
        self.look_into(content);
    }
}

/// The other name of one that is to be replaced; remembers it, and those that others become.
fn renamed(
    map: &std::collections::BTreeMap<Arc<str>, Arc<str>>,
    seen: &mut BTreeSet<Arc<str>>,
    name: &str,
) -> Option<Arc<str>> {
    if let Some((from, to)) = map.get_key_value(name) {
        seen.insert(from.clone());
        return Some(to.clone());
    }
    if let Some(to) = map.values().find(|to| &***to == name) {
        seen.insert(to.clone());
    }
    None
}
