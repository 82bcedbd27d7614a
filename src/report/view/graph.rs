//! How objects need each other.

use crate::model::{Catalog, Need, Object, ObjectId};
use crate::report::view::{ReportInput, severity};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How objects need each other.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Graph {
    /// Names of the objects, with what is done to them.
    pub nodes: Vec<Node>,
    /// Places in `nodes`: the first needs the second.
    pub edges: Vec<(usize, usize)>,
}

/// One object.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Node {
    /// `table public.users`.
    pub label: String,
    /// `create`, `alter`, `drop`, `rebuild`; empty where nothing is done.
    pub verb: String,
    /// Anchor of the finding about it, where there is one.
    pub anchor: Option<String>,
    /// What it is a part of: `table public.users` for a column or an index of it.
    pub whole: Option<String>,
}

impl Graph {
    /// The objects of one database, parts within their wholes; string bodies name nothing here.
    pub fn of_catalog(catalog: &Catalog, wanted: &dyn Fn(&Object) -> bool) -> Self {
        let wholes: BTreeMap<&ObjectId, &ObjectId> =
            catalog.objects.keys().map(|id| (id, whole(catalog, id))).collect();
        let mut places: BTreeMap<&ObjectId, usize> = BTreeMap::new();
        let mut nodes = Vec::new();
        for object in catalog.objects.values() {
            if object.parent.is_none() && wanted(object) {
                places.insert(&object.id, nodes.len());
                nodes.push(Node {
                    label: super::named(&object.id),
                    verb: String::new(),
                    anchor: None,
                    whole: None,
                });
            }
        }
        let mut edges = BTreeSet::new();
        for (id, top) in &wholes {
            for (needed, need) in catalog.needs_of(id) {
                let target = wholes.get(needed).and_then(|id| places.get(*id));
                if let (Some(from), Some(to)) = (places.get(*top), target)
                    && from != to
                    && need != Need::Soft
                {
                    edges.insert((*from, *to));
                }
            }
        }
        Self { nodes, edges: edges.into_iter().collect() }
    }

    /// The nodes for which `keep` holds, with the edges among them.
    #[must_use]
    pub fn only(&self, keep: &dyn Fn(usize, &Node) -> bool) -> Self {
        let mut places = BTreeMap::new();
        let mut nodes = Vec::new();
        for (at, node) in self.nodes.iter().enumerate().filter(|(at, node)| keep(*at, node)) {
            places.insert(at, nodes.len());
            nodes.push(node.clone());
        }
        let edges = self.edges.iter();
        let edges =
            edges.filter_map(|(from, to)| Some((*places.get(from)?, *places.get(to)?))).collect();
        Self { nodes, edges }
    }
}

/// The outermost whole that it is a part of, or itself.
fn whole<'a>(catalog: &'a Catalog, id: &'a ObjectId) -> &'a ObjectId {
    let mut top = id;
    while let Some(parent) = catalog.objects.get(top).and_then(|object| object.parent.as_ref()) {
        top = parent;
    }
    top
}

/// Anchors of the findings, by object.
pub(super) fn anchors<'a>(input: &ReportInput<'a>) -> BTreeMap<&'a ObjectId, String> {
    let drifts = input.divergence.drifts.iter();
    drifts.map(|drift| (&drift.object, severity::anchor(&drift.id()))).collect()
}

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
        for (needed, need) in catalog_of(input, member).needs_of(member) {
            let target = leaders.get(needed).and_then(|id| places.get(*id));
            if let (Some(from), Some(to)) = (places.get(*leader), target)
                && from != to
                && need != Need::Soft
            {
                edges.insert((*from, *to));
            }
        }
    }
    let anchors = anchors(input);
    let node = |(id, verb): (&&ObjectId, &&str)| {
        let top = whole(catalog_of(input, id), id);
        Node {
            label: super::named(id),
            verb: (*verb).to_owned(),
            anchor: anchors.get(*id).cloned(),
            whole: (top != *id).then(|| super::named(top)),
        }
    };
    Graph { nodes: verbs.iter().map(node).collect(), edges: edges.into_iter().collect() }
}

/// Where an object is looked up: after the bridge or, for what goes, before it.
fn catalog_of<'a>(input: &ReportInput<'a>, id: &ObjectId) -> &'a Catalog {
    if input.plan.goal.objects.contains_key(id) { &input.plan.goal } else { input.prod }
}
