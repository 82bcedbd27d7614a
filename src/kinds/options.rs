//! `OPTIONS (...)` of foreign-data wrappers, servers and user mappings.
//!
//! Values that may be secret are not read. So what has such options can be neither created nor
//! brought back; what is known of them is their names.

use crate::kinds::{Effects, Outcome};
use crate::model::{Settings, Value};
use crate::sql::quote;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The clause of a CREATE, with a space before; empty without any.
pub(super) fn clause(options: &Settings) -> String {
    if options.is_empty() {
        return String::new();
    }
    let list: Vec<String> = options
        .iter()
        .map(|(name, value)| format!("{} {}", quote::ident(name), quote::literal(value)))
        .collect();
    format!(" OPTIONS ({})", list.join(", "))
}

/// The change from one map to another; `target` is what stands between ALTER and OPTIONS.
pub(super) fn change(target: &str, from: &Settings, to: &Settings) -> Outcome {
    let gone = from.keys().filter(|name| !to.contains_key(*name));
    let mut list: Vec<String> = gone.map(|name| format!("DROP {}", quote::ident(name))).collect();
    for (name, value) in to.iter().filter(|(name, value)| from.get(*name) != Some(value)) {
        let word = if from.contains_key(name) { "SET" } else { "ADD" };
        list.push(format!("{word} {} {}", quote::ident(name), quote::literal(value)));
    }
    let sql = format!("ALTER {target} OPTIONS ({});", list.join(", "));
    Outcome::in_place(vec![sql], Effects::default())
}

/// The change of options of which only the names are known: they can be dropped.
pub(super) fn change_unread(target: &str, from: &Value, to: &Value) -> Outcome {
    let other = others(from, to);
    if !other.is_empty() {
        return Outcome::report(refusal("differ", &other));
    }
    let (from, to) = (from.as_set(), to.as_set());
    let new: BTreeSet<Arc<str>> = to.difference(&from).cloned().collect();
    if !new.is_empty() {
        return Outcome::report(refusal("are missing", &new));
    }
    let gone: Vec<&str> = from.difference(&to).map(|name| &**name).collect();
    let list: Vec<String> =
        gone.iter().map(|name| format!("DROP {}", quote::ident(name))).collect();
    let sql = format!("ALTER {target} OPTIONS ({});", list.join(", "));
    Outcome::in_place(vec![sql], Effects::default().losing(lost(&gone.join(", "))))
        .removing("options that only prod has")
}

/// Why something with these options cannot be created; none without any.
pub(super) fn obstacle(names: &Value) -> Option<String> {
    let names = names.as_set();
    (!names.is_empty()).then(|| refusal("are needed", &names))
}

/// What is lost with options of which only the names are known.
pub(super) fn dropped(names: &Value) -> Effects {
    match names.as_set().into_iter().collect::<Vec<_>>().as_slice() {
        [] => Effects::default(),
        names => Effects::default().losing(lost(&names.join(", "))),
    }
}

/// What the capture left out, for people.
pub(super) fn told(names: &Value) -> Option<String> {
    let names: Vec<Arc<str>> = names.as_set().into_iter().collect();
    let text = "values of options that may be secret are in no file: only two live databases are compared by them";
    (!names.is_empty()).then(|| format!("{text}: {}", names.join(", ")))
}

/// The names of those that both have with other values.
fn others(from: &Value, to: &Value) -> BTreeSet<Arc<str>> {
    let (Value::Sealed(from), Value::Sealed(to)) = (from, to) else { return BTreeSet::new() };
    let both = from.iter().filter_map(|(name, old)| Some((name, (*old)?, (*to.get(name)?)?)));
    both.filter(|(_, old, new)| old != new).map(|(name, ..)| name.clone()).collect()
}

fn refusal(what: &str, names: &BTreeSet<Arc<str>>) -> String {
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    format!(
        "the values of its options {} {what}; they may be secret and are never written: set them by hand",
        names.join(", ")
    )
}

fn lost(names: &str) -> String {
    format!("the values of the options {names}")
}
