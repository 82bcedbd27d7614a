//! The divergence report as Markdown: verdict first, every difference last.

mod detail;
pub(in crate::report) mod escape;
mod history;

use crate::report::diagram::{cut_entities, folded, mermaid, pictures};
use crate::report::view::{Direction, Entities, Graph, ReportView, UnbridgedView, plural};
use escape::{code, fenced, prose};

/// Rows that a list before the details holds at most, where it may be long.
const SHOWN: usize = 20;

/// Objects that a diagram holds at most.
const DIAGRAM: usize = 60;

/// Diagrams of dependencies at most.
const DIAGRAMS: usize = 3;

/// Tables that a diagram holds at most.
const TABLES: usize = 30;

/// A page in the making.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A paragraph, a list or a block, with an empty line after it.
    fn block(&mut self, text: &str) {
        self.line(text);
        self.line("");
    }

    fn list(&mut self, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.map(|item| format!("- {item}")).collect();
        if !items.is_empty() {
            self.block(&items.join("\n"));
        }
    }

    /// A table; its cells are Markdown already.
    fn table<const N: usize>(
        &mut self,
        header: [&str; N],
        rows: impl Iterator<Item = [String; N]>,
    ) {
        self.line(&format!("| {} |", header.join(" | ")));
        self.line(&format!("|{}", "---|".repeat(N)));
        for row in rows {
            self.line(&format!("| {} |", row.join(" | ")));
        }
        self.line("");
    }
}

/// The report, `MIGRATION_RECONCILIATION_REPORT.md`.
pub fn render(view: &ReportView) -> String {
    let mut page = Page::default();
    verdict(&mut page, view);
    before_and_after(&mut page, view);
    features(&mut page, view);
    left_alone(&mut page, view);
    history::section(&mut page, &view.history);
    risks(&mut page, view);
    strategy(&mut page, view);
    security(&mut page, view);
    environment(&mut page, view);
    detail::files(&mut page, view);
    graph(&mut page, &view.graph);
    entities(&mut page, &view.entities);
    detail::drifts(&mut page, view);
    unknown(&mut page, view);
    format!("{}\n", page.text.trim_end())
}

fn verdict(page: &mut Page, view: &ReportView) {
    page.block("# Migration reconciliation report");
    page.block(&format!(
        "dev {} (PostgreSQL {}) is the reference; the bridge changes prod {} (PostgreSQL {}). Plan of {}.",
        code(&view.dev.database),
        prose(&view.dev.server_version),
        code(&view.prod.database),
        prose(&view.prod.server_version),
        prose(&view.timestamp),
    ));
    let readiness = &view.readiness;
    page.block(&format!("## Verdict: {}, {}", readiness.light.name(), readiness.recommendation));
    page.list(
        readiness
            .reasons
            .iter()
            .map(|reason| format!("{}: {}", reason.light.name(), prose(&reason.text))),
    );
    let conditions: Vec<String> = readiness
        .reasons
        .iter()
        .filter(|reason| !reason.condition.is_empty())
        .map(|reason| format!("[ ] {}", prose(&reason.condition)))
        .collect();
    if !conditions.is_empty() {
        page.block("To settle before the files run:");
        page.list(conditions.into_iter());
    }
}

fn before_and_after(page: &mut Page, view: &ReportView) {
    page.block("## Before and after");
    let rows = view.counts.iter().map(|row| {
        let after = if row.after == row.prod {
            row.after.to_string()
        } else {
            format!("**{}**", row.after)
        };
        [prose(&row.what), row.prod.to_string(), row.dev.to_string(), after]
    });
    page.table(["", "prod now", "dev", "prod after"], rows);
    let findings = &view.findings;
    page.block(&format!(
        "Drift: {} missing in prod, {} only in prod, {} different, {} not modelled. Told only: {}. Parts of an object that stands on one side only are counted with it.",
        findings.missing, findings.extra, findings.changed, findings.unmodelled, findings.info
    ));
    let steps: usize = view.files.iter().map(|file| file.steps.len()).sum();
    page.block(&format!(
        "Bridge: {} in {}, run by the role {}.",
        plural(steps, "step", "steps"),
        plural(view.files.len(), "migration file", "migration files"),
        code(&view.apply_role)
    ));
    let own = view.history.tools.iter().any(|tool| tool.known && !tool.heads && tool.own > 0);
    if own {
        page.block("Migrations afterwards: with those that are marked as applied, and with the bridge's own files once they are recorded (`history/`).");
    }
}

fn features(page: &mut Page, view: &ReportView) {
    page.block("## What changes in prod");
    if view.features.is_empty() {
        page.block("Nothing.");
        return;
    }
    for (at, feature) in view.features.iter().enumerate() {
        page.block(&format!(
            "### {}. {} (risk: {})",
            at + 1,
            prose(&feature.name),
            feature.risk.name()
        ));
        page.block(&prose(&feature.title));
        let purpose = if feature.purpose.is_empty() {
            vec!["Purpose: no comment says what it is for".to_owned()]
        } else {
            feature.purpose.iter().map(|said| format!("Purpose: {}", prose(said))).collect()
        };
        let why = feature.why.iter().map(|why| format!("Risk: {}", prose(why)));
        let files = feature.files.iter().map(|file| {
            format!("Migration: {}, undone by {}", code(&file.migration), code(&file.rollback))
        });
        let objects = detail::some(&feature.objects, 12);
        let objects = format!("Objects: {objects}");
        page.list(purpose.into_iter().chain(why).chain(files).chain([objects]));
    }
}

fn left_alone(page: &mut Page, view: &ReportView) {
    page.block("## What the bridge leaves alone");
    let extra: Vec<_> = view
        .drifts
        .iter()
        .filter(|drift| drift.code == "extra" && drift.told_with.is_none())
        .collect();
    page.block(&format!("### Only in prod ({})", extra.len()));
    page.list(extra.iter().map(|drift| {
        let done =
            if drift.direction == Direction::Bridge { "dropped" } else { drift.direction.name() };
        format!("{}: {done}", code(&format!("{} {}", drift.kind, drift.object)))
    }));
    page.block(&format!("### Left out unless asked for ({})", view.withheld.len()));
    let rows = view.withheld.iter().map(|item| {
        let attribute = item.attribute.as_deref().unwrap_or("the whole object");
        [code(&item.object), prose(attribute), prose(&item.what)]
    });
    if !view.withheld.is_empty() {
        page.block(&view.kept());
        page.table(["object", "what of it", "why"], rows);
    }
    page.block(&format!("### Not bridged ({})", view.unbridged.len()));
    unbridged(page, &view.unbridged);
    page.block(&format!("### Not modelled ({})", view.unmodelled.len()));
    if !view.unmodelled.is_empty() {
        page.block("That these differ is known, how is not: compare them by hand.");
    }
    let (shown, more) = view.unmodelled.split_at(view.unmodelled.len().min(SHOWN));
    unbridged(page, shown);
    if !more.is_empty() {
        page.block(&format!("And {} more, under \"Every difference\".", more.len()));
    }
}

fn unbridged(page: &mut Page, items: &[UnbridgedView]) {
    if !items.is_empty() {
        page.table(
            ["object", "why"],
            items.iter().map(|item| [code(&item.object), prose(&item.why)]),
        );
    }
}

fn risks(page: &mut Page, view: &ReportView) {
    page.block("## Risks");
    page.block("Before: dev's state put on prod as it is, by hand. After: by these files.");
    let rows = view.risks.iter().map(|risk| {
        [
            prose(&risk.what),
            risk.before.name().to_owned(),
            risk.after.name().to_owned(),
            prose(&risk.mitigation),
        ]
    });
    page.table(["risk", "before", "after", "what the plan does"], rows);
    page.block(&prose(&crate::plan::assumptions()));
}

fn strategy(page: &mut Page, view: &ReportView) {
    page.block("## Strategy");
    let rows = view.strategy.iter().map(|way| [prose(&way.way), prose(&way.cost)]);
    page.table(["way", "cost here"], rows);
}

fn security(page: &mut Page, view: &ReportView) {
    page.block(&format!("## Security review ({})", view.security.len()));
    if view.security.is_empty() {
        page.block("No finding in the state after the bridge.");
        return;
    }
    let rows = view.security.iter().map(|finding| {
        let new = if finding.new { "the bridge brings it" } else { "prod has it already" };
        [prose(&finding.what), code(&finding.object), new.to_owned()]
    });
    page.table(["finding", "object", ""], rows);
}

fn environment(page: &mut Page, view: &ReportView) {
    page.block("## Environment");
    let rows = view.environment.iter().map(|row| {
        let mark = if row.differs { "differs" } else { "" };
        [prose(&row.what), code(&row.dev), code(&row.prod), mark.to_owned()]
    });
    page.table(["", "dev", "prod", ""], rows);
}

fn graph(page: &mut Page, graph: &Graph) {
    page.block("## Dependencies of what changes");
    if graph.nodes.is_empty() {
        page.block("Nothing changes.");
        return;
    }
    page.block("An arrow points at what an object needs.");
    let drawn = if graph.nodes.len() > DIAGRAM {
        page.block(
            "Parts are counted with their whole; `report.html` has pictures with each of them.",
        );
        pictures(&folded(graph), DIAGRAM, DIAGRAMS)
    } else {
        pictures(graph, DIAGRAM, DIAGRAMS)
    };
    for picture in &drawn.shown {
        page.block(&fenced("mermaid", &mermaid::dependencies(picture)));
    }
    if let Some(left_out) = drawn.left_out {
        page.block(&left_out);
    }
}

fn entities(page: &mut Page, entities: &Entities) {
    if entities.tables.is_empty() {
        return;
    }
    page.block("### Tables that change");
    let cut = cut_entities(entities, TABLES);
    page.block("Tables that change, and those that they reference.");
    page.block(&fenced("mermaid", &mermaid::entities(&cut.shown)));
    if let Some(left_out) = cut.left_out {
        page.block(&left_out);
    }
}

fn unknown(page: &mut Page, view: &ReportView) {
    page.block("## What is not known");
    let notices = view.notices.iter().map(|notice| {
        let mark = if notice.incomplete { " (the comparison is incomplete)" } else { "" };
        format!("{}: {}: {}{mark}", notice.side, code(&notice.subject), prose(&notice.text))
    });
    let always = view.not_looked_at.iter().map(|text| prose(text));
    page.list(notices.chain(always));
}
