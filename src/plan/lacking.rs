//! What the executing role lacks of what the steps need, as far as the snapshot of prod tells.

use crate::kinds::facet::acl;
use crate::kinds::{Privilege, Privileges};
use crate::model::{Catalog, OWNER, Object, ObjectId, PUBLIC};
use crate::plan::Plan;
use std::collections::BTreeSet;

/// Everything that the migrations need.
pub fn needs(plan: &Plan) -> Privileges {
    plan.steps().flat_map(|step| step.needs.iter().cloned()).collect()
}

/// What of it the role certainly lacks on prod as it is, in words. What cannot be told, because it is
/// not in the snapshot, is left out.
pub fn lacking(plan: &Plan, prod: &Catalog, role: &str) -> Vec<String> {
    let server = &prod.server;
    // a snapshot of an older pgbridge knows no superuser
    if server.superusers.is_empty() || !server.roles.contains(role) {
        return Vec::new();
    }
    let who = Role { name: role, prod };
    let lacks: BTreeSet<String> = needs(plan).iter().filter_map(|need| who.lacks(need)).collect();
    lacks.into_iter().collect()
}

/// A role of prod.
struct Role<'a> {
    name: &'a str,
    prod: &'a Catalog,
}

impl Role<'_> {
    fn lacks(&self, need: &Privilege) -> Option<String> {
        let server = &self.prod.server;
        let name = self.name;
        let other = |role| Role { name: role, prod: self.prod };
        let has = match need {
            Privilege::Superuser(_) => self.is_superuser(),
            Privilege::OwnerOfDatabase => self.acts_for(&server.database_owner),
            Privilege::CreateInDatabase | Privilege::Extension(_) => self.creates_in_database(),
            Privilege::CreateInDatabaseBy(role) => other(role).creates_in_database(),
            Privilege::SetRole(role) => {
                let roles = server.can_become.get(self.name);
                self.is_superuser()
                    || name == &**role
                    || roles.is_some_and(|roles| roles.contains(role))
            }
            Privilege::RightsOf(role) => self.acts_for(role),
            Privilege::Owner(id) => {
                let owner = self.object(id)?.facets.owner.as_ref()?;
                if self.acts_for(owner) {
                    return None;
                }
                return Some(format!("{name} is not the {need} (owner: {owner})"));
            }
            Privilege::Held(privilege, id) => self.holds(self.object(id)?, &[privilege]),
            Privilege::HeldBy(role, privilege, id) => {
                other(role).holds(self.object(id)?, &[privilege])
            }
            Privilege::Lock(id) => {
                self.holds(self.object(id)?, &["UPDATE", "DELETE", "TRUNCATE", "MAINTAIN"])
            }
            Privilege::Tablespace(_) | Privilege::Administer(_) => return None,
        };
        (!has).then(|| format!("{name} lacks: {need}"))
    }

    fn object(&self, id: &ObjectId) -> Option<&Object> {
        self.prod.objects.get(id)
    }

    fn is_superuser(&self) -> bool {
        self.prod.server.superusers.contains(self.name)
    }

    fn creates_in_database(&self) -> bool {
        self.is_superuser() || self.prod.server.database_creators.contains(self.name)
    }

    /// Whether it has the rights of a role.
    fn acts_for(&self, role: &str) -> bool {
        let roles = self.prod.server.has_rights_of.get(self.name);
        self.is_superuser() || self.name == role || roles.is_some_and(|roles| roles.contains(role))
    }

    /// Whether it holds one of the privileges, by its own name or another's. Privileges on single
    /// columns do not count, those that predefined roles have everywhere do.
    fn holds(&self, object: &Object, privileges: &[&str]) -> bool {
        let owner = object.facets.owner.as_deref().unwrap_or_default();
        let granted = acl::of_object(object, self.prod.server.major());
        let mine = |grantee: &str| match grantee {
            PUBLIC => true,
            OWNER => self.acts_for(owner),
            role => self.acts_for(role),
        };
        let everywhere = [
            ("SELECT", "pg_read_all_data"),
            ("USAGE", "pg_read_all_data"),
            ("UPDATE", "pg_write_all_data"),
            ("DELETE", "pg_write_all_data"),
            ("MAINTAIN", "pg_maintain"),
        ];
        granted.iter().any(|item| privileges.contains(&&*item.privilege) && mine(&item.grantee))
            || everywhere
                .iter()
                .any(|(held, role)| privileges.contains(held) && self.acts_for(role))
    }
}
