//! Features: connected parts of what changes, each with its purpose, its files and its risk.

mod component;
mod impact;
mod risk;

use crate::kinds::{Sizes, of};
use crate::model::ObjectId;
use crate::plan::{Estimates, Step, Verb};
use crate::report::view::empty::Uses;
use crate::report::view::{Feature, FeatureFile, FileView, Level, ReportInput, SecurityFinding};
use component::Part;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The features, the most dangerous first, else in the order of their steps.
pub(super) fn features(
    input: &ReportInput<'_>,
    estimates: &Estimates<'_>,
    (uses, security): (&Uses<'_>, &[SecurityFinding]),
    views: &[FileView],
) -> Vec<Feature> {
    let sizes = Sizes::new(input.prod);
    let mut features: Vec<Feature> = component::parts(input)
        .iter()
        .map(|part| {
            let impact = impact::of(&sizes, estimates, part);
            Feature { impact, ..feature(input, (uses, security), views, part) }
        })
        .collect();
    features.sort_by_key(|feature| Reverse(feature.risk));
    features
}

fn feature(
    input: &ReportInput<'_>,
    told: (&Uses<'_>, &[SecurityFinding]),
    views: &[FileView],
    part: &Part<'_>,
) -> Feature {
    let steps: Vec<&Step> = part.steps.iter().map(|place| place.step).collect();
    let verbs = verbs(&steps);
    let (risk, why) = risk::of(input, views, told, part);
    let (purpose, objects) = (purpose(input, &steps), objects(&steps, &verbs));
    let batches: BTreeSet<usize> = part.steps.iter().map(|place| place.batch).collect();
    let files = batches.iter().filter_map(|at| input.files.get(*at));
    Feature {
        name: name(&steps),
        title: title(&verbs),
        brief: risk <= Level::Low && objects.len() == 1 && purpose.is_empty(),
        purpose,
        risk,
        impact: Vec::new(),
        why,
        files: files
            .map(|(migration, rollback)| FeatureFile {
                migration: migration.clone(),
                rollback: rollback.clone(),
            })
            .collect(),
        objects,
    }
}

/// What is done to which object: an object that is dropped and made again is rebuilt.
fn verbs<'a>(steps: &[&'a Step]) -> BTreeMap<&'a ObjectId, &'static str> {
    let mut verbs: BTreeMap<&ObjectId, &'static str> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.own.is_none()) {
        let verb = match (verbs.get(&step.object).copied(), step.verb) {
            (Some("drop"), Verb::Create) => "rebuild",
            (Some(known), _) => known,
            (None, verb) => verb.name(),
        };
        verbs.insert(&step.object, verb);
    }
    verbs
}

/// The object that tells best what it is about: its own change, made rather than altered.
fn name(steps: &[&Step]) -> String {
    let root = steps.iter().min_by(|a, b| telling(a).cmp(&telling(b)));
    let named = |step: &&&Step| match step.object.path.len() {
        // a part is not its whole
        3.. => super::named(&step.object),
        _ => of(step.object.kind).subject(&step.object),
    };
    root.as_ref().map(named).unwrap_or_default()
}

/// The less, the better it tells.
fn telling(step: &Step) -> (bool, bool, u8, &ObjectId) {
    let prominence = of(step.object.kind).prominence();
    (
        step.forced_by.is_some() || step.own.is_some(),
        step.verb == Verb::Alter,
        prominence,
        &step.object,
    )
}

/// Objects of one kind that a title names; more are counted.
const NAMED: usize = 3;

/// Parts that a title has at most.
const PARTS: usize = 7;

/// Tables, views, types and routines by name as long as they are few, everything else by number;
/// what is made or dropped before what is altered, what tells most first.
fn title(verbs: &BTreeMap<&ObjectId, &'static str>) -> String {
    const TELLING: &[&str] =
        &["table", "view", "enum", "function", "procedure", "schema", "extension"];
    let mut groups: BTreeMap<(bool, u8, &str, &str), Vec<&ObjectId>> = BTreeMap::new();
    for (id, verb) in verbs {
        let (kind, telling) = (id.kind.name(), TELLING.contains(&id.kind.name()));
        let weight = of(id.kind).prominence() + if telling { 0 } else { 100 };
        groups.entry((*verb == "alter", weight, verb, kind)).or_default().push(id);
    }
    let mut parts: Vec<(usize, String)> = Vec::new();
    for ((_, _, verb, kind), ids) in groups {
        if TELLING.contains(&kind) && ids.len() <= NAMED {
            parts.extend(ids.iter().map(|id| (1, format!("{verb} {}", super::named(id)))));
        } else {
            let count = ids.len();
            let text = format!("{verb} {}", super::plural(count, &spaced(kind), &plural_of(kind)));
            parts.push((count, text));
        }
    }
    let more = parts.split_off(parts.len().min(PARTS));
    let mut texts: Vec<String> = parts.into_iter().map(|(_, text)| text).collect();
    let more: usize = more.iter().map(|(count, _)| count).sum();
    if more > 0 {
        texts.push(format!("{more} more"));
    }
    texts.join(", ")
}

fn spaced(kind: &str) -> String {
    kind.replace('_', " ")
}

fn plural_of(kind: &str) -> String {
    match kind {
        "index" => "indexes".to_owned(),
        "policy" => "policies".to_owned(),
        "default_acl" => "default privileges".to_owned(),
        "statistics" => "statistics objects".to_owned(),
        "ts_dictionary" => "ts dictionaries".to_owned(),
        other => format!("{}s", spaced(other)),
    }
}

/// Each object once, in the order of the steps.
fn objects(steps: &[&Step], verbs: &BTreeMap<&ObjectId, &'static str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let steps = steps.iter().filter(|step| step.own.is_none());
    let order = steps.map(|step| &step.object).filter(|id| seen.insert(*id));
    order
        .map(|id| format!("{} {}", verbs.get(id).copied().unwrap_or("change"), super::named(id)))
        .collect()
}

/// The comments of the objects that it is about, and of the tables that it changes parts of.
fn purpose(input: &ReportInput<'_>, steps: &[&Step]) -> Vec<String> {
    const TELLING: &[&str] =
        &["schema", "extension", "table", "view", "enum", "function", "procedure", "column"];
    // what goes says itself what it was for
    let is_gone = |step: &Step, id: &ObjectId| step.verb == Verb::Drop && step.object == *id;
    let mut said = Vec::new();
    let mut seen = BTreeSet::new();
    for step in steps {
        let mut id = Some(&step.object);
        while let Some(at) = id {
            let object = input.plan.goal.objects.get(at).or_else(|| input.prod.objects.get(at));
            if let Some(comment) = object.and_then(|object| object.facets.comment.as_ref())
                && (TELLING.contains(&at.kind.name()) || is_gone(step, at))
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
