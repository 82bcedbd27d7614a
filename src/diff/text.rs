//! Differences of definitions, line by line.

use similar::TextDiff;
use std::time::Duration;

/// A unified diff from `prod` to `dev`, without file headers; empty where they are equal.
///
/// Two long texts that share nothing cost quadratic time: after half a second the rest is told as
/// replaced.
pub fn unified(prod: &str, dev: &str) -> String {
    let ending =
        |text: &str| if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    let (prod, dev) = (ending(prod), ending(dev));
    let diff = TextDiff::configure().timeout(Duration::from_millis(500)).diff_lines(&prod, &dev);
    diff.unified_diff().context_radius(3).to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_line_changed() {
        let text = super::unified("select a\nfrom t", "select b\nfrom t");
        assert_eq!(text, "@@ -1,2 +1,2 @@\n-select a\n+select b\n from t\n");
        assert_eq!(super::unified("x", "x"), "");
    }
}
