//! What people and programs read of a divergence and of a plan.
//!
//! Owns the plain data of the report and its sinks. In: two catalogs, their divergence, the plan.
//! Out: text.
//! Invariant: no kind is named as a variant here, nothing is said that does not follow from the
//! input, and the same input gives the same bytes.

pub mod diagram;
pub mod html;
pub mod json;
pub mod markdown;
pub mod terminal;
pub mod view;
