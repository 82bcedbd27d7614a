//! Layers: which box stands in which, and the places of long edges.

/// Boxes and places of edges in layers: every edge joins neighbouring layers.
#[derive(Debug)]
pub(super) struct Proper {
    /// The layer of each node; boxes first, then places of edges.
    pub(super) layer: Vec<usize>,
    /// Width and height of each node; a place of an edge has none.
    pub(super) sizes: Vec<(i64, i64)>,
    /// The nodes of each layer, from the top.
    pub(super) rows: Vec<Vec<usize>>,
    /// For each edge its places, from the left.
    pub(super) chains: Vec<Vec<usize>>,
    /// For each node its neighbours one layer to the left.
    pub(super) left: Vec<Vec<usize>>,
    /// For each node its neighbours one layer to the right.
    pub(super) right: Vec<Vec<usize>>,
}

/// The layer of each box: one more than the farthest that it needs, where a cycle is opened at the
/// edges that close it.
pub(super) fn layers(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut needs: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in edges {
        if let Some(list) = needs.get_mut(*from) {
            list.push(*to);
        }
    }
    let (needs, order) = opened(&needs);
    let mut layer = vec![0_usize; count];
    // what is needed comes first in this order
    for at in &order {
        let below = needs.get(*at).into_iter().flatten();
        let own = below.filter_map(|to| layer.get(*to)).max().map_or(0, |most| most + 1);
        if let Some(slot) = layer.get_mut(*at) {
            *slot = own;
        }
    }
    // what needs nothing moves next to the nearest that needs it
    let mut nearest = vec![usize::MAX; count];
    for (from, list) in needs.iter().enumerate() {
        for to in list {
            if let (Some(slot), Some(layer)) = (nearest.get_mut(*to), layer.get(from)) {
                *slot = (*slot).min(*layer);
            }
        }
    }
    for (at, near) in nearest.iter().enumerate() {
        let free = needs.get(at).is_some_and(Vec::is_empty) && *near != usize::MAX;
        if let Some(slot) = layer.get_mut(at).filter(|_| free) {
            *slot = near.saturating_sub(1);
        }
    }
    layer
}

/// The same edges with those turned that close a cycle, and the nodes with what is needed first.
fn opened(needs: &[Vec<usize>]) -> (Vec<Vec<usize>>, Vec<usize>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Open,
        Done,
    }
    let mut seen = vec![Seen::No; needs.len()];
    let mut order = Vec::with_capacity(needs.len());
    let mut turned: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    let mut kept: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for start in 0..needs.len() {
        let mut stack = vec![(start, 0)];
        while let Some((at, next)) = stack.pop() {
            if next == 0 {
                if seen.get(at) != Some(&Seen::No) {
                    continue;
                }
                mark(&mut seen, at, Seen::Open);
            }
            let Some(to) = needs.get(at).and_then(|list| list.get(next)).copied() else {
                mark(&mut seen, at, Seen::Done);
                order.push(at);
                continue;
            };
            stack.push((at, next + 1));
            if seen.get(to) == Some(&Seen::Open) {
                push(&mut turned, to, at);
            } else {
                push(&mut kept, at, to);
                if seen.get(to) == Some(&Seen::No) {
                    stack.push((to, 0));
                }
            }
        }
    }
    for (from, list) in turned.into_iter().enumerate() {
        for to in list {
            push(&mut kept, from, to);
        }
    }
    (kept, order)
}

fn mark<T>(list: &mut [T], at: usize, value: T) {
    if let Some(slot) = list.get_mut(at) {
        *slot = value;
    }
}

fn push(lists: &mut [Vec<usize>], at: usize, value: usize) {
    if let Some(list) = lists.get_mut(at) {
        list.push(value);
    }
}

/// Cuts long edges into places, one per layer that they cross.
pub(super) fn proper(layers: &[usize], edges: &[(usize, usize)], sizes: &[(i64, i64)]) -> Proper {
    let depth = layers.iter().max().map_or(0, |most| most + 1);
    let mut graph = Proper {
        layer: layers.to_vec(),
        sizes: sizes.to_vec(),
        rows: vec![Vec::new(); depth],
        chains: Vec::new(),
        left: vec![Vec::new(); layers.len()],
        right: vec![Vec::new(); layers.len()],
    };
    for (at, layer) in layers.iter().enumerate() {
        push(&mut graph.rows, *layer, at);
    }
    for (from, to) in edges {
        let of = |at: usize| layers.get(at).copied().unwrap_or(0);
        let (low, high) = if of(*from) <= of(*to) { (*from, *to) } else { (*to, *from) };
        let mut chain = Vec::new();
        let mut before = low;
        for layer in of(low) + 1..of(high) {
            let at = graph.layer.len();
            graph.layer.push(layer);
            graph.sizes.push((0, 0));
            graph.left.push(vec![before]);
            graph.right.push(Vec::new());
            push(&mut graph.right, before, at);
            push(&mut graph.rows, layer, at);
            chain.push(at);
            before = at;
        }
        push(&mut graph.right, before, high);
        push(&mut graph.left, high, before);
        graph.chains.push(chain);
    }
    graph
}
