//! Makes a failing pair small: takes away objects and edits as long as it fails in the same stage.

use super::Trial;
use super::draw::Pair;
use super::model::{Item, Schema};
use super::pair::Failure;
use std::collections::BTreeSet;

pub(crate) fn shrink(pair: Pair, failure: Failure, major: u32, run: Trial) -> (Pair, Failure) {
    let mut small = (pair, failure);
    let fewer = |small: &mut (Pair, Failure), candidate: Pair| {
        let failed = run(&candidate, major).err().filter(|found| found.stage == small.1.stage);
        let found = failed.is_some();
        if let Some(failure) = failed {
            *small = (candidate, failure);
        }
        found
    };
    loop {
        let mut smaller = false;
        for id in numbers(&small.0).into_iter().rev() {
            if numbers(&small.0).contains(&id) {
                let candidate =
                    Pair { prod: without(&small.0.prod, id), dev: without(&small.0.dev, id) };
                smaller |= fewer(&mut small, candidate);
            }
        }
        for id in numbers(&small.0) {
            if let Some(candidate) = unchanged(&small.0, id) {
                smaller |= fewer(&mut small, candidate);
            }
        }
        if !smaller {
            return small;
        }
    }
}

fn numbers(pair: &Pair) -> BTreeSet<u32> {
    pair.prod.items.keys().chain(pair.dev.items.keys()).copied().collect()
}

fn without(schema: &Schema, id: u32) -> Schema {
    let mut schema = schema.clone();
    if schema.items.contains_key(&id) {
        for id in schema.dependents(id) {
            schema.items.remove(&id);
        }
    }
    schema
}

/// The pair without the edit of one object.
fn unchanged(pair: &Pair, id: u32) -> Option<Pair> {
    let there = |schema: &Schema, item: &Item| {
        item.needs().iter().all(|need| schema.items.contains_key(need))
    };
    let mut pair = pair.clone();
    match (pair.prod.items.get(&id), pair.dev.items.get(&id)) {
        (Some(prod), Some(dev)) if prod.drawn != dev.drawn && there(&pair.dev, prod) => {
            pair.dev.items.insert(id, prod.clone());
        }
        (Some(prod), None) if there(&pair.dev, prod) => {
            pair.dev.items.insert(id, prod.clone());
        }
        (None, Some(dev)) if there(&pair.prod, dev) => {
            pair.prod.items.insert(id, dev.clone());
        }
        _ => return None,
    }
    // both sides have to be without circles
    (!circular(&pair.dev) && !circular(&pair.prod)).then_some(pair)
}

fn circular(schema: &Schema) -> bool {
    schema.items.iter().any(|(id, item)| {
        let dependents = schema.dependents(*id);
        item.needs().iter().any(|need| dependents.contains(need))
    })
}
