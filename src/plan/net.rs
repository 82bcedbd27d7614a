//! Numbered nodes and what must come before what: cycles, and one order out of many.

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::{BTreeMap, BTreeSet};

/// Nodes that wait for each other, together; all others alone.
pub(super) fn components<'a>(
    count: usize,
    edges: impl Iterator<Item = &'a (usize, usize)>,
) -> Vec<BTreeSet<usize>> {
    let mut net: DiGraph<(), ()> = DiGraph::new();
    let places: Vec<NodeIndex> = (0..count).map(|_| net.add_node(())).collect();
    for (from, to) in edges {
        if let (Some(from), Some(to)) = (places.get(*from), places.get(*to)) {
            net.add_edge(*from, *to, ());
        }
    }
    let whole = |component: Vec<NodeIndex>| component.into_iter().map(NodeIndex::index).collect();
    tarjan_scc(&net).into_iter().map(whole).collect()
}

/// Kahn's algorithm with a sorted ready list. Nodes in a cycle are missing from it.
pub(super) fn order<'a, Rank: Ord>(
    count: usize,
    edges: impl Iterator<Item = &'a (usize, usize)>,
    rank: impl Fn(usize) -> Rank,
) -> Vec<usize> {
    let mut waits = vec![0_usize; count];
    let mut follow: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (from, to) in edges {
        if let Some(count) = waits.get_mut(*to) {
            *count += 1;
        }
        follow.entry(*from).or_default().push(*to);
    }
    let mut ready: BTreeSet<(Rank, usize)> = waits
        .iter()
        .enumerate()
        .filter(|(_, count)| **count == 0)
        .map(|(at, _)| (rank(at), at))
        .collect();
    let mut order = Vec::with_capacity(count);
    while let Some((_, at)) = ready.pop_first() {
        order.push(at);
        for next in follow.get(&at).into_iter().flatten() {
            if let Some(count) = waits.get_mut(*next) {
                *count -= 1;
                if *count == 0 {
                    ready.insert((rank(*next), *next));
                }
            }
        }
    }
    order
}
