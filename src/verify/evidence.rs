//! The bundle as it was written: an edited file is no evidence.

use crate::bundle::Manifest;
use crate::bundle::manifest::{Entry, FORMAT_VERSION, Side, StepEntry};
use crate::kinds::specs_of;
use crate::model::Catalog;
use crate::model::snapshot::{self, digest};
use crate::plan::Options;
use crate::verify::VerifyError;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What a proof starts from.
#[derive(Debug)]
pub(super) struct Evidence {
    pub(super) manifest: Manifest,
    pub(super) dev: Catalog,
    pub(super) prod: Catalog,
    pub(super) options: Options,
    /// In the order of their names, which is the order in which they run.
    pub(super) files: Vec<Pair>,
}

/// A migration and what undoes it.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) forward: Script,
    pub(super) back: Script,
    /// What the rollback does not bring back.
    pub(super) irreversible: Vec<String>,
}

/// A file with SQL.
#[derive(Debug)]
pub(super) struct Script {
    /// Its path in the bundle.
    pub(super) path: String,
    pub(super) sql: String,
    /// What its steps say that they take.
    pub(super) steps: Vec<StepEntry>,
}

impl Evidence {
    /// Both sides without a bundle.
    pub(super) fn of(dev: Catalog, prod: Catalog, options: &Options) -> Self {
        let side = |catalog: &Catalog| Side {
            system_identifier: catalog.server.system_identifier.clone(),
            database: catalog.server.database.clone(),
            server_version_num: catalog.server.version_num,
            snapshot_sha256: String::new(),
        };
        let manifest = Manifest {
            format_version: FORMAT_VERSION,
            timestamp: String::new(),
            drops: options.drops,
            apply_role: options.apply_role.clone(),
            online_above: options.online_above,
            dev: side(&dev),
            prod: side(&prod),
            migrations: Vec::new(),
            made: Vec::new(),
            withheld: Vec::new(),
            unbridged: Vec::new(),
        };
        Self { manifest, dev, prod, options: options.clone(), files: Vec::new() }
    }
}

/// Reads the bundle and checks every hash.
pub(super) fn read(bundle: &Path) -> Result<Evidence, VerifyError> {
    let manifest = Manifest::read(&text(bundle, "plan.json")?)?;
    let (dev, prod) = (&manifest.dev, &manifest.prod);
    let dev = catalog(bundle, "snapshots/dev.json", &dev.snapshot_sha256)?;
    let prod = catalog(bundle, "snapshots/prod.json", &prod.snapshot_sha256)?;
    if dev.is_same_database(&prod) {
        return Err(VerifyError::SameDatabase(prod.server.database.clone()));
    }
    let mut files = Vec::new();
    for entry in &manifest.migrations {
        files.push(pair(bundle, entry)?);
    }
    files.sort_by(|a, b| a.forward.path.cmp(&b.forward.path));
    let listed =
        files.iter().flat_map(|pair| [pair.forward.path.as_str(), &pair.back.path]).collect();
    unlisted(bundle, &listed)?;
    let options = Options {
        drops: manifest.drops,
        apply_role: manifest.apply_role.clone(),
        online_above: manifest.online_above,
        ..Options::default()
    };
    Ok(Evidence { manifest, dev, prod, options, files })
}

fn pair(bundle: &Path, entry: &Entry) -> Result<Pair, VerifyError> {
    let script = |folder: &str, path: &str, sha256: &str, steps: &[StepEntry]| {
        let name = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
        if name.is_none_or(|name| name.contains('/')) {
            return Err(VerifyError::Path(path.to_owned()));
        }
        let sql = checked(bundle, path, sha256)?;
        Ok(Script { path: path.to_owned(), sql, steps: steps.to_vec() })
    };
    Ok(Pair {
        forward: script("migrations", &entry.file, &entry.sha256, &entry.steps)?,
        back: script("rollback", &entry.rollback, &entry.rollback_sha256, &entry.rollback_steps)?,
        irreversible: entry.irreversible.clone(),
    })
}

/// A runner would run every file of these folders.
fn unlisted(bundle: &Path, listed: &BTreeSet<&str>) -> Result<(), VerifyError> {
    for folder in ["migrations", "rollback"] {
        let path = bundle.join(folder);
        let failed = |source| VerifyError::Read { path: path.clone(), source };
        for entry in fs::read_dir(&path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let found = format!("{folder}/{}", name.to_string_lossy());
            let is_sql =
                Path::new(&found).extension().is_some_and(|end| end.eq_ignore_ascii_case("sql"));
            if is_sql && !listed.contains(found.as_str()) {
                return Err(VerifyError::Unlisted(found));
            }
        }
    }
    Ok(())
}

fn catalog(bundle: &Path, file: &str, sha256: &str) -> Result<Catalog, VerifyError> {
    let text = checked(bundle, file, sha256)?;
    let wrong = |source| VerifyError::Snapshot { file: file.to_owned(), source };
    snapshot::read(&text, specs_of).map_err(wrong)
}

fn checked(bundle: &Path, file: &str, sha256: &str) -> Result<String, VerifyError> {
    let text = text(bundle, file)?;
    if digest(text.as_bytes()) == sha256 {
        Ok(text)
    } else {
        Err(VerifyError::Edited(file.to_owned()))
    }
}

fn text(bundle: &Path, file: &str) -> Result<String, VerifyError> {
    let path = bundle.join(file);
    fs::read_to_string(&path).map_err(|source| VerifyError::Read { path, source })
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Evidence, read};
    use crate::bundle::{Input, files, write};
    use crate::diff::compare;
    use crate::kinds::specs_of;
    use crate::model::{Catalog, Facets, Kind, Object, ObjectId, Value};
    use crate::plan::{Drops, Options, Rollout, reconcile};
    use crate::verify::VerifyError;
    use std::fs;
    use std::path::Path;

    fn catalog(database: &str, schemas: &[&str]) -> Catalog {
        let mut catalog = Catalog::default();
        catalog.server.system_identifier = Some("77".to_owned());
        catalog.server.database = database.to_owned();
        catalog.server.version_num = 150_000;
        for name in schemas {
            let id = ObjectId::new(Kind::Schema, &[name]);
            let specs = specs_of(Kind::Schema);
            let values = vec![Value::Null; specs.len()];
            let object =
                Object { id: id.clone(), parent: None, specs, values, facets: Facets::default() };
            catalog.objects.insert(id, object);
        }
        catalog
    }

    fn bundle(target: &Path, dev: &str) {
        let (dev, prod) = (catalog(dev, &["a", "b"]), catalog("prod", &["a"]));
        let options = Options {
            drops: Drops::default(),
            apply_role: "postgres".to_owned(),
            ..Options::default()
        };
        let plan = reconcile(&dev, &prod, &options);
        let divergence = compare(&dev, &prod);
        let timestamp = "20260131120000";
        let input = Input {
            dev: &dev,
            prod: &prod,
            divergence: &divergence,
            plan: &plan,
            options: &options,
            way: crate::bundle::Way::Bridge,
            guarded: false,
            flavours: &[],
            rollout: &Rollout::default(),
            timestamp,
        };
        write(target, &files(&input, Vec::new()).unwrap()).unwrap();
    }

    /// A bundle that creates a schema; its prod stands on the cluster 77.
    pub(in crate::verify) fn evidence() -> Evidence {
        let folder = tempfile::tempdir().unwrap();
        bundle(&folder.path().join("b"), "dev");
        read(&folder.path().join("b")).unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        let evidence = evidence();
        assert_eq!(evidence.files.len(), 1);
        assert!(evidence.files[0].forward.sql.contains("CREATE SCHEMA b;"));
    }

    #[test]
    fn an_edited_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let bundle_folder = folder.path().join("b");
        bundle(&bundle_folder, "dev");
        let found = read(&bundle_folder).unwrap().files[0].back.path.clone();
        for path in [found.as_str(), "snapshots/dev.json"] {
            let text = fs::read_to_string(bundle_folder.join(path)).unwrap();
            fs::write(bundle_folder.join(path), format!("{text} ")).unwrap();
            let error = read(&bundle_folder).unwrap_err();
            assert!(matches!(&error, VerifyError::Edited(name) if name == path), "{error}");
            fs::write(bundle_folder.join(path), text).unwrap();
        }
        fs::write(bundle_folder.join("migrations/2.sql"), "").unwrap();
        let error = read(&bundle_folder).unwrap_err();
        assert!(
            matches!(&error, VerifyError::Unlisted(name) if name == "migrations/2.sql"),
            "{error}"
        );
    }

    #[test]
    fn one_database_on_both_sides() {
        let folder = tempfile::tempdir().unwrap();
        bundle(&folder.path().join("b"), "prod");
        let error = read(&folder.path().join("b")).unwrap_err();
        assert!(matches!(error, VerifyError::SameDatabase(_)), "{error}");
    }
}
