//! Which relations are too large for anybody to wait for a read of all their rows.

use crate::kinds::{all_children, of};
use crate::model::{Catalog, ObjectId};
use std::collections::{BTreeMap, BTreeSet};

/// Relations above a size in bytes, with all that is below them, or of unknown size; none above the greatest number.
pub(super) fn large(prod: &Catalog, above: i64) -> BTreeSet<ObjectId> {
    if above == i64::MAX {
        return BTreeSet::new();
    }
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

/// The same in words: a power of two that it does not exceed.
pub fn size_told(prod: &Catalog, relation: &ObjectId) -> String {
    match total_size(prod, relation) {
        Some(bytes) => human(bytes),
        None if prod
            .objects
            .get(relation)
            .is_some_and(|object| of(relation.kind).has_rows(object)) =>
        {
            "size unknown".to_owned()
        }
        None => "no rows of its own".to_owned(),
    }
}

fn human(bytes: i64) -> String {
    let bytes = u64::try_from(bytes).unwrap_or(0);
    if bytes == 0 {
        return "empty".to_owned();
    }
    let mut rest = bytes.checked_next_power_of_two().unwrap_or(u64::MAX);
    let mut unit = "bytes";
    for next in ["KiB", "MiB", "GiB", "TiB", "PiB"] {
        if rest < 1024 {
            break;
        }
        rest /= 1024;
        unit = next;
    }
    format!("up to {rest} {unit}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_powers_of_two() {
        assert_eq!(super::human(0), "empty");
        assert_eq!(super::human(8192), "up to 8 KiB");
        assert_eq!(super::human(8193), "up to 16 KiB");
        assert_eq!(super::human(3_000_000_000), "up to 4 GiB");
    }
}
