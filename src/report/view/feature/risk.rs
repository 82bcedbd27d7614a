//! How dangerous a feature is, and why: alike steps are told in one line.

use super::component::{Part, Place};
use super::plural_of;
use crate::plan::{Step, Verb};
use crate::report::view::empty::Uses;
use crate::report::view::{
    FileView, Level, ReportInput, SecurityFinding, StepView, file, named, plural,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Names that a line has at most.
const NAMED: usize = 3;

/// What is said of a step; `{}` stands for a relation.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Saying {
    level: Reverse<Level>,
    text: String,
    /// `create index`, in two words.
    verb: &'static str,
    kind: String,
}

/// The steps of which the same is said: what each is about, and the relation.
type Said = BTreeMap<Saying, Vec<(String, String)>>;

/// The level and its reasons, the worst first.
pub(super) fn of(
    input: &ReportInput<'_>,
    views: &[FileView],
    (uses, security): (&Uses<'_>, &[SecurityFinding]),
    part: &Part<'_>,
) -> (Level, Vec<String>) {
    let mut said = Said::new();
    for place in &part.steps {
        let view = views.get(place.batch).and_then(|file| file.steps.get(place.at));
        let found = view.map(of_step).unwrap_or_default();
        let empty = uses.get(&place.step.object).into_iter().flat_map(|(word, tables)| {
            let text = format!("{word} {{}}, which this plan creates empty");
            tables.iter().map(move |table| (Level::Medium, text.clone(), table.label()))
        });
        for (level, text, relation) in found.into_iter().chain(empty) {
            let (kind, name) = match &place.step.own {
                Some(name) => (String::new(), name.clone()),
                None => (place.step.object.kind.name().to_owned(), place.step.object.label()),
            };
            let verb = place.step.verb.name();
            let saying = Saying { level: Reverse(level), text, verb, kind };
            said.entry(saying).or_default().push((name, relation));
        }
    }
    let mut level = said.keys().next().map_or(Level::Low, |saying| saying.level.0);
    let mut why: Vec<String> = said.iter().map(|(saying, steps)| line(saying, steps)).collect();
    for text in brought(security, part) {
        level = level.max(Level::Medium);
        why.push(text);
    }
    let lost = not_brought_back(input, part);
    if !lost.is_empty() {
        level = level.max(Level::Medium);
        let what = plural(lost.len(), "thing", "things");
        why.push(format!("the rollback does not bring back {what}: {}", some(&lost, "; ")));
    }
    if level <= Level::Low {
        why.insert(0, nature(input, part, !said.is_empty()));
        why.retain(|text| !text.is_empty());
    }
    (level, why)
}

/// Whether it only makes what prod does not have, and what of that acts on what stands.
fn nature(input: &ReportInput<'_>, part: &Part<'_>, touches_rows: bool) -> String {
    let stands = |place: &Place<'_>| {
        let step = place.step;
        step.own.is_some() || input.prod.objects.contains_key(&step.object)
    };
    let mut said = Vec::new();
    if !part.steps.iter().any(stands) {
        said.push("additive: it only makes what prod does not have".to_owned());
    }
    if !touches_rows {
        said.push("no row that stands is read as a whole, written anew or lost".to_owned());
    }
    let acts = part.steps.iter().filter(|place| acts_on_what_stands(input, place.step));
    let acts: Vec<String> = acts.map(|place| named(&place.step.object)).collect();
    if !acts.is_empty() {
        said.push(format!("statements on what stands meet from then on: {}", some(&acts, ", ")));
    }
    said.join("; ")
}

/// Whether it makes something that changes what statements on a relation of prod do.
fn acts_on_what_stands(input: &ReportInput<'_>, step: &Step) -> bool {
    let new = input.plan.goal.objects.get(&step.object).filter(|_| step.verb != Verb::Drop);
    let whole = new.and_then(|object| object.parent.as_ref());
    ["trigger", "rule", "policy", "event_trigger"].contains(&step.object.kind.name())
        && !input.prod.objects.contains_key(&step.object)
        && whole.is_none_or(|whole| input.prod.objects.contains_key(whole))
        && new.is_some()
}

fn line(saying: &Saying, steps: &[(String, String)]) -> String {
    let Saying { text, verb, kind, .. } = saying;
    let relations: BTreeSet<&str> = steps.iter().map(|(_, relation)| relation.as_str()).collect();
    let relations: Vec<String> = relations.into_iter().map(str::to_owned).collect();
    let text = text.replacen("{}", &one_of(&relations), 1);
    let names: BTreeSet<&str> = steps.iter().map(|(name, _)| name.as_str()).collect();
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    match names.as_slice() {
        [name] if kind.is_empty() => format!("{verb} {name} {text}"),
        [name] => format!("{verb} {kind} {name} {text}"),
        names => format!(
            "{verb} {}: each {text}: {}",
            plural(names.len(), kind, &plural_of(kind)),
            some(names, ", ")
        ),
    }
}

/// Each step is about one of these.
fn one_of(relations: &[String]) -> String {
    let shown = relations.iter().take(NAMED).cloned().collect::<Vec<_>>().join(" or ");
    match relations.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} or one of {more} more"),
    }
}

/// The first of them, and how many more there are.
fn some(names: &[String], between: &str) -> String {
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(between);
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn of_step(step: &StepView) -> Vec<(Level, String, String)> {
    let mut found = Vec::new();
    if let Some(loss) = &step.data_loss {
        found.push((Level::High, format!("loses {loss}"), String::new()));
    }
    if let Some(failure) = &step.may_fail {
        found.push((Level::Medium, format!("fails where {failure}"), String::new()));
    }
    let mut work = Vec::new();
    work.extend(step.rewrites.iter().map(|relation| ("writes {} anew", relation.clone())));
    work.extend(step.scans.iter().map(|relation| ("reads all of {}", relation.clone())));
    if step.builds_index {
        work.push(("builds an index over rows that are there", String::new()));
    }
    let waits =
        step.locks.iter().map(|lock| &lock.meaning).find(|meaning| meaning.ends_with("wait"));
    let waits = waits.map(|meaning| format!(", while {meaning}")).unwrap_or_default();
    found.extend(work.into_iter().map(|(work, relation)| {
        (step.load, format!("{work} (estimated: {}{waits})", step.time), relation)
    }));
    found
}

/// What the security review finds that these steps bring.
fn brought(security: &[SecurityFinding], part: &Part<'_>) -> Vec<String> {
    let names: BTreeSet<String> =
        part.steps.iter().flat_map(|place| &place.step.members).map(named).collect();
    let found = security.iter().filter(|finding| finding.new && finding.access && !finding.info);
    let own = found.filter(|finding| names.contains(&finding.object));
    let mut alike: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in own {
        alike.entry(&finding.what).or_default().push(finding.object.clone());
    }
    let line = |(what, objects): (&str, Vec<String>)| format!("{}: {what}", some(&objects, ", "));
    alike.into_iter().map(line).collect()
}

fn not_brought_back(input: &ReportInput<'_>, part: &Part<'_>) -> Vec<String> {
    let batches: BTreeSet<usize> = part.steps.iter().map(|place| place.batch).collect();
    let batches = batches.iter().filter_map(|at| input.plan.batches.get(*at));
    let texts: BTreeSet<String> =
        batches.flat_map(|batch| file::irreversible(input.prod, batch)).collect();
    // what a migration itself loses is told as such
    let lossy = part.steps.iter().filter(|place| place.step.effects.data_loss.is_some());
    let lossy: Vec<String> = lossy.map(|place| format!("{}: ", place.step.title())).collect();
    let is_told = |text: &String| lossy.iter().any(|title| text.starts_with(title));
    let about = texts.into_iter().filter(|text| is_about(text, &part.steps) && !is_told(text));
    about.collect()
}

/// A file may hold several features: the text names the object.
fn is_about(text: &str, places: &[Place<'_>]) -> bool {
    let names = |id| text.contains(&named(id)) || text.contains(&id.to_string());
    places.iter().flat_map(|place| &place.step.members).any(names)
}
