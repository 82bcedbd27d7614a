//! Partitions that are data: made by `pg_partman`, TimescaleDB or a job, and not by migrations.

use crate::kinds::link;
use crate::model::{Catalog, Need, Notice, ObjectId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What partitions are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Partitions {
    /// Schema: they are compared.
    #[default]
    Compare,
    /// Data: they are left out.
    Data,
}

/// What partitions are, table by table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scope {
    /// Of tables that nothing else is said of.
    pub default: Partitions,
    /// Of these tables, by `schema.name`.
    pub tables: BTreeMap<String, Partitions>,
}

/// Why the partitions of a table are left out.
#[derive(Clone)]
enum Reason {
    /// `scope.partitions` names the table.
    Named,
    /// It is said of all tables.
    Default,
    /// An extension makes them.
    Managed(Arc<str>),
}

/// Both catalogs without the partitions that are data on either side.
pub fn leave_out(mut dev: Catalog, mut prod: Catalog, scope: &Scope) -> (Catalog, Catalog) {
    let mut managed = std::mem::take(&mut dev.data_partitions);
    managed.append(&mut prod.data_partitions);
    if managed.is_empty() && *scope == Scope::default() {
        return (dev, prod);
    }
    let mut data = without(&mut dev, scope, &managed);
    data.append(&mut without(&mut prod, scope, &managed));
    for catalog in [&mut dev, &mut prod] {
        catalog.data_partitions.clone_from(&data);
        let missing = unknown(catalog, scope);
        catalog.notices.extend(missing);
        catalog.notices.sort();
    }
    (dev, prod)
}

fn name(table: &ObjectId) -> String {
    format!("{}.{}", table.part(0), table.part(1))
}

/// Why the partitions of a table are data: what is said of it, else of the nearest table above it.
fn reason(
    table: &ObjectId,
    above: &BTreeMap<ObjectId, ObjectId>,
    scope: &Scope,
    managed: &BTreeMap<ObjectId, Arc<str>>,
) -> Option<Reason> {
    let mut at = Some(table);
    while let Some(table) = at {
        match (scope.tables.get(&name(table)), managed.get(table)) {
            (Some(Partitions::Data), _) => return Some(Reason::Named),
            (Some(Partitions::Compare), _) => return None,
            (None, Some(extension)) => return Some(Reason::Managed(extension.clone())),
            (None, None) => at = above.get(table),
        }
    }
    (scope.default == Partitions::Data).then_some(Reason::Default)
}

/// Tables that the configuration names and the catalog does not have.
fn unknown(catalog: &Catalog, scope: &Scope) -> Vec<Notice> {
    let tables: BTreeSet<String> = catalog.objects.keys().map(name).collect();
    let missing = scope.tables.keys().filter(|table| !tables.contains(*table));
    let notice = |table: &String| Notice {
        subject: "scope.partitions".to_owned(),
        text: format!("there is no table {table} here"),
        incomplete: false,
    };
    missing.map(notice).collect()
}

/// Takes out what is below the tables whose partitions are data: these tables, with who says so.
fn without(
    catalog: &mut Catalog,
    scope: &Scope,
    managed: &BTreeMap<ObjectId, Arc<str>>,
) -> BTreeMap<ObjectId, Arc<str>> {
    let mut above = BTreeMap::new();
    let mut children: BTreeMap<ObjectId, Vec<(ObjectId, bool)>> = BTreeMap::new();
    for link in catalog.objects.values().filter_map(link) {
        above.insert(link.child.clone(), link.parent.clone());
        let child = (link.child.clone(), link.is_partition);
        children.entry(link.parent.clone()).or_default().push(child);
    }
    let mut below: BTreeMap<ObjectId, (Reason, BTreeSet<ObjectId>)> = BTreeMap::new();
    for parent in children.keys() {
        if let Some(reason) = reason(parent, &above, scope, managed) {
            let tables = descendants(parent, &children, !matches!(reason, Reason::Default));
            below.insert(parent.clone(), (reason, tables));
        }
    }
    let tables: BTreeSet<ObjectId> =
        below.values().flat_map(|(_, tables)| tables.iter().cloned()).collect();
    // told with the table above them
    below.retain(|parent, (_, found)| !tables.contains(parent) && !found.is_empty());
    for (parent, (reason, found)) in &below {
        let bytes: i64 = found.iter().filter_map(|table| catalog.sizes.get(table)).sum();
        if bytes > 0 {
            *catalog.sizes.entry(parent.clone()).or_insert(0) += bytes;
        }
        catalog.notices.push(told(parent, reason, found.len()));
    }
    take_out(catalog, tables);
    let says = |reason: Reason| match reason {
        Reason::Managed(extension) => extension,
        Reason::Named | Reason::Default => "scope.partitions".into(),
    };
    below.into_iter().map(|(parent, (reason, _))| (parent, says(reason))).collect()
}

/// All tables below one. `inheriting`: also those that inherit without being partitions.
fn descendants(
    parent: &ObjectId,
    children: &BTreeMap<ObjectId, Vec<(ObjectId, bool)>>,
    inheriting: bool,
) -> BTreeSet<ObjectId> {
    let mut found = BTreeSet::new();
    let mut left = vec![parent];
    while let Some(table) = left.pop() {
        for (child, is_partition) in children.get(table).into_iter().flatten() {
            if (*is_partition || inheriting) && found.insert(child.clone()) {
                left.push(child);
            }
        }
    }
    found
}

fn told(parent: &ObjectId, reason: &Reason, count: usize) -> Notice {
    let tables = if count == 1 { "1 table".to_owned() } else { format!("{count} tables") };
    let why = match reason {
        Reason::Named => "scope.partitions says that its partitions are data".to_owned(),
        Reason::Default => "scope.partitions says that partitions are data".to_owned(),
        Reason::Managed(extension) => format!("{extension} makes them, so they are data"),
    };
    Notice {
        subject: parent.to_string(),
        text: format!("{tables} below it left out of the comparison: {why}"),
        incomplete: false,
    }
}

/// Takes out `tables` with all that belongs to them, and names what stands elsewhere and needs them.
fn take_out(catalog: &mut Catalog, tables: BTreeSet<ObjectId>) {
    if tables.is_empty() {
        return;
    }
    let mut out = tables;
    close(catalog, &mut out);
    loop {
        let needing: BTreeMap<ObjectId, ObjectId> = catalog
            .needs
            .iter()
            .filter(|(from, _)| !out.contains(*from))
            .filter_map(|(from, needs)| {
                let hard =
                    |(to, need): &(&ObjectId, &Need)| **need == Need::Hard && out.contains(*to);
                needs.iter().find(hard).map(|(to, _)| (from.clone(), to.clone()))
            })
            .collect();
        if needing.is_empty() {
            break;
        }
        for (object, needed) in &needing {
            catalog.notices.push(Notice {
                subject: object.to_string(),
                text: format!("not compared: it needs {needed}, which is left out"),
                incomplete: true,
            });
        }
        out.extend(needing.into_keys());
        close(catalog, &mut out);
    }
    catalog.objects.retain(|id, _| !out.contains(id));
    catalog.ledger.retain(|id, _| !out.contains(id));
    catalog.sizes.retain(|id, _| !out.contains(id));
    catalog.needs.retain(|id, _| !out.contains(id));
    for needs in catalog.needs.values_mut() {
        needs.retain(|id, _| !out.contains(id));
    }
}

/// Adds what goes with what is out already: parts, and what is dropped silently with it.
fn close(catalog: &Catalog, out: &mut BTreeSet<ObjectId>) {
    let dependents = catalog.dependents();
    let parts = catalog.parts();
    let mut left: Vec<ObjectId> = out.iter().cloned().collect();
    while let Some(id) = left.pop() {
        let going = dependents.get(&id).into_iter().flatten();
        let going = going.filter(|(_, need)| matches!(need, Need::Part | Need::Auto));
        let parts = parts.get(&id).into_iter().flatten();
        for belonging in going.map(|(id, _)| *id).chain(parts.copied()) {
            if out.insert(belonging.clone()) {
                left.push(belonging.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests;
