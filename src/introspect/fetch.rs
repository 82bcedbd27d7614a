//! Runs the scans, all in flight at once, and gives their rows to the kinds.

use crate::connect::{Row, Session};
use crate::introspect::{CaptureOptions, IntrospectError, scan};
use crate::kinds::{Fields, Scan};
use std::collections::BTreeMap;

/// The rows of one query.
pub(super) struct Table {
    columns: BTreeMap<String, usize>,
    rows: Vec<Row>,
}

impl Table {
    /// Reads the names of the columns once.
    pub(super) fn new(mut rows: Vec<Row>, order: Option<u64>) -> Self {
        if let Some(seed) = order {
            shuffle(&mut rows, seed);
        }
        let columns = rows.first().map(|row| {
            row.columns()
                .iter()
                .enumerate()
                .map(|(at, column)| (column.name().to_owned(), at))
                .collect()
        });
        Self { columns: columns.unwrap_or_default(), rows }
    }

    /// Each row.
    pub(super) fn rows(&self) -> impl Iterator<Item = RowFields<'_>> {
        self.rows.iter().map(|row| RowFields { columns: &self.columns, row })
    }
}

/// Any order, the same for the same seed.
fn shuffle(rows: &mut [Row], seed: u64) {
    let mut state = seed;
    for last in (1..rows.len()).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let high = usize::try_from(state >> 33).unwrap_or_default();
        rows.swap(last, high % (last + 1));
    }
}

/// One row of a query.
pub(super) struct RowFields<'a> {
    columns: &'a BTreeMap<String, usize>,
    row: &'a Row,
}

impl RowFields<'_> {
    fn at(&self, column: &str) -> usize {
        match self.columns.get(column) {
            Some(at) => *at,
            None => panic!("a query has no column {column}: this is a bug"),
        }
    }

    fn get<'a, T: tokio_postgres::types::FromSql<'a>>(&'a self, column: &str) -> T {
        match self.row.try_get(self.at(column)) {
            Ok(value) => value,
            Err(error) => panic!(
                "column {column} of a query is not what it should be ({error}): this is a bug"
            ),
        }
    }
}

impl Fields for RowFields<'_> {
    fn text(&self, column: &str) -> Option<String> {
        self.get(column)
    }
    fn flag(&self, column: &str) -> bool {
        self.get::<Option<bool>>(column).unwrap_or(false)
    }
    fn int(&self, column: &str) -> Option<i64> {
        let at = self.at(column);
        if let Ok(value) = self.row.try_get::<_, Option<i64>>(at) {
            return value;
        }
        self.get::<Option<i32>>(column).map(i64::from)
    }
    fn texts(&self, column: &str) -> Vec<String> {
        self.get::<Option<Vec<String>>>(column).unwrap_or_default()
    }
    fn oid(&self, column: &str) -> u32 {
        self.get::<Option<u32>>(column).unwrap_or(0)
    }
    fn oids(&self, column: &str) -> Vec<u32> {
        self.get::<Option<Vec<u32>>>(column).unwrap_or_default()
    }
}

/// Everything that was read.
pub(super) struct Rows {
    /// The rows that kinds claim.
    pub(super) scans: BTreeMap<Scan, Table>,
    /// `pg_depend`.
    pub(super) depend: Table,
    /// Type names with their modifiers.
    pub(super) types: Vec<Table>,
    /// Comments.
    pub(super) comments: Table,
    /// Privileges.
    pub(super) privileges: Table,
    /// Names of schemas.
    pub(super) schemas: Table,
    /// Relations of sessions.
    pub(super) temporary: Table,
    /// Table sizes, where they were asked for.
    pub(super) sizes: Table,
}

/// Runs every query of a capture in one round trip, or two.
pub(super) async fn scans(
    session: &Session,
    major: i32,
    options: CaptureOptions,
) -> Result<Rows, IntrospectError> {
    let scans = scan::all(major);
    let mut queries: Vec<String> = scans.iter().map(|scan| scan::sql(*scan, major)).collect();
    let privileges = scan::privileges();
    let fixed = [
        scan::DEPEND,
        scan::COLUMN_TYPES,
        scan::ARGUMENT_TYPES,
        scan::COMMENTS,
        &privileges,
        scan::SCHEMAS,
        scan::TEMPORARY,
    ];
    queries.extend(fixed.iter().map(|sql| (*sql).to_owned()));
    if options.sizes {
        queries.push(scan::SIZES.to_owned());
    }
    let answers =
        futures_util::future::try_join_all(queries.iter().map(|sql| session.rows(sql, &[])))
            .await?;
    let mut tables = answers.into_iter().map(|rows| Table::new(rows, options.order));
    let scans = scans.into_iter().zip(tables.by_ref()).collect();
    let mut next = || tables.next().unwrap_or_else(|| Table::new(Vec::new(), None));
    Ok(Rows {
        scans,
        depend: next(),
        types: vec![next(), next()],
        comments: next(),
        privileges: next(),
        schemas: next(),
        temporary: next(),
        sizes: next(),
    })
}
