//! How large relations are, in words.

use crate::kinds::{all_children, of};
use crate::model::{Catalog, ObjectId};
use std::collections::BTreeMap;

/// The sizes of a catalog's relations, each with all that is below it.
#[derive(Debug)]
pub struct Sizes<'a> {
    catalog: &'a Catalog,
    below: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
}

impl<'a> Sizes<'a> {
    /// Of a catalog.
    pub fn new(catalog: &'a Catalog) -> Self {
        Self { catalog, below: all_children(catalog) }
    }

    /// Bytes of a relation and of all that is below it; none where one of them is not known.
    pub fn total(&self, id: &ObjectId) -> Option<i64> {
        let own = self.catalog.sizes.get(id).copied()?;
        let mut below = self.below.get(id).into_iter().flatten();
        below.try_fold(own, |all, part| Some(all.saturating_add(self.total(part)?)))
    }

    /// The same in words: a power of two that it does not exceed.
    pub fn told(&self, id: &ObjectId) -> String {
        let holds = |id: &ObjectId| {
            let object = self.catalog.objects.get(id);
            object.is_some_and(|object| of(id.kind).has_rows(object))
        };
        match self.total(id) {
            Some(bytes) => human(bytes),
            None if holds(id) => "size unknown".to_owned(),
            None => "no rows of its own".to_owned(),
        }
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
