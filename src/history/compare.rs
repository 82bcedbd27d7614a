//! Two histories of one tool side by side.

use super::tool::{Holds, Tool};
use crate::model::{Catalog, Entry, History, State};
use crate::sql::quote;
use std::collections::{BTreeMap, BTreeSet};

/// Dev or prod.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Side {
    /// The reference side.
    Dev,
    /// The side that the bridge changes.
    Prod,
}

impl Side {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Prod => "prod",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Dev => Self::Prod,
            Self::Prod => Self::Dev,
        }
    }
}

/// How two histories differ in one version.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    /// It is recorded as applied on this side only.
    Only(Side),
    /// On this side it began and did not end well.
    Unfinished(Side, State),
    /// The tool's hashes of its file differ.
    Checksum,
    /// Its names differ.
    Name,
    /// Its recorded texts differ.
    Text,
    /// Prod ran it before a version that dev ran first.
    Order,
}

/// One difference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line<'a> {
    /// The version.
    pub version: &'a str,
    /// What differs.
    pub what: What,
    /// The entry of dev.
    pub dev: Option<&'a Entry>,
    /// The entry of prod.
    pub prod: Option<&'a Entry>,
}

/// The histories of one tool.
#[derive(Debug)]
pub struct Pair<'a> {
    /// The tool.
    pub tool: &'static Tool,
    /// The table of dev.
    pub dev: Option<&'a History>,
    /// The table of prod.
    pub prod: Option<&'a History>,
    /// How they differ; empty where one side is not known.
    pub lines: Vec<Line<'a>>,
}

impl<'a> Pair<'a> {
    /// The table of a side.
    pub fn side(&self, side: Side) -> Option<&'a History> {
        match side {
            Side::Dev => self.dev,
            Side::Prod => self.prod,
        }
    }

    /// Whether the rows of both sides are known; a side without a table has none.
    pub fn is_known(&self) -> bool {
        [self.dev, self.prod].iter().flatten().all(|history| history.unknown.is_none())
    }

    /// The schema and the name of the table in which a side records, or would.
    pub fn place(&self, side: Side) -> (&'a str, &'a str) {
        let history = self.side(side).or_else(|| self.side(side.other()));
        history.map_or(("", ""), |history| (&history.schema, &history.table))
    }
}

/// The table of a history, quoted.
pub fn table(history: &History) -> String {
    quote::qualified(&[&history.schema, &history.table])
}

/// The last entry of each version, in the order in which they were recorded.
pub fn current(history: &History) -> Vec<&Entry> {
    let mut seen = BTreeSet::new();
    let mut entries: Vec<&Entry> =
        history.entries.iter().rev().filter(|entry| seen.insert(entry.version.as_str())).collect();
    entries.reverse();
    entries
}

/// Those of them that are applied.
pub fn applied(history: &History) -> Vec<&Entry> {
    current(history).into_iter().filter(|entry| entry.state == State::Applied).collect()
}

/// The histories of both sides, tool by tool. None where one side was not asked for them.
pub fn pairs<'a>(dev: &'a Catalog, prod: &'a Catalog) -> Option<Vec<Pair<'a>>> {
    let (dev, prod) = (dev.histories.as_ref()?, prod.histories.as_ref()?);
    let mut pairs = Vec::new();
    for tool in super::ALL {
        let of_tool = |side: &'a [History]| -> Vec<&'a History> {
            side.iter().filter(|history| history.tool == tool.name).collect()
        };
        for (dev, prod) in matched(of_tool(dev), of_tool(prod)) {
            let mut pair = Pair { tool, dev, prod, lines: Vec::new() };
            if pair.is_known() {
                pair.lines = lines(&pair);
            }
            pairs.push(pair);
        }
    }
    Some(pairs)
}

/// Tables of the same name, then the only ones that are left.
fn matched<'a>(
    dev: Vec<&'a History>,
    mut prod: Vec<&'a History>,
) -> Vec<(Option<&'a History>, Option<&'a History>)> {
    let mut pairs = Vec::new();
    let mut left = Vec::new();
    for one in dev {
        let same = |other: &&History| (&other.schema, &other.table) == (&one.schema, &one.table);
        match prod.iter().position(same) {
            Some(at) => pairs.push((Some(one), Some(prod.remove(at)))),
            None => left.push(one),
        }
    }
    if let ([one], [other]) = (left.as_slice(), prod.as_slice()) {
        pairs.push((Some(*one), Some(*other)));
    } else {
        pairs.extend(left.into_iter().map(|one| (Some(one), None)));
        pairs.extend(prod.into_iter().map(|other| (None, Some(other))));
    }
    pairs
}

fn lines<'a>(pair: &Pair<'a>) -> Vec<Line<'a>> {
    let all = |history: Option<&'a History>| history.map(current).unwrap_or_default();
    let (dev, prod) = (all(pair.dev), all(pair.prod));
    let by_version = |entries: &[&'a Entry]| -> BTreeMap<&'a str, &'a Entry> {
        entries.iter().map(|entry| (entry.version.as_str(), *entry)).collect()
    };
    let (of_dev, of_prod) = (by_version(&dev), by_version(&prod));
    let mut versions: Vec<&str> = dev.iter().map(|entry| entry.version.as_str()).collect();
    versions.extend(
        prod.iter()
            .map(|entry| entry.version.as_str())
            .filter(|version| !of_dev.contains_key(version)),
    );
    let mut lines = Vec::new();
    for version in versions {
        let (dev, prod) = (of_dev.get(version).copied(), of_prod.get(version).copied());
        let found = differences(dev, prod);
        lines.extend(found.into_iter().map(|what| Line { version, what, dev, prod }));
    }
    if pair.tool.in_order && pair.tool.holds == Holds::All {
        lines.extend(disorder(&dev, &prod, &of_dev));
    }
    lines
}

fn differences(dev: Option<&Entry>, prod: Option<&Entry>) -> Vec<What> {
    let mut found = Vec::new();
    for (side, entry) in [(Side::Dev, dev), (Side::Prod, prod)] {
        if let Some(state @ (State::Failed | State::Dirty)) = entry.map(|entry| entry.state) {
            found.push(What::Unfinished(side, state));
        }
    }
    let ran = |entry: Option<&Entry>| entry.is_some_and(|entry| entry.state == State::Applied);
    match (ran(dev), ran(prod)) {
        (true, false) => found.push(What::Only(Side::Dev)),
        (false, true) => found.push(What::Only(Side::Prod)),
        _ => {}
    }
    let (Some(dev), Some(prod)) = (dev, prod) else { return found };
    let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
    if differ(&dev.checksum, &prod.checksum)
        && comparable(dev.checksum.as_deref(), prod.checksum.as_deref())
    {
        found.push(What::Checksum);
    }
    if differ(&dev.name, &prod.name) {
        found.push(What::Name);
    }
    if differ(&dev.text_sha256, &prod.text_sha256) {
        found.push(What::Text);
    }
    found
}

/// Checksums that name the version of their method say nothing where that differs.
fn comparable(dev: Option<&str>, prod: Option<&str>) -> bool {
    fn method(sum: Option<&str>) -> Option<&str> {
        sum.and_then(|sum| sum.split_once(':')).map(|(method, _)| method)
    }
    method(dev) == method(prod)
}

/// Versions of both that prod ran after one that follows them in dev.
fn disorder<'a>(
    dev: &[&'a Entry],
    prod: &[&'a Entry],
    of_dev: &BTreeMap<&str, &'a Entry>,
) -> Vec<Line<'a>> {
    let ran = |entry: &&&Entry| entry.state == State::Applied;
    let places: BTreeMap<&str, usize> = dev
        .iter()
        .filter(ran)
        .enumerate()
        .map(|(at, entry)| (entry.version.as_str(), at))
        .collect();
    let mut last = 0;
    let mut lines = Vec::new();
    for entry in prod.iter().filter(ran) {
        let Some(at) = places.get(entry.version.as_str()) else { continue };
        if *at < last {
            let dev = of_dev.get(entry.version.as_str()).copied();
            lines.push(Line { version: &entry.version, what: What::Order, dev, prod: Some(entry) });
        }
        last = last.max(*at);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Side, What, pairs};
    use crate::model::{Catalog, Entry, History, State};

    fn catalog(tool: &str, entries: &[(&str, &str, State)]) -> Catalog {
        let entry = |(version, checksum, state): &(&str, &str, State)| Entry {
            version: (*version).to_owned(),
            checksum: Some((*checksum).to_owned()),
            state: *state,
            ..Entry::default()
        };
        let history = History {
            tool: tool.to_owned(),
            entries: entries.iter().map(entry).collect(),
            ..History::default()
        };
        Catalog { histories: Some(vec![history]), ..Catalog::default() }
    }

    fn found(
        tool: &str,
        dev: &[(&str, &str, State)],
        prod: &[(&str, &str, State)],
    ) -> Vec<(String, What)> {
        let (dev, prod) = (catalog(tool, dev), catalog(tool, prod));
        let pairs = pairs(&dev, &prod).unwrap();
        pairs[0].lines.iter().map(|line| (line.version.to_owned(), line.what)).collect()
    }

    #[test]
    fn what_differs_is_named() {
        use State::{Applied, Failed, RolledBack};
        let dev = [("1", "a", Applied), ("2", "b", Applied), ("3", "c", Applied)];
        assert_eq!(found("flyway", &dev, &dev), []);
        let prod = [("2", "b", Applied), ("1", "x", Applied), ("4", "d", Failed)];
        let expected = [
            ("1".to_owned(), What::Checksum),
            ("3".to_owned(), What::Only(Side::Dev)),
            ("4".to_owned(), What::Unfinished(Side::Prod, Failed)),
            ("1".to_owned(), What::Order),
        ];
        assert_eq!(found("flyway", &dev, &prod), expected);
        // the last row of a version counts
        let again = [("1", "a", Failed), ("1", "a", RolledBack), ("1", "a", Applied)];
        assert_eq!(found("flyway", &[("1", "a", Applied)], &again), []);
        let method = [("1", "9:b", Applied)];
        assert_eq!(found("liquibase", &[("1", "8:a", Applied)], &method), []);
    }

    #[test]
    fn what_was_not_read_is_not_compared() {
        let read = catalog("flyway", &[]);
        assert!(pairs(&read, &Catalog::default()).is_none());
        let mut hidden = catalog("flyway", &[]);
        hidden.histories.as_mut().unwrap()[0].unknown = Some("no".to_owned());
        let seen = catalog("flyway", &[("1", "a", State::Applied)]);
        let pairs = pairs(&hidden, &seen).unwrap();
        assert!(!pairs[0].is_known() && pairs[0].lines.is_empty());
    }
}
