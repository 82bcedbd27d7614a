//! The order of names: that of English dictionaries, which supabase's generator uses, too.

use crate::types::TypesError;
use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use std::cmp::Ordering;

/// The order, ready for use. English has none of its own: it is the root of all.
pub(super) struct Order(CollatorBorrowed<'static>);

impl Order {
    pub(super) fn english() -> Result<Self, TypesError> {
        Collator::try_new(CollatorPreferences::default(), CollatorOptions::default())
            .map(Self)
            .map_err(|error| TypesError::Order(error.to_string()))
    }

    pub(super) fn compare(&self, a: &str, b: &str) -> Ordering {
        self.0.compare(a, b).then_with(|| a.cmp(b))
    }
}
