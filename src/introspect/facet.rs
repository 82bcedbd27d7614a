//! Privileges and comments, each one flat query, attached by address.

use crate::connect::Session;
use crate::introspect::fetch::{RowFields, Rows, Table};
use crate::introspect::resolve::Resolved;
use crate::introspect::server::Server;
use crate::introspect::{IntrospectError, identity};
use crate::kinds::facet::{acl, owner_of};
use crate::kinds::row::class;
use crate::kinds::{Address, Fields, Scan, of};
use crate::model::{AclItem, Kind, LedgerEntry, OWNER, Object, ObjectId, PUBLIC};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A comment or a mark on something that has no place for it in the model.
struct Loose {
    /// What it is: the first part of its identity.
    what: String,
    at: Address,
    catalog: &'static str,
    text: String,
}

/// Attaches everything that is no attribute of a kind.
pub(super) async fn attach(
    session: &Session,
    rows: &Rows,
    server: &Server,
    resolved: &mut Resolved,
) -> Result<(), IntrospectError> {
    let mut loose = privileges(rows, server, resolved);
    loose.extend(comments(rows, resolved));
    loose.extend(extension_marks(rows, resolved));
    unattached(session, loose, resolved).await
}

fn address(row: &RowFields<'_>) -> Address {
    let sub = row.int("sub").and_then(|number| i32::try_from(number).ok()).unwrap_or(0);
    Address { class: row.oid("class"), object: row.oid("object"), sub }
}

/// The privileges that have no place in the model are left.
fn privileges(rows: &Rows, server: &Server, resolved: &mut Resolved) -> Vec<Loose> {
    let role = |oid: u32| -> Arc<str> {
        if oid == 0 {
            return PUBLIC.into();
        }
        server.roles.get(&oid).cloned().unwrap_or_else(|| Arc::from(format!("unknown role {oid}")))
    };
    let mut lists: BTreeMap<ObjectId, BTreeSet<AclItem>> = BTreeMap::new();
    let mut parts: BTreeMap<Address, BTreeSet<String>> = BTreeMap::new();
    for row in rows.privileges.rows() {
        let at = address(&row);
        // up to 16 a multirange takes privileges apart from its range
        if at.class == class::PG_TYPE
            && resolved.internal.contains_key(&at)
            && !resolved.is_member(at)
        {
            let (grantee, grantor) = (role(row.oid("grantee")), role(row.oid("grantor")));
            let privilege = row.text("privilege_type").unwrap_or_default();
            let option = if row.flag("is_grantable") { " WITH GRANT OPTION" } else { "" };
            parts
                .entry(at)
                .or_default()
                .insert(format!("{privilege} to {grantee} by {grantor}{option}"));
            continue;
        }
        let Some(id) = resolved.at.get(&at).filter(|id| id.kind != Kind::Unmodelled) else {
            continue;
        };
        let Some(object) = resolved.catalog.objects.get(id) else { continue };
        let owner = if id.kind == Kind::DefaultAcl {
            Some(Arc::from(id.part(0)))
        } else {
            owner_of(&resolved.catalog, object)
        };
        let normal =
            |role: Arc<str>| if Some(&role) == owner.as_ref() { OWNER.into() } else { role };
        let list = lists.entry(id.clone()).or_default();
        if let Some(privilege) = row.text("privilege_type") {
            list.insert(AclItem {
                grantee: normal(role(row.oid("grantee"))),
                privilege: privilege.into(),
                grantable: row.flag("is_grantable"),
                grantor: normal(role(row.oid("grantor"))),
            });
        }
    }
    for (id, list) in lists {
        let class = of(id.kind).facets().acl;
        let Some(object) = resolved.catalog.objects.get_mut(&id) else { continue };
        let default = class.map(|class| acl::default_of(class, server.info.major()));
        // the owner's own options are implied
        let list: BTreeSet<AclItem> = list.into_iter().map(without_own_option).collect();
        if default.as_ref() != Some(&list) || id.kind == Kind::DefaultAcl {
            object.facets.acl = Some(list);
        }
    }
    let loose = parts.into_iter().map(|(at, items)| Loose {
        what: "privileges on".into(),
        at,
        catalog: "pg_type",
        text: items.into_iter().collect::<Vec<_>>().join(", "),
    });
    loose.collect()
}

fn without_own_option(item: AclItem) -> AclItem {
    AclItem { grantable: item.grantable && &*item.grantee != OWNER, ..item }
}

/// The comments that have no place in the model are left.
fn comments(rows: &Rows, resolved: &mut Resolved) -> Vec<Loose> {
    let mut loose = Vec::new();
    for row in rows.comments.rows() {
        let at = address(&row);
        let text = row.name("description");
        // on the index of a constraint it is an attribute of the constraint; on what an extension
        // made, the extension's own and a user's look alike
        let of_key = resolved.alias.get(&at).is_some_and(|id| id.kind == Kind::Constraint);
        if of_key || resolved.is_member(at) || resolved.system.contains(&Address { sub: 0, ..at }) {
            continue;
        }
        if let Some(object) = modelled(at, resolved) {
            object.facets.comment = Some(text.into());
        } else {
            loose.push(Loose { what: "comment on".into(), at, catalog: "pg_description", text });
        }
    }
    loose
}

/// `DEPENDS ON EXTENSION` (deptype x); those that have no place in the model are left.
fn extension_marks(rows: &Rows, resolved: &mut Resolved) -> Vec<Loose> {
    let scan = rows.scans.get(&Scan::Extension).into_iter().flat_map(Table::rows);
    // the built-in one is no object, but marks name it
    let extensions: BTreeMap<u32, String> =
        scan.map(|row| (row.oid("oid"), row.name("extname"))).collect();
    let mut loose = Vec::new();
    for row in rows.depend.rows().filter(|row| row.letter("deptype") == 'x') {
        let (at, to) = super::resolve::ends(&row);
        let Some(extension) = extensions.get(&to.object).cloned() else { continue };
        if let Some(object) = modelled(at, resolved) {
            object.facets.extensions.insert(extension.into());
        } else {
            let what = format!("dependency on extension {extension} of");
            loose.push(Loose { what, at, catalog: "pg_depend", text: extension });
        }
    }
    loose
}

fn modelled(at: Address, resolved: &mut Resolved) -> Option<&mut Object> {
    resolved.at.get(&at).and_then(|id| resolved.catalog.objects.get_mut(id))
}

/// Lines of the ledger, by the identity of what they are on, which may have no line of its own.
async fn unattached(
    session: &Session,
    loose: Vec<Loose>,
    resolved: &mut Resolved,
) -> Result<(), IntrospectError> {
    let unknown = loose.iter().map(|one| one.at).filter(|at| !resolved.at.contains_key(at));
    let names = identity::ask(session, &unknown.collect()).await?;
    for Loose { what, at, catalog, text } in loose {
        let known = resolved.at.get(&at).map(ObjectId::label);
        // large objects are data, and what is gone has no name
        let Some(subject) = known.or_else(|| names.get(&at).cloned()) else { continue };
        let id = ObjectId::new(Kind::Unmodelled, &[&what, &subject]);
        let entry = LedgerEntry { catalog: catalog.to_owned(), row: text };
        resolved.catalog.ledger.insert(id, entry);
    }
    Ok(())
}
