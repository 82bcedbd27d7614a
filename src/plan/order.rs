//! One order out of many: deterministic, cycles broken by rule.

use crate::kinds::{Ctx, Phase, of};
use crate::model::ObjectId;
use crate::plan::change::Changes;
use crate::plan::graph::{self, Graph, Node};
use crate::plan::net;
use crate::plan::schedule::Blocked;
use crate::plan::shell::Shells;
use crate::plan::step::Verb;
use std::collections::{BTreeMap, BTreeSet};

/// The nodes in order, and which must precede which, by their places in it.
pub(super) struct Ordered {
    pub(super) nodes: Vec<Node>,
    pub(super) before: BTreeSet<(usize, usize)>,
}

/// Orders the changes. A cycle is opened by leaving out soft edges, then by writing parts apart
/// from their wholes (foreign keys, checks, defaults), then by shells of views and routines; if one
/// is left, its members are blocked.
pub(super) fn ordered(ctx: &Ctx<'_>, changes: &Changes) -> Result<Ordered, Vec<Blocked>> {
    let mut alone = BTreeSet::new();
    let mut shells = Shells::of(ctx, changes);
    loop {
        let mut graph = graph::build(ctx, changes, &alone, &shells)?;
        let mut cycles = cycles(&graph);
        for cycle in &cycles {
            graph
                .edges
                .retain(|(from, to), soft| !(*soft && cycle.contains(from) && cycle.contains(to)));
        }
        if !cycles.is_empty() {
            cycles = self::cycles(&graph);
        }
        if cycles.is_empty() {
            return Ok(sort(&graph));
        }
        let before = alone.len();
        for cycle in &cycles {
            alone.extend(separable(ctx, &graph, cycle));
        }
        let apart = alone.len() > before;
        if !apart && !cycles.iter().any(|cycle| shells.open(ctx, &graph, cycle)) {
            return Err(cycles.iter().flat_map(|cycle| stuck(&graph, cycle)).collect());
        }
    }
}

fn cycles(graph: &Graph) -> Vec<BTreeSet<usize>> {
    let components = net::components(graph.nodes.len(), graph.edges.keys());
    components.into_iter().filter(|component| component.len() > 1).collect()
}

/// Parts in a cycle whose own needs lead to another node of it.
fn separable(ctx: &Ctx<'_>, graph: &Graph, cycle: &BTreeSet<usize>) -> Vec<(Verb, ObjectId)> {
    let mut owner: BTreeMap<(Verb, &ObjectId), usize> = BTreeMap::new();
    for (at, node) in graph.nodes.iter().enumerate().filter(|(at, _)| cycle.contains(at)) {
        owner.extend(node.members.iter().map(|id| ((node.verb, id), at)));
    }
    let mut parts = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate().filter(|(at, _)| cycle.contains(at)) {
        let catalog = if node.verb == Verb::Drop { ctx.current } else { ctx.desired };
        for id in node.members.iter().skip(1) {
            let leads_out = catalog.needs_of(id).any(|(needed, _)| {
                let elsewhere = |verb| owner.get(&(verb, needed)).is_some_and(|other| *other != at);
                elsewhere(node.verb) || elsewhere(Verb::Alter) || elsewhere(Verb::Drop)
            });
            if leads_out {
                parts.push((node.verb, id.clone()));
            }
        }
    }
    parts
}

fn stuck(graph: &Graph, cycle: &BTreeSet<usize>) -> Vec<Blocked> {
    let leader = |at: &usize| {
        graph.nodes.get(*at).and_then(|node| node.members.first().map(|id| (node.verb, id.clone())))
    };
    let names: Vec<String> =
        cycle.iter().filter_map(leader).map(|(verb, id)| format!("{} {id}", verb.name())).collect();
    let why = format!("these steps wait for each other: {}", names.join(", "));
    cycle
        .iter()
        .filter_map(leader)
        .map(|(verb, id)| {
            if verb == Verb::Create {
                Blocked::create(&id, why.clone())
            } else {
                Blocked::change(&id, why.clone())
            }
        })
        .collect()
}

fn sort(graph: &Graph) -> Ordered {
    let order =
        net::order(graph.nodes.len(), graph.edges.keys(), |at| graph.nodes.get(at).map(rank));
    let place: BTreeMap<usize, usize> =
        order.iter().enumerate().map(|(place, at)| (*at, place)).collect();
    let before = graph
        .edges
        .keys()
        .filter_map(|(from, to)| Some((*place.get(from)?, *place.get(to)?)))
        .collect();
    let nodes = order.iter().filter_map(|at| graph.nodes.get(*at).cloned()).collect();
    Ordered { nodes, before }
}

/// Among those that could run: what watches goes first and comes last; default privileges last
/// but for it, so that what is created is not subject to new ones; else drops, alterations,
/// creations, each by kind and name.
fn rank(node: &Node) -> (u8, Verb, Option<ObjectId>) {
    let leader = node.members.first().cloned();
    let stage = match leader.as_ref().map(|id| of(id.kind).phase()) {
        Some(Phase::Watching) if node.verb == Verb::Drop => 0,
        Some(Phase::Watching) => 3,
        Some(Phase::Last) => 2,
        _ => 1,
    };
    (stage, node.verb, leader)
}
