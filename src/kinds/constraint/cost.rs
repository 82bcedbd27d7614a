//! What constraints cost and what stops them (catalog.md 2.4, 6.2).

use super::{DEFINITION, NOT_VALID, TYPE, detour, index_of, is_foreign_key, null, tree};
use crate::kinds::facet::relation_of;
use crate::kinds::{Ctx, Effects, Hazard, Lock, column, hazard, reach};
use crate::model::{Kind, Object, ObjectId};

/// What adding it costs.
pub(super) fn adding(ctx: &Ctx<'_>, object: &Object) -> Effects {
    let table = relation_of(object);
    if detour::predecessor(ctx, object).is_some() || index_of(ctx, object).is_some() {
        return Effects::lock(&table, Lock::AccessExclusive);
    }
    let effects = checking(ctx, object, &table);
    let looks = effects.may_fail.is_some() || !effects.scans.is_empty();
    if looks && !ctx.is_large(&table) {
        return effects.if_small(&table);
    }
    effects
}

/// What dropping it costs.
pub(super) fn dropping(ctx: &Ctx<'_>, object: &Object) -> Effects {
    if tree::is_taken_over(ctx, object) {
        return Effects::default();
    }
    if !is_foreign_key(object) {
        return reach::tree(ctx, &relation_of(object), Lock::AccessExclusive);
    }
    let mut effects = Effects::default();
    for end in reach::ends(ctx, ctx.current, object) {
        effects.join(Effects::lock(&end, Lock::AccessExclusive));
    }
    effects
}

/// What it costs to look at all rows at once.
fn checking(ctx: &Ctx<'_>, object: &Object, table: &ObjectId) -> Effects {
    match object.text(TYPE) {
        "foreign key" => {
            let mut effects = Effects::lock(table, Lock::ShareRowExclusive);
            for end in reach::ends(ctx, ctx.desired, object) {
                effects.join(Effects::lock(&end, Lock::ShareRowExclusive));
            }
            if object.flag(NOT_VALID) {
                return effects;
            }
            if tree::is_proven(ctx, object) {
                // the partitions' own triggers are dropped
                for table in reach::referenced(ctx, ctx.desired, object) {
                    effects.join(Effects::lock(&table, Lock::AccessExclusive));
                }
                return effects;
            }
            if refers_to_nothing_yet(ctx, object, table) {
                return effects.scanning(table);
            }
            failing(ctx, object, effects.scanning(table))
        }
        "check" => {
            let effects = reach::tree(ctx, table, Lock::AccessExclusive);
            if object.flag(NOT_VALID) {
                effects
            } else if null::passes(ctx, object, table) {
                effects.scanning(table)
            } else {
                failing(ctx, object, effects.scanning(table))
            }
        }
        _ => {
            let effects = Effects::lock(table, Lock::AccessExclusive).indexing(table);
            failing(ctx, object, effects)
        }
    }
}

/// A column of the key is added in this plan and NULL in every row: but for MATCH FULL, no row can
/// refer to nothing.
fn refers_to_nothing_yet(ctx: &Ctx<'_>, object: &Object, table: &ObjectId) -> bool {
    let columns =
        ctx.desired.needs_of(&object.id).filter_map(|(id, _)| ctx.desired.objects.get(id));
    let mut own = columns.filter(|column| column.parent.as_ref() == Some(table));
    !object.text(DEFINITION).contains("MATCH FULL")
        && own.any(|part| {
            part.id.kind == Kind::Column && column::comes_with(ctx, part) == Some("NULL")
        })
}

/// That a row may stand against it, with the query that tells.
pub(super) fn failing(ctx: &Ctx<'_>, object: &Object, effects: Effects) -> Effects {
    let (hazard, why) = match object.text(TYPE) {
        "foreign key" => (Hazard::ForeignKeyViolation, "a row refers to nothing"),
        "check" => (Hazard::CheckViolation, "a row does not pass the check"),
        "exclude" => (Hazard::ExclusionViolation, "two rows exclude each other"),
        "primary key" => (Hazard::UniqueViolation, "two rows have the same key, or one holds NULL"),
        _ => (Hazard::UniqueViolation, "two rows have the same key"),
    };
    let query = |table: String| match hazard {
        Hazard::ForeignKeyViolation => hazard::any_orphan(&table, object.text(DEFINITION)),
        Hazard::CheckViolation => hazard::any_failing(&table, object.text(DEFINITION)),
        Hazard::UniqueViolation => hazard::any_double(&table, object.text(DEFINITION)),
        _ => None,
    };
    let asked = match hazard {
        Hazard::CheckViolation => hazard::asked_with_new(ctx, object),
        _ => hazard::asked(ctx, object),
    };
    let preflight = asked.and_then(query);
    effects.failing(hazard, why).asking(preflight)
}
