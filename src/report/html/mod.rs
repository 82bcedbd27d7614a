//! The report as one HTML file: it needs no network and no script, and lets none in.
//!
//! Templates see the report's data and what is made of it here; text is escaped where it is
//! written, by the environment.

mod drift;

use crate::markdown::visible;
use crate::report::diagram::{self, Placement};
use crate::report::markdown::RISKS;
use crate::report::view::{DriftView, Graph, Node, ReportView, Severity, plural};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use drift::{Choices, Item};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, escape_formatter};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// With more findings than this, most of them and what is folded stand in `noscript`: a browser
/// that runs the page's script reads it as text, and the script makes elements of it when they are
/// asked for or nothing else is to be done.
const FINDINGS_AT_ONCE: usize = 500;

/// Findings that always are elements, and those of each `noscript`.
const FIRST_FINDINGS: usize = 100;
const FINDINGS_EACH: usize = 20;

/// Features that are not folded.
const FEATURES_OPEN: usize = 50;

/// The page, and what it includes.
const TEMPLATES: &[(&str, &str)] = &[
    ("report.html", include_str!("templates/report.html")),
    ("macros.html", include_str!("templates/macros.html")),
    ("summary.html", include_str!("templates/summary.html")),
    ("changes.html", include_str!("templates/changes.html")),
    ("feature.html", include_str!("templates/feature.html")),
    ("left_alone.html", include_str!("templates/left_alone.html")),
    ("history.html", include_str!("templates/history.html")),
    ("review.html", include_str!("templates/review.html")),
    ("files.html", include_str!("templates/files.html")),
    ("pictures.html", include_str!("templates/pictures.html")),
    ("drifts.html", include_str!("templates/drifts.html")),
    ("text.html", include_str!("templates/text.html")),
    ("unknown.html", include_str!("templates/unknown.html")),
];

/// A page could not be made.
#[derive(Debug, thiserror::Error)]
#[error("report.html: {0:#}")]
pub struct HtmlError(#[from] Error);

#[derive(Serialize)]
struct Page<'a> {
    view: &'a ReportView,
    style: &'a str,
    script: &'a str,
    policy: String,
    features_open: usize,
    steps: usize,
    conditions: Vec<&'a str>,
    only_in_prod: Vec<Item<'a>>,
    drifts: Vec<Vec<Item<'a>>>,
    choices: Choices,
    severities: Vec<(&'static str, &'static str)>,
    assumptions: String,
    open: Option<String>,
    compared: &'static str,
    kept: String,
    dependencies: Vec<String>,
    dependencies_left_out: Option<String>,
    dependencies_text: Vec<Needs<'a>>,
    entities: Option<String>,
    entities_left_out: Option<String>,
}

/// A line of the graph in words.
#[derive(Serialize)]
struct Needs<'a> {
    node: &'a Node,
    needs: Vec<&'a str>,
}

/// The report, `report.html`.
pub fn render(view: &ReportView) -> Result<String, HtmlError> {
    let style = format!("{STYLE}{}", diagram::STYLE);
    let pictures = diagram::pictures(&view.graph, diagram::BOXES, diagram::PICTURES);
    let tables = !view.entities.tables.is_empty();
    let page = Page {
        view,
        policy: policy(&style, SCRIPT),
        style: &style,
        script: SCRIPT,
        features_open: FEATURES_OPEN,
        steps: view.files.iter().map(|file| file.steps.len()).sum(),
        conditions: view
            .readiness
            .reasons
            .iter()
            .map(|reason| reason.condition.as_str())
            .filter(|condition| !condition.is_empty())
            .collect(),
        only_in_prod: view
            .drifts
            .iter()
            .filter(|drift| drift.code == "extra" && drift.told_with.is_none())
            .map(Item::short)
            .collect(),
        drifts: parts(&view.drifts),
        choices: Choices::of(&view.drifts),
        severities: Severity::ALL.map(|severity| (severity.name(), severity.rule())).to_vec(),
        assumptions: crate::plan::assumptions(),
        open: view.readiness.open(),
        compared: RISKS,
        kept: view.kept(),
        dependencies: drawings(&pictures.shown),
        dependencies_left_out: pictures.left_out,
        dependencies_text: in_words(&view.graph),
        entities: tables
            .then(|| diagram::entities_svg(&view.entities, "Tables that change", Placement::Page)),
        entities_left_out: diagram::cut_entities(&view.entities, diagram::TABLES).left_out,
    };
    let environment = environment(view)?;
    Ok(environment.get_template("report.html")?.render(Serde(&page))?)
}

/// All findings, those first that always are elements.
fn parts(drifts: &[DriftView]) -> Vec<Vec<Item<'_>>> {
    let (first, rest) = drifts.split_at(drifts.len().min(FIRST_FINDINGS));
    let parts = std::iter::once(first).chain(rest.chunks(FINDINGS_EACH));
    parts.map(|part| part.iter().map(Item::of).collect()).collect()
}

fn late(view: &ReportView) -> bool {
    view.drifts.len() > FINDINGS_AT_ONCE
}

fn environment(view: &ReportView) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // lines with nothing but a tag leave no empty line
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
    environment.set_syntax(syntax);
    // characters that are not seen, or turn the line round, are shown before HTML is escaped
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() => escape_formatter(out, state, &Value::from(visible(text))),
        _ => escape_formatter(out, state, value),
    });
    environment
        .add_function("plural", |count: usize, one: &str, many: &str| plural(count, one, many));
    environment.add_filter("lines", |text: &str| text.lines().count());
    let anchors: BTreeMap<String, String> = view
        .drifts
        .iter()
        .map(|drift| (format!("{} {}", drift.kind, drift.object), drift.anchor.clone()))
        .collect();
    environment.add_function("anchor", move |text: &str| anchor(&anchors, text));
    for (name, tag) in [("open_late", "<noscript>"), ("close_late", "</noscript>")] {
        let tag = if late(view) { tag } else { "" };
        environment.add_global(name, Value::from_safe_string(tag.to_owned()));
    }
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

/// Anchor of the finding that a text names: `table public.users`, `create table public.users`,
/// `table:public.users`; empty where there is none.
fn anchor(anchors: &BTreeMap<String, String>, text: &str) -> String {
    let after_verb = text.split_once(' ').map(|(_, rest)| rest.to_owned());
    let spaced = text.split_once(':').map(|(kind, name)| format!("{kind} {name}"));
    let names = [Some(text.to_owned()), after_verb, spaced];
    names.iter().flatten().find_map(|name| anchors.get(name)).cloned().unwrap_or_default()
}

/// Nothing from elsewhere, and of this page only the style and the script that it was made with.
fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(style),
        hash(script)
    )
}

fn drawings(pictures: &[Graph]) -> Vec<String> {
    let drawn = pictures.iter().filter(|graph| !graph.nodes.is_empty()).enumerate();
    let count = pictures.len();
    let drawing = |(at, graph): (usize, &Graph)| {
        let part = if count > 1 { format!(", {} of {count}", at + 1) } else { String::new() };
        let title = format!("Dependencies of what changes{part}");
        diagram::dependencies_svg(graph, &format!("deps-{}", at + 1), &title, Placement::Page)
    };
    drawn.map(drawing).collect()
}

fn in_words(graph: &Graph) -> Vec<Needs<'_>> {
    let mut needs: Vec<Vec<&str>> = vec![Vec::new(); graph.nodes.len()];
    for (from, to) in &graph.edges {
        if let (Some(list), Some(node)) = (needs.get_mut(*from), graph.nodes.get(*to)) {
            list.push(&node.label);
        }
    }
    graph.nodes.iter().zip(needs).map(|(node, needs)| Needs { node, needs }).collect()
}
