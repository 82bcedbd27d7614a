//! Comments.

use crate::generated::grammar::{Family, family};

pub(super) const ALL: &[Family] = &[
    family(
        "comment",
        "late",
        "",
        "COMMENT ON {x=noted}{x>address} IS ['one'|'it''s\ntwo lines'|E'tab\\\\tulated; ünï']",
    ),
    family("column_comment", "late", "", "COMMENT ON {x=noted_column}{x>address} IS ['one'|'two']"),
];
