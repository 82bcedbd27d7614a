//! Functions, as far as they can be called through an API.

use crate::model::{Kind, Object};
use crate::sql::lexer::{TokenKind, tokens};
use crate::sql::tokens::{bracketed, elements, top_level};
use crate::types::known::{Known, named};
use crate::types::name::{TypeName, with_name};

/// How an argument is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// IN, INOUT, VARIADIC.
    Input,
    /// OUT.
    Output,
    /// A column of RETURNS TABLE.
    Column,
}

/// An argument.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    pub(super) mode: Mode,
    /// Empty where it has none.
    pub(super) name: String,
    pub(super) of: TypeName,
    pub(super) has_default: bool,
}

/// A function.
pub(super) struct Routine<'a> {
    pub(super) object: &'a Object,
    /// What is given, by name.
    pub(super) inputs: Vec<Argument>,
    /// All arguments and columns of the result, by name.
    pub(super) all: Vec<Argument>,
    /// What it returns, or each of what it returns.
    pub(super) result: TypeName,
    /// Whether it returns a set.
    pub(super) is_set: bool,
    /// Whether the planner expects more than one row.
    pub(super) many: bool,
}

/// The functions of a schema that can be called, by name and by their arguments as a user reads
/// them.
pub(super) fn all<'a>(known: &Known<'a>, schema: &str) -> Vec<Routine<'a>> {
    let objects = known.sorted(&[Kind::Function], schema);
    let objects = objects.into_iter().filter(|object| !named(object, "window").is_true());
    let routines = objects.map(|object| routine(known, object));
    let mut routines: Vec<Routine<'_>> =
        routines.filter(|routine| is_callable(known, routine)).collect();
    let read = |routine: &Routine<'_>, attribute: &str| {
        without_public(named(routine.object, attribute).as_str().unwrap_or_default())
    };
    routines.sort_by(|a, b| {
        known
            .compare(a.object.id.part(1), b.object.id.part(1))
            .then_with(|| known.compare(&read(a, "arguments"), &read(b, "arguments")))
            .then_with(|| known.compare(&read(a, "result"), &read(b, "result")))
    });
    routines
}

fn routine<'a>(known: &Known<'a>, object: &'a Object) -> Routine<'a> {
    let text = |name: &str| named(object, name).as_str().unwrap_or_default();
    let mut all: Vec<Argument> = elements(text("arguments"))
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(argument)
        .collect();
    let result = text("result");
    let columns = result.strip_prefix("TABLE").and_then(bracketed).map(|(_, list, _)| list);
    let columns: Vec<Argument> =
        columns.map(elements).unwrap_or_default().into_iter().map(column).collect();
    let is_set = result.starts_with("SETOF ") || !columns.is_empty();
    let of = match columns.as_slice() {
        [] => TypeName::parse(result.strip_prefix("SETOF ").unwrap_or(result)),
        [column] => column.of.clone(),
        _ => TypeName::parse("record"),
    };
    all.extend(columns);
    all.sort_by(|a, b| known.compare(&a.name, &b.name));
    let inputs = all.iter().filter(|argument| argument.mode == Mode::Input).cloned().collect();
    // 1000 is what the server expects of a set unless it is told
    let rows = text("rows").parse::<f64>().unwrap_or(1000.0);
    Routine { object, inputs, all, result: of, is_set, many: is_set && rows > 1.0 }
}

/// `[mode] [name] type [DEFAULT value]`. The server writes modes in capitals and quotes such names.
fn argument(text: &str) -> Argument {
    let default = top_level(text, "DEFAULT");
    let text = default.map_or(text, |at| text.get(..at).unwrap_or(text)).trim();
    let modes = [
        ("OUT ", Mode::Output),
        ("INOUT ", Mode::Input),
        ("VARIADIC ", Mode::Input),
        ("IN ", Mode::Input),
    ];
    let found = modes.iter().find_map(|(word, mode)| Some((text.strip_prefix(word)?, *mode)));
    let (text, mode) = found.unwrap_or((text, Mode::Input));
    let (name, of) = with_name(text);
    Argument { mode, name, of, has_default: default.is_some() }
}

fn column(text: &str) -> Argument {
    let (name, of) = with_name(text);
    Argument { mode: Mode::Column, name, of, has_default: false }
}

/// Whether `PostgREST` offers it: arguments are given by name, and only one may have none.
fn is_callable(known: &Known<'_>, routine: &Routine<'_>) -> bool {
    if ["trigger", "event_trigger"].iter().any(|name| routine.result.is(name)) {
        return false;
    }
    let unnamed: Vec<&Argument> =
        routine.inputs.iter().filter(|argument| argument.name.is_empty()).collect();
    if unnamed.is_empty() || unnamed.iter().all(|it| it.has_default && is_body(&it.of)) {
        return true;
    }
    match routine.inputs.as_slice() {
        [only] => is_body(&only.of) || known.row_of(&only.of).is_some(),
        _ => false,
    }
}

/// Whether the body of a request can be given as a whole.
fn is_body(of: &TypeName) -> bool {
    ["json", "jsonb", "text"].iter().any(|name| of.is(name))
}

/// The text as it is under the usual search path.
fn without_public(sql: &str) -> String {
    let mut out = String::new();
    let tokens = tokens(sql);
    let mut rest = tokens.iter().peekable();
    while let Some(token) = rest.next() {
        let is_schema = token.kind == TokenKind::Identifier && token.text == "public";
        if is_schema && rest.next_if(|next| next.text == ".").is_some() {
            continue;
        }
        out += token.text;
    }
    out
}
