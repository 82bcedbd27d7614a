//! An expected state against what the scratch database shows.

use crate::diff::{Drift, Level, Side, compare};
use crate::model::{Catalog, ObjectId, Value};
use std::collections::BTreeSet;

/// What a comparison came to.
pub(super) struct Compared {
    /// What differs.
    pub(super) drifts: Vec<Drift>,
    /// Objects with a definition that another major writes down in other words, so that equal ones
    /// cannot be told from different ones.
    pub(super) unreadable: BTreeSet<ObjectId>,
}

/// Compares what counts, of what is modelled: the scratch database never had the rest. `same_major`
/// is whether servers of one major wrote the definitions of both.
pub(super) fn compared(expected: &Catalog, found: &Catalog, same_major: bool) -> Compared {
    let mut out = Compared { drifts: Vec::new(), unreadable: BTreeSet::new() };
    for mut drift in compare(expected, found).drifts {
        if drift.level != Level::Drift || drift.unmodelled || drift.told_with.is_some() {
            continue;
        }
        if drift.side == Side::Both {
            let definition = |attribute: &str| {
                [expected, found].iter().all(|catalog| is_sql(catalog, &drift.object, attribute))
            };
            let counts = |attribute: &str| same_major || !definition(attribute);
            let (kept, words): (Vec<_>, Vec<_>) = std::mem::take(&mut drift.changes)
                .into_iter()
                .filter(|change| change.level == Level::Drift)
                .partition(|change| counts(&change.attribute));
            if !words.is_empty() {
                out.unreadable.insert(drift.object.clone());
            }
            if kept.is_empty() {
                continue;
            }
            drift.changes = kept;
        }
        out.drifts.push(drift);
    }
    out
}

/// Whether the attribute is SQL that the server wrote.
fn is_sql(catalog: &Catalog, id: &ObjectId, attribute: &str) -> bool {
    catalog.objects.get(id).is_some_and(|object| {
        let at = object.specs.iter().position(|spec| spec.name == attribute);
        matches!(at.and_then(|at| object.values.get(at)), Some(Value::Sql(_)))
    })
}
