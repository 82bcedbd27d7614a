//! NOT NULL: a flag up to 17, from 18 on a constraint with a name that can be NOT VALID or NO INHERIT.

use super::{
    INHERITED_NOT_NULL, NOT_NULL, NOT_NULL_CONSTRAINT, NOT_NULL_LOCAL, NOT_NULL_NO_INHERIT,
    NOT_NULL_PENDING, alter_column, alter_table, by_parent, column_statement, detour, heirs,
    inherited_from, is_inherited,
};
use crate::kinds::facet::relation_of;
use crate::kinds::row::Fields;
use crate::kinds::rules::{Ctx, Effects, Isolation, Lock, Outcome};
use crate::kinds::{Guards, Hazard, Protection, hazard, inheritance, reach, table};
use crate::model::{Object, ObjectId, Value};
use crate::sql::quote;
use std::borrow::Cow;

pub(super) const ATTRS: &[&str] = &[
    "not_null",
    "not_null_pending",
    "not_null_constraint",
    "not_null_no_inherit",
    "inherited_not_null_constraint",
];

/// Its name: that of a constraint that a parent brings, or the table's own where it is not the
/// automatic one.
pub(super) fn name(row: &dyn Fields, inherited: bool) -> Value {
    if row.flag("not_null_inherited") != inherited {
        return Value::Null;
    }
    let own = automatic(&row.name("relname"), &row.name("attname"));
    Value::text(row.text("not_null_name").as_deref().filter(|name| inherited || *name != own))
}

/// Whether a parent brings it, and its table declares it as well. With partitions that is left
/// behind by keys that came and went, and what is dropped is dropped from them as well.
pub(super) fn is_local(row: &dyn Fields) -> bool {
    row.flag("not_null_inherited") && row.flag("not_null_local") && !row.flag("relispartition")
}

fn automatic(table: &str, column: &str) -> String {
    format!("{table}_{column}_not_null")
}

/// What follows the type in CREATE TABLE and ADD COLUMN; a pending one cannot stand there, and
/// where the statement `inherits`, what the parent brings comes with it.
pub(super) fn in_definition(column: &Object, inherits: bool) -> String {
    let brought = inherits && !column.text(INHERITED_NOT_NULL).is_empty();
    if !column.flag(NOT_NULL) || (brought && !column.flag(NOT_NULL_LOCAL)) {
        return String::new();
    }
    format!("{} NOT NULL{}", prefix(column), suffix(column))
}

/// The statement that adds a NOT NULL that is not validated.
pub(super) fn pending(column: &Object) -> Option<String> {
    column
        .flag(NOT_NULL_PENDING)
        .then(|| format!("{} ADD{} NOT VALID;", alter_table(column), constraint(column)))
}

/// The statement that declares what a parent brings, where the column itself is only inherited.
pub(super) fn declared(column: &Object) -> Option<String> {
    let only = is_inherited(column) && column.flag(NOT_NULL_LOCAL);
    only.then(|| column_statement(column, "SET NOT NULL"))
}

/// Whether no row can hold NULL in it.
pub(crate) fn is_not_null(column: &Object) -> bool {
    column.flag(NOT_NULL)
}

/// Whether no new row can hold NULL in it.
pub(crate) fn refuses_null(column: &Object) -> bool {
    has_one(column)
}

/// NULL is kept out of new rows by one that is not validated, too, and by a check.
pub(super) fn guards(column: &Object) -> Guards {
    if !has_one(column) {
        return Guards::default();
    }
    let text = format!("CHECK (({} IS NOT NULL))", quote::deparsed(column.id.name()));
    Protection::named(&column.id, "NOT NULL").saying(&relation_of(column), &text).into()
}

/// Whether a parent has it, too.
fn is_brought(column: &Object) -> bool {
    !column.text(INHERITED_NOT_NULL).is_empty()
}

fn full_name(column: &Object) -> String {
    let names = [column.text(NOT_NULL_CONSTRAINT), column.text(INHERITED_NOT_NULL)];
    let name = names.into_iter().find(|name| !name.is_empty());
    name.map_or_else(|| automatic(column.id.part(1), column.id.name()), str::to_owned)
}

/// What gives the constraints of a table the names that they shall have, while no parent holds them.
pub(crate) fn renames(ctx: &Ctx<'_>, table: &ObjectId) -> Vec<String> {
    let mut statements = Vec::new();
    for to in super::all_of(ctx.desired, table) {
        let Some(from) = ctx.current.objects.get(&to.id) else { continue };
        let had = from.flag(NOT_NULL) && to.flag(NOT_NULL);
        let (before, after) = (full_name(from), full_name(to));
        if had && (is_brought(from) != is_brought(to)) && before != after {
            let (before, after) = (quote::ident(&before), quote::ident(&after));
            statements.push(format!("{} RENAME CONSTRAINT {before} TO {after};", alter_table(to)));
        }
    }
    statements
}

/// A new column as its table can add it: where partitions name their constraints themselves, it
/// comes without NOT NULL, and the statements that add it follow.
pub(super) fn apart<'a>(ctx: &Ctx<'_>, column: &'a Object) -> (Cow<'a, Object>, Vec<String>) {
    let mut statements = of_partitions(ctx, column);
    if !column.flag(NOT_NULL) || statements.is_empty() {
        return (Cow::Borrowed(column), Vec::new());
    }
    statements.push(added_by_name(column));
    let mut nullable = column.clone();
    nullable.set(NOT_NULL, Value::Null);
    (Cow::Owned(nullable), statements)
}

/// The statements that give partitions their constraints under their own names, before a parent's
/// gives them its own: they are merged then.
fn of_partitions(ctx: &Ctx<'_>, column: &Object) -> Vec<String> {
    if ctx.current.server.major() < 18 {
        return Vec::new();
    }
    let named = |heir: &&Object| {
        let parent = inherited_from(heir).and_then(|id| ctx.desired.objects.get(id));
        let before = ctx.current.objects.get(&heir.id);
        has_one(heir)
            && !before.is_some_and(has_one)
            && inheritance::makes_partition(ctx.desired, heir)
            && inheritance::stays_linked(ctx, &relation_of(heir))
            && parent.is_some_and(|parent| full_name(parent) != full_name(heir))
    };
    let heirs = heirs(ctx.desired, &column.id);
    let heirs = heirs.iter().rev().filter_map(|id| ctx.desired.objects.get(id));
    heirs.filter(named).map(|heir| pending(heir).unwrap_or_else(|| added_by_name(heir))).collect()
}

/// Whether it has such a constraint, validated or not.
fn has_one(column: &Object) -> bool {
    column.flag(NOT_NULL) || column.flag(NOT_NULL_PENDING)
}

fn added_by_name(column: &Object) -> String {
    let (name, column_name) = (full_name(column), quote::ident(column.id.name()));
    let (name, suffix) = (quote::ident(&name), suffix(column));
    format!("{} ADD CONSTRAINT {name} NOT NULL {column_name}{suffix};", alter_table(column))
}

/// The statement that makes a column NOT NULL that has no such constraint.
pub(super) fn added(column: &Object) -> String {
    if is_plain(column) {
        return column_statement(column, "SET NOT NULL");
    }
    format!("{} ADD{};", alter_table(column), constraint(column))
}

fn prefix(column: &Object) -> String {
    let names = [column.text(NOT_NULL_CONSTRAINT), column.text(INHERITED_NOT_NULL)];
    let own = automatic(column.id.part(1), column.id.name());
    let name = names.into_iter().find(|name| !name.is_empty() && *name != own);
    name.map(|name| format!(" CONSTRAINT {}", quote::ident(name))).unwrap_or_default()
}

fn suffix(column: &Object) -> &'static str {
    if column.flag(NOT_NULL_NO_INHERIT) { " NO INHERIT" } else { "" }
}

fn constraint(column: &Object) -> String {
    format!("{} NOT NULL {}{}", prefix(column), quote::ident(column.id.name()), suffix(column))
}

fn is_plain(column: &Object) -> bool {
    prefix(column).is_empty() && !column.flag(NOT_NULL_NO_INHERIT)
}

/// From one state to another. Only one such constraint can stand on a column.
pub(super) fn change(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    let attrs = [NOT_NULL, NOT_NULL_PENDING, NOT_NULL_CONSTRAINT, NOT_NULL_NO_INHERIT];
    if by_parent(ctx, from, to, &attrs) {
        return Outcome::in_place(Vec::new(), Effects::default());
    }
    let table = relation_of(to);
    let nothing = || Outcome::in_place(Vec::new(), Effects::default());
    let stays = inheritance::stays_linked(ctx, &table);
    let same = from.flag(NOT_NULL) == to.flag(NOT_NULL)
        && from.flag(NOT_NULL_PENDING) == to.flag(NOT_NULL_PENDING)
        && from.flag(NOT_NULL_NO_INHERIT) == to.flag(NOT_NULL_NO_INHERIT);
    let parted = is_brought(from) && !is_brought(to) && !stays;
    if same && (full_name(from) == full_name(to) || parted) {
        return nothing();
    }
    if stays && is_brought(from) && !from.flag(NOT_NULL_LOCAL) && !has_one(to) {
        // what only parents bring goes with theirs, whichever of them that is
        return nothing();
    }
    let brought = is_brought(to) && !to.flag(NOT_NULL_LOCAL) && stays;
    let parent = inherited_from(to).and_then(|id| ctx.desired.objects.get(id));
    let unproven = from.flag(NOT_NULL_PENDING)
        || (brought
            && !from.flag(NOT_NULL)
            && parent.is_some_and(|parent| parent.flag(NOT_NULL_PENDING)));
    if to.flag(NOT_NULL) && unproven && (brought || full_name(from) == full_name(to)) {
        let sql = format!("VALIDATE CONSTRAINT {}", quote::ident(&full_name(to)));
        let effects = reach::tree(ctx, &table, Lock::ShareUpdateExclusive).scanning(&table);
        let alone = if ctx.is_large(&table) { Isolation::Alone } else { Isolation::Shared };
        return Outcome::in_place(
            vec![format!("{} {sql};", alter_table(to))],
            failing(ctx, to, effects).isolated(alone),
        );
    }
    if brought && to.flag(NOT_NULL) {
        return nothing();
    }
    if brought && from.flag(NOT_NULL) && is_brought(from) {
        return Outcome::report("a NOT NULL that a parent brings cannot be made anew");
    }
    let same_constraint = from.text(NOT_NULL_CONSTRAINT) == to.text(NOT_NULL_CONSTRAINT)
        && from.flag(NOT_NULL_NO_INHERIT) == to.flag(NOT_NULL_NO_INHERIT);
    let had = has_one(from);
    let drop = format!("ALTER COLUMN {} DROP NOT NULL", quote::ident(to.id.name()));
    if let Some(statement) = pending(to) {
        let mut statements =
            if had { vec![column_statement(to, "DROP NOT NULL")] } else { of_partitions(ctx, to) };
        statements.push(statement);
        return Outcome::in_place(statements, reach::tree(ctx, &table, Lock::AccessExclusive))
            .removing_if(from.flag(NOT_NULL), "NOT NULL is no longer validated");
    }
    if !to.flag(NOT_NULL) {
        let (statements, effects) = drops(ctx, to);
        return Outcome::in_place(statements, effects).removing_if(had, "NOT NULL is dropped");
    }
    let lock = reach::tree(ctx, &table, Lock::AccessExclusive);
    let foreign = ctx.current.objects.get(&table).is_some_and(table::is_foreign);
    let effects = if foreign || detour::is_proven(ctx, to) {
        lock
    } else {
        let scan = failing(ctx, to, lock.scanning(&table));
        if ctx.is_large(&table) { scan } else { scan.if_small(&table) }
    };
    // SET NOT NULL also validates one that is pending
    // a child may have kept the name that PostgreSQL would choose
    let chosen = || {
        ctx.current.server.major() >= 18
            && heirs(ctx.current, &to.id)
                .iter()
                .filter_map(|id| ctx.current.objects.get(id))
                .any(|heir| heir.flag(NOT_NULL))
    };
    let mut statements = if had { Vec::new() } else { of_partitions(ctx, to) };
    let named = !statements.is_empty() || chosen();
    statements.push(if (!had && is_plain(to) && !named) || (had && same_constraint) {
        column_statement(to, "SET NOT NULL")
    } else if had {
        format!("{} {drop}, ADD{};", alter_table(to), constraint(to))
    } else {
        added_by_name(to)
    });
    Outcome::in_place(statements, effects)
}

fn failing(ctx: &Ctx<'_>, column: &Object, effects: Effects) -> Effects {
    let table = hazard::asked(ctx, column);
    effects
        .failing(Hazard::NotNullViolation, "a row holds NULL")
        .asking(table.map(|table| hazard::any_null(&table, column.id.name())))
}

/// What is dropped reaches all below; up to 17 even those that have it from elsewhere, too.
fn drops(ctx: &Ctx<'_>, column: &Object) -> (Vec<String>, Effects) {
    let drop = "DROP NOT NULL";
    let heirs = heirs(ctx.desired, &column.id);
    let heirs: Vec<&Object> = heirs.iter().filter_map(|id| ctx.desired.objects.get(id)).collect();
    let by_name = ctx.current.server.major() >= 18;
    let (keep, lose): (Vec<&Object>, Vec<&Object>) =
        heirs.into_iter().partition(|heir| heir.flag(NOT_NULL));
    let is_partition = |heir: &&Object| inheritance::makes_partition(ctx.desired, heir);
    if !by_name && keep.iter().any(|heir| !is_partition(heir)) {
        let mut effects = Effects::default();
        let mut statements = Vec::new();
        for column in std::iter::once(column).chain(lose) {
            effects.join(Effects::lock(&relation_of(column), Lock::AccessExclusive));
            statements.push(column_statement(column, drop).replacen("TABLE", "TABLE ONLY", 1));
        }
        return (statements, effects);
    }
    let mut effects = reach::tree(ctx, &relation_of(column), Lock::AccessExclusive);
    let had = |heir: &&Object| ctx.current.objects.get(&heir.id).is_some_and(has_one);
    let mut statements = vec![column_statement(column, drop)];
    // partitions may have declared it themselves, as keys make them do
    let own = lose.into_iter().filter(|heir| by_name && is_partition(heir) && had(heir));
    statements.extend(own.map(|heir| column_statement(heir, drop)));
    // what another parent brings stays
    let alone = |heir: &&Object| is_partition(heir) || !is_brought(heir);
    for heir in keep.into_iter().filter(|heir| alone(heir) && had(heir)) {
        effects = effects.scanning(&relation_of(heir));
        statements.push(if by_name {
            added_by_name(heir)
        } else {
            column_statement(heir, "SET NOT NULL")
        });
    }
    (statements, effects)
}

/// Whether the table declares what a parent brings.
pub(super) fn declaration(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    if is_brought(from) && is_brought(to) {
        if from.flag(NOT_NULL_LOCAL) {
            let why = "a NOT NULL that its table declares itself cannot become only inherited";
            return Outcome::report(why);
        }
        return alter_column(ctx, to, "SET NOT NULL");
    }
    // the link to the parent does it
    Outcome::in_place(Vec::new(), Effects::default())
}
