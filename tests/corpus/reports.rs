//! Reports of large and of real pairs in a browser.

use crate::base::{folder, load};
use crate::browser::{number, sound};
use crate::program::Bundle;
use serde_json::Value;
use std::path::Path;

fn report(prod: &Path, dev: &Path, depth: &str) -> Value {
    let bundle = Bundle::of(&load(dev), &load(prod), "emit");
    let seen = sound(&bundle.path().join("report.html"), depth);
    println!(
        "{} findings; {} elements as it opens, {} in the end; {} objects drawn, {} of them links",
        seen["total"], seen["elements"], seen["elements_made"], seen["boxes"], seen["links"]
    );
    seen
}

#[test]
fn capgo_in_a_browser() {
    let case = folder("PGBRIDGE_CORPUS").join("capgo-prod-vs-dev");
    let seen = report(&case.join("old.sql"), &case.join("new.sql"), "all");
    assert!(number(&seen, "total") >= 60, "{seen}");
    assert!(number(&seen, "links") >= 60, "{seen}");
}

#[test]
fn a_thousand_tables_in_a_browser() {
    let pair = folder("PGBRIDGE_PAIR");
    let seen = report(&pair.join("prod.sql"), &pair.join("dev.sql"), "opened");
    assert!(number(&seen, "total") >= 2000, "{seen}");
    assert!(number(&seen, "links") >= 1000 && number(&seen, "lines") >= 100, "{seen}");
}
