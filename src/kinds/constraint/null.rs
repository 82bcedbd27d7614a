//! Checks that no row can fail whose columns are all NULL: such columns are added, and no row has filled them yet.

use super::DEFINITION;
use crate::kinds::{Ctx, column, inheritance};
use crate::model::{Kind, Object, ObjectId};
use crate::sql::lexer::{Token, TokenKind, tokens};
use crate::sql::{quote, tokens as words};
use std::collections::BTreeSet;

/// Functions of the server that give NULL for NULL.
const STRICT: &[&str] = &[
    "abs",
    "btrim",
    "char_length",
    "character_length",
    "length",
    "lower",
    "octet_length",
    "upper",
];

/// Operators of the server that give NULL for NULL.
const OPERATORS: &[&str] =
    &["<", "<=", ">", ">=", "=", "<>", "+", "-", "*", "/", "~", "~*", "!~", "~~"];

/// Words of types, behind `::`.
const TYPES: &[&str] = &[
    "bigint",
    "character",
    "date",
    "double",
    "integer",
    "numeric",
    "precision",
    "smallint",
    "text",
    "time",
    "timestamp",
    "varying",
    "with",
    "without",
    "zone",
];

/// Whether every row that stands passes: all columns of the check are added and NULL there, and what it says is
/// NULL for them. What cannot be told for certain does not pass.
pub(super) fn passes(ctx: &Ctx<'_>, check: &Object, table: &ObjectId) -> bool {
    // a child may have such a column of its own, with values
    let has_child = |catalog| inheritance::children(catalog, table).next().is_some();
    if has_child(ctx.current) || has_child(ctx.desired) {
        return false;
    }
    let mut columns = BTreeSet::new();
    for (id, _) in ctx.desired.needs_of(&check.id).filter(|(id, _)| *id != table) {
        let column = ctx.desired.objects.get(id).filter(|object| {
            object.id.kind == Kind::Column && object.parent.as_ref() == Some(table)
        });
        // anything else, like a function of a user, may make something of NULL
        if column.is_none_or(|column| column::comes_with(ctx, column) != Some("NULL")) {
            return false;
        }
        columns.insert(id.name().to_owned());
    }
    let inner = words::bracketed(check.text(DEFINITION)).map(|(_, inner, _)| inner);
    inner.is_some_and(|condition| is_null(condition, &columns))
}

/// Whether a condition is NULL where these columns are.
fn is_null(condition: &str, columns: &BTreeSet<String>) -> bool {
    let tokens: Vec<Token<'_>> =
        tokens(condition).into_iter().filter(|token| token.kind.is_significant()).collect();
    let is_column = |token: &Token<'_>| {
        matches!(token.kind, TokenKind::Identifier | TokenKind::QuotedIdentifier)
            && columns.contains(&quote::unquoted(token.text))
    };
    let mut typed = false;
    for (at, token) in tokens.iter().enumerate() {
        let next = |by: usize| tokens.get(at + by).map_or("", |token| token.text);
        let fits = match token.kind {
            TokenKind::String | TokenKind::Number => true,
            TokenKind::Operator => OPERATORS.contains(&token.text),
            TokenKind::Punctuation => ["(", ")", "[", "]", ",", "::"].contains(&token.text),
            TokenKind::Identifier if typed && TYPES.contains(&token.text) => true,
            TokenKind::Identifier | TokenKind::QuotedIdentifier if is_column(token) => true,
            TokenKind::Identifier => match token.text {
                "AND" | "OR" | "ARRAY" => true,
                // of an empty array it is false, whatever is asked for
                "ANY" => is_filled_array(tokens.get(at + 1..).unwrap_or_default()),
                name => STRICT.contains(&name) && next(1) == "(",
            },
            _ => false,
        };
        if !fits {
            return false;
        }
        typed = token.text == "::" || typed && TYPES.contains(&token.text);
    }
    let mut atoms = tokens.split(|token| ["AND", "OR"].contains(&token.text));
    atoms.all(|atom| atom.iter().any(is_column))
}

fn is_filled_array(tokens: &[Token<'_>]) -> bool {
    let mut rest = tokens.iter().map(|token| token.text).skip_while(|text| *text == "(");
    rest.next() == Some("ARRAY") && rest.next() == Some("[") && rest.next() != Some("]")
}

#[cfg(test)]
mod tests {
    use super::is_null;

    #[test]
    fn only_what_is_null_for_certain_is() {
        let of_a = |condition: &str| is_null(condition, &["a".to_owned(), "B".to_owned()].into());
        for condition in [
            "length(a) <= 500",
            "(a > 0) AND (a < 10)",
            "((a >= ('-1'::integer)::numeric) AND (a <= (1)::numeric))",
            "(a)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[])",
            "\"B\" = ANY (ARRAY[1, 2])",
            "a",
        ] {
            assert!(of_a(condition), "{condition}");
        }
        for condition in [
            "a IS NOT NULL",
            "(a > 0) OR (c > 0)",
            "(a > 0) AND (1 = 2)",
            "COALESCE(a, 1) > 2",
            "mine(a) > 2",
            "a = ANY (ARRAY[]::integer[])",
            "a = ANY ('{}'::integer[])",
            "NOT a",
            "CASE WHEN a THEN false ELSE false END",
            "num_nonnulls(a, \"B\") = 1",
            "a <> ALL (ARRAY[1])",
            "(a)::mine > 1",
        ] {
            assert!(!of_a(condition), "{condition}");
        }
    }
}
