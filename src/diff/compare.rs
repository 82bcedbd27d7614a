//! The comparison: two sorted maps side by side, attribute by attribute.

use crate::diff::{Change, Divergence, Drift, Level, Side};
use crate::model::{Catalog, Compare, Facet, LedgerEntry, Object, ObjectId, Value, acl};
use std::collections::{BTreeMap, BTreeSet};

/// Compares two catalogs.
pub fn compare(dev: &Catalog, prod: &Catalog) -> Divergence {
    let ids: BTreeSet<&ObjectId> = dev.objects.keys().chain(prod.objects.keys()).collect();
    let ranks = (ranks(dev, prod), ranks(prod, dev));
    let mut drifts: Vec<Drift> = ids
        .into_iter()
        .filter_map(|id| match (dev.objects.get(id), prod.objects.get(id)) {
            (Some(a), Some(b)) => both(a, b, (ranks.0.get(id), ranks.1.get(id))),
            (Some(a), None) => Some(one_sided(a, Side::DevOnly, prod)),
            (None, Some(b)) => Some(one_sided(b, Side::ProdOnly, dev)),
            (None, None) => None,
        })
        .collect();
    drifts.extend(ledger(dev, prod));
    Divergence { drifts }
}

fn one_sided(object: &Object, side: Side, other: &Catalog) -> Drift {
    let told_with = object.parent.clone().filter(|parent| !other.objects.contains_key(parent));
    Drift {
        object: object.id.clone(),
        told_with,
        side,
        changes: Vec::new(),
        level: Level::Drift,
        unmodelled: false,
    }
}

fn both(dev: &Object, prod: &Object, ranks: (Option<&usize>, Option<&usize>)) -> Option<Drift> {
    let mut changes = Vec::new();
    for (at, spec) in dev.specs.iter().enumerate() {
        let value = |object: &Object| object.values.get(at).cloned().unwrap_or_default();
        let (a, b) = (value(dev), value(prod));
        let level = match spec.compare {
            Compare::Drift => Level::Drift,
            Compare::Derived => continue,
            Compare::Rank if ranks.0 == ranks.1 => continue,
            Compare::Info | Compare::Rank => Level::Info,
        };
        // the capture that could not see it has said so
        if a != b && !a.is_unknown_beside(&b) {
            let (ours, theirs) = elements(&a, &b);
            changes.push(Change {
                attribute: spec.name.to_owned(),
                dev: a.to_string(),
                prod: b.to_string(),
                dev_elements: ours,
                prod_elements: theirs,
                level,
            });
        }
    }
    for facet in Facet::ALL {
        if facet.differs(dev, prod) {
            let (a, b) = (facet.elements(dev), facet.elements(prod));
            changes.push(Change {
                attribute: facet.name().to_owned(),
                dev: facet.text(dev),
                prod: facet.text(prod),
                dev_elements: a.difference(&b).cloned().collect(),
                prod_elements: b.difference(&a).cloned().collect(),
                level: Level::Drift,
            });
        }
    }
    if dev.parent != prod.parent {
        let shown = |object: &Object| {
            object.parent.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
        };
        changes.push(Change {
            attribute: "part_of".to_owned(),
            dev: shown(dev),
            prod: shown(prod),
            dev_elements: Vec::new(),
            prod_elements: Vec::new(),
            level: Level::Drift,
        });
    }
    let level = changes.iter().map(|change| change.level).max()?;
    Some(Drift {
        object: dev.id.clone(),
        told_with: None,
        side: Side::Both,
        changes,
        level,
        unmodelled: false,
    })
}

/// What only one of two sets, lists or maps has.
fn elements(a: &Value, b: &Value) -> (Vec<String>, Vec<String>) {
    let (a, b) = (parts(a), parts(b));
    (a.difference(&b).cloned().collect(), b.difference(&a).cloned().collect())
}

fn parts(value: &Value) -> BTreeSet<String> {
    match value {
        Value::List(list) => list.iter().map(ToString::to_string).collect(),
        Value::Set(set) => set.iter().map(|role| acl::shown(role).to_owned()).collect(),
        Value::Sealed(sealed) => sealed.keys().map(ToString::to_string).collect(),
        Value::Map(map) => map.iter().map(|(key, value)| format!("{key}={value}")).collect(),
        _ => BTreeSet::new(),
    }
}

/// For each ordered part its place among those siblings that the other side has, too.
fn ranks<'a>(catalog: &'a Catalog, other: &Catalog) -> BTreeMap<&'a ObjectId, usize> {
    let mut siblings: BTreeMap<&ObjectId, Vec<(i64, &ObjectId)>> = BTreeMap::new();
    for object in catalog.objects.values().filter(|object| other.objects.contains_key(&object.id)) {
        let rank = object.specs.iter().position(|spec| spec.compare == Compare::Rank);
        let place = rank.and_then(|at| object.values.get(at)).and_then(Value::as_int);
        if let (Some(place), Some(parent)) = (place, &object.parent) {
            siblings.entry(parent).or_default().push((place, &object.id));
        }
    }
    let mut ranks = BTreeMap::new();
    for list in siblings.values_mut() {
        list.sort_unstable();
        ranks.extend(list.iter().enumerate().map(|(at, (_, id))| (*id, at)));
    }
    ranks
}

fn ledger(dev: &Catalog, prod: &Catalog) -> Vec<Drift> {
    let ids: BTreeSet<&ObjectId> = dev.ledger.keys().chain(prod.ledger.keys()).collect();
    let drift = |id: &ObjectId, side, changes| Drift {
        object: id.clone(),
        told_with: None,
        side,
        changes,
        level: Level::Drift,
        unmodelled: true,
    };
    ids.into_iter()
        .filter_map(|id| match (dev.ledger.get(id), prod.ledger.get(id)) {
            (Some(a), Some(b)) if a.row == b.row => None,
            (Some(a), Some(b)) => Some(drift(id, Side::Both, vec![fingerprints(a, b)])),
            (Some(_), None) => Some(drift(id, Side::DevOnly, Vec::new())),
            (None, _) => Some(drift(id, Side::ProdOnly, Vec::new())),
        })
        .collect()
}

fn fingerprints(dev: &LedgerEntry, prod: &LedgerEntry) -> Change {
    Change {
        attribute: format!("row of {}", dev.catalog),
        dev: dev.fingerprint(),
        prod: prod.fingerprint(),
        dev_elements: Vec::new(),
        prod_elements: Vec::new(),
        level: Level::Drift,
    }
}
