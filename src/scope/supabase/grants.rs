//! Privileges on what the services own: theirs as prod has them, the user's as dev has them.

use super::facts;
use crate::kinds::facet::acl::{self, Acl};
use crate::kinds::of;
use crate::model::{AclItem, Attr, OWNER, Object, PUBLIC, Value};
use std::collections::BTreeSet;

/// Whether a privilege is the user's: its holder is a role that the project did not come with.
fn is_of_user(item: &AclItem) -> bool {
    !matches!(&*item.grantee, OWNER | PUBLIC) && !facts::is_role(&item.grantee)
}

/// The user's privileges on an object.
pub(super) fn of_user(object: &Object) -> Acl {
    object.facets.acl.iter().flatten().filter(|item| is_of_user(item)).cloned().collect()
}

/// Prod's object with dev's privileges of the user.
pub(super) fn merge(dev: &Object, prod: &Object, major: i32) -> Object {
    let wanted = of_user(dev);
    let mut merged = prod.clone();
    if wanted == of_user(prod) {
        return merged;
    }
    let mut all: Acl =
        acl::of_object(prod, major).into_iter().filter(|item| !is_of_user(item)).collect();
    all.extend(wanted);
    let class = of(prod.id.kind).facets().acl.unwrap_or(' ');
    merged.facets.acl = (all != acl::default_of(class, major)).then_some(all);
    merged
}

/// The same for privileges that are kept beside what an extension made: sets of texts. None where nothing is left.
pub(super) fn merge_initial(dev: Option<&Object>, prod: Option<&Object>) -> Option<Object> {
    let mut merged = prod.or(dev)?.clone();
    let mut is_empty = true;
    for at in 0..merged.specs.len() {
        let attr = Attr(at);
        let is_set = [dev, prod]
            .into_iter()
            .flatten()
            .any(|object| matches!(object.value(attr), Value::Set(_)));
        if !is_set {
            continue;
        }
        let items = |object: Option<&Object>, user: bool| -> BTreeSet<_> {
            let all = object.map(|object| object.value(attr).as_set()).unwrap_or_default();
            let object = object.or(prod);
            let keep = |item: &_| object.is_some_and(|object| is_item_of_user(object, attr, item));
            all.into_iter().filter(|item| keep(item) == user).collect()
        };
        let mut set = items(prod, false);
        set.extend(items(dev, true));
        is_empty &= set.is_empty();
        merged.set(attr, if set.is_empty() { Value::Null } else { Value::Set(set) });
    }
    (!is_empty).then_some(merged)
}

/// Whether an element names a role that the project did not come with.
fn is_item_of_user(object: &Object, attr: Attr, item: &std::sync::Arc<str>) -> bool {
    let mut alone = object.clone();
    for at in 0..alone.specs.len() {
        if matches!(alone.value(Attr(at)), Value::Set(_)) {
            alone.set(Attr(at), Value::Null);
        }
    }
    alone.set(attr, Value::Set([item.clone()].into()));
    of(alone.id.kind).roles(&alone).iter().any(|role| !facts::is_role(role))
}
