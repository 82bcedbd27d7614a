//! Pictures of dependencies and of tables: Mermaid for Markdown, DOT for Graphviz, SVG for browsers.
//!
//! What would be too large for one picture becomes several, or is cut by rule, and says so.

pub mod dot;
mod layout;
pub mod mermaid;
mod svg;

mod boxes;
mod dependencies;
mod entities;
mod pictures;

pub use boxes::folded;
pub use dependencies::svg as dependencies_svg;
pub use entities::svg as entities_svg;
pub use pictures::{Pictures, pictures};

use crate::report::view::{Entities, Graph, Mark};
use std::cmp::Reverse;

/// Boxes that an SVG of dependencies holds at most.
pub const BOXES: usize = 200;

/// Pictures of dependencies that a page has at most.
pub const PICTURES: usize = 8;

/// Tables that an SVG holds at most.
pub const TABLES: usize = 100;

/// What makes an SVG's colours; a page that holds one needs it once.
pub const STYLE: &str = include_str!("diagram.css");

/// Where an SVG stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placement {
    /// In a page that has [`STYLE`]; boxes are links to its findings.
    Page,
    /// In a file of its own.
    File,
}

/// A picture that may have been cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut<T> {
    /// What is shown.
    pub shown: T,
    /// What is not, in a sentence; none where everything is shown.
    pub left_out: Option<String>,
}

/// At most `most` objects: those with the most lines, in the order of the objects.
pub fn cut_graph(graph: &Graph, most: usize) -> Cut<Graph> {
    let total = graph.nodes.len();
    if total <= most {
        return Cut { shown: graph.clone(), left_out: None };
    }
    let mut lines = vec![0_usize; total];
    for (from, to) in &graph.edges {
        for end in [from, to] {
            if let Some(slot) = lines.get_mut(*end) {
                *slot += 1;
            }
        }
    }
    let mut order: Vec<usize> = (0..total).collect();
    order.sort_by_key(|at| Reverse(lines.get(*at).copied()));
    let keep: std::collections::BTreeSet<usize> = order.into_iter().take(most).collect();
    let left = total - most;
    let text = format!(
        "{left} of {total} objects {} left out: at most {most} are shown, those that need or are needed by the most others.",
        if left == 1 { "is" } else { "are" }
    );
    Cut { shown: graph.only(&|at, _| keep.contains(&at)), left_out: Some(text) }
}

/// At most `most` tables: those that change before those that are only referenced, then those with
/// the most references.
pub fn cut_entities(entities: &Entities, most: usize) -> Cut<Entities> {
    let total = entities.tables.len();
    if total <= most {
        return Cut { shown: entities.clone(), left_out: None };
    }
    let mut lines = vec![0_usize; total];
    for reference in &entities.references {
        for end in [reference.from, reference.to] {
            if let Some(slot) = lines.get_mut(end) {
                *slot += 1;
            }
        }
    }
    let mut order: Vec<usize> = (0..total).collect();
    order.sort_by_key(|at| {
        let same = entities.tables.get(*at).is_some_and(|table| table.mark == Mark::Same);
        (same, Reverse(lines.get(*at).copied()))
    });
    let keep: std::collections::BTreeSet<usize> = order.into_iter().take(most).collect();
    let left = total - most;
    let text = format!(
        "{left} of {total} tables {} left out: at most {most} are shown, first those that change, then those with the most foreign keys.",
        if left == 1 { "is" } else { "are" }
    );
    Cut { shown: entities.only(&|at, _| keep.contains(&at)), left_out: Some(text) }
}

/// A sign for what is done that needs no colour; empty where nothing is.
pub fn sign(verb: &str) -> &'static str {
    match verb {
        "create" => "+",
        "drop" => "\u{2212}",
        "rebuild" => "\u{b1}",
        "" => "",
        _ => "~",
    }
}

#[cfg(test)]
mod tests;
