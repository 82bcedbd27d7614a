//! What of two databases is the user's to compare.
//!
//! Owns passes over both catalogs, one file each: [`partition`] takes out partitions that are data, [`supabase`] leaves what
//! a platform manages as prod has it. In: both catalogs and what the configuration says. Out: both catalogs without what is
//! out of scope.
//! Invariant: what is left out or left alone is named with the reason and counted in a notice; the same on both sides.
//! Kinds are named only where facts of a platform are.

pub mod partition;
pub mod supabase;
