//! Options and settings may hold credentials. What is not known to be harmless is never kept: only
//! its name is.

use crate::model::{Settings, Value};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock};

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

/// Whether the value of an option may be shown.
pub fn is_harmless_option(name: &str) -> bool {
    HARMLESS.contains(&name)
}

/// Whether the value of a setting may be shown: the server's own may; those with a dot are an
/// application's and may be anything.
pub fn is_harmless_setting(name: &str) -> bool {
    !name.contains('.') && !SECRET.iter().any(|word| name.contains(word))
}

/// The harmless ones of `name=value` entries, and the others sealed.
pub(super) fn split(entries: &[String]) -> (Value, Value) {
    let mut shown = Settings::new();
    let mut others = BTreeMap::new();
    for entry in entries {
        let (name, value) = entry.split_once('=').unwrap_or((entry, ""));
        if is_harmless_option(name) {
            shown.insert(name.into(), value.into());
        } else {
            others.insert(name, value);
        }
    }
    (Value::map(shown), seal(&others))
}

/// The names, and what tells these values from others: a hash under a key that this process makes
/// and keeps to itself.
pub(super) fn seal(values: &BTreeMap<&str, &str>) -> Value {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    if values.is_empty() {
        return Value::Null;
    }
    let sealed = values.iter().map(|(name, value)| (Arc::from(*name), Some(KEY.hash_one(value))));
    Value::Sealed(sealed.collect())
}

#[cfg(test)]
mod tests {
    use super::{HARMLESS, is_harmless_setting, split};

    #[test]
    fn only_harmless_values_stay() {
        let entries = ["port=5432", "password=hunter2", "host=h=1", "weird=hunter2"];
        let (shown, names) = split(&entries.map(str::to_owned));
        assert_eq!(shown.to_string(), "port=5432, host=h=1");
        assert_eq!(names.to_string(), "password, weird (values not shown)");
        let others =
            |value: &str| split(&[format!("password={value}"), "weird=hunter2".to_owned()]).1;
        assert!(names == others("hunter2") && names != others("hunter3"));
        assert!(!is_harmless_setting("app.mode") && !is_harmless_setting("a_token"));
        assert!(is_harmless_setting("work_mem"));
    }

    #[test]
    fn nothing_harmless_sounds_like_a_secret() {
        let denied = ["pass", "secret", "token", "key", "credential", "auth", "uri", "url", "user"];
        for name in HARMLESS {
            assert!(!denied.iter().any(|word| name.contains(word)), "{name}");
        }
    }
}
