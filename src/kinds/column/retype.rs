//! A column's type or collation changes (catalog.md 2.3, measured on 13 to 18).

use super::{COLLATION, TYPE, is_generated};
use crate::kinds::facet::relation_of;
use crate::kinds::rules::{Ctx, Effects, Lock, Outcome};
use crate::kinds::{constraint, index};
use crate::model::{Kind, Object};
use crate::sql::quote;

pub(super) fn change(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    let table = relation_of(to);
    let (before, after) = (Type::read(from.text(TYPE)), Type::read(to.text(TYPE)));
    let mut clause = format!("TYPE {}", to.text(TYPE));
    if !to.text(COLLATION).is_empty() {
        clause = format!("{clause} COLLATE {}", to.text(COLLATION));
    }
    if !before.is_assignable(&after, ctx) {
        let column = quote::ident(to.id.name());
        // between types without an assignment cast the text form is the only common ground
        clause = format!("{clause} USING {column}::text::{}", to.text(TYPE));
    }
    let mut statements = vec![super::column_statement(to, &clause)];
    // the new type's storage, compression take the place of those that were set
    statements.extend(super::follow_ups(to));
    let mut effects = Effects::lock(&table, Lock::AccessExclusive);
    let work = before.work(&after);
    if work != Work::Catalog {
        effects = effects.rewriting(&table);
    }
    if work == Work::Lossy {
        effects = effects.failing("a value may not fit the new type");
    }
    let same_family = before.family() == after.family() && !before.family().is_empty();
    let displaces = if same_family || before.name == after.name { for_family } else { for_any };
    let mut outcome = Outcome::in_place(statements, effects).displacing(displaces);
    if work == Work::Lossy {
        outcome =
            outcome.removing(format!("{} may lose values of {}", to.text(TYPE), from.text(TYPE)));
    }
    outcome
}

/// What refuses a new type of the column, and the default, whose text would keep the old type.
fn for_family(dependent: &Object) -> bool {
    match dependent.id.kind {
        Kind::Column => is_generated(dependent),
        Kind::Table | Kind::Sequence | Kind::Constraint | Kind::Index => false,
        _ => true,
    }
}

/// Between families neither foreign keys nor expressions survive.
fn for_any(dependent: &Object) -> bool {
    for_family(dependent)
        || constraint::is_foreign_key(dependent)
        || constraint::holds_expression(dependent)
        || index::holds_expression(dependent)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Work {
    Catalog,
    Rewrite,
    Lossy,
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

    fn work(&self, to: &Self) -> Work {
        let size = |type_: &Self| type_.modifiers.first().copied().unwrap_or(i64::MAX);
        let grows = size(to) >= size(self);
        match (self.name.as_str(), to.name.as_str()) {
            ("character varying" | "text", "text") => Work::Catalog,
            ("character varying" | "text", "character varying") if grows => Work::Catalog,
            ("character", "character" | "text" | "character varying") if grows => Work::Rewrite,
            ("numeric", "numeric") => self.numeric(to),
            ("smallint", "integer" | "bigint" | "numeric" | "real" | "double precision")
            | ("integer", "bigint" | "numeric" | "double precision")
            | ("bigint", "numeric")
            | ("real", "double precision")
            | ("json", "jsonb")
            | ("jsonb", "json")
            // with the session in UTC only indexes are built anew
            | ("timestamp without time zone", "timestamp with time zone")
            | ("timestamp with time zone", "timestamp without time zone")
            | (_, "text") => Work::Rewrite,
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
            ("timestamp(3) without time zone", "timestamp(6) without time zone", Work::Catalog),
        ];
        for (from, to, work) in cases {
            assert_eq!(Type::read(from).work(&Type::read(to)), work, "{from} to {to}");
        }
    }
}
