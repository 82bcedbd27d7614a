//! What any object may have besides its kind's attributes, as differences name it.

use crate::model::Object;
use std::collections::BTreeSet;

/// The facets as a difference names them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Facet {
    /// `owner`.
    Owner,
    /// `acl`.
    Acl,
    /// `comment`.
    Comment,
    /// `depends_on_extensions`.
    Extensions,
}

impl Facet {
    /// All of them, in the order in which they are applied.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Acl, Self::Comment, Self::Extensions];

    /// Its name in differences.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Acl => "acl",
            Self::Comment => "comment",
            Self::Extensions => "depends_on_extensions",
        }
    }

    /// Whether two states of an object differ in it.
    pub fn differs(self, a: &Object, b: &Object) -> bool {
        match self {
            Self::Owner => a.facets.owner != b.facets.owner,
            Self::Acl => a.facets.acl != b.facets.acl,
            Self::Comment => a.facets.comment != b.facets.comment,
            Self::Extensions => a.facets.extensions != b.facets.extensions,
        }
    }

    /// Takes the facet over from another state.
    pub fn copy(self, from: &Object, to: &mut Object) {
        match self {
            Self::Owner => to.facets.owner.clone_from(&from.facets.owner),
            Self::Acl => to.facets.acl.clone_from(&from.facets.acl),
            Self::Comment => to.facets.comment.clone_from(&from.facets.comment),
            Self::Extensions => to.facets.extensions.clone_from(&from.facets.extensions),
        }
    }

    /// The value for people: `-` where there is none.
    pub fn text(self, object: &Object) -> String {
        let shown = match self {
            Self::Owner => object.facets.owner.as_ref().map(ToString::to_string),
            Self::Acl => object.facets.acl.as_ref().map(|_| joined(&self.elements(object))),
            Self::Comment => object.facets.comment.as_ref().map(ToString::to_string),
            Self::Extensions => {
                Some(joined(&self.elements(object))).filter(|text| !text.is_empty())
            }
        };
        shown.unwrap_or_else(
            || if self == Self::Acl { "default".to_owned() } else { "-".to_owned() },
        )
    }

    /// The elements, where it is a set.
    pub fn elements(self, object: &Object) -> BTreeSet<String> {
        match self {
            Self::Acl => object.facets.acl.iter().flatten().map(ToString::to_string).collect(),
            Self::Extensions => object.facets.extensions.iter().map(ToString::to_string).collect(),
            Self::Owner | Self::Comment => BTreeSet::new(),
        }
    }
}

fn joined(elements: &BTreeSet<String>) -> String {
    elements.iter().cloned().collect::<Vec<_>>().join("; ")
}
