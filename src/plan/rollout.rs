//! What only people know of the rollout: when, who, where the backup is.

use std::collections::BTreeMap;

/// One thing to know.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ask {
    /// When prod is changed.
    When,
    /// Who runs the files.
    Who,
    /// Where questions go.
    Contact,
    /// Who is told before, during and after.
    Audience,
    /// The copy of prod on which the files run first.
    Copy,
    /// Where the backup of prod is, and how old.
    Backup,
    /// When it was last restored.
    Restored,
    /// How long somebody may wait for the files before they are cancelled.
    LongestWait,
    /// Where the server's log is read.
    Log,
    /// Which documents name the changed objects.
    Documents,
}

impl Ask {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::When,
        Self::Who,
        Self::Contact,
        Self::Audience,
        Self::Copy,
        Self::Backup,
        Self::Restored,
        Self::LongestWait,
        Self::Log,
        Self::Documents,
    ];

    /// Its key under `[announce]` in `pgbridge.toml`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::When => "when",
            Self::Who => "who",
            Self::Contact => "contact",
            Self::Audience => "audience",
            Self::Copy => "copy",
            Self::Backup => "backup",
            Self::Restored => "restored",
            Self::LongestWait => "longest_wait",
            Self::Log => "log",
            Self::Documents => "documents",
        }
    }
}

/// The answers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rollout {
    answers: BTreeMap<Ask, String>,
}

impl Rollout {
    /// Notes an answer.
    pub fn answer(&mut self, ask: Ask, text: String) {
        self.answers.insert(ask, text);
    }

    /// The answer, or `TO FILL` with the key that it belongs under.
    pub fn get(&self, ask: Ask) -> String {
        let open = || format!("TO FILL ({})", ask.key());
        self.answers.get(&ask).cloned().unwrap_or_else(open)
    }

    /// What has no answer yet.
    pub fn open(&self) -> Vec<Ask> {
        Ask::ALL.into_iter().filter(|ask| !self.answers.contains_key(ask)).collect()
    }
}
