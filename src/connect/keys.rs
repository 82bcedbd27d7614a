//! The connection settings that libpq knows, and which of them are supported.

use std::collections::BTreeMap;

use super::{ConnectError, Environment};

/// Which values of a setting can be honoured.
#[derive(Clone, Copy)]
enum Support {
    Any,
    /// These; with no value in the list, the setting is not supported at all.
    Only(&'static [&'static str]),
}

use Support::{Any, Only};

const NONE: Support = Only(&[]);

/// Name in a connection string, environment variable (or ""), support.
///
/// The lists hold the values that a connection without TLS and GSSAPI fulfils anyway.
#[rustfmt::skip] // a table
const KEYS: &[(&str, &str, Support)] = &[
    ("application_name", "PGAPPNAME", Any),
    ("channel_binding", "PGCHANNELBINDING", Only(&["disable", "prefer"])),
    ("client_encoding", "PGCLIENTENCODING", Only(&["UTF8", "utf8", "UTF-8", "utf-8", "auto"])),
    ("connect_timeout", "PGCONNECT_TIMEOUT", Any),
    ("dbname", "PGDATABASE", Any),
    ("fallback_application_name", "", Any),
    ("gssdelegation", "PGGSSDELEGATION", Only(&["0"])),
    ("gssencmode", "PGGSSENCMODE", Only(&["disable", "prefer"])),
    ("gsslib", "PGGSSLIB", NONE),
    ("host", "PGHOST", Any),
    ("hostaddr", "PGHOSTADDR", Any),
    ("keepalives", "", NONE),
    ("keepalives_count", "", NONE),
    ("keepalives_idle", "", NONE),
    ("keepalives_interval", "", NONE),
    ("krbsrvname", "PGKRBSRVNAME", NONE),
    ("load_balance_hosts", "PGLOADBALANCEHOSTS", Only(&["disable"])),
    ("max_protocol_version", "PGMAXPROTOCOLVERSION", Only(&["3.0", "3.2", "latest"])),
    ("min_protocol_version", "PGMINPROTOCOLVERSION", Only(&["3.0"])),
    ("oauth_client_id", "", NONE),
    ("oauth_client_secret", "", NONE),
    ("oauth_issuer", "", NONE),
    ("oauth_scope", "", NONE),
    ("options", "PGOPTIONS", Any),
    ("passfile", "PGPASSFILE", NONE),
    ("password", "PGPASSWORD", Any),
    ("port", "PGPORT", Any),
    ("replication", "", Only(&["false", "off", "no", "0"])),
    ("require_auth", "PGREQUIREAUTH", NONE),
    ("requirepeer", "PGREQUIREPEER", NONE),
    ("scram_client_key", "", NONE),
    ("scram_server_key", "", NONE),
    ("service", "PGSERVICE", NONE),
    ("servicefile", "PGSERVICEFILE", NONE),
    ("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", NONE),
    ("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", NONE),
    ("sslcert", "PGSSLCERT", NONE),
    ("sslcertmode", "PGSSLCERTMODE", Only(&["disable", "allow"])),
    ("sslcompression", "PGSSLCOMPRESSION", Only(&["0"])),
    ("sslcrl", "PGSSLCRL", NONE),
    ("sslcrldir", "PGSSLCRLDIR", NONE),
    ("sslkey", "PGSSLKEY", NONE),
    ("sslkeylogfile", "", NONE),
    ("sslmode", "PGSSLMODE", Only(&["disable"])),
    ("sslnegotiation", "PGSSLNEGOTIATION", Only(&["postgres"])),
    ("sslpassword", "", NONE),
    ("sslrootcert", "PGSSLROOTCERT", NONE),
    ("sslsni", "PGSSLSNI", NONE),
    ("target_session_attrs", "PGTARGETSESSIONATTRS", Only(&["any", "read-write", "read-only"])),
    ("tcp_user_timeout", "", NONE),
    ("user", "PGUSER", Any),
];

/// Variables that libpq reads and that have no name in a connection string.
const OTHER_VARIABLES: &[&str] = &["PGDATESTYLE", "PGGEQO", "PGREQUIRESSL", "PGTZ"];

/// The values of the supported settings, from the connection string or else from the environment.
///
/// An empty value in the string asks for the built-in default, whatever the environment says.
pub(super) fn settle(
    explicit: &BTreeMap<String, String>,
    environment: &Environment,
) -> Result<BTreeMap<&'static str, String>, ConnectError> {
    let word = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if explicit.keys().any(|key| !word(key)) {
        // Not repeated: it may be half of a password that was not quoted.
        return Err(ConnectError::syntax("the name of a setting is not a word"));
    }
    if let Some(key) = explicit.keys().find(|key| KEYS.iter().all(|(name, ..)| name != key)) {
        return Err(ConnectError::UnknownKey { key: key.clone(), similar: similar(key) });
    }
    if let Some(name) = OTHER_VARIABLES.iter().find(|name| environment.get(name).is_some()) {
        return Err(ConnectError::UnsupportedKey { setting: (*name).to_owned() });
    }
    let mut settled = BTreeMap::new();
    for (name, variable, support) in KEYS {
        let (setting, value) = match explicit.get(*name) {
            Some(value) => (*name, value.as_str()),
            None => (*variable, environment.get(variable).unwrap_or_default()),
        };
        if value.is_empty() {
            continue;
        }
        if let Only(values) = support
            && !values.contains(&value)
        {
            return Err(refusal(name, setting, value, values));
        }
        settled.insert(*name, value.to_owned());
    }
    Ok(settled)
}

fn refusal(name: &str, setting: &str, value: &str, supported: &[&str]) -> ConnectError {
    const TLS_MODES: &[&str] = &["allow", "prefer", "require", "verify-ca", "verify-full"];
    let setting = setting.to_owned();
    if name == "sslmode" && TLS_MODES.contains(&value) {
        ConnectError::Tls { setting, value: value.to_owned() }
    } else if supported.is_empty() {
        ConnectError::UnsupportedKey { setting }
    } else {
        let reason = format!("supported: {}", supported.join(", "));
        ConnectError::BadValue { setting, reason }
    }
}

/// The known key that was most likely meant.
fn similar(key: &str) -> Option<String> {
    let key = key.to_ascii_lowercase();
    // The names that other programs use for the same thing.
    let alias = match key.as_str() {
        "database" | "db" => Some("dbname"),
        "username" => Some("user"),
        "timeout" => Some("connect_timeout"),
        "ssl" | "tls" => Some("sslmode"),
        _ => None,
    };
    let nearest = || {
        let distances = KEYS.iter().map(|(name, ..)| (distance(&key, name), *name));
        distances.min().filter(|(distance, _)| *distance <= 2).map(|(_, name)| name)
    };
    alias.or_else(nearest).map(str::to_owned)
}

/// How many characters have to be added, removed or replaced (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, in_a) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, in_b) in row.iter_mut().skip(1).zip(b.chars()) {
            let above = *cell;
            left = (diagonal + usize::from(in_a != in_b)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{KEYS, distance, similar};

    #[test]
    fn distances() {
        for (a, b, expected) in
            [("", "abc", 3), ("abc", "abc", 0), ("kitten", "sitting", 3), ("ab", "ba", 2)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn suggestions() {
        for (key, expected) in [
            ("hots", Some("host")),
            ("passwrd", Some("password")),
            ("SSLMODE", Some("sslmode")),
            ("database", Some("dbname")),
            ("xyzzy", None),
        ] {
            assert_eq!(similar(key).as_deref(), expected, "{key}");
        }
    }

    #[test]
    fn the_table_is_sorted_without_repeats() {
        assert!(KEYS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
