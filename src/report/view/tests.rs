//! The report of small hand-made catalogs.

use super::{Direction, Level, Light, ReportInput, ReportView};
use crate::diff::compare;
use crate::model::{Catalog, Facets, Kind, LedgerEntry, Notice, Object, ObjectId, Value};
use crate::plan::{Drops, Options, Rollout, reconcile};
use crate::report::{markdown, terminal};

fn id(kind: &str, path: &[&str]) -> ObjectId {
    ObjectId::new(Kind::parse(kind).unwrap(), path)
}

fn object(
    kind: &str,
    path: &[&str],
    parent: Option<&ObjectId>,
    values: &[(&str, Value)],
) -> Object {
    let id = id(kind, path);
    let specs = crate::kinds::specs_of(id.kind);
    let of = |name: &str| {
        values
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    };
    Object {
        parent: parent.cloned(),
        specs,
        values: specs.iter().map(|spec| of(spec.name)).collect(),
        facets: Facets {
            owner: crate::kinds::of(id.kind).facets().owner.then(|| "app".into()),
            ..Facets::default()
        },
        id,
    }
}

fn with(objects: Vec<Object>) -> Catalog {
    let mut catalog = Catalog::default();
    catalog.server.version_num = 150_000;
    catalog.server.roles.insert("app".into());
    for object in objects {
        if let Some(parent) = &object.parent {
            catalog.add_need(&object.id, parent, crate::model::Need::Part);
        }
        catalog.objects.insert(object.id.clone(), object);
    }
    catalog
}

/// A table with a column.
fn table(name: &str, protected: bool) -> Vec<Object> {
    let table =
        object("table", &["public", name], None, &[("row_security", Value::flag(protected))]);
    let column = object(
        "column",
        &["public", name, "a"],
        Some(&table.id),
        &[("type", Value::text(Some("integer")))],
    );
    vec![table, column]
}

fn schema() -> Object {
    object("schema", &["public"], None, &[])
}

fn report(dev: &Catalog, prod: &Catalog, drops: Drops) -> ReportView {
    let options = Options { drops, apply_role: "app".to_owned(), ..Options::default() };
    let divergence = compare(dev, prod);
    let plan = reconcile(dev, prod, &options);
    let files = (0..plan.batches.len())
        .map(|at| (format!("migrations/{at}.sql"), format!("rollback/{at}.sql")))
        .collect();
    ReportView::of(&ReportInput {
        dev,
        prod,
        divergence: &divergence,
        plan: &plan,
        options: &options,
        rollout: &Rollout::default(),
        timestamp: "20250101000000",
        files,
        backported: 0,
        history: None,
        unexplained: None,
    })
}

#[test]
fn equal_sides_are_green() {
    let side = with([vec![schema()], table("t", false)].concat());
    let view = report(&side, &side, Drops::Report);
    assert_eq!(view.readiness.light, Light::Green);
    assert_eq!(view.readiness.recommendation, "approve");
    assert!(view.files.is_empty());
    assert!(markdown::render(&view).contains("## Verdict: GREEN, approve"));
}

#[test]
fn a_new_table_is_green_and_low_and_told_with_its_parts() {
    let mut objects = [vec![schema()], table("t", true), table("evil |`\n# x", false)].concat();
    objects[3].facets.comment = Some("who\n## did | `what`".into());
    let dev = with(objects);
    let prod = with([vec![schema()], table("t", true)].concat());
    let view = report(&dev, &prod, Drops::Report);
    // all that is in the way is what only people know
    assert_eq!(view.readiness.light, Light::Yellow, "{:?}", view.readiness);
    assert_eq!(view.readiness.but_for_places, Light::Green);
    assert_eq!(view.readiness.places.len(), 10);
    let open = view.readiness.open().unwrap();
    assert!(open.contains("10 places to fill, this alone keeps it from green: when"), "{open}");
    assert_eq!(view.features.len(), 1);
    assert_eq!(view.features[0].risk, Level::Low);
    assert_eq!(view.features[0].files[0].migration, "migrations/0.sql");
    assert_eq!(view.findings.missing, 1);
    let tables = view.counts.iter().find(|row| row.what == "tables").unwrap();
    assert_eq!((tables.prod, tables.dev, tables.after), (1, 2, 2));
    assert!(view.drifts.iter().all(|drift| drift.direction == Direction::Bridge));
    // a sibling has row-level security
    assert!(
        view.security
            .iter()
            .any(|finding| finding.new && finding.what.starts_with("no row-level security"))
    );
    let text = markdown::render(&view);
    assert!(text.contains("who \\#\\# did &#124; \\`what\\`"), "{text}");
    // only inside a fence
    assert!(text.contains("```sql\nwho\n## did"), "{text}");
    assert!(!text.lines().any(|line| line.starts_with("# x")), "{text}");
    assert!(terminal::summary(&view, Some(80)).contains("readiness: YELLOW, approve with"));
}

#[test]
fn removals_are_yellow_when_withheld_and_red_when_emitted() {
    let dev = with(vec![schema()]);
    let prod = with([vec![schema()], table("t", false)].concat());
    let withheld = report(&dev, &prod, Drops::Report);
    assert_eq!(withheld.readiness.light, Light::Yellow);
    assert_eq!(withheld.drifts[0].direction, Direction::Backport);
    assert_eq!(withheld.withheld[0].object, "table:public.t");
    let emitted = report(&dev, &prod, Drops::Emit);
    assert_eq!(emitted.readiness.light, Light::Red);
    assert_eq!(emitted.features[0].risk, Level::High);
    assert_eq!(emitted.drifts[0].direction, Direction::Bridge);
    let loss = emitted.risks.iter().find(|risk| risk.what == "data loss").unwrap();
    assert_eq!((loss.before, loss.after), (Level::High, Level::High));
}

#[test]
fn what_is_not_known_is_red_and_told() {
    let mut dev = with(vec![schema()]);
    let entry = LedgerEntry { catalog: "pg_class".to_owned(), row: "1".to_owned() };
    dev.ledger.insert(id("unmodelled", &["materialized view", "public.m"]), entry);
    dev.notices.push(Notice {
        subject: "pg_x".to_owned(),
        text: "not read".to_owned(),
        incomplete: true,
    });
    let view = report(&dev, &with(vec![schema()]), Drops::Report);
    assert_eq!(view.readiness.light, Light::Red);
    assert_eq!(view.readiness.reasons.len(), 2);
    assert_eq!(view.unmodelled[0].object, "materialized view public.m");
    assert_eq!(view.drifts[0].direction, Direction::NotBridged);
    assert!(markdown::render(&view).contains("`pg_x`: not read (the comparison is incomplete)"));
}

#[test]
fn properties_have_their_own_direction() {
    let side = |kind: &str, labels: &[&str]| {
        let labels = Value::List(labels.iter().map(|label| (*label).into()).collect());
        let text = format!("begin\n  {kind}\nend");
        let values = [
            ("language", Value::text(Some("plpgsql"))),
            ("body", Value::text(Some(&text))),
            ("result", Value::text(Some("void"))),
        ];
        with(vec![
            schema(),
            object("enum", &["public", "e"], None, &[("labels", labels)]),
            object("function", &["public", "f", ""], None, &values),
        ])
    };
    let view = report(&side("a", &["x"]), &side("b", &["x", "y"]), Drops::Report);
    let label = view.drifts.iter().find(|drift| drift.kind == "enum").unwrap();
    assert_eq!(label.direction, Direction::Backport, "{label:?}");
    let body = view.drifts.iter().find(|drift| drift.kind == "function").unwrap();
    assert_eq!(body.properties[0].direction, Direction::Bridge);
    assert!(body.properties[0].diff.as_ref().unwrap().contains("-  b\n+  a\n"));
}

/// A column of a table `t` with a type, a table around it and a schema.
fn with_columns(names: &[(&str, &str)]) -> Catalog {
    let mut objects = [vec![schema()], table("t", false)].concat();
    let whole = objects[1].id.clone();
    objects.extend(names.iter().map(|(name, of_type)| {
        object(
            "column",
            &["public", "t", name],
            Some(&whole),
            &[("type", Value::text(Some(of_type)))],
        )
    }));
    with(objects)
}

#[test]
fn likely_renames_are_alike_and_the_only_ones() {
    let pairs = |dev: &[(&str, &str)], prod: &[(&str, &str)]| {
        report(&with_columns(dev), &with_columns(prod), Drops::Report).renames
    };
    let found = pairs(&[("email", "text")], &[("mail", "text")]);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].prod.as_str(), found[0].dev.as_str()),
        ("column public.t.mail", "column public.t.email")
    );
    assert!(pairs(&[("email", "text")], &[("mail", "integer")]).is_empty());
    // which of the two it would be cannot be told
    assert!(pairs(&[("email", "text"), ("phone", "text")], &[("mail", "text")]).is_empty());
    let view =
        report(&with_columns(&[("b", "text")]), &with_columns(&[("c", "text")]), Drops::Report);
    let text = markdown::render(&view);
    assert!(text.contains("### Likely renames (1)"), "{text}");
    assert!(
        text.contains("| `column public.t.c` | `column public.t.b` | the same table"),
        "{text}"
    );
}

#[test]
fn alike_steps_are_told_in_one_line() {
    let many: Vec<(String, &str)> = (0..30).map(|at| (format!("old_{at:02}"), "text")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, of)| (name.as_str(), *of)).collect();
    let view = report(&with_columns(&[]), &with_columns(&many), Drops::Emit);
    let why = &view.features[0].why;
    assert_eq!(
        why,
        &[
            "drop 30 columns: each loses the values of the column: public.t.old_00, public.t.old_01, \
           public.t.old_02 and 27 more"
        ]
    );
    assert_eq!(view.features[0].title, "drop 30 columns");
    assert!(
        view.features[0].impact[0].starts_with("readers and writers wait for table public.t (")
    );
}

#[test]
fn risks_are_those_of_plain_statements_and_of_the_plan() {
    let dev = with([vec![schema()], table("t", true)].concat());
    let view = report(&dev, &with(vec![schema()]), Drops::Report);
    let risk = |what: &str| view.risks.iter().find(|risk| risk.what.starts_with(what)).unwrap();
    assert_eq!(risk("data loss").after_told(), "nothing to mitigate");
    assert_eq!((risk("gaps").before, risk("gaps").after), (Level::Medium, Level::None));
    assert!(risk("gaps").mitigation.starts_with("1 new table gets row-level security"));
    assert_eq!((risk("partial").before, risk("partial").after), (Level::Medium, Level::None));
    assert_eq!(
        (risk("irreversible").before, risk("irreversible").after_told()),
        (Level::Medium, "LOW")
    );
}

#[test]
fn a_large_table_is_less_dangerous_with_the_plan_than_without() {
    let index = |catalog: &mut Catalog| {
        let id = id("table", &["public", "t"]);
        let text = "CREATE INDEX i ON public.t USING btree (a)";
        let index = object(
            "index",
            &["public", "i"],
            Some(&id),
            &[("definition", Value::text(Some(text)))],
        );
        catalog.add_need(&index.id, &id, crate::model::Need::Part);
        catalog.objects.insert(index.id.clone(), index);
    };
    let (mut dev, mut prod) = (with_columns(&[]), with_columns(&[]));
    index(&mut dev);
    prod.sizes.insert(id("table", &["public", "t"]), 50 << 30);
    let view = report(&dev, &prod, Drops::Report);
    let risk = view.risks.iter().find(|risk| risk.what.starts_with("downtime")).unwrap();
    assert!(risk.before > risk.after, "{risk:?}");
    assert!(risk.mitigation.contains("1 step works in a form that lets others go on"), "{risk:?}");
}

#[test]
fn what_comes_to_read_an_empty_table_is_medium() {
    let side = |body: &str, new: bool| {
        let values = [
            ("language", Value::text(Some("sql"))),
            ("body", Value::text(Some(body))),
            ("result", Value::text(Some("bigint"))),
        ];
        let function = object("function", &["public", "f", ""], None, &values);
        let mut catalog = with(
            [vec![schema(), function], if new { table("fresh", false) } else { Vec::new() }]
                .concat(),
        );
        if new {
            let (f, t) = (id("function", &["public", "f", ""]), id("table", &["public", "fresh"]));
            catalog.add_need(&f, &t, crate::model::Need::Soft);
        }
        catalog
    };
    let view = report(
        &side("select count(*) from public.fresh", true),
        &side("select 1", false),
        Drops::Report,
    );
    assert_eq!(view.features.len(), 1);
    assert_eq!(view.features[0].risk, Level::Medium);
    assert_eq!(
        view.features[0].why,
        ["alter function public.f() reads or writes public.fresh, which this plan creates empty"]
    );
    let drift = view.drifts.iter().find(|drift| drift.kind == "function").unwrap();
    assert_eq!(drift.because, ["it reads or writes public.fresh, which comes empty"]);
    assert!(
        view.readiness
            .reasons
            .iter()
            .any(|reason| reason.text.contains("creates empty (public.fresh)"))
    );
}

#[test]
fn a_table_without_protection_is_told_with_who_may_use_it() {
    let side = |grantee: Option<&str>| {
        let mut objects = [vec![schema()], table("t", false), table("guarded", true)].concat();
        let item = |grantee: &str| crate::model::AclItem {
            grantee: grantee.into(),
            privilege: "SELECT".into(),
            grantable: false,
            grantor: crate::model::OWNER.into(),
        };
        let own = item(crate::model::OWNER);
        objects[1].facets.acl = Some(grantee.map(item).into_iter().chain([own]).collect());
        with(objects)
    };
    let found = |grantee: Option<&str>| {
        let mut prod = with(vec![schema()]);
        prod.server.roles.insert("app_users".into());
        let view = report(&side(grantee), &prod, Drops::Report);
        let found = view.security.iter().find(|one| one.what.starts_with("no row-level")).unwrap();
        (found.info, found.what.clone())
    };
    assert!(found(None).0);
    assert!(found(None).1.ends_with("only its owner holds privileges"));
    assert!(!found(Some("app_users")).0);
    assert!(found(Some("app_users")).1.ends_with("privileges are held by app_users"));
    assert!(found(Some(crate::model::PUBLIC)).1.ends_with("held by PUBLIC"));
}

#[test]
fn severities_have_a_legend_and_a_reason() {
    let dev = with([vec![schema()], table("t", false)].concat());
    let text = markdown::render(&report(&dev, &with(vec![schema()]), Drops::Report));
    assert!(
        text.contains("Severity is the first of these that holds:\n\n- high: not modelled"),
        "{text}"
    );
    assert!(text.contains("Severity: low, for additive: prod does not have it"), "{text}");
}
