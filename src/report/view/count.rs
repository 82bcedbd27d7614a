//! How many there are: findings, and objects before and after.

use crate::diff::{Divergence, Level, Side};
use crate::model::{Catalog, History, Object, ObjectId};
use crate::report::view::{CountRow, Findings, ReportInput};
use std::collections::BTreeSet;

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
    ("constraints (without NOT NULL)", &["constraint"]),
    ("policies", &["policy"]),
    ("functions and procedures", &["function", "procedure"]),
    ("triggers", &["trigger"]),
    ("views", &["view"]),
    ("materialized views", &["materialized_view"]),
    (
        "types (enums, domains, composites, ranges, base types)",
        &["enum", "domain", "composite", "range", "base_type"],
    ),
    ("sequences", &["sequence"]),
    ("extensions (besides plpgsql)", &["extension"]),
];

/// The summary.
pub(super) fn rows(input: &ReportInput<'_>) -> Vec<CountRow> {
    let row = |what: &str, count: &dyn Fn(&Catalog) -> usize| CountRow {
        what: what.to_owned(),
        prod: count(input.prod),
        dev: count(input.dev),
        after: count(&input.plan.goal),
    };
    let recorded = recorded(input);
    let (by, managed) = super::alone::managed(input).unzip();
    let managed = managed.unwrap_or_default();
    let is_recorded = |id: &ObjectId| {
        // schemas and what has no table are counted as they are
        matches!(id.kind.name(), "table" | "column" | "constraint" | "index")
            && recorded.contains(&(id.part(0).to_owned(), id.part(1).to_owned()))
    };
    let mut rows: Vec<CountRow> = ROWS
        .iter()
        .map(|(what, kinds)| {
            let count = |catalog: &Catalog| {
                let counted = |id: &&ObjectId| {
                    kinds.contains(&id.kind.name()) && !is_recorded(id) && !managed.contains(id)
                };
                catalog.objects.keys().filter(counted).count()
            };
            let tables = kinds.contains(&"table") && !recorded.is_empty();
            let what = if tables { "tables (besides those of migration tools)" } else { what };
            row(what, &count)
        })
        .collect();
    let protected = |object: &&Object| super::security::is_protected(object);
    rows.push(row("tables with row-level security", &|catalog| {
        let own = catalog.objects.values().filter(|object| !managed.contains(&object.id));
        own.filter(protected).count()
    }));
    rows.push(row("not modelled (lines of the coverage ledger)", &|catalog| {
        catalog.ledger.keys().filter(|id| !managed.contains(id)).count()
    }));
    rows.extend(by.map(|by| CountRow {
        what: format!("of any sort, managed by {by} and counted only here"),
        prod: super::alone::count(input.prod),
        dev: super::alone::count(input.dev),
        after: super::alone::count(input.prod),
    }));
    rows
}

/// The tables in which migration tools record what they ran.
fn recorded(input: &ReportInput<'_>) -> BTreeSet<(String, String)> {
    let histories = [input.dev, input.prod].into_iter().filter_map(|side| side.histories.as_ref());
    let name = |history: &History| (history.schema.clone(), history.table.clone());
    histories.flatten().map(name).collect()
}
