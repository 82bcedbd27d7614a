//! One privilege of an access control list, in normal form.

use std::fmt;
use std::sync::Arc;

/// Stands for the object's owner, so that a change of owner is one drift and not many. No name can
/// hold this character.
pub const OWNER: &str = "\u{0}";
/// Stands for everybody. No role can have an empty name; `"PUBLIC"` in quotes is one like any other.
pub const PUBLIC: &str = "";

/// The name of a role for people.
pub fn shown(role: &str) -> &str {
    match role {
        OWNER => "<owner>",
        PUBLIC => "PUBLIC",
        role => role,
    }
}

/// One privilege for one role, as `aclexplode` gives it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct AclItem {
    /// Who holds it: a role, [`OWNER`] or [`PUBLIC`].
    pub grantee: Arc<str>,
    /// Its name, for example `SELECT`.
    pub privilege: Arc<str>,
    /// Whether the holder may pass it on.
    pub grantable: bool,
    /// Who gave it: a role or [`OWNER`].
    pub grantor: Arc<str>,
}

impl AclItem {
    /// The roles it names.
    pub fn roles(&self) -> impl Iterator<Item = &Arc<str>> {
        [&self.grantee, &self.grantor]
            .into_iter()
            .filter(|role| &***role != OWNER && &***role != PUBLIC)
    }
}

impl fmt::Display for AclItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.privilege, shown(&self.grantee))?;
        if self.grantable {
            f.write_str(" with grant option")?;
        }
        if &*self.grantor != OWNER {
            write!(f, " by {}", self.grantor)?;
        }
        Ok(())
    }
}
