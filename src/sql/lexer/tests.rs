//! What the lexer makes of single tokens, and that it never loses text.

use proptest::prelude::*;

use super::{TokenKind, tokens};

fn cut(sql: &str) -> Vec<(TokenKind, &str)> {
    let significant = tokens(sql).into_iter().filter(|token| token.kind != TokenKind::Whitespace);
    significant.map(|token| (token.kind, token.text)).collect()
}

#[test]
fn one_token_each() {
    use TokenKind::*;
    for (kind, text) in [
        (Whitespace, " \t\r\n\x0b\x0c"),
        (Comment, "-- a 'b"),
        (Comment, "/* a /* b */ c */"),
        (Comment, "/* open /* */"),
        (Identifier, "a1_$x"),
        (Identifier, "größe"),
        (QuotedIdentifier, "\"a\"\"b;\""),
        (QuotedIdentifier, "u&\"d\\0061t\""),
        (QuotedIdentifier, "\"open"),
        (String, "'it''s \\'"),
        (String, "E'it\\'s'"),
        (String, "e'\\\\'"),
        (String, "U&'d\\0061'"),
        (String, "b'01'"),
        (String, "X'1F'"),
        (String, "n'a'"),
        (String, "'open"),
        (String, "E'open\\"),
        (String, "E'a' -- c '\n 'b\\'c'"),
        (DollarString, "$$a$b$$"),
        (DollarString, "$a$ $b$ $$ $a$"),
        (DollarString, "$ü$x$ü$"),
        (DollarString, "$open$ $ope$"),
        (Number, "12"),
        (Number, "1_000.5e-10"),
        (Number, ".5"),
        (Number, "0xFF_ff"),
        (Parameter, "$12"),
        (Operator, "<="),
        (Operator, "@-"),
        (Operator, "->>"),
        (Punctuation, "::"),
        (Punctuation, "\\"),
        (Punctuation, "$"),
    ] {
        let found: Vec<_> = tokens(text).iter().map(|token| (token.kind, token.text)).collect();
        assert_eq!(found, [(kind, text)]);
    }
}

#[test]
fn where_one_ends_and_the_next_starts() {
    for (sql, expected) in [
        ("a=-1", &["a", "=", "-", "1"][..]),
        ("a+--c\nb", &["a", "+", "--c", "b"]),
        ("2*/*c*/3", &["2", "*", "/*c*/", "3"]),
        ("1..10", &["1", "..", "10"]),
        ("1e", &["1", "e"]),
        ("'a' 'b'", &["'a'", "'b'"]),
        ("'a'\n-- c", &["'a'", "-- c"]),
        ("f($1::int[])", &["f", "(", "$1", "::", "int", "[", "]", ")"]),
        ("a$b$c", &["a$b$c"]),
        ("x'1'y", &["x'1'", "y"]),
        ("u&y", &["u", "&", "y"]),
        ("s.\"T\";", &["s", ".", "\"T\"", ";"]),
    ] {
        assert_eq!(cut(sql).iter().map(|(_, text)| *text).collect::<Vec<_>>(), expected, "{sql}");
    }
}

proptest! {
    #[test]
    fn no_text_is_lost(sql in "([\\PC\n]|'|\"|\\$|E'|--|/\\*|\\*/|\\$a\\$|U&|[0-9.eE+-]|\\\\){0,40}") {
        let cut = tokens(&sql);
        prop_assert_eq!(cut.iter().map(|token| token.text).collect::<String>(), sql.as_str());
        for token in cut {
            prop_assert!(!token.text.is_empty());
            prop_assert!(sql[token.start..].starts_with(token.text));
        }
    }

    #[test]
    fn what_we_quote_is_one_token(name in any::<String>()) {
        let name = name.replace('\0', "");
        for sql in [
            crate::sql::quote::ident(&name),
            crate::sql::quote::literal(&name),
            crate::sql::quote::dollar(&name),
        ] {
            prop_assert_eq!(tokens(&sql).len(), 1, "{}", sql);
        }
    }
}
