//! Privileges: defaults, what a CREATE grants by itself, and the statements between two lists.

use crate::kinds::facet::owner_of;
use crate::kinds::rules::Ctx;
use crate::kinds::{column, of};
use crate::model::{AclItem, Catalog, Kind, OWNER, Object, ObjectId, PUBLIC};
use crate::sql::quote;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A list of privileges.
pub type Acl = BTreeSet<AclItem>;

/// What `acldefault(class, owner)` gives on that major.
pub fn default_of(class: char, major: i32) -> Acl {
    let (owner, public): (&[&str], &[&str]) = match class {
        'r' if major >= 17 => (&TABLE, &[]),
        'r' => (TABLE.split_last().map_or(&[], |(_, rest)| rest), &[]),
        's' => (&["SELECT", "UPDATE", "USAGE"], &[]),
        'f' => (&["EXECUTE"], &["EXECUTE"]),
        'n' => (&["CREATE", "USAGE"], &[]),
        'T' | 'l' => (&["USAGE"], &["USAGE"]),
        'F' | 'S' => (&["USAGE"], &[]),
        'L' => (&["SELECT", "UPDATE"], &[]),
        _ => (&[], &[]),
    };
    let items = |grantee: &'static str, privileges: &'static [&'static str]| {
        privileges.iter().map(move |privilege| item(grantee, privilege))
    };
    items(OWNER, owner).chain(items(PUBLIC, public)).collect()
}

static TABLE: [&str; 8] =
    ["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE", "MAINTAIN"];

fn item(grantee: &str, privilege: &str) -> AclItem {
    AclItem {
        grantee: grantee.into(),
        privilege: privilege.into(),
        grantable: false,
        grantor: OWNER.into(),
    }
}

/// What a server of major `older` can hold of a list from `newer`, in normal form, and what it
/// cannot although the holder has not simply everything.
pub fn expressible(
    id: &ObjectId,
    acl: &Acl,
    newer: i32,
    older: i32,
) -> (Option<Acl>, Vec<AclItem>) {
    let class = match id.kind {
        Kind::DefaultAcl => class_of(id.part(2)),
        kind => of(kind).facets().acl.unwrap_or(' '),
    };
    let (known, all) = (default_of(class, older), default_of(class, newer));
    let is_known = |item: &&AclItem| {
        class == 'c' || known.iter().any(|other| other.privilege == item.privilege)
    };
    let holds_all = |item: &&AclItem| {
        let held = |other: &&AclItem| {
            acl.iter().any(|held| held.grantee == item.grantee && held.privilege == other.privilege)
        };
        all.iter().filter(|other| &*other.grantee == OWNER).all(|other| held(&other))
    };
    let kept: Acl = acl.iter().filter(is_known).cloned().collect();
    let lost = acl.iter().filter(|item| !is_known(item) && !holds_all(item)).cloned().collect();
    let is_default = id.kind != Kind::DefaultAcl && kept == known;
    ((!is_default).then_some(kept), lost)
}

/// The list as it means on a server of another major: who holds all that one knows holds all that
/// the other knows. None where that is its default.
pub fn in_major(id: &ObjectId, acl: &Acl, from: i32, to: i32) -> Option<Acl> {
    let class = match id.kind {
        Kind::DefaultAcl => class_of(id.part(2)),
        kind => of(kind).facets().acl.unwrap_or(' '),
    };
    let all = |major| -> BTreeSet<Arc<str>> {
        let items = default_of(class, major).into_iter();
        items.filter(|item| &*item.grantee == OWNER).map(|item| item.privilege).collect()
    };
    let (known, wanted) = (all(from), all(to));
    let mut out = acl.clone();
    let holders: BTreeSet<_> = acl.iter().map(|item| (&item.grantee, &item.grantor)).collect();
    for (grantee, grantor) in holders {
        let of_holder = |item: &&AclItem| item.grantee == *grantee && item.grantor == *grantor;
        let held: Vec<&AclItem> =
            acl.iter().filter(of_holder).filter(|item| known.contains(&item.privilege)).collect();
        if known.is_empty() || held.len() < known.len() {
            continue;
        }
        out.retain(|item| !of_holder(&item) || !known.contains(&item.privilege));
        let grantable = held.iter().all(|item| item.grantable);
        let same = held.into_iter().filter(|item| wanted.contains(&item.privilege)).cloned();
        let more = wanted.difference(&known).map(|privilege| AclItem {
            privilege: privilege.clone(),
            grantee: grantee.clone(),
            grantor: grantor.clone(),
            grantable,
        });
        out.extend(same.chain(more));
    }
    let is_default = id.kind != Kind::DefaultAcl && out == default_of(class, to);
    (!is_default).then_some(out)
}

/// The full list of an object.
pub fn of_object(object: &Object, major: i32) -> Acl {
    let class = of(object.id.kind).facets().acl.unwrap_or(' ');
    object.facets.acl.clone().unwrap_or_else(|| default_of(class, major))
}

/// The list that PostgreSQL gives to a new object of `class` that `creator` makes in `schema`:
/// the built-in default or the creator's global one, and the one for the schema on top.
pub fn of_new(catalog: &Catalog, class: char, creator: &str, schema: &str) -> Acl {
    let entry = |schema: &str| {
        let id = ObjectId::new(Kind::DefaultAcl, &[creator, schema, word_of(class)]);
        catalog.objects.get(&id).map(|object| object.facets.acl.clone().unwrap_or_default())
    };
    // languages, servers and wrappers have no default privileges of their own
    if matches!(class, 'l' | 'S' | 'F') {
        return default_of(class, catalog.server.major());
    }
    let mut acl = entry("").unwrap_or_else(|| default_of(class, catalog.server.major()));
    if !schema.is_empty() {
        acl.extend(entry(schema).unwrap_or_default());
    }
    acl
}

/// The word of `ALTER DEFAULT PRIVILEGES` for a class of privileges; empty for one that has none.
pub fn word_of(class: char) -> &'static str {
    match class {
        'r' => "tables",
        's' | 'S' => "sequences",
        'f' => "functions",
        'n' => "schemas",
        'L' => "large objects",
        'T' => "types",
        _ => "",
    }
}

/// The class of privileges for that word.
pub fn class_of(word: &str) -> char {
    match word {
        "tables" => 'r',
        "sequences" => 's',
        "functions" => 'f',
        "schemas" => 'n',
        "large objects" => 'L',
        _ => 'T',
    }
}

/// Grants and revokes that lead from what the CREATE gave to what is wanted.
pub fn after_create(ctx: &Ctx<'_>, object: &Object) -> Vec<String> {
    let class = of(object.id.kind).facets().acl.unwrap_or(' ');
    let wanted = of_object(object, ctx.desired.server.major());
    let schema = if object.id.kind == Kind::Schema { "" } else { object.id.part(0) };
    let owner = owner_of(ctx.desired, object).unwrap_or_else(|| ctx.apply_role.into());
    let given: Acl = if class == 'c' {
        Acl::new()
    } else {
        of_new(ctx.current, class, ctx.apply_role, schema)
            .iter()
            .map(|item| for_owner(item, &owner))
            .collect()
    };
    statements(&Target::of(object, &owner), &given, &wanted)
}

/// After a change of owner, what the new owner was granted by name is the owner's.
fn for_owner(item: &AclItem, owner: &str) -> AclItem {
    let of = |role: &Arc<str>| if **role == *owner { OWNER.into() } else { role.clone() };
    AclItem { grantee: of(&item.grantee), grantor: of(&item.grantor), ..item.clone() }
}

/// Grants and revokes between two states of a standing object.
pub fn change(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Vec<String> {
    let owner = owner_of(ctx.desired, to).unwrap_or_else(|| ctx.apply_role.into());
    // a change of owner comes before: it folds what the new owner was granted by name into its own
    let before = of_object(from, ctx.current.server.major())
        .iter()
        .map(|item| for_owner(item, &owner))
        .collect();
    let wanted = of_object(to, ctx.desired.server.major());
    let mut all = statements(&Target::of(to, &owner), &before, &wanted);
    all.extend(again_on_columns(ctx, to, &owner, &before, &wanted));
    all
}

/// A REVOKE on a table takes the same privileges on its columns along: they are given again.
fn again_on_columns(
    ctx: &Ctx<'_>,
    table: &Object,
    owner: &str,
    before: &Acl,
    wanted: &Acl,
) -> Vec<String> {
    let lost = |item: &AclItem| {
        let same =
            |other: &&AclItem| other.grantee == item.grantee && other.privilege == item.privilege;
        before.iter().any(|other| same(&other)) && !wanted.iter().any(|other| same(&other))
    };
    if table.id.kind != Kind::Table {
        return Vec::new();
    }
    column::all_of(ctx.current, &table.id)
        .filter(|column| ctx.desired.objects.contains_key(&column.id))
        .flat_map(|column| {
            let kept: Acl =
                column.facets.acl.iter().flatten().filter(|item| lost(item)).cloned().collect();
            statements(&Target::of(column, owner), &Acl::new(), &kept)
        })
        .collect()
}

/// What a GRANT names.
pub struct Target {
    /// After `ON`; empty for default privileges.
    pub on: String,
    /// After each privilege: the column.
    pub suffix: String,
    /// Before GRANT and REVOKE.
    pub prefix: String,
    /// The owner's name.
    pub owner: String,
}

impl Target {
    fn of(object: &Object, owner: &str) -> Self {
        let kind = of(object.id.kind);
        let relation = || quote::qualified(&[object.id.part(0), object.id.part(1)]);
        let (on, suffix) = match kind.facets().acl {
            Some('c') => {
                (format!("TABLE {}", relation()), format!(" ({})", quote::ident(object.id.name())))
            }
            Some('r') => (format!("TABLE {}", kind.sql_name(object)), String::new()),
            Some('S') => (format!("FOREIGN SERVER {}", kind.sql_name(object)), String::new()),
            _ => (kind.target(object), String::new()),
        };
        let prefix = kind.grant_prefix(object);
        Self { on, suffix, prefix, owner: owner.to_owned() }
    }

    fn role(&self, role: &str) -> String {
        match role {
            OWNER => quote::ident(&self.owner),
            PUBLIC => "PUBLIC".to_owned(),
            _ => quote::ident(role),
        }
    }
}

/// The statements between two lists: revokes first, grants by others than the owner under their name.
///
/// Who passes a privilege on must hold it: grants run from the owner outwards, revokes back.
pub fn statements(target: &Target, from: &Acl, to: &Acl) -> Vec<String> {
    let key = |item: &AclItem| (item.grantor.clone(), item.grantee.clone(), item.privilege.clone());
    let before: BTreeMap<_, bool> = from.iter().map(|item| (key(item), item.grantable)).collect();
    let after: BTreeMap<_, bool> = to.iter().map(|item| (key(item), item.grantable)).collect();
    let distance = distances(&from.union(to).collect::<Vec<_>>());
    let depth = |grantor: &Arc<str>| distance.get(grantor).copied().unwrap_or(usize::MAX);
    let mut revoke: BTreeMap<_, Vec<String>> = BTreeMap::new();
    let mut grant: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (item, grantable) in &before {
        let only_option = match after.get(item) {
            None => false,
            Some(false) if *grantable => true,
            Some(_) => continue,
        };
        let (grantor, grantee, privilege) = item.clone();
        let order = Reverse(depth(&grantor));
        let slot = revoke.entry((order, grantor, grantee, only_option)).or_default();
        slot.push(format!("{privilege}{}", target.suffix));
    }
    for (item, grantable) in &after {
        match before.get(item) {
            Some(had) if had == grantable || *had => {}
            _ => {
                let (grantor, grantee, privilege) = item.clone();
                let order = depth(&grantor);
                let slot = grant.entry((order, grantor, grantee, *grantable)).or_default();
                slot.push(format!("{privilege}{}", target.suffix));
            }
        }
    }
    let revokes = revoke.into_iter().map(|((_, grantor, grantee, only_option), privileges)| {
        let option = if only_option { "GRANT OPTION FOR " } else { "" };
        let role = target.role(&grantee);
        let sql = format!("REVOKE {option}{} ON {} FROM {role};", privileges.join(", "), target.on);
        as_grantor(target, &grantor, &sql)
    });
    let grants = grant.into_iter().map(|((_, grantor, grantee, grantable), privileges)| {
        let option = if grantable { " WITH GRANT OPTION" } else { "" };
        let role = target.role(&grantee);
        let sql = format!("GRANT {} ON {} TO {role}{option};", privileges.join(", "), target.on);
        as_grantor(target, &grantor, &sql)
    });
    revokes.chain(grants).collect()
}

/// How many grants lie between the owner and each role.
fn distances(items: &[&AclItem]) -> BTreeMap<Arc<str>, usize> {
    let mut distance = BTreeMap::from([(Arc::from(OWNER), 0)]);
    loop {
        let known = distance.len();
        let next: Vec<(Arc<str>, usize)> = items
            .iter()
            .filter(|item| !distance.contains_key(&item.grantee))
            .filter_map(|item| Some((item.grantee.clone(), distance.get(&item.grantor)? + 1)))
            .collect();
        distance.extend(next);
        if distance.len() == known {
            return distance;
        }
    }
}

fn as_grantor(target: &Target, grantor: &str, sql: &str) -> String {
    let sql = format!("{}{sql}", target.prefix);
    if grantor == OWNER {
        return sql;
    }
    // a grant belongs to who gives it: a superuser's would be recorded as the owner's
    format!("SET LOCAL ROLE {};\n{sql}\nRESET ROLE;", target.role(grantor))
}
