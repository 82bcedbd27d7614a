//! The file's text becomes its content, key by key.

use super::error::Problem;
use super::{Config, announce, rls, step};
use crate::scope::partition::{Partitions, Scope};
use crate::scope::supabase::Profile;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::{Table, Value};

/// Names by names.
type Map = BTreeMap<Arc<str>, Arc<str>>;

/// Reads the text of a file.
pub(super) fn parse(text: &str) -> Result<Config, Problem> {
    let file: Table = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    let mut config = Config::default();
    for (key, value) in &file {
        match key.as_str() {
            "map" => maps(table(key, value)?, &mut config)?,
            "scope" => scope(table(key, value)?, &mut config)?,
            "announce" => config.rollout = announce::rollout(value)?,
            "history" => history(table(key, value)?, &mut config)?,
            "rls" => config.rls = rls::checks(value)?,
            "step" => config.steps = step::steps(value)?,
            _ => return Err(unknown(key, KEYS)),
        }
    }
    Ok(config)
}

/// The sections.
const KEYS: &[&str] = &["map", "scope", "announce", "history", "rls", "step"];

fn maps(file: &Table, config: &mut Config) -> Result<(), Problem> {
    for (key, value) in file {
        let place = format!("map.{key}");
        match key.as_str() {
            "roles" => config.names.roles = names(&place, value, "role", |_| true)?,
            "schemas" => config.names.schemas = names(&place, value, "schema", is_of_users)?,
            _ => return Err(unknown(&place, &["map.roles", "map.schemas"])),
        }
    }
    Ok(())
}

fn history(file: &Table, config: &mut Config) -> Result<(), Problem> {
    for (key, value) in file {
        let place = format!("history.{key}");
        match key.as_str() {
            "migrations" => {
                let folder =
                    value.as_str().filter(|folder| !folder.is_empty()).ok_or_else(|| {
                        problem(
                            &place,
                            format!("{} is no folder", shown(value)),
                            "write the path of a folder",
                        )
                    })?;
                config.migrations = Some(folder.into());
            }
            _ => return Err(unknown(&place, &["history.migrations"])),
        }
    }
    Ok(())
}

fn scope(file: &Table, config: &mut Config) -> Result<(), Problem> {
    for (key, value) in file {
        let place = format!("scope.{key}");
        match key.as_str() {
            "partitions" => config.partitions = partitions(&place, value)?,
            "profile" => config.profile = profile(&place, value)?,
            _ => return Err(unknown(&place, &["scope.partitions", "scope.profile"])),
        }
    }
    Ok(())
}

fn profile(place: &str, value: &Value) -> Result<Profile, Problem> {
    match value.as_str() {
        Some("supabase") => Ok(Profile::Supabase),
        Some("none") => Ok(Profile::None),
        _ => Err(problem(
            place,
            format!("{} is not allowed", shown(value)),
            "write \"supabase\" or \"none\"; without the key it is detected",
        )),
    }
}

/// One word for all tables, or a table of words: `default`, and `"schema.table"`.
fn partitions(place: &str, value: &Value) -> Result<Scope, Problem> {
    let mut scope = Scope::default();
    let Some(file) = value.as_table() else {
        scope.default = word(place, value)?;
        return Ok(scope);
    };
    for (name, value) in file {
        let at = format!("{place}.{}", key(name));
        let word = word(&at, value)?;
        match name.split_once('.') {
            None if name == "default" => scope.default = word,
            Some((schema, table)) if !schema.is_empty() && !table.is_empty() => {
                scope.tables.insert(name.clone(), word);
            }
            _ => {
                return Err(Problem {
                    place: at,
                    text: "this is no table".to_owned(),
                    allowed: "write default, or a table with its schema: \"schema.table\""
                        .to_owned(),
                });
            }
        }
    }
    Ok(scope)
}

fn word(place: &str, value: &Value) -> Result<Partitions, Problem> {
    match value.as_str() {
        Some("compare") => Ok(Partitions::Compare),
        Some("data") => Ok(Partitions::Data),
        _ => Err(Problem {
            place: place.to_owned(),
            text: format!("{} is not allowed", shown(value)),
            allowed: "write \"compare\" or \"data\"".to_owned(),
        }),
    }
}

/// Entries `dev name = "prod name"`, of which no two lead to one name.
fn names(
    place: &str,
    value: &Value,
    what: &str,
    good: impl Fn(&str) -> bool,
) -> Result<Map, Problem> {
    let mut map = Map::new();
    for (from, value) in table(place, value)? {
        let at = format!("{place}.{}", key(from));
        let allowed = || {
            let unit = if what == "schema" { ", and no system schema" } else { "" };
            format!(
                "write dev's {what} = \"prod's {what}\": a name without quotes of SQL, not empty{unit}"
            )
        };
        let to = value.as_str().ok_or_else(|| Problem {
            place: at.clone(),
            text: format!("{} is no name", shown(value)),
            allowed: allowed(),
        })?;
        for name in [from.as_str(), to] {
            if name.is_empty() || name.contains('\0') || !good(name) {
                let text = format!("{name:?} cannot be mapped");
                return Err(Problem { place: at, text, allowed: allowed() });
            }
        }
        if let Some((other, _)) = map.iter().find(|(_, known)| &***known == to) {
            return Err(Problem {
                text: format!("{other} and {from} would both become the {what} {to}"),
                place: at,
                allowed: format!("each {what} of prod stands for one of dev"),
            });
        }
        map.insert(from.as_str().into(), to.into());
    }
    Ok(map)
}

fn is_of_users(schema: &str) -> bool {
    !schema.starts_with("pg_") && schema != "information_schema"
}

pub(super) fn table<'a>(place: &str, value: &'a Value) -> Result<&'a Table, Problem> {
    value.as_table().ok_or_else(|| Problem {
        place: place.to_owned(),
        text: format!("{} is no table", shown(value)),
        allowed: format!("write a table, [{place}]"),
    })
}

pub(super) fn problem(place: &str, text: String, allowed: &str) -> Problem {
    Problem { place: place.to_owned(), text, allowed: allowed.to_owned() }
}

pub(super) fn unknown(place: &str, allowed: &[&str]) -> Problem {
    Problem {
        place: place.to_owned(),
        text: "there is no such key".to_owned(),
        allowed: format!("allowed here: {}", allowed.join(", ")),
    }
}

/// A value as the file has it, in short.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        other => format!("{} {}", if other.is_array() { "an" } else { "a" }, other.type_str()),
    }
}

/// A key as the file has it.
pub(super) fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { format!("{name:?}") }
}

fn syntax(text: &str, error: &toml::de::Error) -> Problem {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    Problem {
        place: format!("line {}", before.matches('\n').count() + 1),
        text: error.message().lines().collect::<Vec<_>>().join(", "),
        allowed: "write TOML: [section], then key = \"value\"".to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Partitions, Profile, parse};

    #[track_caller]
    pub(in crate::config) fn refused(text: &str, place: &str, words: &str) {
        let problem = parse(text).unwrap_err();
        assert_eq!(problem.place, place, "{problem}");
        let all = format!("{problem}; {}", problem.allowed);
        assert!(all.contains(words), "{all}");
    }

    #[test]
    fn names_are_read() {
        let config =
            parse("[map.roles]\ndev_owner = 'prod_owner'\n[map.schemas]\n\"a b\" = 'c'").unwrap();
        assert_eq!(&*config.names.roles["dev_owner"], "prod_owner");
        assert_eq!(&*config.names.schemas["a b"], "c");
        assert!(parse("").unwrap().names.is_empty());
    }

    #[test]
    fn partitions_are_data_by_word_or_by_table() {
        let all = parse("[scope]\npartitions = 'data'").unwrap().partitions;
        assert_eq!(all.default, Partitions::Data);
        let some = "[scope.partitions]\ndefault = 'data'\n'public.events' = 'compare'";
        let some = parse(some).unwrap().partitions;
        assert_eq!(some.tables["public.events"], Partitions::Compare);
        assert_eq!(some.default, Partitions::Data);
    }

    #[test]
    fn the_profile_is_detected_unless_it_is_named() {
        let profile = |text| parse(text).unwrap().profile;
        assert_eq!(profile(""), Profile::Detect);
        assert_eq!(profile("[scope]\nprofile = 'supabase'"), Profile::Supabase);
        assert_eq!(profile("[scope]\nprofile = 'none'"), Profile::None);
        refused("[scope]\nprofile = 'detect'", "scope.profile", "\"supabase\" or \"none\"");
    }

    #[test]
    fn mistakes_are_named() {
        refused("[mpa]", "mpa", "allowed here: map, scope, announce, history, rls, step");
        refused("[history]\nmigrations = 1", "history.migrations", "1 is no folder");
        refused("[history]\nfolder = 'x'", "history.folder", "history.migrations");
        refused("[scope]\npartition = 1", "scope.partition", "scope.partitions");
        refused("[scope]\npartitions = 'dta'", "scope.partitions", "\"compare\" or \"data\"");
        refused("[scope.partitions]\nevents = 'data'", "scope.partitions.events", "schema.table");
        refused("[scope.partitions]\n'a.b' = 1", "scope.partitions.\"a.b\"", "1 is not allowed");
        refused("[map.role]", "map.role", "map.roles, map.schemas");
        refused("map = 1", "map", "1 is no table");
        refused("[map.roles]\na = 1", "map.roles.a", "1 is no name");
        refused("[map.roles]\na = ''", "map.roles.a", "not empty");
        refused("[map.schemas]\npg_catalog = 'a'", "map.schemas.pg_catalog", "no system schema");
        refused(
            "[map.schemas]\na = 'x'\n'b c' = 'x'",
            "map.schemas.\"b c\"",
            "a and b c would both",
        );
        refused("[map.roles]\na = 'x'\na = 'y'", "line 3", "duplicate key");
        refused("[map", "line 1", "TOML");
    }
}
