//! Names as Markdown. The report has its own: neither folder uses the other.

use crate::sql::quote::{hides, printable};
use std::fmt::Write as _;

/// A name or a text on one line, in a paragraph or a cell of a table.
pub(in crate::bundle) fn code(text: &str) -> String {
    let text = printable(text);
    if text.trim().is_empty() {
        return "-".to_owned();
    }
    if !text.contains(['`', '|', '\\']) {
        return format!("`{text}`");
    }
    let mut out = String::from("<code>");
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '(' | ')') {
            // writing to a String cannot fail
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out + "</code>"
}

/// A sentence that may hold names and messages, on one line.
pub(in crate::bundle) fn prose(text: &str) -> String {
    let mut out = String::new();
    for c in printable(text).chars() {
        if matches!(c, '`' | '|' | '<' | '>' | '&' | '*' | '_' | '[' | ']' | '\\' | '#') {
            // writing to a String cannot fail
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Lines to copy, in a fence that nothing inside can close.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    let block = format!("{fence}{language}\n{}\n{fence}", text.trim_end());
    // the text must stay as it is to be copied
    let warning = "A name in it holds characters that cannot be seen: copy it, and trust no eye.";
    if hides(text) { format!("{block}\n\n{warning}") } else { block }
}

#[cfg(test)]
mod tests {
    use super::{code, fenced};

    #[test]
    fn names_stay_where_they_are() {
        assert_eq!(code("public.t"), "`public.t`");
        assert_eq!(code("a|b`"), "<code>a&#124;b&#96;</code>");
        assert_eq!(fenced("sql", "a ``` b"), "````sql\na ``` b\n````");
    }
}
