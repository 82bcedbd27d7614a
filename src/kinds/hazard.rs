//! What can stop a step on the rows that are there, by the class of the error (SQLSTATE). Each has a
//! page under `docs/hazards`.

use crate::kinds::column;
use crate::kinds::facet::relation_of;
use crate::kinds::rules::Ctx;
use crate::model::{Kind, Object, ObjectId};
use crate::sql::{quote, tokens};
use serde::{Deserialize, Serialize};

/// The condition that stops a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Hazard {
    /// A value cannot be converted.
    #[serde(rename = "22000")]
    DataException,
    /// NULL where none may stand.
    #[serde(rename = "23502")]
    NotNullViolation,
    /// A row that refers to nothing.
    #[serde(rename = "23503")]
    ForeignKeyViolation,
    /// Two rows with one key.
    #[serde(rename = "23505")]
    UniqueViolation,
    /// A row that a check or a partition's bound forbids.
    #[serde(rename = "23514")]
    CheckViolation,
    /// Two rows that exclude each other.
    #[serde(rename = "23P01")]
    ExclusionViolation,
}

impl Hazard {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::DataException,
        Self::NotNullViolation,
        Self::ForeignKeyViolation,
        Self::UniqueViolation,
        Self::CheckViolation,
        Self::ExclusionViolation,
    ];

    /// The SQLSTATE, for data exceptions that of the class (`22000`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::DataException => "22000",
            Self::NotNullViolation => "23502",
            Self::ForeignKeyViolation => "23503",
            Self::UniqueViolation => "23505",
            Self::CheckViolation => "23514",
            Self::ExclusionViolation => "23P01",
        }
    }
}

/// That a step may stop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The class of the error.
    pub hazard: Hazard,
    /// When, in words that follow "fails where".
    pub why: String,
    /// A query that tells before the step runs: one row with `bad`, true where it would stop.
    pub preflight: Option<String>,
}

impl Failure {
    /// `why`, with the code.
    pub fn told(&self) -> String {
        format!("{} ({})", self.why, self.hazard.code())
    }
}

/// The name of the table that a part is of, where all that the part needs stands already: else no query
/// can ask.
pub(super) fn asked(ctx: &Ctx<'_>, part: &Object) -> Option<String> {
    let table = relation_of(part);
    let stands = |id: &ObjectId| ctx.current.objects.contains_key(id);
    let all = stands(&table) && ctx.desired.needs_of(&part.id).all(|(id, _)| stands(id));
    all.then(|| quote::qualified(&[table.part(0), table.part(1)]))
}

/// The same for a check, with the columns that are added in this plan as every row will hold them.
pub(super) fn asked_with_new(ctx: &Ctx<'_>, check: &Object) -> Option<String> {
    let known = asked(ctx, check);
    if known.is_some() {
        return known;
    }
    let table = relation_of(check);
    let stands = |id: &ObjectId| ctx.current.objects.contains_key(id);
    let missing = ctx.desired.needs_of(&check.id).map(|(id, _)| id).filter(|id| !stands(id));
    let added: Option<Vec<String>> = missing.map(|id| added(ctx, &table, id)).collect();
    let added = added.filter(|added| stands(&table) && !added.is_empty())?;
    let name = quote::qualified(&[table.part(0), table.part(1)]);
    // a check may name its table
    let alias = quote::ident(table.part(1));
    Some(format!("(SELECT t.*, {} FROM {name} t) AS {alias}", added.join(", ")))
}

/// A column that is added, as an expression of a type that stands.
fn added(ctx: &Ctx<'_>, table: &ObjectId, id: &ObjectId) -> Option<String> {
    let column = ctx.desired.objects.get(id)?;
    let own = id.kind == Kind::Column && column.parent.as_ref() == Some(table);
    let typed = ctx.desired.needs_of(id).all(|(id, _)| id == table || id.kind == Kind::Schema);
    let value = column::comes_with(ctx, column).filter(|_| own && typed)?;
    Some(format!("({value})::{} AS {}", column::type_of(column), quote::ident(id.name())))
}

/// A query with `bad` for whether the FROM clause has any row.
fn any(from: &str) -> String {
    format!("SELECT EXISTS (SELECT FROM {from}) AS bad;")
}

/// Whether a table has rows.
pub(super) fn any_row(table: &str) -> String {
    any(table)
}

/// Whether a column holds NULL.
pub(super) fn any_null(table: &str, column: &str) -> String {
    any(&format!("{table} WHERE {} IS NULL", quote::ident(column)))
}

/// Whether a row does not pass `CHECK (...)`.
pub(super) fn any_failing(table: &str, check: &str) -> Option<String> {
    let (_, condition, _) = tokens::bracketed(check)?;
    Some(any(&format!("{table} WHERE NOT ({condition})")))
}

/// Whether a row refers to nothing, by `FOREIGN KEY (...) REFERENCES ...`: where one column is NULL, it
/// refers to none.
pub(super) fn any_orphan(table: &str, key: &str) -> Option<String> {
    let (_, own, rest) = tokens::bracketed(key)?;
    let (other, referred, rest) = tokens::bracketed(rest)?;
    let other = other.trim().strip_prefix("REFERENCES ")?;
    let (own, referred) = (tokens::elements(own), tokens::elements(referred));
    if tokens::has_words(rest, &["MATCH", "FULL"]) || !own.iter().all(|name| tokens::is_alone(name))
    {
        return None;
    }
    let filled: Vec<String> = own.iter().map(|name| format!("a.{name} IS NOT NULL")).collect();
    let equal: Vec<String> =
        own.iter().zip(&referred).map(|(a, b)| format!("b.{b} = a.{a}")).collect();
    Some(any(&format!(
        "{table} a WHERE {} AND NOT EXISTS (SELECT FROM {other} b WHERE {})",
        filled.join(" AND "),
        equal.join(" AND ")
    )))
}

/// Whether two rows have one key, by the definition of a constraint or an index.
pub(super) fn any_double(table: &str, key: &str) -> Option<String> {
    let nulls_count = tokens::has_words(key, &["NULLS", "NOT", "DISTINCT"]);
    let (_, elements, clauses) = tokens::bracketed(key)?;
    let elements = tokens::elements(elements);
    // an operator class, an order or a period stands behind it
    if !elements.iter().all(|element| tokens::is_alone(element)) {
        return None;
    }
    let mut conditions: Vec<String> = match tokens::top_level(clauses, "WHERE") {
        Some(at) => vec![clauses.get(at..)?.strip_prefix("WHERE ")?.to_owned()],
        None => Vec::new(),
    };
    if !nulls_count {
        conditions.extend(elements.iter().map(|element| format!("{element} IS NOT NULL")));
    }
    let filter = if conditions.is_empty() {
        String::new()
    } else {
        format!(" WHERE {}", conditions.join(" AND "))
    };
    let group = elements.join(", ");
    Some(any(&format!("{table}{filter} GROUP BY {group} HAVING pg_catalog.count(*) > 1")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stops_a_constraint_can_be_asked() {
        assert_eq!(
            any_failing("s.t", "CHECK (((a > 0) AND (b <> ')'::text))) NOT VALID").unwrap(),
            "SELECT EXISTS (SELECT FROM s.t WHERE NOT (((a > 0) AND (b <> ')'::text)))) AS bad;"
        );
        assert_eq!(
            any_orphan("s.t", "FOREIGN KEY (a, \"B\") REFERENCES s.p(x, y) ON DELETE SET NULL")
                .unwrap(),
            "SELECT EXISTS (SELECT FROM s.t a WHERE a.a IS NOT NULL AND a.\"B\" IS NOT NULL \
             AND NOT EXISTS (SELECT FROM s.p b WHERE b.x = a.a AND b.y = a.\"B\")) AS bad;"
        );
        assert_eq!(any_orphan("s.t", "FOREIGN KEY (a, b) REFERENCES s.p(x, y) MATCH FULL"), None);
    }

    #[test]
    fn what_stops_a_key_can_be_asked() {
        assert_eq!(
            any_double(
                "s.t",
                "CREATE UNIQUE INDEX i ON s.t USING btree (lower(a), b) INCLUDE (c) WHERE (d > 0)"
            )
            .unwrap(),
            "SELECT EXISTS (SELECT FROM s.t WHERE (d > 0) AND lower(a) IS NOT NULL AND b IS NOT NULL \
             GROUP BY lower(a), b HAVING pg_catalog.count(*) > 1) AS bad;"
        );
        assert_eq!(
            any_double("s.t", "UNIQUE NULLS NOT DISTINCT (a)").unwrap(),
            "SELECT EXISTS (SELECT FROM s.t GROUP BY a HAVING pg_catalog.count(*) > 1) AS bad;"
        );
        assert_eq!(any_double("s.t", "UNIQUE (a DESC)"), None);
        assert_eq!(any_double("s.t", "PRIMARY KEY (a, p WITHOUT OVERLAPS)"), None);
    }
}
