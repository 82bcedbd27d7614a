//! Removals that were not asked for: prod keeps what only it has.
//!
//! A removal is an object, a column or an element of a set that only prod has, a change that can
//! lose data, and a relaxation of protection.

use crate::kinds::facet::acl;
use crate::kinds::{Conditions, Ctx, of};
use crate::model::{AclItem, Catalog, Facet, Kind, Object, ObjectId, PUBLIC, Value};
use crate::plan::change::touches;
use crate::plan::goal::{Goal, Withheld};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Puts everything back into the goal that would be removed, and names it.
pub(super) fn keep_removals(goal: &mut Goal, prod: &Catalog, conditions: &Conditions) {
    let dev = goal.catalog.clone();
    let ctx = Ctx::new(prod, &dev, conditions);
    let mut kept = BTreeSet::new();
    for (id, before) in &prod.objects {
        match dev.objects.get(id) {
            Some(after) if before != after => {
                if shared(goal, prod, &ctx, before, after) {
                    kept.insert(id);
                }
            }
            Some(_) => {}
            None => prod_only(goal, prod, &dev, before),
        }
    }
    keep_inseparable(goal, prod, &dev, &kept);
    let new = dev.objects.values().filter(|object| !prod.objects.contains_key(&object.id));
    for object in new.filter(|object| object.id.kind == Kind::DefaultAcl) {
        close(goal, prod, object);
    }
}

/// What exists only inside a definition stays with the definition that stays.
fn keep_inseparable(goal: &mut Goal, prod: &Catalog, dev: &Catalog, kept: &BTreeSet<&ObjectId>) {
    let part_of_kept = |object: &&Object| {
        let whole = object.parent.as_ref();
        of(object.id.kind).inseparable() && whole.is_some_and(|whole| kept.contains(whole))
    };
    for object in dev.objects.values().filter(part_of_kept) {
        if !prod.objects.contains_key(&object.id) {
            goal.catalog.remove(&object.id);
        }
    }
    for object in prod.objects.values().filter(part_of_kept) {
        goal.catalog.remove(&object.id);
        goal.catalog.adopt(prod, &object.id);
    }
}

/// New default privileges do not open what will be created to everybody.
fn close(goal: &mut Goal, prod: &Catalog, object: &Object) {
    let class = acl::class_of(object.id.part(2));
    let whole = object.id.part(1).is_empty();
    let base = if whole { acl::default_of(class, prod.server.major()) } else { BTreeSet::new() };
    let wanted = object.facets.acl.clone().unwrap_or_default();
    let opens = |item: &&AclItem| &*item.grantee == PUBLIC && !base.contains(*item);
    let opened: Vec<AclItem> = wanted.iter().filter(opens).cloned().collect();
    if opened.is_empty() {
        return;
    }
    let rest: BTreeSet<AclItem> =
        wanted.into_iter().filter(|item| !opened.contains(item)).collect();
    let what = format!("new grants to everybody: {}", list(&opened));
    let attribute = Some("acl".to_owned());
    goal.withheld.push(Withheld { id: object.id.clone(), attribute, what });
    if rest == base {
        goal.catalog.remove(&object.id);
    } else if let Some(object) = goal.catalog.objects.get_mut(&object.id) {
        object.facets.acl = Some(rest);
    }
}

fn list(items: &[AclItem]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn prod_only(goal: &mut Goal, prod: &Catalog, dev: &Catalog, object: &Object) {
    let whole_is_shared =
        object.parent.as_ref().is_some_and(|parent| dev.objects.contains_key(parent));
    if of(object.id.kind).inseparable() && whole_is_shared {
        return;
    }
    goal.catalog.adopt(prod, &object.id);
    // parts of something that only prod has are told with it
    if object.parent.is_none() || whole_is_shared {
        goal.withheld.push(Withheld {
            id: object.id.clone(),
            attribute: None,
            what: "exists only in prod".to_owned(),
        });
    }
}

/// Whether a definition of the object stays as prod has it.
fn shared(goal: &mut Goal, prod: &Catalog, ctx: &Ctx<'_>, before: &Object, after: &Object) -> bool {
    let id = &before.id;
    if before.parent != after.parent && !of(id.kind).rebuildable(before) {
        goal.catalog.remove(id);
        goal.catalog.adopt(prod, id);
        let what = "it would be dropped and made anew".to_owned();
        goal.withheld.push(Withheld { id: id.clone(), attribute: None, what });
        return true;
    }
    let mut merged = after.clone();
    let mut kept = Vec::new();
    let mut stays = false;
    for rule in of(before.id.kind).rules() {
        if !touches(rule, before, after) {
            continue;
        }
        for (at, spec) in
            before.specs.iter().enumerate().filter(|(_, spec)| rule.attrs.contains(&spec.name))
        {
            let (Some(old), Some(new)) = (before.values.get(at), after.values.get(at)) else {
                continue;
            };
            let union = union(old, new, of(id.kind).joins_lists());
            if let (Some(union), Some(slot)) = (union, merged.values.get_mut(at))
                && union != *new
            {
                kept.push((
                    spec.name.to_owned(),
                    format!("elements that only prod has: {}", only(old, new)),
                ));
                *slot = union;
            }
        }
        let outcome = (rule.change)(ctx, before, &merged);
        if let (Some(why), true) = (outcome.removal, touches(rule, before, &merged)) {
            for (at, _) in
                before.specs.iter().enumerate().filter(|(_, spec)| rule.attrs.contains(&spec.name))
            {
                if let (Some(old), Some(slot)) = (before.values.get(at), merged.values.get_mut(at))
                {
                    slot.clone_from(old);
                }
            }
            kept.push((rule.attrs.join(", "), why));
            stays = true;
        }
    }
    kept.extend(grants(before, &mut merged, prod.server.major()));
    if before.facets.comment.is_some() && merged.facets.comment.is_none() {
        merged.facets.comment.clone_from(&before.facets.comment);
        kept.push(("comment".to_owned(), "the comment exists only in prod".to_owned()));
    }
    if kept.is_empty() {
        return false;
    }
    // a kept definition needs what it needed
    for (needed, need) in prod.needs_of(id) {
        if prod.objects.contains_key(needed) && goal.catalog.objects.contains_key(needed) {
            goal.catalog.add_need(id, needed, need);
        }
    }
    goal.catalog.objects.insert(id.clone(), merged);
    let told = |(attribute, what)| Withheld { id: id.clone(), attribute: Some(attribute), what };
    goal.withheld.extend(kept.into_iter().map(told));
    stays
}

/// Grants that only prod has stay; a new grant to everybody does not come by itself.
fn grants(before: &Object, merged: &mut Object, major: i32) -> Vec<(String, String)> {
    if !Facet::Acl.differs(before, merged) {
        return Vec::new();
    }
    let old = acl::of_object(before, major);
    let new = acl::of_object(merged, major);
    let gone: Vec<&AclItem> = old.difference(&new).collect();
    let opened: Vec<&AclItem> =
        new.difference(&old).filter(|item| &*item.grantee == PUBLIC).collect();
    if gone.is_empty() && opened.is_empty() {
        return Vec::new();
    }
    let list =
        |items: &[&AclItem]| items.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let mut kept = Vec::new();
    if !gone.is_empty() {
        kept.push(("acl".to_owned(), format!("grants that only prod has: {}", list(&gone))));
    }
    if !opened.is_empty() {
        kept.push(("acl".to_owned(), format!("new grants to everybody: {}", list(&opened))));
    }
    let result: BTreeSet<AclItem> = new
        .iter()
        .filter(|item| !opened.contains(item))
        .cloned()
        .chain(gone.into_iter().cloned())
        .collect();
    merged.facets.acl =
        if before.facets.acl.is_none() && result == old { None } else { Some(result) };
    kept
}

/// Both sides' elements, where the value is a set, a list or a map.
fn union(prod: &Value, dev: &Value, joins_lists: bool) -> Option<Value> {
    match (prod, dev) {
        (Value::Set(old), Value::Set(new)) => Some(Value::Set(old.union(new).cloned().collect())),
        (Value::Sealed(old), Value::Sealed(new)) => {
            let mut all = old.clone();
            all.extend(new.clone());
            Some(Value::Sealed(all))
        }
        (Value::List(old), Value::List(new)) if joins_lists => {
            Some(Value::List(merged_list(old, new)))
        }
        (Value::Map(old), Value::Map(new)) => {
            let mut all = old.clone();
            all.extend(new.iter().map(|(key, value)| (key.clone(), value.clone())));
            Some(Value::Map(all))
        }
        (Value::Map(old), Value::Null) => Some(Value::Map(old.clone())),
        _ => None,
    }
}

/// Prod's list with each new element after the one that precedes it in dev.
fn merged_list(old: &[Arc<str>], new: &[Arc<str>]) -> Vec<Arc<str>> {
    let mut list = old.to_vec();
    let mut at = 0;
    for element in new {
        if let Some(place) = list.iter().position(|other| other == element) {
            at = place + 1;
        } else {
            list.insert(at.min(list.len()), element.clone());
            at += 1;
        }
    }
    list
}

fn only(old: &Value, new: &Value) -> String {
    match (old, new) {
        (Value::Set(old), Value::Set(new)) => joined(old.difference(new).map(ToString::to_string)),
        (Value::Sealed(old), Value::Sealed(new)) => {
            joined(old.keys().filter(|name| !new.contains_key(*name)).map(ToString::to_string))
        }
        (Value::List(old), Value::List(new)) => {
            joined(old.iter().filter(|item| !new.contains(item)).map(ToString::to_string))
        }
        (Value::Map(old), new) => {
            let new = new.as_map();
            joined(
                old.iter()
                    .filter(|(key, _)| !new.contains_key(*key))
                    .map(|(key, value)| format!("{key}={value}")),
            )
        }
        _ => String::new(),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::merged_list;
    use std::sync::Arc;

    #[test]
    fn lists_are_merged_in_place() {
        let list = |text: &str| text.split_whitespace().map(Arc::from).collect::<Vec<Arc<str>>>();
        assert_eq!(merged_list(&list("a b x"), &list("a n b m")), list("a n b m x"));
    }
}
