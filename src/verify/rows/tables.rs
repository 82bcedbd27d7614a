//! The tables of the scratch database, with what their rows must fulfil.

use crate::connect::Session;
use crate::model::{Kind, ObjectId};
use crate::sql::quote;
use crate::verify::VerifyError;
use crate::verify::rows::constant;
use crate::verify::rows::types::{Types, number, numbers, text};
use std::collections::{BTreeMap, BTreeSet};

/// Where a column's value comes from, when none is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Source {
    /// It is NULL.
    Nowhere,
    /// A default.
    Default,
    /// A default that counts up, or an identity that takes values as well.
    Sequence,
    /// An identity that takes no other value.
    Identity,
    /// Other columns: it holds nothing of its own.
    Columns,
}

impl Column {
    /// Whether it takes no value.
    pub(super) fn is_computed(&self) -> bool {
        matches!(self.source, Source::Identity | Source::Columns)
    }

    pub(super) fn has_default(&self) -> bool {
        self.source != Source::Nowhere
    }
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) number: i32,
    pub(super) type_oid: u32,
    pub(super) modifier: i32,
    /// `format_type`.
    pub(super) type_name: String,
    pub(super) not_null: bool,
    pub(super) source: Source,
    /// What stands in the checks and bounds that speak of it.
    pub(super) constants: Vec<String>,
}

/// A foreign key: columns here, table, columns there.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) columns: Vec<i32>,
    pub(super) table: u32,
    pub(super) referenced: Vec<i32>,
}

/// A table that can hold rows.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) oid: u32,
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) references: Vec<Reference>,
    /// Names of constraints and unique indexes with their columns; those of the partition bound
    /// come under the name of the table.
    pub(super) constraints: Vec<(String, Vec<i32>)>,
    /// The statements that silence triggers and rules, and those that undo them.
    pub(super) silence: Vec<(String, String)>,
    pub(super) partitioned: bool,
    /// Tables that it inherits from, however indirectly.
    pub(super) ancestors: Vec<u32>,
}

impl Table {
    pub(super) fn sql(&self) -> String {
        quote::qualified(&[&self.schema, &self.name])
    }

    pub(super) fn id(&self) -> ObjectId {
        ObjectId::new(Kind::Table, &[&self.schema, &self.name])
    }

    pub(super) fn column(&self, number: i32) -> Option<&Column> {
        self.columns.iter().find(|column| column.number == number)
    }
}

/// Tables of users, by OID.
pub(super) async fn read(
    session: &Session,
    types: &Types,
) -> Result<BTreeMap<u32, Table>, VerifyError> {
    let sql = "SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c \
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.oid >= 16384 \
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') \
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.deptype = 'e' \
            AND d.objid = c.oid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)";
    let mut tables = BTreeMap::new();
    for row in session.texts(sql).await? {
        let oid = number(&row, 0);
        let table = Table {
            oid,
            schema: text(&row, 1),
            name: text(&row, 2),
            columns: Vec::new(),
            references: Vec::new(),
            constraints: Vec::new(),
            silence: Vec::new(),
            partitioned: text(&row, 3) == "p",
            ancestors: Vec::new(),
        };
        tables.insert(oid, table);
    }
    columns(session, types, &mut tables).await?;
    constraints(session, &mut tables).await?;
    bounds(session, &mut tables).await?;
    silence(session, &mut tables).await?;
    Ok(tables)
}

async fn columns(
    session: &Session,
    types: &Types,
    tables: &mut BTreeMap<u32, Table>,
) -> Result<(), VerifyError> {
    let sql = "SELECT a.attrelid, a.attname, a.attnum, a.atttypid, a.atttypmod, \
        pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, \
        a.attgenerated, a.atthasdef, \
        (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d \
            WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) \
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') \
        AND c.oid >= 16384 ORDER BY 1, 3";
    for row in session.texts(sql).await? {
        let Some(table) = tables.get_mut(&number(&row, 0)) else { continue };
        let type_oid = number(&row, 3);
        let source = match (text(&row, 7).as_str(), text(&row, 8).is_empty()) {
            (_, false) => Source::Columns,
            ("a", _) => Source::Identity,
            ("d", _) => Source::Sequence,
            _ if text(&row, 10).contains("nextval(") => Source::Sequence,
            _ if text(&row, 9) == "t" => Source::Default,
            _ => Source::Nowhere,
        };
        table.columns.push(Column {
            name: text(&row, 1),
            number: text(&row, 2).parse().unwrap_or_default(),
            type_oid,
            modifier: text(&row, 4).parse().unwrap_or(-1),
            type_name: text(&row, 5),
            not_null: text(&row, 6) == "t" || types.forbids_null(type_oid),
            source,
            constants: types.constants(type_oid),
        });
    }
    Ok(())
}

async fn constraints(
    session: &Session,
    tables: &mut BTreeMap<u32, Table>,
) -> Result<(), VerifyError> {
    // a key that reaches partitions of what it references stands once for each of them
    let sql = "SELECT c.conrelid, c.conname, c.contype, c.conkey, c.confrelid, c.confkey, \
        pg_catalog.pg_get_constraintdef(c.oid) FROM pg_catalog.pg_constraint c \
        WHERE c.conrelid <> 0 AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint p \
            WHERE p.oid = c.conparentid AND p.conrelid = c.conrelid) ORDER BY c.conrelid, c.conname";
    for row in session.texts(sql).await? {
        let Some(table) = tables.get_mut(&number(&row, 0)) else { continue };
        let columns = numbers(&row, 3);
        match text(&row, 2).as_str() {
            "f" => {
                let (referenced, columns) = (numbers(&row, 5), columns.clone());
                table.references.push(Reference { columns, table: number(&row, 4), referenced });
            }
            "c" => learn(table, &columns, &text(&row, 6)),
            _ => {}
        }
        table.constraints.push((text(&row, 1), columns));
    }
    let sql = "SELECT i.indrelid, c.relname, i.indkey FROM pg_catalog.pg_index i \
        JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indisunique ORDER BY 1, 2";
    for row in session.texts(sql).await? {
        let Some(table) = tables.get_mut(&number(&row, 0)) else { continue };
        let columns = numbers(&row, 2);
        table.constraints.push((text(&row, 1), columns));
    }
    Ok(())
}

/// What a definition names becomes a value to try for its columns.
fn learn(table: &mut Table, columns: &[i32], definition: &str) {
    let constants = constant::of(definition);
    for column in table.columns.iter_mut().filter(|column| columns.contains(&column.number)) {
        for constant in &constants {
            if !column.constants.contains(constant) {
                column.constants.push(constant.clone());
            }
        }
    }
}

/// Parents, and what bounds ask of the rows of partitions.
async fn bounds(session: &Session, tables: &mut BTreeMap<u32, Table>) -> Result<(), VerifyError> {
    let sql = "SELECT i.inhrelid, i.inhparent, \
        pg_catalog.pg_get_expr(c.relpartbound, c.oid), p.partattrs \
        FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid \
        LEFT JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = i.inhparent";
    let mut parents: BTreeMap<u32, Vec<(u32, String, Vec<i32>)>> = BTreeMap::new();
    for row in session.texts(sql).await? {
        let link = (number(&row, 1), text(&row, 2), numbers(&row, 3));
        parents.entry(number(&row, 0)).or_default().push(link);
    }
    let oids: Vec<u32> = tables.keys().copied().collect();
    for oid in oids {
        let mut seen = BTreeSet::new();
        let mut next = vec![oid];
        let mut asked = Vec::new();
        while let Some(child) = next.pop() {
            for (parent, bound, keys) in parents.get(&child).into_iter().flatten() {
                if seen.insert(*parent) {
                    next.push(*parent);
                    let names = tables.get(parent).map(|table| key_names(table, keys));
                    asked.push((bound.clone(), names.unwrap_or_default()));
                }
            }
        }
        let Some(table) = tables.get_mut(&oid) else { continue };
        table.ancestors = seen.into_iter().collect();
        for (bound, names) in asked.into_iter().filter(|(bound, _)| !bound.is_empty()) {
            let named = |column: &&Column| names.is_empty() || names.contains(&column.name);
            let columns: Vec<i32> =
                table.columns.iter().filter(named).map(|column| column.number).collect();
            learn(table, &columns, &bound);
            table.constraints.push((table.name.clone(), columns));
        }
    }
    Ok(())
}

/// The columns of a partition key; none where an expression is one.
fn key_names(table: &Table, keys: &[i32]) -> Vec<String> {
    if keys.contains(&0) {
        return Vec::new();
    }
    keys.iter().filter_map(|key| table.column(*key)).map(|column| column.name.clone()).collect()
}

/// A user's triggers and rules would do what they want with a row.
async fn silence(session: &Session, tables: &mut BTreeMap<u32, Table>) -> Result<(), VerifyError> {
    let sql = "SELECT t.tgrelid, t.tgname, t.tgenabled, 'TRIGGER' FROM pg_catalog.pg_trigger t \
        WHERE t.tgenabled <> 'D' AND t.tgconstraint = 0 UNION ALL \
        SELECT t.tgrelid, t.tgname, t.tgenabled, 'TRIGGER' FROM pg_catalog.pg_trigger t \
        WHERE t.tgenabled <> 'D' AND t.tgconstraint <> 0 AND NOT t.tgisinternal UNION ALL \
        SELECT r.ev_class, r.rulename, r.ev_enabled, 'RULE' FROM pg_catalog.pg_rewrite r \
        WHERE r.ev_enabled <> 'D' AND r.ev_type = '3' ORDER BY 1, 2";
    for row in session.texts(sql).await? {
        let Some(table) = tables.get_mut(&number(&row, 0)) else { continue };
        let state = match text(&row, 2).as_str() {
            "R" => "ENABLE REPLICA",
            "A" => "ENABLE ALWAYS",
            _ => "ENABLE",
        };
        let (what, name) = (text(&row, 3), quote::ident(&text(&row, 1)));
        let statement = |state: &str| {
            let table = quote::qualified(&[&table.schema, &table.name]);
            format!("ALTER TABLE ONLY {table} {state} {what} {name}")
        };
        let pair = (statement("DISABLE"), statement(state));
        table.silence.push(pair);
    }
    Ok(())
}
