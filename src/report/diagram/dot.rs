//! DOT, as Graphviz draws it.

use super::sign;
use super::svg::xml;
use crate::markdown::visible;
use crate::report::view::{Entities, Graph, Mark};
use std::fmt::Write as _;

/// The graph of dependencies.
pub fn dependencies(graph: &Graph) -> String {
    let mut text = String::from(
        "digraph dependencies {\n  rankdir=RL;\n  node [shape=box, fontname=\"monospace\"];\n",
    );
    for (at, node) in graph.nodes.iter().enumerate() {
        let label = format!("{} {}", sign(&node.verb), node.label);
        let style = if node.verb == "drop" { ", style=dashed" } else { "" };
        // writing to a String cannot fail
        let _ = writeln!(text, "  n{at} [label={}{style}];", quoted(label.trim()));
    }
    for (from, to) in &graph.edges {
        let _ = writeln!(text, "  n{from} -> n{to};");
    }
    text + "}\n"
}

/// The tables with their columns and references.
pub fn entities(entities: &Entities) -> String {
    let mut text = String::from(
        "digraph entities {\n  rankdir=RL;\n  node [shape=plain, fontname=\"monospace\"];\n  edge [dir=both];\n",
    );
    for (at, table) in entities.tables.iter().enumerate() {
        let _ = write!(
            text,
            "  t{at} [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\"><tr><td><b>{}</b></td></tr>",
            xml(format!("{} {}", table.mark.sign(), table.label).trim())
        );
        for column in &table.columns {
            let null = if column.not_null { "" } else { "null" };
            let keys = column.keys.join(" ");
            let parts = [column.mark.sign(), &keys, &column.name, &column.type_name, null];
            let line: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            let _ = write!(text, "<tr><td align=\"left\">{}</td></tr>", xml(&line.join(" ")));
        }
        if table.more > 0 {
            let _ = write!(text, "<tr><td align=\"left\">and {} more</td></tr>", table.more);
        }
        text.push_str("</table>>];\n");
    }
    for reference in &entities.references {
        let head = if reference.optional { "teeodot" } else { "teetee" };
        let tail = if reference.unique { "teeodot" } else { "crowodot" };
        let style = if reference.mark == Mark::Dropped { ", style=dashed" } else { "" };
        let name = format!("{} {}", reference.mark.sign(), reference.name);
        let _ = writeln!(
            text,
            "  t{} -> t{} [label={}, arrowhead={head}, arrowtail={tail}{style}];",
            reference.from,
            reference.to,
            quoted(name.trim())
        );
    }
    text + "}\n"
}

/// A string of DOT, where a backslash starts an escape and nothing else is special.
fn quoted(text: &str) -> String {
    let line = visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\"{}\"", line.replace('\\', "\\\\").replace('"', "\\\""))
}
