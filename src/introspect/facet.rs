//! Privileges and comments, each one flat query, attached by address.

use crate::introspect::fetch::{RowFields, Rows};
use crate::introspect::ledger;
use crate::introspect::resolve::Resolved;
use crate::introspect::server::Server;
use crate::kinds::facet::{acl, owner_of};
use crate::kinds::row::class;
use crate::kinds::{Address, Fields, of};
use crate::model::{AclItem, Kind, LedgerEntry, OWNER, ObjectId, PUBLIC};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Attaches everything that is no attribute of a kind.
pub(super) fn attach(rows: &Rows, server: &Server, resolved: &mut Resolved) {
    privileges(rows, server, resolved);
    comments(rows, resolved);
    extension_marks(rows, resolved);
}

fn address(row: &RowFields<'_>) -> Address {
    let sub = row.int("sub").and_then(|number| i32::try_from(number).ok()).unwrap_or(0);
    Address { class: row.oid("class"), object: row.oid("object"), sub }
}

fn privileges(rows: &Rows, server: &Server, resolved: &mut Resolved) {
    let role = |oid: u32| -> Arc<str> {
        if oid == 0 {
            return PUBLIC.into();
        }
        server.roles.get(&oid).cloned().unwrap_or_else(|| Arc::from(format!("unknown role {oid}")))
    };
    let mut lists: BTreeMap<ObjectId, BTreeSet<AclItem>> = BTreeMap::new();
    for row in rows.privileges.rows() {
        let Some(id) = resolved.at.get(&address(&row)).filter(|id| id.kind != Kind::Unmodelled)
        else {
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
}

fn without_own_option(item: AclItem) -> AclItem {
    AclItem { grantable: item.grantable && &*item.grantee != OWNER, ..item }
}

fn comments(rows: &Rows, resolved: &mut Resolved) {
    for row in rows.comments.rows() {
        let at = address(&row);
        let text = row.name("description");
        match resolved.at.get(&at).cloned() {
            Some(id) if id.kind != Kind::Unmodelled => {
                if let Some(object) = resolved.catalog.objects.get_mut(&id) {
                    object.facets.comment = Some(text.into());
                }
            }
            other => unattached(at, other, &text, resolved),
        }
    }
}

/// A comment on something that has no place for it in the model: a line of the ledger.
fn unattached(at: Address, on: Option<ObjectId>, text: &str, resolved: &mut Resolved) {
    let of_extension = resolved.members.contains_key(&Address { sub: 0, ..at });
    // the comment on a constraint's index is an attribute of the constraint
    let of_index = at.class == class::PG_CLASS && resolved.alias.contains_key(&at);
    if of_extension || of_index {
        return;
    }
    let Some(on) = on.or_else(|| resolved.find(at).cloned()) else { return };
    let what = "comment on";
    let subject = if on.kind == Kind::Unmodelled { on.label() } else { on.to_string() };
    let id = ObjectId::new(Kind::Unmodelled, &[what, &subject]);
    let entry = LedgerEntry {
        catalog: "pg_description".to_owned(),
        fingerprint: ledger::digest(text),
        redacted: false,
    };
    resolved.catalog.ledger.insert(id, entry);
}

/// `DEPENDS ON EXTENSION` (deptype x).
fn extension_marks(rows: &Rows, resolved: &mut Resolved) {
    for row in rows.depend.rows().filter(|row| row.letter("deptype") == 'x') {
        let (from, to) = super::resolve::ends(&row);
        let (Some(id), Some(extension)) = (resolved.at.get(&from).cloned(), resolved.at.get(&to))
        else {
            continue;
        };
        let name = Arc::from(extension.name());
        if let Some(object) = resolved.catalog.objects.get_mut(&id) {
            object.facets.extensions.insert(name);
        }
    }
}
