//! What the texts of an object name, so that names of one database can be told as another's.

use crate::model::Value;

/// What stands in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Naming {
    /// Nothing that is a schema's or a role's: a name of its own, a word, a body.
    Plain,
    /// The name of a schema.
    Schema,
    /// The name of a role.
    Role,
    /// SQL as the server deparses it, with qualified names.
    Sql,
    /// `setting=value`.
    Settings,
    /// The value of the setting that the object is named after.
    Setting,
}

/// Attributes whose sort of value does not say what they name, in whatever kind they stand.
const ATTRIBUTES: &[(&str, Naming)] = &[
    ("clones", Naming::Sql),
    ("collation", Naming::Sql),
    ("expressions", Naming::Sql),
    ("mappings", Naming::Sql),
    ("members", Naming::Sql),
    ("result", Naming::Sql),
    ("roles", Naming::Role),
    ("schema", Naming::Schema),
    ("settings", Naming::Settings),
    ("support", Naming::Sql),
    ("transforms", Naming::Sql),
    ("type", Naming::Sql),
    ("value", Naming::Setting),
];

/// What an attribute names, unless its kind says otherwise.
pub(super) fn of_attribute(name: &str, value: &Value) -> Naming {
    let listed = ATTRIBUTES.iter().find(|(listed, _)| *listed == name);
    match (listed, value) {
        (Some((_, naming)), _) => *naming,
        (None, Value::Sql(_)) => Naming::Sql,
        _ => Naming::Plain,
    }
}
