//! Tables with their columns, keys and references.

use crate::model::{Catalog, Compare, Object, ObjectId, Value};
use crate::report::view::ReportInput;
use crate::report::view::drift::attribute;
use crate::report::view::graph::anchors;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Columns that a table is shown with at most: keys and what changes first.
const COLUMNS: usize = 40;

/// Tables and what they reference.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Entities {
    /// The tables.
    pub tables: Vec<Entity>,
    /// Foreign keys among them.
    pub references: Vec<Reference>,
}

/// What becomes of something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It is made.
    New,
    /// It changes.
    Changed,
    /// It goes.
    Dropped,
    /// Nothing.
    Same,
}

impl Mark {
    /// The word for people; empty where nothing is done.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Dropped => "dropped",
            Self::Same => "",
        }
    }

    /// A sign that needs no colour; empty where nothing is done.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::New => "+",
            Self::Changed => "~",
            Self::Dropped => "\u{2212}",
            Self::Same => "",
        }
    }
}

/// A table.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Entity {
    /// `public.users`.
    pub label: String,
    /// What becomes of it; a table whose columns or constraints change is changed.
    pub mark: Mark,
    /// Anchor of the finding about it, or of the first about a part of it, where there is one.
    pub anchor: Option<String>,
    /// In their order.
    pub columns: Vec<EntityColumn>,
    /// How many of its columns are left out.
    pub more: usize,
}

/// A column.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EntityColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// `PK`, `FK`, `UK`, in that order.
    pub keys: Vec<&'static str>,
    /// Whether it is never NULL.
    pub not_null: bool,
    /// What becomes of it.
    pub mark: Mark,
}

/// A foreign key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Reference {
    /// Its name.
    pub name: String,
    /// Place of the table that has it.
    pub from: usize,
    /// Place of the table that it references.
    pub to: usize,
    /// The columns that have it.
    pub columns: Vec<String>,
    /// Whether a row may reference nothing.
    pub optional: bool,
    /// Whether a row is referenced once at most.
    pub unique: bool,
    /// What becomes of it.
    pub mark: Mark,
}

impl Entities {
    /// The tables of one database for which `wanted` holds.
    pub fn of_catalog(catalog: &Catalog, wanted: &dyn Fn(&Object) -> bool) -> Self {
        let sides = Sides::of(catalog, None);
        let chosen = sides.tables().filter(|table| wanted(table)).map(|table| &table.id).collect();
        sides.entities(&chosen, &chosen, &BTreeMap::new())
    }

    /// The tables for which `keep` holds, with the references among them.
    #[must_use]
    pub fn only(&self, keep: &dyn Fn(usize, &Entity) -> bool) -> Self {
        let mut places = BTreeMap::new();
        let mut tables = Vec::new();
        for (at, table) in self.tables.iter().enumerate().filter(|(at, table)| keep(*at, table)) {
            places.insert(at, tables.len());
            tables.push(table.clone());
        }
        let moved = |reference: &Reference| {
            let from = *places.get(&reference.from)?;
            let to = *places.get(&reference.to)?;
            Some(Reference { from, to, ..reference.clone() })
        };
        Self { tables, references: self.references.iter().filter_map(moved).collect() }
    }
}

/// The tables that the bridge changes, and those that they reference; both ends of a foreign key
/// that changes.
pub(super) fn of(input: &ReportInput<'_>) -> Entities {
    let sides = Sides::of(&input.plan.goal, Some(input.prod));
    let changed: BTreeSet<&ObjectId> = sides
        .tables()
        .map(|table| &table.id)
        .filter(|id| sides.table_mark(id) != Mark::Same)
        .collect();
    let mut chosen = changed.clone();
    for key in changed.iter().flat_map(|table| sides.parts(table, "constraint")) {
        chosen.extend(sides.target(key));
    }
    sides.entities(&chosen, &changed, &anchors(input))
}

/// A catalog, and what was there before.
struct Sides<'a> {
    after: &'a Catalog,
    before: Option<&'a Catalog>,
    /// Columns and constraints, by table.
    parts: BTreeMap<&'a ObjectId, Vec<&'a Object>>,
}

impl<'a> Sides<'a> {
    fn of(after: &'a Catalog, before: Option<&'a Catalog>) -> Self {
        let gone = before.into_iter().flat_map(|before| before.objects.values());
        let gone = gone.filter(|object| !after.objects.contains_key(&object.id));
        let mut parts: BTreeMap<&ObjectId, Vec<&Object>> = BTreeMap::new();
        for object in after.objects.values().chain(gone) {
            if let Some(parent) = &object.parent
                && ["column", "constraint"].contains(&object.id.kind.name())
            {
                parts.entry(parent).or_default().push(object);
            }
        }
        for list in parts.values_mut() {
            list.sort_by_key(|part| {
                (attribute(part, "position").as_int().unwrap_or(i64::MAX), &part.id)
            });
        }
        Self { after, before, parts }
    }

    fn tables(&self) -> impl Iterator<Item = &'a Object> {
        let after = self.after;
        let gone = self.before.into_iter().flat_map(|before| before.objects.values());
        let gone = gone.filter(move |object| !after.objects.contains_key(&object.id));
        let all = self.after.objects.values().chain(gone);
        let mut tables: Vec<&Object> =
            all.filter(|object| object.id.kind.name() == "table").collect();
        tables.sort_by_key(|table| &table.id);
        tables.into_iter()
    }

    fn parts(&self, table: &ObjectId, kind: &'static str) -> impl Iterator<Item = &'a Object> {
        let parts = self.parts.get(table).into_iter().flatten().copied();
        parts.filter(move |part| part.id.kind.name() == kind)
    }

    /// What becomes of an object: owner, privileges and comments do not count here.
    fn mark(&self, id: &ObjectId) -> Mark {
        let Some(before) = self.before else { return Mark::Same };
        match (before.objects.get(id), self.after.objects.get(id)) {
            (None, _) => Mark::New,
            (_, None) => Mark::Dropped,
            (Some(before), Some(after)) => {
                let counted = |object: &Object| {
                    let set = object.specs.iter().zip(&object.values);
                    set.filter(|(spec, _)| spec.compare == Compare::Drift)
                        .map(|(_, value)| value.clone())
                        .collect::<Vec<Value>>()
                };
                let same = before.parent == after.parent && counted(before) == counted(after);
                if same { Mark::Same } else { Mark::Changed }
            }
        }
    }

    fn table_mark(&self, table: &ObjectId) -> Mark {
        let parts = || self.parts.get(table).into_iter().flatten();
        match self.mark(table) {
            Mark::Same if parts().any(|part| self.mark(&part.id) != Mark::Same) => Mark::Changed,
            mark => mark,
        }
    }

    /// The table that a foreign key references; none for any other constraint.
    fn target(&self, key: &'a Object) -> Option<&'a ObjectId> {
        if attribute(key, "type").as_str() != Some("foreign key") {
            return None;
        }
        let own = key.parent.as_ref()?;
        let here = self.after.objects.contains_key(&key.id);
        let catalog = if here { self.after } else { self.before? };
        let tables = catalog.needs_of(&key.id).filter_map(|(needed, _)| {
            if needed.kind == own.kind {
                Some(needed)
            } else {
                catalog.objects.get(needed)?.parent.as_ref()
            }
        });
        let mut others = tables.filter(|table| table.kind == own.kind && *table != own);
        Some(others.next().unwrap_or(own))
    }

    fn entities(
        &self,
        chosen: &BTreeSet<&'a ObjectId>,
        whole: &BTreeSet<&'a ObjectId>,
        anchors: &BTreeMap<&ObjectId, String>,
    ) -> Entities {
        let places: BTreeMap<&ObjectId, usize> =
            chosen.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let mut references = Vec::new();
        for (table, from) in &places {
            let keys = Keys::of(self, table);
            for key in self.parts(table, "constraint") {
                let target = self.target(key).and_then(|to| places.get(to));
                if let Some(to) = target
                    && (whole.contains(table) || self.mark(&key.id) != Mark::Same)
                {
                    references.push(keys.reference(self, key, (*from, *to)));
                }
            }
        }
        let tables = chosen.iter().map(|id| Entity {
            label: id.label(),
            mark: self.table_mark(id),
            anchor: self.anchor(id, anchors),
            ..self.columns(id, whole.contains(id))
        });
        Entities { tables: tables.collect(), references }
    }

    /// The finding about a table, or the first about a part of it.
    fn anchor(&self, id: &ObjectId, anchors: &BTreeMap<&ObjectId, String>) -> Option<String> {
        let parts = self.parts.get(id).into_iter().flatten().map(|part| &part.id);
        std::iter::once(id).chain(parts).find_map(|id| anchors.get(id)).cloned()
    }

    /// Its columns: all of them, or keys and what changes where they are many or the table is there
    /// only because it is referenced.
    fn columns(&self, table: &ObjectId, whole: bool) -> Entity {
        let keys = Keys::of(self, table);
        let all: Vec<EntityColumn> = self
            .parts(table, "column")
            .map(|column| EntityColumn {
                name: column.id.name().to_owned(),
                type_name: attribute(column, "type").to_string(),
                keys: keys.marks(column.id.name()),
                not_null: keys.never_null(column),
                mark: self.mark(&column.id),
            })
            .collect();
        let count = all.len();
        let telling = |column: &EntityColumn| column.mark != Mark::Same || !column.keys.is_empty();
        let columns: Vec<EntityColumn> = if whole && count <= COLUMNS {
            all
        } else {
            all.into_iter().filter(telling).take(COLUMNS).collect()
        };
        Entity {
            label: String::new(),
            mark: Mark::Same,
            anchor: None,
            more: count - columns.len(),
            columns,
        }
    }
}

/// The keys of a table, as sets of columns.
struct Keys {
    primary: BTreeSet<String>,
    unique: Vec<BTreeSet<String>>,
    foreign: BTreeSet<String>,
    nullable: BTreeSet<String>,
}

impl Keys {
    fn of(sides: &Sides<'_>, table: &ObjectId) -> Self {
        let mut keys = Self {
            primary: BTreeSet::new(),
            unique: Vec::new(),
            foreign: BTreeSet::new(),
            nullable: BTreeSet::new(),
        };
        let constraints = || sides.parts(table, "constraint");
        // what goes makes no key where another comes
        let stays = |key: &&Object| sides.mark(&key.id) != Mark::Dropped;
        let gone = constraints().filter(|key| !stays(key));
        for key in constraints().filter(stays).chain(gone) {
            let columns: BTreeSet<String> = key_columns(key).into_iter().collect();
            match attribute(key, "type").as_str() {
                Some("primary key") if keys.primary.is_empty() => {
                    keys.unique.push(columns.clone());
                    keys.primary = columns;
                }
                Some("unique") => keys.unique.push(columns),
                Some("foreign key") => keys.foreign.extend(columns),
                _ => {}
            }
        }
        for column in sides.parts(table, "column") {
            if !keys.never_null(column) {
                keys.nullable.insert(column.id.name().to_owned());
            }
        }
        keys
    }

    fn never_null(&self, column: &Object) -> bool {
        attribute(column, "not_null").is_true() || self.primary.contains(column.id.name())
    }

    fn marks(&self, column: &str) -> Vec<&'static str> {
        let unique = self.unique.iter().any(|key| key.len() == 1 && key.contains(column));
        let primary = self.primary.contains(column);
        let marks =
            [("PK", primary), ("FK", self.foreign.contains(column)), ("UK", unique && !primary)];
        marks.into_iter().filter(|(_, holds)| *holds).map(|(mark, _)| mark).collect()
    }

    fn reference(&self, sides: &Sides<'_>, key: &Object, ends: (usize, usize)) -> Reference {
        let columns = key_columns(key);
        let set: BTreeSet<String> = columns.iter().cloned().collect();
        Reference {
            name: key.id.name().to_owned(),
            from: ends.0,
            to: ends.1,
            optional: columns.iter().any(|column| self.nullable.contains(column)),
            unique: self.unique.contains(&set),
            columns,
            mark: sides.mark(&key.id),
        }
    }
}

/// The columns of a key, as its definition lists them in the first brackets.
fn key_columns(key: &Object) -> Vec<String> {
    let definition = attribute(key, "definition").as_str().unwrap_or_default();
    listed(definition)
}

fn listed(definition: &str) -> Vec<String> {
    let mut columns = Vec::new();
    let mut word = String::new();
    let mut chars = definition.chars().skip_while(|c| *c != '(').skip(1).peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                while let Some(c) = chars.next() {
                    if c == '"' && chars.next_if_eq(&'"').is_none() {
                        break;
                    }
                    word.push(c);
                }
            }
            // a word before or after a name: PERIOD, WITHOUT OVERLAPS
            ' ' if word == "PERIOD" => word.clear(),
            ' ' if !word.is_empty() => {
                columns.push(std::mem::take(&mut word));
                let rest = chars.clone().take_while(|c| !matches!(c, ',' | ')')).count();
                for _ in 0..rest {
                    chars.next();
                }
            }
            ',' | ')' => {
                if !word.is_empty() {
                    columns.push(std::mem::take(&mut word));
                }
                if c == ')' {
                    break;
                }
            }
            ' ' => {}
            _ => word.push(c),
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn the_columns_of_a_key() {
        assert_eq!(listed("PRIMARY KEY (id)"), ["id"]);
        assert_eq!(
            listed("FOREIGN KEY (a, \"B \"\"x, y)\") REFERENCES t(c, d)"),
            ["a", "B \"x, y)"]
        );
        assert_eq!(listed("UNIQUE (id, valid_at WITHOUT OVERLAPS)"), ["id", "valid_at"]);
        assert_eq!(listed("FOREIGN KEY (id, PERIOD at) REFERENCES t"), ["id", "at"]);
        assert!(listed("CHECK").is_empty());
    }
}
