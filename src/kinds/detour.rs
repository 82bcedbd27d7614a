//! Stops on the way to the goal that let a large table be used meanwhile. A kind names the next
//! one from what is there, so that a way that was left half done is taken up again.

use crate::kinds::{Ctx, column, inheritance};
use crate::model::{Catalog, Kind, Need, Object, ObjectId};

/// What stands at the next stop instead of what the goal has.
#[derive(Clone, Debug, Default)]
pub struct Detour {
    /// Objects as they are there, with what they need.
    pub there: Vec<(Object, Vec<(ObjectId, Need)>)>,
    /// Objects of the goal that are made later.
    pub later: Vec<ObjectId>,
}

impl Detour {
    /// Adds an object as `catalog` has it.
    pub(super) fn keep(&mut self, catalog: &Catalog, id: &ObjectId) {
        if let Some(object) = catalog.objects.get(id) {
            let needs = catalog.needs_of(id).map(|(id, need)| (id.clone(), need)).collect();
            self.there.push((object.clone(), needs));
        }
    }

    /// Adds an object that needs what `like` needs in `catalog`.
    pub(super) fn add(&mut self, object: Object, catalog: &Catalog, like: &ObjectId) {
        let needs = catalog.needs_of(like).map(|(id, need)| (id.clone(), need)).collect();
        self.there.push((object, needs));
    }
}

/// The name under which the successor of an object is made while that still stands.
pub(super) fn successor_name(name: &str) -> Option<String> {
    // the server would cut a longer one
    (name.len() <= 59).then(|| format!("{name}_new"))
}

/// What stands and goes: another object can be made from it.
pub(super) fn leaving<'a>(ctx: &Ctx<'a>, id: &ObjectId) -> Option<&'a Object> {
    ctx.current.objects.get(id).filter(|_| !ctx.desired.objects.contains_key(id))
}

/// Whether a table stands before and after, is or is below a large one, and no link above or below
/// it changes: what parents bring would change with it.
pub(super) fn stands_large(ctx: &Ctx<'_>, table: &ObjectId) -> bool {
    let both = |id: &ObjectId| {
        ctx.current.objects.contains_key(id) && ctx.desired.objects.contains_key(id)
    };
    let root = inheritance::root(ctx.desired, table);
    both(table) && (ctx.is_large(table) || ctx.is_large(root)) && inheritance::tree_stays(ctx, root)
}

/// How long an object can stay while its columns change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Stay {
    /// To the end: they do not change.
    Always,
    /// It has to wait for them: what replaces it comes afterwards.
    Until,
    /// It cannot.
    Never,
}

/// Whether the columns that an object needs let it stay meanwhile.
pub(super) fn can_stay(ctx: &Ctx<'_>, id: &ObjectId) -> Stay {
    let stay = |needed: &ObjectId| {
        let (before, after) = (ctx.current.objects.get(needed), ctx.desired.objects.get(needed));
        match (before, after) {
            (_, None) => Stay::Never,
            (Some(before), Some(after)) if needed.kind == Kind::Column && before != after => {
                let same = column::type_of(before) == column::type_of(after);
                if same { Stay::Until } else { Stay::Never }
            }
            // a key that is made anew takes along what refers to it
            (Some(before), Some(after)) if needed.kind == Kind::Constraint && before != after => {
                Stay::Never
            }
            _ => Stay::Always,
        }
    };
    ctx.current.needs_of(id).map(|(needed, _)| stay(needed)).max().unwrap_or(Stay::Always)
}
