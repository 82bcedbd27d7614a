//! Which relations are too large for anybody to wait for a read of all their rows.

use crate::kinds::{Sizes, of};
use crate::model::{Catalog, ObjectId};
use std::collections::BTreeSet;

/// Relations above a size in bytes, with all that is below them, or of unknown size; none above the greatest number.
pub(super) fn large(prod: &Catalog, above: i64) -> BTreeSet<ObjectId> {
    if above == i64::MAX {
        return BTreeSet::new();
    }
    let sizes = Sizes::new(prod);
    let holding = prod.objects.values().filter(|object| of(object.id.kind).has_rows(object));
    holding
        .map(|object| &object.id)
        .filter(|id| sizes.total(id).is_none_or(|bytes| bytes > above))
        .cloned()
        .collect()
}
