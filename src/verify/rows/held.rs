//! What tables hold, as hashes that do not depend on the order of rows.

use crate::connect::Session;
use crate::model::ObjectId;
use crate::model::snapshot::digest;
use crate::sql::quote;
use crate::verify::VerifyError;
use crate::verify::rows::tables::{self, Column, Source, Table};
use crate::verify::rows::types::{Sort, Types};
use std::collections::{BTreeMap, BTreeSet};

/// Settings under which values are written the same way each time.
const SETTINGS: &str = "SET search_path = ''; SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; \
    SET intervalstyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 3; \
    SET lc_monetary = 'C'; SET xmloption = content; SET row_security = off";

/// One column, or one attribute of a column of a composite type.
#[derive(Clone, Debug)]
struct Part {
    /// The column, and its type.
    column: String,
    column_type: String,
    type_name: String,
    shape: String,
    values: Vec<Option<String>>,
}

/// The rows of a table.
#[derive(Clone, Debug)]
struct Contents {
    rows: usize,
    /// By path: the column, then attributes.
    parts: BTreeMap<Vec<String>, Part>,
    /// Itself and what it inherits from.
    family: Vec<ObjectId>,
}

/// What all tables hold.
#[derive(Clone, Debug, Default)]
pub(in crate::verify) struct Held {
    tables: BTreeMap<ObjectId, Contents>,
}

/// Something that is not there any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::verify) struct Loss {
    /// The table, with those it inherits from.
    pub(super) family: Vec<ObjectId>,
    /// The column, unless whole rows are lost.
    pub(super) column: Option<String>,
    /// The type that the column had.
    pub(super) type_name: String,
    /// It may be there: what the values consist of changed inside other values.
    pub(super) unreadable: bool,
    /// In words.
    pub(super) text: String,
}

/// Reads all tables of users.
pub(in crate::verify) async fn read(session: &Session) -> Result<Held, VerifyError> {
    session.run(SETTINGS).await?;
    let types = Types::read(session).await?;
    let tables = tables::read(session, &types).await?;
    let mut held = Held::default();
    for table in tables.values().filter(|table| !table.partitioned) {
        let ancestors = table.ancestors.iter().filter_map(|oid| tables.get(oid)).map(Table::id);
        let family = std::iter::once(table.id()).chain(ancestors).collect();
        held.tables.insert(table.id(), contents(session, &types, table, family).await?);
    }
    Ok(held)
}

async fn contents(
    session: &Session,
    types: &Types,
    table: &Table,
    family: Vec<ObjectId>,
) -> Result<Contents, VerifyError> {
    let mut paths = Vec::new();
    for column in table.columns.iter().filter(|column| column.source != Source::Columns) {
        expand(types, column, &mut paths);
    }
    let list = paths.iter().map(|(_, sql, _)| sql.as_str()).collect::<Vec<_>>().join(", ");
    let rows = session.texts(&format!("SELECT {list} FROM ONLY {} t", table.sql())).await?;
    let mut parts = BTreeMap::new();
    for (at, (path, _, mut part)) in paths.into_iter().enumerate() {
        part.values = rows.iter().map(|row| row.get(at).cloned().flatten()).collect();
        parts.insert(path, part);
    }
    Ok(Contents { rows: rows.len(), parts, family })
}

/// A column, or the attributes of its composite type: one more of them is no loss.
fn expand(types: &Types, column: &Column, paths: &mut Vec<(Vec<String>, String, Part)>) {
    let sql = format!("t.{}", quote::ident(&column.name));
    let part = Part {
        column: column.name.clone(),
        column_type: column.type_name.clone(),
        type_name: column.type_name.clone(),
        shape: types.shape(column.type_oid),
        values: Vec::new(),
    };
    let attributes = match types.get(column.type_oid).map(|found| &found.sort) {
        Some(Sort::Composite(attributes)) => attributes.as_slice(),
        _ => &[],
    };
    if attributes.is_empty() {
        paths.push((vec![column.name.clone()], sql, part));
        return;
    }
    for attribute in attributes {
        let path = vec![column.name.clone(), attribute.name.clone()];
        let shape = types.shape(attribute.type_oid);
        let inner = Part { type_name: attribute.type_name.clone(), shape, ..part.clone() };
        paths.push((path, format!("({sql}).{}", quote::ident(&attribute.name)), inner));
    }
}

impl Held {
    /// How many rows there are in how many tables.
    pub(in crate::verify) fn size(&self) -> (usize, usize) {
        let filled = self.tables.values().filter(|contents| contents.rows > 0);
        filled.fold((0, 0), |(rows, tables), contents| (rows + contents.rows, tables + 1))
    }

    /// Tables without rows.
    pub(in crate::verify) fn empty(&self) -> impl Iterator<Item = &ObjectId> {
        self.tables.iter().filter(|(_, contents)| contents.rows == 0).map(|(id, _)| id)
    }

    /// What of it is not in `after` any more.
    pub(in crate::verify) async fn lost(
        &self,
        after: &Self,
        session: &Session,
    ) -> Result<Vec<Loss>, VerifyError> {
        session.run(SETTINGS).await?;
        let mut losses = Vec::new();
        for (id, before) in self.tables.iter().filter(|(_, contents)| contents.rows > 0) {
            let loss = |column: Option<&Part>, text: String| Loss {
                family: before.family.clone(),
                column: column.map(|part| part.column.clone()),
                type_name: column.map(|part| part.column_type.clone()).unwrap_or_default(),
                unreadable: false,
                text,
            };
            let Some(now) = after.tables.get(id) else {
                losses.push(loss(None, format!("{id}: its {} rows are gone", before.rows)));
                continue;
            };
            if before.rows != now.rows {
                let text = format!("{id}: it had {} rows, now {}", before.rows, now.rows);
                losses.push(loss(None, text));
                continue;
            }
            let mut kept = Vec::new();
            for (path, part) in &before.parts {
                let what = || format!("{id}, column {}", quote::printable(&path.join(".")));
                let Some(other) = now.parts.get(path) else {
                    // values that are all NULL are none
                    if part.values.iter().any(Option::is_some) {
                        losses.push(loss(Some(part), format!("{}: its values are gone", what())));
                    }
                    continue;
                };
                let pair = comparable(session, part, other).await?;
                if sum(&[&pair.0]) == sum(&[&pair.1]) {
                    kept.push(pair);
                } else if part.type_name == other.type_name && part.shape != other.shape {
                    let text = format!("{}: its values cannot be compared", what());
                    losses.push(Loss { unreadable: true, ..loss(Some(part), text) });
                } else {
                    losses.push(loss(Some(part), format!("{}: its values changed", what())));
                }
            }
            let old: Vec<&Vec<Option<String>>> = kept.iter().map(|pair| &pair.0).collect();
            let new: Vec<&Vec<Option<String>>> = kept.iter().map(|pair| &pair.1).collect();
            if sum(&old) != sum(&new) {
                losses.push(loss(None, format!("{id}: its values stand in other rows")));
            }
        }
        Ok(losses)
    }
}

type Values = Vec<Option<String>>;

/// Both as texts of one type: what has a new type is read as the old one again.
async fn comparable(
    session: &Session,
    old: &Part,
    new: &Part,
) -> Result<(Values, Values), VerifyError> {
    let same = old.type_name == new.type_name && old.shape == new.shape;
    if same || sum(&[&old.values]) == sum(&[&new.values]) {
        return Ok((old.values.clone(), new.values.clone()));
    }
    let (from, to) = (&old.type_name, &new.type_name);
    for way in [format!("::{from}"), format!("::{to}::{from}")] {
        if let Some(back) = converted(session, &new.values, &way).await? {
            // both through the type, for texts of equal values may differ
            let here = converted(session, &old.values, &format!("::{from}")).await?;
            let here = here.unwrap_or_else(|| old.values.clone());
            if sum(&[&here]) == sum(&[&back]) {
                return Ok((here, back));
            }
        }
    }
    // the old type is gone
    let gone = converted(session, &[], &format!("::{from}")).await?.is_none();
    match converted(session, &old.values, &format!("::{to}")).await?.filter(|_| gone) {
        Some(there) => Ok((there, new.values.clone())),
        None => Ok((old.values.clone(), new.values.clone())),
    }
}

/// The texts after a cast; none where the server refuses one of them.
async fn converted(
    session: &Session,
    values: &[Option<String>],
    cast: &str,
) -> Result<Option<Values>, VerifyError> {
    let distinct: BTreeSet<&String> = values.iter().flatten().collect();
    // without values it is the cast itself that is asked about
    let probe = std::iter::once("NULL".to_owned()).filter(|_| distinct.is_empty());
    let literals = distinct.iter().map(|text| quote::literal(text)).chain(probe);
    let list: Vec<String> = literals.map(|text| format!("{text}{cast}")).collect();
    let mut found = BTreeMap::new();
    let sql = format!("SELECT {}", list.join(" UNION ALL SELECT "));
    let answer = match session.texts(&sql).await {
        Ok(rows) => rows,
        Err(error) if error.sqlstate().is_some() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    for (text, row) in distinct.iter().zip(answer) {
        found.insert((*text).clone(), row.into_iter().next().flatten());
    }
    let out = values.iter().map(|value| value.as_ref().and_then(|text| found.get(text)?.clone()));
    Ok(Some(out.collect()))
}

/// A hash of rows in any order: the sum of the hashes of each.
fn sum(columns: &[&Vec<Option<String>>]) -> u128 {
    let rows = columns.first().map_or(0, |column| column.len());
    let mut total = 0_u128;
    for row in 0..rows {
        let mut bytes = Vec::new();
        for value in columns.iter().map(|column| column.get(row).and_then(Option::as_ref)) {
            let text = value.map_or("", String::as_str);
            let length = value.map_or(u64::MAX, |text| text.len() as u64);
            bytes.extend(length.to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        let hash = digest(&bytes);
        let half = hash.get(..32).and_then(|half| u128::from_str_radix(half, 16).ok());
        total = total.wrapping_add(half.unwrap_or_default());
    }
    total
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn the_order_of_rows_does_not_count_and_that_of_values_does() {
        let column = |texts: &[&str]| -> Vec<Option<String>> {
            texts.iter().map(|text| Some((*text).to_owned())).collect()
        };
        let (a, b) = (column(&["1", "2"]), column(&["x", "y"]));
        let (c, d) = (column(&["2", "1"]), column(&["y", "x"]));
        assert_eq!(sum(&[&a, &b]), sum(&[&c, &d]));
        assert_ne!(sum(&[&a, &b]), sum(&[&c, &b]));
        assert_ne!(sum(&[&vec![None]]), sum(&[&column(&[""])]));
        assert_ne!(sum(&[&column(&["1"])]), sum(&[&column(&["1", "1"])]));
    }
}
