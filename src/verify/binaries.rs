//! The server programs of this machine.

use crate::connect::Environment;
use crate::verify::VerifyError;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with `postgres` and `initdb`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binaries {
    /// The folder.
    pub folder: PathBuf,
    /// The major version.
    pub major: i32,
}

/// Where to look for them.
#[derive(Clone, Default, Debug)]
pub struct BinarySearch {
    /// The folder that the user names, for example in `PGBRIDGE_PG_BIN`: no other is looked at then.
    pub named: Option<PathBuf>,
    /// `PATH`.
    pub path: Option<String>,
}

/// Parent folder, what a name begins with before the major, folder below it.
const PACKAGES: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
];

impl BinarySearch {
    /// As `PGBRIDGE_PG_BIN` and `PATH` say.
    pub fn from_environment(environment: &Environment) -> Self {
        Self {
            named: environment.get("PGBRIDGE_PG_BIN").map(PathBuf::from),
            path: environment.get("PATH").map(str::to_owned),
        }
    }

    /// The programs of major `oldest` or, where there are none, of the next newer one; without
    /// `oldest` the newest.
    ///
    /// # Errors
    /// When there are none.
    pub fn find(&self, oldest: Option<i32>) -> Result<Binaries, VerifyError> {
        let found = match &self.named {
            Some(folder) => {
                let bad = |reason| VerifyError::BadBinaries { folder: folder.clone(), reason };
                vec![inspect(folder).map_err(bad)?]
            }
            None => self.folders().iter().filter_map(|folder| inspect(folder).ok()).collect(),
        };
        choose(found, oldest)
    }

    /// All folders worth a look, the likelier first.
    fn folders(&self) -> Vec<PathBuf> {
        let path = self.path.clone().unwrap_or_default();
        let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        let config =
            folders.iter().map(|folder| folder.join("pg_config")).find(|file| file.is_file());
        folders.extend(config.and_then(|program| bindir(&program)));
        for (parent, prefix, below) in PACKAGES {
            folders.extend(packaged(Path::new(parent), prefix, below));
        }
        let mut seen = BTreeSet::new();
        folders.retain(|folder| folder.is_absolute() && seen.insert(folder.clone()));
        folders
    }
}

fn bindir(pg_config: &Path) -> Option<PathBuf> {
    let answer = Command::new(pg_config).arg("--bindir").output().ok()?;
    Some(PathBuf::from(String::from_utf8(answer.stdout).ok()?.trim()))
}

/// Folders of packages that stand side by side, the newest first.
fn packaged(parent: &Path, prefix: &str, below: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let major = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((major, entry.path().join(below)))
        })
        .collect();
    found.sort_by_key(|(major, _)| Reverse(*major));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// Whether a whole server stands there, and of which major.
fn inspect(folder: &Path) -> Result<Binaries, String> {
    for program in ["postgres", "initdb"] {
        if !folder.join(program).is_file() {
            return Err(format!("there is no {program} in it"));
        }
    }
    let answer = Command::new(folder.join("postgres")).arg("--version").output();
    let answer = answer.map_err(|error| format!("postgres does not run: {error}"))?;
    let text = String::from_utf8_lossy(&answer.stdout);
    let major = major_of(&text).ok_or_else(|| "postgres does not tell its version".to_owned())?;
    Ok(Binaries { folder: folder.to_owned(), major })
}

/// The major in `postgres (PostgreSQL) 15.18`.
fn major_of(text: &str) -> Option<i32> {
    let (_, version) = text.split_once("(PostgreSQL) ")?;
    let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version.get(..end)?.parse().ok()
}

fn choose(found: Vec<Binaries>, oldest: Option<i32>) -> Result<Binaries, VerifyError> {
    let names =
        found.iter().map(|one| format!("{} in {}", one.major, one.folder.display())).collect();
    let best = match oldest {
        // the first of the lowest major that will do
        Some(oldest) => {
            found.into_iter().filter(|one| one.major >= oldest).min_by_key(|one| one.major)
        }
        None => found.into_iter().min_by_key(|one| Reverse(one.major)),
    };
    best.ok_or(VerifyError::NoBinaries { wanted: oldest, found: names })
}

#[cfg(test)]
mod tests {
    use super::{Binaries, BinarySearch, choose, major_of};
    use std::path::PathBuf;

    fn one(folder: &str, major: i32) -> Binaries {
        Binaries { folder: PathBuf::from(folder), major }
    }

    #[test]
    fn versions() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 19devel"), Some(19));
        assert_eq!(major_of("oops"), None);
    }

    #[test]
    fn the_same_major_goes_before_a_newer_one() {
        let found = || vec![one("/a", 14), one("/b", 18), one("/c", 16), one("/d", 16)];
        assert_eq!(choose(found(), Some(16)).unwrap(), one("/c", 16));
        assert_eq!(choose(found(), Some(15)).unwrap(), one("/c", 16));
        assert_eq!(choose(found(), None).unwrap(), one("/b", 18));
        let error = choose(vec![one("/a", 14)], Some(19)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no PostgreSQL server binaries found of version 19 or newer (only 14 in /a)"
        );
        assert!(error.hint().unwrap().contains("PGBRIDGE_PG_BIN"));
    }

    #[test]
    fn a_named_folder_is_the_only_one() {
        let search = BinarySearch { named: Some(PathBuf::from("/nowhere")), path: None };
        let error = search.find(None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "/nowhere does not hold a PostgreSQL server: there is no postgres in it"
        );
    }
}
