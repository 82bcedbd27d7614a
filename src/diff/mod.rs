//! Two catalogs become their divergence.
//!
//! Owns the generic comparison. In: two catalogs. Out: [`Divergence`], plain data.
//! Invariant: no kind is named here; every difference of every attribute that the model holds is
//! a change, and every difference of the ledger is a drift.

mod compare;
pub mod text;

pub use compare::compare;

use crate::model::ObjectId;
use serde::Serialize;

/// On which side an object stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Only in dev.
    DevOnly,
    /// Only in prod.
    ProdOnly,
    /// On both, and different.
    Both,
}

/// Whether a difference counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Told; it changes no exit code.
    Info,
    /// Drift.
    Drift,
}

/// One property that differs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Change {
    /// The attribute's name.
    pub attribute: String,
    /// Its value in dev, for people.
    pub dev: String,
    /// Its value in prod, for people.
    pub prod: String,
    /// Elements that only dev has, where the attribute is a set, a list or a map.
    pub dev_elements: Vec<String>,
    /// Elements that only prod has.
    pub prod_elements: Vec<String>,
    /// Whether it counts.
    pub level: Level,
}

/// One object that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drift {
    /// The object.
    pub object: ObjectId,
    /// What it is a part of, when that is on one side only as well: it is told there.
    pub told_with: Option<ObjectId>,
    /// Where it stands.
    pub side: Side,
    /// What differs; empty for an object of one side.
    pub changes: Vec<Change>,
    /// Whether it counts.
    pub level: Level,
    /// It stands in the ledger: that it differs is known, how is not.
    pub unmodelled: bool,
}

impl Drift {
    /// A stable name of the finding: `missing:table:public.users`.
    pub fn id(&self) -> String {
        format!("{}:{}", self.code(), self.object)
    }

    /// On which side it stands, as one word of the finding's name.
    pub fn code(&self) -> &'static str {
        match (self.unmodelled, self.side) {
            (true, _) => "unmodelled",
            (false, Side::DevOnly) => "missing",
            (false, Side::ProdOnly) => "extra",
            (false, Side::Both) => "changed",
        }
    }
}

/// All differences, in the order of the objects.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Divergence {
    /// Each object that differs.
    pub drifts: Vec<Drift>,
}

impl Divergence {
    /// Whether nothing counts.
    pub fn is_equal(&self) -> bool {
        self.drifts.iter().all(|drift| drift.level == Level::Info)
    }

    /// What counts.
    pub fn counted(&self) -> impl Iterator<Item = &Drift> {
        self.drifts.iter().filter(|drift| drift.level == Level::Drift)
    }
}
