//! What of a row of `pg_attribute` columns of tables and of views have alike.

use crate::kinds::row::{Fields, options};
use crate::model::Value;

pub(crate) fn compression(row: &dyn Fields) -> Value {
    Value::text(match row.letter("attcompression") {
        'p' => Some("pglz"),
        'l' => Some("lz4"),
        _ => None,
    })
}

/// The statistics target; -1 and NULL (17+) are the default.
pub(crate) fn statistics(row: &dyn Fields) -> Value {
    row.int("attstattarget").filter(|target| *target >= 0).map_or(Value::Null, Value::Int)
}

pub(crate) fn storage(row: &dyn Fields) -> Value {
    let letter = row.letter("attstorage");
    if letter == row.letter("typstorage") {
        return Value::Null;
    }
    Value::text(match letter {
        'p' => Some("PLAIN"),
        'e' => Some("EXTERNAL"),
        'm' => Some("MAIN"),
        'x' => Some("EXTENDED"),
        _ => None,
    })
}

/// Only options that a user can set: a packager's private ones say nothing of the schema.
pub(crate) fn user_options(entries: &[String]) -> Value {
    let mut map = options(entries).as_map();
    map.retain(|key, _| matches!(&**key, "n_distinct" | "n_distinct_inherited"));
    Value::map(map)
}
