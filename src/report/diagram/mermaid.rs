//! Mermaid, as Markdown viewers draw it.

use crate::markdown::mermaid;
use crate::report::view::{Entities, EntityColumn, Graph, Mark, Reference};
use std::fmt::Write as _;

/// The graph of dependencies.
pub fn dependencies(graph: &Graph) -> String {
    let mut text = String::from("graph LR\n");
    for (at, node) in graph.nodes.iter().enumerate() {
        let label = format!("{} {}", node.verb, node.label);
        // writing to a String cannot fail
        let _ = writeln!(text, "  n{at}[\"{}\"]", mermaid(label.trim()));
    }
    for (from, to) in &graph.edges {
        let _ = writeln!(text, "  n{from} --> n{to}");
    }
    text
}

/// The tables with their columns and references.
pub fn entities(entities: &Entities) -> String {
    let mut text = String::from("erDiagram\n");
    for (at, table) in entities.tables.iter().enumerate() {
        let mark = marked(&table.label, table.mark);
        let _ = writeln!(text, "  t{at}[\"{}\"] {{", mermaid(&mark));
        for column in &table.columns {
            let _ = writeln!(text, "    {}", attribute(column));
        }
        if table.more > 0 {
            let _ = writeln!(text, "    more columns_{}", table.more);
        }
        text.push_str("  }\n");
    }
    for reference in &entities.references {
        let (left, right) = ends(reference);
        let name = mermaid(&marked(&reference.name, reference.mark));
        let _ =
            writeln!(text, "  t{} {left}--{right} t{} : \"{name}\"", reference.to, reference.from);
    }
    text
}

fn marked(name: &str, mark: Mark) -> String {
    match mark {
        Mark::Same => name.to_owned(),
        mark => format!("{name} ({})", mark.name()),
    }
}

/// Mermaid has words only for types and names: what is no letter or digit becomes `_`, and the
/// comment has the name as it is.
fn attribute(column: &EntityColumn) -> String {
    let mut line = format!("{} {}", word(&column.type_name), word(&column.name));
    if !column.keys.is_empty() {
        let _ = write!(line, " {}", column.keys.join(", "));
    }
    let null = if column.not_null { "" } else { "null" };
    let changed = word(&column.name) != column.name || word(&column.type_name) != column.type_name;
    let exact =
        if changed { format!("{} {}", column.name, column.type_name) } else { String::new() };
    let parts = [column.mark.name(), null, &exact];
    let comment: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if !comment.is_empty() {
        let _ = write!(line, " \"{}\"", mermaid(&comment.join(", ")));
    }
    line
}

fn word(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let word: String = text.chars().map(plain).collect();
    if word.starts_with(|c: char| c.is_ascii_alphabetic()) { word } else { format!("c{word}") }
}

const fn ends(reference: &Reference) -> (&'static str, &'static str) {
    let one = if reference.optional { "|o" } else { "||" };
    (one, if reference.unique { "o|" } else { "o{" })
}
