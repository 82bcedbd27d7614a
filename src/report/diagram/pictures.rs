//! A graph that is too large for one picture becomes several: what is connected stays together.

use super::boxes::whole;
use super::cut_graph;
use crate::report::view::Graph;
use petgraph::unionfind::UnionFind;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Pictures of one graph.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pictures {
    /// Each of them.
    pub shown: Vec<Graph>,
    /// What none of them shows, in a sentence.
    pub left_out: Option<String>,
}

/// At most `count` pictures of at most `most` objects, the largest connected parts first.
pub fn pictures(graph: &Graph, most: usize, count: usize) -> Pictures {
    let total = graph.nodes.len();
    if total <= most {
        return Pictures { shown: vec![graph.clone()], left_out: None };
    }
    let mut bins: Vec<BTreeSet<usize>> = Vec::new();
    for part in connected(graph) {
        let part = if part.len() > most { best(graph, &part, most) } else { part };
        let full = bins.len() == count;
        match bins.iter_mut().find(|bin| bin.len() + part.len() <= most) {
            Some(bin) => bin.extend(part),
            None if full => (),
            None => bins.push(part),
        }
    }
    let shown: Vec<Graph> = bins.iter().map(|bin| graph.only(&|at, _| bin.contains(&at))).collect();
    let left = total - bins.iter().map(BTreeSet::len).sum::<usize>();
    let left_out = (left > 0).then(|| {
        format!(
            "{left} of {total} objects {} left out: at most {count} pictures of {most} objects each are drawn, those first that are connected with the most others.",
            if left == 1 { "is" } else { "are" }
        )
    });
    Pictures { shown, left_out }
}

/// What is connected by lines or stands in one box, the largest first.
fn connected(graph: &Graph) -> Vec<BTreeSet<usize>> {
    let mut sets = UnionFind::<usize>::new(graph.nodes.len());
    for (from, to) in &graph.edges {
        sets.union(*from, *to);
    }
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        sets.union(at, *first.entry(whole(node)).or_insert(at));
    }
    let mut parts: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut order: BTreeMap<usize, usize> = BTreeMap::new();
    for at in 0..graph.nodes.len() {
        let known = order.len();
        let place = *order.entry(sets.find(at)).or_insert(known);
        parts.entry(place).or_default().insert(at);
    }
    let mut parts: Vec<BTreeSet<usize>> = parts.into_values().collect();
    parts.sort_by_key(|part| Reverse(part.len()));
    parts
}

/// The objects of a part that [`cut_graph`] keeps.
fn best(graph: &Graph, part: &BTreeSet<usize>, most: usize) -> BTreeSet<usize> {
    let cut = cut_graph(&graph.only(&|at, _| part.contains(&at)), most);
    let labels: BTreeSet<&str> = cut.shown.nodes.iter().map(|node| node.label.as_str()).collect();
    let kept =
        |at: &&usize| graph.nodes.get(**at).is_some_and(|n| labels.contains(n.label.as_str()));
    part.iter().filter(kept).copied().collect()
}
