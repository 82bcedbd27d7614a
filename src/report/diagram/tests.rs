//! Cutting and escaping.

use super::{
    Placement, cut_entities, cut_graph, dependencies_svg, dot, entities_svg, folded, mermaid,
    pictures,
};
use crate::report::view::{Entities, Entity, EntityColumn, Graph, Mark, Node, Reference};

const EVIL: &str = "</title><script>alert(1)</script>\"'`|\n\u{202e}]]>&--";

fn node(label: &str, verb: &str) -> Node {
    let anchor = Some("d-1".to_owned());
    Node { label: label.to_owned(), verb: verb.to_owned(), anchor, whole: None }
}

fn table(label: &str, mark: Mark) -> Entity {
    let column = EntityColumn {
        name: label.to_owned(),
        type_name: "character varying(3)".to_owned(),
        keys: vec!["PK", "FK"],
        not_null: false,
        mark,
    };
    Entity {
        label: label.to_owned(),
        mark,
        anchor: Some("d-2".to_owned()),
        columns: vec![column],
        more: 2,
    }
}

fn reference(from: usize, to: usize, name: &str) -> Reference {
    Reference {
        name: name.to_owned(),
        from,
        to,
        columns: vec![name.to_owned()],
        optional: true,
        unique: false,
        mark: Mark::New,
    }
}

#[test]
fn no_name_leaves_its_place() {
    let graph =
        Graph { nodes: vec![node(EVIL, "create"), node("table t", "drop")], edges: vec![(0, 1)] };
    let tables = Entities {
        tables: vec![table(EVIL, Mark::New), table("t", Mark::Dropped)],
        references: vec![reference(0, 1, EVIL), reference(0, 0, EVIL)],
    };
    for placement in [Placement::Page, Placement::File] {
        for svg in [
            dependencies_svg(&graph, "deps", EVIL, placement),
            entities_svg(&tables, EVIL, placement),
        ] {
            assert!(!svg.contains("<script"), "{svg}");
            assert!(!svg.contains('\u{202e}'), "{svg}");
            assert!(!svg.contains("]]>"), "{svg}");
            assert_eq!(svg.matches("<title").count(), svg.matches("</title>").count());
            assert_eq!(svg.contains("href=\"#d-"), placement == Placement::Page);
        }
    }
    for text in [mermaid::dependencies(&graph), mermaid::entities(&tables)] {
        assert!(!text.contains(['<', '`', '\u{202e}']), "{text}");
        // one label per line, each closed
        assert!(text.lines().all(|line| line.matches('"').count() % 2 == 0), "{text}");
    }
    let text = dot::dependencies(&graph);
    assert_eq!(text.lines().count(), 7, "{text}");
    assert!(text.contains("\\\"'`|"), "{text}");
    let text = dot::entities(&tables);
    // only a label in angle brackets is HTML
    let html = text.lines().filter(|line| line.contains("[label=<"));
    assert_eq!(html.filter(|line| !line.contains("<script")).count(), 2, "{text}");
}

#[test]
fn what_is_cut_is_told() {
    let mut graph = Graph::default();
    for at in 0..5 {
        graph.nodes.push(node(&format!("table t{at}"), "alter"));
    }
    graph.edges = vec![(1, 4), (2, 4)];
    assert_eq!(cut_graph(&graph, 5).left_out, None);
    let cut = cut_graph(&graph, 3);
    let labels: Vec<&str> = cut.shown.nodes.iter().map(|node| node.label.as_str()).collect();
    assert_eq!(labels, ["table t1", "table t2", "table t4"]);
    assert_eq!(cut.shown.edges, [(0, 2), (1, 2)]);
    assert!(cut.left_out.unwrap().starts_with("2 of 5 objects are left out"));

    let tables = Entities {
        tables: vec![table("a", Mark::Same), table("b", Mark::Same), table("c", Mark::Changed)],
        references: vec![reference(1, 2, "k")],
    };
    let cut = cut_entities(&tables, 2);
    let labels: Vec<&str> = cut.shown.tables.iter().map(|table| table.label.as_str()).collect();
    assert_eq!(labels, ["b", "c"]);
    assert_eq!(cut.shown.references.len(), 1);
    assert!(cut.left_out.unwrap().starts_with("1 of 3 tables is left out"));
}

/// `count` tables with four columns each; every table's last column needs the table before it.
fn tables_with_columns(count: usize) -> Graph {
    let mut graph = Graph::default();
    for table in 0..count {
        let whole = format!("table public.t{table}");
        graph.nodes.push(node(&whole, "create"));
        for column in 0..4 {
            let label = format!("column public.t{table}.c{column}");
            let part = node(&label, "create");
            graph.nodes.push(Node { whole: Some(whole.clone()), ..part });
            graph.edges.push((table * 5 + 1 + column, table * 5));
        }
        if table > 0 {
            graph.edges.push((table * 5 + 4, table * 5 - 5));
        }
    }
    graph
}

#[test]
fn parts_stand_in_the_box_of_their_table_where_there_are_many() {
    let few = dependencies_svg(&tables_with_columns(2), "deps", "few", Placement::Page);
    assert!(!few.contains("together") && few.contains("</tspan> public.t1.c3</text>"), "{few}");
    let graph = tables_with_columns(40);
    let many = dependencies_svg(&graph, "deps", "many", Placement::Page);
    assert_eq!(many.matches("class=\"together\"").count(), 40);
    // each object is a link, and within its box has the name that it has there
    assert_eq!(many.matches("href=\"#d-1\"").count(), 200);
    assert!(many.contains("</tspan> c3</text>") && !many.contains("</tspan> public.t1.c3"));
    assert_eq!(many.matches("class=\"line\"").count(), 39);
    let folded = folded(&graph);
    assert_eq!((folded.nodes.len(), folded.edges.len()), (40, 39));
    assert_eq!(folded.nodes[3].label, "table public.t3 with 4 parts");
}

#[test]
fn a_large_graph_becomes_several_pictures() {
    let graph = tables_with_columns(10);
    assert_eq!(pictures(&graph, 50, 1).shown, std::slice::from_ref(&graph));
    // two connected parts of 50 and 5, and what stands alone
    let mut graph = graph;
    graph.nodes.extend(tables_with_columns(1).nodes.into_iter().map(|mut node| {
        node.label = node.label.replace("t0", "alone");
        node.whole = node.whole.map(|whole| whole.replace("t0", "alone"));
        node
    }));
    graph.nodes.push(node("function f()", "alter"));
    let drawn = pictures(&graph, 52, 2);
    let sizes: Vec<usize> = drawn.shown.iter().map(|graph| graph.nodes.len()).collect();
    assert_eq!((sizes, drawn.left_out), (vec![51, 5], None));
    let drawn = pictures(&graph, 40, 1);
    assert_eq!(drawn.shown[0].nodes.len(), 40);
    let left_out = drawn.left_out.unwrap();
    assert!(left_out.starts_with("16 of 56 objects are left out"), "{left_out}");
}

#[test]
fn mermaid_has_words_and_the_name_as_it_is() {
    let tables = Entities {
        tables: vec![table("a b", Mark::New)],
        references: vec![reference(0, 0, "self")],
    };
    assert_eq!(
        mermaid::entities(&tables),
        "erDiagram\n  t0[\"a b (new)\"] {\n    character_varying_3_ a_b PK, FK \"new, null, a b character varying(3)\"\n    more columns_2\n  }\n  t0 |o--o{ t0 : \"self (new)\"\n"
    );
}
