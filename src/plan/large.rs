//! Which relations are too large for anybody to wait for a read of all their rows.

use crate::kinds::{all_children, of};
use crate::model::{Catalog, ObjectId};
use std::collections::{BTreeMap, BTreeSet};

/// Relations above a size in bytes, with all that is below them, or of unknown size.
pub(super) fn large(prod: &Catalog, above: i64) -> BTreeSet<ObjectId> {
    let below = all_children(prod);
    let holding = prod.objects.values().filter(|object| of(object.id.kind).has_rows(object));
    holding
        .map(|object| &object.id)
        .filter(|id| sum(prod, &below, id).is_none_or(|bytes| bytes > above))
        .cloned()
        .collect()
}

/// Bytes of a table and of all that is below it; none where one of them is not known.
pub fn total_size(prod: &Catalog, id: &ObjectId) -> Option<i64> {
    sum(prod, &all_children(prod), id)
}

fn sum(prod: &Catalog, below: &BTreeMap<&ObjectId, Vec<&ObjectId>>, id: &ObjectId) -> Option<i64> {
    let own = prod.sizes.get(id).copied()?;
    let mut parts = below.get(id).into_iter().flatten();
    parts.try_fold(own, |all, part| Some(all.saturating_add(sum(prod, below, part)?)))
}
