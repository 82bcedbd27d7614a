//! What stands in prod and comes to use a table that the plan makes: until somebody fills it, that is empty.

use crate::kinds::of;
use crate::model::{Catalog, Object, ObjectId};
use crate::plan::Verb;
use crate::report::view::ReportInput;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds whose objects read or write rows when they are used, with the word for it.
const USERS: &[(&str, &str)] = &[
    ("function", "reads or writes"),
    ("procedure", "reads or writes"),
    ("view", "reads"),
    ("materialized_view", "reads"),
    ("policy", "reads"),
    ("rule", "reads or writes"),
];

/// What an object does to which tables.
pub(super) type Uses<'a> = BTreeMap<&'a ObjectId, (&'static str, BTreeSet<&'a ObjectId>)>;

/// Objects of prod that the plan changes so that they use tables which it makes empty, by the needs that the catalogs
/// know. What a step of the user's own may fill is left out.
pub(super) fn users<'a>(input: &ReportInput<'a>) -> Uses<'a> {
    let goal = &input.plan.goal;
    let filled: BTreeSet<&ObjectId> =
        input.plan.steps().filter(|step| step.own.is_some()).map(|step| &step.object).collect();
    let is_empty = |object: &&Object| {
        let kind = of(object.id.kind);
        kind.has_rows(object)
            && !kind.comes_with_rows(object)
            && !input.prod.objects.contains_key(&object.id)
            && !filled.contains(&object.id)
    };
    let whole = |id: &ObjectId| match goal.objects.get(id) {
        Some(part) if part.id.kind.name() == "column" => {
            part.parent.as_ref().and_then(|id| goal.objects.get(id))
        }
        object => object,
    };
    let mut users = Uses::new();
    for step in input.plan.steps().filter(|step| step.verb != Verb::Drop && step.own.is_none()) {
        let word = USERS.iter().find(|(kind, _)| *kind == step.object.kind.name());
        let (Some((_, word)), true) = (word, input.prod.objects.contains_key(&step.object)) else {
            continue;
        };
        let used = used(goal, &step.object);
        let used = used.into_iter().filter_map(whole);
        let tables: BTreeSet<&ObjectId> = used.filter(is_empty).map(|table| &table.id).collect();
        if !tables.is_empty() {
            users.insert(&step.object, (*word, tables));
        }
    }
    users
}

/// What an object needs, and what the routines and views among that use in their turn.
fn used<'a>(goal: &'a Catalog, id: &'a ObjectId) -> BTreeSet<&'a ObjectId> {
    let mut used = BTreeSet::new();
    let mut work = vec![id];
    while let Some(at) = work.pop() {
        for (needed, _) in goal.needs_of(at) {
            let goes_on = USERS.iter().any(|(kind, _)| *kind == needed.kind.name());
            if used.insert(needed) && goes_on {
                work.push(needed);
            }
        }
    }
    used
}
