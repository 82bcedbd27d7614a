//! Quoting of names, values and bodies for statements, and of names for comments.

use std::fmt::Write as _;

use super::keyword::{is_keyword, is_quoted_keyword};

/// One name as an SQL identifier, in quotes unless it reads the same without in every major.
pub fn ident(name: &str) -> String {
    if is_plain(name) && !is_keyword(name) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// One name as the server writes it in what it deparses: unreserved words stay bare.
pub fn deparsed(name: &str) -> String {
    if is_plain(name) && !is_quoted_keyword(name) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The name that an identifier of deparsed text stands for.
pub fn unquoted(identifier: &str) -> String {
    match identifier.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => identifier.to_owned(),
    }
}

/// The parts of a qualified name as identifiers joined by dots.
pub fn qualified(parts: &[&str]) -> String {
    parts.iter().map(|part| ident(part)).collect::<Vec<_>>().join(".")
}

/// A string constant; one with a backslash is written `E'..'`, so that its value does not hang on
/// `standard_conforming_strings`.
pub fn literal(value: &str) -> String {
    let doubled = value.replace('\'', "''");
    if doubled.contains('\\') {
        format!("E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

/// A body in dollar quotes, with the first of `$function$`, `$function1$`, ... that cannot end it
/// early; the same body always gets the same tag.
///
/// An identifier right before would swallow the first dollar: write white space there.
pub fn dollar(body: &str) -> String {
    let mut delimiter = String::from("$function$");
    let mut number = 0_u32;
    // The first closing delimiter has to be ours, also when the body's last characters together
    // with its first ones would form one (`..$function` + `$function$`).
    while format!("{body}{delimiter}").find(&delimiter) != Some(body.len()) {
        number += 1;
        delimiter = format!("$function{number}$");
    }
    format!("{delimiter}{body}{delimiter}")
}

/// A name for a `--` comment or a log line: on one line, nothing in it that moves the cursor,
/// turns the direction of writing or cannot be seen; such characters become `\u{a}`.
///
/// A raw line break in a comment would let a hostile name start a statement or a psql command.
pub fn printable(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_control() || is_invisible(c) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a text holds characters that nobody sees, or that turn the direction of writing.
pub fn hides(text: &str) -> bool {
    text.chars().any(is_invisible)
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Line separators, bidirectional controls and other characters without a picture of their own.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{deparsed, dollar, ident, literal, printable, qualified, unquoted};

    #[test]
    fn identifiers() {
        for (name, expected) in [
            ("customer", "customer"),
            ("_a1", "_a1"),
            ("Customer", "\"Customer\""),
            ("1a", "\"1a\""),
            ("", "\"\""),
            ("select", "\"select\""),
            ("recheck", "\"recheck\""),
            ("a\"b", "\"a\"\"b\""),
            ("a$", "\"a$\""),
            ("über", "\"über\""),
            ("a\n--", "\"a\n--\""),
        ] {
            assert_eq!(ident(name), expected);
        }
        assert_eq!(qualified(&["public", "Order", "id"]), "public.\"Order\".id");
        assert_eq!(deparsed("data"), "data");
        assert_eq!(deparsed("user"), "\"user\"");
    }

    #[test]
    fn literals() {
        assert_eq!(literal(""), "''");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\'b"), "E'a\\\\''b'");
    }

    #[test]
    fn dollar_tags() {
        assert_eq!(dollar("x"), "$function$x$function$");
        assert_eq!(dollar("$function$"), "$function1$$function$$function1$");
        assert_eq!(dollar("a$function"), "$function1$a$function$function1$");
        assert_eq!(dollar("a$"), "$function$a$$function$");
        assert_eq!(
            dollar("$function$ $function1$"),
            "$function2$$function$ $function1$$function2$"
        );
    }

    #[test]
    fn comments_stay_on_one_line() {
        assert_eq!(printable("evil\nDROP"), "evil\\u{a}DROP");
        assert_eq!(
            printable("\r\x0b\x0c\u{85}\u{2028}\u{2029}"),
            "\\u{d}\\u{b}\\u{c}\\u{85}\\u{2028}\\u{2029}"
        );
        assert_eq!(printable("\u{202e}gnp\x1b[1m"), "\\u{202e}gnp\\u{1b}[1m");
        assert_eq!(printable("größe \"x\""), "größe \"x\"");
    }

    proptest! {
        #[test]
        fn identifiers_read_back(name in "\\PC*|[a-z_\"]{0,5}") {
            let quoted = ident(&name);
            prop_assert_eq!(unquoted(&quoted), name.clone());
            prop_assert_eq!(unquoted(&deparsed(&name)), name);
        }

        #[test]
        fn literals_read_back(value in "[a'\\\\\n]{0,8}") {
            let quoted = literal(&value);
            let inner = quoted.trim_start_matches('E');
            let inner = &inner[1..inner.len() - 1];
            let mut back = inner.replace("''", "'");
            if quoted.starts_with('E') {
                back = back.replace("\\\\", "\\");
            }
            prop_assert_eq!(back, value);
        }

        #[test]
        fn dollar_bodies_end_where_they_should(body in "([a$]|function|\\$function1?\\$?){0,6}") {
            let quoted = dollar(&body);
            let tag_end = quoted[1..].find('$').unwrap() + 2;
            let (tag, rest) = quoted.split_at(tag_end);
            prop_assert_eq!(rest.find(tag), Some(body.len()));
            prop_assert_eq!(rest.len(), body.len() + tag.len());
        }

        #[test]
        fn printable_is_one_line(name in any::<String>()) {
            prop_assert!(!printable(&name).chars().any(char::is_control));
        }
    }
}
