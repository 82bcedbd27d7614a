//! Stops between prod and the goal, so that nobody waits while rows of a large table are read:
//! what a kind asks for stands at a stop as it is in between, and each leg is planned as any other
//! way from one catalog to the next.

use crate::kinds::{Conditions, Ctx, Detour, of};
use crate::model::{Catalog, Need, ObjectId};
use crate::plan::schedule::{Schedule, all_ids, schedule};
use std::collections::BTreeSet;

/// More stops than any kind asks for.
const LEGS: usize = 10;

/// A part of the way, with the catalog at its end.
pub(super) struct Leg {
    pub(super) end: Catalog,
    pub(super) schedule: Schedule,
}

/// The way in legs. `direct` is that without a stop; what cannot be had in legs is done so.
pub(super) fn legs(
    prod: &Catalog,
    goal: &Catalog,
    conditions: &Conditions,
    direct: Schedule,
) -> Vec<Leg> {
    let mut given_up = BTreeSet::new();
    while let Some(first) = next_stop(prod, goal, conditions, &given_up) {
        match walk(prod, first, goal, conditions, &given_up) {
            Ok(legs) => return legs,
            Err(stuck) => {
                let before = given_up.len();
                given_up.extend(stuck);
                if given_up.len() == before {
                    break;
                }
            }
        }
    }
    vec![Leg { end: goal.clone(), schedule: direct }]
}

/// A stop with the objects that asked for it.
struct Stop {
    catalog: Catalog,
    asked: BTreeSet<ObjectId>,
}

/// The legs from the first stop on; else whose wishes cannot be met.
fn walk(
    prod: &Catalog,
    first: Stop,
    goal: &Catalog,
    conditions: &Conditions,
    given_up: &BTreeSet<ObjectId>,
) -> Result<Vec<Leg>, BTreeSet<ObjectId>> {
    let mut legs: Vec<Leg> = Vec::new();
    let mut asked = first.asked.clone();
    let mut stop = Some(first);
    loop {
        let at = legs.last().map_or(prod, |leg| &leg.end);
        let end = stop.as_ref().map_or(goal, |stop| &stop.catalog);
        let Ok(schedule) = schedule(at, end, conditions, &all_ids(at, end)) else {
            return Err(asked);
        };
        let Some(Stop { catalog, .. }) = stop else {
            legs.push(Leg { end: goal.clone(), schedule });
            return Ok(legs);
        };
        if legs.len() > LEGS || schedule.steps.is_empty() {
            return Err(asked);
        }
        stop = next_stop(&catalog, goal, conditions, given_up);
        asked.extend(stop.iter().flat_map(|stop| stop.asked.iter().cloned()));
        legs.push(Leg { end: catalog, schedule });
    }
}

fn next_stop(
    current: &Catalog,
    goal: &Catalog,
    conditions: &Conditions,
    given_up: &BTreeSet<ObjectId>,
) -> Option<Stop> {
    if conditions.large.is_empty() {
        return None;
    }
    let ctx = Ctx::new(current, goal, conditions);
    let changed = goal.objects.values().filter(|object| {
        current.objects.get(&object.id) != Some(*object) && !given_up.contains(&object.id)
    });
    let detours: Vec<(&ObjectId, Detour)> = changed
        .filter_map(|object| Some((&object.id, of(object.id.kind).detour(&ctx, object)?)))
        .collect();
    if detours.is_empty() {
        return None;
    }
    let mut catalog = goal.clone();
    let asked = detours.iter().map(|(id, _)| (*id).clone()).collect();
    for (_, detour) in detours {
        for id in detour.later {
            postpone(&mut catalog, current, id);
        }
        for (object, needs) in detour.there {
            catalog.needs.insert(object.id.clone(), needs.into_iter().collect());
            catalog.objects.insert(object.id.clone(), object);
        }
    }
    close(&mut catalog, current, goal);
    Some(Stop { catalog, asked })
}

/// What needs something that is made later is made later, too.
fn close(catalog: &mut Catalog, current: &Catalog, goal: &Catalog) {
    loop {
        let is_missing = |(id, need): (&ObjectId, &Need)| {
            *need != Need::Soft
                && goal.objects.contains_key(id)
                && !catalog.objects.contains_key(id)
        };
        let open = catalog.objects.keys().filter(|id| {
            let mut needs = catalog.needs.get(*id).into_iter().flatten();
            current.objects.get(*id) != catalog.objects.get(*id) && needs.any(is_missing)
        });
        let open: Vec<ObjectId> = open.cloned().collect();
        let before = catalog.objects.len();
        for id in open {
            postpone(catalog, current, id);
        }
        if catalog.objects.len() == before {
            break;
        }
    }
}

/// Leaves an object as it stands, with everything that needs it, what that needs as it stands, and
/// what goes only with it.
fn postpone(catalog: &mut Catalog, current: &Catalog, id: ObjectId) {
    let mut work = vec![id];
    while let Some(id) = work.pop() {
        catalog.remove(&id);
        catalog.adopt(current, &id);
        if current.objects.contains_key(&id) {
            let needed = current.needs_of(&id).filter(|(_, need)| *need != Need::Soft);
            let parts = current
                .objects
                .values()
                .filter(|object| of(object.id.kind).held_by(object).as_ref() == Some(&id));
            let with = needed.map(|(id, _)| id).chain(parts.map(|part| &part.id));
            let missing = with.filter(|id| !catalog.objects.contains_key(*id));
            work.extend(missing.filter(|id| current.objects.contains_key(*id)).cloned());
            continue;
        }
        let dependents = catalog
            .needs
            .iter()
            .filter(|(_, needs)| needs.get(&id).is_some_and(|need| *need != Need::Soft));
        work.extend(dependents.map(|(dependent, _)| dependent.clone()));
    }
}
