//! Who a private server runs as: it refuses to run as root.

use crate::verify::VerifyError;
use std::path::Path;
use std::process::{Command, Stdio};

/// An ordinary user of this machine.
pub(super) struct Account {
    uid: String,
    gid: String,
}

impl Account {
    /// Nobody else, unless we are root.
    pub(super) fn choose() -> Result<Option<Self>, VerifyError> {
        if answer("id", &["-u"]).as_deref() != Some("0") {
            return Ok(None);
        }
        if answer("setpriv", &["--version"]).is_none() {
            return Err(VerifyError::Root(
                "there is no program setpriv to change the user".to_owned(),
            ));
        }
        let account = ["postgres", "nobody"].into_iter().find_map(|name| {
            Some(Self { uid: answer("id", &["-u", name])?, gid: answer("id", &["-g", name])? })
        });
        let none = || VerifyError::Root("this machine has no user postgres or nobody".to_owned());
        account.map(Some).ok_or_else(none)
    }

    /// What to put before a command line.
    pub(super) fn prefix(&self) -> Vec<String> {
        let (uid, gid) = (format!("--reuid={}", self.uid), format!("--regid={}", self.gid));
        vec!["setpriv".to_owned(), uid, gid, "--init-groups".to_owned(), "--".to_owned()]
    }

    /// Gives a folder away.
    pub(super) fn own(&self, folder: &Path) -> Result<(), String> {
        let owner = format!("{}:{}", self.uid, self.gid);
        let status = Command::new("chown").arg(owner).arg(folder).stderr(Stdio::null()).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("chown of its folder: {status}")),
            Err(error) => Err(format!("chown: {error}")),
        }
    }
}

/// What a program prints, if it succeeds.
pub(super) fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
