//! A folder with the files of a migration tool.

use super::tool::Tool;
use crate::model::{Entry, History};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// How deep a folder is read: a migration may be a folder of its own.
const DEPTH: usize = 3;

/// SQL files by their paths in the folder, in the order of the paths.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Files(Vec<(String, String)>);

/// Reads all files of a folder that end in `.sql`.
///
/// # Errors
/// When the folder or a file cannot be read, or is no text.
pub fn read_folder(folder: &Path) -> io::Result<Files> {
    let mut found = Vec::new();
    read(folder, "", DEPTH, &mut found)?;
    found.sort();
    Ok(Files(found))
}

fn read(folder: &Path, at: &str, depth: usize, out: &mut Vec<(String, String)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let name = if at.is_empty() { name } else { format!("{at}/{name}") };
        if path.is_dir() {
            if depth > 0 {
                read(&path, &name, depth - 1, out)?;
            }
        } else if path.extension().is_some_and(|end| end == "sql") {
            out.push((name, fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

impl Files {
    /// Gives the entries of a history their texts, where the table does not hold them. A file whose checksum is
    /// not the recorded one is not what ran, and of two files with one version neither is known to be.
    pub fn complete(&self, tool: &Tool, history: &mut History) {
        for entry in history.entries.iter_mut().filter(|entry| entry.text.is_none()) {
            entry.text = self.text(tool, entry);
        }
    }

    fn text(&self, tool: &Tool, entry: &Entry) -> Option<Arc<str>> {
        let mut found = self
            .0
            .iter()
            .filter(|(path, _)| (tool.file)(path).is_some_and(|version| version == entry.version));
        let (_, content) = found.next()?;
        if found.next().is_some() || (tool.check)(entry, content) == Some(false) {
            return None;
        }
        Some(up(tool, content).into())
    }
}

/// What of a file runs when it is applied.
fn up(tool: &Tool, content: &str) -> String {
    let Some((begin, end)) = tool.up else { return content.to_owned() };
    let is = |line: &str, mark: &str| line.trim_start().starts_with(mark);
    if !content.lines().any(|line| is(line, begin)) {
        return content.lines().take_while(|line| !is(line, end)).fold(String::new(), joined);
    }
    let from = content.lines().skip_while(|line| !is(line, begin));
    from.take_while(|line| !is(line, end)).fold(String::new(), joined)
}

fn joined(text: String, line: &str) -> String {
    text + line + "\n"
}

#[cfg(test)]
mod tests {
    use super::Files;
    use crate::history::of;
    use crate::model::{Entry, History};

    fn text(tool: &str, version: &str, path: &str, content: &str) -> Option<String> {
        let files = Files(vec![(path.to_owned(), content.to_owned())]);
        let entry = Entry { version: version.to_owned(), ..Entry::default() };
        let mut history = History { entries: vec![entry], ..History::default() };
        files.complete(of(tool).unwrap(), &mut history);
        history.entries[0].text.as_deref().map(str::to_owned)
    }

    #[test]
    fn names_follow_each_tool() {
        for (tool, version, path) in [
            ("supabase", "20240101000000", "20240101000000_a.sql"),
            ("flyway", "1.2", "V1_2__add_users.sql"),
            ("flyway", "R__view.sql", "R__view.sql"),
            ("sqlx", "1", "0001_a.sql"),
            ("sqlx", "1", "0001_a.up.sql"),
            ("diesel", "20240101000000", "2024-01-01-000000_a/up.sql"),
            ("prisma", "20240101000000_a", "20240101000000_a/migration.sql"),
            ("golang-migrate", "3", "000003_a.up.sql"),
            ("goose", "2", "00002_a.sql"),
            ("dbmate", "20240101000000", "20240101000000_a.sql"),
            ("node-pg-migrate", "1414549381268_a", "1414549381268_a.sql"),
            ("atlas", "20240101000000", "20240101000000_a.sql"),
        ] {
            assert_eq!(
                text(tool, version, path, "x").as_deref().map(str::trim),
                Some("x"),
                "{path}"
            );
            assert_eq!(text(tool, "other", path, "x"), None, "{path}");
        }
        assert_eq!(text("sqlx", "1", "0001_a.down.sql", "x"), None);
        assert_eq!(text("django", "a.0001_initial", "0001_initial.sql", "x"), None);
    }

    #[test]
    fn only_the_way_up_is_taken() {
        let content = "-- migrate:up\nup;\n-- migrate:down\ndown;\n";
        assert_eq!(text("dbmate", "1", "1_a.sql", content).unwrap(), "-- migrate:up\nup;\n");
        let content = "-- +goose Up\nup;\n-- +goose Down\ndown;\n";
        assert_eq!(text("goose", "1", "1_a.sql", content).unwrap(), "-- +goose Up\nup;\n");
    }
}
