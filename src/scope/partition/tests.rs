use super::{Partitions, Scope, leave_out};
use crate::kinds::specs_of;
use crate::model::{Catalog, Facets, Kind, Need, Object, ObjectId, Value};

fn add(catalog: &mut Catalog, kind: Kind, path: &[&str], parent: Option<&ObjectId>) -> ObjectId {
    let (id, specs) = (ObjectId::new(kind, path), specs_of(kind));
    let values = vec![Value::Null; specs.len()];
    let object = Object {
        id: id.clone(),
        parent: parent.cloned(),
        specs,
        values,
        facets: Facets::default(),
    };
    catalog.objects.insert(id.clone(), object);
    if let Some(parent) = parent {
        catalog.add_need(&id, parent, Need::Part);
    }
    id
}

fn table(catalog: &mut Catalog, name: &str) -> ObjectId {
    let id = add(catalog, Kind::Table, &["public", name], None);
    catalog.sizes.insert(id.clone(), 8);
    add(catalog, Kind::Column, &["public", name, "a"], Some(&id));
    id
}

fn below(catalog: &mut Catalog, child: &ObjectId, parent: &ObjectId, bound: Option<&str>) {
    let path = ["public", child.part(1), parent.part(1)];
    let link = add(catalog, Kind::Inheritance, &path, Some(child));
    let link = catalog.objects.get_mut(&link).unwrap();
    for (spec, value) in link.specs.iter().zip(&mut link.values) {
        match spec.name {
            "parent" => *value = Value::Id(parent.clone()),
            "bound" => *value = Value::sql(bound),
            _ => {}
        }
    }
}

/// `events` with two levels of partitions, `base` with a child, and a view on a partition.
fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    let events = table(&mut catalog, "events");
    let month = table(&mut catalog, "events_1");
    let day = table(&mut catalog, "events_1_1");
    below(&mut catalog, &month, &events, Some("FOR VALUES IN (1)"));
    below(&mut catalog, &day, &month, Some("DEFAULT"));
    let base = table(&mut catalog, "base");
    let child = table(&mut catalog, "child");
    below(&mut catalog, &child, &base, None);
    catalog
}

fn names(catalog: &Catalog) -> Vec<&str> {
    catalog.objects.keys().filter(|id| id.kind == Kind::Table).map(ObjectId::name).collect()
}

fn scope(default: Partitions, tables: &[(&str, Partitions)]) -> Scope {
    Scope { default, tables: tables.iter().map(|(name, of)| ((*name).to_owned(), *of)).collect() }
}

#[test]
fn all_levels_go_with_their_parts() {
    let scope = scope(Partitions::Data, &[]);
    let (dev, prod) = leave_out(catalog(), catalog(), &scope);
    assert_eq!(dev, prod);
    assert_eq!(names(&dev), ["base", "child", "events"], "inheriting is not partitioning");
    assert!(!dev.objects.keys().any(|id| id.part(1).starts_with("events_")), "parts stay");
    assert!(!dev.needs.keys().any(|id| id.part(1).starts_with("events_")), "edges stay");
    let texts: Vec<String> =
        dev.notices.iter().map(|notice| format!("{} {}", notice.subject, notice.text)).collect();
    let expected = "table:public.events 2 tables below it left out of the comparison: \
        scope.partitions says that partitions are data";
    assert_eq!(texts, [expected]);
    let events = ObjectId::new(Kind::Table, &["public", "events"]);
    assert_eq!(dev.sizes[&events], 24, "the parent's size is that of all its rows");
}

#[test]
fn tables_have_their_own_word() {
    let only = scope(Partitions::Compare, &[("public.base", Partitions::Data)]);
    let (dev, _) = leave_out(catalog(), catalog(), &only);
    assert_eq!(names(&dev), ["base", "events", "events_1", "events_1_1"]);
    let but = scope(Partitions::Data, &[("public.events", Partitions::Compare)]);
    let (dev, _) = leave_out(catalog(), catalog(), &but);
    assert_eq!(names(&dev).len(), 5, "a word holds for all levels");
    let missing = scope(Partitions::Compare, &[("public.evnts", Partitions::Data)]);
    let (dev, _) = leave_out(catalog(), catalog(), &missing);
    assert_eq!(dev.notices[0].text, "there is no table public.evnts here");
}

#[test]
fn a_manager_on_one_side_is_one_for_both() {
    let events = ObjectId::new(Kind::Table, &["public", "events"]);
    let mut prod = catalog();
    prod.data_partitions.insert(events.clone(), "pg_partman".into());
    let (dev, prod) = leave_out(catalog(), prod, &Scope::default());
    assert_eq!(names(&dev), names(&prod));
    assert!(dev.notices[0].text.ends_with("pg_partman makes them, so they are data"));
    let compared = scope(Partitions::Compare, &[("public.events", Partitions::Compare)]);
    let (dev, _) = leave_out(catalog(), prod, &compared);
    assert_eq!(names(&dev).len(), 5);
}

#[test]
fn what_needs_a_partition_is_named() {
    let mut dev = catalog();
    let view = add(&mut dev, Kind::View, &["public", "v"], None);
    let day = ObjectId::new(Kind::Table, &["public", "events_1_1"]);
    dev.add_need(&view, &day, Need::Hard);
    let (dev, _) = leave_out(dev, catalog(), &scope(Partitions::Data, &[]));
    assert!(!dev.objects.contains_key(&view));
    let notice = dev.notices.iter().find(|notice| notice.subject == "view:public.v").unwrap();
    assert!(notice.incomplete && notice.text.contains("table:public.events_1_1"), "{notice:?}");
}
