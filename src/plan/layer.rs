//! Which steps stand in files of one concern: tables with all that is theirs, routines, views, triggers,
//! policies, and last what only goes. What must not be seen half done has one concern, its first.

use crate::kinds::{Isolation, Phase, of};
use crate::model::ObjectId;
use crate::plan::net;
use crate::plan::schedule::Schedule;
use crate::plan::step::{Step, Verb};
use crate::plan::transaction::leaders;
use petgraph::unionfind::UnionFind;
use std::collections::{BTreeMap, BTreeSet};

/// What a file is about, in the order of files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Concern {
    /// What tables call, and what itself waits for nothing.
    Before,
    /// Most steps, by the phase of their kind.
    Of(Phase),
    /// What goes, where nothing waits for it.
    Contract,
}

/// Steps of one concern, those of one feature together, in order.
pub(super) struct Layer {
    pub(super) concern: Concern,
    pub(super) features: Vec<Vec<usize>>,
}

/// How many concerns began anew before, and the concern.
type Key = (usize, Concern);

/// Steps that are never in files of different concerns.
#[derive(Default)]
struct Whole {
    steps: Vec<usize>,
    /// What waits for it, and for what it waits.
    after: BTreeSet<usize>,
    before: BTreeSet<usize>,
    /// None where nothing is run for it: it happens by what stands before it.
    phase: Option<Phase>,
    /// The first phase of all that waits for it.
    least: Option<Phase>,
    is_contract: bool,
    /// Default privileges, and what waits for them.
    is_late: bool,
    key: Option<Key>,
}

/// The steps that are not `apart`, in the order of their files. A concern comes again where something
/// of it waits for a later one.
pub(super) fn layers(schedule: &Schedule, apart: &BTreeSet<usize>) -> Vec<Layer> {
    let places: Vec<usize> = (0..schedule.steps.len()).filter(|at| !apart.contains(at)).collect();
    let feature = features(schedule, &places);
    let mut layers: BTreeMap<Key, BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
    for whole in keyed(wholes(schedule, &places)) {
        let Some(key) = whole.key else { continue };
        for at in whole.steps {
            let feature = feature.get(&at).copied().unwrap_or(at);
            layers.entry(key).or_default().entry(feature).or_default().push(at);
        }
    }
    let layer = |((_, concern), features): (Key, BTreeMap<usize, Vec<usize>>)| {
        let mut features: Vec<Vec<usize>> = features.into_values().collect();
        for steps in &mut features {
            steps.sort_unstable();
        }
        features.sort_unstable();
        Layer { concern, features }
    };
    layers.into_iter().map(layer).collect()
}

/// The first step of each one's feature: steps that wait for each other, or that change one relation.
fn features(schedule: &Schedule, places: &[usize]) -> BTreeMap<usize, usize> {
    let mut union = UnionFind::new(schedule.steps.len());
    let known: BTreeSet<&usize> = places.iter().collect();
    for (from, to) in &schedule.before {
        if known.contains(from) && known.contains(to) {
            union.union(*from, *to);
        }
    }
    let mut first_on: BTreeMap<&ObjectId, usize> = BTreeMap::new();
    for at in places {
        union.union(*at, schedule.bound.get(*at).copied().unwrap_or(*at));
        for relation in schedule.steps.get(*at).into_iter().flat_map(|step| &step.concerns) {
            union.union(*first_on.entry(relation).or_insert(*at), *at);
        }
    }
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    places.iter().map(|at| (*at, *first.entry(union.find(*at)).or_insert(*at))).collect()
}

/// What belongs together, each after what it waits for.
fn wholes(schedule: &Schedule, places: &[usize]) -> Vec<Whole> {
    let root = |at: usize| schedule.bound.get(at).copied().unwrap_or(at);
    let known: BTreeSet<&usize> = places.iter().collect();
    let ready = made_ready(schedule, places);
    let edges: BTreeSet<(usize, usize)> = schedule
        .before
        .iter()
        .chain(&ready)
        .filter(|(from, to)| known.contains(from) && known.contains(to))
        .map(|(from, to)| (root(*from), root(*to)))
        .filter(|(from, to)| from != to)
        .collect();
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in places {
        members.entry(root(*at)).or_default().push(*at);
    }
    // what waits for each other stands together; components come the last first
    let components = net::components(schedule.steps.len(), edges.iter());
    let mut wholes: Vec<Whole> = Vec::new();
    let mut whole_of: BTreeMap<usize, usize> = BTreeMap::new();
    for component in components.into_iter().rev() {
        let steps: Vec<usize> =
            component.iter().filter_map(|root| members.get(root)).flatten().copied().collect();
        if steps.is_empty() {
            continue;
        }
        whole_of.extend(component.into_iter().map(|root| (root, wholes.len())));
        let goes = steps.iter().all(|at| goes(schedule, *at));
        let phase = steps.iter().filter_map(|at| phase(schedule, *at)).min();
        wholes.push(Whole { steps, phase, is_contract: goes, ..Whole::default() });
    }
    for (from, to) in edges {
        let (Some(from), Some(to)) = (whole_of.get(&from), whole_of.get(&to)) else { continue };
        if from == to {
            continue;
        }
        if let Some(whole) = wholes.get_mut(*from) {
            whole.after.insert(*to);
        }
        if let Some(whole) = wholes.get_mut(*to) {
            whole.before.insert(*from);
        }
    }
    wholes
}

/// For each step the first of those that it is never parted from, but by a commit that must stand between: steps on
/// one relation that stands, what takes a name over, what stood aside and what it needs when it comes back,
/// what is replaced in place with what lets in by it, and what shares a statement. Triggers and policies
/// of a table that is new come later, together: without them nobody is let in, or nobody knows of it.
pub(super) fn bound(schedule: &Schedule, apart: &BTreeSet<usize>) -> Vec<usize> {
    let places: Vec<usize> = (0..schedule.steps.len()).filter(|at| !apart.contains(at)).collect();
    let shared: Vec<(usize, &Step)> = places
        .iter()
        .filter_map(|at| Some((*at, schedule.steps.get(*at)?)))
        .filter(|(_, step)| step.effects.isolation == Isolation::Shared)
        .collect();
    let standing = Standing::of(schedule, &places);
    let mut union = UnionFind::new(schedule.steps.len());
    let mut first: BTreeMap<(Option<Phase>, &ObjectId), usize> = BTreeMap::new();
    let mut first_named: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (at, step) in &shared {
        let apart = standing.leaves_apart(step);
        for id in step.members.iter().chain(&step.forced_by) {
            union.union(*first.entry((None, id)).or_insert(*at), *at);
        }
        // policies of one table let in together
        let phase = Some(of(step.object.kind).phase()).filter(|_| apart);
        for id in step.concerns.iter().filter(|_| !apart || step.verb != Verb::Drop) {
            union.union(*first.entry((phase, id)).or_insert(*at), *at);
        }
        if is_root(step) && matches!(step.verb, Verb::Create | Verb::Drop) {
            let name = (step.object.part(0), step.object.part(1));
            union.union(*first_named.entry(name).or_insert(*at), *at);
        }
    }
    let known: BTreeSet<usize> = shared.iter().map(|(at, _)| *at).collect();
    for (from, to) in &schedule.before {
        if known.contains(from) && known.contains(to) && are_one(schedule, *from, *to) {
            union.union(*from, *to);
        }
    }
    for (at, leader) in leaders(schedule, &places) {
        union.union(at, leader);
    }
    let mut first: BTreeMap<usize, usize> = BTreeMap::new();
    (0..schedule.steps.len()).map(|at| *first.entry(union.find(at)).or_insert(at)).collect()
}

/// Whether a step and one that waits for it must be seen together.
fn are_one(schedule: &Schedule, from: usize, to: usize) -> bool {
    let (Some(from), Some(to)) = (schedule.steps.get(from), schedule.steps.get(to)) else {
        return false;
    };
    // what comes back may need something else than before in the same words: both go back together
    let comes_back = to.verb == Verb::Create && to.forced_by.is_some();
    if comes_back && from.verb == Verb::Create {
        return true;
    }
    let phase = |step: &Step| of(step.object.kind).phase();
    let replaced = from.verb == Verb::Alter && matches!(phase(from), Phase::Routine | Phase::View);
    let lets_in = matches!(phase(to), Phase::View | Phase::Trigger | Phase::Policy);
    replaced && lets_in && matches!(to.verb, Verb::Alter | Verb::Create)
}

/// What is there before, as far as it decides which steps may be parted.
struct Standing<'a> {
    made: BTreeSet<&'a ObjectId>,
    gone: BTreeSet<&'a ObjectId>,
    /// Relations that are linked with others.
    trees: BTreeSet<&'a ObjectId>,
    /// Relations that stand, and those that are linked with them.
    relations: BTreeSet<&'a ObjectId>,
}

impl<'a> Standing<'a> {
    fn of(schedule: &'a Schedule, places: &[usize]) -> Self {
        let steps = || places.iter().filter_map(|at| schedule.steps.get(*at));
        let members = |verb: Verb| -> BTreeSet<&'a ObjectId> {
            steps().filter(|step| step.verb == verb).flat_map(|step| &step.members).collect()
        };
        let (made, gone) = (members(Verb::Create), members(Verb::Drop));
        let is_new = |id: &ObjectId| made.contains(id) && !gone.contains(id);
        let linked = steps().filter(|step| step.concerns.len() > 1);
        let trees = linked.flat_map(|step| &step.concerns).collect();
        let old = steps().filter(|step| !step.concerns.iter().all(is_new));
        let relations = old.flat_map(|step| &step.concerns).collect();
        Self { made, gone, trees, relations }
    }

    /// Whether a step is not one with the others on its relation.
    fn leaves_apart(&self, step: &Step) -> bool {
        match of(step.object.kind).phase() {
            Phase::Trigger | Phase::Policy => self.is_new(step),
            // links between tables say of a column whose it is: what goes with them goes in one file
            _ => {
                let is_alone = step.concerns.iter().all(|relation| !self.trees.contains(relation));
                is_removal(step) && is_alone && !self.made.contains(&step.object)
            }
        }
    }

    fn is_new(&self, step: &Step) -> bool {
        let is_new = |id: &ObjectId| {
            self.made.contains(id) && !self.gone.contains(id) && !self.relations.contains(id)
        };
        step.concerns.iter().all(is_new)
    }
}

/// It is no part of something else.
fn is_root(step: &Step) -> bool {
    step.concerns.contains(&step.object)
}

/// What a table that is new has by its triggers and policies stands before a routine that is replaced works on it.
fn made_ready(schedule: &Schedule, places: &[usize]) -> BTreeSet<(usize, usize)> {
    let standing = Standing::of(schedule, places);
    let mut later: BTreeMap<&ObjectId, Vec<usize>> = BTreeMap::new();
    for at in places {
        let Some(step) = schedule.steps.get(*at) else { continue };
        let phase = of(step.object.kind).phase();
        if matches!(phase, Phase::Trigger | Phase::Policy) && standing.is_new(step) {
            for relation in &step.concerns {
                later.entry(relation).or_default().push(*at);
            }
        }
    }
    let mut edges = BTreeSet::new();
    for (from, to) in &schedule.before {
        let (Some(made), Some(user)) = (schedule.steps.get(*from), schedule.steps.get(*to)) else {
            continue;
        };
        if user.verb == Verb::Alter && of(user.object.kind).phase() == Phase::Routine {
            let later = later.get(&made.object).into_iter().flatten();
            edges.extend(later.map(|at| (*at, *to)));
        }
    }
    edges
}

/// Takes away rows, or something whole.
fn is_removal(step: &Step) -> bool {
    step.verb == Verb::Drop
        && step.forced_by.is_none()
        && (step.effects.data_loss.is_some()
            || step.effects.isolation != Isolation::Shared
            || step.concerns.iter().all(|relation| *relation == step.object))
}

fn goes(schedule: &Schedule, at: usize) -> bool {
    let unforced = |step: &Step| step.verb == Verb::Drop && step.forced_by.is_none();
    schedule.steps.get(at).is_some_and(unforced)
}

/// Parts of a view belong to it.
fn phase(schedule: &Schedule, at: usize) -> Option<Phase> {
    let step = schedule.steps.get(at).filter(|step| !step.is_silent())?;
    let own = of(step.object.kind).phase();
    if own != Phase::Structure {
        return Some(own);
    }
    step.concerns.iter().map(|relation| of(relation.kind).phase()).max()
}

/// Each with its key; in the order in which they wait for each other.
fn keyed(mut wholes: Vec<Whole>) -> Vec<Whole> {
    for at in (0..wholes.len()).rev() {
        let Some(whole) = wholes.get(at) else { continue };
        let next = || whole.after.iter().filter_map(|next| wholes.get(*next));
        let is_contract = whole.is_contract && next().all(|next| next.is_contract);
        let least = next().flat_map(|next| [next.phase, next.least]).flatten().min();
        if let Some(whole) = wholes.get_mut(at) {
            (whole.is_contract, whole.least) = (is_contract, least);
        }
    }
    for at in 0..wholes.len() {
        let Some(whole) = wholes.get(at) else { continue };
        let mut before = whole.before.iter().filter_map(|before| wholes.get(*before));
        let is_late = whole.phase == Some(Phase::Last) || before.any(|before| before.is_late);
        if let Some(whole) = wholes.get_mut(at) {
            whole.is_late = is_late;
        }
    }
    // what default privileges must not touch is made before them, and what goes does so last
    let passes: [fn(&Whole) -> bool; 3] = [
        |whole| !whole.is_late && !whole.is_contract,
        |whole| whole.is_late && !whole.is_contract,
        |whole| whole.is_contract,
    ];
    let mut start = (0, Concern::Before);
    for is_due in passes {
        for at in 0..wholes.len() {
            let Some(whole) = wholes.get(at).filter(|whole| is_due(whole)) else { continue };
            let before = whole.before.iter().filter_map(|before| wholes.get(*before)?.key);
            let key = whole.key(before.chain([start]).max().unwrap_or(start));
            if let Some(whole) = wholes.get_mut(at) {
                whole.key = Some(key);
            }
        }
        let rounds = wholes.iter().filter_map(|whole| whole.key).map(|(round, _)| round);
        start.0 = rounds.max().unwrap_or(0);
    }
    wholes
}

impl Whole {
    /// Where it stands after what it waits for.
    fn key(&self, (round, last): Key) -> Key {
        let concern = match self.phase {
            None => last,
            Some(_) if self.is_contract => Concern::Contract,
            Some(phase) if last == Concern::Before && self.least.is_some_and(|it| it < phase) => {
                Concern::Before
            }
            Some(phase) => Concern::Of(phase),
        };
        (round + usize::from(concern < last), concern)
    }
}
