//! The judges of types: supabase's generator, the formatter, tsc.

use crate::support::Database;
use crate::support::tools::{run, tools};
use similar::{ChangeTag, TextDiff};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The folder of the pinned programs.
static TOOLS: LazyLock<PathBuf> = LazyLock::new(|| tools("fixtures/types/tools"));

/// What supabase's generator writes.
pub(crate) fn generated(database: &Database) -> String {
    let server = TOOLS.join("node_modules/@supabase/postgres-meta/dist/server/server.js");
    let mut command = Command::new("node");
    command
        .arg(server)
        .env("PG_META_DB_URL", database.url())
        .env("PG_META_GENERATE_TYPES", "typescript")
        .env("PG_META_GENERATE_TYPES_DETECT_ONE_TO_ONE_RELATIONSHIPS", "true");
    for name in ["PG_META_GENERATE_TYPES_INCLUDED_SCHEMAS", "PG_META_POSTGREST_VERSION"] {
        command.env_remove(name);
    }
    // the program prints an empty line at the end
    format!("{}\n", run(&mut command).trim_end())
}

/// The same in the generator's own layout.
pub(crate) fn formatted(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("types.ts");
    std::fs::write(&file, text).unwrap();
    let settings = folder.path().join(".oxfmtrc.json");
    std::fs::write(settings, r#"{"semi": false, "printWidth": 80}"#).unwrap();
    run(Command::new("node")
        .arg(TOOLS.join("node_modules/oxfmt/bin/oxfmt"))
        .arg("types.ts")
        .current_dir(folder.path()));
    std::fs::read_to_string(file).unwrap()
}

/// That tsc accepts all of these files.
pub(crate) fn check_with_tsc(files: &[&Path]) {
    let tsc = TOOLS.join("node_modules/typescript/bin/tsc");
    let options = ["--strict", "--noEmit", "--target", "esnext", "--moduleDetection", "force"];
    run(Command::new("node").arg(tsc).args(options).args(files));
}

/// Lines that only one side has, in their order: `- ours`, `+ theirs`.
pub(crate) fn differences(ours: &str, theirs: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(ours, theirs);
    let changes = diff.iter_all_changes().filter_map(|change| {
        let mark = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => return None,
        };
        Some(format!("{mark} {}", change.value().trim()))
    });
    changes.collect()
}
