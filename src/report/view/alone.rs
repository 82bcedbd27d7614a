//! What is left as prod has it, for a platform manages it.

use crate::model::{Catalog, LeftAlone, ObjectId};
use crate::report::view::{LeftAloneView, ReportInput};
use std::collections::BTreeSet;

/// Names of one sort that are shown; the terminal tells all of them.
const SHOWN: usize = 12;

/// The groups, in order.
pub(super) fn groups(input: &ReportInput<'_>) -> Vec<LeftAloneView> {
    let of_prod = &input.prod.scope.alone;
    let view = |dev: &LeftAlone| {
        let prod = of_prod.iter().find(|group| group.group == dev.group);
        let differs = dev.differences().into_iter().filter(|(_, names)| !names.is_empty());
        LeftAloneView {
            group: dev.group.clone(),
            prod: prod.map_or(0, |group| group.objects.len()),
            dev: dev.objects.len(),
            why: format!("{} manages it", dev.by),
            differs: differs.map(|(words, names)| some(words, names)).collect(),
        }
    };
    input.dev.scope.alone.iter().map(view).collect()
}

fn some(words: &str, names: &[String]) -> String {
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => format!("{words}: {shown}"),
        more => format!("{words}: {shown} and {more} more, which `pgbridge diff` names"),
    }
}

/// Who manages a part of the databases, and all objects of it on both sides.
pub(super) fn managed<'a>(
    input: &ReportInput<'a>,
) -> Option<(&'static str, BTreeSet<&'a ObjectId>)> {
    let groups = || [input.dev, input.prod].into_iter().flat_map(|side| &side.scope.alone);
    let by = groups().next()?.by;
    Some((by, groups().flat_map(|group| &group.objects).collect()))
}

/// How many of them a database had.
pub(super) fn count(catalog: &Catalog) -> usize {
    catalog.scope.alone.iter().map(|group| group.objects.len()).sum()
}

/// Why, in words: the same on both sides is told once.
pub(super) fn why(input: &ReportInput<'_>) -> Option<String> {
    let (dev, prod) = (input.dev.scope.why.as_ref(), input.prod.scope.why.as_ref());
    match (dev, prod) {
        (Some(dev), Some(prod)) if dev == prod => Some(format!("Both are {dev}.")),
        (dev, prod) => {
            let said = [("dev", dev), ("prod", prod)].into_iter();
            let said: Vec<String> =
                said.filter_map(|(side, why)| Some(format!("{side} is {}", why?))).collect();
            (!said.is_empty()).then(|| said.join("; ") + ".")
        }
    }
}
