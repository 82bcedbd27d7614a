//! What migration tools recorded on both sides.

use crate::history::{Decided, Holds, Side, applied, table};
use crate::report::view::{CountRow, HistoryLine, HistorySide, HistoryView, ToolView};

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
