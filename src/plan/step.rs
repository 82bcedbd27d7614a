//! One step of a plan.

use crate::kinds::{Effects, Privileges};
use crate::model::{Facet, ObjectId};
use std::collections::BTreeSet;

/// What a step does to its object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verb {
    /// Takes it away.
    Drop,
    /// Puts a shell in its place, so that what it needs can go.
    Empty,
    /// Changes it in place.
    Alter,
    /// Makes it.
    Create,
    /// Completes it when what it weakly needs is there.
    Finish,
    /// Runs what the user wants run at this point.
    Run,
}

impl Verb {
    /// The word for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Empty => "empty",
            Self::Alter => "alter",
            Self::Create => "create",
            Self::Finish => "complete",
            Self::Run => "run",
        }
    }
}

/// Which part of an object a step alters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Aspect {
    /// The attributes of the rule at that place of the kind's table.
    Rule(usize),
    /// A facet.
    Facet(Facet),
}

/// One step: some statements that belong together.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does.
    pub verb: Verb,
    /// To what.
    pub object: ObjectId,
    /// The relation that it is about, and the tables at the top of those that it inherits from:
    /// what is done to one of them reaches the others.
    pub concerns: BTreeSet<ObjectId>,
    /// The parts that go with it, the object itself first.
    pub members: Vec<ObjectId>,
    /// What it alters.
    pub aspect: Option<Aspect>,
    /// The statements, in order.
    pub statements: Vec<String>,
    /// What they cost on relations that stand before.
    pub effects: Effects,
    /// What the executing role needs for them, but for what it has because it made it itself.
    pub needs: Privileges,
    /// It has no statement of its own: the same change of this one reaches it.
    pub follows: Option<ObjectId>,
    /// Its clause stands in the statement of that one.
    pub joined: bool,
    /// It is dropped and created only because this one changes.
    pub forced_by: Option<ObjectId>,
    /// The name of the user's own step.
    pub own: Option<String>,
}

impl Step {
    /// Nothing is run for it, for it happens by another one.
    pub fn is_silent(&self) -> bool {
        self.statements.is_empty() && !self.joined
    }

    /// `create table public.users`.
    pub fn title(&self) -> String {
        let verb = self.verb.name();
        match &self.own {
            Some(name) => format!("{verb} {name}"),
            None => format!("{verb} {} {}", self.object.kind, self.object.label()),
        }
    }
}
