//! How a column is written.

use super::{
    COLLATION, COMPRESSION, FOREIGN_OPTIONS, GENERATED, GENERATED_KIND, INHERITED_NOT_NULL,
    NOT_NULL, OPTIONS, STATISTICS, STORAGE, TYPE, column_statement, heirs, inherited_from,
    not_null,
};
use crate::kinds::facet::relation_of;
use crate::kinds::{Ctx, default, inheritance, options as foreign, sequence};
use crate::model::{Catalog, Kind, Object, ObjectId, Settings, Value};
use crate::sql::quote;
use std::sync::Arc;

/// `name type ...` as it stands in CREATE TABLE and ADD COLUMN, with the parts it absorbs.
pub(crate) fn definition(column: &Object, parts: &[&Object]) -> String {
    let mut sql = format!("{} {}", quote::ident(column.id.name()), column.text(TYPE));
    sql += &foreign::clause(&column.value(FOREIGN_OPTIONS).as_map());
    if !column.text(COLLATION).is_empty() {
        sql = format!("{sql} COLLATE {}", column.text(COLLATION));
    }
    sql + &clauses(column, parts)
}

/// The definition of a column that a parent has, too: the same expression comes from there, and up
/// to 15 must not be written again.
pub(crate) fn merged(ctx: &Ctx<'_>, column: &Object, parts: &[&Object]) -> String {
    let parent = inherited_from(column).and_then(|id| ctx.desired.objects.get(id));
    let mut own = column.clone();
    if parent.is_some_and(|parent| parent.value(GENERATED) == column.value(GENERATED)) {
        own.set(GENERATED, Value::Null);
    }
    definition(&own, parts)
}

/// `name WITH OPTIONS ...` of a typed table, where it has any.
pub(crate) fn with_options(column: &Object, parts: &[&Object]) -> Option<String> {
    let clauses = clauses(column, parts);
    let name = quote::ident(column.id.name());
    (!clauses.is_empty()).then(|| format!("{name} WITH OPTIONS{clauses}"))
}

fn default_of<'a>(catalog: &'a Catalog, column: &ObjectId) -> Option<&'a str> {
    let id = ObjectId::from_parts(Kind::Default, column.path.to_vec());
    catalog.objects.get(&id).map(default::expression)
}

/// What a column that came with a parent has of its own.
pub(crate) fn as_inherited(ctx: &Ctx<'_>, column: &Object) -> Vec<String> {
    let parent = inherited_from(column).and_then(|id| ctx.desired.objects.get(id));
    let own = default_of(ctx.desired, &column.id);
    // one that stands may have its default changed before or after
    let brought = |catalog: &Catalog| {
        let parent = parent.filter(|parent| catalog.objects.contains_key(&parent.id));
        parent.is_some_and(|parent| default_of(catalog, &parent.id) != own)
    };
    let clause = (brought(ctx.current) || brought(ctx.desired))
        .then(|| own.map_or("DROP DEFAULT".to_owned(), |text| format!("SET DEFAULT {text}")));
    let by_parent = parent.is_some_and(|parent| parent.flag(NOT_NULL))
        || !column.text(INHERITED_NOT_NULL).is_empty();
    let stricter = column.flag(NOT_NULL) && !by_parent;
    let brings = |attr| {
        column.text(attr).is_empty() && parent.is_some_and(|parent| !parent.text(attr).is_empty())
    };
    let storage = brings(STORAGE).then(|| {
        let major = ctx.current.server.major();
        format!("SET STORAGE {}", storage_word("", column.text(TYPE), major))
    });
    let compression = brings(COMPRESSION).then(|| "SET COMPRESSION default".to_owned());
    let clauses = [clause, storage, compression].into_iter().flatten();
    let clauses = clauses.map(|clause| column_statement(column, &clause));
    clauses.chain(stricter.then(|| not_null::added(column))).collect()
}

/// What follows the type.
fn clauses(column: &Object, parts: &[&Object]) -> String {
    let mut sql = String::new();
    if column.value(GENERATED) != &Value::Null {
        sql = format!(
            "{sql} GENERATED ALWAYS AS ({}) {}",
            column.text(GENERATED),
            column.text(GENERATED_KIND)
        );
    }
    for part in parts.iter().filter(|part| part.parent.as_ref() == Some(&column.id)) {
        match part.id.kind {
            Kind::Default => sql = format!("{sql} DEFAULT {}", default::expression(part)),
            Kind::Sequence => sql = format!("{sql} {}", sequence::identity_clause(part)),
            _ => {}
        }
    }
    let inherits = parts.iter().any(|part| inheritance::is_plain(part));
    sql += &not_null::in_definition(column, inherits);
    sql
}

/// Storage and compression where they are not the type's own.
pub(super) fn storage_statements(column: &Object) -> Vec<String> {
    let clause = |word: &str, value: &str| {
        (!value.is_empty()).then(|| column_statement(column, &format!("SET {word} {value}")))
    };
    let storage = clause("STORAGE", column.text(STORAGE));
    storage.into_iter().chain(clause("COMPRESSION", column.text(COMPRESSION))).collect()
}

/// What cannot stand in the definition.
pub(crate) fn follow_ups(ctx: &Ctx<'_>, column: &Object) -> Vec<String> {
    let storage = storage_statements(column);
    let mut statements: Vec<String> =
        storage.into_iter().map(|statement| spare_heirs(ctx, column, &statement)).collect();
    if let Some(target) = column.value(STATISTICS).as_int() {
        let statement = column_statement(column, &format!("SET STATISTICS {target}"));
        statements.push(spare_heirs(ctx, column, &statement));
    }
    let options = option_clauses(&Settings::new(), &column.value(OPTIONS).as_map());
    statements.extend(options.iter().map(|clause| column_statement(column, clause)));
    statements.extend(not_null::pending(column));
    statements.extend(not_null::declared(column));
    statements
}

/// The statement for this column alone: those that inherit have settings of their own.
pub(super) fn spare_heirs(ctx: &Ctx<'_>, column: &Object, statement: &str) -> String {
    let has_heirs =
        [ctx.current, ctx.desired].iter().any(|catalog| !heirs(catalog, &column.id).is_empty());
    let only = if has_heirs { ctx.only(&relation_of(column)) } else { "" };
    statement.replacen("TABLE ", &format!("TABLE {only}"), 1)
}

/// The follow-ups of what comes with the column: the columns that tables below it inherit.
pub(super) fn heirs_follow_ups(ctx: &Ctx<'_>, column: &Object) -> Vec<String> {
    let new = |heir: &&Object| {
        !ctx.current.objects.contains_key(&heir.id) && is_reached(ctx, column, heir)
    };
    let heirs = heirs(ctx.desired, &column.id);
    let heirs = heirs.iter().filter_map(|id| ctx.desired.objects.get(id)).filter(new);
    heirs
        .flat_map(|heir| as_inherited(ctx, heir).into_iter().chain(follow_ups(ctx, heir)))
        .collect()
}

/// Whether all links between two columns stay as they are.
fn is_reached(ctx: &Ctx<'_>, column: &Object, heir: &Object) -> bool {
    let mut at = Some(heir);
    while let Some(heir) = at.filter(|heir| heir.id != column.id) {
        if !inheritance::stays_linked(ctx, &relation_of(heir)) {
            return false;
        }
        at = inherited_from(heir).and_then(|id| ctx.desired.objects.get(id));
    }
    at.is_some()
}

/// `SET (...)` and `RESET (...)` between two maps of options. What is set goes to the end, also
/// when it was there: all after the first that must be set is set, so that the order comes right.
pub(crate) fn option_clauses(from: &Settings, to: &Settings) -> Vec<String> {
    let mut stand = from.iter();
    let keeps = |entry: &(&Arc<str>, &Arc<str>)| stand.any(|other| other == *entry);
    let set: Vec<String> = to
        .iter()
        .skip_while(keeps)
        .map(|(key, value)| format!("{} = {}", option_name(key), quote::literal(value)))
        .collect();
    let reset: Vec<String> =
        from.keys().filter(|key| !to.contains_key(*key)).map(|key| option_name(key)).collect();
    let clause = |word: &str, list: Vec<String>| {
        (!list.is_empty()).then(|| format!("{word} ({})", list.join(", ")))
    };
    [clause("SET", set), clause("RESET", reset)].into_iter().flatten().collect()
}

fn option_name(key: &str) -> String {
    key.split('.').map(quote::ident).collect::<Vec<_>>().join(".")
}

/// The word that sets a storage; the type's own where none is set.
pub(crate) fn storage_word<'a>(storage: &'a str, type_name: &str, major: i32) -> &'a str {
    match storage {
        "" if major >= 16 => "DEFAULT",
        "" => match type_name.split('(').next().unwrap_or_default() {
            "numeric" | "inet" | "cidr" => "MAIN",
            "smallint" | "integer" | "bigint" | "boolean" | "uuid" | "date" | "real"
            | "double precision" => "PLAIN",
            _ => "EXTENDED",
        },
        word => word,
    }
}
