//! Projects of Supabase: what its services make and update is left as prod has it.
//!
//! The user's objects need what the services make: foreign keys lead to `auth.users`, policies call `auth.uid()`. So it is
//! not taken out. Prod's version stands on both sides: nothing differs there, and a scratch database has all that is needed.

mod facts;
mod grants;
#[cfg(test)]
mod tests;

use crate::kinds::{Naming, of};
use crate::model::{Catalog, Compare, Kind, LeftAlone, Need, Notice, Object, ObjectId};
use std::collections::{BTreeMap, BTreeSet};

/// Whether the databases are a project of a platform that manages a part of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Profile {
    /// As their roles and schemas say.
    #[default]
    Detect,
    /// Supabase.
    Supabase,
    /// None: everything is compared.
    None,
}

/// Both catalogs, with prod's version of what the platform manages on both sides.
pub fn leave_alone(mut dev: Catalog, mut prod: Catalog, profile: Profile) -> (Catalog, Catalog) {
    let applies = match profile {
        Profile::Supabase => true,
        Profile::None => false,
        Profile::Detect => [&dev, &prod].into_iter().any(is_project),
    };
    if !applies {
        return (dev, prod);
    }
    if profile == Profile::Detect {
        for catalog in [&mut dev, &mut prod] {
            catalog.scope.why = Some(detected(is_project(catalog)));
        }
    }
    let alone = managed_on_both(&dev, &prod);
    tell_managed(&mut dev, &mut prod, &alone);
    let (stuck, notices) = stuck(&dev, &prod, &alone);
    dev.notices.extend(notices);
    take_over(&mut dev, &mut prod, &alone, &stuck);
    dev.notices.sort();
    prod.notices.sort();
    (dev, prod)
}

/// Whether a catalog is that of a project.
fn is_project(catalog: &Catalog) -> bool {
    let has_schema =
        |name: &&str| catalog.objects.contains_key(&ObjectId::new(Kind::Schema, &[*name]));
    facts::SIGN_ROLES.iter().all(|role| catalog.server.roles.contains(*role))
        && facts::SIGN_SCHEMAS.iter().all(has_schema)
}

/// Says why the profile applies, and how to refuse it.
fn detected(here: bool) -> String {
    let signs = format!(
        "the roles {} and the schemas {}",
        facts::SIGN_ROLES.join(", "),
        facts::SIGN_SCHEMAS.join(", ")
    );
    if here {
        format!(
            "taken for a project of Supabase, for it has {signs}; profile = \"none\" compares all"
        )
    } else {
        format!("compared as a project of Supabase, for the other side has {signs}")
    }
}

/// What the platform manages, on every side where it stands.
fn managed_on_both(dev: &Catalog, prod: &Catalog) -> BTreeMap<ObjectId, String> {
    let mut alone = BTreeMap::new();
    for id in ids(dev).chain(ids(prod)) {
        let holders = [dev, prod].into_iter().filter(|catalog| has(catalog, id));
        let places: Option<Vec<String>> = holders.map(|catalog| managed(catalog, id)).collect();
        if let Some(place) = places.and_then(|places| places.into_iter().next()) {
            alone.insert(id.clone(), place);
        }
    }
    alone
}

fn ids(catalog: &Catalog) -> impl Iterator<Item = &ObjectId> {
    catalog.objects.keys().chain(catalog.ledger.keys())
}

fn has(catalog: &Catalog, id: &ObjectId) -> bool {
    catalog.objects.contains_key(id) || catalog.ledger.contains_key(id)
}

/// What the platform manages an object as, in words; none for what is the user's.
fn managed(catalog: &Catalog, id: &ObjectId) -> Option<String> {
    let schema = schema_of(id);
    let in_schema = || schema.map(|schema| ObjectId::new(Kind::Schema, &[schema]).to_string());
    match id.kind {
        // no service makes policies
        Kind::Policy => None,
        // a service's trigger runs a function beside its table
        Kind::Trigger => {
            in_schema().filter(|_| runs_function_of(catalog, id, |name| Some(name) == schema))
        }
        Kind::EventTrigger if runs_function_of(catalog, id, facts::is_schema) => {
            Some(id.to_string())
        }
        _ if facts::is_brought(id) => Some(id.to_string()),
        _ => in_schema().or_else(|| service_role_of(id).map(|role| format!("role:{role}"))),
    }
}

/// The managed schema that an identity names.
fn schema_of(id: &ObjectId) -> Option<&str> {
    match id.kind {
        Kind::Schema => Some(id.name()).filter(|name| facts::is_schema(name)),
        Kind::Unmodelled | Kind::InitialAcl => facts::schema_of(id.part(1)),
        kind => {
            let mut namings = of(kind).path_naming().iter().zip(id.path.iter());
            let found = namings.find(|(naming, _)| **naming == Naming::Schema);
            found.map(|(_, name)| &**name).filter(|name| facts::is_schema(name))
        }
    }
}

/// The service's role that an object is about: its settings, its default privileges.
fn service_role_of(id: &ObjectId) -> Option<&str> {
    let is_about_role =
        id.kind != Kind::Unmodelled && of(id.kind).path_naming().first() == Some(&Naming::Role);
    Some(id.part(0)).filter(|role| is_about_role && facts::is_service_role(role))
}

/// Whether it needs a function that stands in such a schema.
fn runs_function_of(catalog: &Catalog, id: &ObjectId, is_meant: impl Fn(&str) -> bool) -> bool {
    catalog.needs_of(id).any(|(to, _)| to.kind == Kind::Function && is_meant(to.part(0)))
}

/// Dev's objects of the user that need what dev's services have and prod's do not, with all that needs
/// them, and prod's in their place with what they need there. Each is told.
fn stuck(
    dev: &Catalog,
    prod: &Catalog,
    alone: &BTreeMap<ObjectId, String>,
) -> (BTreeSet<ObjectId>, Vec<Notice>) {
    let (mut stuck, mut notices) = (BTreeSet::new(), Vec::new());
    let is_taken =
        |id: &ObjectId, stuck: &BTreeSet<ObjectId>| alone.contains_key(id) || stuck.contains(id);
    loop {
        let mut more = BTreeMap::new();
        for id in ids(dev).filter(|id| !is_taken(id, &stuck)) {
            let lost = |to: &&ObjectId| is_taken(to, &stuck) && !has(prod, to);
            let held = |need: Need| matches!(need, Need::Hard | Need::Part);
            let hard = dev.needs_of(id).filter(|(_, need)| held(*need)).map(|(to, _)| to);
            let parent = dev.objects.get(id).and_then(|object| object.parent.as_ref());
            let whole = parent.filter(|parent| stuck.contains(*parent));
            if let Some(to) = hard.chain(parent).find(lost).or(whole) {
                more.insert(id.clone(), format!("it needs {to}, which only dev has"));
            }
        }
        for id in alone.keys().chain(&stuck).filter(|id| has(prod, id)) {
            let missing = |to: &&ObjectId| has(prod, to) && !has(dev, to) && !is_taken(to, &stuck);
            let hard = prod.needs_of(id).filter(|(_, need)| *need == Need::Hard);
            for to in hard.map(|(to, _)| to).filter(missing) {
                more.insert(to.clone(), format!("{id} needs it on prod"));
            }
        }
        if more.is_empty() {
            return (stuck, notices);
        }
        for (id, why) in more {
            let text =
                format!("not compared: {why}, and Supabase's services are left as prod has them");
            notices.push(Notice { subject: id.to_string(), text, incomplete: true });
            stuck.insert(id);
        }
    }
}

/// Puts prod's version of `alone` and `stuck` into dev.
fn take_over(
    dev: &mut Catalog,
    prod: &mut Catalog,
    alone: &BTreeMap<ObjectId, String>,
    stuck: &BTreeSet<ObjectId>,
) {
    for id in alone.keys().chain(stuck) {
        let (before, needs) = (dev.objects.remove(id), dev.needs.remove(id));
        dev.ledger.remove(id);
        if let Some(entry) = prod.ledger.get(id) {
            dev.ledger.insert(id.clone(), entry.clone());
            dev.needs.extend(prod.needs.get(id).map(|needs| (id.clone(), needs.clone())));
        }
        dev.adopt(prod, id);
        if let Some(object) = of_both(before.as_ref(), prod, id) {
            dev.objects.insert(id.clone(), object);
            // what a user granted on what prod has as it was made
            dev.needs.extend(
                needs.filter(|_| !prod.objects.contains_key(id)).map(|needs| (id.clone(), needs)),
            );
        } else if id.kind == Kind::InitialAcl {
            dev.remove(id);
        }
    }
    let known: BTreeSet<ObjectId> = ids(dev).cloned().collect();
    for needs in dev.needs.values_mut() {
        needs.retain(|to, _| known.contains(to) || !(alone.contains_key(to) || stuck.contains(to)));
    }
}

/// Prod's object with what the user granted on dev's; none where that is prod's as it is.
fn of_both(dev: Option<&Object>, prod: &Catalog, id: &ObjectId) -> Option<Object> {
    let there = prod.objects.get(id);
    if id.kind == Kind::InitialAcl {
        return grants::merge_initial(dev, there);
    }
    Some(grants::merge(dev?, there?, prod.server.major()))
}

/// Says on each side what is left alone, and on dev what differs there.
fn tell_managed(dev: &mut Catalog, prod: &mut Catalog, alone: &BTreeMap<ObjectId, String>) {
    let mut places: BTreeMap<&str, Vec<&ObjectId>> = BTreeMap::new();
    for (id, place) in alone {
        places.entry(place).or_default().push(id);
    }
    let (mut of_dev, mut of_prod, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    for (place, ids) in places {
        let of = |catalog: &Catalog| LeftAlone {
            group: place.to_owned(),
            by: "Supabase",
            objects: ids.iter().filter(|id| has(catalog, id)).map(|id| (*id).clone()).collect(),
            ..LeftAlone::default()
        };
        let [only_dev, only_prod, different] = differing(dev, prod, &ids);
        of_dev.push(LeftAlone { only_dev, only_prod, different, ..of(dev) });
        of_prod.push(of(prod));
        lost.extend(lost_grants(dev, prod, &ids));
    }
    dev.notices.extend(lost);
    dev.scope.alone.extend(of_dev);
    prod.scope.alone.extend(of_prod);
}

/// What differs among objects that are left alone: only on dev, only on prod, on both.
fn differing(dev: &Catalog, prod: &Catalog, ids: &[&ObjectId]) -> [Vec<String>; 3] {
    let mut groups: [BTreeSet<&ObjectId>; 3] = Default::default();
    for id in ids {
        let at = match (has(dev, id), has(prod, id)) {
            _ if id.kind == Kind::InitialAcl && is_users(dev, prod, id) => continue,
            (true, false) => 0,
            (false, true) => 1,
            _ if is_different(dev, prod, id) => 2,
            _ => continue,
        };
        if let Some(group) = groups.get_mut(at) {
            group.insert(id);
        }
    }
    groups.map(|group| {
        // the whole stands for its parts
        let is_part = |id: &&&ObjectId| {
            let object = dev.objects.get(**id).or_else(|| prod.objects.get(**id));
            let parent = object.and_then(|object| object.parent.as_ref());
            parent.is_some_and(|parent| group.contains(parent))
        };
        group.iter().filter(|id| !is_part(id)).map(ToString::to_string).collect()
    })
}

/// Whether privileges beside those of an extension differ in the user's only.
fn is_users(dev: &Catalog, prod: &Catalog, id: &ObjectId) -> bool {
    let (dev, prod) = (dev.objects.get(id), prod.objects.get(id));
    let values = |object: &Object| object.values.clone();
    grants::merge_initial(dev, prod).as_ref().map(values) == dev.map(values)
}

/// Whether an object would be drift but for the privileges of users.
fn is_different(dev: &Catalog, prod: &Catalog, id: &ObjectId) -> bool {
    let (Some(a), Some(b)) = (dev.objects.get(id), prod.objects.get(id)) else {
        return dev.ledger.get(id) != prod.ledger.get(id);
    };
    let drifts = |((spec, a), b): ((&crate::model::AttrSpec, _), _)| {
        spec.compare == Compare::Drift && a != b
    };
    let values = a.specs.iter().zip(&a.values).zip(&b.values);
    values.into_iter().any(drifts)
        || a.facets.owner != b.facets.owner
        || a.facets.comment != b.facets.comment
        || a.facets.extensions != b.facets.extensions
        || grants::merge(a, b, prod.server.major()).facets.acl != a.facets.acl
}

/// Privileges that a user granted on what only dev's services have.
fn lost_grants(dev: &Catalog, prod: &Catalog, ids: &[&ObjectId]) -> Vec<Notice> {
    let of_dev = ids.iter().filter(|id| !has(prod, id)).filter_map(|id| dev.objects.get(*id));
    let told = of_dev.filter_map(|object| {
        let items: Vec<String> = grants::of_user(object).iter().map(ToString::to_string).collect();
        (!items.is_empty()).then(|| Notice {
            subject: object.id.to_string(),
            text: format!("not compared: {}, for only dev has it", items.join(", ")),
            incomplete: true,
        })
    });
    told.collect()
}
