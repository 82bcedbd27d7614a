//! Places that only one object can take: whoever has one gives it up before another takes it.

use crate::kinds::{Ctx, of};
use crate::model::{Catalog, Kind, ObjectId};
use crate::plan::graph::{Edges, Node, Places, shaping};
use crate::plan::schedule::Blocked;
use crate::sql::quote;
use std::collections::BTreeMap;

/// A name must be free before it is taken.
pub(super) fn slot_edges(ctx: &Ctx<'_>, places: &Places, edges: &mut Edges) {
    let mut freed: BTreeMap<_, Vec<&usize>> = BTreeMap::new();
    for (id, at) in &places.drop {
        let slots =
            ctx.current.objects.get(id).map(|object| of(id.kind).slots(object)).unwrap_or_default();
        for slot in slots {
            freed.entry(slot).or_default().push(at);
        }
    }
    for (id, at) in &places.create {
        let slots =
            ctx.desired.objects.get(id).map(|object| of(id.kind).slots(object)).unwrap_or_default();
        for slot in slots {
            for before in freed.get(&slot).into_iter().flatten() {
                edges.add(Some(before), Some(at), false);
            }
        }
    }
}

/// What clears a room goes before others enter it.
pub(super) fn room_edges(ctx: &Ctx<'_>, places: &Places, edges: &mut Edges) {
    let mut cleared: BTreeMap<_, Vec<&usize>> = BTreeMap::new();
    for (id, at) in &places.drop {
        let Some(object) = ctx.current.objects.get(id) else { continue };
        for room in of(id.kind).clears(object) {
            cleared.entry(room).or_default().push(at);
        }
    }
    let entering = places.create.iter().map(|(id, at)| (id, at, ctx.desired));
    // what goes enters, too, unless it is what clears
    let leaving = places.drop.iter().map(|(id, at)| (id, at, ctx.current));
    for (id, at, catalog) in entering.chain(leaving.filter(|(id, ..)| !of(id.kind).links())) {
        let Some(object) = catalog.objects.get(id) else { continue };
        for room in of(id.kind).enters(object) {
            for before in cleared.get(&room).into_iter().flatten() {
                // unless that goes after it
                if !edges.map.contains_key(&(*at, **before)) {
                    edges.add(Some(before), Some(at), false);
                }
            }
        }
    }
}

/// What a new object takes up must be free: whoever has it goes, gives it up by a change of its
/// own, which then runs first, or stands in the way.
pub(super) fn taken(
    ctx: &Ctx<'_>,
    nodes: &[Node],
    places: &Places,
    edges: &mut Edges,
) -> Vec<Blocked> {
    let mut wanted: BTreeMap<_, &ObjectId> = BTreeMap::new();
    for id in places.create.keys() {
        if let Some(object) = ctx.desired.objects.get(id) {
            wanted.extend(of(id.kind).slots(object).into_iter().map(|slot| (slot, id)));
        }
    }
    let mut blocked = Vec::new();
    if wanted.is_empty() {
        return blocked;
    }
    let stays = |id: &&ObjectId| !places.drop.contains_key(*id);
    for id in ctx.current.objects.keys().filter(stays) {
        let slots = |catalog: &Catalog| {
            catalog.objects.get(id).map(|object| of(id.kind).slots(object)).unwrap_or_default()
        };
        for slot in slots(ctx.current) {
            let Some(new) = wanted.get(&slot) else { continue };
            if slots(ctx.desired).contains(&slot) {
                let why = format!("its place is taken by {id}, which stays");
                blocked.push(Blocked::create(new, why));
            } else {
                for alter in shaping(places, nodes, id) {
                    edges.add(Some(alter), places.create.get(*new), false);
                }
            }
        }
    }
    blocked
}

/// A name that something unmodelled has cannot be taken, and that something is left alone.
pub(super) fn taken_by_unmodelled(ctx: &Ctx<'_>, id: &ObjectId) -> Option<Blocked> {
    let object = ctx.desired.objects.get(id)?;
    for (class, path) in of(id.kind).slots(object) {
        let (true, [schema, name]) = (class != "routine", path.as_slice()) else { continue };
        let name = quote::qualified(&[schema, name]);
        let holder = RELATION_WORDS
            .iter()
            .map(|word| ObjectId::new(Kind::Unmodelled, &[word, &name]))
            .find(|id| ctx.current.ledger.contains_key(id));
        if let Some(holder) = holder {
            return Some(Blocked::create(
                id,
                format!("its name is taken by {}, which is not modelled yet", holder.label()),
            ));
        }
    }
    None
}

/// What `pg_identify_object` calls things that share the names of relations and types.
const RELATION_WORDS: &[&str] = &[
    "composite type",
    "foreign table",
    "index",
    "materialized view",
    "sequence",
    "table",
    "type",
    "view",
];

/// New columns come in the order that they have in the desired state.
pub(super) fn position_edges(ctx: &Ctx<'_>, places: &Places, edges: &mut Edges) {
    let mut siblings: BTreeMap<(&ObjectId, Kind), Vec<(i64, usize)>> = BTreeMap::new();
    for (id, at) in &places.create {
        let Some(object) = ctx.desired.objects.get(id) else { continue };
        if let (Some(position), Some(parent)) = (of(id.kind).position(object), &object.parent) {
            siblings.entry((parent, id.kind)).or_default().push((position, *at));
        }
    }
    for list in siblings.values_mut() {
        list.sort_unstable();
        for (before, after) in list.iter().zip(list.iter().skip(1)) {
            edges.add(Some(&before.1), Some(&after.1), false);
        }
    }
}
