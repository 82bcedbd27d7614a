//! Tables with their columns and foreign keys as SVG.

use super::layout::{Drawing, Layout, place};
use super::svg::{Frame, document, group, path, short, width, xml};
use super::{Placement, TABLES, cut_entities};
use crate::report::view::{Entities, Entity, EntityColumn, Mark, Reference, plural};
use std::fmt::Write as _;

const FONT: i64 = 11;
const HEAD: i64 = 26;
const ROW: i64 = 18;
const TITLE: usize = 44;
const NAME: usize = 30;
const TYPE: usize = 30;

/// A table with the widths of its columns of text.
struct Card {
    name: i64,
    keys: i64,
    width: i64,
    height: i64,
}

/// The tables; cut where there are more than [`TABLES`].
pub fn svg(entities: &Entities, title: &str, placement: Placement) -> String {
    let cut = cut_entities(entities, TABLES);
    let entities = &cut.shown;
    let cards: Vec<Card> = entities.tables.iter().map(card).collect();
    let boxes: Vec<(i64, i64)> = cards.iter().map(|card| (card.width, card.height)).collect();
    let edges: Vec<(usize, usize)> =
        entities.references.iter().map(|reference| (reference.from, reference.to)).collect();
    let loops = edges.iter().any(|(from, to)| from == to);
    let mut layout =
        place(&Drawing { boxes: &boxes, edges: &edges, across: 84, between: 24, width: 1100 });
    // a table that references itself has its line on the right
    layout.size.0 += if loops { 36 } else { 0 };
    let mut shapes = String::from("<g class=\"lines\">\n");
    for (reference, way) in entities.references.iter().zip(&layout.ways) {
        shapes.push_str(&line(entities, &boxes, &layout, reference, way));
    }
    shapes.push_str("</g>\n");
    for ((table, card), (x, y)) in entities.tables.iter().zip(&cards).zip(&layout.corners) {
        let title = match table.mark {
            Mark::Same => format!("table {}", table.label),
            mark => format!("{} table {}", mark.name(), table.label),
        };
        let inside = inside(table, card, (*x, *y));
        let class = format!("node table {}", class(table.mark));
        shapes.push_str(&group(&class, table.anchor.as_ref(), placement, &title, &inside));
    }
    let about = format!(
        "{}, {}. A line runs from the table that has a foreign key to the one that it references.",
        plural(entities.tables.len(), "table", "tables"),
        plural(entities.references.len(), "foreign key", "foreign keys")
    );
    let frame = Frame {
        name: "er",
        title,
        about: &about,
        left_out: cut.left_out.as_deref(),
        size: layout.size,
        placement,
    };
    document(&frame, &shapes)
}

const fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::Same => "same",
        Mark::New => "new",
        Mark::Changed => "changed",
        Mark::Dropped => "dropped",
    }
}

fn type_of(column: &EntityColumn) -> String {
    let null = if column.not_null { "" } else { " null" };
    format!("{}{null}", short(&column.type_name, TYPE))
}

fn heading(table: &Entity) -> String {
    short(&table.label, TITLE)
}

fn more(table: &Entity) -> Option<String> {
    (table.more > 0).then(|| format!("and {}", plural(table.more, "more column", "more columns")))
}

fn card(table: &Entity) -> Card {
    let most = |of: &dyn Fn(&EntityColumn) -> i64| table.columns.iter().map(of).max().unwrap_or(0);
    let keys = most(&|column| width(&column.keys.join(" "), FONT));
    let name = most(&|column| width(&short(&column.name, NAME), FONT));
    let types = most(&|column| width(&type_of(column), FONT));
    let row = 24 + keys + 8 + name + 14 + types + 10;
    let head = 24 + width(&heading(table), FONT + 1) + 12;
    let last = more(table).map_or(0, |text| 32 + width(&text, FONT));
    let rows = table.columns.len() + usize::from(table.more > 0);
    Card {
        name: 24 + keys + 8,
        keys: 24 + keys + 8 + name + 14,
        width: row.max(head).max(last),
        height: HEAD + i64::try_from(rows).unwrap_or(0) * ROW + if rows > 0 { 6 } else { 0 },
    }
}

fn inside(table: &Entity, card: &Card, (x, y): (i64, i64)) -> String {
    let mut out = format!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"5\"/><text class=\"heading\" x=\"{}\" y=\"{}\"><tspan class=\"sign\">{}</tspan><tspan x=\"{}\">{}</tspan></text>",
        card.width,
        card.height,
        x + 9,
        y + 17,
        table.mark.sign(),
        x + 24,
        xml(&heading(table))
    );
    let mut baseline = y + HEAD + 13;
    if card.height > HEAD {
        // writing to a String cannot fail
        let _ = write!(out, "<path class=\"rule\" d=\"M{x} {}h{}\"/>", y + HEAD, card.width);
    }
    for column in &table.columns {
        let _ = write!(
            out,
            "<text class=\"row {}\" y=\"{baseline}\"><tspan class=\"sign\" x=\"{}\">{}</tspan><tspan class=\"key\" x=\"{}\">{}</tspan><tspan x=\"{}\">{}</tspan><tspan class=\"dim\" x=\"{}\">{}</tspan></text>",
            class(column.mark),
            x + 9,
            column.mark.sign(),
            x + 24,
            column.keys.join(" "),
            x + card.name,
            xml(&short(&column.name, NAME)),
            x + card.keys,
            xml(&type_of(column))
        );
        baseline += ROW;
    }
    if let Some(text) = more(table) {
        let _ =
            write!(out, "<text class=\"row dim\" x=\"{}\" y=\"{baseline}\">{text}</text>", x + 24);
    }
    out
}

/// A foreign key: a crow's foot where many rows may stand, bars and a ring at what is referenced.
fn line(
    entities: &Entities,
    boxes: &[(i64, i64)],
    layout: &Layout,
    reference: &Reference,
    way: &[(i64, i64)],
) -> String {
    let corner = |at: usize| layout.corners.get(at).copied().unwrap_or_default();
    let size = |at: usize| boxes.get(at).copied().unwrap_or_default();
    let (from, to) = (corner(reference.from), corner(reference.to));
    let port = from.1 + port(entities, reference);
    let target = to.1 + HEAD / 2;
    let leftwards = to.0 < from.0;
    // where each end leaves its box, and to which side
    let (start, start_side) =
        if leftwards { (from.0, -1) } else { (from.0 + size(reference.from).0, 1) };
    let itself = reference.from == reference.to;
    let (end, end_side) =
        if leftwards || itself { (to.0 + size(reference.to).0, 1) } else { (to.0, -1) };
    let mut points = vec![(start + 12 * start_side, port)];
    let d = if itself {
        let out = start + 30;
        format!(
            "M{start} {port}H{}C{out} {port} {out} {target} {} {target}H{end}",
            start + 12,
            end + 14
        )
    } else {
        // level as far as the layer is wide
        let edge = |at: usize| layout.sides.get(at).copied().unwrap_or(0);
        if start_side > 0 {
            points.push((edge(reference.from).max(start + 12), port));
        }
        points.extend(way);
        if end_side > 0 {
            points.push((edge(reference.to).max(end + 14), target));
        }
        points.push((end + 14 * end_side, target));
        format!("M{start} {port}H{}{}H{end}", start + 12 * start_side, path(&points))
    };
    let foot = if reference.unique {
        format!("M{} {}v8", start + 8 * start_side, port - 4)
    } else {
        format!(
            "M{} {port}L{start} {}M{} {port}L{start} {}",
            start + 10 * start_side,
            port - 5,
            start + 10 * start_side,
            port + 5
        )
    };
    let bar = format!("M{} {}v8", end + 5 * end_side, target - 4);
    let last = if reference.optional {
        format!("<circle class=\"ring\" cx=\"{}\" cy=\"{target}\" r=\"3\"/>", end + 11 * end_side)
    } else {
        format!("<path class=\"line\" d=\"M{} {}v8\"/>", end + 9 * end_side, target - 4)
    };
    let sign = match reference.mark {
        Mark::Same => String::new(),
        mark => format!("{} ", mark.name()),
    };
    let title = format!("{sign}foreign key {} ({})", reference.name, reference.columns.join(", "));
    format!(
        "<g class=\"key {}\"><title>{}</title><path class=\"line\" d=\"{d}\"/><path class=\"line\" d=\"{foot}{bar}\"/>{last}</g>\n",
        class(reference.mark),
        xml(&title)
    )
}

/// The height at which a key leaves its table: that of its first column, where it is shown.
fn port(entities: &Entities, reference: &Reference) -> i64 {
    let table = entities.tables.get(reference.from);
    let row = table.and_then(|table| {
        table.columns.iter().position(|column| Some(&column.name) == reference.columns.first())
    });
    row.map_or(HEAD / 2, |row| HEAD + i64::try_from(row).unwrap_or(0) * ROW + ROW / 2)
}
