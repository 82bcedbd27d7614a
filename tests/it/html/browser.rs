//! A report in a browser.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What `scripts/browser` prints.
pub(crate) fn provision(what: &str) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/browser");
    let output = Command::new("bash").arg(script).arg(what).output().unwrap();
    assert!(
        output.status.success(),
        "report.html is looked at in a browser: scripts/browser {what} says:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// What a script of the tests says of a report, as JSON.
pub(crate) fn ask(script: &str, report: &Path, more: &[&str]) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let output = Command::new("node")
        .arg(script)
        .args([&provision("modules"), &provision("program")])
        .arg(report)
        .args(more)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a browser saw of a report that is sound. axe looks at `all` of it, or at what is there once
/// it is `opened`.
pub(crate) fn sound(report: &Path, depth: &str) -> Value {
    let seen = ask("tests/it/html/check.mjs", report, &[depth]);
    is_sound(&seen);
    seen
}

pub(crate) fn number(seen: &Value, name: &str) -> u64 {
    seen[name].as_u64().unwrap_or_else(|| panic!("{name}: {seen}"))
}

/// What holds for every report.
fn is_sound(seen: &Value) {
    for name in ["errors", "requests", "lost", "axe_light", "axe_dark"] {
        assert_eq!(seen[name], serde_json::json!([]), "{name}");
    }
    let total = number(seen, "total");
    assert_eq!(seen["shown"], total);
    let told = format!("{total} of {total} differences shown");
    assert_eq!((&seen["told"], &seen["told_first"]), (&told.clone().into(), &told.into()));
    let filters = seen["filters"].as_object().unwrap();
    assert!(!filters.is_empty(), "nothing to filter by");
    for (name, filter) in filters {
        assert_eq!(filter[1], filter[2], "{name}: {filter}");
        assert!(filter[1].as_u64().unwrap() < total, "{name}: {filter}");
        assert!(filter[3].as_str().unwrap().starts_with(&format!("#filter?{name}=")), "{filter}");
    }
    assert_eq!(seen["after_reset"], total);
    assert!(seen["search"][1].as_u64().unwrap() >= 1, "{seen}");
    assert_eq!(seen["search"][1], seen["search_again"]);
    assert_eq!(seen["nothing"], serde_json::json!([0, true]));
    assert!(number(seen, "boxes") > 0 && number(seen, "links") > 0, "{seen}");
    assert_eq!(seen["linked"], true);
    assert_eq!(seen["last"], true);
    // none where no text differs
    if seen["unified"] != Value::Null {
        assert_eq!(seen["unified"], serde_json::json!([true, false]));
        assert_eq!(seen["split"], serde_json::json!([false, true]));
    }
    assert_eq!(seen["plain_shown"], total);
    assert_eq!(seen["plain_filters"], false);
    for name in ["plain_verdict", "plain_boxes", "plain_opens", "print_opens"] {
        assert_eq!(seen[name], true, "{name}");
    }
}
