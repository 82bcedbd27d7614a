//! What of two databases is the user's to compare.
//!
//! Owns passes over both catalogs, one file each; today [`partition`]. In: both catalogs and what the
//! configuration says. Out: both catalogs without what is out of scope.
//! Invariant: what is left out is named with the reason and counted in a notice; the same is left
//! out on both sides; no kind is named here.

pub mod partition;
