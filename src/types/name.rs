//! The name of a data type, as `format_type` writes it with an empty search path.

use crate::sql::lexer::{Token, TokenKind, tokens};
use crate::sql::quote;

/// SQL's words for a type, and the name that the catalog has for it.
const WORDS: &[(&str, &str)] = &[
    ("bigint", "int8"),
    ("bit varying", "varbit"),
    ("boolean", "bool"),
    ("character", "bpchar"),
    ("character varying", "varchar"),
    ("double precision", "float8"),
    ("integer", "int4"),
    ("real", "float4"),
    ("smallint", "int2"),
    ("time with time zone", "timetz"),
    ("time without time zone", "time"),
    ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"),
];

/// A type without its modifier.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct TypeName {
    /// Its schema; empty for `pg_catalog`.
    pub(super) schema: String,
    /// Its name in the catalog; for an array that of the element.
    pub(super) name: String,
    /// Whether it is an array.
    pub(super) is_array: bool,
}

impl TypeName {
    pub(super) fn parse(text: &str) -> Self {
        let (text, is_array) =
            text.strip_suffix("[]").map_or((text, false), |element| (element, true));
        let words = words(text);
        if let [schema, dot, name] = words.as_slice()
            && dot.text == "."
        {
            let (schema, name) = (quote::unquoted(schema.text), quote::unquoted(name.text));
            return Self { schema, name, is_array };
        }
        let phrase: Vec<&str> = words.iter().map(|word| word.text).collect();
        let phrase = phrase.join(" ");
        let known = WORDS.iter().find(|(sql, _)| *sql == phrase);
        let first = || words.first().map_or(String::new(), |word| quote::unquoted(word.text));
        let name = known.map_or_else(first, |(_, name)| (*name).to_owned());
        Self { schema: String::new(), name, is_array }
    }

    /// Its name in the catalog, where that of an array begins with an underscore.
    pub(super) fn label(&self) -> String {
        if self.is_array { format!("_{}", self.name) } else { self.name.clone() }
    }

    /// Whether it is this type of `pg_catalog`.
    pub(super) fn is(&self, name: &str) -> bool {
        self.schema.is_empty() && !self.is_array && self.name == name
    }
}

/// The words outside of parentheses and brackets.
fn words(text: &str) -> Vec<Token<'_>> {
    let mut depth = 0_i32;
    let mut words = Vec::new();
    for token in tokens(text).into_iter().filter(|token| token.kind.is_significant()) {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            _ if depth == 0 => words.push(token),
            _ => {}
        }
    }
    words
}

/// A name, empty where there is none, and the type behind it.
///
/// What could be both is a type: a name that is a word of a type's is quoted by the server.
pub(super) fn with_name(text: &str) -> (String, TypeName) {
    let found = words(text);
    let is_name = match found.as_slice() {
        [] | [_] => false,
        [_, dot, ..] if dot.text == "." => false,
        [first, ..] => {
            let phrase: Vec<&str> = found.iter().map(|word| word.text).collect();
            let phrase = phrase.join(" ");
            first.kind == TokenKind::QuotedIdentifier
                || !(phrase.starts_with("interval ") || WORDS.iter().any(|(sql, _)| *sql == phrase))
        }
    };
    match found.first() {
        Some(first) if is_name => {
            let rest = text.get(first.start + first.text.len()..).unwrap_or_default().trim();
            (quote::unquoted(first.text), TypeName::parse(rest))
        }
        _ => (String::new(), TypeName::parse(text.trim())),
    }
}

#[cfg(test)]
mod tests {
    use super::{TypeName, with_name};

    #[test]
    fn types_are_read() {
        let name = |text: &str| {
            let parsed = TypeName::parse(text);
            (parsed.schema.clone(), parsed.label())
        };
        let plain = |text: &str| (String::new(), text.to_owned());
        assert_eq!(name("character varying(10)[]"), plain("_varchar"));
        assert_eq!(name("timestamp(3) without time zone"), plain("timestamp"));
        assert_eq!(name("interval day to second(3)"), plain("interval"));
        assert_eq!(name("\"char\""), plain("char"));
        assert_eq!(name("public.\"a.b \"\"c\"\"\"[]"), ("public".into(), "_a.b \"c\"".into()));
        assert_eq!(name("gis.geometry(Point,4326)"), ("gis".into(), "geometry".into()));
    }

    #[test]
    fn names_and_types_are_told_apart() {
        let both = |text: &str| {
            let (name, kind) = with_name(text);
            (name, kind.label())
        };
        let pair = |name: &str, kind: &str| (name.to_owned(), kind.to_owned());
        assert_eq!(both("double precision"), pair("", "float8"));
        assert_eq!(both("double double precision"), pair("double", "float8"));
        assert_eq!(both("\"time\" time with time zone"), pair("time", "timetz"));
        assert_eq!(both("timestamp with time zone"), pair("", "timestamptz"));
        assert_eq!(both("public.t"), pair("", "t"));
        assert_eq!(both("a public.t[]"), pair("a", "_t"));
        assert_eq!(both("numeric(10,2)"), pair("", "numeric"));
    }
}
