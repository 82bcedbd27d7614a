//! What changes in prod, feature by feature: a list of all, then what there is to say of each.

use super::{Page, detail};
use crate::markdown::{code, prose};
use crate::report::view::{Feature, FeatureFile, ReportView, plural};

/// Features from which on a list stands before them.
const LISTED: usize = 3;

/// Lines of one sort that a feature has at most.
const LINES: usize = 8;

/// The section.
pub(super) fn section(page: &mut Page, view: &ReportView) {
    page.block("## What changes in prod");
    if view.features.is_empty() {
        page.block("Nothing.");
        return;
    }
    let listed = view.features.len() > LISTED;
    if listed {
        let rows = view.features.iter().enumerate().map(|(at, feature)| {
            let name = prose(&feature.name);
            let files = files(&feature.files);
            let risk = feature.risk.name().to_owned();
            [(at + 1).to_string(), name, risk, files, prose(&feature.title)]
        });
        page.table(["", "feature", "risk", "migration", "what is done"], rows);
    }
    let brief = view.features.iter().filter(|feature| listed && feature.brief).count();
    if brief > 0 {
        let what = plural(brief, "feature has no part of its", "features have no part of their");
        page.block(&format!(
            "{what} own below: one step of little risk, without a comment; what it costs stands in \"The files\"."
        ));
    }
    for (at, feature) in view.features.iter().enumerate() {
        if !(listed && feature.brief) {
            one(page, at + 1, feature);
        }
    }
}

/// The first file by its name, and how many more there are.
fn files(files: &[FeatureFile]) -> String {
    let name = |file: &FeatureFile| {
        let path = &file.migration;
        code(path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name))
    };
    let more = files.len().saturating_sub(1);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    files.first().map(name).unwrap_or_default() + &more
}

fn one(page: &mut Page, at: usize, feature: &Feature) {
    page.block(&format!("### {at}. {} (risk: {})", prose(&feature.name), feature.risk.name()));
    page.block(&prose(&feature.title));
    let purpose = match feature.purpose.as_slice() {
        [] => vec!["Purpose: no comment says what it is for".to_owned()],
        said => first(said, |said| format!("Purpose: {}", prose(said)), "comments"),
    };
    let impact = feature.impact.iter().map(|said| format!("Impact: {}", prose(said)));
    let why = first(
        &feature.why,
        |why| format!("Risk: {}", prose(why)),
        "sorts of risk, in \"The files\"",
    );
    let files = first(
        &feature.files,
        |file| format!("Migration: {}, undone by {}", code(&file.migration), code(&file.rollback)),
        "files, in \"The files\"",
    );
    let objects = format!("Objects: {}", detail::some(&feature.objects, 12));
    page.list(purpose.into_iter().chain(impact).chain(why).chain(files).chain([objects]));
}

/// The first lines, and how many more there are.
fn first<T>(all: &[T], line: impl Fn(&T) -> String, of_what: &str) -> Vec<String> {
    let more = all.len().saturating_sub(LINES);
    let more = (more > 0).then(|| format!("And {more} more {of_what}"));
    all.iter().take(LINES).map(line).chain(more).collect()
}
