//! Constraints on large tables: first without a look at the rows, which is taken later under a
//! lock that lets writers go on; keys from an index that was built meanwhile.

use super::{
    CLUSTERED, Constraint, DEFINITION, INDEX_COMMENT, INHERITED_FROM, LOCAL, NOT_ENFORCED,
    NOT_VALID, OPTIONS, REPLICA_IDENTITY, TABLESPACE, TYPE, UNPROVEN, alter, is_foreign_key,
    is_inherited, is_key, named, named_on, tree,
};
use crate::kinds::detour::{Detour, Stay, can_stay, leaving, stands_large, successor_name};
use crate::kinds::facet::relation_of;
use crate::kinds::{Ctx, ObjectKind, column, index, inheritance, table};
use crate::model::{Facets, Kind, Object, ObjectId, Value};
use crate::sql::quote;

/// The next stop on the way to a constraint.
pub(super) fn detour(ctx: &Ctx<'_>, to: &Object) -> Option<Detour> {
    let from = ctx.current.objects.get(&to.id);
    if is_key(to) {
        return if from.is_none() { key(ctx, to) } else { None };
    }
    let checked = !to.flag(NOT_VALID) && !to.flag(UNPROVEN) && !to.flag(NOT_ENFORCED);
    if !checked || !is_on_large(ctx, to) {
        return None;
    }
    if is_foreign_key(to) && tree::refers_to_partitions(ctx, to) {
        return None;
    }
    if is_foreign_key(to) && tree::is_apart(ctx, to) {
        return tree::foreign_key(ctx, to);
    }
    let mut detour = Detour::default();
    match from {
        None => detour.add(unproven(to), ctx.desired, &to.id),
        Some(from) if is_other(from, to) => {
            let successor = successor(to)?;
            let stay = can_stay(ctx, &to.id);
            let alone = is_alone(ctx, from) && is_alone(ctx, to) && stay != Stay::Never;
            let standing = ctx.current.objects.get(&successor.id);
            if !alone || standing.is_some_and(|standing| is_same(standing, &successor)) {
                return None;
            }
            detour.keep(ctx.current, &to.id);
            let half = unproven(&successor);
            let next = if standing == Some(&half) { successor } else { half };
            if stay == Stay::Always {
                detour.add(next, ctx.desired, &to.id);
            }
        }
        Some(_) => return None,
    }
    Some(detour)
}

/// The standing constraint that becomes this one by a new name.
pub(super) fn predecessor<'a>(ctx: &Ctx<'a>, to: &Object) -> Option<&'a Object> {
    let successor = successor(to)?;
    leaving(ctx, &successor.id).filter(|standing| is_same(standing, &successor))
}

/// The index that becomes that of a key.
pub(in crate::kinds) fn index_of<'a>(ctx: &Ctx<'a>, key: &Object) -> Option<&'a Object> {
    if !is_key(key) || key.text(TYPE) == "exclude" {
        return None;
    }
    let wanted = index::of_key(key, key.value(OPTIONS).clone(), key.value(TABLESPACE).clone())?;
    leaving(ctx, &wanted.id)
        .filter(|standing| index::is_same(standing, &wanted) && not_null_before(ctx, key))
}

/// Whether the constraint is what another one, under its own name, is made from.
pub(super) fn is_taken_over(ctx: &Ctx<'_>, object: &Object) -> bool {
    let Some(name) = object.id.name().strip_suffix("_new") else { return false };
    let heir = ctx.desired.objects.get(&named_on(&relation_of(object), name));
    heir.is_some_and(|heir| predecessor(ctx, heir).is_some_and(|found| found.id == object.id))
}

/// The statement that gives a standing constraint its name.
pub(super) fn renaming(standing: &Object, to: &Object) -> String {
    let (before, after) = (quote::ident(standing.id.name()), quote::ident(to.id.name()));
    alter(to, &format!("RENAME CONSTRAINT {before} TO {after}"))
}

/// A unique index first, then the key that takes it over once its columns hold no NULL.
pub(super) fn key(ctx: &Ctx<'_>, to: &Object) -> Option<Detour> {
    let table = relation_of(to);
    let whole = ctx.desired.objects.get(&table)?;
    let joining = inheritance::joining(ctx, &table);
    if (!stands_large(ctx, &table) && joining.is_none()) || index_of(ctx, to).is_some() {
        return None;
    }
    let mut detour = Detour { later: vec![to.id.clone()], ..Detour::default() };
    // a table becomes a partition with all keys, or the server would build them meanwhile
    if let Some(link) = joining {
        inheritance::wait(ctx, link, &mut detour);
    }
    if table::is_partitioned(whole) {
        let waits = !not_null_before(ctx, to) || tree::waits(ctx, to);
        tree::keep_indexes(ctx, to, &mut detour);
        return waits.then_some(detour);
    }
    let wanted = index::of_key(to, to.value(OPTIONS).clone(), to.value(TABLESPACE).clone())?;
    let standing = ctx.current.objects.get(&wanted.id);
    if standing.is_some_and(|standing| !index::is_same(standing, &wanted)) {
        return None;
    }
    detour.add(wanted, ctx.desired, &to.id);
    if let Some((_, needs)) = detour.there.last_mut() {
        // nor is the index attached yet
        needs.retain(|(id, _)| id.kind != Kind::Constraint);
        needs.push((ObjectId::new(Kind::Schema, &[table.part(0)]), crate::model::Need::Hard));
    }
    Some(detour)
}

/// Whether a primary key would not have to look for NULL.
fn not_null_before(ctx: &Ctx<'_>, key: &Object) -> bool {
    let mut columns =
        ctx.desired.needs_of(&key.id).map(|(id, _)| id).filter(|id| id.kind == Kind::Column);
    key.text(TYPE) != "primary key"
        || columns.all(|id| ctx.current.objects.get(id).is_some_and(column::is_not_null))
}

/// The primary keys over a column that do not stand: they would have to look for NULL.
pub(in crate::kinds) fn primary_keys<'a>(
    ctx: &Ctx<'a>,
    column: &'a ObjectId,
) -> impl Iterator<Item = &'a ObjectId> {
    let (current, desired) = (ctx.current, ctx.desired);
    let table = ObjectId::new(Kind::Constraint, &[column.part(0), column.part(1)]);
    let rest = desired.objects.range(table.clone()..);
    let here =
        rest.take_while(move |(id, _)| id.kind == table.kind && id.path.starts_with(&table.path));
    let keys = here.filter(move |(id, key)| {
        key.text(TYPE) == "primary key"
            && desired.needs_of(id).any(|(needed, _)| needed == column)
            && current.objects.get(*id) != Some(*key)
    });
    keys.map(|(id, _)| id)
}

/// Whether the rows that have to be looked at are those of a large table.
fn is_on_large(ctx: &Ctx<'_>, object: &Object) -> bool {
    let table = relation_of(object);
    stands_large(ctx, &table)
        && (!is_foreign_key(object) || ctx.current.objects.contains_key(&table))
}

/// Whether no other table has it, too.
fn is_alone(ctx: &Ctx<'_>, object: &Object) -> bool {
    let table = relation_of(object);
    let linked = |catalog| inheritance::is_linked(catalog, &table);
    !linked(ctx.current) && !linked(ctx.desired) && !is_inherited(object)
}

fn is_other(from: &Object, to: &Object) -> bool {
    let enforced = from.flag(NOT_ENFORCED) != to.flag(NOT_ENFORCED);
    from.value(TYPE) != to.value(TYPE) || from.value(DEFINITION) != to.value(DEFINITION) || enforced
}

/// The same under the name that it has while its predecessor stands.
fn successor(object: &Object) -> Option<Object> {
    if is_key(object) {
        return None;
    }
    let mut successor = object.clone();
    successor.id = named_on(&relation_of(object), &successor_name(object.id.name())?);
    successor.facets = Facets::default();
    Some(successor)
}

/// The same before anybody looked at the rows.
pub(in crate::kinds) fn unproven(object: &Object) -> Object {
    let mut unproven = object.clone();
    let mark = if is_inherited(object) { UNPROVEN } else { NOT_VALID };
    unproven.set(mark, Value::Bool(true));
    unproven
}

/// Whether both forbid the same, whatever their names.
fn is_same(a: &Object, b: &Object) -> bool {
    let parts = [CLUSTERED, REPLICA_IDENTITY, INDEX_COMMENT, INHERITED_FROM, LOCAL];
    let mut b = b.clone();
    b.id.clone_from(&a.id);
    b.facets.clone_from(&a.facets);
    for attr in parts {
        b.set(attr, a.value(attr).clone());
    }
    *a == b
}

/// The check that shows that a column of a large table holds no NULL.
pub(in crate::kinds) fn not_null_check(
    table: &ObjectId,
    name: &str,
    column: &str,
    parent: Option<ObjectId>,
) -> Object {
    let mut check = check(table, name, &format!("({} IS NOT NULL)", quote::deparsed(column)));
    check.set(INHERITED_FROM, parent.map_or(Value::Null, Value::Id));
    check
}

/// A check that proves something about the rows of a large table.
pub(in crate::kinds) fn check(table: &ObjectId, name: &str, condition: &str) -> Object {
    let specs = Constraint.attrs();
    let mut check = Object {
        id: named_on(table, name),
        parent: Some(table.clone()),
        specs,
        values: vec![Value::Null; specs.len()],
        facets: Facets::default(),
    };
    check.set(TYPE, Value::text(Some("check")));
    check.set(DEFINITION, Value::sql(Some(&format!("CHECK ({condition})"))));
    check
}

/// How far a check is that shall prove something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::kinds) enum Proof {
    /// There is none.
    Missing,
    /// Another one has its name.
    Taken,
    /// Rows that stood before were not checked.
    Pending,
    /// It holds for all rows.
    Valid,
}

/// How far the check is on what stands.
pub(in crate::kinds) fn proof(ctx: &Ctx<'_>, check: &Object) -> Proof {
    match ctx.current.objects.get(&check.id) {
        None => Proof::Missing,
        Some(standing) if standing.value(DEFINITION) != check.value(DEFINITION) => Proof::Taken,
        Some(standing) if standing.flag(NOT_VALID) || standing.flag(UNPROVEN) => Proof::Pending,
        Some(_) => Proof::Valid,
    }
}

/// The same once somebody has.
pub(in crate::kinds) fn proven(object: &Object) -> Object {
    let mut proven = object.clone();
    proven.set(NOT_VALID, Value::Null);
    proven
}

/// The constraint that a check is inherited from.
pub(in crate::kinds) fn parent_of(check: &Object) -> Option<ObjectId> {
    named(check, INHERITED_FROM)
}
