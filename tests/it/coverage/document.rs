//! `docs/COVERAGE.md` says what the registry and the tables of columns say.
//!
//! `PGBRIDGE_WRITE_DOCS=1 cargo test --test it coverage::document` writes it anew.

use pgbridge::introspect::columns::{self, Access, SystemCatalog};
use pgbridge::kinds::{ObjectKind, REGISTRY};
use pgbridge::model::{Compare, Facets, Kind, Object, ObjectId, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

const HEAD: &str = "# What is compared

Written by `PGBRIDGE_WRITE_DOCS=1 cargo test --test it coverage::document` from the registry of kinds and from the tables in
`src/introspect/columns`; a test compares it with them. Another test compares those tables with the catalogs of PostgreSQL 13
to 18, column by column, and a third counts the rows. What a newer server adds is told by each run.

Every row of a user's is one of three things: an object of a kind, left out for a reason that stands here, or a line of the
coverage ledger, which tells that it is there and whether it differs.

";

const REPORTED: &str = "## Only reported

These are never bridged; a difference of them is drift all the same.

| What | Why |
|---|---|
| subscriptions | the connection string holds secrets and is never read, and making or changing one reaches other servers |
| security labels | setting a label takes its provider |
| indexes, constraints, defaults, triggers, rules and policies on tables of extensions, and statistics of them | nothing tells a user's from those of the extension's script |
| comments on what has no comment in the table above, such as a column's NOT NULL, a row type or a view's rule | `pg_dump` writes few of them |
| operators and functions of a built-in or an extension's operator family | their family is not the user's |

## Left out

| What | Why |
|---|---|
| definitions and owners of what initdb or an extension made | the version of the server or extension stands for them; privileges are compared |
| comments on what initdb or an extension made | the extension's own, in other words in each version, and a user's look alike |
| settings of roles in every database, roles, memberships, tablespaces, the database itself | they belong to the cluster |
| rows that users put into configuration tables of extensions | they are data; each run says how many there are |
| temporary relations and all else in a session's schema | they go with the session |
| large objects, statistics, values of sequences | they are data |
| values of options and settings that may be secret | they are never read; each run names them |

";

/// An object of a kind with nothing in it.
fn example(kind: &dyn ObjectKind) -> Object {
    Object {
        id: ObjectId::new(kind.kind(), &["a", "b", "c"]),
        parent: None,
        specs: kind.attrs(),
        values: vec![Value::Null; kind.attrs().len()],
        facets: Facets::default(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "\\<").replace('*', "\\*")
}

/// The columns behind each attribute.
fn sources() -> BTreeMap<(Kind, &'static str), BTreeSet<String>> {
    let mut sources = BTreeMap::<_, BTreeSet<String>>::new();
    for catalog in columns::all() {
        for (column, kind, attribute) in catalog.claims() {
            let column = format!("`{}.{column}`", catalog.name);
            sources.entry((kind, attribute)).or_default().insert(column);
        }
    }
    sources
}

fn kinds() -> String {
    let mut text = String::from(
        "## Kinds\n\n| Kind | In `COMMENT ON` | Since | Besides its attributes |\n|---|---|---|---|\n",
    );
    for kind in REGISTRY {
        let has = kind.facets();
        let facets = [
            (has.owner, "owner"),
            (has.acl.is_some(), "privileges"),
            (has.comment, "comment"),
            (has.extension, "`DEPENDS ON EXTENSION`"),
        ];
        let facets: Vec<&str> =
            facets.into_iter().filter(|(has, _)| *has).map(|(_, name)| name).collect();
        let noun = if has.comment { kind.noun(&example(*kind)) } else { "" };
        let _ = writeln!(
            text,
            "| {} | {noun} | {} | {} |",
            kind.kind(),
            kind.since(),
            facets.join(", ")
        );
    }
    text.push('\n');
    let sources = sources();
    for kind in REGISTRY.iter().filter(|kind| !kind.attrs().is_empty()) {
        let _ = writeln!(
            text,
            "### {}\n\n| Attribute | What it is | Read from | A difference |\n|---|---|---|---|",
            kind.kind()
        );
        for spec in kind.attrs() {
            let compare = match spec.compare {
                Compare::Drift => "is drift",
                Compare::Info => "is told only",
                Compare::Rank => "of the order is told only",
                Compare::Derived => "is none: it follows from the rest",
            };
            let columns: Vec<String> = sources[&(kind.kind(), spec.name)].iter().cloned().collect();
            let _ = writeln!(
                text,
                "| {} | {} | {} | {compare} |",
                spec.name,
                cell(spec.doc),
                columns.join(", ")
            );
        }
        text.push('\n');
    }
    text
}

fn catalog(catalog: &SystemCatalog) -> String {
    let mut text = format!("### {}\n\n", catalog.name);
    match catalog.access {
        Access::Whole => {}
        Access::Part(how) => {
            let _ = writeln!(text, "Read {how}.\n");
        }
        Access::No(why) => return text + &format!("Not read: {why}.\n\n"),
    }
    let mut line = |what: &str, columns: &str| {
        let columns: BTreeSet<String> =
            columns.split_whitespace().map(|column| format!("`{column}`")).collect();
        if !columns.is_empty() {
            let _ =
                writeln!(text, "- {what}: {}", columns.into_iter().collect::<Vec<_>>().join(", "));
        }
    };
    let claims: Vec<&str> = catalog.claims().into_iter().map(|(column, ..)| column).collect();
    line("attributes", &claims.join(" "));
    for (facet, columns) in catalog.facets {
        line(facet, columns);
    }
    line("identity", catalog.key);
    line("dependencies", catalog.edge);
    line("only told", catalog.ledger);
    line("server and database", catalog.server);
    for (why, columns) in catalog.excluded {
        line(&format!("left out, {why}"), columns);
    }
    if !catalog.parts_of.is_empty() {
        let _ = writeln!(text, "- its rows are parts of those of {}", catalog.parts_of);
    }
    for (why, _) in catalog.rows {
        let _ = writeln!(text, "- rows that are not read: {why}");
    }
    text.push('\n');
    text
}

#[test]
fn the_document_is_up_to_date() {
    let catalogs: String = columns::all().into_iter().map(catalog).collect();
    let text = format!("{HEAD}{}{REPORTED}## Columns\n\n{catalogs}", kinds());
    let text = format!("{}\n", text.trim_end());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/COVERAGE.md");
    if std::env::var_os("PGBRIDGE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/COVERAGE.md is not what the code says: PGBRIDGE_WRITE_DOCS=1 writes it"
    );
}
