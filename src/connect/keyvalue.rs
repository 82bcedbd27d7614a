//! Connection strings of the form `key=value key='quoted value'`.

use std::collections::BTreeMap;

use super::ConnectError;

/// The settings of the string; of a repeated key the last counts, as in libpq.
///
/// No message repeats the text: what is out of place may be half of a password.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, String>, ConnectError> {
    let mut settings = BTreeMap::new();
    let mut rest = text.trim_start_matches(is_space);
    while !rest.is_empty() {
        let (key, tail) = rest
            .split_once('=')
            .map(|(key, tail)| (key.trim_end_matches(is_space), tail.trim_start_matches(is_space)))
            .filter(|(key, _)| !key.contains(is_space))
            .ok_or_else(|| ConnectError::syntax("a setting has no `=` after its name"))?;
        if key.is_empty() {
            return Err(ConnectError::syntax("a `=` has no setting before it"));
        }
        let (value, tail) = value(tail)?;
        settings.insert(key.to_owned(), value);
        rest = tail.trim_start_matches(is_space);
    }
    Ok(settings)
}

/// The value at the start of `text`, and what follows it.
fn value(text: &str) -> Result<(String, &str), ConnectError> {
    let quoted = text.strip_prefix('\'');
    let mut value = String::new();
    let mut chars = quoted.unwrap_or(text).chars();
    loop {
        match chars.next() {
            Some('\\') => value.extend(chars.next()),
            Some('\'') if quoted.is_some() => break,
            Some(c) if quoted.is_none() && is_space(c) => break,
            Some(c) => value.push(c),
            None if quoted.is_some() => {
                return Err(ConnectError::syntax("a quote is not closed"));
            }
            None => break,
        }
    }
    Ok((value, chars.as_str()))
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}
