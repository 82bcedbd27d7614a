//! Whether columns store values of a type inside other types: PostgreSQL then refuses some changes.

use crate::kinds::column;
use crate::model::{Catalog, Kind, ObjectId};
use std::collections::BTreeSet;

/// A column that stores the type, however deep.
pub(super) fn anywhere(catalog: &Catalog, type_id: &ObjectId) -> Option<ObjectId> {
    search(catalog, type_id, |_| true)
}

/// A column that stores the type inside an array or a composite type.
pub(super) fn inside(catalog: &Catalog, type_id: &ObjectId) -> Option<ObjectId> {
    search(catalog, type_id, |column| {
        catalog.objects.get(column).is_some_and(|object| column::type_of(object).ends_with("[]"))
    })
}

/// The type and all types that store it, each before those that store it.
pub(super) fn holders(catalog: &Catalog, id: &ObjectId) -> Vec<ObjectId> {
    let (mut seen, mut order) = (BTreeSet::from([id.clone()]), Vec::new());
    visit(catalog, id, &mut seen, &mut order);
    order.reverse();
    order
}

fn visit(
    catalog: &Catalog,
    id: &ObjectId,
    seen: &mut BTreeSet<ObjectId>,
    order: &mut Vec<ObjectId>,
) {
    for (user, _) in catalog.needs.iter().filter(|(_, needs)| needs.contains_key(id)) {
        let holder = match user.kind {
            Kind::Domain => Some(user.clone()),
            Kind::Attribute => catalog.objects.get(user).and_then(|object| object.parent.clone()),
            _ => None,
        };
        if let Some(holder) = holder.filter(|holder| seen.insert(holder.clone())) {
            visit(catalog, &holder, seen, order);
        }
    }
    order.push(id.clone());
}

/// What PostgreSQL would say.
pub(super) fn refusal(column: &ObjectId) -> String {
    format!("PostgreSQL refuses it while {} stores the type inside another one", column.label())
}

/// `direct` decides about columns of the type itself; behind a composite type every column counts.
fn search(
    catalog: &Catalog,
    type_id: &ObjectId,
    direct: impl Fn(&ObjectId) -> bool,
) -> Option<ObjectId> {
    let mut seen = BTreeSet::new();
    let mut work = vec![(type_id.clone(), true)];
    while let Some((id, plain)) = work.pop() {
        if !seen.insert((id.clone(), plain)) {
            continue;
        }
        for (user, _) in catalog.needs.iter().filter(|(_, needs)| needs.contains_key(&id)) {
            match user.kind {
                Kind::Column if !plain || direct(user) => return Some(user.clone()),
                Kind::Attribute => {
                    let whole = catalog.objects.get(user).and_then(|object| object.parent.clone());
                    // a composite type is a need of its own attributes, too
                    work.extend(whole.filter(|whole| *whole != id).map(|whole| (whole, false)));
                }
                Kind::Domain => work.push((user.clone(), plain)),
                _ => {}
            }
        }
    }
    None
}
