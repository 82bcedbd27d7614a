//! Histories of migration tools on the way to a bundle: texts from files, and replays.

use crate::cli::error::CliError;
use crate::connect::{Conninfo, Environment};
use crate::diff::{Divergence, Level};
use crate::history::{self, Outcomes, Side, What};
use crate::model::{Catalog, Entry, ObjectId};
use crate::verify::BinarySearch;
use crate::verify::replay::{Replay, replay};
use std::collections::BTreeSet;
use std::path::Path;

/// Gives the entries of both sides the texts of the files in a folder.
pub(super) fn complete(folder: &Path, sides: [&mut Catalog; 2]) -> Result<(), CliError> {
    let files = history::read_folder(folder)
        .map_err(|source| CliError::Migrations { path: folder.to_owned(), source })?;
    for catalog in sides {
        for history in catalog.histories.iter_mut().flatten() {
            if let Some(tool) = history::of(&history.tool) {
                files.complete(tool, history);
            }
        }
    }
    Ok(())
}

/// Replays what one side lacks.
pub(super) async fn outcomes(
    sides: Replay<'_>,
    scratch: Option<&str>,
    environment: &Environment,
    progress: &mut dyn FnMut(&str),
) -> Result<Outcomes, CliError> {
    let pairs = history::pairs(sides.dev, sides.prod).unwrap_or_default();
    let mut lacking: Vec<(Side, &str, Vec<&Entry>)> = Vec::new();
    for pair in &pairs {
        for side in [Side::Prod, Side::Dev] {
            let source = pair.side(side.other()).map(history::applied).unwrap_or_default();
            let only: BTreeSet<&str> = pair
                .lines
                .iter()
                .filter(|line| line.what == What::Only(side.other()))
                .map(|line| line.version)
                .collect();
            let entries: Vec<&Entry> =
                source.into_iter().filter(|entry| only.contains(entry.version.as_str())).collect();
            if pair.tool.holds == history::Holds::All && !entries.is_empty() {
                lacking.push((side, pair.tool.name, entries));
            }
        }
    }
    let scratch = scratch.map(|text| Conninfo::parse(text, environment)).transpose()?;
    let search = BinarySearch::from_environment(environment);
    Ok(replay(sides, &lacking, scratch.as_ref(), &search, progress).await?)
}

/// What differs and no migration that one side lacks changed; none where a text or a history is not known, or a
/// migration of both was edited.
pub(super) fn unexplained(
    decided: Option<&[history::Decided<'_>]>,
    outcomes: &Outcomes,
    divergence: &Divergence,
) -> Option<Vec<String>> {
    let mut touched: BTreeSet<&ObjectId> = BTreeSet::new();
    for one in decided? {
        if !one.pair.is_known() {
            return None;
        }
        for verdict in &one.verdicts {
            match verdict.line.what {
                What::Only(side) => {
                    let key = (
                        side.other(),
                        one.pair.tool.name.to_owned(),
                        verdict.line.version.to_owned(),
                    );
                    touched.extend(outcomes.get(&key)?.touched.as_ref()?);
                }
                What::Checksum | What::Text | What::Unfinished(..) => return None,
                What::Name | What::Order => {}
            }
        }
    }
    let drifts = divergence.drifts.iter();
    let counted = drifts.filter(|drift| drift.level == Level::Drift && drift.told_with.is_none());
    let rest = counted.filter(|drift| !touched.contains(&drift.object));
    Some(rest.map(|drift| drift.object.to_string()).collect())
}
