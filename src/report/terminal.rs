//! Tables for a terminal, without colours.

use crate::diff::{Change, Divergence, Drift, Level, Side};
use crate::markdown::visible;
use crate::model::ObjectId;
use crate::report::view::{ReportView, plural};
use comfy_table::{ContentArrangement, Table, presets};
use std::collections::BTreeMap;

/// Characters of a value that are shown.
const SHOWN: usize = 40;

/// Columns of a table where nobody says how many there are.
const WIDTH: u16 = 160;

/// What differs, one line per property; the parts of an object that stands on one side only are
/// counted with it. Empty where nothing differs.
pub fn divergence_table(divergence: &Divergence, width: Option<u16>) -> String {
    if divergence.drifts.is_empty() {
        return String::new();
    }
    let parts = parts(divergence);
    let mut table = table(width);
    table.set_header(["what", "object", "property", "dev", "prod"]);
    for drift in divergence.drifts.iter().filter(|drift| drift.told_with.is_none()) {
        let kind = if drift.unmodelled { String::new() } else { format!("{} ", drift.object.kind) };
        let object = format!("{kind}{}", drift.object.label());
        let object = match parts.get(&drift.object) {
            Some(count) => format!("{object} (with {})", plural(*count, "part", "parts")),
            None => object,
        };
        if drift.changes.is_empty() || drift.unmodelled {
            table.add_row([what(drift, drift.level), &line_of(&object), "", "", ""]);
        }
        for change in drift.changes.iter().filter(|_| !drift.unmodelled) {
            let (dev, prod) = values(change);
            table.add_row([
                what(drift, change.level),
                &line_of(&object),
                &change.attribute,
                &dev,
                &prod,
            ]);
        }
    }
    table.trim_fmt()
}

/// Before and after, the verdict, and how many findings there are.
pub fn summary(view: &ReportView, width: Option<u16>) -> String {
    let mut table = table(width);
    table.set_header(["", "prod now", "dev", "prod after"]);
    for row in &view.counts {
        table.add_row([
            row.what.clone(),
            row.prod.to_string(),
            row.dev.to_string(),
            row.after.to_string(),
        ]);
    }
    let findings = &view.findings;
    let steps: usize = view.files.iter().map(|file| file.steps.len()).sum();
    let mut lines = vec![
        table.trim_fmt(),
        format!(
            "drift: {} missing in prod, {} only in prod, {} different, {} not modelled; {} told only",
            findings.missing, findings.extra, findings.changed, findings.unmodelled, findings.info
        ),
        format!(
            "bridge: {} in {}",
            plural(steps, "step", "steps"),
            plural(view.files.len(), "file", "files")
        ),
        format!("readiness: {}, {}", view.readiness.light.name(), view.readiness.recommendation),
    ];
    lines.extend(
        view.readiness
            .reasons
            .iter()
            .map(|reason| format!("  {}: {}", reason.light.name(), line_of(&reason.text))),
    );
    lines.extend(view.readiness.open().map(|open| format!("  {}", line_of(&open))));
    lines.join("\n") + "\n"
}

fn table(width: Option<u16>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width.unwrap_or(WIDTH));
    table
}

/// How many parts, at any depth, are told with an object.
fn parts(divergence: &Divergence) -> BTreeMap<&ObjectId, usize> {
    let told: BTreeMap<&ObjectId, &ObjectId> = divergence
        .drifts
        .iter()
        .filter_map(|drift| Some((&drift.object, drift.told_with.as_ref()?)))
        .collect();
    let mut parts = BTreeMap::new();
    for whole in told.values() {
        let mut at = *whole;
        while let Some(next) = told.get(at) {
            at = next;
        }
        *parts.entry(at).or_insert(0) += 1;
    }
    parts
}

fn what(drift: &Drift, level: Level) -> &'static str {
    match (drift.unmodelled, drift.side, level) {
        (true, Side::DevOnly, _) => "unmodelled, only in dev",
        (true, Side::ProdOnly, _) => "unmodelled, only in prod",
        (true, Side::Both, _) => "unmodelled, differs",
        (false, Side::DevOnly, _) => "missing in prod",
        (false, Side::ProdOnly, _) => "only in prod",
        (false, Side::Both, Level::Drift) => "differs",
        (false, Side::Both, Level::Info) => "differs (info)",
    }
}

/// Both values; of a set only the elements that one side lacks, of long texts the parts around the
/// first difference.
fn values(change: &Change) -> (String, String) {
    // a list of privileges that is the built-in one is not spelled out: elements would mislead
    let whole = change.dev == "default" || change.prod == "default";
    if whole || (change.dev_elements.is_empty() && change.prod_elements.is_empty()) {
        return apart(&line_of(&change.dev), &line_of(&change.prod));
    }
    let elements = |list: &[String]| {
        if list.is_empty() { "-".to_owned() } else { line(&format!("+ {}", list.join(", "))) }
    };
    (elements(&change.dev_elements), elements(&change.prod_elements))
}

fn apart(dev: &str, prod: &str) -> (String, String) {
    let same = dev.chars().zip(prod.chars()).take_while(|(a, b)| a == b).count();
    if same < SHOWN / 2 {
        return (line(dev), line(prod));
    }
    let from = |text: &str| {
        line(&format!("…{}", text.chars().skip(same.saturating_sub(8)).collect::<String>()))
    };
    if dev.chars().count().max(prod.chars().count()) <= SHOWN {
        (dev.to_owned(), prod.to_owned())
    } else {
        (from(dev), from(prod))
    }
}

/// One line: runs of white space become one space, and nothing moves the cursor.
fn line_of(text: &str) -> String {
    visible(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One short line.
fn line(text: &str) -> String {
    let text = line_of(text);
    let short: String = text.chars().take(SHOWN).collect();
    if short.len() == text.len() { text } else { format!("{short}…") }
}

#[cfg(test)]
mod tests {
    use super::divergence_table;
    use crate::diff::{Change, Divergence, Drift, Level, Side};
    use crate::model::{Kind, ObjectId};

    fn id(kind: &str, path: &[&str]) -> ObjectId {
        ObjectId::new(Kind::parse(kind).unwrap(), path)
    }

    fn drift(object: ObjectId, told_with: Option<&ObjectId>, changes: Vec<Change>) -> Drift {
        let side = if changes.is_empty() { Side::DevOnly } else { Side::Both };
        let level = changes.iter().map(|change| change.level).max().unwrap_or(Level::Drift);
        Drift { object, told_with: told_with.cloned(), side, changes, level, unmodelled: false }
    }

    fn change(dev: &str, prod: &str, level: Level) -> Change {
        Change {
            attribute: "definition".to_owned(),
            dev: dev.to_owned(),
            prod: prod.to_owned(),
            dev_elements: Vec::new(),
            prod_elements: Vec::new(),
            level,
        }
    }

    #[test]
    fn parts_are_folded_and_values_are_short() {
        let table = id("table", &["public", "t"]);
        let column = id("column", &["public", "t", "a"]);
        let default = id("default", &["public", "t", "a"]);
        let view = id("view", &["public", "v"]);
        let long = format!("select\n    \u{1b}[31m{}", "x, ".repeat(100));
        let drifts = vec![
            drift(table.clone(), None, Vec::new()),
            drift(column.clone(), Some(&table), Vec::new()),
            drift(default, Some(&column), Vec::new()),
            drift(view, None, vec![change(&long, "select 1", Level::Info)]),
        ];
        let shown = divergence_table(&Divergence { drifts }, None);
        assert!(shown.contains("table public.t (with 2 parts)"), "{shown}");
        assert!(shown.contains("differs (info)"), "{shown}");
        assert!(!shown.contains("default"), "{shown}");
        assert!(!shown.contains('\u{1b}'), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() < 180), "{shown}");
        assert_eq!(divergence_table(&Divergence::default(), Some(80)), "");
    }
}
