//! Connection strings of the form `postgresql://user@host:port/database?key=value`.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use super::ConnectError;

/// Whether `text` is a connection URI.
pub(super) fn is_uri(text: &str) -> bool {
    without_scheme(text).is_some()
}

fn without_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.trim_start().split_once("://")?;
    let known = ["postgresql", "postgres"];
    known.iter().any(|name| scheme.eq_ignore_ascii_case(name)).then_some(rest)
}

/// The settings of the URI; what the query part says overrides the rest, as in libpq.
///
/// No message repeats the text: what is out of place may be half of a password.
pub(super) fn parse(uri: &str) -> Result<BTreeMap<String, String>, ConnectError> {
    let mut settings = BTreeMap::new();
    let mut set = |key: &str, value: &str| -> Result<(), ConnectError> {
        if !value.is_empty() {
            settings.insert(key.to_owned(), decode(value)?);
        }
        Ok(())
    };
    let rest = without_scheme(uri).unwrap_or(uri);
    // As in libpq only a slash ends the search for `@`: a raw `?` may be part of a password.
    let before_slash = rest.split('/').next().unwrap_or_default();
    let rest = match before_slash.split_once('@') {
        Some((userinfo, _)) => {
            let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
            if user.contains('?') {
                return Err(ConnectError::syntax("a `?` in the user name has to be written `%3F`"));
            }
            set("user", user)?;
            set("password", password)?;
            rest.get(userinfo.len() + 1..).unwrap_or_default()
        }
        None => rest,
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    if rest.contains('@') {
        // libpq would take the rest of a password for a host or a database, and print it.
        return Err(ConnectError::syntax(
            "an `@` stands where the host or the database is named; within a password it has to \
             be written `%40`, and a `/` `%2F`",
        ));
    }
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    if authority.contains(',') {
        return Err(ConnectError::MultipleHosts);
    }
    let (host, port) = host_and_port(authority)?;
    set("host", host)?;
    set("port", port)?;
    set("dbname", database)?;
    for parameter in query.split('&').filter(|_| !query.is_empty()) {
        let (key, value) = parameter
            .split_once('=')
            .ok_or_else(|| ConnectError::syntax("a parameter after `?` has no `=`"))?;
        if value.contains('=') {
            return Err(ConnectError::syntax(
                "a parameter after `?` has a second `=`, which has to be written `%3D`",
            ));
        }
        let (key, value) = (decode(key)?, decode(value)?);
        // The spelling of JDBC, which libpq takes as well.
        if key == "ssl" && value == "true" {
            settings.insert("sslmode".to_owned(), "require".to_owned());
        } else {
            settings.insert(key, value);
        }
    }
    Ok(settings)
}

fn host_and_port(authority: &str) -> Result<(&str, &str), ConnectError> {
    let (host, tail) = match authority.strip_prefix('[') {
        Some(inner) => inner
            .split_once(']')
            .filter(|(host, _)| !host.is_empty())
            .ok_or_else(|| ConnectError::syntax("an IPv6 address in `[` has no `]`"))?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    match tail.strip_prefix(':') {
        Some(port) => Ok((host, port)),
        None if tail.is_empty() => Ok((host, "")),
        None => Err(ConnectError::syntax("after the `]` of an IPv6 address comes `:` or `/`")),
    }
}

fn decode(text: &str) -> Result<String, ConnectError> {
    // The crate lets a bad escape stand; libpq, rightly, does not.
    for (at, _) in text.match_indices('%') {
        let digits = text.get(at + 1..at + 3).unwrap_or_default();
        let hex = digits.len() == 2 && digits.chars().all(|c| c.is_ascii_hexdigit());
        if !hex || digits == "00" {
            return Err(ConnectError::syntax(
                "a `%` is not followed by two hexadecimal digits other than 00; a percent sign \
                 itself is written `%25`",
            ));
        }
    }
    let decoded = percent_decode_str(text).decode_utf8();
    decoded
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| ConnectError::syntax("its percent-escapes do not make UTF-8"))
}
