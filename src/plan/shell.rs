//! What is left of a cycle is opened by a shell: a view or a routine of the same shape that needs
//! less, and is replaced when all is there, or before all goes.

use crate::kinds::{Ctx, of};
use crate::model::{Catalog, ObjectId};
use crate::plan::change::Changes;
use crate::plan::graph::Graph;
use crate::plan::step::Verb;
use std::collections::{BTreeMap, BTreeSet};

/// What is made as a shell, and what becomes one before it goes.
#[derive(Default)]
pub(super) struct Shells {
    pub(super) create: BTreeMap<ObjectId, Shelled>,
    /// With what the shell still needs.
    pub(super) drop: BTreeMap<ObjectId, BTreeSet<ObjectId>>,
}

/// A shell among what is created.
pub(super) struct Shelled {
    /// What the shell needs already.
    needs: BTreeSet<ObjectId>,
    /// The members of its cycle; others wait for the whole.
    pub(super) enough_for: BTreeSet<ObjectId>,
}

impl Shells {
    /// What is created and names itself can only be made as a shell first.
    pub(super) fn of(ctx: &Ctx<'_>, changes: &Changes) -> Self {
        let mut shells = Self::default();
        for id in changes.created.iter().chain(changes.rebuilt.keys()) {
            let Some(object) = ctx.desired.objects.get(id) else { continue };
            if let Some(shell) = of(id.kind).shell(ctx.desired, object).filter(|it| it.names_itself)
            {
                let all = ctx.desired.objects.values();
                let parts = all.filter(|part| part.parent.as_ref() == Some(id));
                let mut enough_for: BTreeSet<_> = parts.map(|part| part.id.clone()).collect();
                enough_for.insert(id.clone());
                shells.create.insert(id.clone(), Shelled { needs: shell.needs, enough_for });
            }
        }
        shells
    }

    /// Makes a shell of one member of the cycle; false where none can be one.
    pub(super) fn open(&mut self, ctx: &Ctx<'_>, graph: &Graph, cycle: &BTreeSet<usize>) -> bool {
        let nodes = || cycle.iter().filter_map(|at| graph.nodes.get(*at));
        let members: BTreeSet<ObjectId> =
            nodes().flat_map(|node| node.members.iter().cloned()).collect();
        for node in nodes() {
            let Some(id) = node.members.first() else { continue };
            match node.verb {
                // a whole that waits for the cycle makes its shell enough for the members
                Verb::Create | Verb::Finish => {
                    let Some(needs) = opening(ctx.desired, id, &members) else { continue };
                    let known = self.create.get(id).map(|shelled| &shelled.enough_for);
                    if known.is_none_or(|known| !known.is_superset(&members)) {
                        let mut enough_for = members.clone();
                        enough_for.extend(known.into_iter().flatten().cloned());
                        self.create.insert(id.clone(), Shelled { needs, enough_for });
                        return true;
                    }
                }
                Verb::Drop if !self.drop.contains_key(id) => {
                    let Some(needs) = opening(ctx.current, id, &members) else { continue };
                    self.drop.insert(id.clone(), needs);
                    return true;
                }
                _ => {}
            }
        }
        false
    }

    /// Whether what is made as a shell needs `needed` only when it is completed.
    pub(super) fn is_late(&self, id: &ObjectId, needed: &ObjectId) -> bool {
        self.create.get(id).is_some_and(|shelled| !shelled.needs.contains(needed))
    }

    /// Whether `needed` can go once `id` is a shell.
    pub(super) fn frees(&self, id: &ObjectId, needed: &ObjectId) -> bool {
        self.drop.get(id).is_some_and(|needs| !needs.contains(needed))
    }
}

/// What a shell of it would need, where it would need less of the cycle.
fn opening(
    catalog: &Catalog,
    id: &ObjectId,
    members: &BTreeSet<ObjectId>,
) -> Option<BTreeSet<ObjectId>> {
    let object = catalog.objects.get(id)?;
    let needs = of(id.kind).shell(catalog, object)?.needs;
    let mut of_cycle = catalog.needs_of(id).filter(|(needed, _)| members.contains(*needed));
    of_cycle.any(|(needed, _)| !needs.contains(needed)).then_some(needs)
}
