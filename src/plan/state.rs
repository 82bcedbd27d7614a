//! The catalog between two steps.

use crate::kinds::of;
use crate::model::Catalog;
use crate::plan::step::{Aspect, Step, Verb};

/// The state after `step`, which is a step towards `goal`.
pub(super) fn apply(state: &mut Catalog, goal: &Catalog, step: &Step) {
    match step.verb {
        Verb::Drop => {
            for id in &step.members {
                state.remove(id);
            }
        }
        Verb::Create => {
            for id in &step.members {
                state.adopt(goal, id);
                if let Some(object) = state.objects.get_mut(id) {
                    of(id.kind).unfinish(object);
                }
            }
        }
        Verb::Finish => state.adopt(goal, &step.object),
        // a drop follows; a user's own step leaves the schema alone
        Verb::Empty | Verb::Run => {}
        Verb::Alter => alter(state, goal, step),
    }
}

fn alter(state: &mut Catalog, goal: &Catalog, step: &Step) {
    let Some(target) = goal.objects.get(&step.object) else { return };
    let Some(object) = state.objects.get_mut(&step.object) else { return };
    match step.aspect {
        Some(Aspect::Rule(at)) => {
            let attrs = of(object.id.kind).rules().get(at).map_or(&[][..], |rule| rule.attrs);
            for (place, spec) in target.specs.iter().enumerate() {
                if let (true, Some(slot), Some(value)) = (
                    attrs.contains(&spec.name),
                    object.values.get_mut(place),
                    target.values.get(place),
                ) {
                    slot.clone_from(value);
                }
            }
            if let Some(needs) = goal.needs.get(&step.object) {
                state.needs.insert(step.object.clone(), needs.clone());
            }
        }
        Some(Aspect::Facet(facet)) => facet.copy(target, object),
        None => {}
    }
}
