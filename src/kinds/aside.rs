//! What PostgreSQL can neither change nor drop while columns store it is put aside: a new one takes
//! its name, then the types and columns that store it, and the old ones go.

use crate::kinds::rules::Action;
use crate::kinds::{
    Ctx, Effects, Lock, Outcome, column, constraint, facet, index, of, reach, stored,
};
use crate::model::{Kind, Need, Object, ObjectId};
use crate::sql::quote;
use std::collections::{BTreeMap, BTreeSet};

/// Replaces a type or a collation under every column that keeps it.
pub(super) struct Replacement<'a> {
    /// It, with what changes and nothing else.
    pub(super) object: &'a Object,
    /// What stands in its CREATE.
    pub(super) parts: Vec<&'a Object>,
    /// Whether the columns that store it directly are written anew.
    pub(super) rewrites: bool,
    /// What follows `ALTER COLUMN name` of such a column as it stands.
    pub(super) clause: &'a dyn Fn(&Object) -> String,
}

/// Whether anything stores it: then it cannot simply go and come back.
pub(super) fn is_stored(ctx: &Ctx<'_>, id: &ObjectId) -> bool {
    let types = stored::holders(ctx.current, id);
    types.len() > 1 || !columns(ctx, &types).is_empty()
}

impl Replacement<'_> {
    /// The statements, with all that stands in the way of the columns standing aside.
    pub(super) fn outcome(self, ctx: &Ctx<'_>) -> Outcome {
        let id = &self.object.id;
        let types: Vec<ObjectId> = stored::holders(ctx.current, id)
            .into_iter()
            .filter(|holder| ctx.desired.objects.contains_key(holder))
            .collect();
        let columns = columns(ctx, &types);
        if let Some(why) = obstacle(ctx, id, &types, &columns) {
            return Outcome::report(why);
        }
        let mut names = BTreeSet::new();
        let (mut statements, mut drops) = (Vec::new(), Vec::new());
        for holder in &types {
            let Some(current) = ctx.current.objects.get(holder) else { continue };
            let kind = of(holder.kind);
            let (noun, name) = (kind.noun(current), kind.sql_name(current));
            let aside = aside_name(ctx, holder, &mut names);
            statements.push(format!("ALTER {noun} {name} RENAME TO {};", quote::ident(&aside)));
            let old = quote::qualified(&[holder.part(0), &aside]);
            drops.push(format!("DROP {noun} {old};"));
            if holder == id {
                statements.extend(kind.create(ctx, self.object, &self.parts));
                statements.extend(facets(ctx, id, &self.parts));
            } else {
                let parts = unchanged_parts(ctx, holder, &types);
                statements.extend(kind.create(ctx, current, &parts));
                statements.extend(facets(ctx, holder, &parts));
            }
        }
        let mut effects = Effects::default();
        let mut clauses: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for column in moved(ctx, &types, &columns) {
            let relation = ObjectId::new(Kind::Table, &[column.id.part(0), column.id.part(1)]);
            let table = quote::qualified(&[column.id.part(0), column.id.part(1)]);
            let nested = types.iter().skip(1).any(|holder| stores(ctx, &column.id, holder));
            let clause = if nested { through_text(column) } else { (self.clause)(column) };
            let name = quote::ident(column.id.name());
            clauses.entry(table).or_default().push(format!("ALTER COLUMN {name} {clause}"));
            if nested || self.rewrites {
                effects.join(reach::rewritten_tree(ctx, &relation));
            } else {
                effects.join(reach::tree(ctx, &relation, Lock::AccessExclusive));
                effects.rewrites.extend(column::reordered_keys(ctx, column));
            }
        }
        // one statement for each table: its rows are written once
        let each = clauses.into_iter();
        statements.extend(
            each.map(|(table, all)| format!("ALTER TABLE {table} {};", all.join(",\n    "))),
        );
        statements.extend(drops.into_iter().rev());
        let mut affects = columns;
        affects.extend(types.iter().flat_map(|holder| parts(ctx, holder)).map(|it| it.id.clone()));
        affects.extend(types);
        let displaces = if id.kind == Kind::Collation { with_indexes } else { stands_aside };
        Outcome {
            action: Action::InPlace(statements),
            effects,
            removal: None,
            displaces,
            moves_dependents: true,
            affects,
            follows_link: false,
        }
    }
}

/// A value of another type with the same text.
pub(super) fn through_text(column: &Object) -> String {
    let (kind, name) = (column::type_of(column), quote::ident(column.id.name()));
    format!("TYPE {kind}{} USING {name}::text::{kind}", collate(column))
}

/// ` COLLATE c` where the column has a collation of its own.
pub(super) fn collate(column: &Object) -> String {
    match column.text(column::COLLATION) {
        "" => String::new(),
        name => format!(" COLLATE {name}"),
    }
}

/// What PostgreSQL, or the order of the statements, does not allow.
fn obstacle(
    ctx: &Ctx<'_>,
    id: &ObjectId,
    types: &[ObjectId],
    columns: &[ObjectId],
) -> Option<String> {
    for (user, needs) in &ctx.current.needs {
        if user.kind == Kind::Table && types.iter().any(|holder| needs.contains_key(holder)) {
            return Some(format!("{} is a table of that type", user.label()));
        }
        let row_type = |column: &ObjectId| {
            let table = ObjectId::new(Kind::Table, &[column.part(0), column.part(1)]);
            needs.get(&table) == Some(&Need::Hard)
        };
        if matches!(user.kind, Kind::Column | Kind::Attribute | Kind::Domain)
            && columns.iter().any(row_type)
        {
            return Some(format!("{} holds rows of a table that stores it", user.label()));
        }
    }
    let changes = |holder: &&ObjectId| {
        let values = |part: &Object| (part.id.clone(), part.values.clone());
        let of =
            |catalog| -> Vec<_> { parts_of(catalog, holder).into_iter().map(values).collect() };
        *holder != id && holder.kind == Kind::Composite && of(ctx.current) != of(ctx.desired)
    };
    let other = types.iter().find(changes)?;
    Some(format!("{}, which stores it, changes as well", other.label()))
}

fn stores(ctx: &Ctx<'_>, column: &ObjectId, holder: &ObjectId) -> bool {
    ctx.current.needs.get(column).is_some_and(|needs| needs.contains_key(holder))
}

/// The columns that store one of them.
fn columns(ctx: &Ctx<'_>, types: &[ObjectId]) -> Vec<ObjectId> {
    let needs = ctx.current.needs.iter();
    let stores =
        |needs: &BTreeMap<ObjectId, Need>| types.iter().any(|holder| needs.contains_key(holder));
    let users = needs.filter(|(user, needs)| user.kind == Kind::Column && stores(needs));
    users.map(|(user, _)| user.clone()).collect()
}

/// Those that keep it. The statement for the parent's column reaches those below, and a generated
/// one is made anew.
fn moved<'a>(ctx: &Ctx<'a>, types: &[ObjectId], columns: &[ObjectId]) -> Vec<&'a Object> {
    let keeps = |id: &&ObjectId| {
        let needs = ctx.desired.needs.get(*id);
        needs.is_some_and(|needs| types.iter().any(|holder| needs.contains_key(holder)))
    };
    let by_itself = |object: &&Object| {
        !column::is_generated(object) && column::inherited_from(object).is_none()
    };
    columns
        .iter()
        .filter(keeps)
        .filter_map(|id| ctx.current.objects.get(id))
        .filter(by_itself)
        .collect()
}

fn parts<'a>(ctx: &Ctx<'a>, id: &ObjectId) -> Vec<&'a Object> {
    parts_of(ctx.current, id)
}

fn parts_of<'a>(catalog: &'a crate::model::Catalog, id: &ObjectId) -> Vec<&'a Object> {
    let is_part = |object: &&Object| object.parent.as_ref() == Some(id);
    catalog.objects.values().filter(is_part).collect()
}

/// Its parts that stay as they are, without those that stand aside with a routine.
pub(super) fn unchanged_parts<'a>(
    ctx: &Ctx<'a>,
    id: &ObjectId,
    types: &[ObjectId],
) -> Vec<&'a Object> {
    let displaced = |needed: &ObjectId| {
        let takes = ctx.current.needs_of(needed).any(|(other, _)| types.contains(other));
        takes && !types.contains(needed) && stands_aside_id(needed)
    };
    parts(ctx, id)
        .into_iter()
        .filter(|part| of(id.kind).absorbs(part))
        .filter(|part| {
            let desired = ctx.desired.objects.get(&part.id);
            desired.is_some_and(|desired| desired.values == part.values)
                && !ctx.current.needs_of(&part.id).any(|(needed, _)| displaced(needed))
        })
        .collect()
}

/// Owner, privileges and comments as they shall be.
fn facets(ctx: &Ctx<'_>, id: &ObjectId, parts: &[&Object]) -> Vec<String> {
    let ids = std::iter::once(id).chain(parts.iter().map(|part| &part.id));
    let objects = ids.filter_map(|id| ctx.desired.objects.get(id));
    objects.flat_map(|object| facet::after_create(ctx, object)).collect()
}

fn aside_name(ctx: &Ctx<'_>, id: &ObjectId, names: &mut BTreeSet<String>) -> String {
    let taken = |name: &str| {
        let at = |kind| ObjectId::new(kind, &[id.part(0), name]);
        [id.kind, Kind::Enum, Kind::Domain, Kind::Composite, Kind::Table, Kind::View]
            .iter()
            .any(|kind| ctx.current.objects.contains_key(&at(*kind)))
    };
    let base: String = id.name().chars().take(40).collect();
    let mut name = format!("{base}_before");
    let mut number = 1;
    while taken(&name) || !names.insert(format!("{}.{name}", id.part(0))) {
        number += 1;
        name = format!("{base}_before{number}");
    }
    name
}

fn stands_aside_id(id: &ObjectId) -> bool {
    !matches!(
        id.kind,
        Kind::Table
            | Kind::Sequence
            | Kind::DomainConstraint
            | Kind::Domain
            | Kind::Composite
            | Kind::Attribute
            | Kind::Collation
            | Kind::Unmodelled
    )
}

/// Whatever may hold a value as a constant, or forbids a new type of the column.
fn stands_aside(dependent: &Object) -> bool {
    match dependent.id.kind {
        Kind::Column => column::is_generated(dependent),
        Kind::Constraint => {
            constraint::holds_expression(dependent) || constraint::is_foreign_key(dependent)
        }
        Kind::Index => index::holds_expression(dependent),
        _ => stands_aside_id(&dependent.id),
    }
}

/// The same with all indexes: they name the collation that they sort by.
fn with_indexes(dependent: &Object) -> bool {
    dependent.id.kind == Kind::Index || stands_aside(dependent)
}
