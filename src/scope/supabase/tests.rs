use super::{Profile, leave_alone};
use crate::kinds::specs_of;
use crate::model::{AclItem, Catalog, Facets, Kind, Need, OWNER, Object, ObjectId, Value};

fn add(catalog: &mut Catalog, kind: Kind, path: &[&str], parent: Option<&ObjectId>) -> ObjectId {
    let (id, specs) = (ObjectId::new(kind, path), specs_of(kind));
    let object = Object {
        id: id.clone(),
        parent: parent.cloned(),
        specs,
        values: vec![Value::Null; specs.len()],
        facets: Facets::default(),
    };
    catalog.objects.insert(id.clone(), object);
    if let Some(parent) = parent {
        catalog.add_need(&id, parent, Need::Part);
    }
    id
}

/// A project with `auth.users` and what its service and the user put on it.
fn project() -> Catalog {
    let mut catalog = Catalog::default();
    catalog.server.version_num = 180_000;
    let roles = ["anon", "authenticated", "service_role"];
    catalog.server.roles = roles.map(Into::into).into();
    for schema in ["auth", "storage"] {
        add(&mut catalog, Kind::Schema, &[schema], None);
    }
    let users = add(&mut catalog, Kind::Table, &["auth", "users"], None);
    add(&mut catalog, Kind::Column, &["auth", "users", "id"], Some(&users));
    trigger(&mut catalog, "stamp", "auth");
    catalog
}

fn trigger(catalog: &mut Catalog, name: &str, schema: &str) -> ObjectId {
    let users = ObjectId::new(Kind::Table, &["auth", "users"]);
    let function = add(catalog, Kind::Function, &[schema, name, ""], None);
    let trigger = add(catalog, Kind::Trigger, &["auth", "users", name], Some(&users));
    catalog.add_need(&trigger, &function, Need::Hard);
    trigger
}

fn grant(catalog: &mut Catalog, id: &ObjectId, grantee: &str) {
    let item = AclItem {
        grantee: grantee.into(),
        privilege: "SELECT".into(),
        grantable: false,
        grantor: OWNER.into(),
    };
    let acl = &mut catalog.objects.get_mut(id).unwrap().facets.acl;
    acl.get_or_insert_default().insert(item);
}

fn told(catalog: &Catalog) -> String {
    let notices =
        catalog.notices.iter().map(|notice| format!("{}: {}\n", notice.subject, notice.text));
    let alone = catalog.scope.alone.iter().map(|group| format!("{}: {group}\n", group.group));
    notices.chain(alone).chain(catalog.scope.why.clone()).collect()
}

#[test]
fn a_database_without_the_signs_is_left_as_it_is() {
    let mut plain = project();
    plain.server.roles.remove("anon");
    let (dev, prod) = leave_alone(project(), project(), Profile::None);
    assert_eq!((&dev, &prod), (&project(), &project()));
    let (dev, _) = leave_alone(plain.clone(), plain.clone(), Profile::Detect);
    assert_eq!(dev, plain);
    let (dev, _) = leave_alone(plain.clone(), plain, Profile::Supabase);
    assert!(told(&dev).contains("Supabase manages it"));
}

#[test]
fn one_side_is_enough_to_see_it() {
    let (dev, prod) = leave_alone(project(), Catalog::default(), Profile::Detect);
    assert_eq!(dev.objects, prod.objects);
    assert!(told(&prod).contains("for the other side has the roles anon"), "{}", told(&prod));
}

#[test]
fn prods_version_stands_on_both_sides() {
    let (mut dev, mut prod) = (project(), project());
    let users = ObjectId::new(Kind::Table, &["auth", "users"]);
    add(&mut dev, Kind::Column, &["auth", "users", "new"], Some(&users));
    let old = add(&mut prod, Kind::Column, &["auth", "users", "old"], Some(&users));
    let (dev, prod) = leave_alone(dev, prod, Profile::Detect);
    assert_eq!(dev.objects, prod.objects);
    assert_eq!(dev.needs, prod.needs);
    assert!(dev.objects.contains_key(&old));
    let text = told(&dev);
    for words in ["only on dev: column:auth.users.new", "only on prod: column:auth.users.old"] {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn triggers_are_the_users_unless_the_service_wrote_their_function() {
    let (mut dev, prod) = (project(), project());
    let of_user = trigger(&mut dev, "on_user_created", "public");
    let of_service = trigger(&mut dev, "check", "auth");
    let users = ObjectId::new(Kind::Table, &["auth", "users"]);
    let policy = add(&mut dev, Kind::Policy, &["auth", "users", "own"], Some(&users));
    let (dev, prod) = leave_alone(dev, prod, Profile::Detect);
    let only_dev: Vec<&ObjectId> =
        dev.objects.keys().filter(|id| !prod.objects.contains_key(id)).collect();
    let function = ObjectId::new(Kind::Function, &["public", "on_user_created", ""]);
    assert_eq!(only_dev, [&function, &of_user, &policy]);
    assert!(!dev.objects.contains_key(&of_service));
}

#[test]
fn privileges_of_own_roles_are_the_users() {
    let (mut dev, mut prod) = (project(), project());
    let users = ObjectId::new(Kind::Table, &["auth", "users"]);
    grant(&mut dev, &users, "reporting");
    grant(&mut dev, &users, "supabase_new_admin");
    grant(&mut prod, &users, "anon");
    let (dev, prod) = leave_alone(dev, prod, Profile::Detect);
    let acl = |catalog: &Catalog| catalog.objects[&users].facets.acl.clone().unwrap();
    let mut expected = acl(&prod);
    expected.extend(acl(&dev).into_iter().filter(|item| &*item.grantee == "reporting"));
    assert_eq!(acl(&dev), expected);
    assert_eq!(expected.len(), acl(&prod).len() + 1);
    assert!(!acl(&dev).iter().any(|item| item.grantee.starts_with("supabase")));
}

#[test]
fn what_needs_a_newer_service_is_left_out_with_all_that_needs_it() {
    let (mut dev, mut prod) = (project(), project());
    let token = add(&mut dev, Kind::Table, &["auth", "tokens"], None);
    let view = add(&mut dev, Kind::View, &["public", "guests"], None);
    let column = add(&mut dev, Kind::ViewColumn, &["public", "guests", "id"], Some(&view));
    let above = add(&mut dev, Kind::View, &["public", "above"], None);
    let kept = add(&mut dev, Kind::Table, &["public", "kept"], None);
    dev.add_need(&view, &token, Need::Hard);
    dev.add_need(&above, &column, Need::Hard);
    dev.add_need(&kept, &token, Need::Soft);
    // prod has another one of that name: it stays
    add(&mut prod, Kind::View, &["public", "above"], None);
    let (dev, prod) = leave_alone(dev, prod, Profile::Detect);
    for id in [&token, &view, &column] {
        assert!(!dev.objects.contains_key(id), "{id}");
    }
    assert_eq!(dev.objects.get(&above), prod.objects.get(&above));
    assert!(dev.objects.contains_key(&kept) && dev.needs_of(&kept).next().is_none());
    let incomplete = dev.notices.iter().filter(|notice| notice.incomplete).count();
    assert_eq!(incomplete, 3, "{}", told(&dev));
}

#[test]
fn what_prods_services_need_comes_along() {
    let (dev, mut prod) = (project(), project());
    let hook = add(&mut prod, Kind::Function, &["public", "hook", ""], None);
    let view = add(&mut prod, Kind::View, &["auth", "hooked"], None);
    prod.add_need(&view, &hook, Need::Hard);
    let (dev, prod) = leave_alone(dev, prod, Profile::Detect);
    assert_eq!(dev.objects, prod.objects);
    assert!(told(&dev).contains("view:auth.hooked needs it on prod"), "{}", told(&dev));
}
