//! `[[rls]]`: checks of row-level security for `pgbridge verify`.

use super::error::Problem;
use super::file::{key, problem, shown, table, unknown};
use crate::verify::{Check, Expectation, When};
use std::collections::BTreeMap;
use toml::{Table, Value};

const KEYS: &[&str] =
    &["name", "role", "claims", "settings", "setup", "statement", "expect", "when"];

/// All checks of the file, in its order.
pub(super) fn checks(value: &Value) -> Result<Vec<Check>, Problem> {
    let entries = value.as_array().ok_or_else(|| {
        problem(
            "rls",
            format!("{} is no list of checks", shown(value)),
            "write [[rls]] before each check",
        )
    })?;
    entries
        .iter()
        .enumerate()
        .map(|(at, entry)| check(&format!("rls[{}]", at + 1), entry))
        .collect()
}

fn check(place: &str, entry: &Value) -> Result<Check, Problem> {
    let entry = table(place, entry)?;
    let at = |name: &str| format!("{place}.{name}");
    if let Some(name) = entry.keys().find(|name| !KEYS.contains(&name.as_str())) {
        return Err(unknown(&at(&key(name)), KEYS));
    }
    let optional = |name: &str| entry.get(name).map(|value| text(&at(name), value)).transpose();
    let required = |name: &str| {
        let none = || {
            problem(&at(name), "it is missing".to_owned(), "a check has role, statement and expect")
        };
        optional(name)?.ok_or_else(none)
    };
    let missing = || problem(&at("expect"), "it is missing".to_owned(), EXPECT);
    Ok(Check {
        name: optional("name")?,
        role: required("role")?,
        claims: entry.get("claims").map(|value| claims(&at("claims"), value)).transpose()?,
        settings: match entry.get("settings") {
            Some(value) => settings(&at("settings"), value)?,
            None => BTreeMap::new(),
        },
        setup: optional("setup")?,
        statement: required("statement")?,
        expect: expect(&at("expect"), entry.get("expect").ok_or_else(missing)?)?,
        when: entry.get("when").map_or(Ok(When::After), |value| when(&at("when"), value))?,
    })
}

const EXPECT: &str = "write \"denied\", \"allowed\" or { rows = 1 }";

fn expect(place: &str, value: &Value) -> Result<Expectation, Problem> {
    let wrong = || problem(place, format!("{} is not allowed", shown(value)), EXPECT);
    match value {
        Value::String(word) if word == "denied" => Ok(Expectation::Denied),
        Value::String(word) if word == "allowed" => Ok(Expectation::Allowed),
        Value::Table(table) => {
            if let Some(name) = table.keys().find(|name| *name != "rows") {
                return Err(unknown(&format!("{place}.{}", key(name)), &["rows"]));
            }
            let rows = table.get("rows").ok_or_else(wrong)?;
            let number = rows.as_integer().and_then(|rows| u64::try_from(rows).ok());
            number.map(Expectation::Rows).ok_or_else(|| {
                let text = format!("{} is no number of rows", shown(rows));
                problem(&format!("{place}.rows"), text, "write a whole number from 0 on")
            })
        }
        _ => Err(wrong()),
    }
}

fn when(place: &str, value: &Value) -> Result<When, Problem> {
    match value.as_str() {
        Some("before") => Ok(When::Before),
        Some("after") => Ok(When::After),
        Some("both") => Ok(When::Both),
        _ => Err(problem(
            place,
            format!("{} is not allowed", shown(value)),
            "write \"before\", \"after\" or \"both\"",
        )),
    }
}

fn text(place: &str, value: &Value) -> Result<String, Problem> {
    let good = value.as_str().filter(|text| !text.trim().is_empty() && !text.contains('\0'));
    good.map(str::to_owned).ok_or_else(|| {
        problem(place, format!("{} is not allowed", shown(value)), "write a text that is not empty")
    })
}

fn settings(place: &str, value: &Value) -> Result<BTreeMap<String, String>, Problem> {
    let mut settings = BTreeMap::new();
    for (name, value) in table(place, value)? {
        // the value is not shown: it may be secret
        let text = value.as_str().filter(|text| !text.contains('\0')).ok_or_else(|| {
            let at = format!("{place}.{}", key(name));
            problem(
                &at,
                format!("a value of type {} is not allowed", value.type_str()),
                "write a text: \"app.tenant_id\" = \"1\"",
            )
        })?;
        settings.insert(name.clone(), text.to_owned());
    }
    Ok(settings)
}

fn claims(
    place: &str,
    value: &Value,
) -> Result<serde_json::Map<String, serde_json::Value>, Problem> {
    let wrong = |at: &str| {
        let allowed = "write texts, whole numbers, finite numbers, true or false, lists and tables";
        problem(at, "this is no value of JSON".to_owned(), allowed)
    };
    object(table(place, value)?).ok_or_else(|| wrong(place))
}

fn object(table: &Table) -> Option<serde_json::Map<String, serde_json::Value>> {
    table.iter().map(|(key, value)| Some((key.clone(), json(value)?))).collect()
}

fn json(value: &Value) -> Option<serde_json::Value> {
    Some(match value {
        Value::String(text) if text.contains('\0') => return None,
        Value::String(text) => text.as_str().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => serde_json::Number::from_f64(*number)?.into(),
        Value::Boolean(flag) => (*flag).into(),
        Value::Datetime(_) => return None,
        Value::Array(values) => values.iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Value::Table(table) => object(table)?.into(),
    })
}

#[cfg(test)]
mod tests {
    use crate::config::file::{parse, tests::refused};
    use crate::verify::{Expectation, When};

    const CHECK: &str = "[[rls]]\nrole = 'app'\nstatement = 'SELECT 1'\n";

    #[test]
    fn checks_are_read() {
        let text = format!(
            "{CHECK}expect = 'denied'\n{CHECK}expect = {{ rows = 2 }}\nwhen = 'both'\nname = 'n'\n\
             setup = 'INSERT'\nclaims = {{ sub = 'x', n = 1, roles = ['a'], app = {{ ok = true }} }}\n\
             settings = {{ 'app.id' = '1' }}"
        );
        let checks = parse(&text).unwrap().rls;
        assert_eq!(checks[0].expect, Expectation::Denied);
        assert_eq!((checks[0].when, &checks[0].name), (When::After, &None));
        let second = &checks[1];
        assert_eq!((second.expect, second.when), (Expectation::Rows(2), When::Both));
        let claims = serde_json::to_string(second.claims.as_ref().unwrap()).unwrap();
        assert_eq!(claims, r#"{"app":{"ok":true},"n":1,"roles":["a"],"sub":"x"}"#);
        assert_eq!(second.settings["app.id"], "1");
        assert_eq!(second.setup.as_deref(), Some("INSERT"));
        assert!(parse("").unwrap().rls.is_empty());
    }

    #[test]
    fn mistakes_are_named() {
        let with = |line: &str| format!("{CHECK}expect = 'allowed'\n{line}");
        refused("rls = 1", "rls", "[[rls]]");
        refused("[rls]", "rls", "[[rls]]");
        refused("[[rls]]", "rls[1].role", "it is missing");
        refused("[[rls]]\nrole = 'app'", "rls[1].statement", "it is missing");
        refused(CHECK, "rls[1].expect", "\"denied\", \"allowed\" or { rows = 1 }");
        refused(&format!("{CHECK}expect = 'no'"), "rls[1].expect", "\"no\" is not allowed");
        refused(&format!("{CHECK}expect = {{ rows = -1 }}"), "rls[1].expect.rows", "-1");
        refused(&format!("{CHECK}expect = {{ row = 1 }}"), "rls[1].expect.row", "rows");
        refused(&with("when = 'now'"), "rls[1].when", "before");
        refused(&with("wen = 'after'"), "rls[1].wen", "when");
        refused(&with("setup = ''"), "rls[1].setup", "not empty");
        refused(&with("claims = 'x'"), "rls[1].claims", "is no table");
        refused(&with("claims = { at = 2026-01-01 }"), "rls[1].claims", "JSON");
        refused(&with("settings = { a = 17 }"), "rls[1].settings.a", "integer");
        refused(&format!("{}\n[[rls]]", with("")), "rls[2].role", "it is missing");
    }
}
