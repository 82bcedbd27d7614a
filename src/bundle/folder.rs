//! The folder: written beside its place and moved there when it is whole.

use crate::bundle::{BundleError, File};
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

fn io(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> BundleError {
    let path = path.to_owned();
    move |source| BundleError::Io { what, path, source }
}

/// Refuses a target that holds something, before any work is done.
///
/// # Errors
/// When something is there, or its parent cannot be used.
pub fn check_target(target: &Path) -> Result<(), BundleError> {
    match fs::read_dir(target) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                Err(BundleError::NotEmpty(target.to_owned()))
            } else {
                Ok(())
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io("reading the folder", target)(error)),
    }
}

/// Writes all files, or none.
///
/// # Errors
/// When the target holds something or a file cannot be written; nothing is left behind then.
pub fn write(target: &Path, files: &[File]) -> Result<(), BundleError> {
    check_target(target)?;
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    fs::create_dir_all(&parent).map_err(io("creating the folder", &parent))?;
    // a temporary folder is 0700 and goes away with every error
    let draft = tempfile::Builder::new()
        .prefix(".pgbridge-")
        .tempdir_in(&parent)
        .map_err(io("writing into", &parent))?;
    for file in files {
        let path = draft.path().join(&file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io("creating the folder", folder))?;
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
                .map_err(io("protecting", folder))?;
        }
        let mut open = fs::OpenOptions::new();
        let mut handle = open
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(io("creating", &path))?;
        handle.write_all(file.content.as_bytes()).map_err(io("writing", &path))?;
        handle.sync_all().map_err(io("writing", &path))?;
    }
    for folder in ["migrations", "rollback"] {
        let path = draft.path().join(folder);
        fs::create_dir_all(&path).map_err(io("creating the folder", &path))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700))
            .map_err(io("protecting", &path))?;
    }
    fs::rename(draft.path(), target).map_err(io("moving the bundle to", target))?;
    // it has another name now: there is nothing left to remove
    let _ = draft.keep();
    Ok(())
}
