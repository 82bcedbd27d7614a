//! Steps of the user's own: what no comparison of schemas can know, such as a backfill.

use crate::kinds::{Effects, Isolation};
use crate::model::ObjectId;
use crate::plan::step::{Step, Verb};
use crate::plan::{Batch, Plan, Touched};
use std::collections::BTreeSet;

/// On which side of the object's own steps it runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Before the first of them.
    Before,
    /// After the last of them.
    After,
}

/// A step of the user's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnStep {
    /// What it is called in the files.
    pub name: String,
    /// Where it runs.
    pub side: Side,
    /// The object, as the files name it: `column public.users.email`.
    pub object: String,
    /// What is run.
    pub run: String,
    /// What undoes it; none where nothing does.
    pub rollback: Option<String>,
    /// What it makes and leaves, as the files name it: neither side's schema has it.
    pub makes: Vec<String>,
    /// It is part of the object's transaction; else a file of its own, without one.
    pub in_transaction: bool,
}

/// Puts the steps into the plan, in their order; names of those whose object the plan does not touch.
pub(super) fn insert(plan: &mut Plan, steps: &[OwnStep]) -> Vec<String> {
    let mut unplaced = Vec::new();
    for own in steps {
        if !place(plan, own) {
            unplaced.push(own.name.clone());
        }
    }
    unplaced
}

fn place(plan: &mut Plan, own: &OwnStep) -> bool {
    let is_named = |id: &ObjectId| id.is_called(&own.object);
    let touches = |step: &Step| step.verb != Verb::Run && step.members.iter().any(is_named);
    let mut found = Vec::new();
    for (batch, of_batch) in plan.batches.iter().enumerate() {
        let steps = of_batch.steps.iter().enumerate().filter(|(_, step)| touches(step));
        found.extend(steps.map(|(at, _)| (batch, at)));
    }
    let place = if own.side == Side::Before { found.first() } else { found.last() };
    let Some((batch, at)) = place.copied() else { return false };
    let anchor = plan.batches.get(batch).and_then(|batch| batch.steps.get(at));
    let object = anchor.and_then(|step| step.members.iter().find(|id| is_named(id)));
    let (Some(anchor), Some(object)) = (anchor, object) else { return false };
    let forward = step(own, anchor, object, &own.run);
    let back = own.rollback.as_ref().map(|sql| step(own, anchor, object, sql));
    if own.in_transaction {
        if let Some(batch) = plan.batches.get_mut(batch) {
            inside(batch, own.side, at, forward, back);
        }
    } else {
        let irreversible = back.is_none().then(|| lost(&forward)).into_iter().collect();
        let new = Batch {
            name: format!("run_{}", file_name(&own.name)),
            steps: vec![forward],
            rollback: back.into_iter().map(|step| vec![step]).collect(),
            irreversible,
            before: Touched::new(),
            after: Touched::new(),
        };
        plan.batches.insert(batch + usize::from(own.side == Side::After), new);
    }
    true
}

/// Beside the object's step, and in the rollback on its other side.
fn inside(batch: &mut Batch, side: Side, at: usize, forward: Step, back: Option<Step>) {
    batch.irreversible.extend(back.is_none().then(|| lost(&forward)));
    let joined = |at: &usize| batch.steps.get(*at).is_some_and(|step| step.joined);
    let own = |at: &usize| {
        let step = batch.steps.get(*at);
        step.is_some_and(|step| step.verb == Verb::Run && step.object == forward.object)
    };
    let at = match side {
        // before the statement that a joined step stands in
        Side::Before => (0..=at).rev().find(|at| !joined(at)).unwrap_or(0),
        // after that statement, and after earlier ones of the same object
        Side::After => {
            let end = batch.steps.len();
            (at + 1..end).find(|at| !joined(at) && !own(at)).unwrap_or(end)
        }
    };
    batch.steps.insert(at, forward);
    let Some(back) = back else { return };
    if batch.rollback.is_empty() {
        batch.rollback.push(Vec::new());
    }
    match side {
        Side::Before => {
            if let Some(last) = batch.rollback.last_mut() {
                last.push(back);
            }
        }
        Side::After => {
            if let Some(first) = batch.rollback.first_mut() {
                first.insert(0, back);
            }
        }
    }
}

fn lost(step: &Step) -> String {
    format!("{}: it has no rollback of its own", step.title())
}

fn step(own: &OwnStep, anchor: &Step, object: &ObjectId, sql: &str) -> Step {
    let isolation = if own.in_transaction { Isolation::Shared } else { Isolation::Outside };
    let text = sql.trim();
    let end = if text.ends_with(';') { "" } else { ";" };
    Step {
        verb: Verb::Run,
        object: object.clone(),
        concerns: anchor.concerns.clone(),
        members: Vec::new(),
        aspect: None,
        statements: vec![format!("{text}{end}")],
        effects: Effects { isolation, ..Effects::default() },
        needs: BTreeSet::new(),
        follows: None,
        joined: false,
        forced_by: None,
        own: Some(own.name.clone()),
    }
}

fn file_name(name: &str) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let clean: String = name.chars().map(clean).take(40).collect();
    clean.trim_matches('_').to_owned()
}
