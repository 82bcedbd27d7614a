//! The shapes of the report.

mod finding;

pub use finding::{Direction, DriftView, Property, Severity};

use crate::kinds::Isolation;
use crate::plan::{Reason, Seconds};
use crate::report::view::{Entities, Graph, HistoryView};
use serde::Serialize;

/// The report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReportView {
    /// `YYYYMMDDHHMMSS`.
    pub timestamp: String,
    /// The reference side.
    pub dev: SideView,
    /// The side that is changed.
    pub prod: SideView,
    /// Who runs the migrations.
    pub apply_role: String,
    /// Whether removals were asked for.
    pub removals_asked_for: bool,
    /// The verdict.
    pub readiness: Readiness,
    /// How many findings there are.
    pub findings: Findings,
    /// Prod, dev, and prod after the bridge.
    pub counts: Vec<CountRow>,
    /// What migration tools recorded.
    pub history: HistoryView,
    /// What changes, in connected parts, the most dangerous first.
    pub features: Vec<Feature>,
    /// The migrations, step by step.
    pub files: Vec<FileView>,
    /// Every difference.
    pub drifts: Vec<DriftView>,
    /// Removals that were not asked for.
    pub withheld: Vec<WithheldView>,
    /// What could not be bridged, except for what is not modelled.
    pub unbridged: Vec<UnbridgedView>,
    /// Rows of the coverage ledger that differ.
    pub unmodelled: Vec<UnbridgedView>,
    /// Server, database, roles, extensions.
    pub environment: Vec<EnvironmentRow>,
    /// Risks before and after what the plan does about them.
    pub risks: Vec<Risk>,
    /// What a reviewer of access rights should see.
    pub security: Vec<SecurityFinding>,
    /// How the changed objects need each other.
    pub graph: Graph,
    /// The tables that change, with what they reference.
    pub entities: Entities,
    /// The ways to bring both sides together.
    pub strategy: Vec<Way>,
    /// How many migrations for dev there are, in `backport/`.
    pub backported: usize,
    /// What no capture looks at.
    pub not_looked_at: Vec<String>,
    /// What a capture could not see.
    pub notices: Vec<NoticeView>,
    /// Why a part of the databases is left as prod has it, and how to refuse it.
    pub scope: Option<String>,
    /// What is left as prod has it, for a platform manages it.
    pub left_alone: Vec<LeftAloneView>,
    /// Objects that seem to be the same under another name.
    pub renames: Vec<Rename>,
    /// How long all steps may take once they have their locks, in words.
    pub time: String,
    /// What documents and programs may name and the bridge changes.
    pub documents: Documents,
}

/// Objects of one group that are left as prod has them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LeftAloneView {
    /// `schema:auth`.
    pub group: String,
    /// How many of them prod has.
    pub prod: usize,
    /// How many of them dev has.
    pub dev: usize,
    /// Why.
    pub why: String,
    /// What differs between both sides and stays so.
    pub differs: Vec<String>,
}

/// Two objects that seem to be one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Rename {
    /// What prod has and dev lacks.
    pub prod: String,
    /// What dev has and prod lacks.
    pub dev: String,
    /// What is equal.
    pub why: String,
}

/// What documents and programs may name.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Documents {
    /// The documents, by the configuration; none where it does not say.
    pub named: Option<String>,
    /// What goes: tables, columns, views, routines and types.
    pub gone: Vec<String>,
    /// What comes or changes of these.
    pub changed: Vec<String>,
}

/// One database.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SideView {
    /// Its name.
    pub database: String,
    /// `server_version`.
    pub server_version: String,
    /// The role that captured it.
    pub capture_role: String,
}

/// The colour of a verdict.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// Nothing stands against it.
    Green,
    /// With conditions.
    Yellow,
    /// Not as it is.
    Red,
}

impl Light {
    /// The word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Green => "GREEN",
            Self::Yellow => "YELLOW",
            Self::Red => "RED",
        }
    }

    /// What to do.
    pub const fn recommendation(self) -> &'static str {
        match self {
            Self::Green => "approve",
            Self::Yellow => "approve with conditions",
            Self::Red => "do not run",
        }
    }
}

/// The verdict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Readiness {
    /// Its colour.
    pub light: Light,
    /// What to do.
    pub recommendation: String,
    /// Why, the worst first.
    pub reasons: Vec<Cause>,
    /// The colour that these reasons alone give.
    pub but_for_places: Light,
    /// Places of the execution plan that nobody has filled: they keep it from green.
    pub places: Vec<String>,
}

impl Readiness {
    /// What the open places hold up; none where all are filled.
    pub fn open(&self) -> Option<String> {
        let places = super::plural(self.places.len(), "place", "places");
        let of_it = match self.but_for_places {
            Light::Green => "this alone keeps it from green",
            Light::Yellow | Light::Red => "besides the reasons above",
        };
        (!self.places.is_empty()).then(|| {
            format!(
                "Not a risk, but open: the execution plan has {places} to fill, {of_it}: {}.",
                self.places.join(", ")
            )
        })
    }
}

/// One reason of a verdict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cause {
    /// What it alone would give.
    pub light: Light,
    /// The reason.
    pub text: String,
    /// What to settle before the files run; empty where nothing is to be settled.
    pub condition: String,
}

/// How many findings there are.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Findings {
    /// Objects that prod lacks; parts of a missing object are not counted.
    pub missing: usize,
    /// Objects that only prod has.
    pub extra: usize,
    /// Objects that differ.
    pub changed: usize,
    /// Rows of the ledger that differ.
    pub unmodelled: usize,
    /// Differences that are told and do not count.
    pub info: usize,
}

/// One line of the summary.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CountRow {
    /// What is counted.
    pub what: String,
    /// In prod now.
    pub prod: usize,
    /// In dev.
    pub dev: usize,
    /// In prod after the bridge.
    pub after: usize,
}

/// How dangerous something is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Not at all.
    None,
    /// Little.
    Low,
    /// Needs a look.
    Medium,
    /// Needs a decision.
    High,
}

impl Level {
    /// The word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
        }
    }
}

/// A connected part of what changes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Feature {
    /// What it is named after: its most telling object.
    pub name: String,
    /// `table public.users, 3 indexes`.
    pub title: String,
    /// From the comments of its objects; none where no comment says it.
    pub purpose: Vec<String>,
    /// How dangerous it is.
    pub risk: Level,
    /// Who waits for it, and how long it may take.
    pub impact: Vec<String>,
    /// Why, the worst first; alike steps in one line.
    pub why: Vec<String>,
    /// One step of little risk without a comment: its line in the list of features says all.
    pub brief: bool,
    /// The files that its steps stand in, in order.
    pub files: Vec<FeatureFile>,
    /// What is done to which object.
    pub objects: Vec<String>,
}

/// A file of a feature.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FeatureFile {
    /// Path of the migration.
    pub migration: String,
    /// Path of its rollback.
    pub rollback: String,
}

/// One migration.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FileView {
    /// Path of the migration.
    pub migration: String,
    /// Path of its rollback.
    pub rollback: String,
    /// How long its steps may take once they have their locks, in words.
    pub time: String,
    /// In order; steps without statements are left out.
    pub steps: Vec<StepView>,
    /// What the rollback takes away again, or cannot bring back.
    pub not_brought_back: Vec<String>,
    /// Of these, what concerns things that prod has now.
    pub irreversible: usize,
}

/// One step.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StepView {
    /// `create table public.users`.
    pub title: String,
    /// How many statements it has.
    pub statements: usize,
    /// Whose transaction it needs: its own, or none, where it works long and lets others go on.
    pub isolation: Isolation,
    /// Locks on relations that stand before.
    pub locks: Vec<LockView>,
    /// Relations that it writes anew.
    pub rewrites: Vec<String>,
    /// Relations that it reads as a whole.
    pub scans: Vec<String>,
    /// An index is built over rows that are there.
    pub builds_index: bool,
    /// How long it may take once it has its locks, in words.
    pub time: String,
    /// The same; none where it is not known or only catalogs change.
    pub seconds: Option<Seconds>,
    /// Whether the size of what it reads or writes is not known.
    pub time_unknown: bool,
    /// Why it may fail on rows that are there.
    pub may_fail: Option<String>,
    /// A query that tells before: one row with `bad`, true where it would fail.
    pub preflight: Option<String>,
    /// What it loses for good.
    pub data_loss: Option<String>,
    /// How dangerous it is that it reads or writes rows, by its time and by who waits meanwhile.
    pub load: Level,
    /// It is there only because that one changes.
    pub forced_by: Option<String>,
}

/// A lock on a relation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LockView {
    /// The relation.
    pub relation: String,
    /// The mode as SQL writes it.
    pub mode: String,
    /// What it means for others.
    pub meaning: String,
    /// The relation's size on prod, rounded up to a power of two.
    pub size: String,
}

/// A removal that was not asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WithheldView {
    /// `table:public.users`.
    pub object: String,
    /// Which attribute; none for the whole object.
    pub attribute: Option<String>,
    /// What would be removed.
    pub what: String,
}

/// Something that is not bridged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UnbridgedView {
    /// `table:public.users`.
    pub object: String,
    /// A class of reasons.
    pub reason: Reason,
    /// Why.
    pub why: String,
}

/// One line of the comparison of environments.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EnvironmentRow {
    /// What is compared.
    pub what: String,
    /// In dev.
    pub dev: String,
    /// In prod.
    pub prod: String,
    /// Whether they differ.
    pub differs: bool,
}

/// One line of the risk table.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Risk {
    /// What can happen.
    pub what: String,
    /// With the same changes as plain statements.
    pub before: Level,
    /// With this plan.
    pub after: Level,
    /// What makes the difference.
    pub mitigation: String,
}

impl Risk {
    /// The level afterwards, or that there is nothing that would make a difference.
    pub fn after_told(&self) -> &'static str {
        match self.after {
            Level::None if self.before == Level::None => "nothing to mitigate",
            after if after == self.before => "the same",
            after => after.name(),
        }
    }
}

/// A way to bring both sides together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Way {
    /// What is done.
    pub way: String,
    /// What it costs here.
    pub cost: String,
}

/// One line of the security review.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SecurityFinding {
    /// What is wrong.
    pub what: String,
    /// Where.
    pub object: String,
    /// Whether it is about who may do what; else about speed or replication.
    pub access: bool,
    /// Whether the bridge brings it, or it stands in prod already.
    pub new: bool,
    /// Told only: nobody is concerned who could not do it anyway.
    pub info: bool,
}

/// What a capture could not see.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NoticeView {
    /// `dev` or `prod`.
    pub side: String,
    /// What is concerned.
    pub subject: String,
    /// What is not known.
    pub text: String,
    /// Whether the comparison is incomplete because of it.
    pub incomplete: bool,
}
