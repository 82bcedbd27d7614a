//! `plan.json`: which files there are, their hashes, and what each step costs. It holds no SQL.

use crate::bundle::{BundleError, File, Input, Migration};
use crate::kinds::{Hazard, Lock};
use crate::model::Catalog;
use crate::model::snapshot::digest;
use crate::plan::{Drops, Estimates, Reason, Seconds, Step};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format that this version writes and reads.
pub const FORMAT_VERSION: u32 = 1;

/// The content of `plan.json`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Manifest {
    /// See [`FORMAT_VERSION`].
    pub format_version: u32,
    /// `YYYYMMDDHHMMSS`.
    pub timestamp: String,
    /// What was done about removals.
    pub drops: Drops,
    /// The role that runs the migrations.
    pub apply_role: String,
    /// Tables above this size in bytes are changed online.
    pub online_above: i64,
    /// The reference side.
    pub dev: Side,
    /// The side that is changed.
    pub prod: Side,
    /// In the order in which they run.
    pub migrations: Vec<Entry>,
    /// What the user's own steps make and leave, beside the goal.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub made: Vec<String>,
    /// Removals that were not asked for.
    pub withheld: Vec<Withheld>,
    /// What could not be bridged.
    pub unbridged: Vec<Unbridged>,
}

/// One side.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Side {
    /// The cluster, where it is known.
    pub system_identifier: Option<String>,
    /// The database.
    pub database: String,
    /// `server_version_num`.
    pub server_version_num: i32,
    /// SHA-256 of its snapshot's file.
    pub snapshot_sha256: String,
}

/// One migration.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Entry {
    /// Path of the migration.
    pub file: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Path of its rollback.
    pub rollback: String,
    /// Its SHA-256.
    pub rollback_sha256: String,
    /// What the rollback does not bring back.
    pub irreversible: Vec<String>,
    /// The steps, in order.
    pub steps: Vec<StepEntry>,
    /// The steps of the rollback, in order.
    pub rollback_steps: Vec<StepEntry>,
}

/// One step.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StepEntry {
    /// `create`, `alter`, `drop` or `complete`.
    pub verb: String,
    /// The object.
    pub object: String,
    /// The name of the user's own step beside the object.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub own: Option<String>,
    /// Line of its first statement in the file.
    pub line: usize,
    /// How many statements it has.
    pub statements: usize,
    /// The strongest lock on each relation that stood before.
    pub locks: BTreeMap<String, Lock>,
    /// Relations that it writes anew, and indexes that it builds anew on a table that it does not.
    pub rewrites: Vec<String>,
    /// Relations that it reads as a whole.
    pub scans: Vec<String>,
    /// How long that may take, by the table's size on prod and what is assumed of the machine; absent
    /// where a size is not known, and where only catalogs change.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seconds: Option<Seconds>,
    /// What the role that runs it must be, own or hold, in words, unless it is a superuser; without what
    /// it has because an earlier step made it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub needs: Vec<String>,
    /// What it loses for good.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub data_loss: Option<String>,
    /// Why it may fail on existing rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub may_fail: Option<String>,
    /// The class of that error (SQLSTATE).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hazard: Option<Hazard>,
    /// A query that tells before: one row with `bad`, true where it would fail.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub preflight: Option<String>,
    /// It is there only because that one changes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub forced_by: Option<String>,
}

/// A removal that was not asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Withheld {
    /// The object.
    pub object: String,
    /// Which attribute, if not the whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub attribute: Option<String>,
    /// What would be removed.
    pub what: String,
}

/// Something that could not be bridged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unbridged {
    /// The object.
    pub object: String,
    /// A class of reasons.
    pub reason: Reason,
    /// Why.
    pub why: String,
}

impl Manifest {
    /// Reads `plan.json`.
    ///
    /// # Errors
    /// When it is none, or newer.
    pub fn read(text: &str) -> Result<Self, BundleError> {
        #[derive(Deserialize)]
        struct Head {
            format_version: u32,
        }
        let wrong = |error: serde_json::Error| {
            BundleError::Manifest(format!("plan.json cannot be read: {error}"))
        };
        let head: Head = serde_json::from_str(text).map_err(wrong)?;
        if head.format_version != FORMAT_VERSION {
            let found = head.format_version;
            return Err(BundleError::Manifest(format!(
                "plan.json has format version {found}, and this pgbridge reads {FORMAT_VERSION}"
            )));
        }
        serde_json::from_str(text).map_err(wrong)
    }
}

pub(super) fn file(
    input: &Input<'_>,
    migrations: &[Migration],
    dev: &str,
    prod: &str,
) -> Result<File, BundleError> {
    let estimates = Estimates::new(input.prod, &input.plan.goal);
    let manifest = Manifest {
        format_version: FORMAT_VERSION,
        timestamp: input.timestamp.to_owned(),
        drops: input.options.drops,
        apply_role: input.options.apply_role.clone(),
        online_above: input.options.online_above,
        dev: side(input.dev, dev),
        prod: side(input.prod, prod),
        migrations: migrations
            .iter()
            .zip(&input.plan.batches)
            .map(|(migration, batch)| entry(&estimates, migration, batch))
            .collect(),
        made: made(input),
        withheld: input.plan.withheld.iter().map(withheld).collect(),
        unbridged: input.plan.unbridged.iter().map(unbridged).collect(),
    };
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(|error| BundleError::Manifest(format!("plan.json cannot be written: {error}")))?;
    Ok(File::new("plan.json", format!("{text}\n")))
}

fn made(input: &Input<'_>) -> Vec<String> {
    let unplaced = &input.plan.unplaced;
    let placed = input.options.own.iter().filter(|own| !unplaced.contains(&own.name));
    placed.flat_map(|own| own.makes.iter().cloned()).collect()
}

fn side(catalog: &Catalog, snapshot: &str) -> Side {
    Side {
        system_identifier: catalog.server.system_identifier.clone(),
        database: catalog.server.database.clone(),
        server_version_num: catalog.server.version_num,
        snapshot_sha256: digest(snapshot.as_bytes()),
    }
}

fn entry(estimates: &Estimates<'_>, migration: &Migration, batch: &crate::plan::Batch) -> Entry {
    Entry {
        file: format!("migrations/{}", migration.file_name()),
        sha256: digest(migration.forward.as_bytes()),
        rollback: format!("rollback/{}_rollback.sql", migration.name),
        rollback_sha256: digest(migration.back.as_bytes()),
        irreversible: batch.irreversible.clone(),
        steps: step_entries(estimates, &batch.steps, &migration.lines),
        rollback_steps: step_entries(
            estimates,
            batch.rollback.iter().flatten(),
            &migration.back_lines,
        ),
    }
}

fn step_entries<'a>(
    estimates: &Estimates<'_>,
    steps: impl IntoIterator<Item = &'a Step>,
    lines: &[usize],
) -> Vec<StepEntry> {
    let with_lines = steps.into_iter().zip(lines);
    let speaking = with_lines.filter(|(step, _)| !step.is_silent());
    speaking.map(|(step, line)| step_entry(estimates, step, *line)).collect()
}

fn step_entry(estimates: &Estimates<'_>, step: &Step, line: usize) -> StepEntry {
    let failure = step.effects.may_fail.as_ref();
    StepEntry {
        verb: step.verb.name().to_owned(),
        object: step.object.to_string(),
        own: step.own.clone(),
        line,
        statements: step.statements.len(),
        locks: step.effects.locks.iter().map(|(id, lock)| (id.label(), *lock)).collect(),
        rewrites: step.effects.rewrites.iter().map(crate::model::ObjectId::label).collect(),
        scans: step.effects.scans.iter().map(crate::model::ObjectId::label).collect(),
        seconds: estimates.of(step).seconds(),
        needs: step.needs.iter().map(ToString::to_string).collect(),
        data_loss: step.effects.data_loss.clone(),
        may_fail: failure.map(|failure| failure.why.clone()),
        hazard: failure.map(|failure| failure.hazard),
        preflight: failure.and_then(|failure| failure.preflight.clone()),
        forced_by: step.forced_by.as_ref().map(ToString::to_string),
    }
}

fn withheld(item: &crate::plan::Withheld) -> Withheld {
    Withheld {
        object: item.id.to_string(),
        attribute: item.attribute.clone(),
        what: item.what.clone(),
    }
}

fn unbridged(item: &crate::plan::Unbridged) -> Unbridged {
    Unbridged { object: item.id.to_string(), reason: item.reason, why: item.why.clone() }
}
