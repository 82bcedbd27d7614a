//! Findings as the page shows them.

use crate::diff::text::{self, Row};
use crate::report::view::{Direction, DriftView, Property, Severity};
use serde::Serialize;
use std::collections::BTreeSet;

/// A finding with the words for it.
#[derive(Serialize)]
pub(super) struct Item<'a> {
    drift: &'a DriftView,
    what: &'static str,
    severity: &'static str,
    direction: &'static str,
    /// It stands on one side only: each property has one value.
    one_sided: bool,
    /// Some properties stand in a table; the others have a text difference each.
    table: bool,
    properties: Vec<Shown<'a>>,
}

/// A property.
#[derive(Serialize)]
struct Shown<'a> {
    property: &'a Property,
    direction: &'static str,
    /// Its value has several lines.
    several: bool,
    unified: Vec<Hunk<'a>>,
    split: Vec<Row>,
}

/// A line of a unified diff.
#[derive(Serialize)]
struct Hunk<'a> {
    sign: &'a str,
    text: &'a str,
}

impl<'a> Item<'a> {
    /// With all properties.
    pub(super) fn of(drift: &'a DriftView) -> Self {
        let properties: Vec<Shown<'a>> = drift.properties.iter().map(shown).collect();
        let short = Self::short(drift);
        let table = properties.iter().any(|shown| short.one_sided || !shown.several);
        Self { table, properties, ..short }
    }

    /// Without its properties.
    pub(super) fn short(drift: &'a DriftView) -> Self {
        Self {
            what: what(&drift.code),
            severity: drift.severity.name(),
            direction: drift.direction.name(),
            one_sided: matches!(drift.code.as_str(), "missing" | "extra"),
            table: false,
            properties: Vec::new(),
            drift,
        }
    }
}

fn what(code: &str) -> &'static str {
    match code {
        "missing" => "missing in prod",
        "extra" => "only in prod",
        "changed" => "differs",
        _ => "not modelled",
    }
}

fn shown(property: &Property) -> Shown<'_> {
    let diff = property.diff.as_deref();
    let unified = diff.into_iter().flat_map(str::lines).map(|line| {
        let at = usize::from(!line.is_empty() && !line.starts_with("@@"));
        let (sign, text) = line.split_at_checked(at).unwrap_or(("", line));
        Hunk { sign: if line.starts_with("@@") { "@@" } else { sign }, text }
    });
    Shown {
        property,
        direction: property.direction.name(),
        several: property.dev.contains('\n') || property.prod.contains('\n'),
        unified: unified.collect(),
        split: diff.map(|_| text::side_by_side(&property.prod, &property.dev)).unwrap_or_default(),
    }
}

/// What findings can be filtered by: only what occurs.
#[derive(Serialize)]
pub(super) struct Choices {
    kinds: Vec<(String, String)>,
    schemas: Vec<(String, String)>,
    severities: Vec<(String, String)>,
    directions: Vec<(String, String)>,
    codes: Vec<(String, String)>,
}

impl Choices {
    pub(super) fn of(drifts: &[DriftView]) -> Self {
        let set = |of: &dyn Fn(&DriftView) -> String| {
            let all: BTreeSet<String> = drifts.iter().map(of).collect();
            all.into_iter().filter(|name| !name.is_empty()).map(|name| (name.clone(), name))
        };
        let occurs = |test: &dyn Fn(&DriftView) -> bool| drifts.iter().any(test);
        let severities = Severity::ALL
            .into_iter()
            .filter(|severity| occurs(&|drift| drift.severity == *severity))
            .map(|severity| (severity.name().to_owned(), severity.name().to_owned()));
        let directions = Direction::ALL
            .into_iter()
            .filter(|direction| occurs(&|drift| drift.direction == *direction))
            .map(|direction| (direction.name().to_owned(), direction.name().to_owned()));
        let codes = ["missing", "extra", "changed", "unmodelled"]
            .into_iter()
            .filter(|code| occurs(&|drift| drift.code == *code))
            .map(|code| (code.to_owned(), what(code).to_owned()));
        Self {
            kinds: set(&|drift| drift.kind.clone()).collect(),
            schemas: set(&|drift| drift.schema.clone()).collect(),
            severities: severities.collect(),
            directions: directions.collect(),
            codes: codes.collect(),
        }
    }
}
