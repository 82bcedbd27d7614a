//! One ALTER TABLE for all changes that write a table anew: its rows are then written once.

use crate::plan::net;
use crate::plan::step::Step;
use crate::sql::quote;
use std::collections::{BTreeMap, BTreeSet};

type Edges = BTreeSet<(usize, usize)>;

/// Joins steps on one table whose clauses may share a statement, as far as nothing must come between
/// them. The first has the statement, the others follow it.
pub(super) fn joined(steps: Vec<Step>, before: Edges) -> (Vec<Step>, Edges) {
    let mut by_table: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        if let Some((table, _)) = clause(step) {
            by_table.entry(table).or_default().push(at);
        }
    }
    by_table.retain(|_, group| group.len() > 1);
    if by_table.is_empty() {
        return (steps, before);
    }
    let mut leader: BTreeMap<usize, usize> = BTreeMap::new();
    for group in by_table.values() {
        join(&steps, &before, group, &mut leader, &|_| false);
    }
    // a cycle is rare: only then each is tried
    if has_cycle(steps.len(), &before, &leader) {
        leader.clear();
        let has_cycle = |leader: &BTreeMap<_, _>| has_cycle(steps.len(), &before, leader);
        for group in by_table.values() {
            join(&steps, &before, group, &mut leader, &has_cycle);
        }
    }
    rearranged(steps, &before, &leader)
}

/// `ALTER TABLE name` and the clause of a step that may share its statement.
fn clause(step: &Step) -> Option<(String, &str)> {
    let text = step.statements.first().filter(|_| step.effects.joint)?.strip_suffix(';')?;
    let name = quote::qualified(&[step.object.part(0), step.object.part(1)]);
    let table = format!("ALTER TABLE {name}");
    let clause = text.strip_prefix(&table)?.strip_prefix(' ')?;
    Some((table, clause))
}

/// Adds to each leader what can follow it. What has to wait for another one of them cannot, unless
/// both are made: then the order of the clauses is enough.
fn join(
    steps: &[Step],
    before: &Edges,
    group: &[usize],
    leader: &mut BTreeMap<usize, usize>,
    has_cycle: &dyn Fn(&BTreeMap<usize, usize>) -> bool,
) {
    let mut rest = group.to_vec();
    while let Some(first) = rest.first().copied() {
        let mut members = vec![first];
        for next in rest.iter().skip(1).copied() {
            let verb = |at: &usize| steps.get(*at).map(|step| step.verb);
            let mut tied = members.iter().filter(|at| before.contains(&(**at, next)));
            if tied.any(|at| verb(at) != verb(&next)) {
                continue;
            }
            leader.insert(next, first);
            if has_cycle(leader) {
                leader.remove(&next);
            } else {
                members.push(next);
            }
        }
        rest.retain(|at| !members.contains(at));
    }
}

fn has_cycle(count: usize, before: &Edges, leader: &BTreeMap<usize, usize>) -> bool {
    let edges = contracted(before, leader);
    net::components(count, edges.iter()).iter().any(|component| component.len() > 1)
}

fn contracted(before: &Edges, leader: &BTreeMap<usize, usize>) -> Edges {
    let lead = |at: &usize| leader.get(at).copied().unwrap_or(*at);
    let edges = before.iter().map(|(from, to)| (lead(from), lead(to)));
    edges.filter(|(from, to)| from != to).collect()
}

/// The steps with followers behind their leaders, whose statements they share.
fn rearranged(
    steps: Vec<Step>,
    before: &Edges,
    leader: &BTreeMap<usize, usize>,
) -> (Vec<Step>, Edges) {
    let edges = contracted(before, leader);
    let order = net::order(steps.len(), edges.iter(), |at| at);
    let mut followers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (next, first) in leader {
        followers.entry(*first).or_default().push(*next);
    }
    let mut place: BTreeMap<usize, usize> = BTreeMap::new();
    let mut result: Vec<Step> = Vec::new();
    let mut left: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    for at in order.into_iter().filter(|at| !leader.contains_key(at)) {
        let next = followers.get(&at).into_iter().flatten().copied();
        let members: Vec<usize> = std::iter::once(at).chain(next).collect();
        let mut taken: Vec<Step> =
            members.iter().filter_map(|at| left.get_mut(*at).and_then(Option::take)).collect();
        share(&mut taken);
        for (offset, at) in members.into_iter().enumerate() {
            place.insert(at, result.len() + offset);
        }
        result.extend(taken);
    }
    let moved = |at: &usize| place.get(at).copied().unwrap_or(*at);
    let before = before.iter().map(|(from, to)| (moved(from), moved(to))).collect();
    (result, before)
}

/// Gives the first step the statement of all.
fn share(steps: &mut [Step]) {
    let clauses: Vec<String> =
        steps.iter().filter_map(|step| clause(step).map(|(_, clause)| clause.to_owned())).collect();
    let Some((first, others)) = steps.split_first_mut().filter(|(_, others)| !others.is_empty())
    else {
        return;
    };
    let Some((table, _)) = clause(first) else { return };
    let mut statements = vec![format!("{table}\n    {};", clauses.join(",\n    "))];
    statements.extend(first.statements.drain(..).skip(1));
    for step in others {
        statements.extend(step.statements.drain(..).skip(1));
        step.follows = Some(first.object.clone());
        step.joined = true;
    }
    first.statements = statements;
}
