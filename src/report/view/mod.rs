//! The report as plain data: every sink shows the same.

mod alone;
mod count;
mod data;
mod document;
mod drift;
mod empty;
mod entity;
mod environment;
mod feature;
mod file;
mod graph;
mod history;
mod readiness;
mod rename;
mod risk;
mod security;
mod severity;
mod strategy;

pub use data::{
    Cause, CountRow, Direction, Documents, DriftView, EnvironmentRow, Feature, FeatureFile,
    FileView, Findings, LeftAloneView, Level, Light, LockView, NoticeView, Property, Readiness,
    Rename, ReportView, Risk, SecurityFinding, Severity, SideView, StepView, UnbridgedView, Way,
    WithheldView,
};
pub use entity::{Entities, Entity, EntityColumn, Mark, Reference};
pub use graph::{Graph, Node};
pub use history::{HistoryLine, HistorySide, HistoryView, ToolView};

use crate::diff::Divergence;
use crate::history::Decided;
use crate::model::{Catalog, ObjectId};
use crate::plan::{Drops, Estimates, Options, Plan, Reason, Rollout};

/// Everything that a report is made of.
#[derive(Clone, Debug)]
pub struct ReportInput<'a> {
    /// The reference side.
    pub dev: &'a Catalog,
    /// The side that the migrations change.
    pub prod: &'a Catalog,
    /// How they differ.
    pub divergence: &'a Divergence,
    /// What is done about it.
    pub plan: &'a Plan,
    /// How it was planned.
    pub options: &'a Options,
    /// What only people know of the rollout.
    pub rollout: &'a Rollout,
    /// `YYYYMMDDHHMMSS`.
    pub timestamp: &'a str,
    /// Path of the migration and of its rollback, for each batch of the plan.
    pub files: Vec<(String, String)>,
    /// How many migrations for dev there are, in `backport/`.
    pub backported: usize,
    /// What migration tools recorded; none where a side was not asked.
    pub history: Option<&'a [Decided<'a>]>,
    /// What differs and no recorded migration changed; none where that is not known.
    pub unexplained: Option<&'a [String]>,
}

impl ReportView {
    /// What becomes of removals that were not asked for.
    pub fn kept(&self) -> String {
        let offered = match self.backported {
            0 => "no file for dev was written".to_owned(),
            count => format!(
                "`backport/` has {} that {} them to dev, which `verify` does not run",
                plural(count, "migration", "migrations"),
                if count == 1 { "takes" } else { "take" }
            ),
        };
        format!(
            "Prod keeps them; {offered}. They are removed when planned again with --drops emit."
        )
    }

    /// The report of a plan.
    pub fn of(input: &ReportInput<'_>) -> Self {
        let estimates = Estimates::new(input.prod, &input.plan.goal);
        let files = file::files(input, &estimates);
        let security = security::findings(input);
        let notices = notices(input);
        let uses = empty::users(input);
        let readiness = readiness::of(input, &files, &notices, (&uses, &security));
        let (unmodelled, unbridged) = unbridged(input);
        let findings = count::findings(input.divergence);
        let history = history::of(input.history, input.unexplained);
        Self {
            timestamp: input.timestamp.to_owned(),
            dev: side(input.dev),
            prod: side(input.prod),
            apply_role: input.options.apply_role.clone(),
            removals_asked_for: input.options.drops == Drops::Emit,
            readiness,
            strategy: strategy::ways(input, &findings, &files, &history),
            not_looked_at: strategy::not_looked_at(),
            backported: input.backported,
            findings,
            counts: [history::counts(input.history), count::rows(input)].concat(),
            history,
            features: feature::features(input, &estimates, (&uses, &security), &files),
            risks: risk::risks(input, &estimates, &files, &security),
            files,
            drifts: drift::drifts(input, &security, &uses),
            withheld: withheld(input),
            unbridged,
            unmodelled,
            environment: environment::rows(input),
            security,
            graph: graph::of(input),
            entities: entity::of(input),
            notices,
            scope: alone::why(input),
            left_alone: alone::groups(input),
            renames: rename::renames(input),
            time: estimates.all(input.plan.steps()).told(),
            documents: document::of(input),
        }
    }
}

/// What a whole object is named by in sentences.
fn named(id: &ObjectId) -> String {
    format!("{} {}", id.kind, id.label())
}

/// `1 file`, `2 files`.
pub(in crate::report) fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn side(catalog: &Catalog) -> SideView {
    SideView {
        database: catalog.server.database.clone(),
        server_version: catalog.server.version.clone(),
        capture_role: catalog.server.capture_role.clone(),
    }
}

fn withheld(input: &ReportInput<'_>) -> Vec<WithheldView> {
    let mut items: Vec<_> = input.plan.withheld.iter().collect();
    items.sort();
    items.dedup();
    items
        .into_iter()
        .map(|item| WithheldView {
            object: item.id.to_string(),
            attribute: item.attribute.as_deref().map(|names| differing(input, &item.id, names)),
            what: item.what.clone(),
        })
        .collect()
}

/// Of the attributes that change together those that differ.
fn differing(input: &ReportInput<'_>, id: &ObjectId, names: &str) -> String {
    let sides = input.dev.objects.get(id).zip(input.prod.objects.get(id));
    let differs = |name: &&str| sides.is_some_and(|(dev, prod)| drift::differs(dev, prod, name));
    let some: Vec<&str> = names.split(", ").filter(differs).collect();
    if some.is_empty() { names.to_owned() } else { some.join(", ") }
}

/// What is not modelled, and the rest.
fn unbridged(input: &ReportInput<'_>) -> (Vec<UnbridgedView>, Vec<UnbridgedView>) {
    let mut items: Vec<_> = input.plan.unbridged.iter().collect();
    items.sort();
    items.dedup();
    let view = |item: &crate::plan::Unbridged| {
        let object =
            if item.reason == Reason::Unmodelled { item.id.label() } else { item.id.to_string() };
        UnbridgedView { object, reason: item.reason, why: item.why.clone() }
    };
    items.into_iter().map(view).partition(|item| item.reason == Reason::Unmodelled)
}

fn notices(input: &ReportInput<'_>) -> Vec<NoticeView> {
    let of = |side: &'static str, catalog: &Catalog| {
        let view = move |notice: &crate::model::Notice| NoticeView {
            side: side.to_owned(),
            subject: notice.subject.clone(),
            text: notice.text.clone(),
            incomplete: notice.incomplete,
        };
        catalog.notices.iter().map(view).collect::<Vec<_>>()
    };
    [of("dev", input.dev), of("prod", input.prod)].concat()
}

#[cfg(test)]
mod tests;
