//! Prod's schema on the scratch database, from its snapshot.

use crate::connect::Session;
use crate::diff::compare;
use crate::introspect::{CaptureOptions, capture};
use crate::model::{Catalog, ObjectId};
use crate::plan::{Drops, Options, Plan, Reason, reconcile};
use crate::verify::compared::compared;
use crate::verify::evidence::Evidence;
use crate::verify::scratch::Scratch;
use crate::verify::script::failure;
use crate::verify::{VerifyError, invalid, wording};
use std::collections::BTreeSet;

/// Settings under which the server deparsed the definitions, as in the bundle's files.
const SETTINGS: &str = "SET lock_timeout = '5s'; SET statement_timeout = '1h'; SET search_path = ''; \
    SET check_function_bodies = off; SET standard_conforming_strings = on; SET client_min_messages = warning; \
    SET row_security = off; SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; \
    SET xmloption = content; SET default_tablespace = ''; SET default_table_access_method = heap";

/// What stands on the scratch database before the bridge.
pub(super) struct Baseline {
    /// As it was captured.
    pub(super) catalog: Catalog,
    /// Whether its server is of prod's major.
    pub(super) same_major: bool,
    /// Modelled objects that are not as prod has them.
    pub(super) gaps: BTreeSet<ObjectId>,
    /// Whether something of prod is not there.
    pub(super) incomplete: bool,
    /// What it cannot show.
    pub(super) limits: Vec<String>,
    /// Why it cannot stand for prod.
    pub(super) differences: Vec<String>,
}

/// Builds it, and looks whether it is prod's schema.
pub(super) async fn build(evidence: &Evidence, scratch: &Scratch) -> Result<Baseline, VerifyError> {
    let session = scratch.session().await?;
    let empty = capture(&session, CaptureOptions::default()).await?;
    let options =
        Options { drops: Drops::Emit, apply_role: scratch.user().to_owned(), ..Options::default() };
    let mut plan = reconcile(&invalid::built(&evidence.prod), &empty, &options);
    session.run(SETTINGS).await?;
    let mut differences: Vec<String> = run(&session, &plan).await?.into_iter().collect();
    let mut limits = Vec::new();
    if differences.is_empty() {
        limits.extend(invalid::remains(&session, &evidence.prod, &mut plan.goal).await?);
    }
    session.close().await;
    let catalog = captured(scratch).await?;
    let same_major = evidence.prod.server.major() == catalog.server.major();
    let when = "prod's schema, built from its snapshot";
    if differences.is_empty() {
        let drifts = compared(&plan.goal, &catalog, same_major).drifts;
        differences = drifts.iter().flat_map(|drift| wording::lines(when, drift)).collect();
    }
    let gaps: BTreeSet<ObjectId> = compare(&evidence.prod, &plan.goal)
        .counted()
        .filter(|drift| !drift.unmodelled)
        .map(|drift| drift.object.clone())
        .collect();
    let unmodelled: Vec<&ObjectId> = plan
        .unbridged
        .iter()
        .filter(|item| item.reason == Reason::Unmodelled)
        .map(|item| &item.id)
        .filter(|id| evidence.prod.ledger.contains_key(id))
        .filter(|id| same_major || !is_of_another_version(id))
        .collect();
    if !unmodelled.is_empty() {
        limits.push(format!(
            "not modelled, so not on the scratch database: {}",
            wording::named(unmodelled.iter().copied())
        ));
    }
    if !gaps.is_empty() {
        limits
            .push(format!("could not be built on the scratch database: {}", wording::named(&gaps)));
    }
    let incomplete = !gaps.is_empty() || !unmodelled.is_empty();
    Ok(Baseline { catalog, same_major, gaps, incomplete, limits, differences })
}

/// What a server brings along differs between majors, and says nothing about the schema.
fn is_of_another_version(id: &ObjectId) -> bool {
    [" information_schema.", " pg_catalog."].iter().any(|schema| id.label().contains(schema))
}

/// What stands on the scratch database.
pub(super) async fn captured(scratch: &Scratch) -> Result<Catalog, VerifyError> {
    let session = scratch.session().await?;
    let catalog = capture(&session, CaptureOptions::default()).await?;
    session.close().await;
    Ok(catalog)
}

/// Runs the plan, a transaction per batch; the first statement that fails, in words.
async fn run(session: &Session, plan: &Plan) -> Result<Option<String>, VerifyError> {
    for batch in &plan.batches {
        session.run("BEGIN").await?;
        for step in &batch.steps {
            for statement in &step.statements {
                if let Err(error) = session.run(statement).await {
                    let place = format!("building prod's schema, {}", step.title());
                    return Ok(Some(failure(&place, statement, error)?.text));
                }
            }
        }
        if let Err(error) = session.run("COMMIT").await {
            let place = format!("building prod's schema, {}", batch.name);
            return Ok(Some(failure(&place, "COMMIT", error)?.text));
        }
    }
    Ok(None)
}
