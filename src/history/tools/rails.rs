//! Rails: `schema_migrations`, beside which stands `ar_internal_metadata`.

use crate::history::tool::{self, Holds, TEXT, Tool};
use crate::history::tools::dbmate;

pub(super) const TOOL: Tool = Tool {
    name: "rails",
    title: "Rails",
    names: &["schema_migrations"],
    columns: &[("version", TEXT)],
    others: Some(&[]),
    beside: Some("ar_internal_metadata"),
    read: &[("version", "t.version")],
    order: "t.version COLLATE \"C\"",
    in_order: false,
    holds: Holds::All,
    entry: dbmate::entry,
    mark: dbmate::mark,
    file: tool::no_file,
    up: None,
    check: tool::no_check,
    own: tool::no_own,
};
