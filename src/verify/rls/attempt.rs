//! One check in a transaction of its own, which is always rolled back.

use super::{Check, rows_of};
use crate::connect::{ConnectError, Session};
use crate::sql::{quote, split};
use crate::verify::VerifyError;
use crate::verify::scratch::Scratch;
use serde_json::Value;
use std::fmt;

/// The server's code of a denial: of a privilege that is missing, and of a row that no policy lets in.
const DENIED: &str = "42501";

/// What would end the transaction, and with it the role.
const TRANSACTION: &[&str] =
    &["ABORT", "BEGIN", "COMMIT", "END", "PREPARE", "RELEASE", "ROLLBACK", "SAVEPOINT", "START"];

/// What came of a check.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It ran and returned or changed that many rows.
    Done(u64),
    /// It was refused; the server's message.
    Denied(String),
    /// Anything else: nothing is shown.
    Failed(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(rows) => write!(f, "allowed with {}", rows_of(*rows)),
            Self::Denied(message) => write!(f, "denied: {message} ({DENIED})"),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

/// Tries a check; what came of it, and what that does not show.
pub(super) async fn attempt(
    check: &Check,
    scratch: &Scratch,
) -> Result<(Outcome, Option<String>), VerifyError> {
    if let Some(why) = unfit(check) {
        return Ok((Outcome::Failed(why), None));
    }
    let session = scratch.session().await?;
    let role = quote::literal(&check.role);
    let bypasses = session
        .scalar_text(&format!(
            "SELECT r.rolsuper OR r.rolbypassrls FROM pg_catalog.pg_roles r WHERE r.rolname = {role}"
        ))
        .await?;
    let Some(bypasses) = bypasses else {
        let why = format!("an error: the scratch database has no role {}", check.role);
        return Ok((Outcome::Failed(why), None));
    };
    let limit = (bypasses == "t").then(|| {
        format!(
            "rls checks as {}: row-level security does not bind it on the scratch database",
            check.role
        )
    });
    let outcome = run(check, &session).await;
    // it ends with the session at the latest
    session.close().await;
    Ok((outcome?, limit))
}

async fn run(check: &Check, session: &Session) -> Result<Outcome, VerifyError> {
    let begin = "BEGIN; SET LOCAL row_security = on; SET LOCAL statement_timeout = '60s'; \
                 SET LOCAL lock_timeout = '5s'";
    session.run(begin).await?;
    let set = format!("SET LOCAL ROLE {}", quote::ident(&check.role));
    let settings = settings(check);
    let first = check.setup.iter().map(|sql| ("setup", sql));
    let then = settings.iter().map(|sql| ("settings", sql)).chain([("SET ROLE", &set)]);
    for (what, sql) in first.chain(then) {
        if let Err(error) = session.run(sql).await {
            return Ok(Outcome::Failed(format!("an error of {what}: {}", told(check, error)?)));
        }
    }
    match session.count(&check.statement).await {
        Ok(rows) => Ok(Outcome::Done(rows)),
        Err(ConnectError::Permission { message, .. }) => {
            Ok(Outcome::Denied(without_values(check, &message)))
        }
        Err(error) => Ok(Outcome::Failed(format!("an error: {}", told(check, error)?))),
    }
}

/// Why a check cannot be tried: it must be one statement, within the transaction.
fn unfit(check: &Check) -> Option<String> {
    let setup = check.setup.iter().map(|sql| ("setup", sql, false));
    for (what, sql, alone) in setup.chain([("statement", &check.statement, true)]) {
        let statements = match split::statements(sql) {
            Ok(statements) => statements,
            Err(error) => return Some(format!("an error: its {what} cannot be read: {error}")),
        };
        if alone && statements.len() != 1 {
            return Some(format!("an error: its {what} is not one statement"));
        }
        for statement in statements {
            let word = statement.text.split(|c: char| !c.is_ascii_alphabetic()).next();
            let word = word.unwrap_or_default().to_ascii_uppercase();
            if TRANSACTION.contains(&word.as_str()) {
                return Some(format!(
                    "an error: its {what} must not control the transaction: {word}"
                ));
            }
        }
    }
    None
}

/// The statements that make claims and settings, for this transaction only.
fn settings(check: &Check) -> Vec<String> {
    let set = |name: &str, value: &str| {
        let (name, value) = (quote::literal(name), quote::literal(value));
        format!("SELECT pg_catalog.set_config({name}, {value}, true)")
    };
    let mut statements = Vec::new();
    if let Some(claims) = &check.claims {
        let all = Value::Object(claims.clone()).to_string();
        statements.push(set("request.jwt.claims", &all));
        for (key, value) in claims {
            // a setting has a name of words
            let plain = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if let Some(text) = scalar(value).filter(|_| plain) {
                statements.push(set(&format!("request.jwt.claim.{key}"), &text));
            }
        }
    }
    statements.extend(check.settings.iter().map(|(name, value)| set(name, value)));
    statements
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// The message and the code of an error of the server.
fn told(check: &Check, error: ConnectError) -> Result<String, VerifyError> {
    let code = error.sqlstate().map(str::to_owned).unwrap_or_default();
    let message = match &error {
        ConnectError::Server { message, .. } | ConnectError::Permission { message, .. } => message,
        ConnectError::Timeout { reason, .. } | ConnectError::Protocol { reason, .. } => reason,
        _ => return Err(error.into()),
    };
    Ok(format!("{} ({code})", without_values(check, message)))
}

/// A message of the server without what claims and settings hold, which may be secret.
fn without_values(check: &Check, message: &str) -> String {
    let mut values: Vec<String> = check.settings.values().cloned().collect();
    let mut rest: Vec<&Value> = check.claims.iter().flat_map(serde_json::Map::values).collect();
    while let Some(value) = rest.pop() {
        match value {
            Value::Array(values) => rest.extend(values),
            Value::Object(map) => rest.extend(map.values()),
            other => values.extend(scalar(other)),
        }
    }
    // a longer one may hold a shorter one
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    let mut text = message.to_owned();
    for value in values.iter().filter(|value| !value.is_empty()) {
        text = text.replace(&format!("\"{value}\""), "\"...\"");
        if value.len() > 3 {
            text = text.replace(value.as_str(), "...");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{settings, unfit, without_values};
    use crate::verify::rls::{Check, Expectation, When};
    use serde_json::json;
    use std::collections::BTreeMap;

    fn check(statement: &str) -> Check {
        let claims = json!({ "sub": "0815-4711", "a b": 1, "app": { "tenant": "acme" }, "n": 7 });
        Check {
            name: None,
            role: "app".to_owned(),
            claims: claims.as_object().cloned(),
            settings: BTreeMap::from([("app.id".to_owned(), "it's".to_owned())]),
            setup: None,
            statement: statement.to_owned(),
            expect: Expectation::Allowed,
            when: When::After,
        }
    }

    #[test]
    fn claims_are_settings() {
        let all = settings(&check("SELECT 1"));
        let claims = r#"{"a b":1,"app":{"tenant":"acme"},"n":7,"sub":"0815-4711"}"#;
        let set = |name: &str, value: &str| {
            format!("SELECT pg_catalog.set_config('{name}', '{value}', true)")
        };
        let expected = [
            set("request.jwt.claims", claims),
            set("request.jwt.claim.n", "7"),
            set("request.jwt.claim.sub", "0815-4711"),
            set("app.id", "it''s"),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn values_of_claims_are_not_told() {
        let check = check("SELECT 1");
        let told = without_values(
            &check,
            "invalid input syntax for type uuid: \"0815-4711\", acme, \"7\", 7",
        );
        assert_eq!(told, "invalid input syntax for type uuid: \"...\", ..., \"...\", 7");
    }

    #[test]
    fn a_check_cannot_leave_its_transaction() {
        assert_eq!(unfit(&check("SELECT 1;")), None);
        let why = |statement: &str| unfit(&check(statement)).unwrap();
        assert!(why("SELECT 1; SELECT 2").contains("not one statement"));
        assert!(why("").contains("not one statement"));
        assert!(why("commit").contains("COMMIT"));
        assert!(why("\\d notes").contains("cannot be read"));
        let mut setup = check("SELECT 1");
        setup.setup = Some("INSERT INTO t VALUES (1); ROLLBACK".to_owned());
        assert!(unfit(&setup).unwrap().contains("setup must not control the transaction"));
    }
}
