//! Spans of small hand-made catalogs.

use super::{Estimates, Seconds};
use crate::kinds::{Effects, Isolation, Lock};
use crate::model::{Catalog, Facets, Kind, Object, ObjectId, Value};
use crate::plan::step::{Step, Verb};
use std::collections::BTreeSet;

const GIB: i64 = 1 << 30;

fn object(kind: &str, path: &[&str]) -> Object {
    let id = ObjectId::new(Kind::parse(kind).unwrap(), path);
    let specs = crate::kinds::specs_of(id.kind);
    let values = vec![Value::Null; specs.len()];
    Object { id, parent: None, specs, values, facets: Facets::default() }
}

/// A table of that size.
fn catalog(bytes: Option<i64>) -> (Catalog, ObjectId) {
    let mut catalog = Catalog::default();
    catalog.server.version_num = 150_000;
    let table = object("table", &["public", "t"]);
    let id = table.id.clone();
    if let Some(bytes) = bytes {
        catalog.sizes.insert(id.clone(), bytes);
    }
    catalog.objects.insert(id.clone(), table);
    (catalog, id)
}

fn step(effects: Effects, object: &ObjectId) -> Step {
    Step {
        verb: Verb::Alter,
        object: object.clone(),
        concerns: BTreeSet::new(),
        members: vec![object.clone()],
        aspect: None,
        statements: vec!["ALTER".to_owned()],
        effects,
        needs: BTreeSet::new(),
        follows: None,
        joined: false,
        forced_by: None,
        own: None,
    }
}

const fn span(low: u64, high: u64) -> Seconds {
    Seconds { low, high }
}

#[test]
fn reads_rewrites_and_builds_take_their_time() {
    let (prod, table) = catalog(Some(GIB));
    let estimates = Estimates::new(&prod, &prod);
    let lock = Effects::lock(&table, Lock::AccessExclusive);
    let of = |effects| estimates.of(&step(effects, &table)).seconds();
    assert_eq!(of(lock.clone()), None);
    assert_eq!(of(lock.clone().scanning(&table)), Some(span(1, 11)));
    assert_eq!(of(lock.clone().rewriting(&table)), Some(span(5, 43)));
    assert_eq!(of(lock.clone().indexing(&table)), Some(span(7, 54)));
    let online = lock.clone().indexing(&table).isolated(Isolation::Outside);
    assert_eq!(of(online), Some(span(8, 65)));
    let both = estimates.all(&[
        step(lock.clone().scanning(&table), &table),
        step(lock.clone().rewriting(&table), &table),
    ]);
    assert_eq!(both.told(), "6 s to 54 s");
    assert_eq!(estimates.of(&step(lock, &table)).told(), "below a second");
}

#[test]
fn a_rewrite_builds_the_indexes_anew() {
    let (mut prod, table) = catalog(Some(GIB));
    let mut index = object("index", &["public", "t_a"]);
    index.parent = Some(table.clone());
    prod.objects.insert(index.id.clone(), index.clone());
    let estimates = Estimates::new(&prod, &prod);
    let of = |effects| estimates.of(&step(effects, &table)).seconds();
    assert_eq!(of(Effects::default().rewriting(&table)), Some(span(12, 97)));
    assert_eq!(of(Effects::default().rewriting(&index.id)), Some(span(7, 54)));
}

#[test]
fn an_unknown_size_is_no_guess() {
    let (prod, table) = catalog(None);
    let estimate =
        Estimates::new(&prod, &prod).of(&step(Effects::default().scanning(&table), &table));
    assert_eq!(estimate.seconds(), None);
    assert!(estimate.is_unknown());
    assert_eq!(estimate.told(), "unknown for public.t");
}

#[test]
fn sizes_count_as_powers_of_two() {
    let times = [GIB - 1, GIB / 2 + 1, GIB].map(|bytes| {
        let (prod, table) = catalog(Some(bytes));
        Estimates::new(&prod, &prod).of(&step(Effects::default().scanning(&table), &table))
    });
    assert!(times.iter().all(|time| *time == times[2]), "{times:?}");
    let (prod, table) = catalog(Some(8192));
    let small = Estimates::new(&prod, &prod).of(&step(Effects::default().scanning(&table), &table));
    assert_eq!(small.told(), "below a second");
    assert_eq!(small.seconds(), Some(span(0, 1)));
}
