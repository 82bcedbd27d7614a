//! Windows: what a state on the way leaves open although neither of its ends does.

use crate::kinds::{Guards, Opening, Protection};
use crate::model::{Catalog, ObjectId};
use crate::sql::quote;
use crate::verify::VerifyError;
use crate::verify::baseline::captured;
use crate::verify::scratch::Scratch;
use std::collections::{BTreeMap, BTreeSet};

/// What a state keeps shut and what it opens; much less than its catalog.
#[derive(Debug, Default)]
pub(super) struct Posture {
    stands: BTreeSet<ObjectId>,
    protections: BTreeMap<(Option<ObjectId>, String), Protection>,
    /// Where protections that say the same stand.
    said: BTreeMap<String, (Option<ObjectId>, String)>,
    openings: Vec<Opening>,
    open: BTreeSet<String>,
}

impl Posture {
    /// That of a catalog.
    pub(super) fn of(catalog: &Catalog) -> Self {
        let mut posture =
            Self { stands: catalog.objects.keys().cloned().collect(), ..Self::default() };
        for object in catalog.objects.values() {
            let guards = Guards::of(catalog, object);
            for protection in guards.protections {
                let key = (protection.on.clone(), protection.name.clone());
                if !protection.text.is_empty() {
                    posture.said.insert(protection.text.clone(), key.clone());
                }
                posture.protections.insert(key, protection);
            }
            posture.open.extend(guards.openings.iter().map(|opening| opening.text.clone()));
            posture.openings.extend(guards.openings);
        }
        posture
    }

    fn has(&self, on: Option<&ObjectId>) -> bool {
        on.is_none_or(|id| self.stands.contains(id))
    }

    /// The protection of the same name, else one that says the same.
    fn counterpart(&self, protection: &Protection) -> Option<&Protection> {
        let key = (protection.on.clone(), protection.name.clone());
        let same = || self.protections.get(self.said.get(&protection.text)?);
        self.protections.get(&key).or_else(same)
    }

    /// Whether it protects as much here.
    fn keeps(&self, protection: &Protection) -> bool {
        let found = self.counterpart(protection);
        found.is_some_and(|found| !protection.exact || found.text == protection.text)
            || self.said.contains_key(&protection.text)
    }

    fn opens(&self, opening: &Opening) -> bool {
        let mut texts = std::iter::once(&opening.text).chain(&opening.covered_by);
        texts.any(|text| self.open.contains(text))
    }
}

/// What `state` leaves open although neither `before` nor `after` does, one line each. What an end
/// does not have is shut there.
pub(super) fn windows(before: &Posture, after: &Posture, state: &Posture) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let ends = [before, after];
    let line = |on: Option<&ObjectId>, what: &str| {
        let place = on.map(|id| format!("{id}: ")).unwrap_or_default();
        quote::printable(&format!("{place}{what}"))
    };
    for protection in before.protections.values().chain(after.protections.values()) {
        let on = protection.on.as_ref();
        let standing: Vec<&Posture> = ends.into_iter().filter(|end| end.has(on)).collect();
        if !state.has(on) || (standing.len() < ends.len() && !protection.at_once) {
            continue;
        }
        let held: Option<Vec<&Protection>> =
            standing.iter().map(|end| end.counterpart(protection)).collect();
        let Some(held) = held else { continue };
        if !held.iter().any(|held| state.keeps(held)) {
            let name = &protection.name;
            let what = if state.counterpart(protection).is_some() {
                format!("{name} is as in neither end")
            } else if held.len() < ends.len() {
                format!("{name} is missing, which the end where it stands has")
            } else {
                format!("{name} is missing, which both ends have")
            };
            found.insert(line(on, &what));
        }
    }
    for opening in &state.openings {
        let on = opening.on.as_ref();
        let passing = opening.usual && ends.iter().all(|end| !end.has(on));
        if !passing && !ends.iter().any(|end| end.opens(opening)) {
            found.insert(line(on, &format!("{}, which neither end has", opening.name)));
        }
    }
    found
}

/// The committed states of a walk, with the file and the line after which each was met.
#[derive(Debug, Default)]
pub(super) struct States {
    met: Vec<(String, Posture)>,
    /// Not looked at yet: after the last commit comes what is compared anyway.
    latest: Option<String>,
}

impl States {
    /// Notes a commit.
    pub(super) fn commit(&mut self, place: String) {
        self.latest = Some(place);
    }

    /// Looks at the latest state before anything else is done.
    pub(super) async fn look(&mut self, scratch: &Scratch) -> Result<(), VerifyError> {
        if let Some(place) = self.latest.take() {
            self.met.push((place, Posture::of(&captured(scratch).await?)));
        }
        Ok(())
    }

    /// Lines about all windows between two ends.
    pub(super) fn windows(&self, before: &Posture, after: &Posture) -> Vec<String> {
        let of = |(place, posture): &(String, Posture)| {
            let found = windows(before, after, posture);
            found.into_iter().map(|line| format!("after {place}, {line}")).collect::<Vec<_>>()
        };
        self.met.iter().flat_map(of).collect()
    }
}

#[cfg(test)]
mod tests;
