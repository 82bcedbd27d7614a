//! The coverage ledger: every row that is not modelled, by identity.
//!
//! A line holds the row as JSON with each OID replaced by an identity, without physical state and
//! without secrets. What is equal on both sides is no drift.

use crate::connect::{Session, Type};
use crate::introspect::IntrospectError;
use crate::introspect::exclusion::Exclusion;
use crate::introspect::fetch::Table;
use crate::introspect::ledger_catalog::{self, LedgerCatalog, ROLE};
use crate::introspect::resolve::Resolved;
use crate::introspect::{identity, redact};
use crate::kinds::{Address, Fields};
use crate::model::{Kind, LedgerEntry, Notice, ObjectId};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A row on its way into the ledger.
struct Line {
    catalog: &'static LedgerCatalog,
    id: ObjectId,
    row: Map<String, Value>,
}

/// Reads everything that no kind claimed and adds it to the catalog.
pub(super) async fn complete(
    session: &Session,
    resolved: &mut Resolved,
    major: i32,
    order: Option<u64>,
) -> Result<(), IntrospectError> {
    let queries: Vec<(&LedgerCatalog, String, Vec<u32>)> = ledger_catalog::all()
        .filter(|catalog| (catalog.since..=catalog.until).contains(&major))
        .filter_map(|catalog| {
            let oids = wanted(catalog, &resolved.unclaimed);
            let needless = catalog.condition.is_empty() && oids.is_empty();
            (!needless).then(|| (catalog, query(catalog), oids))
        })
        .collect();
    let answers =
        futures_util::future::try_join_all(queries.iter().map(|(catalog, sql, oids)| async move {
            if catalog.condition.is_empty() {
                session.rows(sql, &[(oids, Type::OID_ARRAY)]).await
            } else {
                session.rows(sql, &[]).await
            }
        }))
        .await?;
    let mut lines = Vec::new();
    for ((catalog, _, _), rows) in queries.iter().zip(answers) {
        read(catalog, &Table::new(rows, order), resolved, &mut lines);
    }
    let unknown = unknown_addresses(&lines, resolved);
    let names = identity::ask(session, &unknown).await?;
    for line in lines {
        let (entry, notice) = entry(line.catalog, line.row, &line.id, resolved, &names);
        resolved.catalog.ledger.insert(line.id, entry);
        resolved.catalog.notices.extend(notice);
    }
    Ok(())
}

/// The OIDs of unclaimed rows of a catalog.
fn wanted(catalog: &LedgerCatalog, unclaimed: &BTreeSet<Address>) -> Vec<u32> {
    if !catalog.condition.is_empty() {
        return Vec::new();
    }
    let columns = catalog.sub != "0";
    unclaimed
        .iter()
        .filter(|address| address.class == catalog.class && (address.sub != 0) == columns)
        .map(|address| address.object)
        .collect::<BTreeSet<u32>>()
        .into_iter()
        .collect()
}

fn query(catalog: &LedgerCatalog) -> String {
    let LedgerCatalog { from, oid, sub, row, .. } = catalog;
    let [what, identity] = catalog.identity;
    let condition = match (catalog.condition, catalog.sub) {
        ("", "0") => format!("{oid} = ANY ($1)"),
        ("", _) => format!("{oid} = ANY ($1) AND {sub} > 0 AND NOT t.attisdropped"),
        (condition, _) => condition.to_owned(),
    };
    if what.is_empty() {
        let class = catalog.class;
        return format!(
            "SELECT {oid} AS object, {sub} AS sub, i.type, i.identity, ({row})::text AS content \
             FROM {from}, LATERAL pg_catalog.pg_identify_object({class}, {oid}, {sub}) i WHERE {condition}"
        );
    }
    format!(
        "SELECT {oid} AS object, {sub} AS sub, {what} AS type, {identity} AS identity, ({row})::text AS content FROM {from} WHERE {condition}"
    )
}

/// Keeps what is the user's own, and gives each row its identity and address.
fn read(
    catalog: &'static LedgerCatalog,
    table: &Table,
    resolved: &mut Resolved,
    lines: &mut Vec<Line>,
) {
    for row in table.rows() {
        let sub = row.int("sub").and_then(|number| i32::try_from(number).ok()).unwrap_or(0);
        let address = Address { class: catalog.class, object: row.oid("object"), sub };
        if let Some(why) = excluded(address, resolved) {
            resolved.account.excluded(catalog.name, why);
            continue;
        }
        let id = ObjectId::new(Kind::Unmodelled, &[&row.name("type"), &row.name("identity")]);
        if address.object != 0 {
            resolved.at.insert(address, id.clone());
        }
        resolved.account.unmodelled(catalog.name);
        let content = serde_json::from_str(&row.name("content")).unwrap_or_default();
        lines.push(Line { catalog, id, row: content });
    }
}

/// Why a row is no line. Rows without an address are no objects of an extension.
fn excluded(address: Address, resolved: &Resolved) -> Option<Exclusion> {
    let whole = Address { sub: 0, ..address };
    let of_member = resolved.internal.get(&whole).is_some_and(|owner| resolved.is_member(*owner));
    let member = address.object != 0 && (resolved.is_member(address) || of_member);
    member.then_some(Exclusion::Member)
}

/// What rows point at and nobody knows yet: built-in objects without a fixed OID.
fn unknown_addresses(lines: &[Line], resolved: &Resolved) -> BTreeSet<Address> {
    let mut unknown = BTreeSet::new();
    for line in lines {
        for (column, class) in line.catalog.refs {
            let Some(value) = line.row.get(*column) else { continue };
            for oid in oids(value) {
                let address = Address::new(*class, oid);
                if oid != 0 && (*class == ROLE || oid >= 10_000) && resolved.find(address).is_none()
                {
                    unknown.insert(address);
                }
            }
        }
    }
    unknown
}

fn oids(value: &Value) -> Vec<u32> {
    match value {
        Value::String(text) => text.split(' ').filter_map(|part| part.parse().ok()).collect(),
        Value::Number(number) => {
            number.as_u64().and_then(|number| u32::try_from(number).ok()).into_iter().collect()
        }
        Value::Array(list) => list.iter().flat_map(oids).collect(),
        _ => Vec::new(),
    }
}

fn entry(
    catalog: &LedgerCatalog,
    mut row: Map<String, Value>,
    id: &ObjectId,
    resolved: &Resolved,
    names: &BTreeMap<Address, String>,
) -> (LedgerEntry, Option<Notice>) {
    row.remove("oid");
    for column in catalog.noise {
        row.remove(*column);
    }
    for (column, class) in catalog.refs {
        if let Some(value) = row.get_mut(*column) {
            let identities: Vec<Value> = oids(value)
                .iter()
                .map(|oid| name(Address::new(*class, *oid), resolved, names))
                .collect();
            *value = Value::Array(identities);
        }
    }
    for column in catalog.sets {
        if let Some(Value::Array(list)) = row.get_mut(*column) {
            list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        }
    }
    let mut went = strings(row.get(catalog.withheld));
    for column in catalog.options {
        if let Some(value) = row.get_mut(*column) {
            let names = if matches!(*column, "setconfig" | "proconfig") {
                redact::settings(value)
            } else {
                redact::options(value)
            };
            went.extend(names);
        }
    }
    let entry =
        LedgerEntry { catalog: catalog.name.to_owned(), row: Value::Object(row).to_string() };
    (entry, notice(id, &went))
}

/// The secrets of a line, which are not compared by decision.
fn notice(id: &ObjectId, went: &[String]) -> Option<Notice> {
    let text =
        format!("values of options that may be secret are not compared: {}", went.join(", "));
    (!went.is_empty()).then(|| Notice { subject: id.label(), text, incomplete: false })
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn name(address: Address, resolved: &Resolved, names: &BTreeMap<Address, String>) -> Value {
    if address.object == 0 {
        return Value::Null;
    }
    if let Some(id) = resolved.find(address) {
        return Value::String(id.to_string());
    }
    if let (ROLE, Some(name)) = (address.class, names.get(&address)) {
        return Value::String(format!("role:{name}"));
    }
    // built-in objects below 10000 have the same OID everywhere
    Value::String(names.get(&address).cloned().unwrap_or_else(|| address.object.to_string()))
}
