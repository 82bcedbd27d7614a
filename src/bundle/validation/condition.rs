//! The same questions as a condition: whether some objects are as they should be.

use super::fact::{self, Fact, facts};
use super::{Groups, add, different, locator, part};
use crate::model::{Object, ObjectId};
use std::collections::BTreeSet;

/// An object before and after; none where it is not there.
pub(in crate::bundle) struct Promise<'a> {
    pub(in crate::bundle) id: &'a ObjectId,
    pub(in crate::bundle) before: Option<&'a Object>,
    pub(in crate::bundle) after: Option<&'a Object>,
}

/// An SQL condition that holds when all of it is as promised. None where the catalogs are not asked
/// for something that changes: then nobody can tell.
pub(in crate::bundle) fn holds(promises: &[Promise<'_>], major: i32) -> Option<String> {
    let gone: BTreeSet<&ObjectId> =
        promises.iter().filter(|it| it.after.is_none()).map(|it| it.id).collect();
    let mut groups = Groups::new();
    for promise in promises {
        let kind = promise.id.kind.name();
        let Some(object) = promise.after else {
            let whole = promise.before.and_then(|object| object.parent.as_ref());
            if whole.is_some_and(|whole| gone.contains(whole)) {
                continue;
            }
            locator(kind)?;
            add(&mut groups, promise.id, &present("absent"));
            continue;
        };
        locator(kind)?;
        let facts = facts(object, true, major);
        let covered: BTreeSet<&str> = facts.iter().flat_map(|fact| fact.covers).copied().collect();
        if different(promise.before, object).iter().any(|name| !covered.contains(name)) {
            return None;
        }
        add(&mut groups, promise.id, &present("present"));
        for fact in &facts {
            add(&mut groups, promise.id, fact);
        }
    }
    let parts: Vec<String> =
        groups.iter().map(|((from, value), checks)| part(from, value, checks)).collect();
    (!parts.is_empty()).then(|| {
        format!(
            "NOT EXISTS (SELECT FROM (\n{}\n  ) AS c WHERE coalesce(c.actual, 'absent') <> c.expected)",
            parts.join("\n  UNION ALL\n")
        )
    })
}

/// An SQL condition that holds when an object of that name is there.
pub(in crate::bundle) fn exists(id: &ObjectId) -> Option<String> {
    locator(id.kind.name())?;
    let mut groups = Groups::new();
    add(&mut groups, id, &present("present"));
    let parts = groups.iter().map(|((from, value), checks)| part(from, value, checks));
    let parts: Vec<String> = parts.collect();
    Some(format!(
        "EXISTS (SELECT FROM (\n{}\n  ) AS c WHERE c.actual IS NOT NULL)",
        parts.join("\n")
    ))
}

fn present(expected: &str) -> Fact {
    Fact { what: "", value: fact::PRESENT.to_owned(), expected: expected.to_owned(), covers: &[] }
}
