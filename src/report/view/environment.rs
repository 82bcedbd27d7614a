//! Server, database, roles and extensions of both sides.

use crate::model::{Catalog, Object};
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
    let (a, b) = (extensions(input.dev), extensions(input.prod));
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for name in names {
        let version = |side: &BTreeMap<String, String>| side.get(name).cloned();
        let prod_version =
            version(&b).unwrap_or_else(|| match prod.available_extensions.get(name) {
                Some(offered) => format!("not installed, {offered} offered"),
                None => "not installed, not offered".to_owned(),
            });
        let dev_version = version(&a).unwrap_or_else(|| "not installed".to_owned());
        rows.push(row(&format!("extension {name}"), &dev_version, &prod_version));
    }
    rows
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
