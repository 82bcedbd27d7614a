//! The file of small hand-made catalogs; that servers accept it is tested against servers.

use super::render;
use crate::bundle::{Input, migrations};
use crate::diff::compare;
use crate::model::{Catalog, Facets, Kind, Object, ObjectId, Value};
use crate::plan::{Drops, Options, Rollout, reconcile};

fn catalog(major: i32, tables: &[&str]) -> Catalog {
    let mut catalog = Catalog::default();
    catalog.server.version_num = major * 10_000;
    catalog.server.roles.insert("app".into());
    let mut add = |kind: &str, path: &[&str]| {
        let kind = Kind::parse(kind).unwrap();
        let specs = crate::kinds::specs_of(kind);
        let id = ObjectId::new(kind, path);
        let facets = Facets { owner: Some("app".into()), ..Facets::default() };
        let values = vec![Value::Null; specs.len()];
        catalog.objects.insert(id.clone(), Object { id, parent: None, specs, values, facets });
    };
    add("schema", &["public"]);
    for name in tables {
        add("table", &["public", name]);
    }
    catalog
}

fn file(dev: &Catalog, prod: &Catalog) -> String {
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
fn new_objects_are_there_and_dropped_ones_are_not() {
    let text = file(&catalog(15, &["it's\nnew \\"]), &catalog(15, &["old"]));
    assert!(text.contains("('table public.old', 'public', 'old', '', 'absent')"), "{text}");
    assert!(text.contains("'public', E'it''s\nnew \\\\', '', 'logged')"), "{text}");
    assert!(text.contains(": row-level security"), "{text}");
    // nothing is said about what the bridge does not touch
    assert!(!text.contains("schema public"), "{text}");
}

#[test]
fn nothing_to_check_is_a_query_all_the_same() {
    let side = catalog(15, &["t"]);
    let text = file(&side, &side);
    assert!(text.starts_with("-- 0 checks"), "{text}");
    assert!(text.contains("WHERE false"), "{text}");
    assert!(text.contains("DO $pgbridge$"), "{text}");
}

#[test]
fn it_only_reads() {
    let text = file(&catalog(15, &["a"]), &catalog(18, &[]));
    assert!(text.contains("READ ONLY;") && text.ends_with("COMMIT;\n"), "{text}");
    assert!(text.contains("different majors"), "{text}");
    let statements = crate::sql::split::statements(&text).unwrap();
    assert!(statements.len() > 4);
}
