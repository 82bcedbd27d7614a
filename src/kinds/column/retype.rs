//! A column's type or collation changes (catalog.md 2.3, measured on 13 to 18).

use super::{
    COLLATION, TYPE, heirs, inherited, inherited_from, is_generated, is_inherited, statement,
};
use crate::kinds::facet::relation_of;
use crate::kinds::rules::{Ctx, Effects, Lock, Outcome};
use crate::kinds::{Hazard, constraint, index, inheritance, reach, sequence, table};
use crate::model::{Kind, Need, Object, ObjectId};
use crate::sql::{lexer, quote, tokens};
use std::collections::BTreeSet;

pub(super) fn change(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    if inherited_from(to).is_some() && inherited_from(to) == inherited_from(from) {
        // the parent's statement reaches it
        return Outcome::in_place(Vec::new(), Effects::default());
    }
    let table = relation_of(to);
    let (before, after) = (Type::read(from.text(TYPE)), Type::read(to.text(TYPE)));
    if before.array != after.array {
        return Outcome::report(
            "between a type and its array no conversion is right for every case",
        );
    }
    if let Some(why) = refusal(ctx, to) {
        return Outcome::report(why);
    }
    let mut clause = format!("TYPE {}", to.text(TYPE));
    if !to.text(COLLATION).is_empty() {
        clause = format!("{clause} COLLATE {}", to.text(COLLATION));
    }
    let foreign = ctx.current.objects.get(&table).is_some_and(table::is_foreign);
    // a foreign table has no values to convert
    if !foreign && !before.is_assignable(&after, ctx) {
        let column = quote::ident(to.id.name());
        // between types without an assignment cast the text form is the only common ground
        clause = format!("{clause} USING {column}::text::{}", to.text(TYPE));
    }
    if let Some(shared) = inherited::shared_with_others(ctx.current, &to.id) {
        let why = "inherits the column from several parents";
        return Outcome::report(format!("PostgreSQL refuses it while {} {why}", shared.label()));
    }
    let mut statements = vec![super::column_statement(to, &clause)];
    statements.extend(storage_again(ctx, to));
    let mut work = before.work(&after);
    if foreign {
        work = Work::Catalog;
    }
    if work == Work::Catalog && from.text(COLLATION) != to.text(COLLATION) {
        work = Work::Indexes;
    }
    let mut effects = match work {
        Work::Catalog | Work::Indexes => {
            let mut effects = reach::tree(ctx, &table, Lock::AccessExclusive);
            effects.rewrites = rebuilt(ctx, to, work);
            effects
        }
        Work::Rewrite | Work::Lossy => reach::rewritten_tree(ctx, &table).joint(),
    };
    // an identity's numbers follow
    for sequence in reach::sequences(ctx.current, &to.id) {
        if ctx.current.objects.get(sequence).is_some_and(sequence::is_identity) {
            effects.join(Effects::lock(sequence, Lock::ShareRowExclusive));
        }
    }
    // keys that stay are made again
    for key in reach::foreign_keys(ctx.current, &to.id) {
        for end in reach::ends(ctx, ctx.current, key) {
            effects.join(Effects::lock(&end, Lock::AccessExclusive));
        }
    }
    if work == Work::Lossy {
        effects = effects.failing(Hazard::DataException, "a value may not fit the new type");
        if !before.refuses(&after) {
            let (old, new) = (from.text(TYPE), to.text(TYPE));
            effects = effects.losing(format!("what {new} does not hold of values of {old}"));
        }
    }
    let same_family = before.family() == after.family() && !before.family().is_empty();
    let including = keys_including(ctx, to);
    let displaces = if !same_family && before.name != after.name {
        for_any
    } else if including.is_empty() {
        for_family
    } else {
        for_references
    };
    let mut outcome = Outcome::in_place(statements, effects).displacing(displaces);
    outcome.affects = including;
    outcome.affects.extend(heirs(ctx.current, &to.id));
    if work == Work::Lossy {
        outcome =
            outcome.removing(format!("{} may lose values of {}", to.text(TYPE), from.text(TYPE)));
    }
    outcome
}

/// The new type's storage and compression take the place of those that were set, here and below.
fn storage_again(ctx: &Ctx<'_>, column: &Object) -> Vec<String> {
    let all = std::iter::once(column.id.clone()).chain(heirs(ctx.desired, &column.id));
    let standing = all.filter(|id| ctx.current.objects.contains_key(id));
    let columns: Vec<&Object> = standing.filter_map(|id| ctx.desired.objects.get(&id)).collect();
    let each = columns.into_iter().flat_map(|column| {
        let statements = statement::storage_statements(column);
        statements.into_iter().map(move |statement| statement::spare_heirs(ctx, column, &statement))
    });
    each.collect()
}

/// The indexes that are built anew over a table that is not: those that hold an expression and those
/// that are parts of a partitioned table's always, and all in the order of the column where its values
/// may have another one.
fn rebuilt(ctx: &Ctx<'_>, column: &Object, work: Work) -> BTreeSet<ObjectId> {
    let columns = [heirs(ctx.current, &column.id), vec![column.id.clone()]].concat();
    let indexes = columns.iter().flat_map(|column| reach::indexes(ctx.current, column));
    let ordered = |object: &Object| work == Work::Indexes && is_key(object, column.id.name());
    indexes
        .filter(|object| {
            ordered(object) || index::holds_expression(object) || index::is_attached(object)
        })
        .map(|object| object.id.clone())
        .collect()
}

/// The keys whose indexes are built anew where values of the column come to another order.
pub(crate) fn reordered_keys(ctx: &Ctx<'_>, column: &Object) -> BTreeSet<ObjectId> {
    let mut indexes = rebuilt(ctx, column, Work::Indexes);
    indexes.retain(|id| id.kind == Kind::Constraint);
    indexes
}

/// Whether the column is not only included.
fn is_key(index: &Object, column: &str) -> bool {
    let definition = index::text(index);
    let end = tokens::top_level(definition, "INCLUDE").unwrap_or(definition.len());
    definition.get(..end).unwrap_or_default().contains(column)
}

/// Why PostgreSQL does not change the type.
fn refusal(ctx: &Ctx<'_>, column: &Object) -> Option<String> {
    if let Some(user) = user_of_row_type(ctx, column) {
        return Some(format!("{} holds rows of the table", user.label()));
    }
    let table = partitioned_by(ctx, column)?;
    let why = "is partitioned by the column: its rows would have to move";
    Some(format!("{} {why}", table.label()))
}

/// The table, or one that stays below it, whose partition key has the column in it.
fn partitioned_by(ctx: &Ctx<'_>, column: &Object) -> Option<ObjectId> {
    let name = quote::deparsed(column.id.name());
    let of = |id: &ObjectId| ObjectId::new(Kind::Table, &[id.part(0), id.part(1)]);
    let below = heirs(ctx.current, &column.id).into_iter().map(|id| of(&id));
    let below = below.filter(|table| inheritance::stays_linked(ctx, table));
    std::iter::once(relation_of(column)).chain(below).find(|id| {
        let key = ctx.current.objects.get(id).map_or("", table::partition_key);
        lexer::tokens(key).iter().any(|token| token.text == name)
    })
}

/// A column elsewhere whose type is this table's row type: PostgreSQL then refuses the change.
fn user_of_row_type<'a>(ctx: &Ctx<'a>, column: &Object) -> Option<&'a ObjectId> {
    let table = column.parent.as_ref()?;
    let uses = |id: &ObjectId, need: Option<&Need>| {
        id.kind == Kind::Column
            && need.is_some()
            && ctx.current.objects.get(id).is_some_and(|user| user.parent.as_ref() != Some(table))
    };
    ctx.current.needs.iter().find(|(id, needs)| uses(id, needs.get(table))).map(|(id, _)| id)
}

/// Keys that need the column and INCLUDE some: PostgreSQL builds them anew, but not
/// the foreign keys that lean on them.
fn keys_including(ctx: &Ctx<'_>, column: &Object) -> Vec<ObjectId> {
    let includes =
        |id: &ObjectId| ctx.current.objects.get(id).is_some_and(constraint::includes_columns);
    let table = ObjectId::new(Kind::Constraint, &[column.id.part(0), column.id.part(1)]);
    let rest = ctx.current.needs.range(table.clone()..);
    let here = rest.take_while(|(id, _)| id.kind == table.kind && id.path.starts_with(&table.path));
    here.filter(|(id, needs)| needs.contains_key(&column.id) && includes(id))
        .map(|(id, _)| id.clone())
        .collect()
}

/// What refuses a new type of the column, and the default, whose text would keep the old type.
fn for_family(dependent: &Object) -> bool {
    match dependent.id.kind {
        Kind::Column => is_generated(dependent) && !is_inherited(dependent),
        Kind::Table | Kind::Sequence | Kind::Constraint | Kind::Index | Kind::Inheritance => false,
        _ => true,
    }
}

/// The same with foreign keys that lean on an affected key.
fn for_references(dependent: &Object) -> bool {
    for_family(dependent) || constraint::is_foreign_key(dependent)
}

/// Between families neither foreign keys nor expressions survive.
fn for_any(dependent: &Object) -> bool {
    for_references(dependent)
        || constraint::holds_expression(dependent)
        || index::holds_expression(dependent)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Work {
    Catalog,
    /// Only indexes are built anew.
    Indexes,
    Rewrite,
    Lossy,
}

/// Whether ALTER TYPE finds the way from a type to another by itself.
pub(crate) fn is_assignable(ctx: &Ctx<'_>, from: &str, to: &str) -> bool {
    Type::read(from).is_assignable(&Type::read(to), ctx)
}

/// Whether a value may not survive the way from a type to another.
pub(crate) fn may_lose(from: &str, to: &str) -> bool {
    Type::read(from).work(&Type::read(to)) == Work::Lossy
}

/// `name(a,b)` and array marks apart.
#[derive(Debug)]
struct Type {
    name: String,
    modifiers: Vec<i64>,
    array: bool,
}

impl Type {
    fn read(text: &str) -> Self {
        let array = text.ends_with("[]");
        let text = text.trim_end_matches("[]");
        let (head, rest) = text.split_once('(').unwrap_or((text, ""));
        let (inner, tail) = rest.split_once(')').unwrap_or((rest, ""));
        let modifiers = inner.split(',').filter_map(|part| part.trim().parse().ok()).collect();
        Self { name: format!("{head}{tail}"), modifiers, array }
    }

    fn family(&self) -> &'static str {
        match self.name.as_str() {
            "smallint" | "integer" | "bigint" => "integer",
            "character varying" | "text" | "character" => "string",
            "numeric" => "numeric",
            "timestamp without time zone" | "timestamp with time zone" => "timestamp",
            "real" | "double precision" => "float",
            _ => "",
        }
    }

    /// Whether ALTER TYPE finds the way by itself: the server's own assignment casts, and any type
    /// to a string.
    fn is_assignable(&self, to: &Self, ctx: &Ctx<'_>) -> bool {
        let pair = (self.name.clone(), to.name.clone());
        self.name == to.name
            || (!to.array && to.family() == "string")
            || ctx.current.server.assignment_casts.contains(&pair)
    }

    /// Whether a value that does not fit stops the change, instead of being rounded or cut.
    fn refuses(&self, to: &Self) -> bool {
        match (self.name.as_str(), to.name.as_str()) {
            ("character", _) | (_, "character") => false,
            _ => ["integer", "string"].contains(&self.family()) && self.family() == to.family(),
        }
    }

    /// The first modifier: a length, a precision; without one all that the type can hold.
    fn size(&self) -> i64 {
        let whole =
            if self.name.starts_with("time") || self.name == "interval" { 6 } else { i64::MAX };
        self.modifiers.first().copied().unwrap_or(whole)
    }

    /// How many digits an integer type can hold.
    fn digits(&self) -> Option<i64> {
        match self.name.as_str() {
            "smallint" => Some(5),
            "integer" => Some(10),
            "bigint" => Some(19),
            _ => None,
        }
    }

    /// Digits before the point that a numeric type can hold.
    fn whole_digits(&self) -> i64 {
        match self.modifiers.as_slice() {
            [precision, rest @ ..] => precision - rest.first().unwrap_or(&0),
            [] => i64::MAX,
        }
    }

    fn work(&self, to: &Self) -> Work {
        let grows = to.size() >= self.size();
        match (self.name.as_str(), to.name.as_str()) {
            ("character varying" | "text", "text") => Work::Catalog,
            ("character varying" | "text", "character varying") if grows => Work::Catalog,
            ("character", "character") if grows => Work::Rewrite,
            // trailing blanks end
            ("character", _) => Work::Lossy,
            ("numeric", "numeric") => self.numeric(to),
            (_, "numeric") if self.digits().is_some_and(|digits| to.whole_digits() >= digits) => {
                Work::Rewrite
            }
            ("smallint", "integer" | "bigint" | "real" | "double precision")
            | ("integer", "bigint" | "double precision")
            | ("real", "double precision")
            | ("jsonb", "json")
            | (_, "text") => Work::Rewrite,
            // with the session in UTC, as migrations have it
            ("timestamp without time zone", "timestamp with time zone")
            | ("timestamp with time zone", "timestamp without time zone")
                if grows =>
            {
                Work::Indexes
            }
            (a, b) if a == b && grows => Work::Catalog,
            _ => Work::Lossy,
        }
    }

    fn numeric(&self, to: &Self) -> Work {
        match (self.modifiers.as_slice(), to.modifiers.as_slice()) {
            (_, []) => Work::Catalog,
            ([p, rest @ ..], [q, more @ ..]) => {
                let (s, t) = (rest.first().unwrap_or(&0), more.first().unwrap_or(&0));
                if s == t && q >= p {
                    Work::Catalog
                } else if t >= s && q - t >= p - s {
                    Work::Rewrite
                } else {
                    Work::Lossy
                }
            }
            _ => Work::Lossy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Type, Work};

    #[test]
    fn what_is_lost_without_an_error() {
        let refuses = |from: &str, to: &str| Type::read(from).refuses(&Type::read(to));
        assert!(refuses("bigint", "integer") && refuses("text", "character varying(9)"));
        assert!(!refuses("numeric(10,2)", "numeric(10,1)") && !refuses("real", "integer"));
        assert!(!refuses("character(9)", "text") && !refuses("text", "integer"));
    }

    #[test]
    fn work_by_pair() {
        let cases = [
            ("character varying(10)", "character varying(20)", Work::Catalog),
            ("character varying(20)", "character varying(10)", Work::Lossy),
            ("character varying(20)", "text", Work::Catalog),
            ("text", "character varying(9)", Work::Lossy),
            ("integer", "bigint", Work::Rewrite),
            ("bigint", "integer", Work::Lossy),
            ("numeric(10,2)", "numeric(12,2)", Work::Catalog),
            ("numeric(10,2)", "numeric(12,4)", Work::Rewrite),
            ("numeric(10,2)", "numeric(10,4)", Work::Lossy),
            ("numeric(10,2)", "numeric", Work::Catalog),
            ("bigint", "numeric(4,2)", Work::Lossy),
            ("integer", "numeric(12,2)", Work::Rewrite),
            ("json", "jsonb", Work::Lossy),
            ("character(9)", "text", Work::Lossy),
            ("timestamp with time zone", "timestamp(0) without time zone", Work::Lossy),
            ("timestamp(3) without time zone", "timestamp(6) without time zone", Work::Catalog),
        ];
        for (from, to, work) in cases {
            assert_eq!(Type::read(from).work(&Type::read(to)), work, "{from} to {to}");
        }
    }
}
