//! The shapes of differences.

use serde::Serialize;

/// What is done about a difference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Prod gets dev's state.
    Bridge,
    /// Prod gets a part of dev's state; the rest stays.
    InPart,
    /// Prod keeps it; dev can be given it.
    Backport,
    /// It is told and nothing is done.
    Told,
    /// Something is in the way.
    NotBridged,
}

impl Direction {
    /// All of them, in order.
    pub const ALL: [Self; 5] =
        [Self::Bridge, Self::InPart, Self::Backport, Self::Told, Self::NotBridged];

    /// The word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bridge => "bridge",
            Self::InPart => "bridged in part",
            Self::Backport => "kept in prod",
            Self::Told => "told only",
            Self::NotBridged => "not bridged",
        }
    }
}

/// How much a difference matters: the first of these that holds, from the worst down.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It is told and does not count.
    Info,
    /// Prod gets dev's state, and nothing that stands is lost, read as a whole or written anew.
    Low,
    /// Only prod has it, prod keeps it in whole or in part, a removal was left out, or the bridge
    /// reads, indexes or writes anew what stands, may stop on its rows, or makes it use what is empty.
    Medium,
    /// It is not modelled or not bridged, the bridge loses data there, or the security review finds
    /// something that the bridge brings.
    High,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Self; 4] = [Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// Its rule, for people.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Info => "told only, it does not count",
            Self::Low => {
                "prod gets dev's state, and nothing that stands is lost, read as a whole or written anew"
            }
            Self::Medium => {
                "only prod has it, prod keeps it in whole or in part, a removal was left out, or the bridge reads, indexes or writes anew what stands, may stop on its rows, or makes it use what is empty"
            }
            Self::High => {
                "not modelled, not bridged, the bridge loses data there, or it brings a finding of the security review"
            }
        }
    }
}

/// One object that differs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DriftView {
    /// Its stable name: `missing:table:public.users`.
    pub id: String,
    /// Where it stands in a document: made from `id`, letters, digits and `-` only.
    pub anchor: String,
    /// The schema that it stands in; empty where its kind has none.
    pub schema: String,
    /// How much it matters.
    pub severity: Severity,
    /// Why it matters that much.
    pub because: Vec<String>,
    /// `missing`, `extra`, `changed` or `unmodelled`.
    pub code: String,
    /// The kind's name.
    pub kind: String,
    /// The object's name.
    pub object: String,
    /// What it is a part of, where that stands on one side only as well.
    pub told_with: Option<String>,
    /// Whether it counts.
    pub counts: bool,
    /// What is done.
    pub direction: Direction,
    /// Why, where it is not bridged as a whole.
    pub why: Vec<String>,
    /// The properties that differ, or those of an object of one side.
    pub properties: Vec<Property>,
}

/// One property.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Property {
    /// Its name.
    pub name: String,
    /// In dev; `-` where it is not set.
    pub dev: String,
    /// In prod; `-` where it is not set.
    pub prod: String,
    /// What is done.
    pub direction: Direction,
    /// From prod to dev, where a value has several lines.
    pub diff: Option<String>,
}
