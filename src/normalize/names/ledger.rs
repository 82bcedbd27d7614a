//! Lines of the ledger. They hold identities and rows as text, so names are found by where they stand.

use super::translator::Translator;
use crate::model::{Kind, LedgerEntry, ObjectId};
use crate::sql::lexer::{TokenKind, tokens};
use crate::sql::quote;
use serde_json::Value;
use std::sync::Arc;

/// Sorts of lines that say a bare name where others say a qualified one.
const BARE: &[(&str, Bare)] = &[
    ("database settings", Bare::Role),
    ("privileges of", Bare::Role),
    ("user mapping", Bare::Role),
    ("publication namespace", Bare::Schema),
    ("schema", Bare::Schema),
];

#[derive(Clone, Copy)]
enum Bare {
    Role,
    Schema,
}

fn bare(id: &ObjectId) -> Option<Bare> {
    BARE.iter().find(|(what, _)| *what == id.part(0)).map(|(_, bare)| *bare)
}

/// A line under its new name.
pub(super) fn line(
    id: &ObjectId,
    entry: LedgerEntry,
    to: &mut Translator<'_>,
) -> (ObjectId, LedgerEntry) {
    let new = self::id(id, to);
    let row = match serde_json::from_str(&entry.row) {
        Ok(row @ Value::Object(_)) => value("", row, bare(id), to).to_string(),
        // a comment
        _ => entry.row,
    };
    to.tell(&new);
    (new, LedgerEntry { row, ..entry })
}

/// The identity of a line.
pub(super) fn id(id: &ObjectId, to: &mut Translator<'_>) -> ObjectId {
    let mut part = |text: &Arc<str>| -> Arc<str> {
        match bare(id) {
            Some(bare) => ends(text, bare, to).into(),
            None => to.sql(text),
        }
    };
    let path = id.path.iter().enumerate();
    let path = path.map(|(at, text)| if at == 0 { text.clone() } else { part(text) }).collect();
    ObjectId::from_parts(Kind::Unmodelled, path)
}

/// What the identity of a line says to stand in which schema.
pub(super) fn standing(id: &ObjectId) -> Option<(String, String)> {
    let words = tokens(id.part(1));
    let name = |at: usize| {
        let token = words.get(at)?;
        let is_name = matches!(token.kind, TokenKind::Identifier | TokenKind::QuotedIdentifier);
        is_name.then(|| quote::unquoted(token.text))
    };
    let qualified = words.get(1).is_some_and(|token| token.text == ".");
    Some((name(0)?, name(2)?)).filter(|_| qualified)
}

/// A value of a row, by the name of its column and by how captures write references.
fn value(column: &str, json: Value, bare: Option<Bare>, to: &mut Translator<'_>) -> Value {
    match json {
        Value::Object(map) => {
            let member = |(key, json): (String, Value)| {
                let json = value(&key, json, bare, to);
                (key, json)
            };
            Value::Object(map.into_iter().map(member).collect())
        }
        Value::Array(list) => {
            let mut list: Vec<Value> =
                list.into_iter().map(|json| value(column, json, bare, to)).collect();
            if column.ends_with("acl") {
                list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            }
            Value::Array(list)
        }
        Value::String(text) => Value::String(string(column, &text, bare, to)),
        other => other,
    }
}

fn string(column: &str, text: &str, bare: Option<Bare>, to: &mut Translator<'_>) -> String {
    if let Some(role) = text.strip_prefix("role:") {
        return format!("role:{}", to.role(role));
    }
    if let Some(schema) = text.strip_prefix("schema:") {
        let name = to.schema(&quote::unquoted(schema));
        return ObjectId::from_parts(Kind::Schema, vec![name]).to_string();
    }
    if column.ends_with("acl") {
        return privilege(text, to);
    }
    // names of another server's things
    if column.ends_with("options") {
        return text.to_owned();
    }
    if column.ends_with("config") {
        return to.setting(text).to_string();
    }
    match bare {
        Some(bare) => ends(text, bare, to),
        None => to.plain_sql(text),
    }
}

/// A text that is a name, or begins or ends with one.
fn ends(text: &str, bare: Bare, to: &mut Translator<'_>) -> String {
    let names = to.map;
    let map = match bare {
        Bare::Role => &names.roles,
        Bare::Schema => &names.schemas,
    };
    for from in map.keys() {
        let begins = text.strip_prefix(&**from);
        let rest = begins.filter(|rest| rest.is_empty() || rest.starts_with(' '));
        let head = text.strip_suffix(&**from).filter(|head| head.ends_with(' '));
        let mut name = || match bare {
            Bare::Role => to.role(from),
            Bare::Schema => to.schema(from),
        };
        match (rest, head) {
            (Some(rest), _) => return format!("{}{rest}", name()),
            (None, Some(head)) => return format!("{head}{}", name()),
            (None, None) => {}
        }
    }
    text.to_owned()
}

/// An `aclitem` as text: `grantee=privileges/grantor`.
fn privilege(item: &str, to: &mut Translator<'_>) -> String {
    let parts = item.rsplit_once('/').and_then(|(held, by)| Some((held.rsplit_once('=')?, by)));
    let Some(((grantee, held), grantor)) = parts else { return item.to_owned() };
    let mut name = |role: &str| {
        let name = to.role(&quote::unquoted(role));
        let safe = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if safe { name.to_string() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
    };
    format!("{}={held}/{}", name(grantee), name(grantor))
}
