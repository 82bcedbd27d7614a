//! Boxes of a graph: in a large one the parts of a table stand in the table's box.

use crate::report::view::{Graph, Node, plural};
use std::collections::{BTreeMap, BTreeSet};

/// With more objects than this, parts stand in the box of their whole.
const APART: usize = 30;

/// A box.
pub(super) struct Shape<'a> {
    /// What stands at its top: `table public.users`.
    pub(super) label: &'a str,
    /// The object of that name; none where nothing is done to it, but to its parts.
    pub(super) node: Option<&'a Node>,
    /// The parts in it.
    pub(super) parts: Vec<&'a Node>,
}

/// The boxes of a graph, and which needs which.
pub(super) fn boxes(graph: &Graph) -> (Vec<Shape<'_>>, Vec<(usize, usize)>) {
    let mut members: BTreeMap<&str, usize> = BTreeMap::new();
    for node in &graph.nodes {
        *members.entry(whole(node)).or_default() += 1;
    }
    let together =
        |node: &Node| graph.nodes.len() > APART && members.get(whole(node)).is_some_and(|n| *n > 1);
    let mut shapes: Vec<Shape<'_>> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut places = Vec::new();
    for node in &graph.nodes {
        let label = if together(node) { whole(node) } else { &node.label };
        let place = *known.entry(label).or_insert(shapes.len());
        if place == shapes.len() {
            shapes.push(Shape { label, node: None, parts: Vec::new() });
        }
        if let Some(shape) = shapes.get_mut(place) {
            if node.label == label { shape.node = Some(node) } else { shape.parts.push(node) }
        }
        places.push(place);
    }
    let edges: BTreeSet<(usize, usize)> = graph
        .edges
        .iter()
        .filter_map(|(from, to)| Some((*places.get(*from)?, *places.get(*to)?)))
        .filter(|(from, to)| from != to)
        .collect();
    (shapes, edges.into_iter().collect())
}

/// The same with a sentence instead of the parts, for what draws one label per box.
pub fn folded(graph: &Graph) -> Graph {
    let (shapes, edges) = boxes(graph);
    let node = |shape: &Shape<'_>| Node {
        label: match shape.parts.len() {
            0 => shape.label.to_owned(),
            count => format!("{} with {}", shape.label, plural(count, "part", "parts")),
        },
        verb: shape.node.map_or("alter", |node| &node.verb).to_owned(),
        anchor: shape.node.and_then(|node| node.anchor.clone()),
        whole: None,
    };
    Graph { nodes: shapes.iter().map(node).collect(), edges }
}

/// What a node stands in.
pub(super) fn whole(node: &Node) -> &str {
    node.whole.as_deref().unwrap_or(&node.label)
}
