//! What a column that comes or goes costs the tables that stand.

use super::{GENERATED_KIND, NOT_NULL, TYPE, is_generated, not_null};
use crate::kinds::facet::relation_of;
use crate::kinds::rules::{Ctx, Effects, Lock};
use crate::kinds::{Hazard, default, domain, hazard, reach, routine};
use crate::model::{Catalog, Kind, Need, Object, ObjectId};
use crate::sql::lexer::{self, TokenKind};
use crate::sql::quote;

/// What adding it costs; nothing with its table.
pub(super) fn adding(ctx: &Ctx<'_>, object: &Object) -> Effects {
    let table = relation_of(object);
    if !ctx.current.objects.contains_key(&table) {
        return Effects::default();
    }
    let default = ObjectId::from_parts(Kind::Default, object.id.path.to_vec());
    let default = ctx.desired.objects.get(&default);
    let volatile = default.is_some_and(|part| may_be_volatile(ctx.desired, part));
    let identity =
        ctx.desired.needs.iter().any(|(id, needs)| {
            id.kind == Kind::Sequence && needs.get(&object.id) == Some(&Need::Part)
        });
    // PostgreSQL looks at every row, even at the NULL of one
    let checked = ctx.desired.needs_of(&object.id).any(|(id, _)| domain::checks(ctx.desired, id))
        || domain::is_checked_of_the_server(object.text(TYPE));
    if object.text(GENERATED_KIND) == "STORED" {
        return reach::rewritten_tree(ctx, &table);
    }
    if volatile || identity || checked {
        return reach::rewritten_tree(ctx, &table).joint();
    }
    let mut effects = reach::tree(ctx, &table, Lock::AccessExclusive);
    if !not_null::apart(ctx, object).1.is_empty() {
        effects.scans =
            effects.locks.keys().filter(|id| reach::has_file(ctx.current, id)).cloned().collect();
    }
    if object.flag(NOT_NULL) && default.is_none() {
        let name = quote::qualified(&[table.part(0), table.part(1)]);
        let why = "the table has rows: a NOT NULL column without a default cannot be added";
        return effects.failing(Hazard::NotNullViolation, why).asking(hazard::any_row(&name));
    }
    effects
}

/// The expression that a column which is added in this plan holds in every row that stands: it must not
/// hang on anything else that is new.
pub(in crate::kinds) fn comes_with<'a>(ctx: &Ctx<'a>, column: &Object) -> Option<&'a str> {
    if ctx.current.objects.contains_key(&column.id)
        || is_generated(column)
        || reach::sequences(ctx.desired, &column.id).next().is_some()
    {
        return None;
    }
    let default = ObjectId::from_parts(Kind::Default, column.id.path.to_vec());
    let Some(default) = ctx.desired.objects.get(&default) else {
        // a domain may have a default of its own
        let plain = ctx.desired.needs_of(&column.id).all(|(id, _)| id.kind != Kind::Domain);
        return plain.then_some("NULL");
    };
    let own = |id: &ObjectId| *id == column.id || column.parent.as_ref() == Some(id);
    let plain = ctx.desired.needs_of(&default.id).all(|(id, _)| own(id));
    plain.then(|| default::expression(default))
}

/// What dropping it costs: keys and sequences go along.
pub(super) fn dropping(ctx: &Ctx<'_>, object: &Object) -> Effects {
    let mut effects = reach::tree(ctx, &relation_of(object), Lock::AccessExclusive);
    for sequence in reach::sequences(ctx.current, &object.id) {
        effects.join(Effects::lock(sequence, Lock::AccessExclusive));
    }
    for key in reach::foreign_keys(ctx.current, &object.id) {
        for end in reach::ends(ctx, ctx.current, key) {
            effects.join(Effects::lock(&end, Lock::AccessExclusive));
        }
    }
    if is_generated(object) { effects } else { effects.losing("the values of the column") }
}

/// Functions of the server that give each row another value, besides those that begin with `pg_`
/// (`pg_proc.provolatile` of 13 to 18).
const VOLATILE: &[&str] = &[
    "array_sample",
    "array_shuffle",
    "clock_timestamp",
    "currval",
    "gen_random_uuid",
    "lastval",
    "nextval",
    "random",
    "random_normal",
    "set_config",
    "setval",
    "timeofday",
    "uuidv4",
    "uuidv7",
];

/// Whether a default may give each row another value: then all rows are written anew. A function
/// or an operator that is not known is taken for one that may.
fn may_be_volatile(catalog: &Catalog, default: &Object) -> bool {
    let expression = default::expression(default);
    let tokens: Vec<_> =
        lexer::tokens(expression).into_iter().filter(|token| token.kind.is_significant()).collect();
    let called = |at: usize| tokens.get(at + 1).is_some_and(|next| next.text == "(");
    let qualified = |at: usize| {
        at.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(|before| before.text == ".")
    };
    tokens.iter().enumerate().any(|(at, token)| {
        let is_name = matches!(token.kind, TokenKind::Identifier | TokenKind::QuotedIdentifier);
        if !is_name || !called(at) {
            return false;
        }
        if qualified(at) {
            return !is_known_stable(catalog, default, token.text);
        }
        token.text == "OPERATOR" || token.text.starts_with("pg_") || VOLATILE.contains(&token.text)
    })
}

/// Whether the user's function of that name that the default calls is marked so.
fn is_known_stable(catalog: &Catalog, default: &Object, name: &str) -> bool {
    let mut functions = catalog
        .needs_of(&default.id)
        .filter(|(id, _)| id.kind == Kind::Function && quote::ident(id.part(1)) == name)
        .filter_map(|(id, _)| catalog.objects.get(id))
        .peekable();
    functions.peek().is_some() && functions.all(|object| !routine::is_volatile(object))
}
