//! Protection that prod has and that goes: it is there only where it was asked for, or where it is no removal.

use super::{Review, finding, is_protected};
use crate::model::Object;
use crate::report::view::SecurityFinding;
use crate::report::view::drift::attribute;

/// Row-level security that is switched off, policies that go or say something else, options of views.
pub(super) fn findings(review: &Review<'_>) -> Vec<SecurityFinding> {
    let both = |kinds: &'static [&str]| {
        review.objects(kinds).filter_map(|after| Some((review.prod.objects.get(&after.id)?, after)))
    };
    let mut findings = Vec::new();
    for (before, after) in both(&["table"]) {
        if is_protected(before) && !is_protected(after) {
            findings.push(finding("its row-level security is switched off", after, true));
        }
    }
    for (before, after) in both(&["view"]) {
        for option in ["security_barrier", "security_invoker"] {
            let on = |view: &Object| {
                let options = attribute(view, "options").as_map();
                options.get(option).is_some_and(|value| &**value != "false")
            };
            if on(before) && !on(after) {
                findings.push(finding(format!("its option {option} goes"), after, true));
            }
        }
    }
    for (before, after) in both(&["policy"]) {
        findings.extend(changed(before, after));
    }
    findings.extend(gone(review));
    findings.extend(opened(review));
    findings
}

/// What of a policy changes: whether it lets more through cannot be told from its text.
fn changed(before: &Object, after: &Object) -> Option<SecurityFinding> {
    let specs = after.specs.iter().zip(before.values.iter().zip(&after.values));
    let names: Vec<&str> =
        specs.filter(|(_, (before, after))| before != after).map(|(spec, _)| spec.name).collect();
    let what = format!(
        "this policy of prod changes ({}): read whether it lets more rows through",
        names.join(", ")
    );
    (!names.is_empty()).then(|| finding(what, after, true))
}

/// Policies that go while their table stays: a restrictive one held rows back, any other let rows through.
fn gone(review: &Review<'_>) -> Vec<SecurityFinding> {
    let stays = |policy: &&Object| {
        let table = policy.parent.as_ref();
        policy.id.kind.name() == "policy"
            && !review.after.objects.contains_key(&policy.id)
            && table.is_some_and(|table| review.after.objects.contains_key(table))
    };
    let policies = review.prod.objects.values().filter(stays);
    let told = |policy: &Object| {
        if attribute(policy, "restrictive").is_true() {
            finding("this policy of prod goes, which held rows back", policy, true)
        } else {
            let what = "this policy of prod goes, which let rows through";
            SecurityFinding { info: true, ..finding(what, policy, true) }
        }
    };
    policies.map(told).collect()
}

/// New policies that let rows of prod's protected tables through.
fn opened(review: &Review<'_>) -> Vec<SecurityFinding> {
    let stood = |policy: &&Object| {
        let table = policy.parent.as_ref().and_then(|table| review.prod.objects.get(table));
        let is_new = !review.prod.objects.contains_key(&policy.id);
        is_new && !attribute(policy, "restrictive").is_true() && table.is_some_and(is_protected)
    };
    let what = "this new policy lets rows of a table of prod through: read which, and to whom";
    review.objects(&["policy"]).filter(stood).map(|policy| finding(what, policy, true)).collect()
}
