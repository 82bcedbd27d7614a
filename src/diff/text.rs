//! Differences of definitions, line by line.

use serde::Serialize;
use similar::{ChangeTag, DiffOp, TextDiff};
use std::time::Duration;

/// Lines around a difference that are shown.
const CONTEXT: usize = 3;

/// Lines of a replaced part above which words are not compared: that costs quadratic time.
const WORDS: usize = 120;

/// A unified diff from `prod` to `dev`, without file headers; empty where they are equal.
///
/// Two long texts that share nothing cost quadratic time: after half a second the rest is told as
/// replaced.
pub fn unified(prod: &str, dev: &str) -> String {
    let (prod, dev) = (ended(prod), ended(dev));
    compared(&prod, &dev).unified_diff().context_radius(CONTEXT).to_string()
}

/// One line of a text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its text in pieces: whether a piece is what differs within the line.
    pub pieces: Vec<(bool, String)>,
}

/// Lines that stand side by side; one is missing where the other side has more.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Row {
    /// In prod.
    pub prod: Option<Line>,
    /// In dev.
    pub dev: Option<Line>,
    /// Whether they differ.
    pub differs: bool,
    /// The first row after lines that are left out.
    pub gap: bool,
}

/// Both texts side by side, with three lines around each difference.
pub fn side_by_side(prod: &str, dev: &str) -> Vec<Row> {
    let (prod, dev) = (ended(prod), ended(dev));
    let diff = compared(&prod, &dev);
    let mut rows: Vec<Row> = Vec::new();
    for group in diff.grouped_ops(CONTEXT) {
        let start = rows.len();
        for op in &group {
            rows.extend(rows_of(&diff, op));
        }
        if let Some(first) = rows.get_mut(start).filter(|_| start > 0) {
            first.gap = true;
        }
    }
    rows
}

fn ended(text: &str) -> String {
    if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

fn compared<'a>(prod: &'a str, dev: &'a str) -> TextDiff<'a, 'a, str> {
    TextDiff::configure().timeout(Duration::from_millis(500)).diff_lines(prod, dev)
}

fn rows_of(diff: &TextDiff<'_, '_, str>, op: &DiffOp) -> Vec<Row> {
    let (mut old, mut new, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    let mut take =
        |tag: ChangeTag, at: (Option<usize>, Option<usize>), pieces: Vec<(bool, String)>| {
            let line = |at: Option<usize>| {
                at.map(|at| Line { number: at + 1, pieces: without_break(pieces.clone()) })
            };
            match tag {
                ChangeTag::Equal => {
                    rows.push(Row { prod: line(at.0), dev: line(at.1), ..Row::default() });
                }
                ChangeTag::Delete => old.extend(line(at.0)),
                ChangeTag::Insert => new.extend(line(at.1)),
            }
        };
    if op.old_range().len() + op.new_range().len() <= WORDS {
        for change in diff.iter_inline_changes_deadline(op, None) {
            let pieces = change.iter_strings_lossy();
            let pieces = pieces.map(|(differs, text)| (differs, text.into_owned())).collect();
            take(change.tag(), (change.old_index(), change.new_index()), pieces);
        }
    } else {
        for change in diff.iter_changes(op) {
            let pieces = vec![(false, change.value().to_owned())];
            take(change.tag(), (change.old_index(), change.new_index()), pieces);
        }
    }
    let (mut old, mut new) = (old.into_iter(), new.into_iter());
    loop {
        let (prod, dev) = (old.next(), new.next());
        if prod.is_none() && dev.is_none() {
            return rows;
        }
        rows.push(Row { prod, dev, differs: true, gap: false });
    }
}

/// Without the line's end, which every line has.
fn without_break(mut pieces: Vec<(bool, String)>) -> Vec<(bool, String)> {
    if let Some((_, last)) = pieces.last_mut() {
        let length = last.trim_end_matches(['\n', '\r']).len();
        last.truncate(length);
    }
    pieces.retain(|(_, text)| !text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::{Row, side_by_side};

    #[test]
    fn one_line_changed() {
        let text = super::unified("select a\nfrom t", "select b\nfrom t");
        assert_eq!(text, "@@ -1,2 +1,2 @@\n-select a\n+select b\n from t\n");
        assert_eq!(super::unified("x", "x"), "");
    }

    #[test]
    fn lines_stand_beside_each_other() {
        let lines = |row: &Row| {
            let text = |line: &Option<super::Line>| {
                line.as_ref().map(|line| {
                    let pieces: String =
                        line.pieces.iter().map(|(_, text)| text.as_str()).collect();
                    format!("{} {pieces}", line.number)
                })
            };
            (text(&row.prod), text(&row.dev))
        };
        let rows = side_by_side("select a\nfrom t", "select b\nfrom t\nlimit 1");
        let found: Vec<_> = rows.iter().map(lines).collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            found,
            [
                (some("1 select a"), some("1 select b")),
                (some("2 from t"), some("2 from t")),
                (None, some("3 limit 1")),
            ]
        );
        assert!(rows[0].differs && !rows[1].differs);
        assert_eq!(rows[0].dev.as_ref().unwrap().pieces.last().unwrap(), &(true, "b".to_owned()));
        assert!(side_by_side("x", "x").is_empty());
        let long = |first: &str, last: &str| format!("{first}\n{}{last}", "same\n".repeat(20));
        let rows = side_by_side(&long("a", "b"), &long("c", "d"));
        assert_eq!(rows.iter().filter(|row| row.gap).count(), 1);
    }
}
