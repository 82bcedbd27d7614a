//! Which relations are too large for anybody to wait for a read of all their rows.

use crate::kinds::{link, of};
use crate::model::{Catalog, ObjectId};
use std::collections::{BTreeMap, BTreeSet};

type Below<'a> = BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>;

/// Relations above a size in bytes, with all that is below them, or of unknown size.
pub(super) fn large(prod: &Catalog, above: i64) -> BTreeSet<ObjectId> {
    let below = below(prod);
    let holding = prod.objects.values().filter(|object| of(object.id.kind).has_rows(object));
    holding
        .map(|object| &object.id)
        .filter(|id| sum(prod, &below, id).is_none_or(|bytes| bytes > above))
        .cloned()
        .collect()
}

/// Bytes of a table and of all that is below it; none where one of them is not known.
pub fn total_size(prod: &Catalog, id: &ObjectId) -> Option<i64> {
    sum(prod, &below(prod), id)
}

fn below(prod: &Catalog) -> Below<'_> {
    let mut below = Below::new();
    for link in prod.objects.values().filter_map(link) {
        below.entry(link.parent).or_default().push(link.child);
    }
    below
}

fn sum(prod: &Catalog, below: &Below<'_>, id: &ObjectId) -> Option<i64> {
    let own = prod.sizes.get(id).copied()?;
    let parts = below.get(id).into_iter().flatten();
    parts.into_iter().try_fold(own, |all, part| Some(all.saturating_add(sum(prod, below, part)?)))
}
