//! Words of a statement outside of quotes and parentheses.

use crate::sql::lexer::{TokenKind, tokens};

/// Whether the words follow each other somewhere outside of quotes. Deparsed text has its keywords
/// in capitals, so that a column `period` is none.
pub fn has_words(sql: &str, words: &[&str]) -> bool {
    let found: Vec<&str> = tokens(sql)
        .into_iter()
        .filter(|token| token.kind == TokenKind::Identifier)
        .map(|token| token.text)
        .collect();
    found.windows(words.len().max(1)).any(|window| window == words)
}

/// The place of a word outside of quotes, parentheses and brackets.
pub fn top_level(sql: &str, word: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for token in tokens(sql) {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            text if depth == 0
                && token.kind == TokenKind::Identifier
                && text.eq_ignore_ascii_case(word) =>
            {
                return Some(token.start);
            }
            _ => {}
        }
    }
    None
}

/// The elements of a list that commas outside of quotes, parentheses and brackets divide.
pub fn elements(list: &str) -> Vec<&str> {
    let (mut depth, mut start) = (0_i32, 0);
    let mut elements = Vec::new();
    for token in tokens(list) {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            "," if depth == 0 => {
                elements.push(list.get(start..token.start).unwrap_or_default().trim());
                start = token.start + 1;
            }
            _ => {}
        }
    }
    elements.push(list.get(start..).unwrap_or_default().trim());
    elements
}

/// What stands before the first parenthesis outside of quotes, between it and its partner, and behind.
pub fn bracketed(sql: &str) -> Option<(&str, &str, &str)> {
    let (mut depth, mut open) = (0_i32, None);
    for token in tokens(sql) {
        match token.text {
            "(" => {
                depth += 1;
                open = open.or(Some(token.start));
            }
            ")" => {
                depth -= 1;
                if let Some(open) = open.filter(|_| depth == 0) {
                    let (head, rest) = (sql.get(..open)?, sql.get(token.start + 1..)?);
                    return Some((head, sql.get(open + 1..token.start)?, rest));
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether nothing but one name, call or expression in parentheses is there.
pub fn is_alone(sql: &str) -> bool {
    let mut depth = 0_i32;
    for token in tokens(sql) {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            _ if depth == 0 && token.kind == TokenKind::Whitespace => return false,
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{bracketed, has_words, is_alone, top_level};

    #[test]
    fn parentheses_are_taken_apart() {
        let found = bracketed("UNIQUE (a, (b || ')')) INCLUDE (c)");
        assert_eq!(found, Some(("UNIQUE ", "a, (b || ')')", " INCLUDE (c)")));
        assert_eq!(bracketed("a"), None);
        assert!(is_alone("lower(a)") && is_alone("\"a b\"") && is_alone("(a || b)"));
        assert!(!is_alone("a DESC") && !is_alone("(a || b) text_ops"));
    }

    #[test]
    fn quotes_and_parentheses_hide_words() {
        let sql = "EXCLUDE USING gist (\"where\" WITH &&) WHERE ((b > 0))";
        assert_eq!(top_level(sql, "WHERE"), Some(37));
        assert_eq!(top_level("f(a DEFAULT 1)", "DEFAULT"), None);
        assert!(has_words("UNIQUE NULLS NOT DISTINCT (a)", &["NULLS", "NOT", "DISTINCT"]));
        assert!(!has_words("CHECK (a = 'NULLS NOT DISTINCT')", &["NULLS", "NOT"]));
        assert!(!has_words("CHECK (period > 0)", &["PERIOD"]));
    }
}
