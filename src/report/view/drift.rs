//! Every difference, property by property, with what is done about it.

use crate::diff::{Change, Drift, Level, Side, text};
use crate::model::{Compare, Facet, Object, ObjectId, Value};
use crate::plan::Plan;
use crate::report::view::empty::Uses;
use crate::report::view::severity::{self, Weights};
use crate::report::view::{Direction, DriftView, Property, ReportInput, SecurityFinding};
use std::collections::{BTreeMap, BTreeSet};

/// Reasons of the plan, by object.
struct Reasons<'a> {
    withheld: BTreeMap<&'a ObjectId, BTreeSet<String>>,
    unbridged: BTreeMap<&'a ObjectId, BTreeSet<String>>,
}

impl<'a> Reasons<'a> {
    fn of(plan: &'a Plan) -> Self {
        let mut reasons = Self { withheld: BTreeMap::new(), unbridged: BTreeMap::new() };
        for item in &plan.withheld {
            reasons.withheld.entry(&item.id).or_default().insert(item.what.clone());
        }
        for item in &plan.unbridged {
            reasons.unbridged.entry(&item.id).or_default().insert(item.why.clone());
        }
        reasons
    }

    /// Why the object stays as it is; what it is a part of speaks for it.
    fn why(&self, drift: &Drift) -> Vec<String> {
        let ids = [Some(&drift.object), drift.told_with.as_ref()];
        let both = [&self.unbridged, &self.withheld];
        let of = |id: &ObjectId| {
            both.iter().filter_map(|reasons| reasons.get(id)).flatten().cloned().collect::<Vec<_>>()
        };
        ids.into_iter().flatten().map(of).find(|why| !why.is_empty()).unwrap_or_default()
    }

    fn is_unbridged(&self, drift: &Drift) -> bool {
        let known = |id: &ObjectId| self.unbridged.contains_key(id);
        known(&drift.object) || drift.told_with.as_ref().is_some_and(known)
    }
}

/// All differences, in the order of the divergence.
pub(super) fn drifts(
    input: &ReportInput<'_>,
    security: &[SecurityFinding],
    uses: &Uses<'_>,
) -> Vec<DriftView> {
    let reasons = Reasons::of(input.plan);
    let weights = Weights::of(input, security, uses);
    input.divergence.drifts.iter().map(|drift| view(input, &reasons, &weights, drift)).collect()
}

fn view(
    input: &ReportInput<'_>,
    reasons: &Reasons<'_>,
    weights: &Weights<'_>,
    drift: &Drift,
) -> DriftView {
    let properties = match drift.side {
        Side::Both => drift.changes.iter().map(|change| changed(input, drift, change)).collect(),
        Side::DevOnly | Side::ProdOnly => one_sided(input, drift),
    };
    let direction = direction(input, reasons, drift, &properties);
    let complete = matches!(direction, Direction::Bridge | Direction::Told);
    let id = drift.id();
    let (severity, because) = weights.severity(drift, direction);
    DriftView {
        anchor: severity::anchor(&id),
        id,
        schema: severity::schema(&drift.object),
        severity,
        because,
        code: drift.code().to_owned(),
        kind: drift.object.kind.name().to_owned(),
        object: drift.object.label(),
        told_with: drift.told_with.as_ref().map(super::named),
        counts: drift.level == Level::Drift,
        direction,
        why: if complete { Vec::new() } else { reasons.why(drift) },
        properties: if drift.side == Side::Both {
            properties
        } else {
            with_direction(properties, direction)
        },
    }
}

fn direction(
    input: &ReportInput<'_>,
    reasons: &Reasons<'_>,
    drift: &Drift,
    properties: &[Property],
) -> Direction {
    let stays =
        if reasons.is_unbridged(drift) { Direction::NotBridged } else { Direction::Backport };
    if drift.level == Level::Info {
        return Direction::Told;
    }
    if drift.unmodelled {
        return Direction::NotBridged;
    }
    let stands = input.plan.goal.objects.contains_key(&drift.object);
    match drift.side {
        Side::DevOnly if stands => Direction::Bridge,
        Side::DevOnly => Direction::NotBridged,
        Side::ProdOnly if stands => stays,
        Side::ProdOnly => Direction::Bridge,
        Side::Both => {
            let counted =
                || properties.iter().filter(|property| property.direction != Direction::Told);
            if counted().all(|property| property.direction == Direction::Bridge) {
                Direction::Bridge
            } else if counted()
                .any(|property| matches!(property.direction, Direction::Bridge | Direction::InPart))
            {
                Direction::InPart
            } else {
                stays
            }
        }
    }
}

fn changed(input: &ReportInput<'_>, drift: &Drift, change: &Change) -> Property {
    let several = change.dev.contains('\n') || change.prod.contains('\n');
    Property {
        name: change.attribute.clone(),
        dev: change.dev.clone(),
        prod: change.prod.clone(),
        direction: change_direction(input, drift, change),
        diff: several.then(|| text::unified(&change.prod, &change.dev)),
    }
}

/// What the goal says of one property.
fn change_direction(input: &ReportInput<'_>, drift: &Drift, change: &Change) -> Direction {
    if change.level == Level::Info {
        return Direction::Told;
    }
    let id = &drift.object;
    let (Some(goal), Some(dev), Some(prod)) =
        (input.plan.goal.objects.get(id), input.dev.objects.get(id), input.prod.objects.get(id))
    else {
        return Direction::NotBridged;
    };
    let stays = if input.plan.unbridged.iter().any(|item| item.id == *id) {
        Direction::NotBridged
    } else {
        Direction::Backport
    };
    match (differs(goal, dev, &change.attribute), differs(goal, prod, &change.attribute)) {
        (false, _) => Direction::Bridge,
        (true, true) => Direction::InPart,
        (true, false) => stays,
    }
}

pub(super) fn differs(a: &Object, b: &Object, name: &str) -> bool {
    if let Some(facet) = Facet::ALL.into_iter().find(|facet| facet.name() == name) {
        return facet.differs(a, b);
    }
    if name == "part_of" { a.parent != b.parent } else { attribute(a, name) != attribute(b, name) }
}

/// The value of an attribute by its name; `Null` where the kind has none of that name.
pub(super) fn attribute<'a>(object: &'a Object, name: &str) -> &'a Value {
    let at = object.specs.iter().position(|spec| spec.name == name);
    at.and_then(|at| object.values.get(at)).unwrap_or(&Value::Null)
}

/// The properties of an object that the other side lacks.
fn one_sided(input: &ReportInput<'_>, drift: &Drift) -> Vec<Property> {
    let here = drift.side == Side::DevOnly;
    let catalog = if here { input.dev } else { input.prod };
    let Some(object) = catalog.objects.get(&drift.object) else { return Vec::new() };
    let set = object.specs.iter().zip(&object.values);
    let set = set.filter(|(spec, value)| {
        **value != Value::Null && !matches!(spec.compare, Compare::Rank | Compare::Derived)
    });
    let attributes = set.map(|(spec, value)| (spec.name, value.to_string()));
    let bare = Object { facets: crate::model::Facets::default(), ..object.clone() };
    let facets = Facet::ALL.into_iter().filter(|facet| facet.differs(object, &bare));
    let facets = facets.map(|facet| (facet.name(), facet.text(object)));
    let property = |(name, value): (&str, String)| {
        let (dev, prod) = if here { (value, "-".to_owned()) } else { ("-".to_owned(), value) };
        Property { name: name.to_owned(), dev, prod, direction: Direction::Told, diff: None }
    };
    attributes.chain(facets).map(property).collect()
}

fn with_direction(mut properties: Vec<Property>, direction: Direction) -> Vec<Property> {
    for property in &mut properties {
        property.direction = direction;
    }
    properties
}
