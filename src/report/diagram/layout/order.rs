//! The order within layers: few lines should cross.

use super::layer::Proper;

/// How often all layers are sorted, left to right and back.
const SWEEPS: usize = 12;

/// Sorts each layer by the mean place of its neighbours, to and fro, and keeps the best order found.
pub(super) fn untangle(graph: &mut Proper) {
    let mut best = (crossings(graph), graph.rows.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let depth = graph.rows.len();
        for step in 1..depth {
            let rightwards = sweep % 2 == 0;
            let row = if rightwards { step } else { depth - 1 - step };
            sort(graph, row, rightwards);
        }
        let found = crossings(graph);
        if found < best.0 {
            best = (found, graph.rows.clone());
        }
    }
    graph.rows = best.1;
}

/// Place of each node within its layer.
fn places(graph: &Proper) -> Vec<usize> {
    let mut places = vec![0; graph.layer.len()];
    for row in &graph.rows {
        for (place, at) in row.iter().enumerate() {
            if let Some(slot) = places.get_mut(*at) {
                *slot = place;
            }
        }
    }
    places
}

fn sort(graph: &mut Proper, row: usize, rightwards: bool) {
    let places = places(graph);
    let sides = if rightwards { &graph.left } else { &graph.right };
    let Some(nodes) = graph.rows.get_mut(row) else { return };
    // a node without neighbours keeps its place; sums are compared as fractions
    let key = |at: usize| {
        let near = sides.get(at).map(Vec::as_slice).unwrap_or_default();
        let sum: usize = near.iter().filter_map(|near| places.get(*near)).sum();
        let own = places.get(at).copied().unwrap_or(0);
        if near.is_empty() { (own, 1) } else { (sum, near.len()) }
    };
    nodes.sort_by(|a, b| {
        let ((a_sum, a_count), (b_sum, b_count)) = (key(*a), key(*b));
        (a_sum * b_count).cmp(&(b_sum * a_count))
    });
}

/// How many lines cross between neighbouring layers.
pub(super) fn crossings(graph: &Proper) -> usize {
    let places = places(graph);
    let mut count = 0;
    for row in &graph.rows {
        // ends on the right, in the order of the ends on the left: each inversion is a crossing
        let mut ends = Vec::new();
        for at in row {
            let mut near: Vec<usize> = graph
                .right
                .get(*at)
                .into_iter()
                .flatten()
                .filter_map(|near| places.get(*near).copied())
                .collect();
            near.sort_unstable();
            ends.extend(near);
        }
        count += inversions(&ends);
    }
    count
}

/// Pairs that stand the wrong way round, by a tree of counts.
fn inversions(ends: &[usize]) -> usize {
    let most = ends.iter().max().map_or(0, |most| most + 1);
    let mut tree = vec![0_usize; most + 1];
    let mut count = 0;
    for (seen, end) in ends.iter().enumerate() {
        let mut at = end + 1;
        let mut not_after = 0;
        while at > 0 {
            not_after += tree.get(at).copied().unwrap_or(0);
            at -= at & at.wrapping_neg();
        }
        count += seen - not_after;
        let mut at = end + 1;
        while let Some(slot) = tree.get_mut(at) {
            *slot += 1;
            at += at & at.wrapping_neg();
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::inversions;

    #[test]
    fn inversions_are_counted() {
        assert_eq!(inversions(&[0, 1, 1, 2]), 0);
        assert_eq!(inversions(&[2, 1, 0]), 3);
        assert_eq!(inversions(&[3, 0, 2, 1]), 4);
        assert_eq!(inversions(&[]), 0);
    }
}
