//! Which rows belong together: foreign keys, also where views show their columns.

use crate::model::{Kind, Object, ObjectId, Value};
use crate::sql::{quote, tokens};
use crate::types::known::{Known, named};
use crate::types::ts::{Ts, string};
use std::collections::BTreeMap;

/// A relation: schema and name.
type Relation = (String, String);

/// One relationship.
#[derive(Clone)]
struct Relationship {
    foreign_key: String,
    columns: Vec<String>,
    is_one_to_one: bool,
    to: Relation,
    to_columns: Vec<String>,
}

/// For each table the views that show columns of it: column of the table, columns of the view.
type Shown = BTreeMap<Relation, BTreeMap<Relation, BTreeMap<String, Vec<String>>>>;

/// The relationships of each relation.
pub(super) struct Relationships(BTreeMap<Relation, Vec<Relationship>>);

impl Relationships {
    /// Those of all schemas that are written.
    pub(super) fn of(known: &Known<'_>) -> Self {
        let shown = shown(known);
        let mut all: BTreeMap<Relation, Vec<Relationship>> = BTreeMap::new();
        for schema in &known.schemas {
            for table in known.sorted(&[Kind::Table], schema) {
                for (from, found) in of_table(known, table, &shown) {
                    // clients reach what is in the same schema
                    if from.0 == found.to.0 {
                        all.entry(from).or_default().push(found);
                    }
                }
            }
        }
        for list in all.values_mut() {
            sort(known, list);
        }
        Self(all)
    }

    /// Those of a relation.
    pub(super) fn written(&self, object: &Object) -> Ts {
        let relation = (object.id.part(0).to_owned(), object.id.name().to_owned());
        let list = self.0.get(&relation).into_iter().flatten();
        Ts::Tuple(list.map(written).collect())
    }
}

fn sort(known: &Known<'_>, list: &mut [Relationship]) {
    list.sort_by(|a, b| {
        known
            .compare(&a.foreign_key, &b.foreign_key)
            .then_with(|| known.compare(&a.to.1, &b.to.1))
            .then_with(|| known.compare(&joined(&a.to_columns), &joined(&b.to_columns)))
            .then_with(|| known.compare(&joined(&a.columns), &joined(&b.columns)))
    });
}

fn joined(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| string(name)).collect();
    format!("[{}]", names.join(","))
}

fn written(one: &Relationship) -> Ts {
    let list =
        |names: &[String]| Ts::Tuple(names.iter().map(|name| Ts::Word(string(name))).collect());
    let text = |name: &str| Ts::Word(string(name));
    Ts::open(vec![
        ("foreignKeyName".to_owned(), text(&one.foreign_key)),
        ("columns".to_owned(), list(&one.columns)),
        ("isOneToOne".to_owned(), Ts::word(if one.is_one_to_one { "true" } else { "false" })),
        ("referencedRelation".to_owned(), text(&one.to.1)),
        ("referencedColumns".to_owned(), list(&one.to_columns)),
    ])
}

/// The relationships of a table's foreign keys, and those of the views that show both ends.
fn of_table(known: &Known<'_>, table: &Object, shown: &Shown) -> Vec<(Relation, Relationship)> {
    let keys = keys(known, table);
    let here: Relation = (table.id.part(0).to_owned(), table.id.name().to_owned());
    let constraints = known.parts(&table.id, Kind::Constraint);
    let mut found = Vec::new();
    for constraint in constraints.into_iter().filter(|it| of_kind(it, "foreign key")) {
        let Some((columns, to, to_columns)) = ends(constraint) else { continue };
        let is_one_to_one = keys.contains(&columns);
        let mut sources = vec![(here.clone(), columns.clone())];
        sources.extend(through_views(shown, &here, &columns));
        let mut targets = vec![(to.clone(), to_columns.clone())];
        targets.extend(through_views(shown, &to, &to_columns));
        for (from, columns) in &sources {
            for (to, to_columns) in &targets {
                let relationship = Relationship {
                    foreign_key: constraint.id.name().to_owned(),
                    columns: columns.clone(),
                    is_one_to_one,
                    to: to.clone(),
                    to_columns: to_columns.clone(),
                };
                found.push((from.clone(), relationship));
            }
        }
    }
    found
}

fn of_kind(constraint: &Object, kind: &str) -> bool {
    named(constraint, "type").as_str() == Some(kind)
}

/// The columns of the primary key and of each unique constraint, in the table's order.
fn keys(known: &Known<'_>, table: &Object) -> Vec<Vec<String>> {
    let mut places = BTreeMap::new();
    for column in known.parts(&table.id, Kind::Column) {
        places.insert(column.id.name(), named(column, "position").as_int());
    }
    let constraints = known.parts(&table.id, Kind::Constraint).into_iter();
    let keys = constraints.filter(|it| of_kind(it, "primary key") || of_kind(it, "unique"));
    let columns = |key: &Object| {
        let definition = named(key, "definition").as_str()?;
        let mut columns = names(tokens::bracketed(definition)?.1);
        columns.sort_by_key(|name| places.get(name.as_str()).copied().flatten());
        Some(columns)
    };
    keys.filter_map(columns).collect()
}

/// The columns of a foreign key, the table that it references, and the columns there.
fn ends(constraint: &Object) -> Option<(Vec<String>, Relation, Vec<String>)> {
    let definition = named(constraint, "definition").as_str()?;
    let (_, columns, rest) = tokens::bracketed(definition)?;
    let (table, to_columns, _) = tokens::bracketed(rest)?;
    let table = table.trim().strip_prefix("REFERENCES ")?.trim();
    let parsed = crate::types::name::TypeName::parse(table);
    Some((names(columns), (parsed.schema, parsed.name), names(to_columns)))
}

/// The names of a list; a period is a column like others.
fn names(list: &str) -> Vec<String> {
    let name = |element: &str| {
        let element = element.strip_prefix("PERIOD ").unwrap_or(element);
        quote::unquoted(element.strip_suffix(" WITHOUT OVERLAPS").unwrap_or(element))
    };
    tokens::elements(list).into_iter().map(name).collect()
}

/// The views that show all these columns of a table, with each choice of their columns.
fn through_views(
    shown: &Shown,
    table: &Relation,
    columns: &[String],
) -> Vec<(Relation, Vec<String>)> {
    let mut found = Vec::new();
    for (view, by_column) in shown.get(table).into_iter().flatten() {
        let choices: Option<Vec<&Vec<String>>> =
            columns.iter().map(|column| by_column.get(column)).collect();
        let mut rows: Vec<Vec<String>> = vec![Vec::new()];
        for choice in choices.unwrap_or_default() {
            let longer = |row: &Vec<String>| {
                let row = row.clone();
                choice
                    .iter()
                    .map(move |name| row.iter().cloned().chain([name.clone()]).collect::<Vec<_>>())
            };
            rows = rows.iter().flat_map(|row| longer(row).collect::<Vec<_>>()).collect();
        }
        let whole = rows.into_iter().filter(|row| row.len() == columns.len() && !row.is_empty());
        found.extend(whole.map(|row| (view.clone(), row)));
    }
    found
}

/// Which views show which columns of tables, directly or through other views.
fn shown(known: &Known<'_>) -> Shown {
    let mut shown = Shown::new();
    for schema in &known.schemas {
        for view in known.sorted(&[Kind::View, Kind::MaterializedView], schema) {
            let mut columns = known.parts(&view.id, Kind::ViewColumn);
            columns.sort_by_key(|column| named(column, "position").as_int());
            for column in columns {
                let Some(origin) = origin(known, column) else { continue };
                let relation = |id: &ObjectId| (id.part(0).to_owned(), id.part(1).to_owned());
                let of_table = shown.entry(relation(origin)).or_default();
                let of_view = of_table.entry(relation(&view.id)).or_default();
                let names = of_view.entry(origin.name().to_owned()).or_default();
                names.push(column.id.name().to_owned());
            }
        }
    }
    shown
}

/// The column of a table that a column of a view shows, through views that are written.
fn origin<'a>(known: &Known<'a>, column: &'a Object) -> Option<&'a ObjectId> {
    let mut column = column;
    // a view never shows itself; a broken file must not hang us
    for _ in 0..1000 {
        let Value::Id(next) = named(column, "origin") else { return None };
        match next.kind {
            Kind::Column => return Some(next),
            Kind::ViewColumn if known.writes(next.part(0)) => {
                column = known.catalog.objects.get(next)?;
            }
            _ => return None,
        }
    }
    None
}
