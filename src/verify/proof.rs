//! The bridge and its rollback on the scratch database, and what that shows.

use crate::model::{Catalog, ObjectId};
use crate::plan::reconcile;
use crate::verify::baseline::{Baseline, build, captured};
use crate::verify::compared::compared;
use crate::verify::evidence::{Evidence, Script};
use crate::verify::observe::Standing;
use crate::verify::rls::{Check, Moment, Tally};
use crate::verify::rows::{self, Seeded, Stop, Wanted};
use crate::verify::scratch::Scratch;
use crate::verify::script::{self, Failure};
use crate::verify::windows::{Posture, States};
use crate::verify::{Prediction, Proof, Verdict, VerifyError, wording};

/// Runs the proof, with rows and checks where there are some.
pub(super) async fn prove(
    evidence: &Evidence,
    scratch: &mut Scratch,
    data: usize,
    checks: &[Check],
    progress: &mut dyn FnMut(&str),
) -> Result<Proof, VerifyError> {
    if data == 0 || checks.is_empty() {
        return seeded(evidence, scratch, data, checks, progress).await;
    }
    // checks count rows: those of the proof must not be among them
    let checked = seeded(evidence, scratch, 0, checks, progress).await?;
    if matches!(checked.verdict, Verdict::NotProven | Verdict::CannotProve) {
        return Ok(checked);
    }
    progress("making the scratch database anew");
    scratch.renew(evidence).await?;
    let mut proof = seeded(evidence, scratch, data, &[], progress).await?;
    proof.rls = checked.rls;
    for limit in checked.limits {
        if !proof.limits.contains(&limit) {
            proof.limits.push(limit);
        }
    }
    if proof.verdict == Verdict::Proven && !proof.limits.is_empty() {
        proof.verdict = Verdict::ProvenWithLimits;
    }
    Ok(proof)
}

/// Runs it with that many rows; where they stop a step as the plan says they may, once more with
/// tamer ones.
async fn seeded(
    evidence: &Evidence,
    scratch: &mut Scratch,
    data: usize,
    checks: &[Check],
    progress: &mut dyn FnMut(&str),
) -> Result<Proof, VerifyError> {
    let mut wanted = Wanted::new(data);
    loop {
        let (proof, stopped) = attempt(evidence, scratch, &wanted, checks, progress).await?;
        match stopped {
            Some((seeded, stop)) if wanted.tame(&seeded, &stop) => {
                progress("making the scratch database anew");
                scratch.renew(evidence).await?;
            }
            _ => return Ok(proof),
        }
    }
}

/// One proof, and what stopped it on rows as the plan says.
async fn attempt(
    evidence: &Evidence,
    scratch: &Scratch,
    wanted: &Wanted,
    checks: &[Check],
    progress: &mut dyn FnMut(&str),
) -> Result<(Proof, Option<(Seeded, Stop)>), VerifyError> {
    progress("building prod's schema");
    let baseline = build(evidence, scratch).await?;
    let mut proof = Proof {
        verdict: Verdict::Proven,
        limits: scratch.limits.clone(),
        differences: baseline.differences.clone(),
        scratch: scratch.place.clone(),
        files: evidence.files.len(),
        rows: None,
        rls: None,
        prediction: Prediction::default(),
    };
    proof.limits.extend(baseline.limits.iter().cloned());
    name_unbridged(evidence, &mut proof);
    if !proof.differences.is_empty() {
        proof.verdict = Verdict::CannotProve;
        return Ok((proof, None));
    }
    let mut seeded = None;
    if wanted.rows > 0 {
        progress("seeding rows");
        seeded = Some(rows::seed(scratch, wanted, &mut proof).await?);
    }
    let way = Walk { evidence, scratch, baseline: &baseline, seeded: seeded.as_ref(), checks };
    let failure = walk(&way, &mut proof, progress).await?;
    name_untold(&baseline, &mut proof);
    let stop = failure.as_ref().and_then(|failure| {
        let (path, line) = failure.on_rows.as_ref()?;
        rows::stop(evidence, path, *line, &failure.text)
    });
    proof.verdict = match failure {
        Some(failure) => {
            let absent = failure.is_absence || (failure.may_be_absence && baseline.incomplete);
            proof.differences.push(failure.text);
            if absent { Verdict::CannotProve } else { Verdict::NotProven }
        }
        None if !proof.differences.is_empty() => Verdict::NotProven,
        None if !proof.limits.is_empty() => Verdict::ProvenWithLimits,
        None => Verdict::Proven,
    };
    Ok((proof, seeded.zip(stop)))
}

fn name_unbridged(evidence: &Evidence, proof: &mut Proof) {
    let mut names: Vec<String> =
        evidence.manifest.unbridged.iter().map(|item| item.object.clone()).collect();
    names.dedup();
    if !names.is_empty() {
        proof.limits.push(format!("not bridged: {}", wording::counted(&names)));
    }
}

/// Another major may lock otherwise than the one that the plan was made for.
fn name_untold(baseline: &Baseline, proof: &mut Proof) {
    proof
        .limits
        .extend(proof.prediction.own.iter().map(|took| format!("a step of your own: {took}")));
    let untold = proof.prediction.untold.iter().cloned();
    if baseline.same_major {
        proof.differences.extend(untold);
    } else {
        proof.limits.extend(untold);
    }
}

/// All that a walk there and back needs.
struct Walk<'a> {
    evidence: &'a Evidence,
    scratch: &'a Scratch,
    baseline: &'a Baseline,
    seeded: Option<&'a Seeded>,
    checks: &'a [Check],
}

/// There and back again; the failure of a file ends it.
async fn walk(
    walk: &Walk<'_>,
    proof: &mut Proof,
    progress: &mut dyn FnMut(&str),
) -> Result<Option<Failure>, VerifyError> {
    let mut tally = Tally::new(walk.checks);
    tally.look(Moment::Before, walk.scratch, proof).await?;
    let session = walk.scratch.session().await?;
    // what the bridge itself makes is nobody's yet
    let since = Standing::now(&session).await?;
    session.close().await;
    let mut there = States::default();
    let files = walk.evidence.files.iter().map(|pair| &pair.forward);
    if let Some(failure) = walk.run(files, Some(&since), proof, &mut there, progress).await? {
        return Ok(Some(failure));
    }
    progress("comparing with the goal");
    let bridged = captured(walk.scratch).await?;
    walk.compare_with_goal(&bridged, proof).await?;
    tally.look(Moment::After, walk.scratch, proof).await?;
    let mut back = States::default();
    let files = walk.evidence.files.iter().rev().map(|pair| &pair.back);
    if let Some(failure) = walk.run(files, None, proof, &mut back, progress).await? {
        return Ok(Some(failure));
    }
    progress("comparing with prod");
    walk.compare_with_prod(proof).await?;
    tally.look(Moment::Back, walk.scratch, proof).await?;
    proof.rls = tally.figures();
    let (before, after) = (Posture::of(&walk.baseline.catalog), Posture::of(&bridged));
    for states in [there, back] {
        proof.differences.extend(states.windows(&before, &after));
    }
    Ok(None)
}

impl Walk<'_> {
    /// Runs files one after the other, up to the first that fails.
    async fn run(
        &self,
        files: impl Iterator<Item = &Script>,
        since: Option<&Standing>,
        proof: &mut Proof,
        states: &mut States,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Option<Failure>, VerifyError> {
        let role = &self.evidence.options.apply_role;
        for file in files {
            progress(&format!("running {}", file.path));
            let told = &mut proof.prediction;
            if let Err(failure) = script::run(self.scratch, role, file, since, told, states).await?
            {
                return Ok(Some(failure));
            }
        }
        Ok(None)
    }

    async fn compare_with_goal(
        &self,
        bridged: &Catalog,
        proof: &mut Proof,
    ) -> Result<(), VerifyError> {
        let Self { evidence, scratch, baseline, seeded, .. } = *self;
        let goal = reconcile(&evidence.dev, &evidence.prod, &evidence.options).goal;
        let outcome = compared(&goal, bridged, baseline.same_major);
        if !outcome.unreadable.is_empty() {
            let objects = wording::named(&outcome.unreadable);
            proof.limits.push(format!(
                "definitions that another version writes differently were not compared: {objects}"
            ));
        }
        let made = &evidence.manifest.made;
        if !made.is_empty() {
            let names = wording::counted(made);
            proof.limits.push(format!("not compared, because steps of your own make it: {names}"));
        }
        for drift in outcome.drifts {
            // what the goal has is compared, whatever a step says that it makes
            let is_made = || {
                !goal.objects.contains_key(&drift.object)
                    && names_one_of(made, [&goal, bridged], &drift.object)
            };
            if !is_gap(baseline, &goal, &drift.object) && !is_made() {
                proof.differences.extend(wording::lines("after the bridge", &drift));
            }
        }
        if let Some(seeded) = seeded {
            seeded.look("after the bridge", evidence, scratch, proof).await?;
        }
        let unsound = rows::unsound(&goal, scratch).await?;
        proof.differences.extend(unsound.iter().map(|what| format!("after the bridge: {what}")));
        Ok(())
    }

    async fn compare_with_prod(&self, proof: &mut Proof) -> Result<(), VerifyError> {
        let Self { evidence, scratch, baseline, seeded, .. } = *self;
        let back = captured(scratch).await?;
        for drift in compared(&baseline.catalog, &back, true).drifts {
            let lines = wording::lines("after the rollback", &drift);
            match irreversible(evidence, [&baseline.catalog, &back], &drift.object) {
                Some(file) => proof
                    .limits
                    .extend(lines.into_iter().map(|line| format!("{line} (irreversible: {file})"))),
                None => proof.differences.extend(lines),
            }
        }
        if let Some(seeded) = seeded {
            seeded.look("after the rollback", evidence, scratch, proof).await?;
        }
        Ok(())
    }
}

/// Whether it, or what it is a part of, was never on the scratch database as prod has it.
fn is_gap(baseline: &Baseline, goal: &Catalog, id: &ObjectId) -> bool {
    family([goal, &baseline.catalog], id).iter().any(|member| baseline.gaps.contains(member))
}

/// Whether it, or what it is a part of, has one of the names.
fn names_one_of(names: &[String], catalogs: [&Catalog; 2], id: &ObjectId) -> bool {
    family(catalogs, id).iter().any(|id| names.iter().any(|name| id.is_called(name)))
}

/// The file that says of the object, or of what it is a part of, that it cannot be undone. What a
/// rollback loses of the data is no excuse for the schema.
fn irreversible<'a>(
    evidence: &'a Evidence,
    catalogs: [&Catalog; 2],
    id: &ObjectId,
) -> Option<&'a str> {
    let family = family(catalogs, id);
    let named = |entry: &String| {
        family.iter().any(|member| entry.starts_with(&format!("{member} cannot be undone")))
    };
    let file = evidence.files.iter().find(|pair| pair.irreversible.iter().any(named));
    file.map(|pair| pair.forward.path.as_str())
}

/// An object and what it is a part of.
fn family(catalogs: [&Catalog; 2], id: &ObjectId) -> Vec<ObjectId> {
    let mut family = vec![id.clone()];
    let mut next = id.clone();
    while let Some(object) = catalogs.iter().find_map(|catalog| catalog.objects.get(&next)) {
        match &object.parent {
            Some(parent) if !family.contains(parent) => {
                family.push(parent.clone());
                next = parent.clone();
            }
            _ => break,
        }
    }
    family
}
