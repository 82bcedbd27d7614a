//! Blocks that stop a file: before its statements where prod is not as planned, and after them where it
//! is not as promised.

use crate::bundle::Input;
use crate::bundle::guard::Guard;
use crate::kinds::{Isolation, of};
use crate::model::ObjectId;
use crate::plan::{Step, Verb};
use crate::sql::quote;
use std::collections::BTreeSet;

/// What was true when the forms of the statements were chosen: tables were small.
pub(super) fn assumptions(input: &Input<'_>, steps: &[Step]) -> Vec<String> {
    let limit = input.options.online_above;
    let tables: BTreeSet<&ObjectId> =
        steps.iter().flat_map(|step| &step.effects.if_small).collect();
    let check = |id: &&ObjectId| {
        let name = quote::literal(&quote::qualified(&[id.part(0), id.part(1)]));
        format!(
            "  IF (SELECT coalesce(sum(pg_catalog.pg_table_size(relid)), pg_catalog.pg_table_size({name})) FROM pg_catalog.pg_partition_tree({name})) > {limit} THEN\n    \
             RAISE EXCEPTION 'pgbridge: % has grown: the statements of this file would lock it for too long', {name}\n      \
             USING HINT = 'plan again, or with a greater --online-above';\n  END IF;"
        )
    };
    tables.iter().map(check).collect()
}

/// A block that stops the file when prod is not as planned: the relations that steps change or
/// drop are there, those that they create are not, and the role is the one that was planned for
/// where that decides which privileges new objects get.
pub(super) fn before(
    input: &Input<'_>,
    steps: &[Step],
    assume: &[String],
    guard: Option<&Guard<'_>>,
) -> Option<String> {
    let mut lines = Vec::new();
    if input.plan.role_matters {
        let role = quote::literal(&input.options.apply_role);
        lines.push(format!(
            "  IF current_user <> {role} THEN\n    RAISE EXCEPTION 'pgbridge: planned for the role %, run by %', {role}, current_user\n      \
             USING HINT = 'default privileges depend on who creates: run it as that role, or plan again with --apply-role';\n  END IF;"
        ));
    }
    let standing: BTreeSet<&ObjectId> =
        steps.iter().flat_map(|step| step.effects.locks.keys()).collect();
    let stays = |id: &&ObjectId| guard.is_none_or(|guard| guard.end.objects.contains_key(*id));
    for id in standing.into_iter().filter(stays) {
        let name = quote::literal(&quote::qualified(&[id.part(0), id.part(1)]));
        lines.push(format!(
            "  IF pg_catalog.to_regclass({name}) IS NULL THEN\n    RAISE EXCEPTION 'pgbridge: % does not exist: the database is not in the state that this file was planned for', {name};\n  END IF;"
        ));
    }
    let built = steps
        .iter()
        .filter(|step| step.verb == Verb::Create && step.effects.isolation == Isolation::Outside);
    for id in built.map(|step| &step.object).filter(|_| guard.is_none()) {
        let name = quote::literal(&quote::qualified(&[id.part(0), id.name()]));
        lines.push(format!(
            "  IF pg_catalog.to_regclass({name}) IS NOT NULL THEN\n    RAISE EXCEPTION 'pgbridge: % is there already', {name}\n      \
             USING HINT = 'if a build of it failed and left it invalid, drop it with DROP INDEX CONCURRENTLY and run the file again';\n  END IF;"
        ));
    }
    lines.extend(assume.iter().cloned());
    if lines.is_empty() {
        return None;
    }
    let block = format!("\nBEGIN\n{}\nEND\n", lines.join("\n"));
    Some(format!("DO {};", quote::dollar(&block)))
}

/// A block that stops the file when a relation that it made is not there: what else happens in the session,
/// such as event triggers, is not the file's. `forward`: towards the goal.
pub(super) fn after(input: &Input<'_>, steps: &[Step], forward: bool) -> Option<String> {
    let catalog = if forward { &input.plan.goal } else { input.prod };
    let mut names: BTreeSet<String> = BTreeSet::new();
    for step in steps.iter().filter(|step| !step.is_silent() && step.verb == Verb::Create) {
        let objects = step.members.iter().filter_map(|id| catalog.objects.get(id));
        let slots = objects.flat_map(|object| of(object.id.kind).slots(object));
        for (_, path) in slots.filter(|(class, _)| *class == "relation") {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            names.insert(quote::literal(&quote::qualified(&path)));
        }
    }
    if names.is_empty() {
        return None;
    }
    let names: Vec<String> = names.into_iter().collect();
    let block = format!(
        "\nDECLARE\n  relation text;\nBEGIN\n  FOREACH relation IN ARRAY ARRAY[{}] LOOP\n    \
         IF pg_catalog.to_regclass(relation) IS NULL THEN\n      \
         RAISE EXCEPTION 'pgbridge: % is not there after the statements of this file', relation;\n    \
         END IF;\n  END LOOP;\nEND\n",
        names.join(", ")
    );
    Some(format!("DO {};", quote::dollar(&block)))
}
