//! Deparsed text that PostgreSQL reads back as something else.
//!
//! `x IN ('a', 'b')` on a varchar column deparses as `(ARRAY['a'::character varying, ...])::text[]`.
//! Read again, the cast moves into the elements and the text is another one. With the array's own
//! type stated first, the cast stays where it was (13 to 18).

use crate::sql::lexer::{Token, TokenKind, tokens};

/// States the element type of each array constructor under a cast to another array type.
pub(super) fn array_casts(sql: &str) -> String {
    if !sql.contains("(ARRAY[") {
        return sql.to_owned();
    }
    let tokens = tokens(sql);
    let mut out = String::with_capacity(sql.len() + 32);
    let mut pending: Vec<(usize, String)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let Some((close, element)) = own_type(&tokens, at) {
            pending.push((close, element));
        }
        out.push_str(token.text);
        if let Some(position) = pending.iter().position(|(close, _)| *close == at) {
            let (_, element) = pending.remove(position);
            out.extend(["::", &element, "[]"]);
        }
    }
    out
}

/// At `(` of `(ARRAY[a::t, ...])::u[]`: the place of `]` and the type `t`.
fn own_type(tokens: &[Token<'_>], at: usize) -> Option<(usize, String)> {
    let text = |place: usize| tokens.get(place).map_or("", |token| token.text);
    if text(at) != "(" || text(at + 1) != "ARRAY" || text(at + 2) != "[" {
        return None;
    }
    let close = matching(tokens, at + 2)?;
    if text(close + 1) != ")" || text(close + 2) != "::" || !is_array_type(tokens, close + 3) {
        return None;
    }
    Some((close, element_type(tokens, at + 3, close)?))
}

fn matching(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "[" | "(" => depth += 1,
            "]" | ")" => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a type name that ends in `[]` starts there.
fn is_array_type(tokens: &[Token<'_>], from: usize) -> bool {
    let rest: String = tokens.iter().skip(from).take(24).map(|token| token.text).collect();
    let end = rest.find(['[', ')', ',', ';']).unwrap_or(rest.len());
    rest.get(end..).is_some_and(|tail| tail.starts_with("[]"))
}

/// The type that the first element is cast to, at its end.
fn element_type(tokens: &[Token<'_>], from: usize, close: usize) -> Option<String> {
    let mut depth = 0_i32;
    let mut cast = None;
    let mut end = close;
    for (at, token) in tokens.iter().enumerate().take(close).skip(from) {
        match token.text {
            "[" | "(" => depth += 1,
            "]" | ")" => depth -= 1,
            "::" if depth == 0 => cast = Some(at + 1),
            "," if depth == 0 => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let start = cast?;
    let words = tokens.get(start..end)?;
    let plain = words.iter().all(|token| {
        matches!(
            token.kind,
            TokenKind::Identifier
                | TokenKind::QuotedIdentifier
                | TokenKind::Whitespace
                | TokenKind::Number
        ) || matches!(token.text, "." | "(" | ")" | ",")
    });
    let name: String = words.iter().map(|token| token.text).collect();
    (plain && !name.trim().is_empty()).then(|| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::array_casts;

    #[test]
    fn the_cast_stays_outside() {
        let text = "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))";
        let pinned = "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying]::character varying[])::text[])))";
        assert_eq!(array_casts(text), pinned);
        let other = "CHECK ((s = ANY (ARRAY['a'::text, 'b'::text])))";
        assert_eq!(array_casts(other), other);
        let body = "AS $f$ (ARRAY['a'::varchar])::text[] $f$";
        assert_eq!(array_casts(body), body);
    }
}
