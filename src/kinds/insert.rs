//! Whether a role can put a row into a table, as far as catalogs say: privileges, columns that need a value, sequences
//! behind defaults, policies. What checks, triggers and the expressions of policies say about a row is not asked.
//!
//! The words are those of the query in `bundle::validation::insert`, which asks a server the same.

use crate::kinds::facet::{acl, owner_of};
use crate::kinds::{column, domain, policy, sequence, table};
use crate::model::{Catalog, Kind, Need, OWNER, Object, ObjectId, PUBLIC};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is asked of a catalog.
pub struct Inserts<'a> {
    catalog: &'a Catalog,
    parts: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
}

impl<'a> Inserts<'a> {
    /// Of that catalog. None where it does not say who is a superuser.
    pub fn of(catalog: &'a Catalog) -> Option<Self> {
        let known = !catalog.server.superusers.is_empty();
        known.then(|| Self { catalog, parts: catalog.parts() })
    }

    /// The tables with rows of their own.
    pub fn tables(&self) -> impl Iterator<Item = &'a Object> {
        self.catalog.of_kind(Kind::Table).filter(|table| !table::is_foreign(table))
    }

    /// The roles that INSERT is granted to on a table or columns of it, and the owner: often nobody else may.
    pub fn roles(&self, table: &Object) -> BTreeSet<Arc<str>> {
        let owner = owner_of(self.catalog, table);
        let columns = self.columns(table).into_iter();
        let items = std::iter::once(table).chain(columns).flat_map(|object| self.acl(object));
        let granted = items.filter(|item| &*item.privilege == "INSERT");
        let role = |grantee: Arc<str>| {
            if &*grantee == OWNER { owner.clone() } else { Some(grantee) }
        };
        granted.filter_map(|item| role(item.grantee)).collect()
    }

    /// What stands in a role's way, or that nothing does.
    pub fn told(&self, table: &Object, role: &str) -> String {
        let who = Role { name: role, catalog: self.catalog };
        let columns = self.columns(table);
        let holds = |object: &Object| self.holds(&who, object, &["INSERT"]);
        let (whole, schema) = (holds(table), ObjectId::new(Kind::Schema, &[table.id.part(0)]));
        let usage = |schema: &Object| self.holds(&who, schema, &["USAGE"]);
        if !self.catalog.objects.get(&schema).is_none_or(usage) {
            return "no USAGE on its schema".to_owned();
        }
        if !whole && !columns.iter().any(|column| holds(column)) {
            return "no INSERT".to_owned();
        }
        let missing: BTreeSet<&str> = columns
            .iter()
            .filter(|column| !whole && self.is_required(column) && !holds(column))
            .map(|column| column.id.name())
            .collect();
        if !missing.is_empty() {
            return format!("no INSERT on {}", missing.into_iter().collect::<Vec<_>>().join(", "));
        }
        let sequences: BTreeSet<String> = columns
            .iter()
            .flat_map(|column| self.sequences(column))
            .filter(|sequence| !self.holds(&who, sequence, &["USAGE", "UPDATE"]))
            .map(|sequence| sequence.id.path.join("."))
            .collect();
        if !sequences.is_empty() {
            return format!("no USAGE on {}", sequences.into_iter().collect::<Vec<_>>().join(", "));
        }
        if self.is_bound(&who, table) && !self.has_policy(&who, table) {
            return "no policy".to_owned();
        }
        "possible".to_owned()
    }

    /// What the answers of a table hang on.
    pub fn hangs_on(&self, table: &'a Object) -> BTreeSet<ObjectId> {
        let schema = ObjectId::new(Kind::Schema, &[table.id.part(0)]);
        let mut all: BTreeSet<ObjectId> = [table.id.clone(), schema].into();
        let mut open = vec![&table.id];
        while let Some(id) = open.pop() {
            let of_value = matches!(id.kind, Kind::Column | Kind::Default);
            let needs = self.catalog.needs_of(id).filter(|_| of_value).map(|(id, _)| id);
            all.extend(
                needs.filter(|id| matches!(id.kind, Kind::Domain | Kind::Sequence)).cloned(),
            );
            let parts = self.parts.get(id).into_iter().flatten();
            for part in parts.filter(|part| !matches!(part.kind, Kind::Index | Kind::Trigger)) {
                all.insert((*part).clone());
                open.push(part);
            }
        }
        all
    }

    fn acl(&self, object: &Object) -> acl::Acl {
        acl::of_object(object, self.catalog.server.major())
    }

    fn holds(&self, who: &Role<'_>, object: &Object, privileges: &[&str]) -> bool {
        let owner = owner_of(self.catalog, object).unwrap_or_default();
        let mine = |grantee: &str| match grantee {
            PUBLIC => true,
            OWNER => who.acts_for(&owner),
            role => who.acts_for(role),
        };
        let granted = self.acl(object);
        let held =
            granted.iter().any(|it| privileges.contains(&&*it.privilege) && mine(&it.grantee));
        let readers = object.id.kind == Kind::Schema && who.acts_for("pg_read_all_data");
        held || readers || who.acts_for("pg_write_all_data")
    }

    fn columns(&self, table: &Object) -> Vec<&'a Object> {
        self.parts_of(&table.id, Kind::Column)
    }

    fn parts_of(&self, id: &ObjectId, kind: Kind) -> Vec<&'a Object> {
        let parts = self.parts.get(id).into_iter().flatten().filter(|part| part.kind == kind);
        parts.filter_map(|part| self.catalog.objects.get(*part)).collect()
    }

    fn needed(&self, id: &ObjectId, kind: Kind) -> impl Iterator<Item = &'a Object> {
        let needs = self.catalog.needs.get(id).into_iter().flatten();
        let needs = needs.filter(move |(to, need)| to.kind == kind && **need != Need::Soft);
        needs.filter_map(|(to, _)| self.catalog.objects.get(to))
    }

    /// Whether a row must bring a value for it.
    fn is_required(&self, column: &Object) -> bool {
        let mut domains = self.needed(&column.id, Kind::Domain);
        let (refuses, gives) = domains.next().map(domain::of_null).unwrap_or_default();
        let identity = self.parts_of(&column.id, Kind::Sequence);
        (column::refuses_null(column) || refuses)
            && !gives
            && !column::is_generated(column)
            && self.parts_of(&column.id, Kind::Default).is_empty()
            && !identity.into_iter().any(sequence::is_identity)
    }

    /// The sequences that its default calls.
    fn sequences(&self, column: &Object) -> Vec<&'a Object> {
        let defaults = self.parts_of(&column.id, Kind::Default);
        defaults.iter().flat_map(|default| self.needed(&default.id, Kind::Sequence)).collect()
    }

    /// Whether row-level security asks about its rows.
    fn is_bound(&self, who: &Role<'_>, table: &Object) -> bool {
        let (on, forced) = table::row_security(table);
        let owner = owner_of(self.catalog, table).unwrap_or_default();
        let passes = who.is_superuser()
            || self.catalog.server.row_security_bypassers.contains(who.name)
            || (!forced && who.acts_for(&owner));
        on && !passes
    }

    fn has_policy(&self, who: &Role<'_>, table: &Object) -> bool {
        let policies = self.parts_of(&table.id, Kind::Policy);
        policies
            .into_iter()
            .filter_map(policy::lets_insert)
            .flatten()
            .any(|role| &*role == PUBLIC || who.acts_for(&role))
    }
}

/// A role, or everybody.
struct Role<'a> {
    name: &'a str,
    catalog: &'a Catalog,
}

impl Role<'_> {
    fn is_superuser(&self) -> bool {
        self.catalog.server.superusers.contains(self.name)
    }

    fn acts_for(&self, role: &str) -> bool {
        let roles = self.catalog.server.has_rights_of.get(self.name);
        self.is_superuser() || self.name == role || roles.is_some_and(|roles| roles.contains(role))
    }
}
