//! Foreign keys and the indexes that serve them.

use super::{Review, finding};
use crate::report::view::SecurityFinding;
use crate::report::view::drift::attribute;
use std::collections::BTreeSet;

/// Foreign keys of which no column leads an index: a delete in the referenced table reads all rows.
pub(super) fn without_index(review: &Review<'_>) -> Vec<SecurityFinding> {
    let mut leading: BTreeSet<(&str, &str, String)> = BTreeSet::new();
    for object in review.objects(&["index", "constraint"]) {
        let definition = attribute(object, "definition").as_str().unwrap_or_default();
        let key = match object.id.kind.name() {
            "index" if !serves(definition) => None,
            "index" => definition
                .split_once(" USING ")
                .and_then(|(_, rest)| rest.split_once('('))
                .map(|(_, key)| key),
            _ => ["PRIMARY KEY (", "UNIQUE (", "UNIQUE NULLS NOT DISTINCT ("]
                .iter()
                .find_map(|start| definition.strip_prefix(start)),
        };
        let table = object.parent.as_ref().unwrap_or(&object.id);
        if let Some(name) = key.and_then(first_name) {
            leading.insert((table.part(0), table.part(1), name));
        }
    }
    review.objects(&["constraint"])
        .filter(|object| {
            let definition = attribute(object, "definition").as_str().unwrap_or_default();
            let names = definition.strip_prefix("FOREIGN KEY (").map(names).unwrap_or_default();
            let led = |name: &String| {
                leading.contains(&(object.id.part(0), object.id.part(1), name.clone()))
            };
            !names.is_empty() && !names.iter().any(led)
        })
        .map(|object| {
            let what = "no index over all rows begins with a column of this foreign key: a delete in the other table reads all rows";
            SecurityFinding { access: false, ..finding(what, object, review.is_new(object, |_| true)) }
        })
        .collect()
}

/// Whether an index finds every row with a value of its first column: it may leave out those without.
fn serves(definition: &str) -> bool {
    let Some((_, rest)) = definition.split_once(" USING ") else { return false };
    let sorted = rest.starts_with("btree ") || rest.starts_with("hash ");
    let first = rest.split_once('(').and_then(|(_, key)| first_name(key));
    let partial = definition.split_once(" WHERE ").map(|(_, condition)| condition);
    let only_null =
        |condition: &str| first.is_some_and(|name| condition == format!("({name} IS NOT NULL)"));
    sorted && partial.is_none_or(only_null)
}

/// The name at the head of a list as the server writes it, and what follows; none for an expression.
fn head(list: &str) -> Option<(String, &str)> {
    let end = if list.starts_with('"') {
        let mut quoted = false;
        list.char_indices()
            .find(|(_, c)| {
                if *c == '"' {
                    quoted = !quoted;
                }
                !quoted && *c != '"'
            })?
            .0
    } else {
        list.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))?
    };
    let (name, rest) = list.split_at_checked(end)?;
    let plain = !name.is_empty() && rest.starts_with([' ', ',', ')']);
    plain.then(|| (name.to_owned(), rest))
}

fn first_name(list: &str) -> Option<String> {
    head(list).map(|(name, _)| name)
}

/// The names up to the closing parenthesis.
fn names(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = list;
    while let Some((name, after)) = head(rest) {
        names.push(name);
        match after.strip_prefix(", ") {
            Some(more) => rest = more,
            None => break,
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{first_name, names};

    #[test]
    fn partial_indexes_serve_where_only_nulls_are_left_out() {
        let index = |rest: &str| super::serves(&format!("CREATE INDEX i ON public.t USING {rest}"));
        assert!(index("btree (a, b)"));
        assert!(index("btree (a) WHERE (a IS NOT NULL)"));
        assert!(!index("btree (a) WHERE (b IS NOT NULL)"));
        assert!(!index("gin (a)"));
    }

    #[test]
    fn names_of_keys() {
        assert_eq!(first_name("a, b)"), Some("a".to_owned()));
        assert_eq!(first_name("lower(a))"), None);
        assert_eq!(first_name("\"a\"\" ,b\" DESC)"), Some("\"a\"\" ,b\"".to_owned()));
        assert_eq!(names("a, \"B\") REFERENCES public.t(id)"), ["a", "\"B\""]);
    }
}
