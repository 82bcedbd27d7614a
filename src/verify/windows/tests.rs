//! Windows between catalogs that are made by hand.

use super::{Posture, windows};
use crate::kinds::specs_of;
use crate::model::{
    AclItem, Catalog, Facets, Kind, OWNER, Object, ObjectId, PUBLIC, Settings, Value,
};
use std::collections::BTreeSet;

/// One thing that a state has: kind, path, attributes.
type Thing<'a> = (Kind, &'a [&'a str], &'a [(&'a str, Value)]);

const TABLE: &[&str] = &["public", "t"];

fn on() -> Value {
    Value::Bool(true)
}

fn sql(text: &str) -> Value {
    Value::sql(Some(text))
}

fn word(text: &str) -> Value {
    Value::text(Some(text))
}

fn state(things: &[Thing<'_>]) -> Catalog {
    let mut catalog = Catalog::default();
    catalog.server.version_num = 180_000;
    for (kind, path, attributes) in things {
        let specs = specs_of(*kind);
        let mut values = vec![Value::Null; specs.len()];
        for (name, value) in *attributes {
            let at = specs.iter().position(|spec| spec.name == *name).unwrap();
            values[at] = value.clone();
        }
        let whole = match kind {
            Kind::Domain | Kind::DefaultAcl | Kind::Table | Kind::View | Kind::Function => None,
            Kind::DomainConstraint => Some(Kind::Domain),
            _ => Some(Kind::Table),
        };
        let parent = whole.map(|whole| ObjectId::new(whole, TABLE));
        let id = ObjectId::new(*kind, path);
        let facets = Facets { owner: Some("alice".into()), ..Facets::default() };
        let object = Object { id: id.clone(), parent, specs, values, facets };
        catalog.objects.insert(id, object);
    }
    catalog
}

fn grant(mut catalog: Catalog, kind: Kind, path: &[&str], grants: &[(&str, &str)]) -> Catalog {
    let object = catalog.objects.get_mut(&ObjectId::new(kind, path)).unwrap();
    let item = |(privilege, grantee): &(&str, &str)| AclItem {
        grantee: (*grantee).into(),
        privilege: (*privilege).into(),
        grantable: false,
        grantor: OWNER.into(),
    };
    object.facets.acl = Some(grants.iter().map(item).collect());
    catalog
}

fn found(before: &Catalog, after: &Catalog, state: &Catalog) -> BTreeSet<String> {
    let (before, after) = (Posture::of(before), Posture::of(after));
    windows(&before, &after, &Posture::of(state))
}

/// Either end is no window, whichever way one goes; `between` shows what `words` say.
#[track_caller]
fn opens(before: &Catalog, after: &Catalog, between: &Catalog, words: &str) {
    for end in [before, after] {
        assert_eq!(found(before, after, end), BTreeSet::new());
    }
    let lines = found(before, after, between);
    assert_eq!(lines.iter().map(String::as_str).collect::<Vec<_>>(), [words]);
    assert_eq!(found(after, before, between), lines);
}

#[track_caller]
fn shut(before: &Catalog, after: &Catalog, between: &Catalog) {
    assert_eq!(found(before, after, between), BTreeSet::new());
    assert_eq!(found(after, before, between), BTreeSet::new());
}

fn table(flags: &[&'static str]) -> Catalog {
    let attributes: Vec<_> = flags.iter().map(|flag| (*flag, on())).collect();
    state(&[(Kind::Table, TABLE, &attributes)])
}

/// A table with one part.
fn part(kind: Kind, path: &[&str], attributes: &[(&str, Value)]) -> Catalog {
    state(&[(Kind::Table, TABLE, &[]), (kind, path, attributes)])
}

#[test]
fn row_security_is_never_off_between() {
    let (bare, secured, nothing) = (table(&[]), table(&["row_security"]), state(&[]));
    let missing = "table:public.t: row-level security is missing, which";
    opens(&secured, &secured, &bare, &format!("{missing} both ends have"));
    // a new table, and one that goes
    opens(&nothing, &secured, &bare, &format!("{missing} the end where it stands has"));
    shut(&bare, &secured, &bare);
    shut(&secured, &secured, &nothing);
    let forced = table(&["row_security", "force_row_security"]);
    let words = "table:public.t: row-level security for the owner is missing, which both ends have";
    opens(&forced, &forced, &secured, words);
}

#[test]
fn policies_say_what_one_end_says() {
    let policy = |restrictive: bool, using: &str| {
        let mut attributes = vec![
            ("command", word("ALL")),
            ("roles", Value::Set(BTreeSet::from([PUBLIC.into()]))),
            ("using", sql(using)),
        ];
        if restrictive {
            attributes.push(("restrictive", on()));
        }
        part(Kind::Policy, &["public", "t", "p"], &attributes)
    };
    let (bare, old, new) = (table(&[]), policy(false, "a"), policy(false, "b"));
    let words = "table:public.t: the permissive policy p, which neither end has";
    opens(&old, &new, &policy(false, "true"), words);
    opens(&bare, &bare, &old, words);
    shut(&old, &new, &bare);
    let (old, new) = (policy(true, "a"), policy(true, "b"));
    let name = "table:public.t: the restrictive policy p";
    opens(&old, &new, &bare, &format!("{name} is missing, which both ends have"));
    opens(&old, &new, &policy(true, "true"), &format!("{name} is as in neither end"));
    shut(&bare, &new, &bare);
    shut(&bare, &bare, &new);
}

#[test]
fn nobody_is_granted_what_neither_end_grants() {
    let given = |items: &[(&str, &str)]| grant(table(&[]), Kind::Table, TABLE, items);
    let (none, read) = (given(&[]), given(&[("SELECT", "bob")]));
    let words = "table:public.t: SELECT to bob, which neither end has";
    opens(&none, &none, &read, words);
    shut(&none, &read, &read);
    // everybody is bob, too; and who owned it had it
    shut(&none, &given(&[("SELECT", PUBLIC)]), &read);
    let bobs = |mut catalog: Catalog| {
        let object = catalog.objects.get_mut(&ObjectId::new(Kind::Table, TABLE)).unwrap();
        object.facets.owner = Some("bob".into());
        catalog
    };
    shut(&none, &bobs(table(&[])), &read);
    // a new table
    opens(&state(&[]), &none, &read, words);
    // what neither end knows belongs to somebody
    shut(&state(&[]), &state(&[]), &table(&[]));
    let words = "table:public.t: owned by bob, which neither end has";
    opens(&none, &none, &bobs(table(&[])), words);
}

#[test]
fn grants_on_columns_are_within_those_on_the_table() {
    let column = ["public", "t", "c"];
    let bare = part(Kind::Column, &column, &[]);
    let narrow = grant(bare.clone(), Kind::Column, &column, &[("UPDATE", "bob")]);
    let wide = grant(bare.clone(), Kind::Table, TABLE, &[("UPDATE", "bob")]);
    let words = "column:public.t.c: UPDATE to bob, which neither end has";
    opens(&bare, &bare, &narrow, words);
    shut(&bare, &wide, &narrow);
    opens(&bare, &narrow, &wide, "table:public.t: UPDATE to bob, which neither end has");
}

#[test]
fn what_everybody_has_by_default_is_an_opening() {
    let path = ["public", "f", ""];
    let usual = state(&[(Kind::Function, &path, &[])]);
    let closed = grant(usual.clone(), Kind::Function, &path, &[]);
    let words = "function:public.f(): EXECUTE to PUBLIC, which neither end has";
    opens(&closed, &closed, &usual, words);
    opens(&state(&[]), &closed, &usual, words);
}

#[test]
fn default_privileges_count() {
    let path = ["bob", "", "functions"];
    let acl =
        |items| grant(state(&[(Kind::DefaultAcl, &path, &[])]), Kind::DefaultAcl, &path, items);
    let closed = acl(&[("EXECUTE", OWNER)]);
    let id = ObjectId::new(Kind::DefaultAcl, &path);
    let words = format!(
        "that new objects are without {id}: EXECUTE to PUBLIC is missing, which both ends have"
    );
    opens(&closed, &closed, &state(&[]), &words);
    let wide = acl(&[("EXECUTE", OWNER), ("EXECUTE", "carol")]);
    opens(&closed, &closed, &wide, &format!("{id}: EXECUTE to carol, which neither end has"));
}

#[test]
fn views_keep_their_barriers() {
    let path = ["public", "v"];
    let view = |options: &[(&str, &str)]| {
        let map: Settings =
            options.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        state(&[(Kind::View, &path, &[("options", Value::map(map))])])
    };
    let both = view(&[("security_barrier", "true"), ("security_invoker", "on")]);
    opens(
        &both,
        &both,
        &view(&[("security_invoker", "1")]),
        "view:public.v: security_barrier is missing, which both ends have",
    );
    opens(
        &both,
        &both,
        &view(&[("security_barrier", "on"), ("security_invoker", "off")]),
        "view:public.v: security_invoker is missing, which both ends have",
    );
    shut(&both, &view(&[]), &view(&[]));
}

#[test]
fn functions_keep_their_rights_and_path() {
    let path = ["public", "f", ""];
    let function = |attributes: &[(&str, Value)]| state(&[(Kind::Function, &path, attributes)]);
    let (plain, definer) = (function(&[]), function(&[("security_definer", on())]));
    let name = "function:public.f()";
    opens(&plain, &plain, &definer, &format!("{name}: SECURITY DEFINER, which neither end has"));
    let fixed = |path: &str| {
        function(&[("settings", Value::List(vec![format!("search_path={path}").into()]))])
    };
    let words = format!("{name}: a fixed search_path is missing, which both ends have");
    opens(&fixed("a"), &fixed("b"), &plain, &words);
    shut(&plain, &fixed("b"), &plain);
}

#[test]
fn constraints_stand_under_some_name() {
    let check = |name: &str, text: &str| {
        part(
            Kind::Constraint,
            &["public", "t", name],
            &[("type", word("check")), ("definition", sql(text))],
        )
    };
    let (bare, old, new) = (table(&[]), check("c", "CHECK (a > 0)"), check("c", "CHECK (a > 1)"));
    let words = "table:public.t: the constraint c is missing, which both ends have";
    opens(&old, &new, &bare, words);
    shut(&old, &new, &check("c_new", "CHECK (a > 1)"));
    opens(&old, &new, &check("c_new", "CHECK (a > 2)"), words);
    shut(&bare, &new, &bare);
    // a table that is new may get it later
    shut(&state(&[]), &new, &bare);
    // renamed
    let renamed = check("d", "CHECK (a > 0)");
    assert_eq!(found(&old, &renamed, &bare).len(), 2);
    shut(&old, &renamed, &renamed);
    let idle = part(
        Kind::Constraint,
        &["public", "t", "c"],
        &[("type", word("check")), ("definition", sql("CHECK (a > 0)")), ("not_enforced", on())],
    );
    opens(&old, &old, &idle, words);
}

#[test]
fn a_unique_index_forbids_what_its_key_does() {
    let path = ["public", "t", "t_a_key"];
    let key = part(
        Kind::Constraint,
        &path,
        &[("type", word("unique")), ("definition", sql("UNIQUE (a)"))],
    );
    let index = |mark: &[(&str, Value)]| {
        let text = "CREATE UNIQUE INDEX i ON public.t USING btree (a)";
        let attributes = [&[("definition", sql(text))], mark].concat();
        part(Kind::Index, &["public", "i"], &attributes)
    };
    shut(&key, &key, &index(&[]));
    let words = "table:public.t: the constraint t_a_key is missing, which both ends have";
    opens(&key, &key, &index(&[("invalid", on())]), words);
    let words = "table:public.t: the unique index i is missing, which both ends have";
    opens(&index(&[]), &index(&[]), &table(&[]), words);
}

#[test]
fn null_is_kept_out_by_a_check_too() {
    let column = |flags: &[(&str, Value)]| part(Kind::Column, &["public", "t", "c"], flags);
    let (loose, tight) = (column(&[]), column(&[("not_null", on())]));
    let words = "column:public.t.c: NOT NULL is missing, which both ends have";
    opens(&tight, &tight, &loose, words);
    shut(&tight, &tight, &column(&[("not_null_pending", on())]));
    // the column itself is not there
    shut(&tight, &tight, &table(&[]));
    let mut checked = loose;
    let check: &[(&str, Value)] =
        &[("type", word("check")), ("definition", sql("CHECK ((c IS NOT NULL))"))];
    let with = part(Kind::Constraint, &["public", "t", "k"], check);
    checked.objects.extend(with.objects);
    shut(&tight, &tight, &checked);
}

#[test]
fn triggers_fire_all_the_way() {
    let trigger =
        |attributes: &[(&str, Value)]| part(Kind::Trigger, &["public", "t", "g"], attributes);
    let words = "table:public.t: the trigger g is missing, which both ends have";
    let (fires, sleeps) = (trigger(&[]), trigger(&[("enabled", word("DISABLE"))]));
    opens(&fires, &fires, &table(&[]), words);
    opens(&fires, &fires, &sleeps, words);
    shut(&fires, &sleeps, &sleeps);
}
