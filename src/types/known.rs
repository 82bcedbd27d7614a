//! What the catalog knows of types.

use crate::model::{Catalog, Kind, Object, ObjectId, Value};
use crate::types::TypesError;
use crate::types::name::TypeName;
use crate::types::order::Order;
use crate::types::ts::{Ts, string};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Types that JSON has as numbers.
const NUMBERS: &[&str] = &["int2", "int4", "int8", "float4", "float8", "numeric"];

/// Types that JSON has as strings.
const STRINGS: &[&str] = &[
    "bytea",
    "bpchar",
    "varchar",
    "date",
    "text",
    "time",
    "timetz",
    "timestamp",
    "timestamptz",
    "uuid",
    "interval",
];

/// The same, of extensions, in whatever schema they stand.
const STRINGS_OF_EXTENSIONS: &[&str] = &["citext", "vector"];

/// The domains of `information_schema` with the types that they are based on.
const STANDARD_DOMAINS: &[(&str, &str)] = &[
    ("cardinal_number", "int4"),
    ("character_data", "varchar"),
    ("sql_identifier", "name"),
    ("time_stamp", "timestamptz"),
    ("yes_or_no", "varchar"),
];

/// A catalog, and what of it is asked for.
pub(super) struct Known<'a> {
    pub(super) catalog: &'a Catalog,
    /// The schemas that are written, in order.
    pub(super) schemas: Vec<&'a str>,
    /// The parts of each object.
    parts: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
    order: Order,
}

impl<'a> Known<'a> {
    pub(super) fn new(catalog: &'a Catalog, only: &[String]) -> Result<Self, TypesError> {
        let order = Order::english()?;
        let is_there = |name: &&String| {
            catalog.objects.contains_key(&ObjectId::new(Kind::Schema, &[name.as_str()]))
        };
        if let Some(missing) = only.iter().find(|name| !is_there(name)) {
            return Err(TypesError::NoSchema(missing.clone()));
        }
        let all = catalog.of_kind(Kind::Schema).map(|schema| schema.id.name());
        let mut schemas: Vec<&str> =
            all.filter(|name| only.is_empty() || only.iter().any(|it| it == name)).collect();
        schemas.sort_by(|a, b| order.compare(a, b));
        Ok(Self { catalog, schemas, parts: catalog.parts(), order })
    }

    /// Which of two names comes first.
    pub(super) fn compare(&self, a: &str, b: &str) -> Ordering {
        self.order.compare(a, b)
    }

    /// The objects of these kinds in a schema, by name.
    pub(super) fn sorted(&self, kinds: &[Kind], schema: &str) -> Vec<&'a Object> {
        let mut objects: Vec<&Object> = Vec::new();
        for kind in kinds {
            let first = ObjectId::new(*kind, &[schema]);
            let rest = self.catalog.objects.range(first..).map(|(_, object)| object);
            objects.extend(
                rest.take_while(|object| object.id.kind == *kind && object.id.part(0) == schema),
            );
        }
        objects.sort_by(|a, b| self.compare(a.id.name(), b.id.name()));
        objects
    }

    /// The parts of an object that are of a kind, in the order of their names.
    pub(super) fn parts(&self, whole: &ObjectId, kind: Kind) -> Vec<&'a Object> {
        let parts = self.parts.get(whole).into_iter().flatten();
        let parts = parts.filter(|id| id.kind == kind);
        let mut parts: Vec<&Object> =
            parts.filter_map(|id| self.catalog.objects.get(*id)).collect();
        parts.sort_by(|a, b| self.compare(a.id.name(), b.id.name()));
        parts
    }

    /// Extensions that bring more than a language.
    pub(super) fn extensions(&self) -> impl Iterator<Item = &'a str> {
        let extensions = self.catalog.of_kind(Kind::Extension).map(|object| object.id.name());
        extensions.filter(|name| *name != "plpgsql")
    }

    /// Whether a schema is written.
    pub(super) fn writes(&self, schema: &str) -> bool {
        self.schemas.contains(&schema)
    }

    /// The object of these kinds that a type's name stands for.
    fn find(&self, name: &TypeName, kinds: &[Kind]) -> Option<&'a Object> {
        let id = |kind: &Kind| ObjectId::new(*kind, &[&name.schema, &name.name]);
        kinds.iter().find_map(|kind| self.catalog.objects.get(&id(kind)))
    }

    /// The relation or composite type whose rows are of the type.
    pub(super) fn row_of(&self, name: &TypeName) -> Option<&'a Object> {
        if name.is_array || name.schema.is_empty() {
            return None;
        }
        self.find(name, &[Kind::Table, Kind::View, Kind::MaterializedView, Kind::Composite])
    }

    /// What a column of a domain holds: one level, as the generator of supabase looks through it.
    pub(super) fn stored(&self, name: TypeName) -> TypeName {
        if name.is_array {
            return name;
        }
        if name.schema == "information_schema" {
            let base = STANDARD_DOMAINS.iter().find(|(domain, _)| *domain == name.name);
            return base.map_or(name, |(_, base)| TypeName::parse(base));
        }
        match self.find(&name, &[Kind::Domain]) {
            Some(domain) => TypeName::parse(named(domain, "type").as_str().unwrap_or_default()),
            None => name,
        }
    }

    /// Whether the type is a domain that refuses NULL.
    pub(super) fn refuses_null(&self, name: &TypeName) -> bool {
        let domain = self.find(name, &[Kind::Domain]).filter(|_| !name.is_array);
        domain.is_some_and(|domain| named(domain, "not_null").is_true())
    }

    /// The TypeScript type of a value.
    pub(super) fn of_type(&self, name: &TypeName) -> Ts {
        if name.is_array {
            let element = TypeName { is_array: false, ..name.clone() };
            return self.of_type(&element).array();
        }
        if name.schema.is_empty() {
            return built_in(&name.name);
        }
        let at = |list: &str, object: &Object, rest: &str| {
            let path = [object.id.part(0), list, object.id.name()]
                .map(|part| format!("[{}]", string(part)));
            Ts::Word(format!("Database{}{rest}", path.concat()))
        };
        let written = |object: &Object| self.writes(object.id.part(0));
        if let Some(found) = self.find(name, &[Kind::Enum]) {
            return if written(found) { at("Enums", found, "") } else { labels(found) };
        }
        match self.row_of(name) {
            Some(found) if !written(found) => Ts::word("unknown"),
            Some(found) => match found.id.kind {
                Kind::Composite => at("CompositeTypes", found, ""),
                Kind::Table => at("Tables", found, "[\"Row\"]"),
                _ => at("Views", found, "[\"Row\"]"),
            },
            None if STRINGS_OF_EXTENSIONS.contains(&name.name.as_str())
                && self.find(name, &[Kind::Domain, Kind::Range, Kind::BaseType]).is_none() =>
            {
                Ts::word("string")
            }
            None => Ts::word("unknown"),
        }
    }
}

fn built_in(name: &str) -> Ts {
    Ts::word(match name {
        "bool" => "boolean",
        "json" | "jsonb" => "Json",
        "void" => "undefined",
        "record" => "Record<string, unknown>",
        name if NUMBERS.contains(&name) => "number",
        name if STRINGS.contains(&name) => "string",
        _ => "unknown",
    })
}

/// The labels of an enum.
pub(super) fn labels(object: &Object) -> Ts {
    let labels = named(object, "labels").as_list();
    if labels.is_empty() {
        return Ts::word("never");
    }
    Ts::union(labels.iter().map(|label| Ts::Word(string(label))).collect())
}

/// The value of an attribute; unset where the kind has none of the name.
pub(super) fn named<'a>(object: &'a Object, name: &str) -> &'a Value {
    let at = object.specs.iter().position(|spec| spec.name == name);
    at.and_then(|at| object.values.get(at)).unwrap_or(&Value::Null)
}
