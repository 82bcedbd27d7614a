//! The identity of an object between databases.

use crate::model::Kind;
use std::fmt;
use std::sync::Arc;

/// `(kind, path)` with raw catalog names: unquoted, byte-exact, case-sensitive. Never an OID.
///
/// The path of a relation is `[schema, name]`, of its parts `[schema, relation, name]`, of a
/// routine `[schema, name, argument types]`, of a ledger entry `[type, identity]`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ObjectId {
    /// What it is.
    pub kind: Kind,
    /// Raw names, outermost first.
    pub path: Arc<[Arc<str>]>,
}

impl ObjectId {
    /// An identity from its parts.
    pub fn new(kind: Kind, path: &[&str]) -> Self {
        Self { kind, path: path.iter().map(|part| Arc::from(*part)).collect() }
    }

    /// An identity from interned parts.
    pub fn from_parts(kind: Kind, path: Vec<Arc<str>>) -> Self {
        Self { kind, path: path.into() }
    }

    /// The part at `position`; empty where the path is shorter.
    pub fn part(&self, position: usize) -> &str {
        self.path.get(position).map_or("", |part| part)
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.last().map_or("", |part| part)
    }

    /// Whether a person means it by `table:public.users` or `table public.users`.
    pub fn is_called(&self, name: &str) -> bool {
        name == self.to_string() || name == format!("{} {}", self.kind, self.label())
    }

    /// The name to read: the path without the kind.
    pub fn label(&self) -> String {
        match (self.kind, &*self.path) {
            (Kind::Function | Kind::Procedure | Kind::Aggregate, [schema, name, arguments]) => {
                format!("{}.{}({arguments})", shown(schema), shown(name))
            }
            (Kind::UserMapping, [server, role]) => {
                let role = if role.is_empty() { "PUBLIC".to_owned() } else { shown(role) };
                format!("{role} on {}", shown(server))
            }
            (Kind::PublicationTable, [publication, schema, table]) => {
                format!("{}.{} in {}", shown(schema), shown(table), shown(publication))
            }
            (Kind::PublicationSchema, [publication, schema]) => {
                format!("{} in {}", shown(schema), shown(publication))
            }
            (Kind::DatabaseSetting, [name]) => shown_setting(name),
            (Kind::RoleSetting, [role, name]) => {
                format!("{} of {}", shown_setting(name), shown(role))
            }
            (Kind::Cast, [source, target]) => format!("({} AS {})", line(source), line(target)),
            (Kind::Transform, [of, language]) => {
                format!("FOR {} LANGUAGE {}", line(of), shown(language))
            }
            (Kind::Operator, [schema, name, left, right]) => {
                format!("{}.{}({}, {})", shown(schema), line(name), line(left), line(right))
            }
            (Kind::OperatorFamily | Kind::OperatorClass, [schema, name, method]) => {
                format!("{}.{} USING {}", shown(schema), shown(name), shown(method))
            }
            (Kind::Unmodelled | Kind::InitialAcl, [what, identity]) => format!("{what} {identity}"),
            (_, path) => path.iter().map(|part| shown(part)).collect::<Vec<_>>().join("."),
        }
    }
}

/// `kind:label`, the one way an identity is printed.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.label())
    }
}

/// A name as it is read: quoted where it could be misread, one line always.
fn shown(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.is_empty() && name.chars().all(plain) {
        return name.to_owned();
    }
    format!("\"{}\"", line(name).replace('"', "\"\""))
}

/// A text that the server wrote, in one line.
fn line(text: &str) -> String {
    text.chars().map(one_line).collect()
}

/// The name of a setting may have dots.
fn shown_setting(name: &str) -> String {
    name.split('.').map(shown).collect::<Vec<_>>().join(".")
}

/// Control and bidirectional characters would let a name forge lines of a report.
fn one_line(c: char) -> char {
    let unsafe_mark = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    if c.is_control() || unsafe_mark { '\u{fffd}' } else { c }
}

#[cfg(test)]
mod tests {
    use super::ObjectId;
    use crate::model::Kind;

    #[test]
    fn labels() {
        let policy = ObjectId::new(Kind::Policy, &["public", "users", "own rows"]);
        assert_eq!(policy.to_string(), "policy:public.users.\"own rows\"");
        let function = ObjectId::new(Kind::Function, &["public", "f", "integer, text"]);
        assert_eq!(function.to_string(), "function:public.f(integer, text)");
        let evil = ObjectId::new(Kind::Table, &["public", "a\nb\"c"]);
        assert_eq!(evil.label(), "public.\"a\u{fffd}b\"\"c\"");
    }
}
