//! The proof that a bundle does what it promises.
//!
//! Owns the scratch database, the private cluster that may host it, and the verdict. In: the folder
//! of a bundle. Out: [`Proof`].
//! Invariant: prod's server is never written to, not even when asked; the files that run are the
//! bundle's own, byte for byte; what the scratch database cannot show is a named limit, never silent.

mod account;
mod baseline;
pub mod binaries;
pub mod cluster;
mod compared;
mod error;
mod evidence;
mod invalid;
mod leftovers;
mod observe;
mod proof;
pub mod replay;
mod rls;
mod roles;
mod rows;
mod scratch;
mod script;
mod told;
mod windows;
mod wording;

pub use binaries::{Binaries, BinarySearch};
pub use cluster::Cluster;
pub use error::VerifyError;
pub use rls::{Check, Expectation, RlsChecks, When};
pub use rows::Rows;

use crate::connect::Conninfo;
use serde::Serialize;
use std::path::Path;

/// What the proof came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The bridge leads to the goal and its rollback back.
    Proven,
    /// The same, as far as the scratch database can show it.
    ProvenWithLimits,
    /// It does not.
    NotProven,
    /// The scratch database cannot stand for prod.
    CannotProve,
}

impl Verdict {
    /// The word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::ProvenWithLimits => "proven with limits",
            Self::NotProven => "not proven",
            Self::CannotProve => "cannot prove",
        }
    }
}

/// The outcome of a proof.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Proof {
    /// What it came to.
    pub verdict: Verdict,
    /// What it does not show.
    pub limits: Vec<String>,
    /// What speaks against it, one line each.
    pub differences: Vec<String>,
    /// Where it ran, for people.
    pub scratch: String,
    /// How many migrations the bundle has, each with its rollback.
    pub files: usize,
    /// The rows that it ran on, where it was asked for some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<Rows>,
    /// What became of the checks of row-level security, where there are some and all were tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rls: Option<RlsChecks>,
    /// Whether the steps took what `plan.json` tells.
    pub prediction: Prediction,
}

/// Locks and rewrites of relations that stood before, told and observed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Prediction {
    /// How many steps were watched.
    pub steps: usize,
    /// How many took more than they tell: the bundle is not proven.
    pub too_weak: usize,
    /// How many took less.
    pub too_strong: usize,
    /// What was taken and not told, one line each.
    pub untold: Vec<String>,
    /// What the user's own steps took, one line each.
    pub own: Vec<String>,
    /// What was told and not taken.
    pub unseen: Vec<String>,
}

/// Proves the bundle in the folder `bundle` on a scratch database: on the server of `scratch`, else
/// on a private cluster made with the programs that `binaries` finds. With `data`, each table gets
/// that many rows before the bridge runs, and none of them may be lost without a word in the plan.
/// Each of the `checks` must hold.
///
/// The scratch database is dropped in every case, also when the future is.
///
/// # Errors
/// When the bundle is not whole, the scratch database cannot be had, or it could not be dropped.
pub async fn verify(
    bundle: &Path,
    scratch: Option<&Conninfo>,
    binaries: &BinarySearch,
    data: usize,
    checks: &[Check],
    progress: &mut dyn FnMut(&str),
) -> Result<Proof, VerifyError> {
    let evidence = evidence::read(bundle)?;
    let mut scratch = scratch::open(&evidence, scratch, binaries, progress).await?;
    let proof = proof::prove(&evidence, &mut scratch, data, checks, progress).await;
    let removed = scratch.remove().await;
    if let (Err(_), Err(leftover)) = (&proof, &removed) {
        // the first error is the one to return
        progress(&leftover.to_string());
    }
    let proof = proof?;
    removed?;
    Ok(proof)
}
