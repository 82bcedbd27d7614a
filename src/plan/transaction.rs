//! Which steps share a transaction: those that change one relation, and what must never be seen
//! half done; of large relations at most one is locked against readers, unless more must be.

use crate::kinds::{Isolation, Lock};
use crate::model::ObjectId;
use crate::plan::net;
use crate::plan::schedule::Schedule;
use crate::plan::step::{Step, Verb};
use std::collections::{BTreeMap, BTreeSet};

/// Lines of a file besides its steps: the header, settings, the ends of the transaction.
const FRAME: usize = 65;

/// Lines that a relation takes in the header and among the assertions.
const RELATION: usize = 5;

/// Some steps of a transaction to be.
#[derive(Default)]
struct Unit {
    steps: Vec<usize>,
    level: usize,
    isolated: bool,
}

/// Cuts a group of steps into transactions, in order.
pub(super) fn transactions(schedule: &Schedule, group: &[usize]) -> Vec<Vec<usize>> {
    let leaders = leaders(schedule, group);
    let lead = |at: &usize| leaders.get(at).copied().unwrap_or(*at);
    let before = schedule.before.iter().map(|(from, to)| (lead(from), lead(to)));
    let before: BTreeSet<(usize, usize)> = before.filter(|(from, to)| from != to).collect();
    let group: Vec<usize> = group.iter().copied().filter(|at| !leaders.contains_key(at)).collect();
    let mut found = by_leaders(schedule, &before, &group);
    for (at, leader) in leaders {
        if let Some(transaction) = found.iter_mut().find(|steps| steps.contains(&leader)) {
            transaction.push(at);
            transaction.sort_unstable();
        }
    }
    found
}

/// Steps that happen by another one, with that one.
pub(super) fn leaders(schedule: &Schedule, group: &[usize]) -> BTreeMap<usize, usize> {
    let of_verb = |verb: Verb| -> BTreeMap<&ObjectId, usize> {
        let step = |at: &usize| step(schedule, *at).filter(|step| step.verb == verb);
        group.iter().filter_map(|at| Some((&step(at)?.object, *at))).collect()
    };
    let (made, altered) = (of_verb(Verb::Create), of_verb(Verb::Alter));
    let follows = |at: usize| {
        let leader = step(schedule, at)?.follows.as_ref()?;
        let leader = *altered.get(leader).or_else(|| made.get(leader))?;
        (leader != at).then_some(leader)
    };
    let last = |at: usize| std::iter::successors(follows(at), |at| follows(*at)).last();
    group.iter().filter_map(|at| Some((*at, last(*at)?))).collect()
}

fn by_leaders(
    schedule: &Schedule,
    before: &BTreeSet<(usize, usize)>,
    group: &[usize],
) -> Vec<Vec<usize>> {
    let levels = levels(schedule, before, group);
    let mut done: Vec<Unit> = Vec::new();
    for unit in ordered(before, units(schedule, group, &levels)) {
        match done.last_mut() {
            Some(open) if shares(schedule, open, &unit) => open.steps.extend(unit.steps),
            _ => done.push(unit),
        }
    }
    let sorted = |mut unit: Unit| {
        unit.steps.sort_unstable();
        unit.steps
    };
    done.into_iter().map(sorted).collect()
}

/// Whether two groups of steps can be one transaction without locking more than one large relation
/// against readers, and stay short.
pub(super) fn fit(schedule: &Schedule, a: &[usize], b: &[usize]) -> bool {
    let both: Vec<usize> = a.iter().chain(b).copied().collect();
    let isolated = |at: &usize| isolation(schedule, *at) != Isolation::Shared;
    !both.iter().any(isolated)
        && exclusive(schedule, &both).len() <= 1
        && lines(schedule, &both) <= schedule.max_lines
}

fn shares(schedule: &Schedule, open: &Unit, next: &Unit) -> bool {
    let silent = next.steps.iter().all(|at| step(schedule, *at).is_none_or(Step::is_silent));
    open.level == next.level
        && !open.isolated
        && !next.isolated
        && (silent || fit(schedule, &open.steps, &next.steps))
}

fn step(schedule: &Schedule, at: usize) -> Option<&Step> {
    schedule.steps.get(at)
}

fn isolation(schedule: &Schedule, at: usize) -> Isolation {
    step(schedule, at).map_or(Isolation::Shared, |step| step.effects.isolation)
}

/// Large relations that nobody can read meanwhile.
fn exclusive<'a>(schedule: &'a Schedule, steps: &[usize]) -> BTreeSet<&'a ObjectId> {
    let locks = steps.iter().filter_map(|at| step(schedule, *at)).flat_map(|it| &it.effects.locks);
    let exclusive = locks.filter(|(_, lock)| **lock == Lock::AccessExclusive).map(|(id, _)| id);
    exclusive.filter(|id| schedule.exclusive.contains(*id)).collect()
}

fn lines(schedule: &Schedule, steps: &[usize]) -> usize {
    let steps = || steps.iter().filter_map(|at| step(schedule, *at));
    let relations: BTreeSet<&ObjectId> =
        steps().flat_map(|step| step.effects.locks.keys()).collect();
    let of_step = |step: &Step| {
        let hazards = [step.effects.data_loss.is_some(), step.effects.may_fail.is_some()];
        let hazards = hazards.into_iter().filter(|it| *it).count();
        2 + hazards + step.statements.iter().map(|sql| sql.lines().count()).sum::<usize>()
    };
    FRAME + RELATION * relations.len() + steps().map(of_step).sum::<usize>()
}

/// How many commits stand before each step at least, counted so that each comes as late as it
/// can: what was dropped for a moment then comes back in the same transaction.
fn levels(
    schedule: &Schedule,
    before: &BTreeSet<(usize, usize)>,
    group: &[usize],
) -> BTreeMap<usize, usize> {
    let members: BTreeSet<usize> = group.iter().copied().collect();
    let mut followers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (from, to) in before {
        if members.contains(from) && members.contains(to) {
            followers.entry(*from).or_default().push(*to);
        }
    }
    let commits = |at: &usize| parts(schedule, *at, *at);
    if !members.iter().any(commits) {
        return members.into_iter().map(|at| (at, 0)).collect();
    }
    let ties = ties(schedule, &members, &followers);
    let (after, is_stable) = commits_after(schedule, &members, &followers, &ties);
    // what cannot all come back at once comes back late
    let after = if is_stable {
        after
    } else {
        commits_after(schedule, &members, &followers, &BTreeMap::new()).0
    };
    let all = after.values().copied().max().unwrap_or(0);
    after.into_iter().map(|(at, later)| (at, all - later)).collect()
}

type Followers = BTreeMap<usize, Vec<usize>>;

/// Whether a commit must stand between a step and one that follows it.
fn parts(schedule: &Schedule, at: usize, next: usize) -> bool {
    isolation(schedule, at) != Isolation::Shared
        || step(schedule, at).is_some_and(|step| step.effects.commit_before_use)
        || isolation(schedule, next) != Isolation::Shared
}

/// Commits that stand after each step, and whether they could be counted. A step that leads another
/// may stand behind what waits for that.
fn commits_after(
    schedule: &Schedule,
    members: &BTreeSet<usize>,
    followers: &Followers,
    ties: &BTreeMap<usize, BTreeSet<usize>>,
) -> (BTreeMap<usize, usize>, bool) {
    let mut after: BTreeMap<usize, usize> = BTreeMap::new();
    for _ in 0..=members.len() {
        let before = after.clone();
        for at in members.iter().rev() {
            let of = |at: &usize| after.get(at).copied().unwrap_or(0);
            let next = followers.get(at).into_iter().flatten();
            let needed = next.map(|next| of(next) + usize::from(parts(schedule, *at, *next)));
            let together = ties.get(at).into_iter().flatten().map(of);
            let needed = needed.chain(together).max().unwrap_or(0);
            after.insert(*at, needed);
        }
        if after == before {
            return (after, true);
        }
    }
    (after, false)
}

/// What comes back, with what it stood aside for and its own drop: all of that should be one
/// transaction, where no commit has to stand between.
fn ties(
    schedule: &Schedule,
    members: &BTreeSet<usize>,
    followers: &Followers,
) -> BTreeMap<usize, BTreeSet<usize>> {
    let mut by_object: BTreeMap<&ObjectId, Vec<usize>> = BTreeMap::new();
    let mut dropped: BTreeMap<&ObjectId, usize> = BTreeMap::new();
    for at in members {
        let Some(step) = step(schedule, *at) else { continue };
        by_object.entry(&step.object).or_default().push(*at);
        if step.verb == Verb::Drop {
            dropped.extend(step.members.iter().map(|id| (id, *at)));
        }
    }
    let mut apart: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut ties = BTreeMap::new();
    for at in members {
        let Some(step) = step(schedule, *at).filter(|step| step.verb == Verb::Create) else {
            continue;
        };
        if isolation(schedule, *at) != Isolation::Shared || !dropped.contains_key(&step.object) {
            continue;
        }
        let causes = step.forced_by.iter().filter_map(|cause| by_object.get(cause)).flatten();
        let causes = causes.chain(dropped.get(&step.object)).copied();
        let together: BTreeSet<usize> = causes
            .filter(|cause| {
                let apart = apart.entry(*cause);
                cause != at
                    && !apart.or_insert_with(|| parted(schedule, followers, *cause)).contains(at)
            })
            .collect();
        ties.insert(*at, together);
    }
    ties
}

/// The steps that a commit must part from an earlier one.
fn parted(schedule: &Schedule, followers: &Followers, from: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::from([(from, false)]);
    let mut work = vec![(from, false)];
    while let Some((at, crossed)) = work.pop() {
        for next in followers.get(&at).into_iter().flatten() {
            let state = (*next, crossed || parts(schedule, at, *next));
            if seen.insert(state) {
                work.push(state);
            }
        }
    }
    seen.into_iter().filter(|(_, crossed)| *crossed).map(|(at, _)| at).collect()
}

/// Steps on one relation belong together, as do a drop with what comes in its place and everything
/// that stood aside for it.
fn units(schedule: &Schedule, group: &[usize], levels: &BTreeMap<usize, usize>) -> Vec<Unit> {
    let mut of: BTreeMap<(usize, &ObjectId), usize> = BTreeMap::new();
    let mut root: BTreeMap<usize, usize> = group.iter().map(|at| (*at, *at)).collect();
    let mut bound: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for at in group.iter().copied().filter(|at| isolation(schedule, *at) == Isolation::Shared) {
        let Some(step) = step(schedule, at) else { continue };
        let level = levels.get(&at).copied().unwrap_or(0);
        if let Some(whole) = schedule.bound.get(at) {
            join(&mut root, *bound.entry((level, *whole)).or_insert(at), at);
        }
        let of_step = step.members.iter().chain(&step.forced_by).chain(&step.concerns);
        for id in of_step {
            let first = *of.entry((level, id)).or_insert(at);
            join(&mut root, first, at);
        }
    }
    let mut units: BTreeMap<usize, Unit> = BTreeMap::new();
    for at in group {
        let unit = units.entry(find(&root, *at)).or_default();
        unit.steps.push(*at);
        unit.level = levels.get(at).copied().unwrap_or(0);
        unit.isolated = isolation(schedule, *at) != Isolation::Shared;
    }
    units.into_values().collect()
}

/// Units in an order that respects what must come before what; those that wait for each other
/// become one.
fn ordered(before: &BTreeSet<(usize, usize)>, units: Vec<Unit>) -> Vec<Unit> {
    let mut unit_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (number, unit) in units.iter().enumerate() {
        unit_of.extend(unit.steps.iter().map(|at| (*at, number)));
    }
    let edges: BTreeSet<(usize, usize)> = before
        .iter()
        .filter_map(|(from, to)| Some((*unit_of.get(from)?, *unit_of.get(to)?)))
        .filter(|(from, to)| from != to)
        .collect();
    let components = net::components(units.len(), edges.iter());
    let mut whole_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut wholes: Vec<Unit> = Vec::new();
    let mut parts: Vec<Option<Unit>> = units.into_iter().map(Some).collect();
    for component in components {
        let mut whole = Unit::default();
        for place in component {
            whole_of.insert(place, wholes.len());
            let part = parts.get_mut(place).and_then(Option::take).unwrap_or_default();
            whole.level = part.level;
            whole.isolated |= part.isolated;
            whole.steps.extend(part.steps);
        }
        wholes.push(whole);
    }
    let edges: BTreeSet<(usize, usize)> = edges
        .iter()
        .filter_map(|(from, to)| Some((*whole_of.get(from)?, *whole_of.get(to)?)))
        .filter(|(from, to)| from != to)
        .collect();
    let rank =
        |at: usize| wholes.get(at).map(|whole| (whole.level, whole.steps.iter().min().copied()));
    let order = net::order(wholes.len(), edges.iter(), rank);
    let mut wholes: Vec<Option<Unit>> = wholes.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| wholes.get_mut(at).and_then(Option::take)).collect()
}

fn find(root: &BTreeMap<usize, usize>, at: usize) -> usize {
    let mut at = at;
    while let Some(next) = root.get(&at).copied().filter(|next| *next != at) {
        at = next;
    }
    at
}

fn join(root: &mut BTreeMap<usize, usize>, a: usize, b: usize) {
    let (a, b) = (find(root, a), find(root, b));
    root.insert(a.max(b), a.min(b));
}
