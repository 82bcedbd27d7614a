//! How long a step may take: sizes on prod, and what is assumed of the machine.

use crate::kinds::{Conditions, Ctx, Isolation, all_children, of};
use crate::model::{Catalog, Object, ObjectId};
use crate::plan::step::{Step, Verb};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// MB (of 10^6 bytes) of a table per second, on a slow machine and on a fast one.
struct Rate {
    slow: u64,
    fast: u64,
}

// Assumptions about hardware that nobody has measured: from a busy network volume to a local disk
// with much of the table in memory.
const READ: Rate = Rate { slow: 100, fast: 1000 };
const REWRITE: Rate = Rate { slow: 25, fast: 200 };
const INDEX: Rate = Rate { slow: 20, fast: 150 };

/// What every estimate rests on, for people.
pub fn assumptions() -> String {
    format!(
        "Estimates assume that a machine reads {} to {} MB of a table per second, writes {} to {} MB anew and indexes {} to {} MB; \
         they are no measurements of yours. Waiting for locks is not in them.",
        READ.slow, READ.fast, REWRITE.slow, REWRITE.fast, INDEX.slow, INDEX.fast
    )
}

/// A span of time in whole seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Seconds {
    /// At least, rounded down.
    pub low: u64,
    /// At most, rounded up.
    pub high: u64,
}

/// How long something may take once it has its locks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Estimate {
    /// Milliseconds on a slow machine.
    high: u64,
    /// Milliseconds on a fast one.
    low: u64,
    /// Relations that take a time of which nothing is known.
    unknown: BTreeSet<ObjectId>,
}

impl Estimate {
    /// One after the other.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.low = self.low.saturating_add(next.low);
        self.high = self.high.saturating_add(next.high);
        self.unknown.extend(next.unknown);
        self
    }

    /// The span; none where it is not known, or where only catalogs change.
    pub fn seconds(&self) -> Option<Seconds> {
        let known = self.high > 0 && self.unknown.is_empty();
        known.then(|| Seconds { low: self.low / 1000, high: self.high.div_ceil(1000) })
    }

    /// Whether nothing is known of a part of it.
    pub fn is_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// For people.
    pub fn told(&self) -> String {
        let span = match (self.low / 1000, self.high) {
            (_, 0..1000) => "below a second".to_owned(),
            (0, high) => format!("up to {}", shown(high.div_ceil(1000))),
            (low, high) => format!("{} to {}", shown(low), shown(high.div_ceil(1000))),
        };
        if self.unknown.is_empty() {
            return span;
        }
        let names: Vec<String> = self.unknown.iter().map(ObjectId::label).collect();
        let what = format!("unknown for {}", names.join(", "));
        if self.high == 0 { what } else { format!("{span}, and {what}") }
    }

    fn work(&mut self, bytes: u64, rate: &Rate) {
        self.low = self.low.saturating_add(bytes / (rate.fast * 1000));
        self.high = self.high.saturating_add(bytes.div_ceil(rate.slow * 1000));
    }
}

/// Seconds, minutes or hours, rounded up: a span is not exact to the second.
fn shown(seconds: u64) -> String {
    match seconds {
        0..=120 => format!("{seconds} s"),
        121..=7200 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    }
}

/// Tells how long the steps of a plan may take.
#[derive(Debug)]
pub struct Estimates<'a> {
    prod: &'a Catalog,
    goal: &'a Catalog,
    parts: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
    below: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
}

impl<'a> Estimates<'a> {
    /// Of a plan from `prod` to `goal`.
    pub fn new(prod: &'a Catalog, goal: &'a Catalog) -> Self {
        Self { prod, goal, parts: prod.parts(), below: all_children(prod) }
    }

    /// How long a step may take.
    pub fn of(&self, step: &Step) -> Estimate {
        let mut all = Estimate::default();
        if step.statements.is_empty() {
            return all;
        }
        let effects = &step.effects;
        let filled = |object: &Object| of(object.id.kind).comes_with_rows(object);
        if step.verb == Verb::Create && self.find(&step.object).is_some_and(filled) {
            all.unknown.insert(step.object.clone());
        }
        self.each(&effects.scans, &mut all, |all, _, bytes| all.work(bytes, &READ));
        let (indexes, tables): (BTreeSet<_>, BTreeSet<_>) =
            effects.rewrites.iter().cloned().partition(|id| self.table_of(id).is_some());
        self.each(&tables, &mut all, |all, table, bytes| {
            all.work(bytes, &REWRITE);
            // nothing is known of an index's size: each is built from the whole table
            all.work(bytes.saturating_mul(self.indexes(table)), &INDEX);
        });
        for index in &indexes {
            let table = self.table_of(index).into_iter().cloned().collect();
            self.each(&table, &mut all, |all, _, bytes| all.work(bytes, &INDEX));
        }
        self.each(&effects.index_builds, &mut all, |all, _, bytes| {
            all.work(bytes, &INDEX);
            if effects.isolation == Isolation::Outside {
                // CONCURRENTLY reads the table once more
                all.work(bytes, &READ);
            }
        });
        all
    }

    /// How long steps may take one after the other.
    pub fn all<'s>(&self, steps: impl IntoIterator<Item = &'s Step>) -> Estimate {
        steps.into_iter().fold(Estimate::default(), |all, step| all.then(self.of(step)))
    }

    fn find(&self, id: &ObjectId) -> Option<&'a Object> {
        self.prod.objects.get(id).or_else(|| self.goal.objects.get(id))
    }

    /// The table of an index.
    fn table_of(&self, id: &ObjectId) -> Option<&'a ObjectId> {
        let has_rows = |object: &Object| of(object.id.kind).has_rows(object);
        let object = self.find(id).filter(|object| !has_rows(object))?;
        let table = self.find(object.parent.as_ref()?)?;
        has_rows(table).then_some(&table.id)
    }

    /// Does `work` for each of the relations and of those below them, with its size.
    fn each(
        &self,
        relations: &BTreeSet<ObjectId>,
        all: &mut Estimate,
        work: impl Fn(&mut Estimate, &ObjectId, u64),
    ) {
        let mut whole = BTreeSet::new();
        let mut open: Vec<&ObjectId> = relations.iter().collect();
        while let Some(id) = open.pop() {
            if whole.insert(id) {
                open.extend(self.below.get(id).into_iter().flatten());
            }
        }
        for id in whole {
            // a snapshot has no other sizes than powers of two
            let rounded = |bytes: &i64| u64::try_from(*bytes).unwrap_or(0).next_power_of_two();
            match self.prod.sizes.get(id).map(rounded) {
                Some(bytes) => work(all, id, bytes),
                None if self.find(id).is_none_or(|object| of(id.kind).has_rows(object)) => {
                    all.unknown.insert(id.clone());
                }
                None => {}
            }
        }
    }

    /// How many indexes a table has on prod.
    fn indexes(&self, table: &ObjectId) -> u64 {
        let conditions = Conditions::default();
        let ctx = Ctx::new(self.prod, self.prod, &conditions);
        let builds = |part: &&&ObjectId| {
            let object = self.prod.objects.get(**part);
            // what builds one has a relation of its own
            let object = object.filter(|object| {
                of(object.id.kind).slots(object).iter().any(|(kind, _)| *kind == "relation")
            });
            let effects = object.map(|object| of(object.id.kind).create_effects(&ctx, object));
            effects.is_some_and(|effects| effects.index_builds.contains(table))
        };
        let parts = self.parts.get(table);
        parts.map_or(0, |parts| parts.iter().filter(builds).count() as u64)
    }
}

#[cfg(test)]
mod tests;
