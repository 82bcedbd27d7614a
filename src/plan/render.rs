//! A node becomes a step with its statements and what they cost.

use crate::kinds::{Action, Ctx, Effects, Phase, facet, of};
use crate::model::{Kind, Need, Object, ObjectId};
use crate::plan::change::Changes;
use crate::plan::pin;
use crate::plan::schedule::Node;
use crate::plan::step::{Step, Verb};
use std::collections::BTreeSet;

/// The step of a node. `watched`: a user's code runs at every statement.
pub(super) fn step(ctx: &Ctx<'_>, node: &Node, changes: &Changes, watched: bool) -> Step {
    let (mut statements, effects) = match node.verb {
        Verb::Alter => altered(node, changes),
        Verb::Create => created(ctx, node),
        Verb::Drop => dropped(ctx, node),
        Verb::Finish => (finished(ctx, node), Effects::default()),
        Verb::Empty => (emptied(ctx, node), Effects::default()),
    };
    let object =
        node.members.first().cloned().unwrap_or_else(|| unreachable!("a node has a leader"));
    let evaluates = node.verb == Verb::Create && runs_user_code(ctx, &object, node);
    // commands on event triggers fire none
    let watched = watched && of(object.kind).phase() != Phase::Watching;
    if (watched || evaluates) && !statements.is_empty() {
        // bodies of functions count on the session's usual path; the statement itself names everything in full
        statements.insert(0, "SET LOCAL search_path TO DEFAULT;".to_owned());
        statements.push("SET LOCAL search_path = '';".to_owned());
    }
    let forced_by = changes.rebuilt.get(&object).filter(|cause| **cause != object).cloned();
    let statements = statements.iter().map(|sql| pin::array_casts(sql)).collect();
    let mut step = Step {
        verb: node.verb,
        object,
        members: node.members.clone(),
        aspect: node.aspect,
        statements,
        effects,
        forced_by,
    };
    only_standing(ctx, changes, &mut step);
    step
}

/// Locks, scans and rewrites of what is new cost nobody anything.
fn only_standing(ctx: &Ctx<'_>, changes: &Changes, step: &mut Step) {
    // what is dropped to be made again stands until then
    let drops = step.verb == Verb::Drop;
    let stands = |id: &ObjectId| {
        ctx.current.objects.contains_key(id) && (drops || !changes.rebuilt.contains_key(id))
    };
    let catalog = if step.verb == Verb::Drop { ctx.current } else { ctx.desired };
    let relation = catalog.objects.get(&step.object).map(facet::relation_of);
    let made = relation.as_ref().and_then(|id| ctx.desired.objects.get(id));
    let filled = made.is_some_and(|relation| of(relation.id.kind).comes_with_rows(relation));
    let effects = &mut step.effects;
    effects.keep(stands);
    // a new table has no row that could stop it, whatever else is locked
    if step.verb == Verb::Create && !relation.as_ref().is_some_and(stands) {
        effects.builds_index = false;
        if !filled {
            effects.may_fail = None;
        }
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
    let shell = kind.shell(ctx.desired, object).filter(|_| node.hollow);
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
    let shell = of(leader.id.kind).shell(ctx.desired, leader).filter(|_| node.hollow);
    let mut statements = match shell {
        Some(shell) => vec![format!("CREATE {}", shell.text)],
        None => of(leader.id.kind).create(ctx, leader, parts),
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
