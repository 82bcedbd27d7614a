//! A divergence becomes an ordered plan.
//!
//! Owns the goal, the steps, their order and the batches. In: two catalogs and options. Out: [`Plan`].
//! Invariant: `schedule` knows nothing of dev and prod, so the same code makes the bridge and every
//! rollback; nothing is dropped that was not asked for or forced; the same input gives the same plan.

mod batch;
mod change;
mod estimate;
mod expand;
mod goal;
mod graph;
mod joint;
mod lacking;
mod large;
mod layer;
mod merge;
mod name;
mod needs;
mod net;
mod online;
mod order;
mod own;
mod pin;
mod render;
mod rollout;
mod schedule;
mod shell;
mod slot;
mod state;
mod step;
mod transaction;

pub use estimate::{Estimate, Estimates, Seconds, assumptions};
pub use goal::{Reason, Unbridged, Withheld};
pub use lacking::{lacking, needs};
pub use own::{OwnStep, Side as OwnSide};
pub use rollout::{Ask, Rollout};
pub use schedule::{Blocked, Obstacle, Schedule, schedule};
pub use step::{Aspect, Step, Verb};

use crate::kinds::{Conditions, Phase, of};
use crate::model::{Catalog, Object, ObjectId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is done about removals.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Drops {
    /// Reported and left alone.
    #[default]
    Report,
    /// Written into the migrations.
    Emit,
}

/// How to plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// What is done about removals.
    pub drops: Drops,
    /// The role that will run the migrations.
    pub apply_role: String,
    /// Tables above this size in bytes are changed in forms that let them be used meanwhile.
    pub online_above: i64,
    /// Lines that a migration has at most, unless what must not be seen half done needs more.
    pub max_lines: usize,
    /// The user's own steps, in their order.
    pub own: Vec<OwnStep>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            drops: Drops::default(),
            apply_role: String::new(),
            online_above: ONLINE_ABOVE,
            max_lines: MAX_LINES,
            own: Vec::new(),
        }
    }
}

/// Lines that a migration has at most unless another number is given.
pub const MAX_LINES: usize = crate::kinds::MAX_LINES;

/// The size above which a table is changed online unless another is given, in bytes.
pub const ONLINE_ABOVE: i64 = 10 << 20;

/// Objects by name: those of a file that are there at one moment.
pub type Touched = BTreeMap<ObjectId, Object>;

/// Steps that run in one transaction, with those that undo them.
#[derive(Clone, Debug)]
pub struct Batch {
    /// A short name, for file names.
    pub name: String,
    /// In order.
    pub steps: Vec<Step>,
    /// What undoes them: transactions in order, steps in order.
    pub rollback: Vec<Vec<Step>>,
    /// What the rollback cannot bring back, in words.
    pub irreversible: Vec<String>,
    /// What its steps touch, as it is before it.
    pub before: Touched,
    /// The same after it.
    pub after: Touched,
}

/// What leads from one catalog to the goal.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The state after it.
    pub goal: Catalog,
    /// Files to be.
    pub batches: Vec<Batch>,
    /// Prod has default privileges: what a CREATE grants depends on who runs it.
    pub role_matters: bool,
    /// Removals that were not asked for.
    pub withheld: Vec<Withheld>,
    /// What could not be bridged.
    pub unbridged: Vec<Unbridged>,
    /// The user's own steps whose object is not touched, by name.
    pub unplaced: Vec<String>,
}

impl Plan {
    /// All steps in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.batches.iter().flat_map(|batch| &batch.steps)
    }
}

/// Plans the way from prod to dev, as far as `options` allow it.
pub fn reconcile(dev: &Catalog, prod: &Catalog, options: &Options) -> Plan {
    let conditions = Conditions {
        apply_role: options.apply_role.clone(),
        large: large::large(prod, options.online_above),
        max_lines: options.max_lines,
    };
    let mut goal = goal::Goal::of(dev, prod, options, &conditions);
    let direct = goal.settle(prod, &conditions);
    let mut state = prod.clone();
    let mut batches = Vec::new();
    for leg in online::legs(prod, &goal.catalog, &conditions, direct) {
        batches.extend(batch::batches(&mut state, &leg.end, leg.schedule, &conditions));
    }
    needs::leave_out_own(&mut batches, prod, &goal.catalog, &options.apply_role);
    let role_matters = prod.objects.keys().any(|id| of(id.kind).phase() == Phase::Last);
    let mut plan = Plan {
        goal: goal.catalog,
        batches,
        role_matters,
        withheld: goal.withheld,
        unbridged: goal.unbridged,
        unplaced: Vec::new(),
    };
    plan.unplaced = own::insert(&mut plan, &options.own);
    plan
}
