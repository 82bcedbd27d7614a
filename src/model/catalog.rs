//! The normalized model of one database.

use crate::model::{History, Kind, Object, ObjectId, snapshot};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How strongly one object needs another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// From a token scan of a string body: orders where it can, forces nothing.
    Soft,
    /// The dependent goes silently when the other is dropped.
    Auto,
    /// The dependent is a part of the other.
    Part,
    /// A drop of the other is refused while the dependent stands.
    Hard,
}

/// What is known of the server and the database, and of who looked.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ServerInfo {
    /// `server_version_num`.
    pub version_num: i32,
    /// `server_version`.
    pub version: String,
    /// `pg_control_system().system_identifier`; none where the role may not read it.
    pub system_identifier: Option<String>,
    /// The database's name.
    pub database: String,
    /// The database's owner.
    pub database_owner: String,
    /// Encoding of the database.
    pub encoding: String,
    /// `LC_COLLATE` of the database.
    pub collate: String,
    /// `LC_CTYPE` of the database.
    pub ctype: String,
    /// Who sorts its texts, with the locale where it has one of its own: `libc`, `icu en-US`.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub collation_provider: String,
    /// Settings that change what statements mean or how they run, as the capturing role has them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub settings: BTreeMap<String, String>,
    /// The role that captured.
    pub capture_role: String,
    /// Whether that role has the rights of the database's owner.
    pub capture_role_owns: bool,
    /// The roles of the cluster.
    pub roles: BTreeSet<Arc<str>>,
    /// Those that are superusers; none where it is not known.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub superusers: BTreeSet<Arc<str>>,
    /// Those that row-level security does not bind.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub row_security_bypassers: BTreeSet<Arc<str>>,
    /// Other roles that may create schemas in the database.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", default)]
    pub database_creators: BTreeSet<Arc<str>>,
    /// For each role those whose rights it has as a member, directly or not.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub has_rights_of: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// For each role those that it can act as: SET ROLE from 16 on, members before.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub can_become: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// Extensions that could be installed: name and default version.
    pub available_extensions: BTreeMap<String, String>,
    /// Assignment casts: source type, target type.
    pub assignment_casts: BTreeSet<(String, String)>,
}

impl ServerInfo {
    /// The major version.
    pub fn major(&self) -> i32 {
        self.version_num / 10_000
    }
}

/// A row that no kind models: its identity is the key, this is what tells two of them apart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The system catalog that holds the row.
    pub catalog: String,
    /// The row without OIDs, physical state and secrets: a JSON object, or a plain text.
    pub row: String,
}

impl LedgerEntry {
    /// What tells two rows apart, for people: the first half of a SHA-256 in hexadecimal.
    pub fn fingerprint(&self) -> String {
        snapshot::digest(self.row.as_bytes()).chars().take(32).collect()
    }
}

/// Something the capture could not see, does not know, or left out because it may be a secret. It
/// is told for each side; no exit code changes unless it is `incomplete`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// What is concerned, for example a system catalog.
    pub subject: String,
    /// What is not known, and why.
    pub text: String,
    /// Whether a comparison is incomplete because of it, which is then never "equal". Secrets are
    /// left out by decision: two databases that differ in nothing else are equal.
    pub incomplete: bool,
}

/// The normalized model of one database.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Catalog {
    /// The server and the database.
    pub server: ServerInfo,
    /// All modelled objects.
    pub objects: BTreeMap<ObjectId, Object>,
    /// For each object what it needs. Ledger entries take part.
    pub needs: BTreeMap<ObjectId, BTreeMap<ObjectId, Need>>,
    /// All that is not modelled.
    pub ledger: BTreeMap<ObjectId, LedgerEntry>,
    /// What could not be seen.
    pub notices: Vec<Notice>,
    /// `pg_table_size` per table in bytes, where it was asked for.
    pub sizes: BTreeMap<ObjectId, i64>,
    /// Tables whose partitions are data, with who says so: an extension that makes them, or the
    /// configuration. Once the scope is applied the partitions are not in the catalog, and what is
    /// made on such a table must reach them.
    pub data_partitions: BTreeMap<ObjectId, Arc<str>>,
    /// What migration tools recorded; none where nobody looked.
    pub histories: Option<Vec<History>>,
    /// What is left alone; no snapshot has it, for the scope is applied anew whenever two are compared.
    pub scope: Scope,
}

/// What of a database is left as the other has it, for somebody else manages it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scope {
    /// Why, and how to refuse it.
    pub why: Option<String>,
    /// What, in groups.
    pub alone: Vec<LeftAlone>,
}

/// Objects that are left alone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LeftAlone {
    /// What they have in common: a schema, a role, or the object itself.
    pub group: String,
    /// Who manages them.
    pub by: &'static str,
    /// Those that this database had.
    pub objects: BTreeSet<ObjectId>,
    /// Those that only dev had; parts go with their whole. Of the other side, none are listed.
    pub only_dev: Vec<String>,
    /// Those that only prod has.
    pub only_prod: Vec<String>,
    /// Those that both had and that differed.
    pub different: Vec<String>,
}

impl LeftAlone {
    /// What differs, in words and by name.
    pub fn differences(&self) -> [(&'static str, &[String]); 3] {
        [
            ("only on dev", &self.only_dev),
            ("only on prod", &self.only_prod),
            ("different", &self.different),
        ]
    }
}

impl std::fmt::Display for LeftAlone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = self.objects.len();
        let objects = if count == 1 { "object" } else { "objects" };
        write!(f, "left as prod has it, for {} manages it: {count} {objects}", self.by)?;
        for (words, names) in self.differences().iter().filter(|(_, names)| !names.is_empty()) {
            write!(f, "; {words}: {}", names.join(", "))?;
        }
        Ok(())
    }
}

impl Catalog {
    /// What `id` needs.
    pub fn needs_of(&self, id: &ObjectId) -> impl Iterator<Item = (&ObjectId, Need)> {
        self.needs.get(id).into_iter().flatten().map(|(to, need)| (to, *need))
    }

    /// The objects of a kind, in order.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Object> {
        let first = ObjectId::from_parts(kind, Vec::new());
        let rest = self.objects.range(first..).map(|(_, object)| object);
        rest.take_while(move |object| object.id.kind == kind)
    }

    /// Records that `from` needs `to`; the stronger of two needs stays.
    pub fn add_need(&mut self, from: &ObjectId, to: &ObjectId, need: Need) {
        if from == to {
            return;
        }
        let slot = self.needs.entry(from.clone()).or_default().entry(to.clone()).or_insert(need);
        *slot = (*slot).max(need);
    }

    /// Puts in an object with the needs it has in `source`.
    pub fn adopt(&mut self, source: &Self, id: &ObjectId) {
        let Some(object) = source.objects.get(id) else { return };
        self.objects.insert(id.clone(), object.clone());
        match source.needs.get(id) {
            Some(needs) => self.needs.insert(id.clone(), needs.clone()),
            None => self.needs.remove(id),
        };
    }

    /// Takes out an object and what it needs.
    pub fn remove(&mut self, id: &ObjectId) {
        self.objects.remove(id);
        self.needs.remove(id);
    }

    /// The edges turned round: for each object what needs it.
    pub fn dependents(&self) -> BTreeMap<&ObjectId, BTreeMap<&ObjectId, Need>> {
        let mut turned: BTreeMap<&ObjectId, BTreeMap<&ObjectId, Need>> = BTreeMap::new();
        for (from, needs) in &self.needs {
            for (to, need) in needs {
                turned.entry(to).or_default().insert(from, *need);
            }
        }
        turned
    }

    /// The parts of each object, in order.
    pub fn parts(&self) -> BTreeMap<&ObjectId, Vec<&ObjectId>> {
        let mut parts: BTreeMap<&ObjectId, Vec<&ObjectId>> = BTreeMap::new();
        for object in self.objects.values() {
            if let Some(parent) = &object.parent {
                parts.entry(parent).or_default().push(&object.id);
            }
        }
        parts
    }

    /// Whether both are the same database of the same cluster.
    pub fn is_same_database(&self, other: &Self) -> bool {
        self.server.system_identifier.is_some()
            && self.server.system_identifier == other.server.system_identifier
            && self.server.database == other.server.database
    }
}
