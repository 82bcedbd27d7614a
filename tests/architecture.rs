//! The walls: which folder may use which, where things may stand, and how large they may be.

#[cfg(test)]
mod walls {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::{Path, PathBuf};

    /// Each folder with what it may use of ours.
    const USES: &[(&str, &[&str])] = &[
        ("model", &[]),
        ("sql", &[]),
        ("markdown", &["sql"]),
        ("connect", &[]),
        ("kinds", &["model", "sql"]),
        ("history", &["model", "sql"]),
        ("introspect", &["connect", "history", "kinds", "model", "sql"]),
        ("normalize", &["kinds", "model", "sql"]),
        ("scope", &["kinds", "model"]),
        ("config", &["normalize", "plan", "scope", "verify"]),
        ("diff", &["model"]),
        ("plan", &["kinds", "model", "sql"]),
        ("report", &["diff", "history", "kinds", "markdown", "model", "plan"]),
        ("types", &["kinds", "model", "sql"]),
        ("bundle", &["diff", "history", "kinds", "markdown", "model", "plan", "sql"]),
        (
            "verify",
            &[
                "bundle",
                "connect",
                "diff",
                "history",
                "introspect",
                "kinds",
                "model",
                "plan",
                "sql",
            ],
        ),
        (
            "cli",
            &[
                "bundle",
                "config",
                "connect",
                "diff",
                "history",
                "introspect",
                "kinds",
                "model",
                "normalize",
                "plan",
                "report",
                "scope",
                "sql",
                "types",
                "verify",
            ],
        ),
    ];

    fn root() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
    }

    fn sources(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(sources(&path));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
        found.sort();
        found
    }

    /// The code of a file without its unit tests and comments.
    fn code(path: &Path) -> String {
        if path.file_name().is_some_and(|name| name == "tests.rs") {
            return String::new();
        }
        let text = fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        text.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn folder_of(path: &Path) -> String {
        let inside = path.strip_prefix(root().join("src")).unwrap();
        inside
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_string_lossy()
            .trim_end_matches(".rs")
            .to_owned()
    }

    #[test]
    fn folders_use_only_what_stands_right_of_them() {
        let allowed: BTreeMap<&str, &[&str]> = USES.iter().copied().collect();
        let mut seen = 0;
        for path in sources(&root().join("src")) {
            let folder = folder_of(&path);
            let Some(allowed) = allowed.get(folder.as_str()) else {
                assert!(
                    ["lib", "main"].contains(&folder.as_str()),
                    "src/{folder} has no line in the table of walls"
                );
                continue;
            };
            for used in code(&path).split("crate::").skip(1) {
                let name: String =
                    used.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                seen += 1;
                assert!(
                    name == folder || allowed.contains(&name.as_str()),
                    "{} uses crate::{name}",
                    path.display()
                );
            }
        }
        assert!(seen > 100, "the test sees no uses: {seen}");
    }

    #[test]
    fn stages_name_no_kind() {
        for folder in ["diff", "report", "bundle"] {
            for path in sources(&root().join("src").join(folder)) {
                let code = code(&path);
                for (at, _) in code.match_indices("Kind::") {
                    let rest = &code[at + 6..];
                    let listing =
                        ["ALL", "name", "parse"].iter().any(|word| rest.starts_with(word));
                    let whole_word = !code[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
                    let ledger = rest.starts_with("Unmodelled");
                    assert!(
                        listing || ledger || !whole_word,
                        "{} names a kind: Kind::{}",
                        path.display(),
                        &rest[..rest.len().min(20)]
                    );
                }
            }
        }
    }

    #[test]
    fn only_cli_prints_and_only_main_ends_the_process() {
        for path in sources(&root().join("src")) {
            let code = code(&path);
            let folder = folder_of(&path);
            if folder != "cli" {
                for word in ["println!", "eprintln!", "print!", "stdout()", "stderr()", "dbg!"] {
                    assert!(!code.contains(word), "{} prints: {word}", path.display());
                }
            }
            assert!(!code.contains("process::exit"), "{} ends the process", path.display());
        }
    }

    #[test]
    fn the_driver_stays_where_it_belongs() {
        for path in sources(&root().join("src")) {
            let folder = folder_of(&path);
            if !["connect", "introspect"].contains(&folder.as_str()) {
                assert!(
                    !code(&path).contains("tokio_postgres"),
                    "{} uses the driver",
                    path.display()
                );
            }
        }
    }

    #[test]
    fn no_statement_cascades_or_accepts_what_is_there() {
        for path in sources(&root().join("src")) {
            let code = code(&path);
            for (at, _) in code.match_indices("CASCADE") {
                // nothing else drops a type and its own functions; what else would go stops it before
                if path.ends_with("src/kinds/base_type.rs")
                    && code[..at].ends_with("DROP TYPE {name} ")
                {
                    continue;
                }
                assert!(code[..at].ends_with(['"', '_']), "{} writes CASCADE", path.display());
            }
            // a scratch database of our own may be gone already
            // behind a guard that has compared what is there, the form passes over it
            let guarded = path.ends_with("src/bundle/guard.rs");
            if folder_of(&path) != "verify" && !guarded {
                assert!(
                    !code.contains("IF NOT EXISTS") && !code.contains("IF EXISTS"),
                    "{} writes IF [NOT] EXISTS",
                    path.display()
                );
            }
        }
    }

    #[test]
    fn files_have_one_subject() {
        for folder in ["src", "tests"] {
            for path in sources(&root().join(folder)) {
                let lines = fs::read_to_string(&path).unwrap().lines().count();
                assert!(lines <= 500, "{} has {lines} lines", path.display());
            }
        }
    }

    #[test]
    fn every_folder_says_what_it_owns() {
        for (folder, _) in USES {
            let path = root().join("src").join(folder).join("mod.rs");
            let text = fs::read_to_string(&path).unwrap();
            let head: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
            assert!(head.len() >= 3, "{} does not say what it owns", path.display());
            assert!(
                head.iter().any(|line| line.contains("nvariant")),
                "{} states no invariant",
                path.display()
            );
        }
    }

    #[test]
    fn every_hazard_has_a_page() {
        let folder = root().join("docs/hazards");
        let mut pages: Vec<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "README.md")
            .collect();
        pages.sort();
        let codes = pgbridge::kinds::Hazard::ALL.map(|hazard| format!("{}.md", hazard.code()));
        assert_eq!(pages, codes);
        let index = fs::read_to_string(folder.join("README.md")).unwrap();
        for page in pages {
            let text = fs::read_to_string(folder.join(&page)).unwrap();
            let title = text.lines().next().unwrap().trim_start_matches("# ");
            assert!(index.contains(&format!("[{title}]({page})")), "{page} is not in the index");
        }
    }

    #[test]
    fn every_kind_has_a_fixture_and_a_registry_line() {
        use pgbridge::kinds::REGISTRY;
        let cases = root().join("fixtures/cases");
        for entry in REGISTRY {
            let folder = cases.join(entry.kind().name());
            let cases = fs::read_dir(&folder).map(Iterator::count).unwrap_or_default();
            assert!(cases > 0, "no fixture for {}", entry.kind());
        }
    }

    #[test]
    fn every_dependency_says_why_it_is_there() {
        let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
        let mut section = String::new();
        let mut before = String::new();
        let mut seen = BTreeSet::new();
        for line in text.lines() {
            if line.trim().is_empty() || line.starts_with('[') {
                before.clear();
            }
            if line.starts_with('[') {
                section = line.to_owned();
            } else if section.contains("dependencies]") && line.contains('=') {
                let name = line.split_whitespace().next().unwrap();
                assert!(before.starts_with('#') || line.contains('#'), "{name} has no reason");
                seen.insert(name.to_owned());
            }
            before = line.to_owned();
        }
        assert!(seen.contains("tokio-postgres") && seen.len() > 10, "{seen:?}");
    }
}
