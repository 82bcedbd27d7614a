//! Objects that only prod has, and objects that only dev has, which are alike in all but their names.

use crate::diff::Side;
use crate::model::{Catalog, Compare, Facets, Object, ObjectId, Value};
use crate::report::view::{Rename, ReportInput, drift::attribute};
use std::collections::BTreeMap;

/// What tells that two objects may be one: their kind, where they stand, and all that they consist of.
type Likeness = (&'static str, Vec<String>, String);

/// The pairs: one object on each side is like the other, and no third is.
pub(super) fn renames(input: &ReportInput<'_>) -> Vec<Rename> {
    let (prod, dev) = (alike(input, Side::ProdOnly), alike(input, Side::DevOnly));
    let pairs = prod.iter().filter_map(|(likeness, before)| {
        let ([before], [after]) = (before.as_slice(), dev.get(likeness)?.as_slice()) else {
            return None;
        };
        let what = match likeness.0 {
            "table" => "the same columns, of the same types, in the same schema",
            "column" => {
                "the same table and properties; whether it holds the same values is not known"
            }
            _ => "the same definition but for the name",
        };
        Some(Rename { prod: super::named(before), dev: super::named(after), why: what.to_owned() })
    });
    let mut pairs: Vec<Rename> = pairs.collect();
    pairs.sort_by(|a, b| a.prod.cmp(&b.prod));
    pairs
}

fn alike<'a>(input: &ReportInput<'a>, side: Side) -> BTreeMap<Likeness, Vec<&'a ObjectId>> {
    let catalog = if side == Side::ProdOnly { input.prod } else { input.dev };
    let drifts = input.divergence.drifts.iter();
    let own = drifts.filter(|drift| drift.side == side && drift.told_with.is_none());
    let mut found: BTreeMap<Likeness, Vec<&ObjectId>> = BTreeMap::new();
    for object in own.filter_map(|drift| catalog.objects.get(&drift.object)) {
        if let Some(likeness) = likeness(catalog, object) {
            found.entry(likeness).or_default().push(&object.id);
        }
    }
    found
}

fn likeness(catalog: &Catalog, object: &Object) -> Option<Likeness> {
    let kind = object.id.kind.name();
    let place: Vec<String> =
        object.id.path.iter().rev().skip(1).rev().map(ToString::to_string).collect();
    let content = match kind {
        "table" => columns(catalog, object),
        "column" | "index" | "constraint" | "view" | "enum" | "function" | "trigger" | "policy" => {
            values(catalog, object)
        }
        _ => return None,
    };
    // a routine's arguments are the last part of its path
    let place = if kind == "function" {
        vec![object.id.part(0).to_owned(), object.id.part(2).to_owned()]
    } else {
        place
    };
    Some((kind, place, content?))
}

/// Its columns, in order: of a table with one column this says too little.
fn columns(catalog: &Catalog, table: &Object) -> Option<String> {
    let own = catalog.objects.values().filter(|object| object.parent.as_ref() == Some(&table.id));
    let columns: Vec<&Object> = own.filter(|object| object.id.kind.name() == "column").collect();
    let told = |column: &&Object| format!("{} {}", column.id.name(), attribute(column, "type"));
    (columns.len() > 1).then(|| columns.iter().map(told).collect::<Vec<_>>().join("\n"))
}

/// Its properties and its default, without its own name in them.
fn values(catalog: &Catalog, object: &Object) -> Option<String> {
    let set = object.specs.iter().zip(&object.values);
    let set = set.filter(|(spec, value)| spec.compare == Compare::Drift && **value != Value::Null);
    let mut told: Vec<String> = set.map(|(spec, value)| format!("{}={value}", spec.name)).collect();
    let own = catalog.objects.values().filter(|part| part.parent.as_ref() == Some(&object.id));
    told.extend(own.flat_map(|part| part.values.iter().map(ToString::to_string)));
    let bare = Object { facets: Facets::default(), ..object.clone() };
    let text = told.join("\n");
    let name = bare.id.name().to_owned();
    (!text.is_empty() && !name.is_empty()).then(|| without(&text, &name))
}

/// The text without a name, where that stands as a word.
fn without(text: &str, name: &str) -> String {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, found) = rest.split_at(at);
        let after = found.get(name.len()..).unwrap_or_default();
        let whole = !before.ends_with(part) && !after.starts_with(part);
        out.push_str(before);
        out.push_str(if whole { "\u{0}" } else { name });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_is_left_out_where_it_is_a_word() {
        let text = super::without("INDEX ab ON t (a, ab_c, \"ab\")", "ab");
        assert_eq!(text, "INDEX \u{0} ON t (a, ab_c, \"\u{0}\")");
    }
}
