//! How an attribute changes: what a kind answers, and what it costs.

use crate::kinds::hazard::{Failure, Hazard};
use crate::model::{Catalog, Object, ObjectId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The states between which a statement stands, and who runs it.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    /// What is there.
    pub current: &'a Catalog,
    /// What shall be there.
    pub desired: &'a Catalog,
    /// The role that executes the statements.
    pub apply_role: &'a str,
    /// Relations with so many rows that nobody should wait for a read of them all.
    pub large: &'a BTreeSet<ObjectId>,
}

/// What holds for a plan as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conditions {
    /// The role that executes the statements.
    pub apply_role: String,
    /// Relations that stand and are large, or of unknown size.
    pub large: BTreeSet<ObjectId>,
    /// Lines that a file has at most, if it can.
    pub max_lines: usize,
}

/// Lines that a file has at most unless another number is given.
pub const MAX_LINES: usize = 300;

impl Default for Conditions {
    fn default() -> Self {
        Self { apply_role: String::new(), large: BTreeSet::new(), max_lines: MAX_LINES }
    }
}

impl<'a> Ctx<'a> {
    /// The way from one state to another.
    pub fn new(current: &'a Catalog, desired: &'a Catalog, conditions: &'a Conditions) -> Self {
        let Conditions { apply_role, large, .. } = conditions;
        Self { current, desired, apply_role, large }
    }

    /// Whether nobody should wait for a read of all its rows.
    pub fn is_large(&self, table: &ObjectId) -> bool {
        self.large.contains(table)
    }

    /// `ONLY `, for what each partition has of its own. Partitions that are data are not in the
    /// catalog: what is made on their table must reach them.
    pub fn only(&self, table: &ObjectId) -> &'static str {
        if self.current.data_partitions.contains_key(table) { "" } else { "ONLY " }
    }
}

/// Lock modes of tables, weakest first (PostgreSQL manual, "Explicit Locking").
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// Blocks only ACCESS EXCLUSIVE.
    AccessShare,
    /// Taken by row locks on referenced tables.
    RowShare,
    /// Taken by writers.
    RowExclusive,
    /// Blocks VACUUM, index builds and other DDL.
    ShareUpdateExclusive,
    /// Blocks writers.
    Share,
    /// Blocks writers and itself.
    ShareRowExclusive,
    /// Blocks all but plain readers.
    Exclusive,
    /// Blocks everybody.
    AccessExclusive,
}

impl Lock {
    /// The name that SQL uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// What it means for everybody else.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::AccessShare | Self::RowShare | Self::RowExclusive => "nobody waits",
            Self::ShareUpdateExclusive => "readers and writers go on",
            Self::Share | Self::ShareRowExclusive | Self::Exclusive => "writers wait",
            Self::AccessExclusive => "readers and writers wait",
        }
    }
}

/// What a step does to a running database (catalog.md chapter 2; measured on 13 to 18).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Effects {
    /// The strongest lock on each relation that stood before.
    pub locks: BTreeMap<ObjectId, Lock>,
    /// Relations that are written anew.
    pub rewrites: BTreeSet<ObjectId>,
    /// Relations that are read as a whole while the lock is held.
    pub scans: BTreeSet<ObjectId>,
    /// Relations over whose rows an index is built.
    pub index_builds: BTreeSet<ObjectId>,
    /// What is lost for good, and cannot be brought back by the rollback.
    pub data_loss: Option<String>,
    /// That it may fail on the data that is there.
    pub may_fail: Option<Failure>,
    /// What it makes can be used only after a commit.
    pub commit_before_use: bool,
    /// Whose transaction it needs.
    pub isolation: Isolation,
    /// Relations that stand in the way of others for as long as they are read: it is meant for small ones.
    pub if_small: BTreeSet<ObjectId>,
    /// The clause of its first statement may stand in one with those of others that write the relation
    /// anew.
    pub joint: bool,
}

/// With what a step shares a transaction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// With other steps.
    #[default]
    Shared,
    /// With none: it works long under a lock that is weak, and must not keep stronger ones meanwhile.
    Alone,
    /// It cannot run in a transaction block (25001).
    Outside,
}

impl Effects {
    /// Nothing but a lock.
    pub fn lock(relation: &ObjectId, lock: Lock) -> Self {
        Self { locks: BTreeMap::from([(relation.clone(), lock)]), ..Self::default() }
    }

    /// Leaves out what they are on relations that `stands` says no of.
    pub fn keep(&mut self, stands: impl Fn(&ObjectId) -> bool) {
        self.locks.retain(|id, _| stands(id));
        self.scans.retain(|id| stands(id));
        self.rewrites.retain(|id| stands(id));
        self.index_builds.retain(|id| stands(id));
        self.if_small.retain(|id| stands(id));
    }

    /// Adds the effects of another statement of the same step.
    pub fn join(&mut self, other: Self) {
        for (relation, lock) in other.locks {
            let held = self.locks.entry(relation).or_insert(lock);
            *held = (*held).max(lock);
        }
        self.rewrites.extend(other.rewrites);
        self.scans.extend(other.scans);
        self.index_builds.extend(other.index_builds);
        self.commit_before_use |= other.commit_before_use;
        self.joint |= other.joint;
        self.isolation = self.isolation.max(other.isolation);
        self.if_small.extend(other.if_small);
        self.data_loss = self.data_loss.take().or(other.data_loss);
        self.may_fail = self.may_fail.take().or(other.may_fail);
    }

    /// The same with a whole read of `relation`.
    #[must_use]
    pub fn scanning(mut self, relation: &ObjectId) -> Self {
        self.scans.insert(relation.clone());
        self
    }

    /// The same with an index built over the rows of `relation`.
    #[must_use]
    pub fn indexing(mut self, relation: &ObjectId) -> Self {
        self.index_builds.insert(relation.clone());
        self
    }

    /// The same in a transaction of its own, or outside of any.
    #[must_use]
    pub fn isolated(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// The same as the short form that is meant for a small `relation`.
    #[must_use]
    pub fn if_small(mut self, relation: &ObjectId) -> Self {
        self.if_small.insert(relation.clone());
        self
    }

    /// The same, and its clause may share a statement with other rewrites.
    #[must_use]
    pub fn joint(mut self) -> Self {
        self.joint = true;
        self
    }

    /// The same with a rewrite of `relation`.
    #[must_use]
    pub fn rewriting(mut self, relation: &ObjectId) -> Self {
        self.rewrites.insert(relation.clone());
        self
    }

    /// The same, and it may fail on existing data where `why`.
    #[must_use]
    pub fn failing(mut self, hazard: Hazard, why: impl Into<String>) -> Self {
        self.may_fail = Some(Failure { hazard, why: why.into(), preflight: None });
        self
    }

    /// The same with a query that tells before whether it would fail.
    #[must_use]
    pub fn asking(mut self, preflight: impl Into<Option<String>>) -> Self {
        if let Some(failure) = &mut self.may_fail {
            failure.preflight = preflight.into();
        }
        self
    }

    /// The same, and it loses data.
    #[must_use]
    pub fn losing(mut self, what: impl Into<String>) -> Self {
        self.data_loss = Some(what.into());
        self
    }
}

/// What is done about a change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// These statements, with nothing dropped.
    InPlace(Vec<String>),
    /// Drop and create.
    Rebuild,
    /// The object that it is a part of is dropped and created.
    RebuildParent,
    /// It cannot be bridged; why.
    Report(String),
}

/// A kind's answer to a change of some of its attributes.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What is done.
    pub action: Action,
    /// What it costs.
    pub effects: Effects,
    /// Why it counts as a removal: it takes something away, loses data or relaxes protection.
    pub removal: Option<String>,
    /// Dependents that must stand aside while it runs: dropped before, created after.
    pub displaces: fn(&Object) -> bool,
    /// Whether it displaces anything: then what is not modelled might be in the way.
    pub moves_dependents: bool,
    /// Other objects that it changes: their dependents stand aside too.
    pub affects: Vec<ObjectId>,
    /// Whether it works only once its whole is linked to its parent.
    pub follows_link: bool,
}

fn nobody(_: &Object) -> bool {
    false
}

impl Outcome {
    /// Statements in place.
    pub fn in_place(statements: Vec<String>, effects: Effects) -> Self {
        Self {
            action: Action::InPlace(statements),
            effects,
            removal: None,
            displaces: nobody,
            moves_dependents: false,
            affects: Vec::new(),
            follows_link: false,
        }
    }

    /// Drop and create.
    pub fn rebuild() -> Self {
        Self::of(Action::Rebuild)
    }

    /// Drop and create what it is a part of.
    pub fn rebuild_parent() -> Self {
        Self::of(Action::RebuildParent)
    }

    /// It cannot be bridged.
    pub fn report(why: impl Into<String>) -> Self {
        Self::of(Action::Report(why.into()))
    }

    fn of(action: Action) -> Self {
        Self {
            action,
            effects: Effects::default(),
            removal: None,
            displaces: nobody,
            moves_dependents: false,
            affects: Vec::new(),
            follows_link: false,
        }
    }

    /// The same with the table locked against everybody.
    #[must_use]
    pub fn locking(mut self, table: &ObjectId) -> Self {
        self.effects.join(Effects::lock(table, Lock::AccessExclusive));
        self
    }

    /// The same as a removal.
    #[must_use]
    pub fn removing(mut self, why: impl Into<String>) -> Self {
        self.removal = Some(why.into());
        self
    }

    /// The same as a removal where `condition` holds.
    #[must_use]
    pub fn removing_if(self, condition: bool, why: &str) -> Self {
        if condition { self.removing(why) } else { self }
    }

    /// The same with dependents that stand aside.
    #[must_use]
    pub fn displacing(mut self, displaces: fn(&Object) -> bool) -> Self {
        self.displaces = displaces;
        self.moves_dependents = true;
        self
    }
}

/// How a change of `attrs` is made. Attributes that share statements share a rule.
pub struct Rule {
    /// Names of attributes.
    pub attrs: &'static [&'static str],
    /// The answer; `from` and `to` differ in at least one of them.
    pub change: fn(&Ctx<'_>, from: &Object, to: &Object) -> Outcome,
}
