//! The divergence report as Markdown: verdict first, every difference last.

mod detail;
mod feature;
mod history;

use crate::markdown::{code, fenced, prose};
use crate::report::diagram::{cut_entities, folded, mermaid, pictures};
use crate::report::view::{
    Direction, Entities, Graph, ReportView, SecurityFinding, UnbridgedView, plural,
};

/// Rows that a list before the details holds at most, where it may be long.
const SHOWN: usize = 20;

/// Objects that a diagram holds at most.
const DIAGRAM: usize = 60;

/// Diagrams of dependencies at most.
const DIAGRAMS: usize = 3;

/// Tables that a diagram holds at most.
const TABLES: usize = 30;

/// What the columns of the risk table compare.
pub(in crate::report) const RISKS: &str = "Before: dev's state brought by plain statements, each committed by itself: short forms, no lock_timeout, removals included, no way back written. After: by these files.";

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
    feature::section(&mut page, view);
    left_alone(&mut page, view);
    history::section(&mut page, &view.history);
    risks(&mut page, view);
    strategy(&mut page, view);
    security(&mut page, view);
    environment(&mut page, view);
    afterwards(&mut page, view);
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
    let but = if readiness.light == readiness.but_for_places {
        String::new()
    } else {
        let places = plural(readiness.places.len(), "place", "places");
        format!(" ({} but for {places} to fill)", readiness.but_for_places.name())
    };
    page.block(&format!(
        "## Verdict: {}, {}{but}",
        readiness.light.name(),
        readiness.recommendation
    ));
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
    if let Some(open) = readiness.open() {
        page.block(&prose(&open));
        page.block(
            "Answer them under `[announce]` in pgbridge.toml, or in the execution plan by hand.",
        );
    }
    page.block(&format!(
        "Estimated for all files, once the locks are granted: {}. What it rests on stands under \"Risks\".",
        prose(&view.time)
    ));
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

fn left_alone(page: &mut Page, view: &ReportView) {
    page.block("## What only prod has, and what the bridge leaves alone");
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
    renames(page, view);
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
    managed(page, view);
}

/// Told apart from what only one side has: whether it is one object, a person decides.
fn renames(page: &mut Page, view: &ReportView) {
    if view.renames.is_empty() {
        return;
    }
    page.block(&format!("### Likely renames ({})", view.renames.len()));
    page.block("Each is planned as two objects. If it is one, rename it in prod by a [[step]] first, so that its content stays.");
    let rows = view
        .renames
        .iter()
        .map(|rename| [code(&rename.prod), code(&rename.dev), prose(&rename.why)]);
    page.table(["prod has", "dev has", "what is equal"], rows);
}

fn managed(page: &mut Page, view: &ReportView) {
    if view.left_alone.is_empty() && view.scope.is_none() {
        return;
    }
    page.block("### Left as prod has it, for a platform manages it");
    if let Some(scope) = &view.scope {
        page.block(&prose(scope));
    }
    let rows = view.left_alone.iter().map(|group| {
        let differs = group.differs.iter().map(|text| prose(text)).collect::<Vec<_>>().join("<br>");
        let differs = if differs.is_empty() { "nothing".to_owned() } else { differs };
        [
            code(&group.group),
            group.prod.to_string(),
            group.dev.to_string(),
            prose(&group.why),
            differs,
        ]
    });
    page.table(["group", "objects in prod", "in dev", "why", "what differs and stays so"], rows);
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
    page.block(RISKS);
    let rows = view.risks.iter().map(|risk| {
        [
            prose(&risk.what),
            risk.before.name().to_owned(),
            risk.after_told().to_owned(),
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
    let mut alike: Vec<(&SecurityFinding, Vec<String>)> = Vec::new();
    for finding in &view.security {
        let same = |(other, _): &&mut (&SecurityFinding, Vec<String>)| {
            (&other.what, other.new, other.info) == (&finding.what, finding.new, finding.info)
        };
        match alike.iter_mut().find(same) {
            Some((_, objects)) => objects.push(code(&finding.object)),
            None => alike.push((finding, vec![code(&finding.object)])),
        }
    }
    let rows = alike.into_iter().map(|(finding, objects)| {
        let new = if finding.new { "the bridge brings it" } else { "prod has it already" };
        let new = if finding.info { format!("info: {new}") } else { new.to_owned() };
        [prose(&finding.what), objects.join("<br>"), new]
    });
    page.table(["finding", "objects", ""], rows);
}

fn environment(page: &mut Page, view: &ReportView) {
    page.block("## Environment");
    let rows = view.environment.iter().map(|row| {
        let mark = if row.differs { "differs" } else { "" };
        [prose(&row.what), code(&row.dev), code(&row.prod), mark.to_owned()]
    });
    page.table(["", "dev", "prod", ""], rows);
}

/// Where the checklists stand, and what has to be written anew.
fn afterwards(page: &mut Page, view: &ReportView) {
    if view.files.is_empty() {
        return;
    }
    page.block("## Before, while and after it runs");
    page.block("`EXECUTION_PLAN.md` has the checklists before and after, go or no-go, what to watch while it runs and for 24 hours after, the way back, and messages to send. `VALIDATION_SQL.sql` checks prod before and after.");
    let documents = &view.documents;
    let named = documents.named.as_deref().map_or_else(
        || "nobody has said which documents do (`documents` under `[announce]`)".to_owned(),
        |named| format!("documents: {}", prose(named)),
    );
    page.block(&format!("What names these has to be looked at; {named}:"));
    let lines = [("gone", &documents.gone), ("new or changed", &documents.changed)];
    let lines = lines.into_iter().filter(|(_, names)| !names.is_empty());
    let lines =
        lines.map(|(what, names)| format!("{what} ({}): {}", names.len(), detail::some(names, 12)));
    let types =
        "TypeScript: `database.types.ts` has the types of prod after the last file".to_owned();
    page.list(lines.chain([types]));
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
