//! How much a difference matters, and where it is told.

use crate::diff::{Drift, Side};
use crate::kinds::{self, Effects, Naming};
use crate::model::{ObjectId, snapshot};
use crate::plan::Reason;
use crate::report::view::{Direction, ReportInput, SecurityFinding, Severity};
use std::collections::BTreeSet;

/// What the plan and the security review say of objects.
pub(super) struct Weights<'a> {
    /// A step on it loses data.
    loses: BTreeSet<&'a ObjectId>,
    /// A step on it reads, writes anew or may stop on rows that are there.
    costs: BTreeSet<&'a ObjectId>,
    /// A removal of it or of a part of it was not asked for.
    withheld: BTreeSet<&'a ObjectId>,
    /// It stays as it is because something is in the way.
    unbridged: BTreeSet<&'a ObjectId>,
    /// The bridge brings a finding of the security review.
    open: BTreeSet<&'a str>,
}

impl<'a> Weights<'a> {
    pub(super) fn of(input: &ReportInput<'a>, security: &'a [SecurityFinding]) -> Self {
        let plan = input.plan;
        let costly = |effects: &Effects| {
            !effects.rewrites.is_empty()
                || !effects.scans.is_empty()
                || !effects.index_builds.is_empty()
                || effects.may_fail.is_some()
        };
        let steps = || plan.steps().filter(|step| !step.is_silent());
        Self {
            loses: steps()
                .filter(|step| step.effects.data_loss.is_some())
                .map(|step| &step.object)
                .collect(),
            costs: steps().filter(|step| costly(&step.effects)).map(|step| &step.object).collect(),
            withheld: plan.withheld.iter().map(|item| &item.id).collect(),
            unbridged: plan
                .unbridged
                .iter()
                .filter(|item| item.reason != Reason::Unmodelled)
                .map(|item| &item.id)
                .collect(),
            open: security
                .iter()
                .filter(|finding| finding.new && finding.access)
                .map(|finding| finding.object.as_str())
                .collect(),
        }
    }

    /// The first rule that holds, in the order of [`Severity`]'s description.
    pub(super) fn severity(&self, drift: &Drift, direction: Direction) -> Severity {
        let id = &drift.object;
        if direction == Direction::Told {
            return Severity::Info;
        }
        let high = drift.unmodelled
            || direction == Direction::NotBridged
            || self.unbridged.contains(id)
            || self.loses.contains(id)
            || self.open.contains(super::named(id).as_str());
        if high {
            return Severity::High;
        }
        let medium = drift.side == Side::ProdOnly
            || matches!(direction, Direction::Backport | Direction::InPart)
            || self.withheld.contains(id)
            || self.costs.contains(id);
        if medium { Severity::Medium } else { Severity::Low }
    }
}

/// The schema that an object stands in; empty where its kind has none.
pub(super) fn schema(id: &ObjectId) -> String {
    let kind = kinds::REGISTRY.iter().find(|kind| kind.kind() == id.kind);
    let at = kind
        .and_then(|kind| kind.path_naming().iter().position(|naming| *naming == Naming::Schema));
    at.map(|at| id.part(at).to_owned()).unwrap_or_default()
}

/// Where a finding stands in a document: the same for the same finding, and safe in any place.
pub(super) fn anchor(id: &str) -> String {
    let hash: String = snapshot::digest(id.as_bytes()).chars().take(16).collect();
    format!("d-{hash}")
}
