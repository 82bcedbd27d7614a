//! Text from a database as Markdown.
//!
//! Owns what the documents of a bundle and the report have in common: names, sentences and blocks. In: any text. Out:
//! Markdown that stands in its place.
//! Invariant: no text can end its place, forge a line, become a link or hide a character; only what is there to be copied
//! stays as it is, with a warning.

use crate::sql::quote::{hides, is_invisible};
use std::fmt::Write as _;

/// The text with every control character, except for line breaks and tabs, and every invisible one
/// shown as `\u{a}`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if (c.is_control() && !matches!(c, '\n' | '\t')) || is_invisible(c) {
            // writing to a String cannot fail
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

fn one_line(text: &str) -> String {
    visible(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Prose on one line, in a paragraph or a cell of a table.
pub fn prose(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::new();
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let inside =
            before.is_alphanumeric() && chars.peek().is_some_and(|next| next.is_alphanumeric());
        before = c;
        match c {
            // between letters it marks nothing
            '_' if inside => out.push(c),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '@' | '$' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out.replace("://", ":\\//").replace("www.", "www\\.")
}

/// A name or a value on one line, in a paragraph or a cell of a table.
pub fn code(text: &str) -> String {
    let text = one_line(text);
    if text.is_empty() || text == "-" {
        return "-".to_owned();
    }
    if !text.contains(['`', '|', '\\']) {
        return format!("`{text}`");
    }
    // a code span cannot hold all of these in a table: entities can
    let mut out = String::from("<code>");
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '(' | ')') {
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out + "</code>"
}

/// A block of several lines, in a fence that nothing inside can close.
pub fn fenced(language: &str, text: &str) -> String {
    fence(language, &visible(text))
}

/// Lines to copy, in a fence: they stay as they are.
pub fn copied(language: &str, text: &str) -> String {
    let block = fence(language, text.trim_end());
    let warning = "A name in it holds characters that cannot be seen: copy it, and trust no eye.";
    if hides(text) { format!("{block}\n\n{warning}") } else { block }
}

fn fence(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    let ending = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    format!("{fence}{language}\n{text}{ending}{fence}")
}

/// A label inside quotes of a Mermaid diagram.
pub fn mermaid(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '.' | '_' | ',' | '(' | ')') {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{code, copied, fenced, mermaid, prose};

    #[test]
    fn names_cannot_leave_their_cell() {
        assert_eq!(code("public.users"), "`public.users`");
        assert_eq!(code("a|`b\n<script>"), "<code>a&#124;&#96;b &#60;script&#62;</code>");
        assert_eq!(code(""), "-");
        assert_eq!(
            prose("a|b <b> [x](http://y) `c`\n# d"),
            "a&#124;b &lt;b&gt; \\[x\\](http:\\//y) \\`c\\` \\# d"
        );
        assert_eq!(prose("a_b _c_"), "a_b \\_c\\_");
        assert_eq!(mermaid("a\"]; b"), "a#34;#93;#59; b");
        assert_eq!(code("x\u{202e}y"), "<code>x&#92;u&#123;202e&#125;y</code>");
    }

    #[test]
    fn fences_are_longer_than_what_they_hold() {
        assert_eq!(fenced("sql", "select 1"), "```sql\nselect 1\n```");
        assert_eq!(fenced("", "````\nx\n"), "`````\n````\nx\n`````");
        assert_eq!(copied("sql", "a ``` b"), "````sql\na ``` b\n````");
        assert!(copied("sql", "a\u{202e}").starts_with("```sql\na\u{202e}\n```\n\nA name"));
    }
}
