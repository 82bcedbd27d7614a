//! Dev's roles and schemas under prod's names: in identities, values, facets and SQL text.
//!
//! What a string or a routine's body may name is never changed; it is told instead.

mod ledger;
mod text;
mod translator;

use crate::model::{Catalog, Notice, ServerInfo};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use translator::Translator;

/// Dev's names with prod's.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NameMap {
    /// Roles.
    pub roles: BTreeMap<Arc<str>, Arc<str>>,
    /// Schemas.
    pub schemas: BTreeMap<Arc<str>, Arc<str>>,
}

impl NameMap {
    /// Whether nothing is to be translated.
    pub fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.schemas.is_empty()
    }
}

/// Two names of dev would become one.
#[derive(Debug, thiserror::Error)]
#[error(
    "dev has both the {what} {from} and the {what} {to}, and map.{what}s would make them one: {from} = {to}"
)]
pub struct Collision {
    what: &'static str,
    from: Arc<str>,
    to: Arc<str>,
}

/// The catalog with every name of `map` replaced, and a notice for each that it names.
///
/// # Errors
/// When a name is replaced by one that the catalog has as well.
pub fn translate(catalog: Catalog, map: &NameMap) -> Result<Catalog, Collision> {
    if map.is_empty() {
        return Ok(catalog);
    }
    let mut translator = Translator::new(map, &catalog);
    let mut out = whole(catalog, &mut translator);
    check("schema", &map.schemas, &translator.schemas)?;
    check("role", &map.roles, &translator.roles)?;
    out.notices.extend(applied("schema", &map.schemas, &translator.schemas));
    out.notices.extend(applied("role", &map.roles, &translator.roles));
    out.notices.append(&mut translator.notices);
    out.notices.sort();
    Ok(out)
}

fn whole(catalog: Catalog, to: &mut Translator<'_>) -> Catalog {
    let Catalog {
        server,
        objects,
        needs,
        ledger,
        notices,
        sizes,
        data_partitions,
        histories,
        scope,
    } = catalog;
    let mut out = Catalog { notices, server: of_server(server, to), ..Catalog::default() };
    // what is recorded in dev is recorded under dev's own names
    out.histories = histories;
    out.scope = scope;
    for object in objects.into_values() {
        let object = to.object(object);
        out.objects.insert(object.id.clone(), object);
    }
    for (id, entry) in ledger {
        let (id, entry) = ledger::line(&id, entry, to);
        out.ledger.insert(id, entry);
    }
    // both ends stand among the objects or in the ledger, where they were told already
    for (from, list) in needs {
        let list = list.into_iter().map(|(id, need)| (to.id(&id), need)).collect();
        out.needs.insert(to.id(&from), list);
    }
    out.data_partitions = data_partitions.into_iter().map(|(id, by)| (to.id(&id), by)).collect();
    out.sizes = sizes.into_iter().map(|(id, bytes)| (to.id(&id), bytes)).collect();
    out
}

/// The cluster may well have both names of a role: only what the database names can collide.
fn of_server(mut server: ServerInfo, to: &mut Translator<'_>) -> ServerInfo {
    let renamed = |role: &Arc<str>| to.map.roles.get(role).unwrap_or(role).clone();
    server.roles = server.roles.iter().map(renamed).collect();
    // only prod's are asked for
    server.superusers.clear();
    server.row_security_bypassers.clear();
    server.database_creators.clear();
    server.has_rights_of.clear();
    server.can_become.clear();
    server.database_owner = to.role(&server.database_owner).to_string();
    server.assignment_casts = std::mem::take(&mut server.assignment_casts)
        .into_iter()
        .map(|(source, target)| (to.plain_sql(&source), to.plain_sql(&target)))
        .collect();
    server
}

fn check(
    what: &'static str,
    map: &BTreeMap<Arc<str>, Arc<str>>,
    seen: &BTreeSet<Arc<str>>,
) -> Result<(), Collision> {
    let hit = map.iter().find(|(from, to)| {
        from != to && seen.contains(*from) && seen.contains(*to) && !map.contains_key(*to)
    });
    match hit {
        Some((from, to)) => Err(Collision { what, from: from.clone(), to: to.clone() }),
        None => Ok(()),
    }
}

fn applied(
    what: &str,
    map: &BTreeMap<Arc<str>, Arc<str>>,
    seen: &BTreeSet<Arc<str>>,
) -> Vec<Notice> {
    let notice = |(from, to): (&Arc<str>, &Arc<str>)| Notice {
        subject: format!("map.{what}s"),
        text: if seen.contains(from) {
            format!("the {what} {from} is compared as {to}")
        } else {
            format!("nothing here names the {what} {from}, which would be compared as {to}")
        },
        incomplete: false,
    };
    map.iter().map(notice).collect()
}

#[cfg(test)]
mod tests;
