//! What to do about each difference of two histories: record it where that is proven right, else leave it to
//! a person, with the reason.

use super::compare::{Line, Pair, Side, What, applied, pairs};
use super::tool::{Holds, Outcomes, Tool};
use crate::model::{Catalog, Entry};

/// The histories of one tool with what to do.
#[derive(Debug)]
pub struct Decided<'a> {
    /// The histories.
    pub pair: Pair<'a>,
    /// One per difference.
    pub verdicts: Vec<Verdict<'a>>,
    /// The bridge's own files as the tool would record them.
    pub own: Vec<Entry>,
}

/// What to do about one difference.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// The difference.
    pub line: Line<'a>,
    /// The side that may record it; none where nothing is to be recorded.
    pub target: Option<Side>,
    /// Whether recording it there is proven right.
    pub mark: bool,
    /// Why, in words.
    pub why: String,
}

impl<'a> Verdict<'a> {
    /// The entry of the side that has it.
    pub fn entry(&self) -> Option<&'a Entry> {
        match self.target? {
            Side::Dev => self.line.prod,
            Side::Prod => self.line.dev,
        }
    }

    /// What differs, in words.
    pub fn what(&self) -> String {
        let [dev, prod] = [self.line.dev, self.line.prod];
        let both = |of: fn(&Entry) -> Option<&str>| {
            let text = |entry: Option<&'a Entry>| entry.and_then(of).unwrap_or("-").to_owned();
            format!("dev {}, prod {}", text(dev), text(prod))
        };
        match self.line.what {
            What::Only(side) => format!("only in {}", side.name()),
            What::Unfinished(side, state) => format!("{} in {}", state.name(), side.name()),
            What::Checksum => {
                format!("another checksum: {}", both(|entry| entry.checksum.as_deref()))
            }
            What::Name => format!("another name: {}", both(|entry| entry.name.as_deref())),
            What::Text => "another text".to_owned(),
            What::Order => "prod ran it after a migration that follows it in dev".to_owned(),
        }
    }
}

impl Decided<'_> {
    /// How many migrations a side has applied; none where that is not recorded or not known.
    pub fn applied(&self, side: Side) -> Option<usize> {
        if self.pair.tool.holds == Holds::Heads || !self.pair.is_known() {
            return None;
        }
        Some(self.pair.side(side).map(applied).unwrap_or_default().len())
    }

    /// How many entries may be recorded on a side without asking.
    pub fn marked(&self, side: Side) -> usize {
        self.verdicts.iter().filter(|it| it.mark && it.target == Some(side)).count()
    }
}

/// Decides all differences by what replays showed; `own` gives the bridge's files as a tool would record them. None where the histories of a side are not known.
pub fn decide<'a>(
    dev: &'a Catalog,
    prod: &'a Catalog,
    outcomes: &Outcomes,
    own: impl Fn(&Tool) -> Vec<Entry>,
) -> Option<Vec<Decided<'a>>> {
    let mut decided = Vec::new();
    for mut pair in pairs(dev, prod)? {
        let lines = std::mem::take(&mut pair.lines);
        let verdicts = lines.into_iter().map(|line| verdict(&pair, line, outcomes)).collect();
        let own = own(pair.tool);
        decided.push(Decided { pair, verdicts, own });
    }
    Some(decided)
}

fn verdict<'a>(pair: &Pair<'a>, line: Line<'a>, outcomes: &Outcomes) -> Verdict<'a> {
    let What::Only(side) = line.what else {
        return Verdict { why: advice(pair, &line), line, target: None, mark: false };
    };
    let target = side.other();
    let key = (target, pair.tool.name.to_owned(), line.version.to_owned());
    let outcome = outcomes.get(&key);
    let there = pair.side(target);
    let (source, recorded) = match side {
        Side::Dev => (line.dev, line.prod),
        Side::Prod => (line.prod, line.dev),
    };
    let stands = recorded.map(|entry| entry.state);
    let (mark, why) = if pair.tool.holds == Holds::Heads {
        let tool = pair.tool.title;
        (
            false,
            format!(
                "{tool} records no more than where it stands: which migrations lie between is not known"
            ),
        )
    } else if let Some(state) = stands {
        (false, format!("{} has it as {}: settle that first", target.name(), state.name()))
    } else if there.is_none() {
        (false, format!("{} has no table of {}", target.name(), pair.tool.title))
    } else if let Some(outcome) = outcome {
        (outcome.covered, outcome.why.clone())
    } else if source.is_some_and(|entry| entry.text.is_some()) {
        (false, "it was not replayed (--prove-history)".to_owned())
    } else if source.is_some_and(|entry| entry.text_sha256.is_some()) {
        (false, "a snapshot does not have its text (--migrations)".to_owned())
    } else {
        (false, "its text is not known (--migrations)".to_owned())
    };
    Verdict { line, target: Some(target), mark, why }
}

/// What can be said of differences in which nothing is to be recorded.
fn advice(pair: &Pair<'_>, line: &Line<'_>) -> String {
    let tool = pair.tool.title;
    match line.what {
        What::Unfinished(side, _) => {
            format!("{tool} will not go on in {} before it is repaired", side.name())
        }
        What::Checksum => {
            format!("its file was edited after one side ran it; {tool} compares the checksum with that of the file")
        }
        What::Text => "its file was edited after one side ran it".to_owned(),
        What::Name => "its file was renamed after one side ran it".to_owned(),
        What::Order => {
            "where two migrations change the same, the results may differ: the schemas are compared as they are".to_owned()
        }
        What::Only(_) => String::new(),
    }
}
