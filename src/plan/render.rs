//! A node becomes a step with its statements and what they cost.

use crate::kinds::{Action, Ctx, Effects, Isolation, Phase, facet, of, tops};
use crate::model::{Kind, Need, Object, ObjectId};
use crate::plan::change::Changes;
use crate::plan::schedule::Node;
use crate::plan::step::{Step, Verb};
use crate::plan::{needs, pin};
use std::collections::BTreeSet;

/// The step of a node. `watched`: a user's code runs at every statement.
pub(super) fn step(ctx: &Ctx<'_>, node: &Node, changes: &Changes, watched: bool) -> Step {
    let (mut statements, effects) = match node.verb {
        Verb::Alter => altered(node, changes),
        Verb::Create => created(ctx, node),
        Verb::Drop => dropped(ctx, node),
        Verb::Finish => (finished(ctx, node), Effects::default()),
        Verb::Empty => (emptied(ctx, node), Effects::default()),
        // the user's own steps come later
        Verb::Run => (Vec::new(), Effects::default()),
    };
    let object =
        node.members.first().cloned().unwrap_or_else(|| unreachable!("a node has a leader"));
    let evaluates = node.verb == Verb::Create && runs_user_code(ctx, &object, node);
    // commands on event triggers fire none
    let watched = watched && of(object.kind).phase() != Phase::Watching;
    if (watched || evaluates) && !statements.is_empty() {
        // bodies of functions count on the session's usual path; the statement itself names everything in full
        let local = if effects.isolation == Isolation::Outside { "" } else { "LOCAL " };
        statements.insert(0, format!("SET {local}search_path TO DEFAULT;"));
        statements.push(format!("SET {local}search_path = '';"));
    }
    let forced_by = changes.rebuilt.get(&object).filter(|cause| **cause != object).cloned();
    let statements: Vec<String> = statements.iter().map(|sql| pin::array_casts(sql)).collect();
    let catalog = if node.verb == Verb::Drop { ctx.current } else { ctx.desired };
    let relation = catalog.objects.get(&object).map_or_else(|| object.clone(), facet::relation_of);
    // of what is no relation, a domain's checks are one concern with it
    let whole = catalog.objects.get(&object).and_then(|object| object.parent.as_ref());
    let concern = whole.filter(|_| relation == object).unwrap_or(&relation);
    let effects = if statements.is_empty() { Effects::default() } else { effects };
    let needs = needs::of_node(ctx, node, &objects(ctx, node), &statements, &effects);
    let needs =
        if statements.is_empty() { needs } else { needs::with_affected(ctx, node, changes, needs) };
    let about = catalog.objects.get(&object).and_then(|object| of(object.id.kind).about(object));
    let mut step = Step {
        verb: node.verb,
        concerns: concerns(ctx, concern).into_iter().chain(about).collect(),
        object,
        members: node.members.clone(),
        aspect: node.aspect,
        follows: follows(ctx, node, &statements),
        joined: false,
        statements,
        effects,
        needs,
        forced_by,
        own: None,
    };
    only_standing(ctx, changes, &relation, &mut step);
    step
}

/// The object that a parent has, whose change is this one's, too.
fn follows(ctx: &Ctx<'_>, node: &Node, statements: &[String]) -> Option<ObjectId> {
    let silent = matches!(node.verb, Verb::Alter | Verb::Create) && statements.is_empty();
    let object = node.members.first().filter(|_| silent)?;
    of(object.kind).made_by(ctx.desired.objects.get(object)?)
}

fn concerns(ctx: &Ctx<'_>, relation: &ObjectId) -> BTreeSet<ObjectId> {
    let tops = [ctx.current, ctx.desired].map(|catalog| tops(catalog, relation));
    tops.into_iter().flatten().chain([relation.clone()]).collect()
}

/// Locks, scans and rewrites of what is new cost nobody anything.
fn only_standing(ctx: &Ctx<'_>, changes: &Changes, relation: &ObjectId, step: &mut Step) {
    // what is dropped to be made again stands until then
    let drops = step.verb == Verb::Drop;
    let stands = |id: &ObjectId| {
        ctx.current.objects.contains_key(id) && (drops || !changes.rebuilt.contains_key(id))
    };
    let made = ctx.desired.objects.get(relation);
    let filled = made.is_some_and(|relation| of(relation.id.kind).comes_with_rows(relation));
    let effects = &mut step.effects;
    effects.keep(stands);
    // a new table has no row that could stop it, whatever else is locked
    if step.verb == Verb::Create && !stands(relation) && !filled {
        effects.may_fail = None;
    }
}

fn objects<'a>(ctx: &Ctx<'a>, node: &Node) -> Vec<&'a Object> {
    let goes = matches!(node.verb, Verb::Drop | Verb::Empty);
    let catalog = if goes { ctx.current } else { ctx.desired };
    node.members.iter().filter_map(|id| catalog.objects.get(id)).collect()
}

fn altered(node: &Node, changes: &Changes) -> (Vec<String>, Effects) {
    let alter = node.alter.and_then(|at| changes.altered.get(at));
    match alter.map(|alter| (&alter.outcome.action, &alter.outcome.effects)) {
        Some((Action::InPlace(statements), effects)) => (statements.clone(), effects.clone()),
        _ => (Vec::new(), Effects::default()),
    }
}

fn finished(ctx: &Ctx<'_>, node: &Node) -> Vec<String> {
    let Some(object) = objects(ctx, node).first().copied() else { return Vec::new() };
    let kind = of(object.id.kind);
    let shell = if node.hollow { kind.shell(ctx.desired, object) } else { None };
    let mut statements = shell.map(|shell| shell.complete).unwrap_or_default();
    statements.extend(kind.finish(ctx, object));
    statements
}

fn emptied(ctx: &Ctx<'_>, node: &Node) -> Vec<String> {
    let object = objects(ctx, node).first().copied();
    let shell = object.and_then(|object| of(object.id.kind).shell(ctx.current, object));
    shell.into_iter().map(|shell| format!("CREATE OR REPLACE {}", shell.text)).collect()
}

fn created(ctx: &Ctx<'_>, node: &Node) -> (Vec<String>, Effects) {
    let objects = objects(ctx, node);
    let Some((leader, parts)) = objects.split_first() else {
        return (Vec::new(), Effects::default());
    };
    let kind = of(leader.id.kind);
    let shell = if node.hollow { kind.shell(ctx.desired, leader) } else { None };
    let mut statements = match shell {
        Some(shell) => vec![format!("CREATE {}", shell.text)],
        None => kind.create(ctx, leader, parts),
    };
    let mut effects = of(leader.id.kind).create_effects(ctx, leader);
    for object in &objects {
        // the privileges of default privileges are what they are
        if of(object.id.kind).grant_prefix(object).is_empty() {
            statements.extend(facet::after_create(ctx, object));
        }
    }
    for part in parts {
        effects.join(of(part.id.kind).create_effects(ctx, part));
    }
    (statements, effects)
}

/// Whether the statement calls a user's function for each row of a table that stands.
fn runs_user_code(ctx: &Ctx<'_>, leader: &ObjectId, node: &Node) -> bool {
    let relation = ctx.desired.objects.get(leader).map(facet::relation_of);
    let stands = relation.is_some_and(|relation| ctx.current.objects.contains_key(&relation));
    let calls = |id: &ObjectId| {
        ctx.desired.needs_of(id).any(|(needed, need)| need != Need::Soft && !is_silent(needed))
    };
    of(leader.kind).evaluates() && stands && node.members.iter().any(calls)
}

/// Whether nothing of it can run.
fn is_silent(id: &ObjectId) -> bool {
    id.kind == Kind::Unmodelled || of(id.kind).facets().acl != Some('f')
}

fn dropped(ctx: &Ctx<'_>, node: &Node) -> (Vec<String>, Effects) {
    let objects = objects(ctx, node);
    let Some((leader, parts)) = objects.split_first() else {
        return (Vec::new(), Effects::default());
    };
    let statements = of(leader.id.kind).drop(ctx, leader);
    let mut effects = of(leader.id.kind).drop_effects(ctx, leader);
    let members: BTreeSet<_> = node.members.iter().collect();
    for part in parts {
        let mut cost = of(part.id.kind).drop_effects(ctx, part);
        cost.locks.retain(|relation, _| !members.contains(relation));
        // what the whole loses is said once
        cost.data_loss = None;
        effects.join(cost);
    }
    (statements, effects)
}
