//! Server, database, roles and extensions of both sides.

use crate::model::{Catalog, Object, ServerInfo};
use crate::report::view::{EnvironmentRow, ReportInput};
use std::collections::{BTreeMap, BTreeSet};

/// The comparison, in a fixed order.
pub(super) fn rows(input: &ReportInput<'_>) -> Vec<EnvironmentRow> {
    let (dev, prod) = (&input.dev.server, &input.prod.server);
    let mut rows = vec![
        row("server version", &dev.version, &prod.version),
        row("encoding", &dev.encoding, &prod.encoding),
        row("LC_COLLATE", &dev.collate, &prod.collate),
        row("LC_CTYPE", &dev.ctype, &prod.ctype),
        row("collation provider", said(&dev.collation_provider), said(&prod.collation_provider)),
        row("owner of the database", &dev.database_owner, &prod.database_owner),
        row("captured by", &dev.capture_role, &prod.capture_role),
    ];
    let only = |a: &BTreeSet<_>, b: &BTreeSet<_>| {
        let names: Vec<String> =
            a.difference(b).map(|role: &std::sync::Arc<str>| role.to_string()).collect();
        if names.is_empty() { "-".to_owned() } else { names.join(", ") }
    };
    rows.push(row(
        "roles on this side only",
        &only(&dev.roles, &prod.roles),
        &only(&prod.roles, &dev.roles),
    ));
    rows.extend(settings(dev, prod));
    let (a, b) = (extensions(input.dev), extensions(input.prod));
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for name in names {
        let told = |side: &BTreeMap<String, String>, server: &ServerInfo| {
            version(side.get(name), server.available_extensions.get(name))
        };
        rows.push(row(&format!("extension {name}"), &told(&a, dev), &told(&b, prod)));
    }
    rows
}

/// The installed version of an extension, and the offered one where it is another.
fn version(installed: Option<&String>, offered: Option<&String>) -> String {
    match (installed, offered) {
        (Some(installed), Some(offered)) if installed == offered => installed.clone(),
        (Some(installed), Some(offered)) => format!("{installed}, {offered} offered"),
        (Some(installed), None) => format!("{installed}, not offered"),
        (None, Some(offered)) => format!("not installed, {offered} offered"),
        (None, None) => "not installed, not offered".to_owned(),
    }
}

/// Settings that differ, and how many do not.
fn settings(dev: &ServerInfo, prod: &ServerInfo) -> Vec<EnvironmentRow> {
    let names: BTreeSet<&String> = dev.settings.keys().chain(prod.settings.keys()).collect();
    let value = |side: &ServerInfo, name: &String| {
        side.settings.get(name).map_or_else(|| "-".to_owned(), |value| format!("{value:?}"))
    };
    let compared = names.len();
    let rows = names
        .into_iter()
        .map(|name| row(&format!("setting {name}"), &value(dev, name), &value(prod, name)));
    let mut rows: Vec<EnvironmentRow> = rows.filter(|row| row.differs).collect();
    let equal = (compared - rows.len()).to_string();
    if compared > 0 {
        rows.push(row("settings that are equal", &equal, &equal));
    }
    rows
}

/// What a snapshot of an older pgbridge does not have.
fn said(value: &str) -> &str {
    if value.is_empty() { "-" } else { value }
}

fn row(what: &str, dev: &str, prod: &str) -> EnvironmentRow {
    EnvironmentRow {
        what: what.to_owned(),
        dev: dev.to_owned(),
        prod: prod.to_owned(),
        differs: dev != prod,
    }
}

fn extensions(catalog: &Catalog) -> BTreeMap<String, String> {
    let of = |object: &Object| {
        (object.id.name().to_owned(), super::drift::attribute(object, "version").to_string())
    };
    catalog.objects.values().filter(|object| object.id.kind.name() == "extension").map(of).collect()
}
