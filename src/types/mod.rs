//! TypeScript types of a schema, in the shape that users of supabase-js have.
//!
//! Owns `database.types.ts`. In: one catalog and the schemas that are asked for. Out: a text.
//! Invariant: a name or label of the database stands in the text only as an identifier or inside of
//! a string; the same catalog gives the same bytes.

mod error;
mod known;
mod name;
mod order;
mod relation;
mod relationship;
mod routine;
mod signature;
#[cfg(test)]
mod tests;
mod ts;

pub use error::TypesError;

use crate::model::{Catalog, Kind, Object};
use known::{Known, named};
use relationship::Relationships;
use ts::Ts;

/// The helper types, which are the same for every database, as supabase's generator writes them
/// (@supabase/postgrest-typegen, MIT license, Copyright (c) 2025 Supabase).
const HELPERS: &str = include_str!("helpers.ts");

/// The types of the schemas `only`, or of all.
///
/// # Errors
/// When the catalog has no schema of that name.
pub fn typescript(catalog: &Catalog, only: &[String]) -> Result<String, TypesError> {
    let known = Known::new(catalog, only)?;
    let relationships = Relationships::of(&known);
    let database = known.schemas.iter().map(|name| (*name, schema(&known, &relationships, name)));
    let fields = database.map(|(name, types)| (ts::key(name), types)).collect();
    let mut text = head(&known);
    text += "export type Json =\n  | string\n  | number\n  | boolean\n  | null\n  \
        | { [key: string]: Json | undefined }\n  | Json[]\n\n";
    text += &ts::statement("export type Database = ", &Ts::open(fields));
    text += "\ntype DatabaseWithoutInternals = Omit<Database, \"__InternalSupabase\">\n\n";
    text += &default_schema(&known, only);
    text += "\n";
    text += HELPERS;
    text += "\nexport const Constants = ";
    text += &constants(&known);
    text += " as const\n";
    Ok(text)
}

/// What the helper types look into when no schema is named: public, else the first that was asked for.
fn default_schema(known: &Known<'_>, only: &[String]) -> String {
    let asked = if known.writes("public") { None } else { only.first() };
    let name = ts::string(asked.map_or("public", String::as_str));
    let line =
        format!("type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, {name}>]\n");
    if line.chars().count() <= ts::WIDTH + 1 {
        return line;
    }
    format!(
        "type DefaultSchema = DatabaseWithoutInternals[Extract<\n  keyof Database,\n  {name}\n>]\n"
    )
}

/// What the types leave out.
fn head(known: &Known<'_>) -> String {
    let extensions: Vec<String> = known.extensions().map(ts::string).collect();
    if extensions.is_empty() {
        return String::new();
    }
    format!("// Not in here: what extensions bring ({}).\n", extensions.join(", "))
}

fn schema(known: &Known<'_>, relationships: &Relationships, schema: &str) -> Ts {
    let routines = routine::all(known, schema);
    let of = |kinds: &[Kind], one: &dyn Fn(&Object) -> Ts| {
        let objects = known.sorted(kinds, schema);
        Ts::listed(objects.into_iter().map(|object| (ts::key(object.id.name()), one(object))))
    };
    let related = |object: &Object| relationships.written(object);
    let table = |object: &Object| relation::table(known, object, &routines, related(object));
    let view = |object: &Object| relation::view(known, object, &routines, related(object));
    let enumeration = |object: &Object| known::labels(object);
    let composite = |object: &Object| relation::composite(known, object);
    Ts::open(vec![
        ("Tables".to_owned(), of(&[Kind::Table], &table)),
        ("Views".to_owned(), of(&[Kind::View, Kind::MaterializedView], &view)),
        ("Functions".to_owned(), signature::functions(known, schema, &routines)),
        ("Enums".to_owned(), of(&[Kind::Enum], &enumeration)),
        ("CompositeTypes".to_owned(), of(&[Kind::Composite], &composite)),
    ])
}

/// The labels of every enum as values.
fn constants(known: &Known<'_>) -> String {
    let schemas = known.schemas.iter().map(|schema| {
        let enums = known.sorted(&[Kind::Enum], schema).into_iter().map(|object| {
            let labels = named(object, "labels").as_list().iter();
            let labels = labels.map(|label| Ts::Word(ts::string(label))).collect();
            (ts::key(object.id.name()), Ts::Tuple(labels))
        });
        (ts::key(schema), Ts::open(vec![("Enums".to_owned(), Ts::open(enums.collect()))]))
    });
    ts::value(&Ts::open(schemas.collect()))
}
