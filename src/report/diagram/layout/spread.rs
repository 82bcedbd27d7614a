//! The height at which each node of a layer stands: near its neighbours, with room between.

use super::layer::Proper;

/// How often all layers are moved towards their neighbours.
const ROUNDS: usize = 8;

/// The upper edge of each node.
pub(super) fn tops(graph: &Proper, between: i64) -> Vec<i64> {
    let mut middles = vec![0.0; graph.layer.len()];
    for row in &graph.rows {
        let offsets = offsets(graph, row, between);
        for (at, offset) in row.iter().zip(offsets) {
            set(&mut middles, *at, offset);
        }
    }
    for round in 0..ROUNDS {
        let depth = graph.rows.len();
        for step in 0..depth {
            let rightwards = round % 2 == 0;
            let row = if rightwards { step } else { depth - 1 - step };
            let sides = if rightwards { &graph.left } else { &graph.right };
            move_row(graph, row, sides, between, &mut middles);
        }
    }
    let height = |at: usize| graph.sizes.get(at).map_or(0, |size| size.1);
    let tops = middles.iter().enumerate().map(|(at, middle)| {
        #[expect(clippy::cast_possible_truncation, reason = "a picture is far smaller")]
        let middle = middle.round() as i64;
        middle - height(at) / 2
    });
    let tops: Vec<i64> = tops.collect();
    let least = tops.iter().min().copied().unwrap_or(0);
    tops.into_iter().map(|top| top - least).collect()
}

fn set(list: &mut [f64], at: usize, value: f64) {
    if let Some(slot) = list.get_mut(at) {
        *slot = value;
    }
}

/// Where the middles of a layer are when its nodes stand as close as they may.
fn offsets(graph: &Proper, row: &[usize], between: i64) -> Vec<f64> {
    let half = |at: usize| {
        #[expect(clippy::cast_precision_loss, reason = "a picture is far smaller")]
        let half = graph.sizes.get(at).map_or(0, |size| size.1) as f64 / 2.0;
        half
    };
    #[expect(clippy::cast_precision_loss, reason = "a picture is far smaller")]
    let gap = between as f64;
    let mut offsets = Vec::with_capacity(row.len());
    let mut bottom = 0.0;
    for at in row {
        offsets.push(bottom + half(*at));
        // lines may run closer to each other than boxes
        let room = if half(*at) > 0.0 { gap } else { gap / 2.0 };
        bottom += 2.0 * half(*at) + room;
    }
    offsets
}

/// Moves the nodes of a layer as near to the mean of their neighbours as their order lets them:
/// the least sum of squares, by pooling those that would overlap.
fn move_row(graph: &Proper, row: usize, sides: &[Vec<usize>], between: i64, middles: &mut [f64]) {
    let Some(nodes) = graph.rows.get(row) else { return };
    let offsets = offsets(graph, nodes, between);
    let wish = |at: usize| {
        let near = sides.get(at).map(Vec::as_slice).unwrap_or_default();
        let own = middles.get(at).copied().unwrap_or(0.0);
        let sum: f64 = near.iter().filter_map(|near| middles.get(*near)).sum();
        #[expect(clippy::cast_precision_loss, reason = "few neighbours")]
        let count = near.len() as f64;
        if near.is_empty() { own } else { sum / count }
    };
    // pools of nodes that move together: mean and number
    let mut pools: Vec<(f64, f64)> = Vec::new();
    for (at, offset) in nodes.iter().zip(&offsets) {
        let mut pool = (wish(*at) - offset, 1.0);
        while let Some((mean, count)) = pools.last().copied().filter(|last| last.0 > pool.0) {
            pool = ((mean * count + pool.0 * pool.1) / (count + pool.1), count + pool.1);
            pools.pop();
        }
        pools.push(pool);
    }
    let moves = pools.into_iter().flat_map(|(mean, count)| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of nodes"
        )]
        let count = count as usize;
        std::iter::repeat_n(mean, count)
    });
    let settled: Vec<f64> = moves.zip(&offsets).map(|(mean, offset)| mean + offset).collect();
    for (at, middle) in nodes.iter().zip(settled) {
        set(middles, *at, middle);
    }
}
