//! Checks of row-level security: what a role may do with a statement, tried on the scratch database.

mod attempt;

use crate::sql::quote;
use crate::verify::scratch::Scratch;
use crate::verify::{Proof, VerifyError};
use attempt::{Outcome, attempt};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One `[[rls]]` check. Roles and schemas have prod's names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// What messages call it, where it has a name.
    pub name: Option<String>,
    /// Who runs the statement.
    pub role: String,
    /// What `request.jwt.claims` holds; none where that is not set.
    pub claims: Option<serde_json::Map<String, serde_json::Value>>,
    /// Further settings.
    pub settings: BTreeMap<String, String>,
    /// What runs before, as who made the scratch database.
    pub setup: Option<String>,
    /// The statement, one.
    pub statement: String,
    /// What shall come of it.
    pub expect: Expectation,
    /// Where it shall hold.
    pub when: When,
}

/// What shall come of a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expectation {
    /// The server refuses it (42501).
    Denied,
    /// It succeeds.
    Allowed,
    /// It succeeds and returns or changes that many rows.
    Rows(u64),
}

/// The schemas in which a check shall hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Prod's as it is.
    Before,
    /// That after the bridge.
    After,
    /// Both.
    Both,
}

/// How many checks there were.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct RlsChecks {
    /// All of them.
    pub checks: usize,
    /// Those that hold wherever they shall.
    pub hold: usize,
}

/// When checks are tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Moment {
    /// On prod's schema.
    Before,
    /// After the bridge.
    After,
    /// After the rollback: what held before shall hold again.
    Back,
}

impl Moment {
    const fn name(self) -> &'static str {
        match self {
            Self::Before => "before the bridge",
            Self::After => "after the bridge",
            Self::Back => "after the rollback",
        }
    }
}

/// What became of the checks so far.
pub(super) struct Tally<'a> {
    checks: &'a [Check],
    failed: BTreeSet<usize>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(checks: &'a [Check]) -> Self {
        Self { checks, failed: BTreeSet::new() }
    }

    /// Tries the checks of a moment; each that does not hold is a difference.
    pub(super) async fn look(
        &mut self,
        moment: Moment,
        scratch: &Scratch,
        proof: &mut Proof,
    ) -> Result<(), VerifyError> {
        for (at, check) in self.checks.iter().enumerate() {
            let unasked = match moment {
                Moment::Before => check.when == When::After,
                Moment::After => check.when == When::Before,
                // one that did not hold before need not hold again
                Moment::Back => check.when == When::After || self.failed.contains(&at),
            };
            if unasked {
                continue;
            }
            let (outcome, limit) = attempt(check, scratch).await?;
            if let Some(limit) = limit.filter(|limit| !proof.limits.contains(limit)) {
                proof.limits.push(limit);
            }
            if !meets(check.expect, &outcome) {
                self.failed.insert(at);
                let (when, expected) = (moment.name(), expected(check.expect));
                let line =
                    format!("{when}: {}: expected {expected}, got {outcome}", title(check, at));
                proof.differences.push(quote::printable(&line));
            }
        }
        Ok(())
    }

    /// None where there are no checks.
    pub(super) fn figures(&self) -> Option<RlsChecks> {
        let checks = self.checks.len();
        (checks > 0).then(|| RlsChecks { checks, hold: checks - self.failed.len() })
    }
}

fn title(check: &Check, at: usize) -> String {
    let role = &check.role;
    match &check.name {
        Some(name) => format!("rls check {name:?} (as {role})"),
        None => format!("rls check {} (as {role})", at + 1),
    }
}

fn meets(expect: Expectation, outcome: &Outcome) -> bool {
    match (expect, outcome) {
        (Expectation::Denied, Outcome::Denied(_)) | (Expectation::Allowed, Outcome::Done(_)) => {
            true
        }
        (Expectation::Rows(expected), Outcome::Done(rows)) => *rows == expected,
        _ => false,
    }
}

fn expected(expect: Expectation) -> String {
    match expect {
        Expectation::Denied => "denied".to_owned(),
        Expectation::Allowed => "allowed".to_owned(),
        Expectation::Rows(rows) => rows_of(rows),
    }
}

fn rows_of(rows: u64) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}
