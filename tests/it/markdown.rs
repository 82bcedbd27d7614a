//! Every Markdown file of a bundle, read by a parser: names of any sort break no table and no markup.

use crate::program::Bundle;
use crate::support::{Cluster, main_majors};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Names that mean something to Markdown, HTML or a terminal, and how they are printed.
const NAMES: &[(&str, &str)] = &[
    ("a|b", "a|b"),
    ("tick`s``", "tick`s``"),
    ("two\nlines", "two"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("&lt;b&gt;", "&lt;b&gt;"),
    ("](http://x) ![i](y)", "](http://x) ![i](y)"),
    ("back\\slash|", "back\\slash|"),
    ("# head", "# head"),
    ("*bold* _it_ ~~no~~", "*bold* _it_ ~~no~~"),
    ("right\u{202e}left", "right"),
    ("zero\u{200b}width", "zero"),
    ("| --- |", "| --- |"),
];

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn scripts() -> (String, String) {
    let (mut dev, mut prod) = (String::new(), String::new());
    for (at, (name, _)) in NAMES.iter().enumerate() {
        let name = quoted(name);
        let text = NAMES[at].0.replace('\'', "''");
        let _ = writeln!(
            dev,
            "CREATE TABLE {name} (id int PRIMARY KEY, {name} text NOT NULL CHECK ({name} <> '{text}'));
             COMMENT ON TABLE {name} IS '{text}'; CREATE INDEX ON {name} ({name});
             CREATE TABLE both_{at} (id int, {name} bigint DEFAULT {at});
             CREATE VIEW view_{at} AS SELECT {name} FROM {name};"
        );
        let _ = writeln!(
            prod,
            "CREATE TABLE both_{at} (id int, {name} int); CREATE TABLE only_{at} (id int);
             ALTER TABLE only_{at} RENAME TO \"prod {}; INSERT INTO both_{at} VALUES (1, 2);",
            &name[1..]
        );
    }
    (dev, prod)
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(documents(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

/// The rows of a table have as many cells as its head: a parser would fill up or cut them silently.
fn rows_fit(path: &Path, text: &str) -> usize {
    let (mut cells, mut rows, mut fence) = (None, 0, None::<String>);
    for line in text.lines() {
        let marks: String = line.chars().take_while(|c| *c == '`').collect();
        if marks.len() > 2 {
            match &fence {
                None => fence = Some(marks),
                Some(open) if marks == *open && line == marks => fence = None,
                Some(_) => {}
            }
            continue;
        }
        if fence.is_some() || !line.starts_with('|') {
            cells = None;
            continue;
        }
        let count = line.matches('|').count() - line.matches("\\|").count();
        assert_eq!(*cells.get_or_insert(count), count, "{}: {line}", path.display());
        rows += 1;
    }
    assert!(fence.is_none(), "{}: a fence stays open", path.display());
    rows
}

#[test]
fn names_of_any_sort_break_nothing() {
    let major = *main_majors().last().unwrap();
    let cluster = Cluster::get(major);
    let (dev, prod) = scripts();
    let load = |name: &str, sql: &str| {
        let database = cluster.create_database(name);
        database.psql(sql).unwrap();
        database
    };
    let (dev, prod) = (load("markdown_dev", &dev), load("markdown_prod", &prod));
    let mut tables = 0;
    for drops in ["report", "emit"] {
        let bundle = Bundle::of(&dev, &prod, drops);
        assert_eq!(bundle.run.code, 0, "{:?}", bundle.run);
        let documents = documents(&bundle.path());
        assert!(documents.len() > 1, "{documents:?}");
        for path in documents {
            let text = std::fs::read_to_string(&path).unwrap();
            tables += rows_fit(&path, &text);
            let mut plain = String::new();
            let (mut links, mut copied) = (0, false);
            for event in
                Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH)
            {
                match event {
                    Event::Start(Tag::CodeBlock(_)) => copied = true,
                    Event::End(TagEnd::CodeBlock) => copied = false,
                    Event::Text(part) if copied => _ = part,
                    Event::Text(part) | Event::Code(part) => plain.push_str(&part),
                    Event::Html(part) | Event::InlineHtml(part) => {
                        let allowed = ["<code>", "</code>", "<br>"].contains(&part.trim());
                        assert!(allowed, "{}: HTML: {part}", path.display());
                    }
                    Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                        links += usize::from(dest_url.contains("//x") || &*dest_url == "y");
                    }
                    Event::End(TagEnd::TableCell | TagEnd::Paragraph | TagEnd::Item) => {
                        plain.push('\n');
                    }
                    _ => {}
                }
            }
            assert_eq!(links, 0, "{}: a name became a link", path.display());
            let hidden = ['\u{202e}', '\u{200b}'];
            // a command to copy must stay as it is, with a warning
            let warned = text.contains("characters that cannot be seen");
            assert!(!plain.contains(hidden), "{}: a character that nobody sees", path.display());
            assert!(!text.contains(hidden) || warned, "{}: not told", path.display());
            if path.ends_with("MIGRATION_RECONCILIATION_REPORT.md") {
                for (name, printed) in NAMES {
                    assert!(plain.contains(printed), "{name:?} is not told as {printed:?}");
                }
            }
        }
    }
    assert!(tables > 100, "only {tables} rows of tables were seen");
}
