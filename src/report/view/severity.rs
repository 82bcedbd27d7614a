//! How much a difference matters, and where it is told.

use crate::diff::{Drift, Side};
use crate::kinds::{self, Effects, Naming};
use crate::model::{ObjectId, snapshot};
use crate::plan::Reason;
use crate::report::view::empty::Uses;
use crate::report::view::{Direction, ReportInput, SecurityFinding, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// What the plan and the security review say of objects, in words.
pub(super) struct Weights<'a> {
    /// What a step on it loses.
    loses: Said<'a>,
    /// What a step on it reads or writes anew, and where it may stop.
    costs: Said<'a>,
    /// What of it is a removal that was not asked for.
    withheld: Said<'a>,
    /// What is in the way.
    unbridged: Said<'a>,
    /// What the bridge brings that the security review finds.
    open: BTreeMap<&'a str, BTreeSet<String>>,
    /// What it comes to use that is made empty.
    empty: Said<'a>,
}

type Said<'a> = BTreeMap<&'a ObjectId, BTreeSet<String>>;

impl<'a> Weights<'a> {
    pub(super) fn of(
        input: &ReportInput<'a>,
        security: &'a [SecurityFinding],
        uses: &Uses<'a>,
    ) -> Self {
        let mut weights = Self {
            loses: Said::new(),
            costs: Said::new(),
            withheld: Said::new(),
            unbridged: Said::new(),
            open: BTreeMap::new(),
            empty: Said::new(),
        };
        for step in input.plan.steps().filter(|step| !step.is_silent()) {
            let lost = step.effects.data_loss.iter().map(|loss| format!("it loses {loss}"));
            add(&mut weights.loses, &step.object, lost);
            add(&mut weights.costs, &step.object, costs(&step.effects));
        }
        for item in &input.plan.withheld {
            add(&mut weights.withheld, &item.id, Some(format!("left out: {}", item.what)));
        }
        let known = input.plan.unbridged.iter();
        for item in known.filter(|item| item.reason != Reason::Unmodelled) {
            add(&mut weights.unbridged, &item.id, Some(format!("not bridged: {}", item.why)));
        }
        let brought =
            security.iter().filter(|finding| finding.new && finding.access && !finding.info);
        for finding in brought {
            let said = weights.open.entry(&finding.object).or_default();
            said.insert(format!("the bridge brings: {}", finding.what));
        }
        for (id, (word, tables)) in uses {
            let said = tables
                .iter()
                .map(|table| format!("it {word} {}, which comes empty", table.label()));
            add(&mut weights.empty, id, said);
        }
        weights
    }

    /// The first rule that holds, in the order of [`Severity`]'s description, and why it does.
    pub(super) fn severity(&self, drift: &Drift, direction: Direction) -> (Severity, Vec<String>) {
        let id = &drift.object;
        let said = |said: &Said<'_>| said.get(id).cloned().unwrap_or_default();
        if direction == Direction::Told {
            return (Severity::Info, vec!["it is told and does not count".to_owned()]);
        }
        let mut high = all([said(&self.unbridged), said(&self.loses)]);
        high.extend(self.open.get(super::named(id).as_str()).into_iter().flatten().cloned());
        if drift.unmodelled {
            high.push(
                "pgbridge does not model it: that it differs is known, how is not".to_owned(),
            );
        } else if direction == Direction::NotBridged && high.is_empty() {
            high.push("it is not bridged, with what it is a part of or needs".to_owned());
        }
        if !high.is_empty() {
            return (Severity::High, high);
        }
        let mut medium = all([said(&self.withheld), said(&self.costs), said(&self.empty)]);
        if drift.side == Side::ProdOnly && direction == Direction::Bridge {
            medium.push("only prod has it, and it goes".to_owned());
        } else if drift.side == Side::ProdOnly {
            medium.push("only prod has it, and keeps it".to_owned());
        } else if matches!(direction, Direction::Backport | Direction::InPart) && medium.is_empty()
        {
            medium.push("prod keeps its state, in whole or in part".to_owned());
        }
        if !medium.is_empty() {
            return (Severity::Medium, medium);
        }
        let low = if drift.side == Side::DevOnly {
            "additive: prod does not have it, and no row that stands is touched"
        } else {
            "prod gets dev's state, and no row that stands is touched"
        };
        (Severity::Low, vec![low.to_owned()])
    }
}

fn all<const N: usize>(sets: [BTreeSet<String>; N]) -> Vec<String> {
    sets.into_iter().flatten().collect()
}

fn add<'a>(to: &mut Said<'a>, id: &'a ObjectId, texts: impl IntoIterator<Item = String>) {
    for text in texts {
        to.entry(id).or_default().insert(text);
    }
}

/// What it costs on rows that stand.
fn costs(effects: &Effects) -> Vec<String> {
    let mut costs: Vec<String> = Vec::new();
    costs.extend(effects.rewrites.iter().map(|id| format!("it writes {} anew", id.label())));
    costs.extend(effects.scans.iter().map(|id| format!("it reads all of {}", id.label())));
    costs.extend(
        effects.index_builds.iter().map(|id| format!("it builds an index over {}", id.label())),
    );
    costs.extend(
        effects.may_fail.iter().map(|failure| format!("it fails where {}", failure.told())),
    );
    costs
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
