//! Columns that a parent brings: what its statements do to them, too.

use super::{INHERITED_FROM, LOCAL};
use crate::kinds::facet::relation_of;
use crate::kinds::inheritance;
use crate::kinds::rules::{Ctx, Effects, Outcome};
use crate::model::{Attr, Catalog, Kind, Object, ObjectId, Value};

/// The parent's column that this one follows.
pub fn inherited_from(object: &Object) -> Option<&ObjectId> {
    if object.id.kind != Kind::Column {
        return None;
    }
    if let Value::Id(id) = object.value(INHERITED_FROM) { Some(id) } else { None }
}

/// Whether only a parent declares it.
pub(crate) fn is_inherited(object: &Object) -> bool {
    inherited_from(object).is_some() && !object.flag(LOCAL)
}

/// The columns that inherit from this one, through all levels.
pub(super) fn heirs(catalog: &Catalog, column: &ObjectId) -> Vec<ObjectId> {
    heirs_where(catalog, column, |_| true)
}

/// The same, through those children only that a condition holds for.
pub(super) fn heirs_where(
    catalog: &Catalog,
    column: &ObjectId,
    reached: impl Fn(&ObjectId) -> bool,
) -> Vec<ObjectId> {
    let mut found = vec![column.clone()];
    let below = inheritance::all_children(catalog);
    let mut at = 0;
    while let Some(parent) = found.get(at).cloned() {
        let table = ObjectId::new(Kind::Table, &[parent.part(0), parent.part(1)]);
        let children = below.get(&table).into_iter().flatten().filter(|child| reached(child));
        let columns = children.map(|child| {
            ObjectId::new(Kind::Column, &[child.part(0), child.part(1), parent.name()])
        });
        let inherits =
            |id: &ObjectId| catalog.objects.get(id).is_some_and(|it| inherited_from(it).is_some());
        let new: Vec<ObjectId> = columns.filter(|id| inherits(id) && !found.contains(id)).collect();
        found.extend(new);
        at += 1;
    }
    found.remove(0);
    found
}

/// A table below that has the column also from a parent that is not below.
pub(super) fn shared_with_others(catalog: &Catalog, column: &ObjectId) -> Option<ObjectId> {
    let heirs = heirs(catalog, column);
    let reached = |table: &ObjectId| {
        let id = ObjectId::new(Kind::Column, &[table.part(0), table.part(1), column.name()]);
        id == *column || heirs.contains(&id) || !catalog.objects.contains_key(&id)
    };
    let tables = heirs.iter().filter_map(|id| catalog.objects.get(id)?.parent.clone());
    let mut tables = tables.collect::<Vec<_>>().into_iter();
    tables.find(|table| !inheritance::parents(catalog, table).all(reached))
}

/// Whether a parent's statement makes the same change here: it inherits before and after, and the
/// parent's attributes come to be the same.
pub(super) fn by_parent(ctx: &Ctx<'_>, from: &Object, to: &Object, attrs: &[Attr]) -> bool {
    let Some(parent) = inherited_from(to).filter(|id| inherited_from(from) == Some(id)) else {
        return false;
    };
    // what is parted from its parent meanwhile is not reached
    if !inheritance::stays_linked(ctx, &relation_of(to)) {
        return false;
    }
    let (before, after) = (ctx.current.objects.get(parent), ctx.desired.objects.get(parent));
    before.zip(after).is_some_and(|(before, after)| {
        attrs.iter().all(|attr| {
            let changes = before.value(*attr) != after.value(*attr);
            from.value(*attr) == to.value(*attr)
                || (changes && after.value(*attr) == to.value(*attr))
        })
    })
}

/// What a link to a parent does by itself; a column that is declared twice cannot stop being so.
pub(super) fn change(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    let stays = inherited_from(from).is_some() && inherited_from(from) == inherited_from(to);
    if stays && from.flag(LOCAL) {
        return Outcome::report(
            "a column that its table declares itself cannot become only inherited",
        );
    }
    if stays {
        return Outcome::report("an inherited column cannot become declared by its table as well");
    }
    // by another parent that it has had as well
    let remains = is_inherited(from)
        && inheritance::stays_linked(ctx, &relation_of(to))
        && inherited_from(to).is_some_and(|parent| heirs(ctx.current, parent).contains(&to.id));
    if is_inherited(to) && !remains && !inheritance::makes_partition(ctx.desired, to) {
        return Outcome::report("a column that its table declares itself stays declared by it");
    }
    Outcome::in_place(Vec::new(), Effects::default())
}
