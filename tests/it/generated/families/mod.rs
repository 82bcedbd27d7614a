//! All kinds of objects, a table per subject.

mod access;
mod code;
mod columns;
mod constraints;
mod derived;
mod foreign;
mod notes;
mod operators;
mod publications;
mod tables;
mod text_search;
mod types;

use super::grammar::Family;

/// Each group with its switch: off is what pgbridge does not model yet.
const FAMILIES: &[(&[Family], bool)] = &[
    (types::PLAIN, true),
    (types::RANGE, false),
    (types::BASE, false),
    (types::COLLATION, true),
    (columns::PLAIN, true),
    (columns::RANGE, false),
    (columns::BASE, false),
    (columns::COLLATED, true),
    (tables::PLAIN, true),
    (tables::PARTITIONED, true),
    (tables::INHERITED, true),
    (tables::TYPED, true),
    (constraints::PLAIN, true),
    (constraints::PARTITIONED, true),
    (constraints::STATISTICS, false),
    (derived::PLAIN, true),
    (code::PLAIN, true),
    (code::AGGREGATE, true),
    (code::EVENT_TRIGGER, false),
    (code::LANGUAGE, false),
    (operators::CAST, false),
    (operators::CONVERSION, false),
    (operators::OPERATOR, false),
    (operators::CLASS, false),
    (operators::ACCESS_METHOD, false),
    (operators::TRANSFORM, false),
    (publications::ALL, false),
    (foreign::ALL, false),
    (text_search::ALL, false),
    (access::PLAIN, true),
    (access::FOREIGN, false),
    (notes::ALL, true),
];

pub(super) fn enabled() -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter().filter(|(_, on)| *on).flat_map(|(families, _)| families.iter())
}
