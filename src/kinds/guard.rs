//! What an object keeps shut and what it opens: states are compared by it, for none on the way may
//! be more permissive than both of its ends.

use crate::kinds::facet::{acl, owner_of};
use crate::kinds::of;
use crate::model::{AclItem, Catalog, OWNER, Object, ObjectId, PUBLIC};
use crate::sql::quote;

/// Something that keeps rows from somebody, or rows out of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Protection {
    /// What it protects; none for the database.
    pub on: Option<ObjectId>,
    /// What it is called there.
    pub name: String,
    /// What it says, and about what: another one that says the same protects as much. Empty where
    /// the name says it.
    pub text: String,
    /// Whether one of that name that says something else may protect less.
    pub exact: bool,
    /// Whether what it protects must not be there without it, not even where that is new.
    pub at_once: bool,
}

/// Something that lets somebody in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opening {
    /// What it opens; none for the database.
    pub on: Option<ObjectId>,
    /// What it is called there.
    pub name: String,
    /// What it lets through, and where.
    pub text: String,
    /// Texts of others that let as much through.
    pub covered_by: Vec<String>,
    /// Whether whatever is made has it.
    pub usual: bool,
}

/// All of an object.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Guards {
    /// What it keeps shut.
    pub protections: Vec<Protection>,
    /// What it opens.
    pub openings: Vec<Opening>,
}

impl Guards {
    /// What an object, with its privileges, keeps shut and opens.
    pub fn of(catalog: &Catalog, object: &Object) -> Self {
        let mut guards = of(object.id.kind).guards(catalog, object);
        guards.openings.extend(grants(catalog, object));
        guards
    }

    /// Adds a protection that goes by its name, where `holds`.
    pub(super) fn keep(&mut self, holds: bool, on: &ObjectId, name: &str) -> &mut Self {
        if holds {
            self.protections.push(Protection::named(on, name));
        }
        self
    }
}

impl From<Protection> for Guards {
    fn from(protection: Protection) -> Self {
        Self { protections: vec![protection], openings: Vec::new() }
    }
}

impl From<Opening> for Guards {
    fn from(opening: Opening) -> Self {
        Self { protections: Vec::new(), openings: vec![opening] }
    }
}

impl Protection {
    /// One that goes by its name.
    pub(super) fn named(on: &ObjectId, name: impl Into<String>) -> Self {
        let on = Some(on.clone());
        Self { on, name: name.into(), text: String::new(), exact: false, at_once: false }
    }

    /// The same, and another one on `relation` that says the same is as good.
    pub(super) fn saying(mut self, relation: &ObjectId, text: &str) -> Self {
        self.text = format!("{relation} {text}");
        self
    }
}

impl Opening {
    /// One that is covered by nothing but what says the same.
    pub(super) fn new(on: Option<ObjectId>, name: String, text: String) -> Self {
        Self { on, name, text, covered_by: Vec::new(), usual: false }
    }
}

/// What the owner of an object and the privileges on it open. A privilege on a table is one on each
/// of its columns, what everybody has each role has, and an owner can have all.
fn grants(catalog: &Catalog, object: &Object) -> Vec<Opening> {
    let class = match of(object.id.kind).facets().acl {
        None | Some(' ') => return Vec::new(),
        Some(class) => class,
    };
    let whole = object.parent.as_ref().filter(|_| class == 'c');
    let places: Vec<&ObjectId> = std::iter::once(&object.id).chain(whole).collect();
    let opening = |name: String, usual: bool, covered_by: Vec<String>| {
        let text = format!("{}: {name}", object.id);
        Opening { on: Some(object.id.clone()), name, text, covered_by, usual }
    };
    let mut openings = Vec::new();
    if let (None, Some(owner)) = (whole, owner_of(catalog, object)) {
        openings.push(opening(owned(&quote::ident(&owner)), true, Vec::new()));
    }
    let major = catalog.server.major();
    let usual = acl::default_of(class, major);
    let items = acl::of_object(object, major);
    for item in items.iter().filter(|item| &*item.grantee != OWNER) {
        let role = grantee(item);
        for option in [false, true] {
            if option && !item.grantable {
                continue;
            }
            let mut covered_by = Vec::new();
            for place in &places {
                let ways = [held(item, &role, option), held(item, "PUBLIC", option), owned(&role)];
                covered_by.extend(ways.iter().map(|way| format!("{place}: {way}")));
            }
            openings.push(opening(held(item, &role, option), usual.contains(item), covered_by));
        }
    }
    openings
}

fn owned(role: &str) -> String {
    format!("owned by {role}")
}

/// A privilege and who has it.
pub(super) fn held(item: &AclItem, role: &str, option: bool) -> String {
    let suffix = if option { " with grant option" } else { "" };
    format!("{} to {role}{suffix}", item.privilege)
}

/// Who has it, as no other role is written.
pub(super) fn grantee(item: &AclItem) -> String {
    match &*item.grantee {
        PUBLIC => "PUBLIC".to_owned(),
        role => quote::ident(role),
    }
}
