//! Names inside of text, token by token.

use crate::sql::lexer::{Token, TokenKind, tokens};
use crate::sql::quote;

/// What to do with the names in a text.
pub(super) trait Rename {
    /// The other name of a schema.
    fn schema(&mut self, name: &str) -> Option<String>;
    /// The other name of a role.
    fn role(&mut self, name: &str) -> Option<String>;
    /// Whether the schema has something of that name.
    fn has(&self, schema: &str, name: &str) -> bool;
    /// A string that is no reference.
    fn string(&mut self, content: &str);
}

/// Types whose constants are references, with what their text is.
const REFERENCES: &[&str] = &[
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regtype",
];

/// SQL as the server deparses it, with the schemas in it renamed.
pub(super) fn sql(text: &str, to: &mut dyn Rename) -> String {
    let all = tokens(text);
    let words: Vec<&Token<'_>> = all.iter().filter(|token| token.kind.is_significant()).collect();
    let word = |at: Option<usize>| at.and_then(|at| words.get(at)).map_or("", |token| token.text);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, token) in words.iter().enumerate() {
        let before = word(at.checked_sub(1));
        let after = [word(Some(at + 1)), word(Some(at + 2)), word(Some(at + 3))];
        let replaced = match token.kind {
            TokenKind::Identifier | TokenKind::QuotedIdentifier
                if before != "." && after[0] == "." =>
            {
                qualifier(token.text, words.get(at + 2), &words, to)
            }
            TokenKind::String => constant(token.text, after, to),
            TokenKind::DollarString => {
                to.string(token.text.trim_matches('$'));
                None
            }
            _ => None,
        };
        if let Some(replaced) = replaced {
            out.push_str(text.get(done..token.start).unwrap_or_default());
            out.push_str(&replaced);
            done = token.start + token.text.len();
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// A name before a dot: a schema, or a table's alias, which may have the name of a schema.
fn qualifier(
    identifier: &str,
    next: Option<&&Token<'_>>,
    words: &[&Token<'_>],
    to: &mut dyn Rename,
) -> Option<String> {
    let name = quote::unquoted(identifier);
    let next = next?;
    let is_name = |token: &Token<'_>| {
        matches!(token.kind, TokenKind::Identifier | TokenKind::QuotedIdentifier)
            && quote::unquoted(token.text) == name
    };
    let ends = |at: usize| words.get(at + 1).is_none_or(|token| token.text != ".");
    let stands_alone = words.iter().enumerate().any(|(at, token)| is_name(token) && ends(at));
    // an operator's name cannot be a column's
    if stands_alone
        && next.kind != TokenKind::Operator
        && !to.has(&name, &quote::unquoted(next.text))
    {
        return None;
    }
    to.schema(&name).map(|name| quote::deparsed(&name))
}

/// A string constant that is cast to a type of references; `after` is what follows it.
fn constant(text: &str, after: [&str; 3], to: &mut dyn Rename) -> Option<String> {
    let content = content(text);
    let [cast, kind, dimension] = after;
    if cast != "::" || dimension == "[" || !(REFERENCES.contains(&kind) || is_name_type(kind)) {
        to.string(&content);
        return None;
    }
    let renamed = match kind {
        "regnamespace" => whole(&content, |name| to.schema(name))?,
        "regrole" => whole(&content, |name| to.role(name))?,
        _ => sql(&content, to),
    };
    Some(quote::literal(&renamed))
}

fn is_name_type(kind: &str) -> bool {
    matches!(kind, "regnamespace" | "regrole")
}

fn whole(identifier: &str, mut rename: impl FnMut(&str) -> Option<String>) -> Option<String> {
    rename(&quote::unquoted(identifier)).map(|name| quote::deparsed(&name))
}

/// What a string constant holds. Escapes stay, for no name that could be found has any.
fn content(text: &str) -> String {
    let inner = text.trim_start_matches(|c| c != '\'');
    let inner = inner.strip_prefix('\'').unwrap_or(inner);
    inner.strip_suffix('\'').unwrap_or(inner).replace("''", "'")
}

/// A setting's entry `name=value`.
pub(super) fn setting(entry: &str, to: &mut dyn Rename) -> Option<String> {
    let (name, value) = entry.split_once('=')?;
    let value = match name {
        "search_path" => path(value, to),
        "role" | "session_authorization" => to.role(value)?,
        _ => sql(value, to),
    };
    Some(format!("{name}={value}"))
}

/// A list of schemas.
fn path(value: &str, to: &mut dyn Rename) -> String {
    let rename = |token: Token<'_>| match token.kind {
        TokenKind::Identifier | TokenKind::QuotedIdentifier => {
            whole(token.text, |name| to.schema(name)).unwrap_or_else(|| token.text.to_owned())
        }
        _ => token.text.to_owned(),
    };
    tokens(value).into_iter().map(rename).collect()
}

/// The names in a text of any language that reads like SQL, also those inside of its strings.
pub(super) fn words(text: &str, depth: u8, found: &mut dyn FnMut(&str)) {
    for token in tokens(text) {
        match token.kind {
            TokenKind::Identifier => found(&token.text.to_lowercase()),
            TokenKind::QuotedIdentifier => found(&quote::unquoted(token.text)),
            TokenKind::String if depth > 0 => words(&content(token.text), depth - 1, found),
            TokenKind::DollarString if depth > 0 => {
                words(token.text.trim_matches('$'), depth - 1, found);
            }
            _ => {}
        }
    }
}
