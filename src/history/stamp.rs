//! Versions that are points in time: a bridge's files must sort after all of them.

use super::{Side, current};
use crate::model::Catalog;

/// A version that begins with `YYYYMMDDHHMMSS`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Stamp {
    /// The point in time.
    pub stamp: String,
    /// The whole version.
    pub version: String,
    /// The side that recorded it.
    pub side: Side,
    /// The tool's key.
    pub tool: String,
}

/// The highest one that either side recorded.
pub fn highest(dev: &Catalog, prod: &Catalog) -> Option<Stamp> {
    let sides = [(Side::Dev, dev), (Side::Prod, prod)];
    let all = sides.into_iter().flat_map(|(side, catalog)| {
        let histories = catalog.histories.iter().flatten();
        histories.flat_map(move |history| {
            current(history).into_iter().filter_map(move |entry| {
                let stamp = stamp(&entry.version)?.to_owned();
                let version = entry.version.clone();
                Some(Stamp { stamp, version, side, tool: history.tool.clone() })
            })
        })
    });
    all.max()
}

fn stamp(version: &str) -> Option<&str> {
    let stamp = version.get(..14).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    let within = |from: usize, low: u32, high: u32| {
        let number = stamp.get(from..from + 2).and_then(|text| text.parse().ok());
        number.is_some_and(|number: u32| (low..=high).contains(&number))
    };
    // a number of other sort is no point in time
    let good = within(0, 19, 29)
        && within(4, 1, 12)
        && within(6, 1, 31)
        && within(8, 0, 23)
        && within(10, 0, 59)
        && within(12, 0, 59);
    good.then_some(stamp)
}

#[cfg(test)]
mod tests {
    use super::stamp;

    #[test]
    fn points_in_time() {
        assert_eq!(stamp("20250106090000"), Some("20250106090000"));
        assert_eq!(stamp("20250106090000_add_users.js"), Some("20250106090000"));
        for other in ["1414549381268_a", "1.2", "00001", "99999999999999", "2025", "äöüäöüäöü"]
        {
            assert_eq!(stamp(other), None, "{other}");
        }
    }
}
