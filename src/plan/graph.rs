//! The steps to be as nodes, and what must come before what.

use crate::kinds::{Ctx, of};
use crate::model::{Catalog, Kind, Need, Object, ObjectId};
use crate::plan::change::Changes;
use crate::plan::schedule::Blocked;
use crate::plan::shell::Shells;
use crate::plan::slot;
use crate::plan::step::{Aspect, Verb};
use std::collections::{BTreeMap, BTreeSet};

/// A step to be.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) verb: Verb,
    /// The leader first, then the parts that it absorbs.
    pub(super) members: Vec<ObjectId>,
    pub(super) aspect: Option<Aspect>,
    /// Place in `Changes::altered`.
    pub(super) alter: Option<usize>,
    /// It is made as a shell, and completed by a node of its own.
    pub(super) hollow: bool,
}

impl Node {
    fn new(verb: Verb, members: Vec<ObjectId>) -> Self {
        Self { verb, members, aspect: None, alter: None, hollow: false }
    }
}

/// Nodes with their edges; `true` marks a soft one.
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: BTreeMap<(usize, usize), bool>,
}

/// Where an object's steps stand.
#[derive(Default)]
pub(super) struct Places {
    pub(super) create: BTreeMap<ObjectId, usize>,
    finish: BTreeMap<ObjectId, usize>,
    /// Finishes of what is a part of another object by then.
    completing: BTreeMap<ObjectId, Vec<ObjectId>>,
    pub(super) drop: BTreeMap<ObjectId, usize>,
    /// Replacements by a shell, before drops.
    empty: BTreeMap<ObjectId, usize>,
    alter: BTreeMap<ObjectId, Vec<usize>>,
    /// Alterations of others that change this one, too.
    affect: BTreeMap<ObjectId, Vec<usize>>,
    /// Creations of links, by the whole that they link to a parent.
    links: BTreeMap<ObjectId, Vec<usize>>,
    /// Creations of shells: what completes each, and for whom the shell is enough.
    hollow: BTreeMap<usize, (usize, BTreeSet<ObjectId>)>,
}

/// Builds the graph. `alone` are parts that must not be absorbed, because that would close a cycle.
pub(super) fn build(
    ctx: &Ctx<'_>,
    changes: &Changes,
    alone: &BTreeSet<(Verb, ObjectId)>,
    shells: &Shells,
) -> Result<Graph, Vec<Blocked>> {
    let mut nodes = Vec::new();
    let mut places = Places::default();
    drops(ctx, changes, alone, &mut nodes, &mut places);
    for id in shells.drop.keys() {
        places.empty.insert(id.clone(), nodes.len());
        nodes.push(Node::new(Verb::Empty, vec![id.clone()]));
    }
    for (at, alter) in changes.altered.iter().enumerate() {
        places.alter.entry(alter.id.clone()).or_default().push(nodes.len());
        for id in &alter.outcome.affects {
            places.affect.entry(id.clone()).or_default().push(nodes.len());
        }
        let members = vec![alter.id.clone()];
        let aspect = Some(alter.aspect);
        nodes.push(Node { aspect, alter: Some(at), ..Node::new(Verb::Alter, members) });
    }
    creates(ctx, changes, alone, &mut nodes, &mut places);
    hollow(shells, &mut nodes, &mut places);
    let mut edges = Edges { map: BTreeMap::new() };
    let mut blocked = slot::taken(ctx, &nodes, &places, &mut edges);
    for id in places.create.keys() {
        blocked.extend(slot::taken_by_unmodelled(ctx, id));
        blocked.extend(create_edges(ctx, id, shells, &nodes, &places, &mut edges));
    }
    for id in places.drop.keys() {
        drop_edges(ctx, id, shells, &nodes, &places, &mut edges);
    }
    for id in places.alter.keys() {
        alter_edges(ctx, id, &nodes, &places, &mut edges);
    }
    for (at, node) in nodes.iter().enumerate() {
        let alter = node.alter.and_then(|alter| changes.altered.get(alter));
        let late = alter.filter(|alter| alter.outcome.follows_link);
        let whole = late.and_then(|alter| ctx.desired.objects.get(&alter.id)?.parent.as_ref());
        for link in whole.into_iter().filter_map(|whole| places.links.get(whole)).flatten() {
            edges.add(Some(link), Some(&at), false);
        }
    }
    slot::slot_edges(ctx, &places, &mut edges);
    slot::room_edges(ctx, &places, &mut edges);
    slot::position_edges(ctx, &places, &mut edges);
    if blocked.is_empty() { Ok(Graph { nodes, edges: edges.map }) } else { Err(blocked) }
}

pub(super) struct Edges {
    pub(super) map: BTreeMap<(usize, usize), bool>,
}

impl Edges {
    pub(super) fn add(&mut self, before: Option<&usize>, after: Option<&usize>, soft: bool) {
        if let (Some(before), Some(after)) = (before, after)
            && before != after
        {
            let slot = self.map.entry((*before, *after)).or_insert(soft);
            *slot = *slot && soft;
        }
    }
}

fn drops(
    ctx: &Ctx<'_>,
    changes: &Changes,
    alone: &BTreeSet<(Verb, ObjectId)>,
    nodes: &mut Vec<Node>,
    places: &mut Places,
) {
    let gone: BTreeSet<&ObjectId> = changes
        .dropped
        .iter()
        .chain(changes.rebuilt.keys())
        .filter(|id| ctx.current.objects.contains_key(*id))
        .collect();
    let apart = linked(ctx.current, gone.iter().copied());
    let leader = |id: &ObjectId| -> Option<ObjectId> {
        if alone.contains(&(Verb::Drop, id.clone())) {
            return None;
        }
        let object = ctx.current.objects.get(id)?;
        if of(id.kind).goes_first(ctx, object) {
            return None;
        }
        let whole = object.parent.clone().or_else(|| of(id.kind).goes_with(object));
        let holder = || of(id.kind).held_by(object).filter(|_| !is_apart(object, &apart));
        whole.filter(|whole| gone.contains(whole)).or_else(holder).filter(|id| gone.contains(id))
    };
    group(Verb::Drop, gone.iter().copied(), leader, nodes, &mut places.drop);
}

fn creates(
    ctx: &Ctx<'_>,
    changes: &Changes,
    alone: &BTreeSet<(Verb, ObjectId)>,
    nodes: &mut Vec<Node>,
    places: &mut Places,
) {
    let new: BTreeSet<&ObjectId> = changes
        .created
        .iter()
        .chain(changes.rebuilt.keys())
        .filter(|id| ctx.desired.objects.contains_key(*id))
        .collect();
    let apart = linked(ctx.desired, new.iter().copied());
    let leader = |id: &ObjectId| -> Option<ObjectId> {
        if alone.contains(&(Verb::Create, id.clone())) {
            return None;
        }
        let object = ctx.desired.objects.get(id)?;
        let whole = object.parent.as_ref().filter(|whole| new.contains(whole));
        let whole = whole.filter(|whole| absorbs(whole, object)).cloned();
        let stands = object.parent.as_ref().is_some_and(|whole| !new.contains(whole));
        let maker = || of(id.kind).made_by(object).filter(|id| stands && new.contains(id));
        whole.or_else(|| maker().filter(|_| !is_apart(object, &apart)))
    };
    group(Verb::Create, new.iter().copied(), leader, nodes, &mut places.create);
    for (id, at) in places.create.iter().filter(|(id, _)| of(id.kind).links()) {
        if let Some(whole) = ctx.desired.objects.get(id).and_then(|link| link.parent.clone()) {
            places.links.entry(whole).or_default().push(*at);
        }
    }
    for id in new {
        let weak = ctx.desired.needs_of(id).any(|(_, need)| need == Need::Auto);
        let object = ctx.desired.objects.get(id);
        if weak && object.is_some_and(|object| !of(id.kind).finish(ctx, object).is_empty()) {
            for (whole, _) in ctx
                .desired
                .needs_of(id)
                .filter(|(whole, need)| *need == Need::Auto && whole.kind == id.kind)
            {
                places.completing.entry(whole.clone()).or_default().push(id.clone());
            }
            places.finish.insert(id.clone(), nodes.len());
            nodes.push(Node::new(Verb::Finish, vec![id.clone()]));
        }
    }
}

/// What is made as a shell is completed later.
fn hollow(shells: &Shells, nodes: &mut Vec<Node>, places: &mut Places) {
    for (id, shell) in &shells.create {
        let Some(at) = places.create.get(id).copied() else { continue };
        if let Some(node) = nodes.get_mut(at) {
            node.hollow = true;
        }
        places.hollow.insert(at, (nodes.len(), shell.enough_for.clone()));
        places.finish.insert(id.clone(), nodes.len());
        nodes.push(Node { hollow: true, ..Node::new(Verb::Finish, vec![id.clone()]) });
    }
}

/// What must have run before `needed` is there, as far as `user` needs it.
fn makers(places: &Places, needed: &ObjectId, user: &ObjectId) -> [Option<usize>; 2] {
    let shell = places.create.get(needed).copied();
    let whole = shell.and_then(|at| places.hollow.get(&at));
    let rest = whole.filter(|(_, enough_for)| !enough_for.contains(user)).map(|(at, _)| *at);
    [shell, rest]
}

/// The wholes whose links to parents are among `ids`: such a link comes or goes by itself.
fn linked<'a>(
    catalog: &'a Catalog,
    ids: impl Iterator<Item = &'a ObjectId>,
) -> BTreeSet<&'a ObjectId> {
    let links = ids.filter(|id| of(id.kind).links());
    links.filter_map(|id| catalog.objects.get(id)?.parent.as_ref()).collect()
}

fn is_apart(object: &Object, apart: &BTreeSet<&ObjectId>) -> bool {
    object.parent.as_ref().is_some_and(|whole| apart.contains(whole))
}

fn absorbs(whole: &ObjectId, part: &Object) -> bool {
    of(whole.kind).absorbs(part)
}

/// One node per leader; parts follow it in the order of their identities.
fn group<'a>(
    verb: Verb,
    ids: impl Iterator<Item = &'a ObjectId>,
    leader: impl Fn(&ObjectId) -> Option<ObjectId>,
    nodes: &mut Vec<Node>,
    places: &mut BTreeMap<ObjectId, usize>,
) {
    let mut groups: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
    for id in ids {
        let mut top = id.clone();
        while let Some(next) = leader(&top) {
            top = next;
        }
        groups.entry(top).or_default().push(id.clone());
    }
    for (top, members) in groups {
        let mut ordered = vec![top.clone()];
        ordered.extend(members.into_iter().filter(|id| *id != top));
        for id in &ordered {
            places.insert(id.clone(), nodes.len());
        }
        nodes.push(Node::new(verb, ordered));
    }
}

/// Facets change nothing that others need.
pub(super) fn shaping<'a>(
    places: &'a Places,
    nodes: &'a [Node],
    id: &ObjectId,
) -> impl Iterator<Item = &'a usize> {
    places.alter.get(id).into_iter().flatten().filter(|at| {
        nodes.get(**at).is_some_and(|node| matches!(node.aspect, Some(Aspect::Rule(_))))
    })
}

/// The same, and those of what it is a part of: a foreign key needs columns, and their table as it is.
fn changing<'a>(
    catalog: &Catalog,
    places: &'a Places,
    nodes: &'a [Node],
    id: &ObjectId,
) -> Vec<&'a usize> {
    let whole = catalog.objects.get(id).and_then(|object| object.parent.as_ref());
    let of_whole = whole.into_iter().flat_map(|whole| shaping(places, nodes, whole));
    let by_others = places.affect.get(id).into_iter().flatten();
    shaping(places, nodes, id).chain(of_whole).chain(by_others).collect()
}

fn create_edges(
    ctx: &Ctx<'_>,
    id: &ObjectId,
    shells: &Shells,
    nodes: &[Node],
    places: &Places,
    edges: &mut Edges,
) -> Option<Blocked> {
    let own = places.create.get(id);
    let finish = places.finish.get(id);
    let object = ctx.desired.objects.get(id)?;
    if let Some(why) = of(id.kind).obstacle(ctx, object) {
        return Some(Blocked::create(id, why));
    }
    edges.add(own, finish, false);
    // by then its whole is linked to the parent
    let whole = object.parent.as_ref();
    for link in whole.into_iter().filter_map(|whole| places.links.get(whole)).flatten() {
        edges.add(Some(link), finish, false);
    }
    edges.add(places.drop.get(id), own, false);
    for (needed, need) in ctx.desired.needs_of(id) {
        let soft = need == Need::Soft;
        // an index goes with a column, but cannot be made before it
        let beside = ctx.desired.objects.get(needed).map(|needed| &needed.parent);
        let beside = whole.is_some() && beside == Some(&object.parent);
        let late = (need == Need::Auto && !beside) || shells.is_late(id, needed);
        let after = if late && finish.is_some() { finish } else { own };
        for maker in makers(places, needed, id) {
            edges.add(maker.as_ref(), after, soft);
        }
        if need == Need::Hard && finish.is_none() {
            // a key over partitions counts when those of all partitions are attached
            for part in places.completing.get(needed).into_iter().flatten() {
                edges.add(places.finish.get(part), own, false);
                for below in places.completing.get(part).into_iter().flatten() {
                    edges.add(places.finish.get(below), places.finish.get(part), false);
                }
            }
        }
        for alter in changing(ctx.desired, places, nodes, needed) {
            edges.add(Some(alter), after, soft);
        }
        if need == Need::Auto {
            // what is finished only later does not count when its own whole is linked
            let above = ctx.desired.objects.get(needed).and_then(|needed| needed.parent.as_ref());
            let above = above.filter(|above| Some(*above) != whole);
            for link in above.into_iter().filter_map(|above| places.links.get(above)).flatten() {
                edges.add(finish, Some(link), false);
            }
        }
        if needed.kind == Kind::Unmodelled && !ctx.current.ledger.contains_key(needed) && !soft {
            return Some(Blocked::create(
                id,
                format!("it needs {}, which is not modelled yet", needed.label()),
            ));
        }
    }
    None
}

fn drop_edges(
    ctx: &Ctx<'_>,
    id: &ObjectId,
    shells: &Shells,
    nodes: &[Node],
    places: &Places,
    edges: &mut Edges,
) {
    let whole = places.drop.get(id);
    let empty = places.empty.get(id);
    edges.add(empty, whole, false);
    let object = ctx.current.objects.get(id);
    for before in object.into_iter().flat_map(|object| of(id.kind).goes_after(ctx, object)) {
        edges.add(places.drop.get(&before), whole, false);
    }
    for (needed, need) in ctx.current.needs_of(id) {
        let own = empty.filter(|_| shells.frees(id, needed)).or(whole);
        let soft = need == Need::Soft;
        if soft && of(needed.kind).links() {
            // made after the link, but what goes with it by itself must be off before
            edges.add(places.drop.get(needed), own, false);
            continue;
        }
        edges.add(own, places.drop.get(needed), soft);
        for alter in changing(ctx.current, places, nodes, needed) {
            edges.add(own, Some(alter), soft);
        }
    }
}

fn alter_edges(ctx: &Ctx<'_>, id: &ObjectId, nodes: &[Node], places: &Places, edges: &mut Edges) {
    let own = places.alter.get(id).map_or(&[][..], |list| list);
    for (before, after) in own.iter().zip(own.iter().skip(1)) {
        edges.add(Some(before), Some(after), false);
    }
    // privileges of a whole change before those of its parts: a REVOKE on a table reaches its columns
    let parent = ctx.desired.objects.get(id).and_then(|object| object.parent.as_ref());
    for before in
        parent.into_iter().flat_map(|parent| places.alter.get(parent).into_iter().flatten())
    {
        let facet = |at: &usize| {
            nodes.get(*at).is_some_and(|node| matches!(node.aspect, Some(Aspect::Facet(_))))
        };
        for after in own.iter().filter(|after| facet(after) && facet(before)) {
            edges.add(Some(before), Some(after), false);
        }
    }
    let kept = ctx.desired.needs.get(id);
    for at in shaping(places, nodes, id) {
        for (needed, need) in ctx.desired.needs_of(id) {
            for maker in makers(places, needed, id) {
                edges.add(maker.as_ref(), Some(at), need == Need::Soft);
            }
            for alter in shaping(places, nodes, needed) {
                edges.add(Some(alter), Some(at), true);
            }
        }
        for (needed, need) in ctx.current.needs_of(id) {
            let soft = need == Need::Soft;
            // what is only mentioned may change meanwhile, but must not be missed on the way back
            if !soft || !places.create.contains_key(needed) {
                edges.add(Some(at), places.drop.get(needed), soft);
            }
            if !soft && !kept.is_some_and(|kept| kept.contains_key(needed)) {
                for alter in shaping(places, nodes, needed) {
                    edges.add(Some(at), Some(alter), false);
                }
            }
        }
    }
}
