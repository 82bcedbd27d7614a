//! Edges from `pg_depend`, column-precise, lifted to the objects that stand for their ends.

use crate::introspect::fetch::Rows;
use crate::introspect::resolve::{Resolved, ends};
use crate::kinds::row::class;
use crate::kinds::{Fields, of};
use crate::model::{Kind, Need, ObjectId};

/// Adds what PostgreSQL recorded, and the edges that it does not record.
pub(super) fn add_needs(rows: &Rows, resolved: &mut Resolved) {
    for row in rows.depend.rows() {
        let need = match row.letter("deptype") {
            'n' => Need::Hard,
            // a part of an attached index or key goes with its parent's
            'a' | 'P' => Need::Auto,
            'i' | 'S' => Need::Part,
            _ => continue,
        };
        let (from, to) = ends(&row);
        if resolved.members.contains_key(&from) || resolved.links.contains_key(&(from, to)) {
            continue;
        }
        // the internal end of a whole points at its own part in both directions
        let (Some(a), Some(b)) = (resolved.find(from).cloned(), resolved.find(to).cloned()) else {
            continue;
        };
        // a foreign key names its own columns automatically and the others' plainly; both hold it
        let need =
            if need == Need::Part && resolved.at.get(&from) != Some(&a) { continue } else { need };
        let need =
            if from.class == class::PG_REWRITE && need == Need::Auto { Need::Hard } else { need };
        resolved.catalog.add_need(&a, &b, need);
    }
    through_casts(resolved);
    last_parts(resolved);
}

/// What links a table to a parent waits for the table's other parts.
fn last_parts(resolved: &mut Resolved) {
    let parts = resolved.catalog.parts();
    let mut edges: Vec<(ObjectId, ObjectId)> = Vec::new();
    for object in resolved.catalog.objects.values().filter(|object| of(object.id.kind).links()) {
        let siblings = object.parent.as_ref().and_then(|whole| parts.get(whole));
        let others = siblings.into_iter().flatten().filter(|id| !of(id.kind).links());
        edges.extend(others.map(|id| (object.id.clone(), (*id).clone())));
    }
    for (from, to) in edges {
        resolved.catalog.add_need(&from, &to, Need::Soft);
    }
}

/// A view that casts is recorded as one that calls the cast's function: it needs the cast as well.
/// While casts are not modelled, a plain call of that function is held to need it, too.
fn through_casts(resolved: &mut Resolved) {
    let is_cast = |id: &ObjectId| id.kind == Kind::Unmodelled && id.part(0) == "cast";
    let mut casts: Vec<(ObjectId, ObjectId)> = Vec::new();
    for (id, needs) in resolved.catalog.needs.iter().filter(|(id, _)| is_cast(id)) {
        let functions = needs.keys().filter(|needed| needed.kind == Kind::Function);
        casts.extend(functions.map(|function| (function.clone(), id.clone())));
    }
    for (function, cast) in casts {
        let users = resolved.catalog.needs.iter().filter(|(id, needs)| {
            !is_cast(id) && needs.get(&function).is_some_and(|need| *need == Need::Hard)
        });
        let users: Vec<ObjectId> = users.map(|(id, _)| id.clone()).collect();
        for user in users {
            resolved.catalog.add_need(&user, &cast, Need::Hard);
        }
    }
}
