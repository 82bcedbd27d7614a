//! Options may hold credentials. What is not known to be harmless never leaves this folder.

use serde_json::Value;

/// Options of foreign servers, tables and wrappers that hold no secret (`postgres_fdw`, `file_fdw`).
const HARMLESS: &[&str] = &[
    "async_capable",
    "batch_size",
    "column_name",
    "dbname",
    "extensions",
    "fdw_startup_cost",
    "fdw_tuple_cost",
    "fetch_size",
    "format",
    "header",
    "host",
    "hostaddr",
    "keep_connections",
    "parallel_abort",
    "parallel_commit",
    "port",
    "schema_name",
    "table_name",
    "truncatable",
    "updatable",
    "use_remote_estimate",
];

/// Keeps the names of all options and the values of harmless ones. True when a value went.
pub(super) fn options(value: &mut Value) -> bool {
    let Value::Array(entries) = value else { return false };
    let mut went = false;
    for entry in entries.iter_mut() {
        let Some(text) = entry.as_str() else { continue };
        let name = text.split_once('=').map_or(text, |(name, _)| name).to_owned();
        if !HARMLESS.contains(&name.as_str()) {
            went |= text.contains('=');
            *entry = Value::String(name);
        }
    }
    entries.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    went
}

/// Keeps the names of all settings and the values of the server's own ones; those with a dot are
/// an application's and may be anything.
pub(super) fn settings(value: &mut Value) -> bool {
    let Value::Array(entries) = value else { return false };
    let mut went = false;
    for entry in entries.iter_mut() {
        let Some(text) = entry.as_str() else { continue };
        let name = text.split_once('=').map_or(text, |(name, _)| name).to_owned();
        let own = !name.contains('.')
            && !["pass", "secret", "token", "key"].iter().any(|word| name.contains(word));
        if !own {
            went = true;
            *entry = Value::String(name);
        }
    }
    entries.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    went
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn secrets_go() {
        let mut options = json!(["port=5432", "password=hunter2", "host=h", "weird=hunter2"]);
        assert!(super::options(&mut options));
        assert_eq!(options, json!(["host=h", "password", "port=5432", "weird"]));
        let mut settings = json!(["app.jwt_secret=hunter2", "work_mem=4MB"]);
        assert!(super::settings(&mut settings));
        assert_eq!(settings, json!(["app.jwt_secret", "work_mem=4MB"]));
        assert!(!super::options(&mut json!(["port=1"])));
    }
}
