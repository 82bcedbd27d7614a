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
    (types::RANGE, true),
    (types::BASE, true),
    (types::COLLATION, true),
    (columns::PLAIN, true),
    (columns::RANGE, true),
    (columns::BASE, true),
    (columns::COLLATED, true),
    (tables::PLAIN, true),
    (tables::PARTITIONED, true),
    (tables::INHERITED, true),
    (tables::TYPED, true),
    (constraints::PLAIN, true),
    (constraints::PARTITIONED, true),
    (constraints::STATISTICS, true),
    (derived::PLAIN, true),
    (code::PLAIN, true),
    (code::AGGREGATE, true),
    (code::EVENT_TRIGGER, true),
    (code::LANGUAGE, true),
    (operators::CAST, true),
    (operators::CONVERSION, true),
    (operators::OPERATOR, true),
    (operators::CLASS, true),
    (operators::ACCESS_METHOD, true),
    (operators::TRANSFORM, true),
    (publications::ALL, true),
    (foreign::SERVERS, true),
    (foreign::TABLES, true),
    (text_search::ALL, true),
    (access::PLAIN, true),
    (access::FOREIGN, true),
    (notes::ALL, true),
];

pub(super) fn enabled() -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter().filter(|(_, on)| *on).flat_map(|(families, _)| families.iter())
}
