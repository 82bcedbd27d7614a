//! The graph of dependencies as SVG.

use super::layout::{Drawing, Layout, Point, place};
use super::svg::{Frame, document, group, path, short, width, xml};
use super::{BOXES, Placement, cut_graph, sign};
use crate::report::view::{Graph, plural};
use std::fmt::Write as _;

const FONT: i64 = 12;
const HEIGHT: i64 = 26;
const LABEL: usize = 46;

/// The graph; cut where it has more than [`BOXES`] objects.
pub fn svg(graph: &Graph, title: &str, placement: Placement) -> String {
    let cut = cut_graph(graph, BOXES);
    let graph = &cut.shown;
    let labels: Vec<String> = graph.nodes.iter().map(|node| short(&node.label, LABEL)).collect();
    let boxes: Vec<(i64, i64)> =
        labels.iter().map(|label| (width(label, FONT) + 38, HEIGHT)).collect();
    let layout = place(&Drawing {
        boxes: &boxes,
        edges: &graph.edges,
        across: 64,
        between: 10,
        width: 1100,
    });
    let mut shapes = String::from("<g class=\"lines\">\n");
    for ((from, to), way) in graph.edges.iter().zip(&layout.ways) {
        let mut points = ends(&layout, &boxes, *from, *to);
        points.extend(way);
        points.extend(ends(&layout, &boxes, *to, *from).into_iter().rev());
        // writing to a String cannot fail
        let _ = writeln!(
            shapes,
            "<path class=\"line\" d=\"{}\" marker-end=\"url(#deps-arrow)\"/>",
            path(&points)
        );
    }
    shapes.push_str("</g>\n");
    for (at, node) in graph.nodes.iter().enumerate() {
        let (x, y) = layout.corners.get(at).copied().unwrap_or_default();
        let (w, h) = boxes.get(at).copied().unwrap_or_default();
        let label = labels.get(at).map(String::as_str).unwrap_or_default();
        let (kind, name) = label.split_once(' ').unwrap_or(("", label));
        let inside = format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"5\"/><text x=\"{}\" y=\"{}\"><tspan class=\"sign\">{}</tspan><tspan class=\"dim\" x=\"{}\">{}</tspan> {}</text>",
            x + 10,
            y + 17,
            sign(&node.verb),
            x + 26,
            xml(kind),
            xml(name)
        );
        let title = format!("{} {}", node.verb, node.label);
        let class = format!("node {}", class(&node.verb));
        shapes.push_str(&group(&class, node.anchor.as_ref(), placement, title.trim(), &inside));
    }
    let about = format!(
        "{}, {}. An arrow points at what an object needs.",
        plural(graph.nodes.len(), "object", "objects"),
        plural(graph.edges.len(), "dependency", "dependencies")
    );
    let frame = Frame {
        name: "deps",
        title,
        about: &about,
        left_out: cut.left_out.as_deref(),
        size: layout.size,
        placement,
    };
    document(&frame, &shapes)
}

fn class(verb: &str) -> &'static str {
    match verb {
        "create" => "new",
        "drop" => "dropped",
        "" => "same",
        _ => "changed",
    }
}

/// How a line leaves the box `at` on its way to the box `other`.
fn ends(layout: &Layout, boxes: &[(i64, i64)], at: usize, other: usize) -> Vec<Point> {
    let corner = |at: usize| layout.corners.get(at).copied().unwrap_or_default();
    let (w, h) = boxes.get(at).copied().unwrap_or_default();
    let (x, y) = corner(at);
    let middle = y + h / 2;
    if corner(other).0 < x {
        return vec![(x, middle)];
    }
    let side = layout.sides.get(at).copied().unwrap_or(x + w);
    vec![(x + w, middle), (side, middle)]
}
