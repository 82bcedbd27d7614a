//! What a reviewer of access rights should see, in the state after the bridge.

mod keys;
mod lost;

use crate::model::{Catalog, OWNER, Object, ObjectId, PUBLIC};
use crate::report::view::drift::attribute;
use crate::report::view::{ReportInput, SecurityFinding};
use std::collections::{BTreeMap, BTreeSet};

/// Whether row-level security is on.
pub(super) fn is_protected(object: &Object) -> bool {
    attribute(object, "row_security").is_true()
}

/// All findings: what the bridge brings comes first, what is only told last.
pub(super) fn findings(input: &ReportInput<'_>) -> Vec<SecurityFinding> {
    of_catalog(input, &input.plan.goal)
}

/// The same if prod became like that.
pub(super) fn of_catalog(input: &ReportInput<'_>, after: &Catalog) -> Vec<SecurityFinding> {
    let review = &Review { prod: input.prod, after };
    let mut findings = open_tables(review);
    findings.extend(definers(review));
    findings.extend(views_by_owner(review));
    findings.extend(lost::findings(review));
    findings.extend(new_grants(review));
    findings.extend(public_grants(review));
    findings.extend(keys::without_index(review));
    findings.extend(without_identity(review));
    findings.extend(watchers(review));
    findings.sort_by_key(|finding| (finding.info, !finding.new));
    findings
}

/// Prod as it is, and as it would be.
struct Review<'a> {
    prod: &'a Catalog,
    after: &'a Catalog,
}

impl<'a> Review<'a> {
    fn objects(&self, kinds: &'static [&str]) -> impl Iterator<Item = &'a Object> {
        let objects = self.after.objects.values();
        objects.filter(move |object| kinds.contains(&object.id.kind.name()))
    }

    /// Whether the bridge brings it: `test` does not hold in prod now.
    fn is_new(&self, object: &Object, test: impl Fn(&Object) -> bool) -> bool {
        !self.prod.objects.get(&object.id).is_some_and(test)
    }
}

fn finding(what: impl Into<String>, object: &Object, new: bool) -> SecurityFinding {
    let (what, object) = (what.into(), super::named(&object.id));
    SecurityFinding { what, object, access: true, new, info: false }
}

fn open_tables(review: &Review<'_>) -> Vec<SecurityFinding> {
    let guarded: BTreeSet<&str> = review
        .objects(&["table"])
        .filter(|table| is_protected(table))
        .map(|table| table.id.part(0))
        .collect();
    let holders = holders(review);
    review
        .objects(&["table"])
        .filter(|table| !is_protected(table) && guarded.contains(table.id.part(0)))
        .map(|table| {
            let new = review.is_new(table, |before| !is_protected(before));
            let held = holders.get(&table.id);
            let who = match held {
                None => "only its owner holds privileges".to_owned(),
                Some(roles) => {
                    let roles: Vec<&str> = roles.iter().copied().collect();
                    format!("privileges are held by {}", roles.join(", "))
                }
            };
            let what =
                format!("no row-level security, which other tables of the schema have; {who}");
            SecurityFinding { info: held.is_none(), ..finding(what, table, new) }
        })
        .collect()
}

/// Who besides the owner holds privileges on a table or on columns of it.
fn holders<'a>(review: &Review<'a>) -> BTreeMap<&'a ObjectId, BTreeSet<&'a str>> {
    let mut holders: BTreeMap<&ObjectId, BTreeSet<&str>> = BTreeMap::new();
    for object in review.objects(&["table", "column"]) {
        let table = object.parent.as_ref().filter(|_| object.id.kind.name() == "column");
        let table = table.unwrap_or(&object.id);
        let owner = review.after.objects.get(table).and_then(|table| table.facets.owner.as_deref());
        let items = object.facets.acl.iter().flatten();
        for item in items.filter(|item| !is_own(&item.grantee, owner)) {
            holders.entry(table).or_default().insert(role(&item.grantee));
        }
    }
    holders
}

/// Whether a grantee is the owner of what is granted.
fn is_own(grantee: &str, owner: Option<&str>) -> bool {
    grantee == OWNER || Some(grantee) == owner
}

/// A role by its name; everybody has none.
fn role(name: &str) -> &str {
    if name == PUBLIC { "PUBLIC" } else { name }
}

fn definers(review: &Review<'_>) -> Vec<SecurityFinding> {
    let open = |object: &Object| {
        let settings = attribute(object, "settings").as_list();
        let path = settings.iter().any(|setting| setting.starts_with("search_path="));
        attribute(object, "security_definer").is_true() && !path
    };
    review
        .objects(&["function", "procedure"])
        .filter(|object| open(object))
        .map(|object| {
            finding(
                "SECURITY DEFINER without its own search_path",
                object,
                review.is_new(object, open),
            )
        })
        .collect()
}

/// Views that read protected tables with the rights of their owner, for others who may select.
fn views_by_owner(review: &Review<'_>) -> Vec<SecurityFinding> {
    let passes = |catalog: &Catalog, view: &Object| {
        let options = attribute(view, "options").to_string();
        let reads = catalog.needs_of(&view.id).filter_map(|(id, _)| catalog.objects.get(id));
        let whole = |object: &Object| match &object.parent {
            Some(parent) if object.id.kind.name() == "column" => catalog.objects.get(parent),
            _ => catalog.objects.get(&object.id),
        };
        let guarded = reads.filter_map(whole).any(is_protected);
        guarded && !options.contains("security_invoker") && !readers(view).is_empty()
    };
    review.objects(&["view"])
        .filter(|view| passes(review.after, view))
        .map(|view| {
            let new = review.is_new(view, |before| passes(review.prod, before));
            let what = format!(
                "reads tables with row-level security by the rights of its owner; SELECT is held by {}",
                readers(view).join(", ")
            );
            finding(what, view, new)
        })
        .collect()
}

/// Who besides the owner may select.
fn readers(object: &Object) -> Vec<String> {
    let owner = object.facets.owner.as_deref();
    let items = object.facets.acl.iter().flatten();
    let items = items.filter(|item| &*item.privilege == "SELECT" && !is_own(&item.grantee, owner));
    items.map(|item| role(&item.grantee).to_owned()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Privileges that a role gets on something that stands already.
fn new_grants(review: &Review<'_>) -> Vec<SecurityFinding> {
    let mut findings = Vec::new();
    for (id, object) in &review.after.objects {
        let Some(before) = review.prod.objects.get(id) else { continue };
        let held: BTreeSet<(&str, &str)> = before
            .facets
            .acl
            .iter()
            .flatten()
            .map(|item| (&*item.grantee, &*item.privilege))
            .collect();
        let owner = object.facets.owner.as_deref();
        for item in object.facets.acl.iter().flatten() {
            let own = &*item.grantee == PUBLIC || is_own(&item.grantee, owner);
            if !own && !held.contains(&(&*item.grantee, &*item.privilege)) {
                let what = format!("{} is granted to {}", item.privilege, item.grantee);
                findings.push(finding(what, object, true));
            }
        }
    }
    findings
}

/// Grants to everybody that prod does not have, except for what PostgreSQL gives by itself.
fn public_grants(review: &Review<'_>) -> Vec<SecurityFinding> {
    let mut findings = Vec::new();
    for object in review.after.objects.values() {
        let held = |object: &Object, privilege: &str| match &object.facets.acl {
            Some(acl) => {
                acl.iter().any(|item| &*item.grantee == PUBLIC && &*item.privilege == privilege)
            }
            None => is_default(object, privilege),
        };
        let items = object.facets.acl.iter().flatten().filter(|item| &*item.grantee == PUBLIC);
        for item in items {
            let before = review.prod.objects.get(&object.id);
            let known = before.map_or_else(
                || is_default(object, &item.privilege),
                |before| held(before, &item.privilege),
            );
            if !known {
                findings.push(finding(
                    format!("{} is granted to PUBLIC", item.privilege),
                    object,
                    true,
                ));
            }
        }
    }
    findings
}

fn is_default(object: &Object, privilege: &str) -> bool {
    matches!(
        (object.id.kind.name(), privilege),
        ("function" | "procedure", "EXECUTE") | ("enum", "USAGE")
    )
}

/// Event triggers that the bridge leaves as they are: they run as it runs.
fn watchers(review: &Review<'_>) -> Vec<SecurityFinding> {
    review
        .objects(&["event_trigger"])
        .filter(|object| review.prod.objects.get(&object.id) == Some(*object))
        .filter(|object| attribute(object, "enabled").as_str() != Some("DISABLE"))
        .filter(|object| attribute(object, "event").as_str() != Some("login"))
        .map(|object| {
            finding("runs its function at the statements of the migrations", object, false)
        })
        .collect()
}

/// Tables whose rows a subscriber could not find again: PostgreSQL then refuses UPDATE and DELETE.
fn without_identity(review: &Review<'_>) -> Vec<SecurityFinding> {
    let objects = &review.after.objects;
    let keyed: BTreeSet<(&str, &str)> = review
        .objects(&["constraint"])
        .filter(|object| attribute(object, "type").as_str() == Some("primary key"))
        .map(|object| (object.id.part(0), object.id.part(1)))
        .collect();
    let lacks = |table: &&Object| match attribute(table, "replica_identity").as_str() {
        None => !keyed.contains(&(table.id.part(0), table.id.part(1))),
        Some(word) => word == "NOTHING",
    };
    let changes = |member: &Object| {
        let publication = member.parent.as_ref().and_then(|id| objects.get(id));
        let published = publication.map(|object| attribute(object, "publish").as_set());
        published.is_some_and(|words| words.contains("update") || words.contains("delete"))
    };
    let published: BTreeSet<(&str, &str)> = review
        .objects(&["publication_table"])
        .filter(|member| changes(member))
        .map(|member| (member.id.part(1), member.id.part(2)))
        .collect();
    review
        .objects(&["table"])
        .filter(|table| published.contains(&(table.id.part(0), table.id.part(1))))
        .filter(lacks)
        .map(|table| {
            let new = !review.prod.objects.keys().any(|id| {
                id.kind.name() == "publication_table"
                    && (id.part(1), id.part(2)) == (table.id.part(0), table.id.part(1))
            });
            finding(
                "is published without a replica identity: UPDATE and DELETE are refused",
                table,
                new,
            )
        })
        .collect()
}
