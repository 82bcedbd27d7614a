//! Places for boxes and ways for the lines between them: what is needed stands left of what needs it.
//!
//! Each connected part is laid out by itself, in layers: cycles are opened by turning the edges that
//! close them, a box stands one layer right of the farthest that it needs, and an edge over several
//! layers has a place in each of them. Boxes without edges fill a grid of their own.

mod layer;
mod order;
mod spread;

use std::collections::BTreeMap;

/// A point; whole units, so that every machine writes the same.
pub(super) type Point = (i64, i64);

/// What is laid out.
pub(super) struct Drawing<'a> {
    /// Width and height of each box.
    pub(super) boxes: &'a [(i64, i64)],
    /// Places of boxes: the first needs the second.
    pub(super) edges: &'a [(usize, usize)],
    /// Room between two layers.
    pub(super) across: i64,
    /// Room between two boxes of a layer.
    pub(super) between: i64,
    /// How wide the whole may become by placing parts side by side.
    pub(super) width: i64,
}

/// Where everything is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Layout {
    /// Upper left corners, one per box.
    pub(super) corners: Vec<Point>,
    /// Right edge of the layer that each box stands in: a line from a narrow box runs level up to it,
    /// so that it crosses no neighbour.
    pub(super) sides: Vec<i64>,
    /// For each edge the points that it passes, from the box that needs to the one that is needed.
    pub(super) ways: Vec<Vec<Point>>,
    /// Width and height of the whole.
    pub(super) size: (i64, i64),
}

/// One connected part with its own origin.
#[derive(Default)]
struct Part {
    corners: BTreeMap<usize, Point>,
    sides: BTreeMap<usize, i64>,
    ways: BTreeMap<usize, Vec<Point>>,
    size: (i64, i64),
}

/// Places all boxes.
pub(super) fn place(drawing: &Drawing<'_>) -> Layout {
    let groups = groups(drawing);
    let (single, joined): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.len() == 1);
    let mut parts: Vec<Part> = joined.iter().map(|group| layered(drawing, group)).collect();
    // tall ones first fill rows better; equal ones keep the order of their boxes
    parts.sort_by_key(|part| std::cmp::Reverse(part.size.1));
    let single: Vec<usize> = single.into_iter().flatten().collect();
    if !single.is_empty() {
        parts.push(grid(drawing, &single));
    }
    pack(drawing, parts)
}

/// Boxes that are connected, each group and all groups in the order of the boxes.
fn groups(drawing: &Drawing<'_>) -> Vec<Vec<usize>> {
    let count = drawing.boxes.len();
    let mut parent: Vec<usize> = (0..count).collect();
    for (from, to) in drawing.edges {
        let (a, b) = (root(&parent, *from), root(&parent, *to));
        if let Some(slot) = parent.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..count {
        groups.entry(root(&parent, at)).or_default().push(at);
    }
    groups.into_values().collect()
}

/// Who stands for the group that `at` is in.
fn root(parent: &[usize], at: usize) -> usize {
    let mut at = at;
    while let Some(up) = parent.get(at).copied().filter(|up| *up != at) {
        at = up;
    }
    at
}

fn size_of(drawing: &Drawing<'_>, at: usize) -> (i64, i64) {
    drawing.boxes.get(at).copied().unwrap_or_default()
}

/// Boxes without edges, in columns as wide as the widest: each below the shortest one so far.
fn grid(drawing: &Drawing<'_>, boxes: &[usize]) -> Part {
    let widest = boxes.iter().map(|at| size_of(drawing, *at).0).max().unwrap_or(1);
    let columns = usize::try_from((drawing.width / (widest + drawing.between)).max(1)).unwrap_or(1);
    let mut tops = vec![0_i64; columns];
    let mut part = Part::default();
    for at in boxes {
        let (w, h) = size_of(drawing, *at);
        let lefts = (0..).step_by(usize::try_from(widest + drawing.between).unwrap_or(1));
        let Some((top, left)) = tops.iter_mut().zip(lefts).min_by_key(|(top, _)| **top) else {
            continue;
        };
        part.corners.insert(*at, (left, *top));
        part.sides.insert(*at, left + w);
        part.size = (part.size.0.max(left + w), part.size.1.max(*top + h));
        *top += h + drawing.between;
    }
    part
}

/// A connected group in layers.
fn layered(drawing: &Drawing<'_>, group: &[usize]) -> Part {
    let local: BTreeMap<usize, usize> =
        group.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    // a box that needs itself has no place to go: who draws it bends the line back
    let edges: Vec<(usize, usize, usize)> = drawing
        .edges
        .iter()
        .enumerate()
        .filter_map(|(at, (from, to))| Some((at, *local.get(from)?, *local.get(to)?)))
        .filter(|(_, from, to)| from != to)
        .collect();
    let ends: Vec<(usize, usize)> = edges.iter().map(|(_, from, to)| (*from, *to)).collect();
    let layers = layer::layers(group.len(), &ends);
    let sizes: Vec<(i64, i64)> = group.iter().map(|id| size_of(drawing, *id)).collect();
    let mut proper = layer::proper(&layers, &ends, &sizes);
    order::untangle(&mut proper);
    let tops = spread::tops(&proper, drawing.between);
    let widths: Vec<i64> = proper
        .rows
        .iter()
        .map(|row| {
            row.iter().filter_map(|at| proper.sizes.get(*at)).map(|s| s.0).max().unwrap_or(0)
        })
        .collect();
    let lefts: Vec<i64> = widths
        .iter()
        .scan(0, |left, width| {
            let here = *left;
            *left += width + drawing.across;
            Some(here)
        })
        .collect();
    let mut part = Part::default();
    let corner = |at: usize| {
        let layer = proper.layer.get(at).copied().unwrap_or(0);
        let left = lefts.get(layer).copied().unwrap_or(0);
        (left, tops.get(at).copied().unwrap_or(0), widths.get(layer).copied().unwrap_or(0))
    };
    for (at, id) in group.iter().enumerate() {
        let (left, top, layer) = corner(at);
        let (width, height) = size_of(drawing, *id);
        part.corners.insert(*id, (left, top));
        part.sides.insert(*id, left + layer);
        part.size = (part.size.0.max(left + width), part.size.1.max(top + height));
    }
    for ((edge, from, to), chain) in edges.iter().zip(&proper.chains) {
        // a chain runs from the left to the right; a turned edge has it the other way round
        let mut way: Vec<Point> = Vec::new();
        for at in chain {
            let (left, top, width) = corner(*at);
            part.size.1 = part.size.1.max(top);
            way.extend([(left, top), (left + width, top)]);
        }
        let rightwards = proper.layer.get(*from) < proper.layer.get(*to);
        if !rightwards {
            way.reverse();
        }
        part.ways.insert(*edge, way);
    }
    part
}

/// Puts the parts into rows.
fn pack(drawing: &Drawing<'_>, parts: Vec<Part>) -> Layout {
    let gap = drawing.between * 2;
    let widest = parts.iter().map(|part| part.size.0).max().unwrap_or(0).max(drawing.width);
    let mut layout = Layout {
        corners: vec![(0, 0); drawing.boxes.len()],
        sides: vec![0; drawing.boxes.len()],
        ways: vec![Vec::new(); drawing.edges.len()],
        size: (0, 0),
    };
    let (mut left, mut top, mut bottom) = (0, 0, 0);
    for part in parts {
        if left > 0 && left + part.size.0 > widest {
            (left, top) = (0, bottom + gap);
        }
        for (at, (x, y)) in part.corners {
            if let Some(slot) = layout.corners.get_mut(at) {
                *slot = (x + left, y + top);
            }
        }
        for (at, side) in part.sides {
            if let Some(slot) = layout.sides.get_mut(at) {
                *slot = side + left;
            }
        }
        for (at, way) in part.ways {
            if let Some(slot) = layout.ways.get_mut(at) {
                *slot = way.into_iter().map(|(x, y)| (x + left, y + top)).collect();
            }
        }
        bottom = bottom.max(top + part.size.1);
        layout.size = (layout.size.0.max(left + part.size.0), bottom);
        left += part.size.0 + gap;
    }
    layout
}

#[cfg(test)]
mod tests;
