//! The graph of dependencies as SVG.

use super::boxes::{Shape, boxes};
use super::layout::{Drawing, Layout, Point, place};
use super::svg::{Frame, document, group, path, short, width, xml};
use super::{BOXES, Placement, cut_graph, sign};
use crate::report::view::{Graph, Node, plural};
use std::fmt::Write as _;

const FONT: i64 = 12;
const SMALL: i64 = 11;
const HEIGHT: i64 = 26;
const ROW: i64 = 20;
const LABEL: usize = 46;

/// The graph; cut where it has more than [`BOXES`] objects. Names within start with `name`, for a
/// page may hold several.
pub fn svg(graph: &Graph, name: &str, title: &str, placement: Placement) -> String {
    let cut = cut_graph(graph, BOXES);
    let (shapes, edges) = boxes(&cut.shown);
    let sizes: Vec<(i64, i64)> = shapes.iter().map(size).collect();
    let layout =
        place(&Drawing { boxes: &sizes, edges: &edges, across: 64, between: 10, width: 1100 });
    let mut out = String::from("<g class=\"lines\">\n");
    for ((from, to), way) in edges.iter().zip(&layout.ways) {
        let mut points = ends(&layout, &sizes, *from, *to);
        points.extend(way);
        points.extend(ends(&layout, &sizes, *to, *from).into_iter().rev());
        // writing to a String cannot fail
        let _ = writeln!(
            out,
            "<path class=\"line\" d=\"{}\" marker-end=\"url(#{name}-arrow)\"/>",
            path(&points)
        );
    }
    out.push_str("</g>\n");
    for ((shape, size), corner) in shapes.iter().zip(&sizes).zip(&layout.corners) {
        out.push_str(&drawn(shape, *size, *corner, placement));
    }
    let together = if shapes.iter().any(|shape| !shape.parts.is_empty()) {
        " The parts of a table stand in its box."
    } else {
        ""
    };
    let about = format!(
        "{}, {}. An arrow points at what an object needs.{together}",
        plural(cut.shown.nodes.len(), "object", "objects"),
        plural(cut.shown.edges.len(), "dependency", "dependencies")
    );
    let frame = Frame {
        name,
        title,
        about: &about,
        left_out: cut.left_out.as_deref(),
        size: layout.size,
        placement,
    };
    document(&frame, &out)
}

fn size(shape: &Shape<'_>) -> (i64, i64) {
    let head = width(&short(shape.label, LABEL), FONT) + 38;
    let part = |node: &&Node| width(&short(&within(&node.label, shape.label), LABEL), SMALL) + 50;
    let widest = shape.parts.iter().map(part).max().unwrap_or(0);
    let rows = i64::try_from(shape.parts.len()).unwrap_or(0);
    (head.max(widest), HEIGHT + rows * ROW + if rows > 0 { 4 } else { 0 })
}

/// A box; each object in it is a link to its finding.
fn drawn(shape: &Shape<'_>, (w, h): (i64, i64), (x, y): Point, placement: Placement) -> String {
    let frame =
        |h: i64| format!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"5\"/>");
    let verb = shape.node.map_or("", |node| &node.verb);
    let head =
        format!("{}{}", frame(HEIGHT), words(verb, &short(shape.label, LABEL), (x + 10, y + 17)));
    let anchor = shape.node.and_then(|node| node.anchor.as_ref());
    let title = format!("{verb} {}", shape.label);
    let class = format!("node {}", class(verb));
    let head = group(&class, anchor, placement, title.trim(), &head);
    if shape.parts.is_empty() {
        return head;
    }
    let mut out = format!("<g class=\"together\">{}\n{head}", frame(h));
    for (part, top) in shape.parts.iter().zip((y + HEIGHT + 2..).step_by(20)) {
        let inside = format!(
            "<rect x=\"{}\" y=\"{top}\" width=\"{}\" height=\"{ROW}\" rx=\"3\"/>{}",
            x + 2,
            w - 4,
            words(&part.verb, &short(&within(&part.label, shape.label), LABEL), (x + 22, top + 14))
        );
        let class = format!("node part {}", self::class(&part.verb));
        let title = format!("{} {}", part.verb, part.label);
        out.push_str(&group(&class, part.anchor.as_ref(), placement, title.trim(), &inside));
    }
    out + "</g>\n"
}

/// The sign for what is done, the kind and the name.
fn words(verb: &str, label: &str, (x, y): Point) -> String {
    let (kind, name) = label.split_once(' ').unwrap_or(("", label));
    format!(
        "<text x=\"{x}\" y=\"{y}\"><tspan class=\"sign\">{}</tspan><tspan class=\"dim\" x=\"{}\">{}</tspan> {}</text>",
        sign(verb),
        x + 16,
        xml(kind),
        xml(name)
    )
}

/// `column email` for `column public.users.email` in the box of `table public.users`, and
/// `index users_email` for `index public.users_email`.
fn within(label: &str, whole: &str) -> String {
    let (kind, name) = label.split_once(' ').unwrap_or(("", label));
    let path = whole.split_once(' ').map_or(whole, |(_, path)| path);
    let inner = |outer: &str| name.strip_prefix(outer)?.strip_prefix('.');
    // a quoted name may hold a dot
    let schema = path.split_once('.').map(|(schema, _)| schema).filter(|s| !s.contains('"'));
    let inner = inner(path).or_else(|| inner(schema?)).unwrap_or(name);
    format!("{kind} {inner}")
}

fn class(verb: &str) -> &'static str {
    match verb {
        "create" => "new",
        "drop" => "dropped",
        "" => "same",
        _ => "changed",
    }
}

/// How a line leaves the box `at` on its way to the box `other`, level with its name.
fn ends(layout: &Layout, sizes: &[(i64, i64)], at: usize, other: usize) -> Vec<Point> {
    let corner = |at: usize| layout.corners.get(at).copied().unwrap_or_default();
    let (w, _) = sizes.get(at).copied().unwrap_or_default();
    let (x, y) = corner(at);
    let middle = y + HEIGHT / 2;
    if corner(other).0 < x {
        return vec![(x, middle)];
    }
    let side = layout.sides.get(at).copied().unwrap_or(x + w);
    vec![(x + w, middle), (side, middle)]
}
