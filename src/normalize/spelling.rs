//! What two majors write in different words: dev's words become prod's where they mean the same.
//!
//! Who holds all privileges holds those that only one major knows (MAINTAIN, from 17 on).
//! From 16 on a view over a single relation names its columns without the relation, but for those in
//! sub-selects; and `XMLSERIALIZE` says `NO INDENT`.

use crate::kinds::facet::acl;
use crate::model::{Catalog, Value};
use crate::sql::lexer::{Token, TokenKind, tokens};

/// The first major that leaves the qualifiers out.
const BARE: i32 = 16;

/// Dev with prod's words wherever it differs in nothing else.
#[must_use]
pub fn align(mut dev: Catalog, prod: &Catalog) -> Catalog {
    let (ours, theirs) = (dev.server.major(), prod.server.major());
    if ours == theirs {
        return dev;
    }
    for object in dev.objects.values_mut() {
        if let Some(list) = &object.facets.acl {
            object.facets.acl = acl::in_major(&object.id, list, ours, theirs);
        }
    }
    let bare = |catalog: &Catalog| catalog.server.major() >= BARE;
    if bare(&dev) == bare(prod) {
        return dev;
    }
    let dev_is_bare = bare(&dev);
    for object in dev.objects.values_mut() {
        let Some(there) = prod.objects.get(&object.id) else { continue };
        for (value, kept) in object.values.iter_mut().zip(&there.values) {
            let (Value::Sql(ours), Value::Sql(theirs)) = (&*value, kept) else { continue };
            let (old, new) = if dev_is_bare { (theirs, ours) } else { (ours, theirs) };
            if ours != theirs && is_same(old, new) {
                *value = kept.clone();
            }
        }
    }
    dev
}

/// Whether the text of a major before 16 says what that of a later one does.
fn is_same(old: &str, new: &str) -> bool {
    let (old, new) = (words(old), words(new));
    texts(&unqualified(&old)).eq(texts(&new)) || texts(&old).eq(texts(&new))
}

fn texts<'a>(words: &[Token<'a>]) -> impl Iterator<Item = &'a str> {
    words.iter().map(|token| token.text)
}

/// What means something, without `NO INDENT`.
fn words(sql: &str) -> Vec<Token<'_>> {
    let all: Vec<Token<'_>> =
        tokens(sql).into_iter().filter(|token| token.kind.is_significant()).collect();
    let text = |at: Option<usize>| at.and_then(|at| all.get(at)).map_or("", |token| token.text);
    let filler = |at: usize| {
        (text(Some(at)) == "NO" && text(Some(at + 1)) == "INDENT")
            || (text(Some(at)) == "INDENT" && text(at.checked_sub(1)) == "NO")
    };
    all.iter().enumerate().filter(|(at, _)| !filler(*at)).map(|(_, token)| *token).collect()
}

/// The query without the name of its only relation before its columns.
fn unqualified<'a>(query: &[Token<'a>]) -> Vec<Token<'a>> {
    let levels = levels(query);
    let Some(name) = only_relation(query, &levels) else { return query.to_vec() };
    let text = |at: Option<usize>| at.and_then(|at| query.get(at)).map_or("", |token| token.text);
    let is_name = |at: usize| {
        query.get(at).is_some_and(|token| {
            matches!(token.kind, TokenKind::Identifier | TokenKind::QuotedIdentifier)
        })
    };
    // a type, a collation, a function or a relation of a schema of that name
    let is_qualifier = |at: usize| {
        levels.get(at).is_some_and(|level| !level.inside)
            && text(Some(at)) == name
            && text(Some(at + 1)) == "."
            && is_name(at + 2)
            && !matches!(text(Some(at + 3)), "(" | ".")
            && !matches!(text(at.checked_sub(1)), "." | "::" | "COLLATE")
            && (levels.get(at).is_some_and(|level| level.depth > 0)
                || !matches!(text(at.checked_sub(1)), "FROM" | "ONLY"))
    };
    let goes = |at: usize| is_qualifier(at) || at.checked_sub(1).is_some_and(is_qualifier);
    query.iter().enumerate().filter(|(at, _)| !goes(*at)).map(|(_, token)| *token).collect()
}

/// Where a token stands: in how many parentheses, and whether inside of a sub-select.
#[derive(Clone, Copy)]
struct Level {
    depth: usize,
    inside: bool,
}

fn levels(query: &[Token<'_>]) -> Vec<Level> {
    let mut open: Vec<bool> = Vec::new();
    let mut levels = Vec::with_capacity(query.len());
    for (at, token) in query.iter().enumerate() {
        if token.text == ")" || token.text == "]" {
            open.pop();
        }
        levels.push(Level { depth: open.len(), inside: open.iter().any(|select| *select) });
        if token.text == "(" || token.text == "[" {
            let next = query.get(at + 1).map_or("", |token| token.text);
            open.push(matches!(next, "SELECT" | "WITH" | "VALUES"));
        }
    }
    levels
}

/// The alias, or else the name, of what the query reads, if it is one thing.
fn only_relation<'a>(query: &[Token<'a>], levels: &[Level]) -> Option<&'a str> {
    const ENDS: &[&str] = &[
        "WHERE",
        "GROUP",
        "HAVING",
        "WINDOW",
        "ORDER",
        "LIMIT",
        "OFFSET",
        "FETCH",
        "FOR",
        "UNION",
        "INTERSECT",
        "EXCEPT",
        "TABLESAMPLE",
    ];
    let top: Vec<&Token<'a>> = query
        .iter()
        .zip(levels)
        .filter(|(_, level)| level.depth == 0)
        .map(|(token, _)| token)
        .collect();
    let from = top.iter().position(|token| token.text == "FROM")?;
    let item = top.get(from + 1..)?.iter().take_while(|token| !ENDS.contains(&token.text));
    let mut name = None;
    for token in item {
        match token.kind {
            TokenKind::Identifier | TokenKind::QuotedIdentifier => name = Some(token.text),
            _ if token.text == "," => return None,
            _ => {}
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn the_only_relation_needs_no_name() {
        let old = "SELECT t.a, (t.c).x, t.b::t.kind, count(t.*) AS n, \
            EXTRACT(year FROM t.d), t.f(t.a) \
            FROM t.t WHERE (t.a IN ( SELECT o.a FROM t.o WHERE o.b = t.b)) ORDER BY t.a";
        let new = "SELECT a, (c).x, b::t.kind, count(t.*) AS n, EXTRACT(year FROM d), t.f(a)\n\
            FROM t.t WHERE (a IN ( SELECT o.a FROM t.o WHERE o.b = t.b)) ORDER BY a";
        assert!(is_same(old, new));
        assert!(!is_same(&old.replace("(t.c).x", "(t.c).y"), new));
    }

    #[test]
    fn several_relations_do() {
        assert!(!is_same("SELECT a.x FROM a, b", "SELECT x FROM a, b"));
        assert!(!is_same(
            "SELECT a.x FROM (a JOIN b ON (true))",
            "SELECT x FROM (a JOIN b ON (true))"
        ));
    }

    #[test]
    fn an_alias_counts() {
        assert!(is_same(
            "SELECT q.a FROM public.f(1) q(a, b)",
            "SELECT a FROM public.f(1) q(a, b)"
        ));
        assert!(is_same(
            "SELECT s.a FROM ( SELECT o.a FROM o) s",
            "SELECT a FROM ( SELECT o.a FROM o) s"
        ));
        assert!(!is_same(
            "SELECT o.a FROM ( SELECT o.a FROM o) s",
            "SELECT a FROM ( SELECT o.a FROM o) s"
        ));
    }

    #[test]
    fn xml_without_indent() {
        assert!(is_same(
            "XMLSERIALIZE(CONTENT x AS text)",
            "XMLSERIALIZE(CONTENT x AS text NO INDENT)"
        ));
        assert!(!is_same(
            "XMLSERIALIZE(CONTENT x AS text)",
            "XMLSERIALIZE(CONTENT x AS text INDENT)"
        ));
    }
}
