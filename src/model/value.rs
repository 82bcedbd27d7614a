//! The value of an attribute.

use crate::model::ObjectId;
use crate::model::acl::shown;
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Named settings, in the order in which they were set; two with the same entries are equal.
pub type Settings = IndexMap<Arc<str>, Arc<str>>;

/// A value as it is compared. Text is interned where it repeats.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Value {
    /// Not set, or the default.
    #[default]
    Null,
    /// The role that captured may not see it: neither equal to anything nor different.
    Unknown,
    /// A flag.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A word or a text.
    Text(Arc<str>),
    /// SQL text that the server deparsed.
    Sql(Arc<str>),
    /// Another object.
    Id(ObjectId),
    /// Ordered: enum labels.
    List(Vec<Arc<str>>),
    /// Unordered: roles, flags.
    Set(BTreeSet<Arc<str>>),
    /// Named settings.
    Map(Settings),
    /// Names whose values may be secret and are never kept.
    Sealed(Sealed),
}

/// What is left of values that may be secret: their names, each with what tells equal values from
/// others within one process. That goes into no file.
pub type Sealed = BTreeMap<Arc<str>, Option<u64>>;

impl Value {
    /// A text, or `Null`.
    pub fn text(value: Option<&str>) -> Self {
        value.map_or(Self::Null, |text| Self::Text(text.into()))
    }

    /// Deparsed SQL, or `Null`.
    pub fn sql(value: Option<&str>) -> Self {
        value.map_or(Self::Null, |text| Self::Sql(text.into()))
    }

    /// A flag; `false` is the default and is not stored.
    pub fn flag(value: bool) -> Self {
        if value { Self::Bool(true) } else { Self::Null }
    }

    /// A map; an empty one is not stored.
    pub fn map(value: Settings) -> Self {
        if value.is_empty() { Self::Null } else { Self::Map(value) }
    }

    /// Whether it is known on neither or on one side only.
    pub fn is_unknown_beside(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sealed(a), Self::Sealed(b)) => a != b && !differ(a, b),
            _ => *self == Self::Unknown || *other == Self::Unknown,
        }
    }

    /// The text of a word or of SQL.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Sql(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the flag is set.
    pub fn is_true(&self) -> bool {
        *self == Self::Bool(true)
    }

    /// The number.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// The elements of a list.
    pub fn as_list(&self) -> &[Arc<str>] {
        if let Self::List(list) = self { list } else { &[] }
    }

    /// The elements of a set, or the names of what is sealed.
    pub fn as_set(&self) -> BTreeSet<Arc<str>> {
        match self {
            Self::Set(set) => set.clone(),
            Self::Sealed(sealed) => sealed.keys().cloned().collect(),
            _ => BTreeSet::new(),
        }
    }

    /// The entries of a map.
    pub fn as_map(&self) -> Settings {
        if let Self::Map(map) = self { map.clone() } else { Settings::new() }
    }
}

/// For people: one line unless the value itself has several.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("-"),
            Self::Unknown => f.write_str("unknown"),
            Self::Bool(flag) => write!(f, "{}", if *flag { "yes" } else { "no" }),
            Self::Int(number) => write!(f, "{number}"),
            Self::Text(text) | Self::Sql(text) => f.write_str(text),
            Self::Id(id) => f.write_str(&id.label()),
            Self::List(list) => f.write_str(&list.join(", ")),
            // the only sets are roles
            Self::Set(set) => f.write_str(&joined(set.iter().map(|role| shown(role).to_owned()))),
            Self::Sealed(sealed) => {
                let names = joined(sealed.keys().map(ToString::to_string));
                write!(f, "{names} (values not shown)")
            }
            Self::Map(map) => {
                f.write_str(&joined(map.iter().map(|(key, value)| format!("{key}={value}"))))
            }
        }
    }
}

/// Whether they have other names, or values that are known to be others.
fn differ(a: &Sealed, b: &Sealed) -> bool {
    !a.keys().eq(b.keys())
        || a.values().zip(b.values()).any(|(a, b)| a.is_some() && b.is_some() && a != b)
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
