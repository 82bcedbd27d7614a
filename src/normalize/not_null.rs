//! NOT NULL across majors: only from 18 on (a domain's from 17 on) does it have a name.

use crate::kinds::inherited_from;
use crate::model::{Catalog, Object, ObjectId, Value};
use std::collections::BTreeMap;

/// What only a NOT NULL with a name has: that name, the parent's, whether the table declares what a
/// parent brings.
const NAMES: [&str; 3] = ["not_null_constraint", BROUGHT, "not_null_local"];
const BROUGHT: &str = "inherited_not_null_constraint";

/// Dev with the names that prod has or would give; without names where prod has none.
#[must_use]
pub fn align(mut dev: Catalog, prod: &Catalog) -> Catalog {
    let (ours, theirs) = (dev.server.major(), prod.server.major());
    if (ours >= 18) == (theirs >= 18) && (ours >= 17) == (theirs >= 17) {
        return dev;
    }
    let brought = if theirs >= 18 { brought(&dev) } else { BTreeMap::new() };
    for (id, object) in &mut dev.objects {
        let named = NAMES.iter().any(|name| place(object, name).is_some());
        let since = if place(object, BROUGHT).is_some() { 18 } else { 17 };
        if !named || !is_not_null(object) || (ours >= since) == (theirs >= since) {
            continue;
        }
        let beside = prod.objects.get(id).filter(|there| theirs >= since && is_not_null(there));
        for name in NAMES {
            let Some(at) = place(object, name) else { continue };
            let value = match beside {
                Some(there) => there.values.get(at).cloned().unwrap_or_default(),
                None if name == BROUGHT => Value::text(brought.get(id).map(String::as_str)),
                None => Value::Null,
            };
            if let Some(slot) = object.values.get_mut(at) {
                *slot = value;
            }
        }
    }
    dev
}

fn place(object: &Object, name: &str) -> Option<usize> {
    object.specs.iter().position(|spec| spec.name == name)
}

fn is_not_null(object: &Object) -> bool {
    let value = place(object, "not_null").and_then(|at| object.values.get(at));
    value.is_some_and(Value::is_true)
}

/// The names that partitions and children get from the table at the top.
fn brought(dev: &Catalog) -> BTreeMap<ObjectId, String> {
    let above = |object: &Object| {
        let parent = inherited_from(object).and_then(|id| dev.objects.get(id));
        parent.filter(|parent| is_not_null(parent))
    };
    let named = |object: &Object| {
        let mut top = above(object)?;
        while let Some(next) = above(top) {
            top = next;
        }
        Some((object.id.clone(), format!("{}_{}_not_null", top.id.part(1), top.id.name())))
    };
    let columns = dev.objects.values().filter(|object| place(object, BROUGHT).is_some());
    columns.filter(|object| is_not_null(object)).filter_map(named).collect()
}
