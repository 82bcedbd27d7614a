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
