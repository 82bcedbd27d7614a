//! Exit codes: the same sense in every command.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// 0: good.
    Good,
    /// 1: the answer is no.
    No,
    /// 2: the tool could not do it.
    Failed,
    /// 3: done in part.
    Partly,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Good => 0,
            Exit::No => 1,
            Exit::Failed => 2,
            Exit::Partly => 3,
        })
    }
}
