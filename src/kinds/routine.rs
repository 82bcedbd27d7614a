//! What functions, procedures and aggregates share (`pg_proc`).

use crate::kinds::facet::extension_statements;
use crate::kinds::row::class;
use crate::kinds::{
    Act, Address, Ctx, Effects, Fields, Found, Guards, Name, Opening, Outcome, Place, Privilege,
    Privileges, Raw, Shell, Slot, language, of, privilege, shell,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, Value};
use crate::sql::{quote, tokens};
use std::sync::Arc;

pub(super) const SPECS: &[AttrSpec] = &[
    AttrSpec {
        name: "arguments",
        doc: "names, modes, types, defaults (pg_get_function_arguments)",
        compare: Compare::Drift,
    },
    AttrSpec { name: "result", doc: "pg_get_function_result", compare: Compare::Drift },
    AttrSpec { name: "language", doc: "prolang", compare: Compare::Drift },
    AttrSpec { name: "body", doc: "prosrc, byte for byte", compare: Compare::Drift },
    AttrSpec { name: "sql_body", doc: "14+: pg_get_function_sqlbody", compare: Compare::Drift },
    AttrSpec { name: "library", doc: "file of a C function (probin)", compare: Compare::Drift },
    AttrSpec { name: "window", doc: "a window function", compare: Compare::Drift },
    AttrSpec { name: "volatility", doc: "where it is not VOLATILE", compare: Compare::Drift },
    AttrSpec { name: "strict", doc: "NULL for a NULL argument", compare: Compare::Drift },
    AttrSpec {
        name: "security_definer",
        doc: "runs with its owner's rights",
        compare: Compare::Drift,
    },
    AttrSpec { name: "leakproof", doc: "proleakproof", compare: Compare::Drift },
    AttrSpec { name: "parallel", doc: "where it is not UNSAFE", compare: Compare::Drift },
    AttrSpec {
        name: "cost",
        doc: "where it is not the language's default",
        compare: Compare::Drift,
    },
    AttrSpec { name: "rows", doc: "where it is not the default", compare: Compare::Drift },
    AttrSpec { name: "support", doc: "planner support function", compare: Compare::Drift },
    AttrSpec { name: "settings", doc: "SET clauses (proconfig)", compare: Compare::Drift },
    AttrSpec {
        name: "transforms",
        doc: "TRANSFORM FOR TYPE (protrftypes)",
        compare: Compare::Drift,
    },
];
const ARGUMENTS: Attr = Attr::named(SPECS, "arguments");
const RESULT: Attr = Attr::named(SPECS, "result");
const LANGUAGE: Attr = Attr::named(SPECS, "language");
const BODY: Attr = Attr::named(SPECS, "body");
const SQL_BODY: Attr = Attr::named(SPECS, "sql_body");
const LIBRARY: Attr = Attr::named(SPECS, "library");
const WINDOW: Attr = Attr::named(SPECS, "window");
const VOLATILITY: Attr = Attr::named(SPECS, "volatility");
const STRICT: Attr = Attr::named(SPECS, "strict");
const SECURITY_DEFINER: Attr = Attr::named(SPECS, "security_definer");
const LEAKPROOF: Attr = Attr::named(SPECS, "leakproof");
const PARALLEL: Attr = Attr::named(SPECS, "parallel");
const COST: Attr = Attr::named(SPECS, "cost");
const ROWS: Attr = Attr::named(SPECS, "rows");
const SUPPORT: Attr = Attr::named(SPECS, "support");
const SETTINGS: Attr = Attr::named(SPECS, "settings");
const TRANSFORMS: Attr = Attr::named(SPECS, "transforms");

/// Settings whose value is a list that is stored quoted (`GUC_LIST_QUOTE`).
const LISTS: &[&str] = &[
    "local_preload_libraries",
    "oauth_validator_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// The rule of all attributes: the statement states them all, since a replacement resets the rest.
pub(super) const ATTRS: &[&str] = &[
    "arguments",
    "result",
    "language",
    "body",
    "sql_body",
    "library",
    "window",
    "volatility",
    "strict",
    "security_definer",
    "leakproof",
    "parallel",
    "cost",
    "rows",
    "support",
    "settings",
    "transforms",
];

/// Whether it may give another value for each row.
pub(super) fn is_volatile(object: &Object) -> bool {
    *object.value(VOLATILITY) == Value::Null
}

pub(super) fn decode(row: &dyn Fields) -> Found {
    let text = |column: &str| Raw::Value(Value::text(row.text(column).as_deref()));
    let flag = |column: &str| Raw::Value(Value::flag(row.flag(column)));
    let native = matches!(row.name("language").as_str(), "c" | "internal");
    let cost = row.name("procost");
    let default_cost = if native { "1" } else { "100" };
    let rows = row.name("prorows");
    let default_rows = if row.flag("proretset") { "1000" } else { "0" };
    let unless =
        |value: &str, default: &str| Raw::Value(Value::text((value != default).then_some(value)));
    let volatility = match row.letter("provolatile") {
        'i' => Some("IMMUTABLE"),
        's' => Some("STABLE"),
        _ => None,
    };
    let parallel = match row.letter("proparallel") {
        's' => Some("SAFE"),
        'r' => Some("RESTRICTED"),
        _ => None,
    };
    let list = |column: &str| {
        let entries: Vec<Arc<str>> =
            row.texts(column).iter().map(|entry| Arc::from(entry.as_str())).collect();
        Raw::Value(if entries.is_empty() { Value::Null } else { Value::List(entries) })
    };
    let values = vec![
        Raw::Value(Value::sql(row.text("arguments").as_deref())),
        text("result"),
        text("language"),
        text("prosrc"),
        Raw::Value(Value::sql(row.text("sqlbody").as_deref())),
        text("probin"),
        Raw::Value(Value::flag(row.letter("prokind") == 'w')),
        Raw::Value(Value::text(volatility)),
        flag("proisstrict"),
        flag("prosecdef"),
        flag("proleakproof"),
        Raw::Value(Value::text(parallel)),
        unless(&cost, default_cost),
        unless(&rows, default_rows),
        text("support"),
        list("proconfig"),
        list("transforms"),
    ];
    found(row, values)
}

/// A row of `pg_proc` with what its kind made of it.
pub(super) fn found(row: &dyn Fields, values: Vec<Raw>) -> Found {
    let address = Address::new(class::PG_PROC, row.oid("oid"));
    let mut found =
        Found::new(address, Place::Schema(row.oid("pronamespace")), String::new(), values)
            .owned(row.oid("proowner"));
    found.name = vec![Name::Plain(row.name("proname")), Name::Types(row.oids("proargtypes"))];
    let part_of = row.oid("type_of");
    found.part_of = (part_of != 0).then(|| Address::new(class::PG_TYPE, part_of));
    found
}

/// Functions, procedures and aggregates share their signatures.
pub(super) fn slots(object: &Object) -> Vec<Slot> {
    vec![("routine", object.id.path.iter().map(ToString::to_string).collect())]
}

/// `schema.name(types)`.
pub(super) fn signature(object: &Object) -> String {
    format!("{}({})", quote::qualified(&[object.id.part(0), object.id.part(1)]), object.id.part(2))
}

/// The whole statement after CREATE [OR REPLACE].
pub(super) fn written(verb: &str, noun: &str, object: &Object) -> String {
    let name = quote::qualified(&[object.id.part(0), object.id.part(1)]);
    let mut sql = format!("{verb} {noun} {name}({})", object.text(ARGUMENTS));
    let mut line = |text: String| sql = format!("{sql}\n {text}");
    if noun == "FUNCTION" && !object.text(RESULT).is_empty() {
        line(format!("RETURNS {}", object.text(RESULT)));
    }
    let transforms = object.value(TRANSFORMS).as_list();
    if !transforms.is_empty() {
        let list: Vec<String> = transforms.iter().map(|name| format!("FOR TYPE {name}")).collect();
        line(format!("TRANSFORM {}", list.join(", ")));
    }
    line(format!("LANGUAGE {}", quote::ident(object.text(LANGUAGE))));
    let words = [
        object.flag(WINDOW).then(|| "WINDOW".to_owned()),
        (!object.text(VOLATILITY).is_empty()).then(|| object.text(VOLATILITY).to_owned()),
        object.flag(STRICT).then(|| "STRICT".to_owned()),
        object.flag(SECURITY_DEFINER).then(|| "SECURITY DEFINER".to_owned()),
        object.flag(LEAKPROOF).then(|| "LEAKPROOF".to_owned()),
        (!object.text(PARALLEL).is_empty()).then(|| format!("PARALLEL {}", object.text(PARALLEL))),
        (!object.text(COST).is_empty()).then(|| format!("COST {}", object.text(COST))),
        (!object.text(ROWS).is_empty()).then(|| format!("ROWS {}", object.text(ROWS))),
        (!object.text(SUPPORT).is_empty()).then(|| format!("SUPPORT {}", object.text(SUPPORT))),
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    if !words.is_empty() {
        line(words.join(" "));
    }
    for (name, value) in settings(object) {
        line(setting(name, value));
    }
    if object.text(SQL_BODY).is_empty() {
        let body = object.text(BODY);
        match object.text(LIBRARY) {
            "" if object.text(LANGUAGE) == "internal" => {
                line(format!("AS {}", quote::literal(body)));
            }
            "" => line(format!("AS {}", quote::dollar(body))),
            library => line(format!("AS {}, {}", quote::literal(library), quote::literal(body))),
        }
    } else {
        line(object.text(SQL_BODY).to_owned());
    }
    format!("{sql};")
}

/// Names and values of the SET clauses, in their order.
fn settings(object: &Object) -> impl Iterator<Item = (&str, &str)> {
    object.value(SETTINGS).as_list().iter().filter_map(|entry| entry.split_once('='))
}

/// Whether the search path of a routine is fixed.
pub(super) fn has_own_path(object: &Object) -> bool {
    matches!(object.id.kind, Kind::Function | Kind::Procedure)
        && settings(object).any(|(name, _)| name == "search_path")
}

/// Whose rights it runs with, and under which path.
pub(super) fn guards(object: &Object) -> Guards {
    let mut guards = Guards::default();
    guards.keep(has_own_path(object), &object.id, "a fixed search_path");
    if object.flag(SECURITY_DEFINER) {
        let text = format!("{} SECURITY DEFINER", object.id);
        let name = "SECURITY DEFINER".to_owned();
        guards.openings.push(Opening::new(Some(object.id.clone()), name, text));
    }
    guards
}

/// The name of a setting, part by part.
pub(super) fn setting_name(name: &str) -> String {
    name.split('.').map(quote::ident).collect::<Vec<_>>().join(".")
}

/// `SET name TO value`: a list element by element, anything else as one literal.
pub(super) fn setting(name: &str, value: &str) -> String {
    let value = if LISTS.contains(&name) {
        list_elements(value)
            .iter()
            .map(|element| quote::literal(element))
            .collect::<Vec<_>>()
            .join(", ")
    } else {
        quote::literal(value)
    };
    format!("SET {} TO {value}", setting_name(name))
}

/// The elements of a stored list, unquoted.
fn list_elements(value: &str) -> Vec<String> {
    let mut elements = vec![String::new()];
    let mut quoted = false;
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let kept = match c {
            '"' if quoted && chars.peek() == Some(&'"') => chars.next(),
            '"' => {
                quoted = !quoted;
                None
            }
            ',' if !quoted => {
                elements.push(String::new());
                None
            }
            ' ' if !quoted => None,
            c => Some(c),
        };
        if let Some(last) = elements.last_mut() {
            last.extend(kept);
        }
    }
    elements
}

/// What making or replacing it needs.
pub(super) fn privileges(ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
    let mut needs = privilege::usual(ctx, object, act);
    if act != Act::Drop {
        needs.insert(privilege::of_language(ctx, object.text(LANGUAGE), language::is_trusted));
        needs.extend(settings(object).filter_map(|(name, _)| privilege::of_setting(name)));
        if object.flag(LEAKPROOF) {
            needs.insert(Privilege::Superuser("a leakproof function"));
        }
        if !object.text(SUPPORT).is_empty() {
            needs.insert(Privilege::Superuser("a support function"));
        }
    }
    needs
}

/// A changed routine: replaced in place where PostgreSQL allows it.
pub(super) fn change(noun: &'static str, from: &Object, to: &Object) -> Outcome {
    let result = from.value(RESULT) != to.value(RESULT);
    if result
        || from.flag(WINDOW) != to.flag(WINDOW)
        || !replaceable(from.text(ARGUMENTS), to.text(ARGUMENTS))
    {
        return Outcome::rebuild();
    }
    let mut statements = vec![written("CREATE OR REPLACE", noun, to)];
    // a replacement silently forgets DEPENDS ON EXTENSION
    statements.extend(extension_statements(of(to.id.kind), None, to));
    let definer = to.flag(SECURITY_DEFINER) && !from.flag(SECURITY_DEFINER);
    Outcome::in_place(statements, Effects::default())
        .removing_if(
            has_own_path(from) && !has_own_path(to),
            "the function's search_path is no longer fixed",
        )
        .removing_if(definer, "the function runs with its owner's rights from now on")
}

/// A routine whose body the server reads when it is made, without that body.
pub(super) fn shell(noun: &str, catalog: &Catalog, object: &Object) -> Option<Shell> {
    let body = object.text(SQL_BODY);
    if body.is_empty() {
        return None;
    }
    let mut hollow = object.clone();
    let at = SPECS.iter().position(|spec| spec.name == "sql_body")?;
    *hollow.values.get_mut(at)? = Value::Null;
    let text = written("", noun, &hollow).trim_start().to_owned();
    let shape = format!(
        "{} {} {} {}",
        object.text(ARGUMENTS),
        object.text(RESULT),
        object.text(SUPPORT),
        object.value(TRANSFORMS).as_list().join(" ")
    );
    let mut complete = vec![written("CREATE OR REPLACE", noun, object)];
    complete.extend(extension_statements(of(object.id.kind), None, object));
    let needs = shell::needs(catalog, object, &shape);
    let names_itself = shell::is_named(body, object.id.part(0), object.id.part(1));
    Some(Shell { text, complete, needs, names_itself })
}

/// Whether the arguments differ only in defaults, and none of those goes.
fn replaceable(from: &str, to: &str) -> bool {
    let (before, after) = (split(from), split(to));
    before.len() == after.len()
        && before.iter().zip(&after).all(|((a, had), (b, has))| a == b && (!had || *has))
}

/// Each argument without its default, and whether it has one.
fn split(arguments: &str) -> Vec<(String, bool)> {
    let mut parts = vec![String::new()];
    let mut depth = 0_i32;
    for token in crate::sql::lexer::tokens(arguments) {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            "," if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push_str(token.text);
        }
    }
    let apart = |part: &String| match tokens::top_level(part, "DEFAULT") {
        Some(at) => (part.get(..at).unwrap_or_default().trim().to_owned(), true),
        None => (part.trim().to_owned(), false),
    };
    parts.iter().map(apart).collect()
}

/// The body as text in which names may stand.
pub(super) fn body(object: &Object) -> Option<&str> {
    Some(object.text(BODY)).filter(|body| !body.is_empty() && object.text(LIBRARY).is_empty())
}

pub(super) fn needs_major(object: &Object) -> Option<(i32, &'static str)> {
    (!object.text(SQL_BODY).is_empty()).then_some((14, "bodies of BEGIN ATOMIC"))
}

#[cfg(test)]
mod tests {
    use super::{list_elements, replaceable, setting};

    #[test]
    fn settings_are_written_as_they_were_given() {
        assert_eq!(
            setting("search_path", r#"public, "My Schema", pg_temp"#),
            "SET search_path TO 'public', 'My Schema', 'pg_temp'"
        );
        assert_eq!(setting("search_path", r#""""#), "SET search_path TO ''");
        assert_eq!(setting("work_mem", "64MB"), "SET work_mem TO '64MB'");
        assert_eq!(list_elements("a,b"), ["a", "b"]);
        assert_eq!(list_elements(r#""c""d", """""#), ["c\"d", "\""]);
    }

    #[test]
    fn defaults_may_come_but_not_go() {
        assert!(replaceable("a integer, b text", "a integer, b text DEFAULT 'x, y'::text"));
        assert!(!replaceable("a integer DEFAULT 1", "a integer"));
        assert!(!replaceable("a integer", "b integer"));
        assert!(replaceable("a numeric(10,2)", "a numeric(10,2)"));
    }
}
