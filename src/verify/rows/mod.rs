//! Rows on the scratch database: seeded before the bridge, looked for after it and after the
//! rollback.

mod constant;
mod held;
mod row;
mod tables;
mod told;
mod types;
mod value;

pub(super) use told::{Stop, stop};

use crate::connect::Session;
use crate::model::{Catalog, Kind, ObjectId};
use crate::sql::quote;
use crate::verify::evidence::Evidence;
use crate::verify::invalid::marked;
use crate::verify::scratch::Scratch;
use crate::verify::{Proof, VerifyError, wording};
use held::Held;
use row::Filling;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tables::Table;
use types::Types;

/// The figure of a proof with rows.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Rows {
    /// How many rows were seeded.
    pub seeded: usize,
    /// In how many tables.
    pub tables: usize,
    /// Tables that have none, by name.
    pub without: Vec<String>,
    /// What is lost as the plan says.
    pub told: Vec<String>,
    /// What is lost without a word.
    pub untold: usize,
}

/// What rows of a table may be like. Each manner stops fewer steps than the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) enum Manner {
    /// With NULLs, defaults and values that stand twice.
    #[default]
    Varied,
    /// With none of them.
    Distinct,
    /// With NULL wherever it may stand.
    Sparse,
    /// Without rows.
    Empty,
}

/// How many rows each table shall have, and what they may be like.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) rows: usize,
    manners: BTreeMap<ObjectId, Manner>,
    /// Why not all are of the first manner.
    reasons: Vec<String>,
}

/// Rows that were seeded.
#[derive(Debug)]
pub(super) struct Seeded {
    held: Held,
    /// Each table with what it inherits from.
    families: Vec<(ObjectId, Vec<ObjectId>)>,
}

impl Wanted {
    pub(super) fn new(rows: usize) -> Self {
        Self { rows, manners: BTreeMap::new(), reasons: Vec::new() }
    }

    /// Asks for tamer rows where a step stopped; false when there are no tamer ones.
    pub(super) fn tame(&mut self, seeded: &Seeded, stop: &Stop) -> bool {
        let named =
            |family: &[ObjectId]| family.iter().any(|member| stop.tables.contains(&member.label()));
        let blamed: Vec<&ObjectId> = seeded
            .families
            .iter()
            .filter(|(id, family)| named(family) && self.manner(id) != Manner::Empty)
            .map(|(id, _)| id)
            .collect();
        let all = || seeded.families.iter().map(|(id, _)| id).collect();
        let blamed: Vec<&ObjectId> = if blamed.is_empty() { all() } else { blamed };
        let mut tamer = false;
        for id in blamed {
            let manner = self.manners.entry(id.clone()).or_default();
            tamer |= *manner != Manner::Empty;
            *manner = match *manner {
                Manner::Varied => Manner::Distinct,
                Manner::Distinct => Manner::Sparse,
                Manner::Sparse | Manner::Empty => Manner::Empty,
            };
        }
        if !self.reasons.contains(&stop.text) {
            self.reasons.push(stop.text.clone());
        }
        tamer
    }

    fn manner(&self, id: &ObjectId) -> Manner {
        self.manners.get(id).copied().unwrap_or_default()
    }
}

/// Seeds every table, the referenced ones first.
pub(super) async fn seed(
    scratch: &Scratch,
    wanted: &Wanted,
    proof: &mut Proof,
) -> Result<Seeded, VerifyError> {
    let session = scratch.session().await?;
    let types = Types::read(&session).await?;
    let tables = tables::read(&session, &types).await?;
    let mut obstacles: BTreeMap<ObjectId, String> = BTreeMap::new();
    for oid in in_order(&tables) {
        let Some(table) = tables.get(&oid).filter(|table| !table.partitioned) else { continue };
        let manner = wanted.manner(&table.id());
        if manner == Manner::Empty {
            continue;
        }
        if let Some(why) = fill(&session, &types, &tables, table, manner, wanted.rows).await? {
            obstacles.insert(table.id(), why);
        }
    }
    refresh(&session).await?;
    let held = held::read(&session).await?;
    session.close().await;
    let (seeded, filled) = held.size();
    let without: Vec<String> = held.empty().map(ObjectId::label).collect();
    for reason in &wanted.reasons {
        proof.limits.push(format!("not shown with all sorts of rows: {reason}"));
    }
    if !without.is_empty() {
        let why = |id: &ObjectId| match obstacles.get(id) {
            Some(why) => format!("{} ({why})", id.label()),
            None => id.label(),
        };
        let names: Vec<String> = held.empty().map(why).collect();
        proof.limits.push(format!("tables without rows: {}", wording::counted(&names)));
    }
    proof.rows = Some(Rows { seeded, tables: filled, without, ..Rows::default() });
    let family = |table: &Table| {
        let ancestors = table.ancestors.iter().filter_map(|oid| tables.get(oid)).map(Table::id);
        (table.id(), std::iter::once(table.id()).chain(ancestors).collect())
    };
    let families = tables.values().filter(|table| !table.partitioned).map(family).collect();
    Ok(Seeded { held, families })
}

/// Materialized views show the rows, where these let them.
async fn refresh(session: &Session) -> Result<(), VerifyError> {
    let sql = "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c \
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
        WHERE c.relkind = 'm' AND c.relispopulated AND c.oid >= 16384 ORDER BY c.oid";
    for row in session.texts(sql).await? {
        let name = quote::qualified(&[&types::text(&row, 0), &types::text(&row, 1)]);
        match session.run(&format!("REFRESH MATERIALIZED VIEW {name}")).await {
            Err(error) if error.sqlstate().is_none() => return Err(error.into()),
            // an old one is as good: prod's may be old, too
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// One table, with its triggers and rules asleep; why it has no rows.
async fn fill(
    session: &Session,
    types: &Types,
    tables: &BTreeMap<u32, Table>,
    table: &Table,
    manner: Manner,
    rows: usize,
) -> Result<Option<String>, VerifyError> {
    // in this role event triggers rest; who is no superuser cannot take it
    let asleep = session.run("SET session_replication_role = replica").await.is_ok();
    for (silence, _) in &table.silence {
        session.run(silence).await?;
    }
    if asleep {
        session.run("SET session_replication_role = origin").await?;
    }
    let obstacle = Filling::of(session, types, tables, table, manner).await?.run(rows).await?;
    if asleep {
        session.run("SET session_replication_role = replica").await?;
    }
    for (_, wake) in &table.silence {
        session.run(wake).await?;
    }
    if asleep {
        session.run("SET session_replication_role = origin").await?;
    }
    Ok(obstacle)
}

/// Referenced tables first; a circle is entered where the fewest references are open.
fn in_order(tables: &BTreeMap<u32, Table>) -> Vec<u32> {
    // a partitioned table has the rows of its partitions
    let partitions = |of: u32| {
        tables.values().filter(move |table| table.ancestors.contains(&of)).map(|table| table.oid)
    };
    let mut open: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for table in tables.values() {
        let mut needs: BTreeSet<u32> =
            table.references.iter().map(|reference| reference.table).collect();
        if table.partitioned {
            needs.extend(partitions(table.oid));
        }
        needs.remove(&table.oid);
        open.insert(table.oid, needs);
    }
    let name = |oid: u32| tables.get(&oid).map(|table| (&table.schema, &table.name));
    let mut order = Vec::new();
    while let Some(next) =
        open.iter().min_by_key(|(oid, needs)| (needs.len(), name(**oid))).map(|(oid, _)| *oid)
    {
        open.remove(&next);
        for needs in open.values_mut() {
            needs.remove(&next);
        }
        order.push(next);
    }
    order
}

impl Seeded {
    /// Looks for the rows again, and at what must hold for them.
    pub(super) async fn look(
        &self,
        when: &str,
        evidence: &Evidence,
        scratch: &Scratch,
        proof: &mut Proof,
    ) -> Result<(), VerifyError> {
        let session = scratch.session().await?;
        let now = held::read(&session).await?;
        let losses = self.held.lost(&now, &session).await?;
        session.close().await;
        let rows = proof.rows.get_or_insert_default();
        for loss in losses {
            if let Some(what) = told::loss(&evidence.manifest, &loss) {
                let line = format!("{} (the plan says: {what})", loss.text);
                if !rows.told.contains(&line) {
                    proof.limits.push(format!("lost {when}: {line}"));
                    rows.told.push(line);
                }
            } else if loss.unreadable {
                proof.limits.push(format!("{when}: {}", loss.text));
            } else {
                rows.untold += 1;
                proof.differences.push(format!("{when}: {}, and no step says so", loss.text));
            }
        }
        Ok(())
    }
}

/// Constraints that are not validated and indexes that are not valid, though the goal has them so.
pub(super) async fn unsound(goal: &Catalog, scratch: &Scratch) -> Result<Vec<String>, VerifyError> {
    let session = scratch.session().await?;
    let enforced = if session.server_version_num() >= 180_000 { "c.conenforced" } else { "true" };
    let constraints = format!(
        "SELECT n.nspname, t.relname, c.conname FROM pg_catalog.pg_constraint c \
         JOIN pg_catalog.pg_class t ON t.oid = c.conrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace \
         WHERE c.contype IN ('c', 'f') AND NOT c.convalidated AND {enforced} \
         ORDER BY 1, 2, 3"
    );
    let indexes = "SELECT n.nspname, c.relname FROM pg_catalog.pg_index i \
        JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
        WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname <> 'pg_toast' ORDER BY 1, 2";
    let mut found = Vec::new();
    // a clone of a key has another table than the key, and may have another name
    let open: BTreeSet<&str> = marked(goal, Kind::Constraint, &["not_valid", "unproven"])
        .chain(marked(goal, Kind::Index, &["invalid"]))
        .map(ObjectId::name)
        .collect();
    for row in session.texts(&constraints).await? {
        let part = |at| types::text(&row, at);
        let id = ObjectId::new(Kind::Constraint, &[&part(0), &part(1), &part(2)]);
        if !open.contains(id.name()) {
            found.push(format!("{id} is not validated"));
        }
    }
    for row in session.texts(indexes).await? {
        let part = |at| types::text(&row, at);
        let id = ObjectId::new(Kind::Index, &[&part(0), &part(1)]);
        if !open.contains(id.name()) {
            found.push(format!("{id} is not valid"));
        }
    }
    session.close().await;
    Ok(found)
}
