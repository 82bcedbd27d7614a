//! What migration tools recorded on both sides.

use crate::history::{Decided, Holds, Side, applied, table};
use crate::report::view::CountRow;
use serde::Serialize;

/// What migration tools recorded.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HistoryView {
    /// Whether both sides were asked.
    pub known: bool,
    /// The tools that one side has a table of.
    pub tools: Vec<ToolView>,
    /// Objects that differ and that no migration of one side only changed; none where that is not known.
    pub unexplained: Option<Vec<String>>,
}

/// The histories of one tool.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ToolView {
    /// Its name.
    pub tool: String,
    /// Only where it stands is recorded.
    pub heads: bool,
    /// The table of dev.
    pub dev: Option<HistorySide>,
    /// The table of prod.
    pub prod: Option<HistorySide>,
    /// Whether both tables could be read.
    pub known: bool,
    /// How many files of the bridge the tool could record.
    pub own: usize,
    /// How they differ.
    pub lines: Vec<HistoryLine>,
}

/// The history of one side.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HistorySide {
    /// The table.
    pub table: String,
    /// Why its rows are not known.
    pub unknown: Option<String>,
    /// How many versions are applied.
    pub applied: usize,
    /// The last of them.
    pub last: Option<String>,
}

/// One difference of two histories.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HistoryLine {
    /// The version.
    pub version: String,
    /// What else it is called.
    pub name: Option<String>,
    /// What differs.
    pub what: String,
    /// The side that may record it.
    pub target: Option<String>,
    /// Whether that is proven right.
    pub mark: bool,
    /// Why.
    pub why: String,
}

/// The section of the report. `None`: a side was captured without its histories.
pub(super) fn of(decided: Option<&[Decided<'_>]>, unexplained: Option<&[String]>) -> HistoryView {
    HistoryView {
        known: decided.is_some(),
        tools: decided.unwrap_or_default().iter().map(tool).collect(),
        unexplained: unexplained.map(<[String]>::to_vec),
    }
}

fn tool(one: &Decided<'_>) -> ToolView {
    let pair = &one.pair;
    let lines = one.verdicts.iter().map(|verdict| {
        let name = [verdict.line.dev, verdict.line.prod];
        HistoryLine {
            version: verdict.line.version.to_owned(),
            name: name.iter().flatten().find_map(|entry| entry.name.clone()),
            what: verdict.what(),
            target: verdict.target.map(|side| side.name().to_owned()),
            mark: verdict.mark,
            why: verdict.why.clone(),
        }
    });
    ToolView {
        tool: pair.tool.title.to_owned(),
        heads: pair.tool.holds == Holds::Heads,
        dev: side(one, Side::Dev),
        prod: side(one, Side::Prod),
        known: pair.is_known(),
        own: one.own.len(),
        lines: lines.collect(),
    }
}

fn side(one: &Decided<'_>, side: Side) -> Option<HistorySide> {
    let history = one.pair.side(side)?;
    let all = applied(history);
    Some(HistorySide {
        table: table(history),
        unknown: history.unknown.clone(),
        applied: all.len(),
        last: all.last().map(|entry| entry.version.clone()),
    })
}

/// Lines of the summary: how many migrations are recorded as applied. Afterwards: with those that are marked,
/// and with the bridge's own files where the tool can record them.
pub(super) fn counts(decided: Option<&[Decided<'_>]>) -> Vec<CountRow> {
    let row = |one: &Decided<'_>| {
        let (dev, prod) = (one.applied(Side::Dev)?, one.applied(Side::Prod)?);
        let after = prod + one.marked(Side::Prod) + one.own.len();
        let what = format!("migrations applied ({})", one.pair.tool.title);
        Some(CountRow { what, prod, dev, after })
    };
    decided.unwrap_or_default().iter().filter_map(row).collect()
}
