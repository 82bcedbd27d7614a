//! How many there are: findings, and objects before and after.

use crate::diff::{Divergence, Level, Side};
use crate::model::{Catalog, Object};
use crate::report::view::{CountRow, Findings, ReportInput};

/// How many findings there are; parts of an object that stands on one side only go with it.
pub(super) fn findings(divergence: &Divergence) -> Findings {
    let mut findings = Findings::default();
    for drift in divergence.drifts.iter().filter(|drift| drift.told_with.is_none()) {
        let slot = match (drift.level, drift.unmodelled, drift.side) {
            (Level::Info, _, _) => &mut findings.info,
            (_, true, _) => &mut findings.unmodelled,
            (_, _, Side::DevOnly) => &mut findings.missing,
            (_, _, Side::ProdOnly) => &mut findings.extra,
            (_, _, Side::Both) => &mut findings.changed,
        };
        *slot += 1;
    }
    findings
}

/// What is counted, and as which kinds.
const ROWS: &[(&str, &[&str])] = &[
    ("schemas", &["schema"]),
    ("tables", &["table"]),
    ("columns of tables", &["column"]),
    ("indexes (without those of constraints)", &["index"]),
    ("constraints", &["constraint"]),
    ("policies", &["policy"]),
    ("functions and procedures", &["function", "procedure"]),
    ("triggers", &["trigger"]),
    ("views", &["view"]),
    ("enumerated types", &["enum"]),
    ("sequences", &["sequence"]),
    ("extensions", &["extension"]),
];

/// The summary.
pub(super) fn rows(input: &ReportInput<'_>) -> Vec<CountRow> {
    let row = |what: &str, count: &dyn Fn(&Catalog) -> usize| CountRow {
        what: what.to_owned(),
        prod: count(input.prod),
        dev: count(input.dev),
        after: count(&input.plan.goal),
    };
    let mut rows: Vec<CountRow> = ROWS
        .iter()
        .map(|(what, kinds)| {
            row(what, &|catalog| {
                catalog.objects.keys().filter(|id| kinds.contains(&id.kind.name())).count()
            })
        })
        .collect();
    let protected = |object: &&Object| super::security::is_protected(object);
    rows.push(row("tables with row-level security", &|catalog| {
        catalog.objects.values().filter(protected).count()
    }));
    rows.push(row("not modelled (lines of the coverage ledger)", &|catalog| catalog.ledger.len()));
    rows
}
