//! What becomes of every column of every system catalog of PostgreSQL 13 to 18.
//!
//! A column is claimed by attributes of kinds or by a facet, is a part of an identity or an edge,
//! stands in the ledger, tells of the server, or is left out for a reason. What stands nowhere here
//! is a finding at run time: a newer server's, or a fork's.
//! Lists are texts: names of columns with blanks between them, `column:attribute` where a kind's
//! attribute claims it.

mod object;
mod relation;
mod remote;

use crate::model::Kind;

/// Whether a system catalog is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Its rows are read; a role that may not is refused.
    Whole,
    /// Not as such; how instead.
    Part(&'static str),
    /// Not at all; why.
    No(&'static str),
}

/// One system catalog.
#[derive(Clone, Copy, Debug)]
pub struct SystemCatalog {
    /// Its name.
    pub name: &'static str,
    /// Whether it is read.
    pub access: Access,
    /// Kinds, and the columns that their attributes claim: `column:attribute`.
    pub attrs: &'static [(&'static str, &'static str)],
    /// Facets, and the columns that they are read from.
    pub facets: &'static [(&'static str, &'static str)],
    /// Columns that say which object a row is, what it is a part of, or of which kind it is.
    pub key: &'static str,
    /// Columns that are ends of dependencies.
    pub edge: &'static str,
    /// Columns that only a line of the ledger holds, or a notice tells of.
    pub ledger: &'static str,
    /// Columns that tell of the server and the database.
    pub server: &'static str,
    /// Columns that are left out, by reason.
    pub excluded: &'static [(&'static str, &'static str)],
    /// The catalog whose rows its own are parts of; empty where a row is an object.
    pub parts_of: &'static str,
    /// Rows of users that are not read, by reason: a condition on the catalog as `t`.
    pub rows: &'static [(&'static str, &'static str)],
}

const WHOLE: SystemCatalog = SystemCatalog {
    name: "",
    access: Access::Whole,
    attrs: &[],
    facets: &[],
    key: "",
    edge: "",
    ledger: "",
    server: "",
    excluded: &[],
    parts_of: "",
    rows: &[],
};

/// A catalog that is not read.
const fn unread(name: &'static str, why: &'static str) -> SystemCatalog {
    SystemCatalog { name, access: Access::No(why), ..WHOLE }
}

/// Every system catalog, by name.
pub fn all() -> Vec<&'static SystemCatalog> {
    let lists = [object::CATALOGS, relation::CATALOGS, remote::CATALOGS];
    let mut all: Vec<_> = lists.into_iter().flatten().collect();
    all.sort_by_key(|catalog| catalog.name);
    all
}

impl SystemCatalog {
    /// Each claim by an attribute: the column, the kind and the attribute.
    pub fn claims(&self) -> Vec<(&'static str, Kind, &'static str)> {
        let claims = |(kinds, pairs): &(&'static str, &'static str)| {
            let kinds: Vec<Kind> = kinds.split(' ').filter_map(Kind::parse).collect();
            let pairs = pairs.split_whitespace().filter_map(|pair| pair.split_once(':'));
            let each = pairs.flat_map(move |(column, attribute)| {
                kinds.clone().into_iter().map(move |kind| (column, kind, attribute))
            });
            each.collect::<Vec<_>>()
        };
        self.attrs.iter().flat_map(claims).collect()
    }

    /// Every column that is known; one may serve twice.
    pub fn columns(&self) -> Vec<&'static str> {
        let listed = [self.key, self.edge, self.ledger, self.server];
        let listed = listed.into_iter().chain(self.facets.iter().map(|(_, list)| *list));
        let listed = listed.chain(self.excluded.iter().map(|(_, list)| *list));
        let listed = listed.flat_map(str::split_whitespace);
        self.claims().into_iter().map(|(column, _, _)| column).chain(listed).collect()
    }

    /// Whether a column is known; of a catalog that is not read, every one is.
    pub fn knows(&self, column: &str) -> bool {
        matches!(self.access, Access::No(_)) || self.columns().contains(&column)
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, all};
    use crate::kinds::REGISTRY;
    use crate::model::{Facet, Kind};
    use std::collections::BTreeSet;

    #[test]
    fn every_attribute_of_a_kind_has_a_column() {
        let mut claimed = BTreeSet::new();
        for catalog in all() {
            for (column, kind, attribute) in catalog.claims() {
                claimed.insert((kind, attribute));
                assert!(
                    crate::kinds::specs_of(kind).iter().any(|spec| spec.name == attribute),
                    "{}.{column}: {kind} has no attribute {attribute}",
                    catalog.name
                );
            }
        }
        for kind in REGISTRY {
            for spec in kind.attrs() {
                assert!(
                    claimed.contains(&(kind.kind(), spec.name)),
                    "{}.{} has no column",
                    kind.kind(),
                    spec.name
                );
            }
        }
    }

    #[test]
    fn every_facet_has_a_column() {
        let facets: BTreeSet<&str> =
            all().iter().flat_map(|catalog| catalog.facets).map(|(facet, _)| *facet).collect();
        assert_eq!(facets, Facet::ALL.map(Facet::name).into_iter().collect());
    }

    #[test]
    fn the_table_is_written_right() {
        let names: Vec<&str> = all().iter().map(|catalog| catalog.name).collect();
        let unique: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), unique.len(), "a catalog stands twice");
        for catalog in all() {
            let read = !matches!(catalog.access, Access::No(_));
            assert_eq!(read, !catalog.columns().is_empty(), "{}", catalog.name);
            for (kinds, pairs) in catalog.attrs {
                assert!(kinds.split(' ').all(|kind| Kind::parse(kind).is_some()), "{kinds}");
                assert!(pairs.split_whitespace().all(|pair| pair.contains(':')), "{pairs}");
            }
        }
    }
}
