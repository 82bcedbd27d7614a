//! What documents and programs may name: by it a person finds what has to be written anew.

use crate::model::ObjectId;
use crate::plan::Ask;
use crate::report::view::{Documents, ReportInput};
use std::collections::BTreeSet;

const TELLING: &[&str] = &[
    "table",
    "column",
    "view",
    "materialized_view",
    "function",
    "procedure",
    "enum",
    "domain",
    "composite",
];

/// What goes, and what comes or changes.
pub(super) fn of(input: &ReportInput<'_>) -> Documents {
    let open: BTreeSet<Ask> = input.rollout.open().into_iter().collect();
    let (mut gone, mut changed) = (BTreeSet::new(), BTreeSet::new());
    for step in input.plan.steps().filter(|step| !step.is_silent() && step.own.is_none()) {
        let id = &step.object;
        let whole = |id: &&ObjectId| TELLING.contains(&id.kind.name());
        if !input.plan.goal.objects.contains_key(id) {
            gone.extend(Some(id).filter(whole).map(super::named));
        } else if step.forced_by.is_none() {
            changed.extend(Some(id).filter(whole).map(super::named));
        }
    }
    Documents {
        named: (!open.contains(&Ask::Documents)).then(|| input.rollout.get(Ask::Documents)),
        gone: gone.into_iter().collect(),
        changed: changed.into_iter().collect(),
    }
}
