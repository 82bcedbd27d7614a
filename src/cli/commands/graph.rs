//! `pgbridge graph`: a picture of one database, or of what a bridge would change.

use crate::cli::args::{Drawn, GraphArgs, Picture, Sides};
use crate::cli::commands::{options, snapshot, tell_notices};
use crate::cli::error::CliError;
use crate::cli::progress::Progress;
use crate::cli::source::{self, Source};
use crate::cli::{Exit, output};
use crate::connect::Environment;
use crate::diff::compare;
use crate::introspect::CaptureOptions;
use crate::plan::{self, Rollout};
use crate::report::diagram::{self, Placement, dot, mermaid};
use crate::report::view::{Entities, Graph, ReportInput, ReportView};

/// What is drawn, with its heading.
struct Scene {
    title: String,
    graph: Graph,
    entities: Entities,
    /// Everything could be read and bridged.
    complete: bool,
}

pub(super) async fn run(args: GraphArgs) -> Result<Exit, CliError> {
    let environment = Environment::from_process();
    let fits = |label: &str| args.only.as_deref().is_none_or(|only| fits(only, label));
    let scene = match &args.source {
        Some(source) => whole(source, &environment).await?,
        None => difference(&args, &environment).await?,
    };
    let Scene { title, graph, entities, complete } = scene;
    // a node's label starts with its kind
    let graph =
        graph.only(&|_, node| fits(node.label.split_once(' ').map_or("", |(_, name)| name)));
    let entities = entities.only(&|_, table| fits(&table.label));
    let empty = match args.what {
        Drawn::Dependencies => graph.nodes.is_empty(),
        Drawn::Er => entities.tables.is_empty(),
    };
    if empty {
        output::note("there is nothing to draw");
    }
    let text = match (args.what, args.format) {
        (Drawn::Dependencies, Picture::Mermaid) => mermaid::dependencies(&graph),
        (Drawn::Dependencies, Picture::Dot) => dot::dependencies(&graph),
        (Drawn::Dependencies, Picture::Svg) => {
            tell_cut(diagram::cut_graph(&graph, diagram::BOXES).left_out);
            diagram::dependencies_svg(&graph, "deps", &title, Placement::File)
        }
        (Drawn::Er, Picture::Mermaid) => mermaid::entities(&entities),
        (Drawn::Er, Picture::Dot) => dot::entities(&entities),
        (Drawn::Er, Picture::Svg) => {
            tell_cut(diagram::cut_entities(&entities, diagram::TABLES).left_out);
            diagram::entities_svg(&entities, &title, Placement::File)
        }
    };
    match &args.out {
        None => output::result(&text)?,
        Some(path) => {
            snapshot::write(path, &text)
                .map_err(|source| CliError::Write { path: path.clone(), source })?;
            output::result(&format!("{} written", path.display()))?;
        }
    }
    Ok(if complete { Exit::Good } else { Exit::Partly })
}

/// One database.
async fn whole(source: &str, environment: &Environment) -> Result<Scene, CliError> {
    let source = Source::parse(source, environment)?;
    let progress = Progress::start(&format!("reading {}", source.name()));
    let catalog = source.read(CaptureOptions::default()).await?;
    drop(progress);
    let incomplete = tell_notices("the database", &catalog);
    Ok(Scene {
        title: format!("Schema of {}", catalog.server.database),
        graph: Graph::of_catalog(&catalog, &|_| true),
        entities: Entities::of_catalog(&catalog, &|_| true),
        complete: !incomplete,
    })
}

/// What a bridge would change.
async fn difference(args: &GraphArgs, environment: &Environment) -> Result<Scene, CliError> {
    let side = |given: &Option<String>, name: &str| {
        given.clone().or_else(|| environment.get(name).map(Into::into)).ok_or(CliError::NoSource)
    };
    let sides = Sides {
        dev: side(&args.dev, "PGBRIDGE_DEV_URL")?,
        prod: side(&args.prod, "PGBRIDGE_PROD_URL")?,
        config: args.config.clone(),
    };
    let (dev, prod) = source::read_sides(&sides, environment, true).await?;
    let progress = Progress::start("planning");
    let divergence = compare(&dev, &prod);
    let options = options(&args.planning, &prod);
    let plan = plan::reconcile(&dev, &prod, &options);
    let view = ReportView::of(&ReportInput {
        dev: &dev,
        prod: &prod,
        divergence: &divergence,
        plan: &plan,
        options: &options,
        rollout: &Rollout::default(),
        timestamp: "",
        files: Vec::new(),
        backported: 0,
        history: None,
        unexplained: None,
    });
    drop(progress);
    let incomplete = tell_notices("dev", &dev) | tell_notices("prod", &prod);
    for item in &plan.unbridged {
        output::note(&format!("not bridged: {}: {}", item.id, item.why));
    }
    Ok(Scene {
        title: format!("What changes in {}", prod.server.database),
        graph: view.graph,
        entities: view.entities,
        complete: plan.unbridged.is_empty() && !incomplete,
    })
}

fn tell_cut(left_out: Option<String>) {
    if let Some(left_out) = left_out {
        output::note(&format!("{left_out} Draw a part with --only, or all of it as dot"));
    }
}

/// Whether a name fits a pattern with `*` and `?`.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // where the last star stands, and how much of the name it has taken
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || name.get(n) == Some(c) => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns() {
        assert!(fits("public.*", "public.users"));
        assert!(fits("*", "") && fits("*.users", "app.users") && fits("a?c*e", "abcdde"));
        assert!(!fits("public.*", "app.users") && !fits("a", "ab") && !fits("a?", "a"));
        assert!(fits("*a*b", "xaxxab") && !fits("*a*b", "xaxxa"));
    }
}
