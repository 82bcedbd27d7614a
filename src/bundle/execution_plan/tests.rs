//! The plan of small hand-made catalogs.

use super::render;
use crate::bundle::{Input, migrations};
use crate::diff::compare;
use crate::model::{Catalog, Facets, Kind, Object, ObjectId, Value};
use crate::plan::{Drops, Options, Rollout, reconcile};

fn catalog(tables: &[&str]) -> Catalog {
    let mut catalog = Catalog::default();
    catalog.server.version_num = 150_000;
    catalog.server.roles.insert("app".into());
    for name in tables {
        let kind = Kind::parse("table").unwrap();
        let specs = crate::kinds::specs_of(kind);
        let id = ObjectId::new(kind, &["public", name]);
        let facets = Facets { owner: Some("app".into()), ..Facets::default() };
        catalog.sizes.insert(id.clone(), 5000);
        catalog.objects.insert(
            id.clone(),
            Object { id, parent: None, specs, values: vec![Value::Null; specs.len()], facets },
        );
    }
    catalog
}

fn plan(dev: &Catalog, prod: &Catalog) -> String {
    let options =
        Options { drops: Drops::Emit, apply_role: "app".to_owned(), ..Options::default() };
    let divergence = compare(dev, prod);
    let plan = reconcile(dev, prod, &options);
    let input = Input {
        dev,
        prod,
        divergence: &divergence,
        plan: &plan,
        options: &options,
        way: crate::bundle::Way::Bridge,
        guarded: false,
        flavours: &[],
        rollout: &Rollout::default(),
        timestamp: "20250101000000",
    };
    render(&input, &migrations(&input).unwrap())
}

#[test]
fn commands_locks_and_losses_are_told() {
    let text = plan(&catalog(&["fresh"]), &catalog(&["old\n```\n# x"]));
    assert!(text.contains("-f migrations/20250101000000_bridge_"), "{text}");
    assert!(text.contains("-f rollback/20250101000000_bridge_"), "{text}");
    assert!(
        text.contains("| ACCESS EXCLUSIVE | readers and writers wait | up to 8 KiB |"),
        "{text}"
    );
    assert!(text.contains("loses `the rows of the table`"), "{text}");
    assert!(text.contains("to_regclass('public.fresh')"), "{text}");
    // the fence around the name is longer than what the name holds
    assert!(text.contains("````sql"), "{text}");
}

#[test]
fn nothing_to_run_is_said() {
    let side = catalog(&["t"]);
    assert!(plan(&side, &side).contains("There is no migration to run."));
}
