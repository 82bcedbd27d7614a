//! Edges from `pg_depend`, column-precise, lifted to the objects that stand for their ends.

use crate::introspect::fetch::Rows;
use crate::introspect::resolve::{Resolved, ends};
use crate::kinds::row::class;
use crate::kinds::{Fields, of};
use crate::model::{Catalog, Kind, Need, Object, ObjectId, Value};
use std::collections::BTreeSet;

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
        // a foreign key's clone for a partition that it refers to goes with that partition
        let is_clone = from.class == class::PG_CONSTRAINT
            && !resolved.at.contains_key(&from)
            && !resolved.alias.contains_key(&from);
        if is_clone {
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
    after_casts(&mut resolved.catalog);
    last_parts(resolved);
}

/// What links a table to a parent waits for the table's other parts.
fn last_parts(resolved: &mut Resolved) {
    let parts = resolved.catalog.parts();
    let mut edges: Vec<(ObjectId, ObjectId)> = Vec::new();
    for object in resolved.catalog.objects.values().filter(|object| of(object.id.kind).links()) {
        // linking makes indexes like the parent's: a new one of the parent's comes later, and takes
        // those that are meant for it
        let parents = resolved.catalog.needs_of(&object.id).filter(|(_, need)| *need == Need::Hard);
        let of_parents = parents.filter_map(|(id, _)| parts.get(id)).flatten();
        let indexes = of_parents.filter(|id| id.kind == Kind::Index);
        edges.extend(indexes.map(|id| ((*id).clone(), object.id.clone())));
        let siblings = object.parent.as_ref().and_then(|whole| parts.get(whole));
        let others = siblings.into_iter().flatten().filter(|id| !of(id.kind).links());
        edges.extend(others.map(|id| (object.id.clone(), (*id).clone())));
    }
    for (from, to) in edges {
        resolved.catalog.add_need(&from, &to, Need::Soft);
    }
}

/// What is written with a cast is recorded to need its function, or the types, or nothing at all,
/// but never the cast. It stands without it, so the edge is a soft one.
fn after_casts(catalog: &mut Catalog) {
    let mut edges = Vec::new();
    let dependents = catalog.dependents();
    let expressions = || catalog.objects.values().filter(|object| holds_expression(object));
    for cast in catalog.objects.keys().filter(|id| id.kind == Kind::Cast) {
        let named: BTreeSet<&ObjectId> = catalog.needs_of(cast).map(|(needed, _)| needed).collect();
        // a column, or a function, gives the value that is cast
        let giving = named.iter().flat_map(|id| dependents.get(*id).into_iter().flatten());
        let near: BTreeSet<&ObjectId> = giving.map(|(id, _)| *id).chain(named.clone()).collect();
        let uses = |object: &&Object| {
            named.is_empty() || catalog.needs_of(&object.id).any(|(id, _)| near.contains(id))
        };
        edges.extend(expressions().filter(uses).map(|user| (user.id.clone(), cast.clone())));
    }
    for (user, cast) in edges {
        catalog.add_need(&user, &cast, Need::Soft);
    }
}

/// Whether the server wrote an expression of it.
fn holds_expression(object: &Object) -> bool {
    object.specs.iter().zip(&object.values).any(|(spec, value)| match value {
        Value::Sql(text) => spec.name != "arguments" || text.contains(" DEFAULT "),
        _ => false,
    })
}
