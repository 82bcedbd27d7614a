//! How the changed objects need each other.

use crate::model::{Need, ObjectId};
use crate::report::view::{Graph, Node, ReportInput};
use std::collections::{BTreeMap, BTreeSet};

/// The objects of the steps and what they need among themselves, after the bridge or, for what
/// goes, before it.
pub(super) fn of(input: &ReportInput<'_>) -> Graph {
    let mut verbs: BTreeMap<&ObjectId, &str> = BTreeMap::new();
    let mut leaders: BTreeMap<&ObjectId, &ObjectId> = BTreeMap::new();
    for step in input.plan.steps().filter(|step| !step.is_silent() && step.own.is_none()) {
        let known = verbs.get(&step.object).copied();
        let verb = match (known, step.verb.name()) {
            (Some("drop"), "create") => "rebuild",
            (Some(known), _) => known,
            (None, verb) => verb,
        };
        verbs.insert(&step.object, verb);
        for member in &step.members {
            leaders.entry(member).or_insert(&step.object);
        }
    }
    let places: BTreeMap<&ObjectId, usize> =
        verbs.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let mut edges = BTreeSet::new();
    for (member, leader) in &leaders {
        let catalog = if input.plan.goal.objects.contains_key(*member) {
            &input.plan.goal
        } else {
            input.prod
        };
        for (needed, need) in catalog.needs_of(member) {
            let target = leaders.get(needed).and_then(|id| places.get(*id));
            if let (Some(from), Some(to)) = (places.get(*leader), target)
                && from != to
                && need != Need::Soft
            {
                edges.insert((*from, *to));
            }
        }
    }
    let node = |(id, verb): (&&ObjectId, &&str)| Node {
        label: super::named(id),
        verb: (*verb).to_owned(),
    };
    Graph { nodes: verbs.iter().map(node).collect(), edges: edges.into_iter().collect() }
}
