//! What became of every row: claimed by a kind, left out for a reason, or a line of the ledger.

use crate::introspect::exclusion::Exclusion;
use std::collections::BTreeMap;

/// Counts of rows, by system catalog.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Account {
    /// The catalogs that hold objects.
    pub catalogs: BTreeMap<&'static str, Rows>,
}

/// The rows of one catalog that its query gave.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rows {
    /// Objects of a kind.
    pub claimed: u64,
    /// Left out, by reason.
    pub excluded: BTreeMap<&'static str, u64>,
    /// Lines of the ledger.
    pub unmodelled: u64,
}

impl Rows {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.claimed + self.excluded.values().sum::<u64>() + self.unmodelled
    }
}

impl Account {
    pub(super) fn claimed(&mut self, catalog: &'static str) {
        self.catalogs.entry(catalog).or_default().claimed += 1;
    }

    pub(super) fn excluded(&mut self, catalog: &'static str, why: Exclusion) {
        let rows = self.catalogs.entry(catalog).or_default();
        *rows.excluded.entry(why.reason()).or_default() += 1;
    }

    pub(super) fn unmodelled(&mut self, catalog: &'static str) {
        self.catalogs.entry(catalog).or_default().unmodelled += 1;
    }
}
