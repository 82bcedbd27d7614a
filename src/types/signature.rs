//! What functions take and return.

use crate::model::{Kind, Object};
use crate::sql::quote;
use crate::types::known::Known;
use crate::types::name::TypeName;
use crate::types::relation;
use crate::types::routine::{Argument, Mode, Routine};
use crate::types::ts::{Ts, key, string};

/// Types of `pg_catalog` in the order in which the server made them.
const ELDER: &[&str] = &[
    "bool",
    "bytea",
    "char",
    "name",
    "int8",
    "int2",
    "int4",
    "text",
    "oid",
    "json",
    "xml",
    "_json",
    "float4",
    "float8",
    "macaddr",
    "inet",
    "cidr",
    "_bool",
    "_bytea",
    "_int2",
    "_int4",
    "_text",
    "_varchar",
    "_int8",
    "_float4",
    "_float8",
    "bpchar",
    "varchar",
    "date",
    "time",
    "timestamp",
    "_timestamp",
    "_date",
    "_time",
    "timestamptz",
    "_timestamptz",
    "interval",
    "_interval",
    "_numeric",
    "timetz",
    "bit",
    "varbit",
    "numeric",
    "record",
    "uuid",
    "_uuid",
    "jsonb",
    "_jsonb",
];

/// The functions of a schema; those of one name together.
pub(super) fn functions(known: &Known<'_>, schema: &str, routines: &[Routine<'_>]) -> Ts {
    let name = |routine: &Routine<'_>| routine.object.id.part(1).to_owned();
    let groups = routines.chunk_by(|a, b| name(a) == name(b));
    Ts::listed(groups.filter_map(|group| {
        let first = group.first()?;
        let written = group.iter().map(|routine| function(known, schema, group, routine));
        Some((key(&name(first)), Ts::union(written.collect())))
    }))
}

fn function(known: &Known<'_>, schema: &str, group: &[Routine<'_>], routine: &Routine<'_>) -> Ts {
    let arguments = if routine.inputs.is_empty() {
        Ts::word("Record<PropertyKey, never>")
    } else {
        Ts::Object(arguments(known, &routine.inputs), false)
    };
    let name = routine.object.id.part(1);
    let error = conflict(known, schema, group, routine).or_else(|| {
        is_taken_for_field(known, routine).then(|| {
            format!(
                "the function {schema}.{name} with parameter or with a single unnamed json/jsonb \
                 parameter, but no matches were found in the schema cache"
            )
        })
    });
    let of = match error {
        Some(error) => Ts::Both(vec![
            Ts::Object(vec![("error".to_owned(), Ts::word("true"))], true),
            Ts::Word(string(&error)),
        ]),
        None => returned(known, routine),
    };
    let options = set_options(known, routine);
    let relation = known.row_of(&routine.result);
    let one = !routine.many && relation.is_some();
    let of = if routine.is_set && !one { each(of) } else { of };
    let mut fields = vec![("Args".to_owned(), arguments), ("Returns".to_owned(), of)];
    fields.extend(options.map(|options| ("SetofOptions".to_owned(), options)));
    Ts::Object(fields, false)
}

/// A set of it. Of an error, whose text is no type to look at, the last part is marked.
fn each(of: Ts) -> Ts {
    match of {
        Ts::Both(mut members) => {
            let last = members.pop().map(Ts::array);
            members.extend(last);
            Ts::Both(members)
        }
        other => other.array(),
    }
}

fn arguments(known: &Known<'_>, inputs: &[Argument]) -> Vec<(String, Ts)> {
    let mut fields: Vec<(String, Ts)> = Vec::new();
    for input in inputs {
        let mark = if input.has_default { "?" } else { "" };
        let key = format!("{}{mark}", key(&input.name));
        // several without a name would be the same field
        if !fields.iter().any(|(other, _)| *other == key) {
            fields.push((key, known.of_type(&input.of)));
        }
    }
    fields
}

/// What one call returns, or each of what it returns.
pub(super) fn returned(known: &Known<'_>, routine: &Routine<'_>) -> Ts {
    let columns = routine.all.iter().filter(|argument| argument.mode == Mode::Column);
    let columns: Vec<(String, Ts)> =
        columns.map(|column| (key(&column.name), known.of_type(&column.of))).collect();
    if !columns.is_empty() {
        return Ts::open(columns);
    }
    let here = |object: &&Object| {
        object.id.kind != Kind::Composite && object.id.part(0) == routine.object.id.part(0)
    };
    match known.row_of(&routine.result).filter(here) {
        Some(relation) => Ts::open(relation::row(known, relation)),
        None => known.of_type(&routine.result),
    }
}

/// From which rows to which a function leads, for clients that select from its result.
fn set_options(known: &Known<'_>, routine: &Routine<'_>) -> Option<Ts> {
    let target = known.row_of(&routine.result)?;
    let source = match routine.all.as_slice() {
        [only] => known.row_of(&only.of),
        _ => None,
    };
    let from = source.map_or_else(|| "*".to_owned(), readable);
    let flag = |value: bool| Ts::word(if value { "true" } else { "false" });
    Some(Ts::open(vec![
        ("from".to_owned(), Ts::Word(string(&from))),
        ("to".to_owned(), Ts::Word(string(target.id.name()))),
        ("isOneToOne".to_owned(), flag(!routine.many)),
        ("isSetofReturn".to_owned(), flag(routine.is_set)),
    ]))
}

/// The name under the usual search path.
fn readable(object: &Object) -> String {
    match object.id.part(0) {
        "public" => quote::ident(object.id.name()),
        schema => quote::qualified(&[schema, object.id.name()]),
    }
}

/// Whether it takes a row without a name but returns none: neither a field nor callable.
fn is_taken_for_field(known: &Known<'_>, routine: &Routine<'_>) -> bool {
    let [only] = routine.inputs.as_slice() else { return false };
    only.name.is_empty()
        && known.row_of(&only.of).is_some()
        && known.row_of(&routine.result).is_none()
}

/// What `PostgREST` says of functions that it cannot tell apart.
fn conflict(
    known: &Known<'_>,
    schema: &str,
    group: &[Routine<'_>],
    routine: &Routine<'_>,
) -> Option<String> {
    let name = routine.object.id.part(1);
    let advice = "Try renaming the parameters or the function itself in the database so function \
        overloading can be resolved";
    let others = || group.iter().filter(|other| other.object.id != routine.object.id);
    match routine.inputs.as_slice() {
        [] => {
            let other = others().find(|other| {
                matches!(other.inputs.as_slice(), [only] if only.name.is_empty() && only.has_default)
            })?;
            let label = other.result.label();
            Some(format!(
                "Could not choose the best candidate function between: {schema}.{name}(), \
                 {schema}.{name}( => {label}). {advice}"
            ))
        }
        [mine] if !mine.name.is_empty() => {
            let theirs = others().filter_map(|other| match other.inputs.as_slice() {
                [only] if only.name == mine.name && only.of != mine.of => Some(&only.of),
                _ => None,
            });
            let mut types: Vec<&TypeName> = std::iter::once(&mine.of).chain(theirs).collect();
            if types.len() < 2 {
                return None;
            }
            types.sort_by(|a, b| age(a).cmp(&age(b)).then_with(|| known.compare(&a.name, &b.name)));
            let list: Vec<String> = types
                .iter()
                .map(|of| format!("{schema}.{name}({} => {})", mine.name, of.label()))
                .collect();
            Some(format!(
                "Could not choose the best candidate function between: {}. {advice}",
                list.join(", ")
            ))
        }
        _ => None,
    }
}

/// Where a type stands in the order of creation, as far as that is the same everywhere.
fn age(of: &TypeName) -> usize {
    let place = ELDER.iter().position(|name| of.schema.is_empty() && *name == of.label());
    place.unwrap_or(ELDER.len())
}
