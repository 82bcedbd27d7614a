//! What the parts do that no database is needed for.

use super::order::Order;
use super::ts::{self, Ts, key, string};
use super::{TypesError, typescript};
use crate::model::Catalog;
use proptest::prelude::*;

#[test]
fn keys_and_strings_are_quoted_where_they_must_be() {
    assert_eq!(key("a_1$"), "a_1$");
    assert_eq!(key("default"), "default");
    assert_eq!(key("1a"), "\"1a\"");
    assert_eq!(key(""), "\"\"");
    assert_eq!(key("größe"), "\"größe\"");
    assert_eq!(string("say \"hi\""), "'say \"hi\"'");
    assert_eq!(string("\"'"), "\"\\\"'\"");
    assert_eq!(
        string("a\\\nb\u{1b}\u{2028}\u{202e}\u{7f}"),
        "\"a\\\\\\nb\\u001b\\u2028\\u202e\\u007f\""
    );
}

proptest! {
    /// A string never ends before its end, and never spans lines.
    #[test]
    fn strings_hold_together(text in "\\PC*|[\"'\\\\\n\r\u{2028}a]*") {
        let written = string(&text);
        let quote = written.chars().next().unwrap();
        let inner = &written[1..written.len() - 1];
        prop_assert!(written.ends_with(quote) && written.len() > 1);
        let breaks = |c: char| matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}');
        prop_assert!(!inner.contains(breaks), "a line ends in {}", inner);
        let mut chars = inner.chars();
        while let Some(c) = chars.next() {
            prop_assert!(c != quote);
            if c == '\\' {
                prop_assert!(chars.next().is_some());
            }
        }
    }
}

#[test]
fn lines_are_broken_at_80_columns() {
    let labels = |count: usize| {
        let labels = (0..count).map(|at| Ts::Word(string(&format!("label {at}"))));
        Ts::union(labels.collect())
    };
    let written = |of: Ts| ts::statement("type T = ", &Ts::open(vec![("field".to_owned(), of)]));
    assert_eq!(written(labels(2)), "type T = {\n  field: \"label 0\" | \"label 1\"\n}\n");
    let long = written(labels(8));
    assert!(
        long.starts_with("type T = {\n  field:\n    | \"label 0\"\n    | \"label 1\"\n"),
        "{long}"
    );
    let list = written(labels(8).array().or_null());
    assert!(list.lines().all(|line| line.len() <= 80), "{list}");
    // objects stay on the line of what follows them
    let row = Ts::open(vec![("a".to_owned(), Ts::word("string"))]).or_null();
    assert_eq!(written(row), "type T = {\n  field: {\n    a: string\n  } | null\n}\n");
}

#[test]
fn names_stand_in_the_order_of_a_dictionary() {
    let order = Order::english().unwrap();
    let mut names = vec!["b", "a_b", "B", "ab", "a1", "ä", "_", "Z", "a b", "a"];
    names.sort_by(|a, b| order.compare(a, b));
    assert_eq!(names, ["_", "a", "ä", "a b", "a_b", "a1", "ab", "b", "B", "Z"]);
}

#[test]
fn nothing_has_types_too() {
    let text = typescript(&Catalog::default(), &[]).unwrap();
    assert!(text.contains("export type Database = {}\n"), "{text}");
    let error = typescript(&Catalog::default(), &["no schema".to_owned()]).unwrap_err();
    assert!(matches!(&error, TypesError::NoSchema(name) if name == "no schema"));
    assert_eq!(error.to_string(), "there is no schema \"no schema\"");
}
