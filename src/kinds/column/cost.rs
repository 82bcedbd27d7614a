//! What a column that comes or goes costs the tables that stand.

use super::{GENERATED_KIND, NOT_NULL, is_generated};
use crate::kinds::facet::relation_of;
use crate::kinds::rules::{Ctx, Effects, Lock};
use crate::kinds::{default, domain, reach};
use crate::model::{Kind, Need, Object, ObjectId};

/// What adding it costs; nothing with its table.
pub(super) fn adding(ctx: &Ctx<'_>, object: &Object) -> Effects {
    let table = relation_of(object);
    if !ctx.current.objects.contains_key(&table) {
        return Effects::default();
    }
    let default = ObjectId::from_parts(Kind::Default, object.id.path.to_vec());
    let default = ctx.desired.objects.get(&default);
    let volatile = default.is_some_and(|part| may_be_volatile(default::expression(part)));
    let identity =
        ctx.desired.needs.iter().any(|(id, needs)| {
            id.kind == Kind::Sequence && needs.get(&object.id) == Some(&Need::Part)
        });
    // PostgreSQL looks at every row, even at the NULL of one
    let checked = ctx.desired.needs_of(&object.id).any(|(id, _)| domain::checks(ctx.desired, id));
    if volatile || identity || checked || object.text(GENERATED_KIND) == "STORED" {
        return reach::rewritten_tree(ctx, &table);
    }
    let effects = reach::tree(ctx, &table, Lock::AccessExclusive);
    if object.flag(NOT_NULL) && default.is_none() {
        return effects.failing(
            "a NOT NULL column without a default cannot be added to a table that has rows",
        );
    }
    effects
}

/// What dropping it costs: keys and sequences go along.
pub(super) fn dropping(ctx: &Ctx<'_>, object: &Object) -> Effects {
    let mut effects = reach::tree(ctx, &relation_of(object), Lock::AccessExclusive);
    for sequence in reach::sequences(ctx.current, &object.id) {
        effects.join(Effects::lock(sequence, Lock::AccessExclusive));
    }
    for key in reach::foreign_keys(ctx.current, &object.id) {
        for end in reach::ends(ctx.current, key) {
            effects.join(Effects::lock(&end, Lock::AccessExclusive));
        }
    }
    if is_generated(object) { effects } else { effects.losing("the values of the column") }
}

/// Constants and the functions that are stable by definition are evaluated once; for all else a
/// rewrite is expected, which is too strong a prediction rather than too weak.
fn may_be_volatile(expression: &str) -> bool {
    expression.contains('(')
        && !matches!(expression, "now()" | "CURRENT_TIMESTAMP" | "CURRENT_DATE")
}
