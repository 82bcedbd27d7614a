//! Constants that stand in a definition: where a check allows only some values, they are there.

use crate::sql::lexer::{TokenKind, tokens};

/// Strings and numbers, each once.
pub(super) fn of(definition: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |text: String| {
        if !found.contains(&text) {
            found.push(text);
        }
    };
    for token in tokens(definition) {
        match token.kind {
            TokenKind::Number => add(token.text.to_owned()),
            TokenKind::String => {
                let Some((_, inner)) = token.text.split_once('\'') else { continue };
                let inner = inner.strip_suffix('\'').unwrap_or(inner).replace("''", "'");
                // the elements of an array
                let list = inner.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                for element in list.into_iter().flat_map(|list| list.split(',')) {
                    add(element.trim_matches('"').to_owned());
                }
                add(inner);
            }
            _ => {}
        }
    }
    found
}

/// The constant moved by `by`: a number, or a date within its month.
pub(super) fn moved(constant: &str, by: i64) -> Option<String> {
    if let Ok(number) = constant.parse::<i64>() {
        return number.checked_add(by).map(|number| number.to_string());
    }
    if let Some((whole, fraction)) = constant.split_once('.')
        && fraction.chars().all(|c| c.is_ascii_digit())
        && let Ok(number) = whole.parse::<i64>()
    {
        return number.checked_add(by).map(|number| format!("{number}.{fraction}"));
    }
    let (head, day) = (constant.get(..8)?, constant.get(8..10)?);
    let is_date = head.chars().enumerate().all(|(at, c)| match at {
        4 | 7 => c == '-',
        _ => c.is_ascii_digit(),
    });
    let day = day.parse::<i64>().ok().filter(|_| is_date)?;
    let moved = (day - 1 + by).rem_euclid(28) + 1;
    Some(format!("{head}{moved:02}{}", constant.get(10..)?))
}

#[cfg(test)]
mod tests {
    use super::{moved, of};

    #[test]
    fn constants_of_checks() {
        let check = "CHECK ((a = ANY (ARRAY['x'::text, 'it''s'::text])) AND b > 10)";
        assert_eq!(of(check), ["x", "it's", "10"]);
        assert_eq!(of("CHECK (a = ANY ('{p,q}'::text[]))"), ["p", "q", "{p,q}"]);
    }

    #[test]
    fn neighbours() {
        assert_eq!(moved("10", -1).as_deref(), Some("9"));
        assert_eq!(moved("1.5", 2).as_deref(), Some("3.5"));
        assert_eq!(moved("2024-01-31", 1).as_deref(), Some("2024-01-04"));
        assert_eq!(moved("2024-01-01 00:00:00+00", 3).as_deref(), Some("2024-01-04 00:00:00+00"));
        assert_eq!(moved("abc", 1), None);
    }
}
