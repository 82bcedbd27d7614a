//! Options in rows of the ledger: the values of what may be secret stay here, and the names are told.

use crate::kinds::secret;
use serde_json::Value;

/// Keeps the names of all options and the values of harmless ones: the names of the others.
pub(super) fn options(value: &mut Value) -> Vec<String> {
    strip(value, secret::is_harmless_option)
}

/// Keeps the names of all settings and the values of the server's own ones: the names of the others.
pub(super) fn settings(value: &mut Value) -> Vec<String> {
    strip(value, secret::is_harmless_setting)
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
}
