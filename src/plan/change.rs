//! What has to change: each difference goes through its kind's rule.

use crate::kinds::{Action, Ctx, Outcome, Rule, facet, of};
use crate::model::{Compare, Facet, Object, ObjectId};
use crate::plan::schedule::Blocked;
use crate::plan::step::Aspect;
use std::collections::{BTreeMap, BTreeSet};

/// An alteration in place.
pub(super) struct Alter {
    pub(super) id: ObjectId,
    pub(super) aspect: Aspect,
    pub(super) outcome: Outcome,
}

/// Everything that has to happen, before dependents are considered.
#[derive(Default)]
pub(super) struct Changes {
    /// Only in the desired state.
    pub(super) created: BTreeSet<ObjectId>,
    /// Only in the current state.
    pub(super) dropped: BTreeSet<ObjectId>,
    /// Dropped and created; the value is what forces it, the object itself when it changes.
    pub(super) rebuilt: BTreeMap<ObjectId, ObjectId>,
    /// Changed in place.
    pub(super) altered: Vec<Alter>,
    /// What cannot be done.
    pub(super) blocked: Vec<Blocked>,
}

/// Whether the attributes of a rule differ between two states of an object. What is only told is
/// never changed.
pub(super) fn touches(rule: &Rule, from: &Object, to: &Object) -> bool {
    from.specs.iter().enumerate().any(|(at, spec)| {
        spec.compare == Compare::Drift
            && rule.attrs.contains(&spec.name)
            && from.values.get(at) != to.values.get(at)
    })
}

/// Collects the changes of `ids`.
pub(super) fn collect<'a>(ctx: &Ctx<'_>, ids: impl Iterator<Item = &'a ObjectId>) -> Changes {
    let mut changes = Changes::default();
    for id in ids {
        match (ctx.current.objects.get(id), ctx.desired.objects.get(id)) {
            (None, Some(_)) => {
                changes.created.insert(id.clone());
            }
            (Some(_), None) => {
                changes.dropped.insert(id.clone());
            }
            (Some(from), Some(to)) if from != to => changed(ctx, from, to, &mut changes),
            _ => {}
        }
    }
    changes
}

fn changed(ctx: &Ctx<'_>, from: &Object, to: &Object, changes: &mut Changes) {
    let id = &to.id;
    if from.parent != to.parent {
        changes.rebuilt.insert(id.clone(), id.clone());
    }
    let rules = of(id.kind).rules().iter().enumerate();
    let by_rule = rules
        .filter(|(_, rule)| touches(rule, from, to))
        .map(|(at, rule)| (Aspect::Rule(at), (rule.change)(ctx, from, to)));
    let by_facet = Facet::ALL
        .into_iter()
        .filter(|aspect| aspect.differs(from, to))
        .map(|aspect| (Aspect::Facet(aspect), facet::change(ctx, aspect, from, to)));
    for (aspect, outcome) in by_rule.chain(by_facet) {
        match &outcome.action {
            Action::InPlace(_) => changes.altered.push(Alter { id: id.clone(), aspect, outcome }),
            Action::Rebuild => {
                changes.rebuilt.insert(id.clone(), id.clone());
            }
            Action::RebuildParent => {
                if let Some(parent) = &to.parent {
                    changes.rebuilt.insert(parent.clone(), parent.clone());
                }
            }
            Action::Report(why) => changes.blocked.push(Blocked::change(id, why.clone())),
        }
    }
}
