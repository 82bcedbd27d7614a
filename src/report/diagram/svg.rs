//! Text and shapes of an SVG: nothing of a name can leave its place.

use super::layout::Point;
use super::{Placement, STYLE};
use crate::markdown::visible;
use std::fmt::Write as _;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Text as XML, on one line, with invisible characters shown.
pub(super) fn xml(text: &str) -> String {
    let line = visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // no XML document may hold them
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// At most `most` columns of a terminal, with an ellipsis for what is left out in the middle: names
/// that start alike often differ at their ends.
pub(super) fn short(text: &str, most: usize) -> String {
    let text = visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.width() <= most {
        return text;
    }
    let tail = most / 3;
    let mut head = String::new();
    for c in text.chars() {
        head.push(c);
        if head.width() + tail + 1 > most {
            head.pop();
            break;
        }
    }
    let mut end: Vec<char> = Vec::new();
    let mut used = 0;
    for c in text.chars().rev() {
        used += c.width().unwrap_or(0);
        if used > tail {
            break;
        }
        end.push(c);
    }
    head.push('\u{2026}');
    head.extend(end.into_iter().rev());
    head
}

/// How wide a text in a fixed-width font of that size is.
pub(super) fn width(text: &str, font: i64) -> i64 {
    // fixed-width fonts have characters of 0.55 to 0.61 of their height
    i64::try_from(text.width()).unwrap_or(0) * font * 61 / 100
}

/// A line from the side of a box through the points between to the side of another.
pub(super) fn path(points: &[Point]) -> String {
    let mut out = String::new();
    let mut before: Option<Point> = None;
    for (x, y) in points {
        // writing to a String cannot fail
        let _ = match before {
            // no piece without length: the arrow's head takes its direction from the last one
            Some(last) if last == (*x, *y) => continue,
            None => write!(out, "M{x} {y}"),
            Some((_, last)) if last == *y => write!(out, "H{x}"),
            Some((left, last)) => {
                let middle = i64::midpoint(left, *x);
                write!(out, "C{middle} {last} {middle} {y} {x} {y}")
            }
        };
        before = Some((*x, *y));
    }
    out
}

/// What a picture is.
pub(super) struct Frame<'a> {
    /// Starts every name within the picture: a page may hold several.
    pub(super) name: &'a str,
    /// A heading for those who do not see it.
    pub(super) title: &'a str,
    /// What it shows, in sentences.
    pub(super) about: &'a str,
    /// What is left out of it.
    pub(super) left_out: Option<&'a str>,
    /// Width and height of the shapes.
    pub(super) size: (i64, i64),
    /// Where it stands.
    pub(super) placement: Placement,
}

/// The whole picture around its shapes.
pub(super) fn document(frame: &Frame<'_>, shapes: &str) -> String {
    let Frame { name, .. } = frame;
    let alone = frame.placement == Placement::File;
    let note = frame.left_out.filter(|_| alone).map(xml);
    let (width, height) =
        (frame.size.0 + 4, frame.size.1 + 4 + if note.is_some() { 28 } else { 0 });
    let width = width.max(note.as_ref().map_or(0, |note| self::width(note, 12)));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"diagram\" role=\"graphics-document document\" aria-labelledby=\"{name}-title\" aria-describedby=\"{name}-desc\" width=\"{width}\" height=\"{height}\" viewBox=\"-2 -2 {width} {height}\">\n"
    );
    let about = match frame.left_out {
        Some(left_out) => format!("{} {left_out}", frame.about),
        None => frame.about.to_owned(),
    };
    let _ = write!(
        out,
        "<title id=\"{name}-title\">{}</title>\n<desc id=\"{name}-desc\">{}</desc>\n",
        xml(frame.title),
        xml(&about)
    );
    if alone {
        let _ = writeln!(out, "<style>\n{STYLE}</style>");
        let _ = writeln!(
            out,
            "<rect class=\"paper\" x=\"-2\" y=\"-2\" width=\"{width}\" height=\"{height}\"/>"
        );
    }
    let _ = writeln!(
        out,
        "<defs><marker id=\"{name}-arrow\" class=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0.5 8 4 0 7.5Z\"/></marker></defs>"
    );
    out.push_str(shapes);
    if let Some(note) = note {
        let _ =
            writeln!(out, "<text class=\"note\" x=\"0\" y=\"{}\">{note}</text>", frame.size.1 + 22);
    }
    out.push_str("</svg>\n");
    out
}

/// A group, which is a link where it has a finding in the page.
pub(super) fn group(
    class: &str,
    anchor: Option<&String>,
    placement: Placement,
    title: &str,
    inside: &str,
) -> String {
    let title = xml(title);
    match anchor.filter(|_| placement == Placement::Page) {
        Some(anchor) => {
            format!("<a class=\"{class}\" href=\"#{anchor}\"><title>{title}</title>{inside}</a>\n")
        }
        None => format!("<g class=\"{class}\"><title>{title}</title>{inside}</g>\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::{path, short, xml};

    #[test]
    fn texts_are_cut_in_the_middle() {
        assert_eq!(short("policy", 6), "policy");
        assert_eq!(short("public.objects.read all", 12), "public.\u{2026} all");
        assert_eq!(
            short("\u{6f22}\u{5b57}\u{6f22}\u{5b57}\u{6f22}", 7),
            "\u{6f22}\u{5b57}\u{2026}\u{6f22}"
        );
    }

    #[test]
    fn xml_is_escaped_and_on_one_line() {
        assert_eq!(xml("a<b>&\"'\n\u{202e}"), "a&lt;b&gt;&amp;&quot;&#39; \\u{202e}");
        assert_eq!(path(&[(0, 0), (5, 0), (15, 9), (15, 9)]), "M0 0H5C10 0 10 9 15 9");
    }
}
