//! Options may hold credentials. What is not known to be harmless never leaves this folder, and
//! its name is told.

use serde_json::Value;

/// Options of wrappers, servers, foreign tables and their columns that hold no secret
/// (`postgres_fdw`, `file_fdw`, `libpq` and common others). Any other value stays here: who writes
/// a wrapper may call a credential whatever he likes. So `program` is none of these, nor is what
/// catalog.md 5.6 denies by name (password, token, key, user, uri, url, conninfo and the like).
const HARMLESS: &[&str] = &[
    "analyze_sampling",
    "application_name",
    "async_capable",
    "batch_size",
    "client_encoding",
    "column_name",
    "connect_timeout",
    "database",
    "dbname",
    "default",
    "delimiter",
    "encoding",
    "escape",
    "extensions",
    "fdw_startup_cost",
    "fdw_tuple_cost",
    "fetch_size",
    "filename",
    "force_not_null",
    "force_null",
    "format",
    "header",
    "host",
    "hostaddr",
    "keep_connections",
    "log_verbosity",
    "null",
    "on_error",
    "parallel_abort",
    "parallel_commit",
    "port",
    "quote",
    "reject_limit",
    "schema",
    "schema_name",
    "servername",
    "service",
    "sslmode",
    "table",
    "table_name",
    "target_session_attrs",
    "truncatable",
    "updatable",
    "use_remote_estimate",
];

/// Parts of names of settings that may hold a secret.
const SECRET: &[&str] = &["pass", "secret", "token", "key", "credential"];

/// Keeps the names of all options and the values of harmless ones: the names of the others.
pub(super) fn options(value: &mut Value) -> Vec<String> {
    strip(value, |name| HARMLESS.contains(&name))
}

/// Keeps the names of all settings and the values of the server's own ones; those with a dot are
/// an application's and may be anything: the names of these.
pub(super) fn settings(value: &mut Value) -> Vec<String> {
    strip(value, |name| !name.contains('.') && !SECRET.iter().any(|word| name.contains(word)))
}

/// Sorts `name=value` entries and takes the values of those that are not `harmless`.
fn strip(value: &mut Value, harmless: impl Fn(&str) -> bool) -> Vec<String> {
    let Value::Array(entries) = value else { return Vec::new() };
    let mut went = Vec::new();
    for entry in entries.iter_mut() {
        let Some((name, _)) = entry.as_str().and_then(|text| text.split_once('=')) else {
            continue;
        };
        if !harmless(name) {
            let name = name.to_owned();
            *entry = Value::String(name.clone());
            went.push(name);
        }
    }
    entries.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    went.sort();
    went
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn secrets_go() {
        let mut options = json!(["port=5432", "password=hunter2", "host=h", "weird=hunter2"]);
        assert_eq!(super::options(&mut options), ["password", "weird"]);
        assert_eq!(options, json!(["host=h", "password", "port=5432", "weird"]));
        let mut settings = json!(["app.jwt_secret=hunter2", "work_mem=4MB"]);
        assert_eq!(super::settings(&mut settings), ["app.jwt_secret"]);
        assert_eq!(settings, json!(["app.jwt_secret", "work_mem=4MB"]));
        assert!(super::options(&mut json!(["port=1"])).is_empty());
        assert!(super::options(&mut json!(["a=1", "filename=/x", "program=cat"])).len() == 2);
    }

    #[test]
    fn nothing_harmless_sounds_like_a_secret() {
        let denied = ["pass", "secret", "token", "key", "credential", "auth", "uri", "url", "user"];
        for name in super::HARMLESS {
            assert!(!denied.iter().any(|word| name.contains(word)), "{name}");
        }
    }
}
