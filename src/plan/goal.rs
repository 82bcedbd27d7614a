//! What prod shall be after the bridge: dev's state, as far as it was asked for and can be had.

use crate::kinds::{Conditions, facet, of};
use crate::model::{Catalog, Kind, Need, Object, ObjectId};
use crate::plan::schedule::{Blocked, Obstacle, Schedule, all_ids, schedule};
use crate::plan::{Drops, Options, merge};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A removal that was not asked for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Withheld {
    /// The object.
    pub id: ObjectId,
    /// Which attribute; none for the whole object.
    pub attribute: Option<String>,
    /// What would be removed, for people.
    pub what: String,
}

/// Something that could not be bridged.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Unbridged {
    /// The object.
    pub id: ObjectId,
    /// Why.
    pub why: String,
    /// A class of reasons, for counting and filtering.
    pub reason: Reason,
}

/// Why something could not be bridged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is not modelled yet.
    Unmodelled,
    /// It names a role that prod does not have.
    UnmappedRole,
    /// Prod cannot have it: an extension that is not there, a version that is too old.
    Unavailable,
    /// No way leads there.
    Blocked,
}

/// The goal in the making.
pub(super) struct Goal {
    pub(super) catalog: Catalog,
    pub(super) withheld: Vec<Withheld>,
    pub(super) unbridged: Vec<Unbridged>,
}

impl Goal {
    /// Dev's state on prod's server: what is not modelled stays as prod has it, removals only where
    /// they were asked for.
    pub(super) fn of(
        dev: &Catalog,
        prod: &Catalog,
        options: &Options,
        conditions: &Conditions,
    ) -> Self {
        let mut catalog = dev.clone();
        catalog.server = prod.server.clone();
        catalog.ledger.clone_from(&prod.ledger);
        catalog.sizes.clone_from(&prod.sizes);
        catalog.needs.retain(|id, _| id.kind != Kind::Unmodelled);
        let unmodelled = prod.needs.iter().filter(|(id, _)| id.kind == Kind::Unmodelled);
        catalog.needs.extend(unmodelled.map(|(id, needs)| (id.clone(), needs.clone())));
        keep_unknown(&mut catalog, prod);
        let mut goal = Self { catalog, withheld: Vec::new(), unbridged: Vec::new() };
        goal.name_unmodelled(dev, prod);
        if options.drops == Drops::Report {
            merge::keep_removals(&mut goal, prod, conditions);
        }
        goal.check_privileges(dev, prod);
        goal.check_roles(prod);
        goal.check_extensions(prod);
        goal.check_versions(prod);
        goal
    }

    fn name_unmodelled(&mut self, dev: &Catalog, prod: &Catalog) {
        let ids: BTreeSet<&ObjectId> = dev.ledger.keys().chain(prod.ledger.keys()).collect();
        for id in ids {
            let (a, b) = (dev.ledger.get(id), prod.ledger.get(id));
            let where_ = match (a, b) {
                (Some(a), Some(b)) if a.row == b.row => continue,
                (Some(_), None) => "only in dev",
                (None, Some(_)) => "only in prod",
                _ => "different",
            };
            let catalog = a.or(b).map_or("", |entry| &entry.catalog);
            self.unbridged.push(Unbridged {
                id: id.clone(),
                why: format!("{}, {where_} ({catalog})", why_unmodelled(catalog)),
                reason: Reason::Unmodelled,
            });
        }
    }

    /// Privileges that dev's version has and prod's does not (MAINTAIN from 17 on). Who holds all
    /// others holds everything there is on prod; anything else is named.
    fn check_privileges(&mut self, dev: &Catalog, prod: &Catalog) {
        let (newer, older) = (dev.server.major(), prod.server.major());
        let mut named = Vec::new();
        for object in self.catalog.objects.values_mut() {
            let Some(acl) = object.facets.acl.clone() else { continue };
            let (kept, lost) = facet::acl::expressible(&object.id, &acl, newer, older);
            for item in lost {
                let why = format!("PostgreSQL {older} does not know the privilege of {item}");
                named.push(Unbridged { id: object.id.clone(), why, reason: Reason::Unavailable });
            }
            object.facets.acl = kept;
        }
        self.unbridged.extend(named);
    }

    /// What names a role that prod does not have cannot be bridged.
    fn check_roles(&mut self, prod: &Catalog) {
        let known = |role: &str| prod.server.roles.contains(role);
        let mut blocked = Vec::new();
        let mut unmapped = Vec::new();
        for object in self.catalog.objects.values_mut() {
            let before = prod.objects.get(&object.id);
            if before == Some(object) {
                continue;
            }
            for role in of(object.id.kind).roles(object) {
                if !known(&role) {
                    let why = format!("it names the role {role}, which prod does not have");
                    blocked.push((object.id.clone(), before.is_none(), why));
                }
            }
            unmapped.extend(drop_unknown_roles(object, before, &known));
        }
        self.unbridged.extend(unmapped);
        for (id, new, why) in blocked {
            let obstacle = if new { Obstacle::Create } else { Obstacle::Change };
            self.revert(prod, &Blocked { id, obstacle, why }, Reason::UnmappedRole);
        }
    }

    fn check_extensions(&mut self, prod: &Catalog) {
        let missing: Vec<ObjectId> = self
            .catalog
            .objects
            .keys()
            .filter(|id| of(id.kind).must_be_available() && !prod.objects.contains_key(*id))
            .filter(|id| !prod.server.available_extensions.contains_key(id.name()))
            .cloned()
            .collect();
        for id in missing {
            let why = "prod's server does not offer this extension".to_owned();
            self.revert(prod, &Blocked::create(&id, why), Reason::Unavailable);
        }
    }

    /// What asks for a newer server than prod's.
    fn check_versions(&mut self, prod: &Catalog) {
        let major = prod.server.major();
        let asks = |object: &&Object| prod.objects.get(&object.id) != Some(*object);
        let missing: Vec<Blocked> = self
            .catalog
            .objects
            .values()
            .filter(asks)
            .filter_map(|object| {
                let (needed, what) = of(object.id.kind).needs_major(object)?;
                let why = format!("{what} need PostgreSQL {needed}, and prod runs {major}");
                let new = !prod.objects.contains_key(&object.id);
                let make = if new { Blocked::create } else { Blocked::change };
                (needed > major).then(|| make(&object.id, why))
            })
            .collect();
        for blocked in missing {
            self.revert(prod, &blocked, Reason::Unavailable);
        }
    }

    /// Schedules; what stands in the way is taken out of the goal, named, and tried again.
    pub(super) fn settle(&mut self, prod: &Catalog, conditions: &Conditions) -> Schedule {
        loop {
            let ids = all_ids(prod, &self.catalog);
            let blocked = match schedule(prod, &self.catalog, conditions, &ids) {
                Ok(steps) => return steps,
                Err(blocked) => blocked,
            };
            let before = (self.unbridged.len(), self.catalog.objects.clone());
            for obstacle in &blocked {
                self.revert(prod, obstacle, Reason::Blocked);
            }
            if before.1 == self.catalog.objects {
                // nothing moved: leave prod alone rather than guess
                for obstacle in blocked {
                    self.unbridged.push(Unbridged {
                        id: obstacle.id,
                        why: obstacle.why,
                        reason: Reason::Blocked,
                    });
                }
                self.catalog = prod.clone();
                return Schedule::default();
            }
        }
    }

    /// Takes one change out of the goal, with everything that needs it.
    fn revert(&mut self, prod: &Catalog, blocked: &Blocked, reason: Reason) {
        let named = Unbridged { id: blocked.id.clone(), why: blocked.why.clone(), reason };
        if !self.unbridged.contains(&named) {
            self.unbridged.push(named);
        }
        match blocked.obstacle {
            Obstacle::Create => self.withdraw(prod, &blocked.id),
            Obstacle::Change => self.restore(prod, &blocked.id),
        }
    }

    /// Removes what cannot be made, and whatever needs it.
    fn withdraw(&mut self, prod: &Catalog, id: &ObjectId) {
        let mut work = vec![(id.clone(), None)];
        while let Some((id, cause)) = work.pop() {
            if !self.catalog.objects.contains_key(&id) && cause.is_some() {
                continue;
            }
            let dependents: Vec<ObjectId> = self
                .catalog
                .needs
                .iter()
                .filter(|(_, needs)| needs.get(&id).is_some_and(|need| *need != Need::Soft))
                .map(|(dependent, _)| dependent.clone())
                .collect();
            if let Some(cause) = &cause {
                self.name_follower(&id, cause);
            }
            self.catalog.remove(&id);
            self.catalog.adopt(prod, &id);
            let still_there = self.catalog.objects.contains_key(&id);
            if !still_there {
                let parts =
                    dependents.iter().filter(|dependent| dependent.kind != Kind::Unmodelled);
                work.extend(parts.map(|dependent| (dependent.clone(), Some(id.clone()))));
            }
        }
    }

    fn name_follower(&mut self, id: &ObjectId, cause: &ObjectId) {
        let is_part = self
            .catalog
            .objects
            .get(id)
            .is_some_and(|object| object.parent.as_ref() == Some(cause));
        if !is_part {
            let why = format!("it needs {cause}, which cannot be bridged");
            self.unbridged.push(Unbridged { id: id.clone(), why, reason: Reason::Blocked });
        }
    }

    /// Leaves an object, and its parts, as prod has them.
    fn restore(&mut self, prod: &Catalog, id: &ObjectId) {
        let mut family: BTreeMap<&ObjectId, bool> = BTreeMap::from([(id, true)]);
        loop {
            let before = family.len();
            for object in prod.objects.values() {
                let made_by = || of(object.id.kind).made_by(object);
                let in_family = |id: &ObjectId| family.contains_key(id);
                if object.parent.as_ref().is_some_and(in_family)
                    || made_by().as_ref().is_some_and(in_family)
                {
                    family.insert(&object.id, true);
                }
            }
            if family.len() == before {
                break;
            }
        }
        let mut work: Vec<ObjectId> = family.into_keys().cloned().collect();
        while let Some(member) = work.pop() {
            self.catalog.remove(&member);
            self.catalog.adopt(prod, &member);
            // and what they need there
            let needed = prod.needs_of(&member).filter(|(_, need)| *need != Need::Soft);
            let missing = needed.filter(|(id, _)| !self.catalog.objects.contains_key(*id));
            work.extend(
                missing.map(|(id, _)| id.clone()).filter(|id| prod.objects.contains_key(id)),
            );
        }
    }
}

/// What a line of the ledger is, by its catalog.
fn why_unmodelled(catalog: &str) -> &'static str {
    match catalog {
        "pg_subscription" => {
            "report only: its connection string holds secrets and is never read, and creating or changing it reaches other servers"
        }
        "pg_seclabel" => "report only: setting a label takes its provider",
        _ => "not modelled yet",
    }
}

/// Owner and grants of unknown roles stay out; each is named.
fn drop_unknown_roles(
    object: &mut Object,
    before: Option<&Object>,
    known: &impl Fn(&str) -> bool,
) -> Vec<Unbridged> {
    let mut named = Vec::new();
    let mut name = |id: &ObjectId, why: String| {
        named.push(Unbridged { id: id.clone(), why, reason: Reason::UnmappedRole });
    };
    if let Some(owner) = object.facets.owner.clone().filter(|owner| !known(owner)) {
        name(&object.id, format!("its owner {owner} is no role of prod"));
        object.facets.owner = before.and_then(|before| before.facets.owner.clone());
    }
    if let Some(acl) = &mut object.facets.acl {
        let kept = before.and_then(|before| before.facets.acl.clone()).unwrap_or_default();
        let strangers: Vec<_> =
            acl.iter().filter(|item| item.roles().any(|role| !known(role))).cloned().collect();
        for item in strangers {
            if !kept.contains(&item) {
                name(
                    &object.id,
                    format!("the grant of {item} names a role that prod does not have"),
                );
                acl.remove(&item);
            }
        }
    }
    named
}

/// What one side could not see stays as prod has it.
fn keep_unknown(catalog: &mut Catalog, prod: &Catalog) {
    for object in catalog.objects.values_mut() {
        let Some(there) = prod.objects.get(&object.id) else { continue };
        for (value, kept) in object.values.iter_mut().zip(&there.values) {
            if value.is_unknown_beside(kept) {
                value.clone_from(kept);
            }
        }
    }
}
