//! What a file is called: what is done, and to what.

use crate::kinds::{Phase, of};
use crate::model::ObjectId;
use crate::plan::step::{Step, Verb};
use std::collections::BTreeSet;

/// A short name of ASCII letters, digits and underscores: `add_user_audits`, `alter_posts_owner`,
/// `add_policies`.
pub(super) fn name(steps: &[Step]) -> String {
    let written = || steps.iter().filter(|step| !step.statements.is_empty());
    let telling = |step: &&Step| {
        let weight = of(step.object.kind).prominence();
        (step.forced_by.is_some(), step.verb == Verb::Alter, weight)
    };
    let Some(step) = written().min_by_key(telling) else {
        return "nothing".to_owned();
    };
    let phase = of(step.object.kind).phase();
    let alike: Vec<&Step> = written()
        .filter(|other| of(other.object.kind).phase() == phase && other.forced_by == step.forced_by)
        .collect();
    let objects: BTreeSet<&ObjectId> = alike.iter().map(|step| &step.object).collect();
    let several = plural(phase).filter(|_| objects.len() > 1);
    let (verb, subject) = match (several, whole(step)) {
        (Some(plural), _) => (common(&alike), plural.to_owned()),
        (None, Some(relation)) => of_part(step, relation, &alike),
        (None, None) => (word(step.verb), of(step.object.kind).subject(&step.object)),
    };
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let clean: String = subject.chars().map(letter).take(40).collect();
    format!("{verb}_{}", clean.trim_matches('_'))
}

fn plural(phase: Phase) -> Option<&'static str> {
    match phase {
        Phase::Routine => Some("functions"),
        Phase::View => Some("views"),
        Phase::Trigger => Some("triggers"),
        Phase::Policy => Some("policies"),
        Phase::Foundation | Phase::Structure | Phase::Last | Phase::Watching => None,
    }
}

/// The relation that it changes a part of.
fn whole(step: &Step) -> Option<&ObjectId> {
    let own = step.concerns.contains(&step.object);
    // the last are those that it inherits from
    step.concerns.iter().find(|id| !own && step.object.path.starts_with(&id.path))
}

/// One part by its own name, several by that of the relation.
fn of_part(step: &Step, relation: &ObjectId, alike: &[&Step]) -> (&'static str, String) {
    let of_relation: Vec<&Step> =
        alike.iter().copied().filter(|step| whole(step) == Some(relation)).collect();
    let objects: BTreeSet<&ObjectId> = of_relation.iter().map(|step| &step.object).collect();
    let table = relation.part(1);
    if objects.len() > 1 {
        let table = if table.is_empty() { relation.name() } else { table };
        return ("alter", table.to_owned());
    }
    let part = step.object.name();
    let subject = if part.starts_with(table) { part.to_owned() } else { format!("{table}_{part}") };
    (common(&of_relation), subject)
}

/// What all do, else that something changes.
fn common(steps: &[&Step]) -> &'static str {
    let words: BTreeSet<&'static str> = steps.iter().map(|step| word(step.verb)).collect();
    match words.first() {
        Some(word) if words.len() == 1 => word,
        _ => "alter",
    }
}

const fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "add",
        Verb::Drop | Verb::Empty => "drop",
        Verb::Alter | Verb::Finish => "alter",
        Verb::Run => "run",
    }
}
