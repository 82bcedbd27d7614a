//! What a reviewer of access rights should see, in the state after the bridge.

use crate::model::{Catalog, Object, PUBLIC};
use crate::report::view::drift::attribute;
use crate::report::view::{ReportInput, SecurityFinding};
use std::collections::BTreeSet;

/// Whether row-level security is on.
pub(super) fn is_protected(object: &Object) -> bool {
    attribute(object, "row_security").is_true()
}

/// All findings: what the bridge brings comes first.
pub(super) fn findings(input: &ReportInput<'_>) -> Vec<SecurityFinding> {
    let mut findings = open_tables(input);
    findings.extend(definers(input));
    findings.extend(views_by_owner(input));
    findings.extend(new_grants(input));
    findings.extend(public_grants(input));
    findings.extend(keys_without_index(input));
    findings.extend(without_identity(input));
    findings.extend(watchers(input));
    findings.sort_by_key(|finding| !finding.new);
    findings
}

fn goal<'a>(input: &ReportInput<'a>, kinds: &'static [&str]) -> impl Iterator<Item = &'a Object> {
    input.plan.goal.objects.values().filter(move |object| kinds.contains(&object.id.kind.name()))
}

/// Whether the bridge brings it: `test` does not hold in prod now.
fn is_new(input: &ReportInput<'_>, object: &Object, test: impl Fn(&Object) -> bool) -> bool {
    !input.prod.objects.get(&object.id).is_some_and(test)
}

fn finding(what: impl Into<String>, object: &Object, new: bool) -> SecurityFinding {
    SecurityFinding { what: what.into(), object: super::named(&object.id), access: true, new }
}

fn open_tables(input: &ReportInput<'_>) -> Vec<SecurityFinding> {
    let guarded: BTreeSet<&str> = goal(input, &["table"])
        .filter(|table| is_protected(table))
        .map(|table| table.id.part(0))
        .collect();
    goal(input, &["table"])
        .filter(|table| !is_protected(table) && guarded.contains(table.id.part(0)))
        .map(|table| {
            let new = is_new(input, table, |before| !is_protected(before));
            finding("no row-level security, other tables of the schema have it", table, new)
        })
        .collect()
}

fn definers(input: &ReportInput<'_>) -> Vec<SecurityFinding> {
    let open = |object: &Object| {
        let settings = attribute(object, "settings").as_list();
        let path = settings.iter().any(|setting| setting.starts_with("search_path="));
        attribute(object, "security_definer").is_true() && !path
    };
    goal(input, &["function", "procedure"])
        .filter(|object| open(object))
        .map(|object| {
            finding(
                "SECURITY DEFINER without its own search_path",
                object,
                is_new(input, object, open),
            )
        })
        .collect()
}

/// Views that read protected tables with the rights of their owner, for others who may select.
fn views_by_owner(input: &ReportInput<'_>) -> Vec<SecurityFinding> {
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
    goal(input, &["view"])
        .filter(|view| passes(&input.plan.goal, view))
        .map(|view| {
            let new = is_new(input, view, |before| passes(input.prod, before));
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
    let items = items.filter(|item| &*item.privilege == "SELECT" && Some(&*item.grantee) != owner);
    items.map(|item| item.grantee.to_string()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Privileges that a role gets on something that stands already.
fn new_grants(input: &ReportInput<'_>) -> Vec<SecurityFinding> {
    let mut findings = Vec::new();
    for (id, object) in &input.plan.goal.objects {
        let Some(before) = input.prod.objects.get(id) else { continue };
        let held: BTreeSet<(&str, &str)> = before
            .facets
            .acl
            .iter()
            .flatten()
            .map(|item| (&*item.grantee, &*item.privilege))
            .collect();
        let owner = object.facets.owner.as_deref();
        for item in object.facets.acl.iter().flatten() {
            let own = &*item.grantee == PUBLIC || Some(&*item.grantee) == owner;
            if !own && !held.contains(&(&*item.grantee, &*item.privilege)) {
                let what = format!("{} is granted to {}", item.privilege, item.grantee);
                findings.push(finding(what, object, true));
            }
        }
    }
    findings
}

/// Grants to everybody that prod does not have, except for what PostgreSQL gives by itself.
fn public_grants(input: &ReportInput<'_>) -> Vec<SecurityFinding> {
    let mut findings = Vec::new();
    for object in input.plan.goal.objects.values() {
        let held = |object: &Object, privilege: &str| match &object.facets.acl {
            Some(acl) => {
                acl.iter().any(|item| &*item.grantee == PUBLIC && &*item.privilege == privilege)
            }
            None => is_default(object, privilege),
        };
        let items = object.facets.acl.iter().flatten().filter(|item| &*item.grantee == PUBLIC);
        for item in items {
            let before = input.prod.objects.get(&object.id);
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
fn watchers(input: &ReportInput<'_>) -> Vec<SecurityFinding> {
    goal(input, &["event_trigger"])
        .filter(|object| input.prod.objects.get(&object.id) == Some(*object))
        .filter(|object| attribute(object, "enabled").as_str() != Some("DISABLE"))
        .filter(|object| attribute(object, "event").as_str() != Some("login"))
        .map(|object| {
            finding("runs its function at the statements of the migrations", object, false)
        })
        .collect()
}

/// Tables whose rows a subscriber could not find again: PostgreSQL then refuses UPDATE and DELETE.
fn without_identity(input: &ReportInput<'_>) -> Vec<SecurityFinding> {
    let objects = &input.plan.goal.objects;
    let keyed: BTreeSet<(&str, &str)> = goal(input, &["constraint"])
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
    let published: BTreeSet<(&str, &str)> = goal(input, &["publication_table"])
        .filter(|member| changes(member))
        .map(|member| (member.id.part(1), member.id.part(2)))
        .collect();
    goal(input, &["table"])
        .filter(|table| published.contains(&(table.id.part(0), table.id.part(1))))
        .filter(lacks)
        .map(|table| {
            let new = !input.prod.objects.keys().any(|id| {
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

/// Foreign keys of which no column leads an index: a delete in the referenced table reads all rows.
fn keys_without_index(input: &ReportInput<'_>) -> Vec<SecurityFinding> {
    let mut leading: BTreeSet<(&str, &str, String)> = BTreeSet::new();
    for object in goal(input, &["index", "constraint"]) {
        let definition = attribute(object, "definition").as_str().unwrap_or_default();
        let key = match object.id.kind.name() {
            "index" if !serves(definition) => None,
            "index" => definition
                .split_once(" USING ")
                .and_then(|(_, rest)| rest.split_once('('))
                .map(|(_, key)| key),
            _ => ["PRIMARY KEY (", "UNIQUE (", "UNIQUE NULLS NOT DISTINCT ("]
                .iter()
                .find_map(|start| definition.strip_prefix(start)),
        };
        let table = object.parent.as_ref().unwrap_or(&object.id);
        if let Some(name) = key.and_then(first_name) {
            leading.insert((table.part(0), table.part(1), name));
        }
    }
    goal(input, &["constraint"])
        .filter(|object| {
            let definition = attribute(object, "definition").as_str().unwrap_or_default();
            let names = definition.strip_prefix("FOREIGN KEY (").map(names).unwrap_or_default();
            let led = |name: &String| {
                leading.contains(&(object.id.part(0), object.id.part(1), name.clone()))
            };
            !names.is_empty() && !names.iter().any(led)
        })
        .map(|object| {
            let what = "no index begins with a column of this foreign key: a delete in the other table reads all rows";
            SecurityFinding { access: false, ..finding(what, object, is_new(input, object, |_| true)) }
        })
        .collect()
}

/// Whether an index finds every row with a value of its first column: it may leave out those without.
fn serves(definition: &str) -> bool {
    let Some((_, rest)) = definition.split_once(" USING ") else { return false };
    let sorted = rest.starts_with("btree ") || rest.starts_with("hash ");
    let first = rest.split_once('(').and_then(|(_, key)| first_name(key));
    let partial = definition.split_once(" WHERE ").map(|(_, condition)| condition);
    let only_null =
        |condition: &str| first.is_some_and(|name| condition == format!("({name} IS NOT NULL)"));
    sorted && partial.is_none_or(only_null)
}

/// The name at the head of a list as the server writes it, and what follows; none for an expression.
fn head(list: &str) -> Option<(String, &str)> {
    let end = if list.starts_with('"') {
        let mut quoted = false;
        list.char_indices()
            .find(|(_, c)| {
                if *c == '"' {
                    quoted = !quoted;
                }
                !quoted && *c != '"'
            })?
            .0
    } else {
        list.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))?
    };
    let (name, rest) = list.split_at_checked(end)?;
    let plain = !name.is_empty() && rest.starts_with([' ', ',', ')']);
    plain.then(|| (name.to_owned(), rest))
}

fn first_name(list: &str) -> Option<String> {
    head(list).map(|(name, _)| name)
}

/// The names up to the closing parenthesis.
fn names(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = list;
    while let Some((name, after)) = head(rest) {
        names.push(name);
        match after.strip_prefix(", ") {
            Some(more) => rest = more,
            None => break,
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{first_name, names};

    #[test]
    fn partial_indexes_serve_where_only_nulls_are_left_out() {
        let index = |rest: &str| super::serves(&format!("CREATE INDEX i ON public.t USING {rest}"));
        assert!(index("btree (a, b)"));
        assert!(index("btree (a) WHERE (a IS NOT NULL)"));
        assert!(!index("btree (a) WHERE (b IS NOT NULL)"));
        assert!(!index("gin (a)"));
    }

    #[test]
    fn names_of_keys() {
        assert_eq!(first_name("a, b)"), Some("a".to_owned()));
        assert_eq!(first_name("lower(a))"), None);
        assert_eq!(first_name("\"a\"\" ,b\" DESC)"), Some("\"a\"\" ,b\"".to_owned()));
        assert_eq!(names("a, \"B\") REFERENCES public.t(id)"), ["a", "\"B\""]);
    }
}
