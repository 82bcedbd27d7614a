//! What migration tools recorded.

use super::Page;
use crate::markdown::{code, prose};
use crate::report::view::{HistoryLine, HistorySide, HistoryView, ToolView, plural};

/// Lines of one tool that are shown; `history/README.md` has all.
const SHOWN: usize = 40;

/// The section.
pub(super) fn section(page: &mut Page, view: &HistoryView) {
    page.block("## Migration histories");
    if !view.known {
        page.block("Not known: a snapshot was taken without them.");
        return;
    }
    if view.tools.is_empty() {
        page.block("Neither side has a table that a known migration tool keeps.");
        return;
    }
    for tool in &view.tools {
        one(page, tool);
    }
    match &view.unexplained {
        None => page.block(
            "Which drift no recorded migration explains is not known: that takes the text of every migration that one side lacks (`--migrations`, `--prove-history`).",
        ),
        Some(objects) if objects.is_empty() => {
            page.block("Every difference is in something that a migration of one side changed.");
        }
        Some(objects) => {
            page.block(&format!(
                "No migration that one side lacks changed {}:",
                plural(objects.len(), "object that differs", "objects that differ")
            ));
            let more = objects.len().saturating_sub(SHOWN);
            let more = (more > 0).then(|| format!("and {more} more"));
            page.list(objects.iter().take(SHOWN).map(|object| code(object)).chain(more));
        }
    }
}

fn one(page: &mut Page, tool: &ToolView) {
    page.block(&format!("### {}", prose(&tool.tool)));
    let said = |name: &str, side: &Option<HistorySide>| match side {
        None => format!("{name}: no table"),
        Some(side) => format!("{name}: {}, {}", code(&side.table), standing(tool, side)),
    };
    page.list([said("prod", &tool.prod), said("dev", &tool.dev)].into_iter());
    if !tool.known {
        page.block("Nothing is compared, for what one side recorded is not known.");
        return;
    }
    if tool.lines.is_empty() {
        page.block("Both record the same.");
        return;
    }
    let (shown, more) = tool.lines.split_at(tool.lines.len().min(SHOWN));
    page.table(["version", "name", "what", "record it", "reason"], shown.iter().map(row));
    if !more.is_empty() {
        page.block(&format!("And {} more, in `history/README.md`.", more.len()));
    }
}

fn standing(tool: &ToolView, side: &HistorySide) -> String {
    let last = side.last.as_deref().map_or("nothing".to_owned(), code);
    match &side.unknown {
        Some(why) => format!("unknown: {}", prose(why)),
        None if tool.heads => format!("stands at {last}"),
        None => format!("{} applied, the last one {last}", side.applied),
    }
}

fn row(line: &HistoryLine) -> [String; 5] {
    let record = match &line.target {
        Some(side) if line.mark => format!("applied on {side}: mark"),
        Some(side) => format!("applied on {side}: to decide"),
        None => "-".to_owned(),
    };
    [
        code(&line.version),
        line.name.as_deref().map_or("-".to_owned(), code),
        prose(&line.what),
        record,
        prose(&line.why),
    ]
}
