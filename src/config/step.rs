//! `[[step]]`: the user's own steps at named points of the plan.

use super::error::Problem;
use super::file::{key, problem, shown, table, unknown};
use crate::plan::{OwnSide, OwnStep};
use toml::{Table, Value};

const KEYS: &[&str] = &["name", "before", "after", "run", "rollback", "makes", "transaction"];

/// All steps of the file, in its order.
pub(super) fn steps(value: &Value) -> Result<Vec<OwnStep>, Problem> {
    let entries = value.as_array().ok_or_else(|| {
        let wrong = format!("{} is no list of steps", shown(value));
        problem("step", wrong, "write [[step]] before each step")
    })?;
    entries
        .iter()
        .enumerate()
        .map(|(at, entry)| step(&format!("step[{}]", at + 1), entry))
        .collect()
}

fn step(place: &str, entry: &Value) -> Result<OwnStep, Problem> {
    let entry = table(place, entry)?;
    let at = |name: &str| format!("{place}.{name}");
    if let Some(name) = entry.keys().find(|name| !KEYS.contains(&name.as_str())) {
        return Err(unknown(&at(&key(name)), KEYS));
    }
    let (side, object) = match (text(place, entry, "before")?, text(place, entry, "after")?) {
        (Some(object), None) => (OwnSide::Before, object),
        (None, Some(object)) => (OwnSide::After, object),
        _ => {
            let wrong = "it needs before or after, and not both".to_owned();
            return Err(problem(place, wrong, "after = \"column public.users.email\""));
        }
    };
    let missing = |name: &str| {
        problem(&at(name), "it is missing".to_owned(), "a step has name, run, and before or after")
    };
    let in_transaction = match entry.get("transaction") {
        None => true,
        Some(value) => value.as_bool().ok_or_else(|| {
            problem(&at("transaction"), format!("{} is no bool", shown(value)), "true or false")
        })?,
    };
    Ok(OwnStep {
        name: text(place, entry, "name")?.ok_or_else(|| missing("name"))?,
        side,
        object,
        run: text(place, entry, "run")?.ok_or_else(|| missing("run"))?,
        rollback: text(place, entry, "rollback")?,
        makes: names(place, entry, "makes")?,
        in_transaction,
    })
}

fn names(place: &str, entry: &Table, name: &str) -> Result<Vec<String>, Problem> {
    let Some(value) = entry.get(name) else { return Ok(Vec::new()) };
    let list =
        value.as_array().map(|list| list.iter().map(|item| item.as_str().map(str::to_owned)));
    list.and_then(Iterator::collect).ok_or_else(|| {
        let wrong = format!("{} is no list of texts", shown(value));
        problem(&format!("{place}.{name}"), wrong, "[\"table public.users_old\"]")
    })
}

fn text(place: &str, entry: &Table, name: &str) -> Result<Option<String>, Problem> {
    let Some(value) = entry.get(name) else { return Ok(None) };
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
    let wrong =
        || problem(&format!("{place}.{name}"), format!("{} is no text", shown(value)), "a text");
    text.map(|text| Some(text.to_owned())).ok_or_else(wrong)
}
