//! A change of any attribute or facet of any kind is named, with its object, and nothing else is.

use crate::cases::list::{Case, cases};
use crate::program::pgbridge;
use crate::support::{Cluster, main_majors};
use pgbridge::diff::{Level, compare};
use pgbridge::kinds::{ObjectKind, REGISTRY, specs_of};
use pgbridge::model::{
    AclItem, Attr, Catalog, Compare, Facet, Facets, Object, ObjectId, Value, snapshot,
};

/// All that the fixtures put into one database.
fn rich() -> Catalog {
    let major = main_majors().into_iter().max().unwrap();
    let database = Cluster::get(major).create_database("mutation");
    let cases = cases();
    let of_major = |case: &&Case| case.runs_on(major) && !case.is_isolated();
    let arguments: Vec<String> =
        cases.iter().filter(of_major).flat_map(|case| case.psql_arguments("b")).collect();
    database.psql_with(&arguments).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rich.json");
    pgbridge(&["snapshot", &database.url(), "--out", file.to_str().unwrap()]).expect(0);
    snapshot::read(&std::fs::read_to_string(&file).unwrap(), specs_of).unwrap()
}

/// Objects of a kind where the value is set and where it is not; where there is none, a made-up one.
fn examples(catalog: &Catalog, kind: &dyn ObjectKind, attr: Attr) -> Vec<Object> {
    let all = || catalog.objects.values().filter(|object| object.id.kind == kind.kind());
    let known = |object: &&Object| *object.value(attr) != Value::Unknown;
    let is_set = |object: &&Object| *object.value(attr) != Value::Null;
    let set = all().filter(known).find(is_set);
    let unset = all().filter(known).find(|object| !is_set(object));
    let found: Vec<Object> = set.into_iter().chain(unset).cloned().collect();
    if found.is_empty() { vec![made_up(kind)] } else { found }
}

fn made_up(kind: &dyn ObjectKind) -> Object {
    Object {
        id: ObjectId::new(kind.kind(), &["made", "up", "object"]),
        parent: None,
        specs: kind.attrs(),
        values: vec![Value::Null; kind.attrs().len()],
        facets: Facets::default(),
    }
}

/// Another value of the same sort; not set is what a flag that is false is.
fn another(value: &Value) -> Value {
    match value {
        Value::Null | Value::Unknown => Value::Text("other".into()),
        Value::Bool(_) => Value::Null,
        Value::Int(number) => Value::Int(number + 1),
        Value::Text(text) => Value::Text(format!("{text} other").into()),
        Value::Sql(text) => Value::Sql(format!("{text} other").into()),
        Value::Id(id) => Value::Id(ObjectId::new(id.kind, &["an", "other"])),
        Value::List(list) => Value::List(list.iter().cloned().chain(["other".into()]).collect()),
        Value::Set(set) => Value::Set(set.iter().cloned().chain(["other".into()]).collect()),
        Value::Sealed(sealed) => {
            let mut sealed = sealed.clone();
            sealed.insert("other".into(), None);
            Value::Sealed(sealed)
        }
        Value::Map(map) => {
            let mut map = map.clone();
            map.insert("other".into(), "other".into());
            Value::Map(map)
        }
    }
}

/// What the difference says when `changed` stands in prod for `object`.
fn assert_named(
    catalog: &mut Catalog,
    object: &Object,
    changed: &Object,
    name: &str,
    level: Level,
) {
    let mut prod = catalog.clone();
    catalog.objects.insert(object.id.clone(), object.clone());
    prod.objects.insert(object.id.clone(), changed.clone());
    let divergence = compare(catalog, &prod);
    let told: Vec<(&ObjectId, Vec<&str>)> = divergence
        .drifts
        .iter()
        .map(|drift| {
            (&drift.object, drift.changes.iter().map(|change| change.attribute.as_str()).collect())
        })
        .collect();
    assert_eq!(told, [(&object.id, vec![name])], "{} {name}", object.id);
    assert_eq!(divergence.drifts[0].changes[0].level, level, "{} {name}", object.id);
    assert_eq!(divergence.is_equal(), level != Level::Drift, "{} {name}", object.id);
}

fn with_facet(object: &Object, facet: Facet) -> Object {
    let mut changed = object.clone();
    match facet {
        Facet::Owner => changed.facets.owner = Some("somebody else".into()),
        Facet::Comment => changed.facets.comment = Some("another comment".into()),
        Facet::Extensions => {
            changed.facets.extensions.insert("another".into());
        }
        Facet::Acl => {
            let mut list = changed.facets.acl.take().unwrap_or_default();
            let [grantee, privilege, grantor] =
                ["somebody", "USAGE", "somebody else"].map(Into::into);
            list.insert(AclItem { grantee, privilege, grantable: false, grantor });
            changed.facets.acl = Some(list);
        }
    }
    changed
}

#[test]
fn every_change_of_an_attribute_or_a_facet_is_named() {
    let rich = rich();
    assert!(compare(&rich, &rich).is_equal());
    let (mut attributes, mut facets) = (0, 0);
    for kind in REGISTRY {
        // the catalog around it: objects of its own kind, which might be told instead
        let mut around = Catalog::default();
        around.objects.extend(
            rich.objects
                .iter()
                .filter(|(id, _)| id.kind == kind.kind())
                .take(20)
                .map(|(id, object)| (id.clone(), object.clone())),
        );
        for (place, spec) in kind.attrs().iter().enumerate() {
            let level = match spec.compare {
                Compare::Drift => Level::Drift,
                Compare::Info => Level::Info,
                // only the order of siblings counts; what is derived never does
                Compare::Rank | Compare::Derived => continue,
            };
            for object in examples(&rich, *kind, Attr(place)) {
                let mut changed = object.clone();
                changed.set(Attr(place), another(object.value(Attr(place))));
                assert_named(&mut around, &object, &changed, spec.name, level);
                attributes += 1;
            }
        }
        let has = kind.facets();
        for (facet, has) in [
            (Facet::Owner, has.owner),
            (Facet::Acl, has.acl.is_some()),
            (Facet::Comment, has.comment),
            (Facet::Extensions, has.extension),
        ] {
            if has {
                let object = examples(&rich, *kind, Attr(usize::MAX)).swap_remove(0);
                let changed = with_facet(&object, facet);
                assert_named(&mut around, &object, &changed, facet.name(), Level::Drift);
                facets += 1;
            }
        }
    }
    assert!(attributes > 200 && facets > 80, "{attributes} attributes, {facets} facets");
}
