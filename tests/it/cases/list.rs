//! What stands in `fixtures/cases`, and what is known not to work.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a case.toml may say.
#[derive(Debug, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// The first major that loads both scripts.
    since: u32,
    /// Whether the case needs databases of its own.
    isolated: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { since: 13, isolated: false }
    }
}

/// A folder with `a.sql` and `b.sql`.
#[derive(Debug)]
pub(crate) struct Case {
    /// `kind/case`.
    name: String,
    folder: PathBuf,
    settings: Settings,
}

impl Case {
    fn read(kind: &Path, folder: &Path) -> Self {
        let word = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let name = format!("{}/{}", word(kind), word(folder));
        let file = folder.join("case.toml");
        let settings = if file.exists() {
            let text = std::fs::read_to_string(&file).unwrap();
            toml::from_str(&text).unwrap_or_else(|error| panic!("{name}/case.toml: {error}"))
        } else {
            Settings::default()
        };
        Self { name, folder: folder.to_owned(), settings }
    }

    /// The kind that it is about.
    pub(crate) fn kind(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    pub(crate) fn is_isolated(&self) -> bool {
        self.settings.isolated
    }

    pub(crate) fn runs_on(&self, major: u32) -> bool {
        self.settings.since <= major
    }

    /// The schema of the case's own, where it shares the database.
    pub(crate) fn schema(&self) -> String {
        self.name.replace('/', "__")
    }

    /// Whether a complaint of psql, `pg_dump` or pgbridge speaks of the case.
    pub(crate) fn is_named_in(&self, text: &str) -> bool {
        text.contains(&self.schema()) || text.contains(&format!("cases/{}/", self.name))
    }

    /// What psql needs to load one side.
    pub(crate) fn psql_arguments(&self, side: &str) -> Vec<String> {
        self.psql_arguments_in(side, &self.schema())
    }

    /// The same in another schema.
    pub(crate) fn psql_arguments_in(&self, side: &str, schema: &str) -> Vec<String> {
        let file = self.folder.join(format!("{side}.sql")).to_str().unwrap().to_owned();
        let load = ["-f".to_owned(), file];
        if self.is_isolated() {
            return load.to_vec();
        }
        let enter = format!("CREATE SCHEMA {schema}; SET search_path = {schema}");
        let separate = ["-c", "DISCARD ALL", "-c", &enter].map(str::to_owned);
        separate.into_iter().chain(load).collect()
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// All cases, by name.
pub(crate) fn cases() -> Vec<Case> {
    let list = |folder: &Path| {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    list(&root().join("cases"))
        .iter()
        .flat_map(|kind| list(kind).into_iter().map(|folder| Case::read(kind, &folder)))
        .collect()
}

/// `kind/case a to b`, as the tests report it.
pub(crate) fn label(case: &Case, reverse: bool) -> String {
    format!("{} {}", case.name, if reverse { "b to a" } else { "a to b" })
}

/// What `fixtures/expected_failures.txt` names: a label, and the majors if not all.
#[derive(Debug)]
pub(crate) struct Expected(BTreeMap<String, BTreeSet<u32>>);

impl Expected {
    pub(crate) fn read(cases: &[Case]) -> Self {
        let text = std::fs::read_to_string(root().join("expected_failures.txt")).unwrap();
        let mut all = BTreeMap::<String, BTreeSet<u32>>::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (head, reason) = line.split_once(": ").unwrap_or((line, ""));
            assert!(!reason.trim().is_empty(), "expected_failures.txt gives no reason: {line}");
            let (label, majors) = head.split_once(" on ").unwrap_or((head, ""));
            let majors = majors.split_whitespace().map(|word| word.parse::<u32>().unwrap());
            all.entry(label.to_owned()).or_default().extend(majors);
        }
        let known: BTreeSet<String> =
            cases.iter().flat_map(|case| [label(case, false), label(case, true)]).collect();
        let unknown: Vec<&String> = all.keys().filter(|label| !known.contains(*label)).collect();
        assert!(unknown.is_empty(), "expected_failures.txt names no case: {unknown:?}");
        Self(all)
    }

    pub(crate) fn holds(&self, label: &str, major: u32) -> bool {
        self.0.get(label).is_some_and(|majors| majors.is_empty() || majors.contains(&major))
    }
}
