//! Differences between what was expected and what came out, for people.

use crate::diff::{Drift, Level, Side};
use crate::model::ObjectId;
use crate::sql::quote;

/// Characters of a value that a line shows.
const SHOWN: usize = 160;
/// Names that a line shows.
const NAMES: usize = 10;

/// One line for an object of one side, else one per property.
pub(super) fn lines(when: &str, drift: &Drift) -> Vec<String> {
    let object = &drift.object;
    match drift.side {
        Side::DevOnly => vec![format!("{when}: {object} is missing")],
        Side::ProdOnly => vec![format!("{when}: {object} should not be there")],
        Side::Both => drift
            .changes
            .iter()
            .filter(|change| change.level == Level::Drift)
            .map(|change| {
                let (expected, found) = shortened(&change.dev, &change.prod);
                format!(
                    "{when}: {object}, {}: expected {expected}, found {found}",
                    change.attribute
                )
            })
            .collect(),
    }
}

/// Both in one line, from a little before the place where they differ.
fn shortened(expected: &str, found: &str) -> (String, String) {
    let (a, b) = (one_line(expected), one_line(found));
    // where only the white space differs, it has to show
    let raw = a == b;
    let chars = |line: String, text: &str| -> Vec<char> {
        quote::printable(&if raw { format!("{text:?}") } else { line }).chars().collect()
    };
    let (a, b) = (chars(a, expected), chars(b, found));
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let longest = a.len().max(b.len());
    let from = if longest > SHOWN { same.saturating_sub(SHOWN / 4) } else { 0 };
    (cut(&a, from), cut(&b, from))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &[char], from: usize) -> String {
    let mut out = String::from(if from > 0 { ".." } else { "" });
    out.extend(text.iter().skip(from).take(SHOWN));
    if text.len() > from + SHOWN {
        out.push_str("..");
    }
    out
}

/// What a step said and what it did.
pub(super) fn told(place: &str, told: &str, observed: &str) -> String {
    format!("{place}: told {told}, observed {observed}")
}

/// `3 objects: a, b, c`; of many the first ones.
pub(super) fn named<'a>(objects: impl IntoIterator<Item = &'a ObjectId>) -> String {
    let names: Vec<String> = objects.into_iter().map(ToString::to_string).collect();
    counted(&names)
}

/// The same for names.
pub(super) fn counted(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMES).map(String::as_str).collect();
    let more = if names.len() > NAMES { ", .." } else { "" };
    let noun = if names.len() == 1 { "object" } else { "objects" };
    format!("{} {noun}: {}{more}", names.len(), shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{counted, shortened};

    #[test]
    fn the_difference_shows() {
        let (a, b) = ("x".repeat(500) + "1", "x".repeat(500) + "2");
        let (a, b) = shortened(&a, &b);
        assert!(a.starts_with("..x") && a.ends_with("x1"), "{a}");
        assert!(b.ends_with("x2") && b.len() < 60, "{b}");
        assert_eq!(shortened("a b", "a  b"), ("\"a b\"".to_owned(), "\"a  b\"".to_owned()));
        assert_eq!(shortened("a\n b", "a c"), ("a b".to_owned(), "a c".to_owned()));
    }

    #[test]
    fn of_many_names_the_first() {
        let names: Vec<String> = (0..12).map(|n| format!("n{n}")).collect();
        assert_eq!(counted(&names), "12 objects: n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, ..");
        assert_eq!(counted(&names[..1]), "1 object: n0");
    }
}
