//! Which recorded migrations have nothing left to do: they are run on a scratch database with the schema of the
//! side that lacks them, and what they change there is compared with what that side has, or will have.
//!
//! A migration is covered when all of this holds:
//! - its statements only define objects (`fits`): what they do to rows or to the cluster no schema shows;
//! - it runs, after the covered ones before it, and every `IF NOT EXISTS` makes something;
//! - each object that it changed is the same on both sides once the bridge has run on prod, or the backport on dev;
//! - what it made is still there on the side that recorded it, with the default that it gave: one that went again
//!   may have filled rows.
//!
//! What is not covered is taken back before the next one runs, so that nothing is built on it.

mod fits;

use crate::connect::{ConnectError, Conninfo, Session};
use crate::diff::{Level, compare};
use crate::history::{Outcome, Outcomes, Side};
use crate::model::{Catalog, Entry, Kind, ObjectId};
use crate::plan::Options;
use crate::sql::{quote, split};
use crate::verify::baseline::{build, captured};
use crate::verify::evidence::Evidence;
use crate::verify::scratch::{self, Scratch};
use crate::verify::{BinarySearch, VerifyError};
use std::collections::BTreeSet;

/// Objects that a reason names.
const NAMED: usize = 5;

/// What is replayed.
#[derive(Clone, Copy)]
pub struct Replay<'a> {
    /// The reference side.
    pub dev: &'a Catalog,
    /// The side that the bridge changes.
    pub prod: &'a Catalog,
    /// What prod will be.
    pub goal: &'a Catalog,
    /// What dev will be.
    pub backported: &'a Catalog,
    /// How it is planned.
    pub options: &'a Options,
}

/// Replays migrations that one side lacks, in the order in which the other ran them: the side that
/// lacks them, the tool's key, and the entries with their texts.
///
/// # Errors
/// When the scratch database cannot be had, or could not be dropped.
pub async fn replay(
    replay: Replay<'_>,
    lacking: &[(Side, &str, Vec<&Entry>)],
    server: Option<&Conninfo>,
    binaries: &BinarySearch,
    progress: &mut dyn FnMut(&str),
) -> Result<Outcomes, VerifyError> {
    let mut outcomes = Outcomes::new();
    for (target, tool, entries) in lacking {
        if entries.iter().all(|entry| entry.text.is_none()) {
            continue;
        }
        let evidence = Evidence::of(replay.dev.clone(), replay.prod.clone(), replay.options);
        let mut scratch = scratch::open(&evidence, server, binaries, progress).await?;
        let found = on(&replay, *target, entries, &evidence, &mut scratch, progress).await;
        let removed = scratch.remove().await;
        for (version, outcome) in found? {
            outcomes.insert((*target, (*tool).to_owned(), version), outcome);
        }
        removed?;
    }
    Ok(outcomes)
}

/// The replay on the schema of one side.
async fn on(
    replay: &Replay<'_>,
    target: Side,
    entries: &[&Entry],
    evidence: &Evidence,
    scratch: &mut Scratch,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<(String, Outcome)>, VerifyError> {
    let (lacks, has, after) = match target {
        Side::Prod => (replay.prod, replay.dev, replay.goal),
        Side::Dev => (replay.dev, replay.prod, replay.backported),
    };
    let base = Evidence::of(has.clone(), lacks.clone(), replay.options);
    let stage = Stage { has, differing: differing(has, after), target };
    let mut covered: Vec<&str> = Vec::new();
    let mut outcomes = Vec::new();
    let mut outdated = true;
    for entry in entries {
        let Some(text) = entry.text.as_deref() else { continue };
        let outcome = if let Some(why) = fits::unfit(text) {
            told(why)
        } else {
            let side = target.name();
            progress(&format!("replaying {} on the schema of {side}", entry.version));
            if outdated && let Some(why) = renewed(scratch, evidence, &base, &covered).await? {
                let all = entries.iter().map(|entry| (entry.version.clone(), told(why.clone())));
                return Ok(all.collect());
            }
            let outcome = stage.judge(scratch, text).await?;
            outdated = !outcome.covered;
            outcome
        };
        if outcome.covered {
            covered.push(text);
        }
        outcomes.push((entry.version.clone(), outcome));
    }
    Ok(outcomes)
}

fn told(why: String) -> Outcome {
    Outcome { covered: false, why, touched: None }
}

/// Objects that count and differ.
fn differing(one: &Catalog, other: &Catalog) -> BTreeSet<ObjectId> {
    let drifts = compare(one, other).drifts;
    drifts
        .into_iter()
        .filter(|drift| drift.level == Level::Drift)
        .map(|drift| drift.object)
        .collect()
}

/// Makes the schema anew, with what is covered already; the reason where it cannot be made.
async fn renewed(
    scratch: &mut Scratch,
    evidence: &Evidence,
    base: &Evidence,
    covered: &[&str],
) -> Result<Option<String>, VerifyError> {
    scratch.renew(evidence).await?;
    let baseline = build(base, scratch).await?;
    if let Some(first) = baseline.differences.first() {
        return Ok(Some(format!("the schema cannot be built on the scratch database: {first}")));
    }
    for text in covered {
        if let Err(why) = run(scratch, text).await? {
            return Ok(Some(format!("the schema cannot be built again: {why}")));
        }
    }
    Ok(None)
}

/// What migrations of one side are measured by.
struct Stage<'a> {
    /// The side that recorded them.
    has: &'a Catalog,
    /// What differs between the sides once the files for the side that lacks them have run.
    differing: BTreeSet<ObjectId>,
    target: Side,
}

impl Stage<'_> {
    async fn judge(&self, scratch: &Scratch, text: &str) -> Result<Outcome, VerifyError> {
        let side = self.target.name();
        let before = captured(scratch).await?;
        let masked = match run(scratch, text).await? {
            Ok(masked) => masked,
            Err(why) => return Ok(told(format!("it does not run on the schema of {side}: {why}"))),
        };
        let now = captured(scratch).await?;
        let touched = differing(&now, &before);
        let differ: Vec<&ObjectId> = touched.intersection(&self.differing).collect();
        let gone: Vec<&ObjectId> = touched.iter().filter(|id| self.is_gone(&now, id)).collect();
        let (covered, why) = if let Some(statement) = masked {
            (false, format!("`{statement}` finds something there already and does nothing"))
        } else if touched.is_empty() {
            (false, format!("on the schema of {side} it changes nothing that shows"))
        } else if !differ.is_empty() {
            (false, format!("{} will not be as in {}", named(&differ), self.target.other().name()))
        } else if !gone.is_empty() {
            (
                false,
                format!("{} made by it is not so any more, and may have filled rows", named(&gone)),
            )
        } else {
            let count = touched.len();
            let (what, are) =
                if count == 1 { ("1 object", "is") } else { (&*format!("{count} objects"), "are") };
            (
                true,
                format!(
                    "covered: the {what} that a replay changed {are} the same on both sides after the {}",
                    if self.target == Side::Prod { "bridge" } else { "backport" }
                ),
            )
        };
        Ok(Outcome { covered, why, touched: Some(touched) })
    }

    /// Whether it made something that is not there any more, or a default that is another one now.
    fn is_gone(&self, now: &Catalog, id: &ObjectId) -> bool {
        let Some(made) = now.objects.get(id) else { return false };
        match self.has.objects.get(id) {
            None => true,
            Some(has) => id.kind == Kind::Default && has.values != made.values,
        }
    }
}

fn named(objects: &[&ObjectId]) -> String {
    let names: Vec<String> = objects.iter().take(NAMED).map(ToString::to_string).collect();
    let more = objects.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.join(", "))
}

/// Runs a text as its tool would, statement by statement: the first statement that found something there already,
/// or why it stopped.
async fn run(scratch: &Scratch, text: &str) -> Result<Result<Option<String>, String>, VerifyError> {
    let statements = match split::statements(text) {
        Ok(statements) => statements,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let session = scratch.session().await?;
    let mut masked = None;
    for statement in &statements {
        let lenient = fits::is_lenient(&statement.text);
        let before = if lenient { Some(changes(&session).await?) } else { None };
        if let Err(error) = session.run(&statement.text).await {
            let place = format!("line {}", statement.line);
            return Ok(Err(refused(&place, &statement.text, error)?));
        }
        if lenient && masked.is_none() && before == Some(changes(&session).await?) {
            masked = Some(fits::head(&statement.text));
        }
    }
    // what it leaves open is undone, as when its tool ends
    session.close().await;
    Ok(Ok(masked))
}

/// Errors whose messages name objects and nothing else.
const NAMES_ONLY: &[&str] =
    &["3F000", "42701", "42703", "42704", "42710", "42723", "42883", "42P01", "42P06", "42P07"];

/// What the server said, without what the statement holds: that may be a secret, and a document shows it.
fn refused(place: &str, statement: &str, error: ConnectError) -> Result<String, VerifyError> {
    let code = error.sqlstate().unwrap_or_default().to_owned();
    let head = fits::head(statement);
    let said = match &error {
        ConnectError::Server { message, .. } if NAMES_ONLY.contains(&&*code) => {
            format!(": {}", quote::printable(message))
        }
        ConnectError::Server { .. }
        | ConnectError::Permission { .. }
        | ConnectError::Timeout { .. } => String::new(),
        _ => return Err(error.into()),
    };
    Ok(format!("{place}, `{head}`{said} ({code})"))
}

/// How much the session's catalogs have been written to: objects that are there, and their versions.
async fn changes(session: &Session) -> Result<String, ConnectError> {
    const CATALOGS: &[&str] = &[
        "pg_class",
        "pg_attribute",
        "pg_constraint",
        "pg_proc",
        "pg_type",
        "pg_namespace",
        "pg_extension",
        "pg_enum",
        "pg_trigger",
        "pg_policy",
        "pg_publication",
        "pg_event_trigger",
        "pg_cast",
        "pg_collation",
        "pg_foreign_server",
        "pg_foreign_data_wrapper",
        "pg_statistic_ext",
        "pg_attrdef",
        "pg_operator",
        "pg_opclass",
        "pg_opfamily",
    ];
    let one = |catalog: &&str| {
        format!(
            "(SELECT pg_catalog.count(*) || ':' || coalesce(pg_catalog.sum(pg_catalog.hashtext(t.ctid::text || t.xmin::text || t.cmin::text)::bigint), 0) \
             FROM pg_catalog.{catalog} t)"
        )
    };
    let all: Vec<String> = CATALOGS.iter().map(one).collect();
    let sql = format!("SELECT pg_catalog.concat_ws(' ', {})", all.join(", "));
    Ok(session.scalar_text(&sql).await?.unwrap_or_default())
}
