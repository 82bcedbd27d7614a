//! What statements lock and write anew, as the server tells it.
//!
//! Only relations that stood before are watched: nobody waits for what is new. A lock on an index
//! or on a TOAST table counts as one on its table, because whoever plans a query of the table opens
//! its indexes. System catalogs, composite types and what extensions bring are not watched. The
//! questions name system catalogs only, so that asking changes no answer.

use crate::connect::{ConnectError, Session, Type};
use crate::kinds::Lock;
use crate::model::{Kind, ObjectId};
use crate::verify::VerifyError;
use crate::verify::scratch::Scratch;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

/// How long a poll waits for the next one.
const PAUSE: Duration = Duration::from_millis(2);

/// Every user relation, index and TOAST table: whose it is, and its file if it has one.
const RELATIONS: &str = "SELECT r.oid, c.oid, n.nspname::text, c.relname::text, \
    CASE WHEN r.relkind = 'i' AND t.oid IS NULL THEN r.relname::text END, k.conname IS NOT NULL, \
    CASE WHEN r.relkind IN ('r', 'm', 'i') AND t.oid IS NULL THEN pg_catalog.pg_relation_filenode(r.oid) END \
    FROM pg_catalog.pg_class r \
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid OPERATOR(pg_catalog.=) r.oid \
    LEFT JOIN pg_catalog.pg_class t ON r.relkind IN ('t', 'i') \
    AND t.reltoastrelid OPERATOR(pg_catalog.=) coalesce(i.indrelid, r.oid) \
    LEFT JOIN pg_catalog.pg_constraint k ON k.conindid OPERATOR(pg_catalog.=) r.oid AND k.contype IN ('p', 'u', 'x') \
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) coalesce(t.oid, i.indrelid, r.oid) \
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace \
    WHERE c.relkind IN ('r', 'p', 'm', 'f', 'v', 'S') \
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.deptype OPERATOR(pg_catalog.=) 'e' \
    AND e.classid OPERATOR(pg_catalog.=) c.tableoid AND e.objid OPERATOR(pg_catalog.=) c.oid)";

/// What a backend holds on relations of this database.
const LOCKS: &str = "SELECT l.relation, l.mode FROM pg_catalog.pg_locks l \
    JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) l.database \
    WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND l.granted \
    AND l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.pid OPERATOR(pg_catalog.=) ";

/// The files of tables and their indexes.
const FILES: &str = "SELECT coalesce(i.indrelid, r.oid), CASE WHEN r.relkind = 'i' THEN r.relname::text END, \
    k.conname IS NOT NULL, pg_catalog.pg_relation_filenode(r.oid) \
    FROM pg_catalog.pg_class r LEFT JOIN pg_catalog.pg_index i ON i.indexrelid OPERATOR(pg_catalog.=) r.oid \
    LEFT JOIN pg_catalog.pg_constraint k ON k.conindid OPERATOR(pg_catalog.=) r.oid AND k.contype IN ('p', 'u', 'x') \
    WHERE r.relkind IN ('r', 'm', 'i') AND coalesce(i.indrelid, r.oid) OPERATOR(pg_catalog.=) ANY ($1)";

/// A table's or matview's own file, or that of an index by its name: altering a table makes its
/// indexes again under their names, with the old file where it still fits. Last whether the index
/// is that of a key, which has the key's name.
type FileKey = (u32, Option<String>, bool);

/// The relations that stand before a file runs.
pub(super) struct Standing {
    /// Whose a lock on it is.
    owners: BTreeMap<u32, u32>,
    names: BTreeMap<u32, [String; 2]>,
    files: BTreeMap<FileKey, u32>,
}

impl Standing {
    /// Asks for them.
    pub(super) async fn now(session: &Session) -> Result<Self, ConnectError> {
        let mut standing =
            Self { owners: BTreeMap::new(), names: BTreeMap::new(), files: BTreeMap::new() };
        for row in session.rows(RELATIONS, &[]).await? {
            let (oid, owner): (u32, u32) = (row.get(0), row.get(1));
            standing.owners.insert(oid, owner);
            standing.names.insert(owner, [row.get(2), row.get(3)]);
            if let Some(file) = row.get(6) {
                standing.files.insert((owner, row.get(4), row.get(5)), file);
            }
        }
        Ok(standing)
    }

    /// Without what did not stand at `earlier`, too.
    pub(super) fn and_at(mut self, earlier: &Self) -> Self {
        self.owners.retain(|oid, _| earlier.owners.contains_key(oid));
        self.names.retain(|oid, _| earlier.names.contains_key(oid));
        self.files.retain(|key, _| earlier.files.contains_key(key));
        self
    }

    /// Whether a relation of that name is watched.
    pub(super) fn has(&self, label: &str) -> bool {
        self.names.keys().any(|oid| self.label(*oid) == label)
            || self.files.keys().any(|key| self.file_label(key) == label)
    }

    /// The name that plan.json uses.
    fn label(&self, oid: u32) -> String {
        self.file_label(&(oid, None, false))
    }

    fn file_label(&self, (oid, index, of_key): &FileKey) -> String {
        let Some([schema, name]) = self.names.get(oid) else { return String::new() };
        let id = match index {
            Some(key) if *of_key => ObjectId::new(Kind::Constraint, &[schema, name, key]),
            Some(index) => ObjectId::new(Kind::Index, &[schema, index]),
            None => ObjectId::new(Kind::Table, &[schema, name]),
        };
        id.label()
    }
}

/// What a statement took.
#[derive(Default, Debug)]
pub(super) struct Taken {
    /// New locks, or stronger ones than the transaction held before.
    pub(super) locks: BTreeMap<String, Lock>,
    /// Tables and matviews with new files; indexes where the table's stayed, with their table.
    pub(super) rewrites: BTreeSet<String>,
}

/// Watches one session.
pub(super) struct Watch {
    pub(super) standing: Standing,
    /// What the transaction holds.
    pub(super) held: BTreeMap<String, Lock>,
    backend: String,
    /// Sees what a statement holds that ends its own transaction.
    second: Session,
}

impl Watch {
    /// Starts to watch `session`, which has run nothing of the file yet.
    pub(super) async fn start(
        scratch: &Scratch,
        session: &Session,
        standing: Standing,
    ) -> Result<Self, VerifyError> {
        let backend = session.scalar_text("SELECT pg_catalog.pg_backend_pid()").await?;
        let second = scratch.session().await?;
        let backend = backend.unwrap_or_default();
        Ok(Self { standing, held: BTreeMap::new(), backend, second })
    }

    /// What the last statement of a transaction took.
    pub(super) async fn after(&mut self, session: &Session) -> Result<Taken, ConnectError> {
        let now = held(session, "pg_catalog.pg_backend_pid()").await?;
        let mut taken = Taken::default();
        self.add_locks(&now, &mut taken);
        self.add_rewrites(session, now.into_keys(), &mut taken).await?;
        Ok(taken)
    }

    /// Polls while a statement runs that is a transaction by itself. A lock that is held for less
    /// than the time between two polls is not seen.
    pub(super) async fn during<T>(
        &mut self,
        statement: impl Future<Output = Result<T, ConnectError>>,
    ) -> Result<(T, Taken), ConnectError> {
        let mut statement = std::pin::pin!(statement);
        let mut taken = Taken::default();
        let result = loop {
            tokio::select! {
                result = &mut statement => break result?,
                () = tokio::time::sleep(PAUSE) => {
                    let mut now = held(&self.second, &self.backend).await?;
                    // CONCURRENTLY locks an index exclusively when nobody uses it any more
                    now.retain(|oid, _| self.standing.owners.get(oid) == Some(oid));
                    self.add_locks(&now, &mut taken);
                }
            }
        };
        self.held.clear();
        let all = self.standing.names.keys().copied().collect();
        let found = files(&self.second, all).await?;
        self.compare_files(&found, &mut taken);
        Ok((result, taken))
    }

    /// Ends the second session.
    pub(super) async fn end(self) {
        self.second.close().await;
    }

    fn add_locks(&mut self, now: &BTreeMap<u32, Lock>, taken: &mut Taken) {
        for (oid, lock) in now {
            let Some(owner) = self.standing.owners.get(oid) else { continue };
            let label = self.standing.label(*owner);
            if self.held.get(&label).is_none_or(|before| before < lock) {
                self.held.insert(label.clone(), *lock);
                taken.locks.insert(label, *lock);
            }
        }
    }

    async fn add_rewrites(
        &mut self,
        session: &Session,
        locked: impl Iterator<Item = u32>,
        taken: &mut Taken,
    ) -> Result<(), ConnectError> {
        let owners = &self.standing.owners;
        let tables: BTreeSet<u32> = locked.filter_map(|oid| owners.get(&oid).copied()).collect();
        if !tables.is_empty() {
            let found = files(session, tables.into_iter().collect()).await?;
            self.compare_files(&found, taken);
        }
        Ok(())
    }

    fn compare_files(&mut self, found: &Files, taken: &mut Taken) {
        let mut written = BTreeSet::new();
        let mut built = BTreeSet::new();
        for (key, file) in &found.now {
            match self.standing.files.get_mut(key) {
                Some(before) if *before != *file => {
                    *before = *file;
                    let list = if key.1.is_none() { &mut written } else { &mut built };
                    list.insert(key.clone());
                }
                _ => {}
            }
        }
        // an index that is gone may come back under its name: that is another one
        self.standing.files.retain(|key, _| {
            key.1.is_none() || !found.asked.contains(&key.0) || found.now.contains_key(key)
        });
        built.retain(|(table, ..)| !written.contains(&(*table, None, false)));
        for key in written.iter().chain(&built) {
            taken.rewrites.insert(self.standing.file_label(key));
        }
    }
}

struct Files {
    asked: BTreeSet<u32>,
    now: BTreeMap<FileKey, u32>,
}

async fn files(session: &Session, tables: Vec<u32>) -> Result<Files, ConnectError> {
    let rows = session.rows(FILES, &[(&tables, Type::OID_ARRAY)]).await?;
    let mut now = BTreeMap::new();
    for row in rows {
        if let Some(file) = row.get(3) {
            now.insert((row.get(0), row.get(1), row.get(2)), file);
        }
    }
    Ok(Files { asked: tables.into_iter().collect(), now })
}

/// The strongest lock that the backend holds on each relation.
async fn held(session: &Session, backend: &str) -> Result<BTreeMap<u32, Lock>, ConnectError> {
    let mut held = BTreeMap::new();
    for row in session.rows(&format!("{LOCKS}{backend}"), &[]).await? {
        let Some(lock) = mode(row.get(1)) else { continue };
        let strongest = held.entry(row.get(0)).or_insert(lock);
        *strongest = lock.max(*strongest);
    }
    Ok(held)
}

/// A mode as `pg_locks` writes it.
fn mode(name: &str) -> Option<Lock> {
    Some(match name {
        "AccessShareLock" => Lock::AccessShare,
        "RowShareLock" => Lock::RowShare,
        "RowExclusiveLock" => Lock::RowExclusive,
        "ShareUpdateExclusiveLock" => Lock::ShareUpdateExclusive,
        "ShareLock" => Lock::Share,
        "ShareRowExclusiveLock" => Lock::ShareRowExclusive,
        "ExclusiveLock" => Lock::Exclusive,
        "AccessExclusiveLock" => Lock::AccessExclusive,
        _ => return None,
    })
}
