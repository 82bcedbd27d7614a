//! Owner, privileges, comment and extension marks: written once, used by every kind that
//! declares them.

pub mod acl;

use crate::kinds::rules::{Ctx, Effects, Lock, Outcome};
use crate::kinds::{ObjectKind, Privileges, of, privilege, reach, sequence};
use crate::model::{Catalog, Facet, Kind, Object, ObjectId};
use crate::sql::quote;
use std::sync::Arc;

/// Relations that have parts.
const LOCKED: [Kind; 3] = [Kind::Table, Kind::View, Kind::MaterializedView];

/// The relation that an object's statements lock: itself or what it is a part of.
pub fn relation_of(object: &Object) -> ObjectId {
    match &object.parent {
        Some(parent) if LOCKED.contains(&parent.kind) => parent.clone(),
        Some(parent) if parent.kind == Kind::Column => {
            ObjectId::new(Kind::Table, &[parent.part(0), parent.part(1)])
        }
        Some(parent) if parent.kind == Kind::ViewColumn => {
            ObjectId::new(Kind::View, &[parent.part(0), parent.part(1)])
        }
        _ => object.id.clone(),
    }
}

/// The owner: the object's own, or that of what it is a part of.
pub fn owner_of(catalog: &Catalog, object: &Object) -> Option<Arc<str>> {
    if object.id.kind == Kind::DefaultAcl {
        return Some(Arc::from(object.id.part(0)));
    }
    let mut at = Some(object);
    while let Some(object) = at {
        if object.facets.owner.is_some() {
            return object.facets.owner.clone();
        }
        at = object.parent.as_ref().and_then(|parent| catalog.objects.get(parent));
    }
    None
}

/// What must follow the CREATE of `object` so that its facets are the wanted ones.
pub fn after_create(ctx: &Ctx<'_>, object: &Object) -> Vec<String> {
    let kind = of(object.id.kind);
    let spec = kind.facets();
    let mut statements = Vec::new();
    if let (true, Some(owner)) = (spec.owner, &object.facets.owner)
        && **owner != *ctx.apply_role
        && !sequence::is_identity(object)
    {
        statements.push(owner_statement(kind, object, owner));
    }
    if spec.acl.is_some() {
        statements.extend(acl::after_create(ctx, object));
    }
    // what comes from outside brings a comment of its own
    if object.facets.comment.is_some() || kind.must_be_available() {
        statements.push(comment_statement(kind, object));
    }
    statements.extend(extension_statements(kind, None, object));
    statements
}

/// How a facet of a standing object changes.
pub fn change(ctx: &Ctx<'_>, facet: Facet, from: &Object, to: &Object) -> Outcome {
    let kind = of(to.id.kind);
    match facet {
        Facet::Owner => {
            let Some(owner) = &to.facets.owner else { return Outcome::rebuild() };
            if follows_table(to) || follows_table(from) {
                return Outcome::in_place(Vec::new(), Effects::default());
            }
            let statements = vec![owner_statement(kind, to, owner)];
            Outcome::in_place(statements, owner_effects(ctx, to))
        }
        Facet::Acl => Outcome::in_place(acl::change(ctx, from, to), Effects::default()),
        Facet::Comment => Outcome::in_place(vec![comment_statement(kind, to)], comment_effects(to)),
        Facet::Extensions => {
            Outcome::in_place(extension_statements(kind, Some(from), to), Effects::default())
        }
    }
}

/// What a change of a facet needs besides to own the object.
pub fn privileges(facet: Facet, from: &Object, to: &Object) -> Privileges {
    match (facet, &to.facets.owner) {
        (Facet::Owner, Some(owner)) if !follows_table(to) && !follows_table(from) => {
            privilege::of_new_owner(to, owner)
        }
        (Facet::Acl, _) => privilege::of_grantors(Some(from), to),
        _ => Privileges::new(),
    }
}

/// Only a relation itself is locked, with the sequences that go with it.
fn owner_effects(ctx: &Ctx<'_>, object: &Object) -> Effects {
    let mut effects = Effects::default();
    if LOCKED.contains(&object.id.kind) || object.id.kind == Kind::Sequence {
        effects = Effects::lock(&object.id, Lock::AccessExclusive);
        for sequence in reach::sequences(ctx.current, &object.id) {
            effects.join(Effects::lock(sequence, Lock::AccessExclusive));
        }
    }
    effects
}

/// A relation, a column's and an index's table are locked. For a constraint, a trigger, a policy or a
/// rule the table is only looked up.
fn comment_effects(object: &Object) -> Effects {
    match object.id.kind {
        Kind::Sequence | Kind::Column | Kind::ViewColumn | Kind::Index => {}
        kind if LOCKED.contains(&kind) => {}
        _ => return Effects::default(),
    }
    Effects::lock(&relation_of(object), Lock::ShareUpdateExclusive)
}

/// A sequence that a column owns has its table's owner always.
pub(super) fn follows_table(object: &Object) -> bool {
    object.id.kind == Kind::Sequence && sequence::is_owned(object)
}

fn owner_statement(kind: &dyn ObjectKind, object: &Object, owner: &str) -> String {
    format!(
        "ALTER {} {} OWNER TO {};",
        kind.noun(object),
        kind.sql_name(object),
        quote::ident(owner)
    )
}

fn comment_statement(kind: &dyn ObjectKind, object: &Object) -> String {
    let text = object
        .facets
        .comment
        .as_ref()
        .map_or_else(|| "NULL".to_owned(), |text| quote::literal(text));
    format!("COMMENT ON {} {} IS {text};", kind.noun(object), kind.sql_name(object))
}

/// The marks to set and to take away; all of them where there is no state before.
pub fn extension_statements(
    kind: &dyn ObjectKind,
    from: Option<&Object>,
    to: &Object,
) -> Vec<String> {
    let target = kind.target(to);
    let empty = std::collections::BTreeSet::new();
    let before = from.map_or(&empty, |object| &object.facets.extensions);
    let gone = before.difference(&to.facets.extensions);
    let new = to.facets.extensions.difference(before);
    gone.map(|name| format!("ALTER {target} NO DEPENDS ON EXTENSION {};", quote::ident(name)))
        .chain(
            new.map(|name| format!("ALTER {target} DEPENDS ON EXTENSION {};", quote::ident(name))),
        )
        .collect()
}
