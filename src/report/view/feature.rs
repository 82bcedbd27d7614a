//! What each migration brings, and how dangerous that is.

use crate::model::{Catalog, ObjectId};
use crate::plan::{Batch, Step, Verb};
use crate::report::view::{Feature, Level, ReportInput, file};
use std::collections::{BTreeMap, BTreeSet};

/// One feature per migration: the plan puts what depends on each other into one.
pub(super) fn features(input: &ReportInput<'_>) -> Vec<Feature> {
    let mut names = input.files.iter();
    input
        .plan
        .batches
        .iter()
        .map(|batch| {
            let (migration, rollback) = names.next().cloned().unwrap_or_default();
            let (risk, why) = risk(input.prod, batch);
            Feature {
                title: title(batch),
                purpose: purpose(input, batch),
                risk,
                why,
                migration,
                rollback,
                objects: objects(batch),
            }
        })
        .collect()
}

fn written(batch: &Batch) -> impl Iterator<Item = &Step> {
    batch.steps.iter().filter(|step| !step.is_silent())
}

/// What is done to which object: an object that is dropped and made again is rebuilt.
fn verbs(batch: &Batch) -> BTreeMap<&ObjectId, &'static str> {
    let mut verbs: BTreeMap<&ObjectId, &'static str> = BTreeMap::new();
    for step in written(batch) {
        let new = step.verb.name();
        let verb = match (verbs.get(&step.object).copied(), step.verb) {
            (Some("drop"), Verb::Create) => "rebuild",
            (Some(known), _) => known,
            (None, _) => new,
        };
        verbs.insert(&step.object, verb);
    }
    verbs
}

/// Tables, views, types and routines by name as long as they are few, everything else by number;
/// what is made or dropped before what is altered.
fn title(batch: &Batch) -> String {
    const TELLING: &[&str] =
        &["table", "view", "enum", "function", "procedure", "schema", "extension"];
    let verbs = verbs(batch);
    let mut roots: Vec<(bool, String)> = verbs
        .iter()
        .filter(|(id, _)| TELLING.contains(&id.kind.name()))
        .map(|(id, verb)| (*verb == "alter", format!("{verb} {}", super::named(id))))
        .collect();
    roots.sort_by_key(|(altered, _)| *altered);
    let mut rest: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (id, verb) in verbs.iter().filter(|(id, _)| !TELLING.contains(&id.kind.name())) {
        *rest.entry((verb, id.kind.name())).or_default() += 1;
    }
    let rest = rest.into_iter().map(|((verb, kind), count)| {
        (count, format!("{verb} {}", super::plural(count, kind, &plural_of(kind))))
    });
    let all: Vec<(usize, String)> =
        roots.into_iter().map(|(_, root)| (1, root)).chain(rest).collect();
    let (shown, more) = all.split_at(all.len().min(7));
    let mut parts: Vec<String> = shown.iter().map(|(_, text)| text.clone()).collect();
    let more: usize = more.iter().map(|(count, _)| count).sum();
    if more > 0 {
        parts.push(format!("{more} more"));
    }
    parts.join(", ")
}

fn plural_of(kind: &str) -> String {
    match kind {
        "index" => "indexes".to_owned(),
        "policy" => "policies".to_owned(),
        "default_acl" => "default privileges".to_owned(),
        "statistics" => "statistics objects".to_owned(),
        "ts_dictionary" => "ts dictionaries".to_owned(),
        other => format!("{}s", other.replace('_', " ")),
    }
}

/// Each object once, in the order of the steps.
fn objects(batch: &Batch) -> Vec<String> {
    let verbs = verbs(batch);
    let mut seen = BTreeSet::new();
    let order = written(batch).map(|step| &step.object).filter(|id| seen.insert(*id));
    order
        .map(|id| format!("{} {}", verbs.get(id).copied().unwrap_or("change"), super::named(id)))
        .collect()
}

/// The comments of the objects that the migration is about, and of the tables that it changes parts of.
fn purpose(input: &ReportInput<'_>, batch: &Batch) -> Vec<String> {
    const TELLING: &[&str] =
        &["schema", "extension", "table", "view", "enum", "function", "procedure", "column"];
    let mut said = Vec::new();
    let mut seen = BTreeSet::new();
    for step in written(batch) {
        let mut id = Some(&step.object);
        while let Some(at) = id {
            let object = input.plan.goal.objects.get(at).or_else(|| input.prod.objects.get(at));
            if let Some(comment) = object.and_then(|object| object.facets.comment.as_ref())
                && TELLING.contains(&at.kind.name())
                && seen.insert(at.clone())
            {
                said.push((at.kind.name() != "table", format!("{}: {comment}", super::named(at))));
            }
            id = object.and_then(|object| object.parent.as_ref());
        }
    }
    // tables first; the rest in the order of the steps
    said.sort_by_key(|(later, _)| *later);
    said.into_iter().map(|(_, text)| text).collect()
}

/// How dangerous a migration is, and why.
fn risk(prod: &Catalog, batch: &Batch) -> (Level, Vec<String>) {
    let mut found: BTreeSet<(std::cmp::Reverse<Level>, String)> = BTreeSet::new();
    let mut add = |level, text: String| {
        found.insert((std::cmp::Reverse(level), text));
    };
    for step in written(batch) {
        let effects = &step.effects;
        if let Some(loss) = &effects.data_loss {
            add(Level::High, format!("{} loses {loss}", step.title()));
        }
        for relation in &effects.rewrites {
            add(
                Level::High,
                format!(
                    "{} writes {} anew ({})",
                    step.title(),
                    relation.label(),
                    file::size(prod, relation)
                ),
            );
        }
        for relation in &effects.scans {
            add(
                Level::Medium,
                format!(
                    "{} reads all of {} ({})",
                    step.title(),
                    relation.label(),
                    file::size(prod, relation)
                ),
            );
        }
        if let Some(failure) = &effects.may_fail {
            add(Level::Medium, format!("{} fails where {}", step.title(), failure.told()));
        }
        if !effects.index_builds.is_empty() {
            add(
                Level::Medium,
                format!("{} builds an index over rows that are there", step.title()),
            );
        }
    }
    for text in file::irreversible(prod, batch) {
        add(Level::Medium, format!("the rollback does not bring back: {text}"));
    }
    let level = found.first().map_or(Level::Low, |(level, _)| level.0);
    let mut why: Vec<String> = found.into_iter().map(|(_, text)| text).collect();
    if why.is_empty() {
        why.push("nothing that stands is read as a whole, written anew or lost".to_owned());
    }
    (level, why)
}
