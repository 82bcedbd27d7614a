//! Who waits for a feature, and for how long.

use super::component::Part;
use crate::kinds::{Lock, Sizes};
use crate::model::ObjectId;
use crate::plan::Estimates;
use crate::report::view::named;
use std::collections::BTreeMap;

/// Relations that a line names.
const NAMED: usize = 3;

/// Who waits for what, and the time of all its steps.
pub(super) fn of(sizes: &Sizes<'_>, estimates: &Estimates<'_>, part: &Part<'_>) -> Vec<String> {
    let mut strongest: BTreeMap<&ObjectId, Lock> = BTreeMap::new();
    for (relation, lock) in part.steps.iter().flat_map(|place| &place.step.effects.locks) {
        let held = strongest.entry(relation).or_insert(*lock);
        *held = (*held).max(*lock);
    }
    let mut waits: BTreeMap<&str, Vec<&ObjectId>> = BTreeMap::new();
    for (relation, lock) in strongest.into_iter().filter(|(_, lock)| *lock >= Lock::Share) {
        waits.entry(lock.meaning()).or_default().push(relation);
    }
    let time = estimates.all(part.steps.iter().map(|place| place.step)).told();
    let mut told: Vec<String> =
        waits.into_iter().map(|(who, relations)| line(sizes, who, &relations)).collect();
    if told.is_empty() {
        told.push("no reader or writer of what stands waits".to_owned());
    }
    told.push(format!("estimated, once the locks are granted: {time}"));
    told
}

fn line(sizes: &Sizes<'_>, who: &str, relations: &[&ObjectId]) -> String {
    let names: Vec<String> = relations
        .iter()
        .take(NAMED)
        .map(|id| format!("{} ({})", named(id), sizes.told(id)))
        .collect();
    let more = relations.len().saturating_sub(names.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{who} for {}{more}", names.join(", "))
}
