//! Spellings that differ between two databases without meaning a difference.
//!
//! Owns passes from catalog to catalog, one file or folder each: [`names`] tells dev's roles and
//! schemas by prod's names, [`spelling`] what another major writes in other words, [`not_null`] the
//! names that only one major has. In: a catalog and what to normalize. Out: a catalog.
//! Invariant: what a pass changes, and what it cannot, is told as a notice; no kind is named here.

pub mod names;
pub mod not_null;
pub mod spelling;
