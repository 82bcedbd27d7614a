//! Tables that an extension marked as its configuration: what users put there is data, which no
//! migration carries. How much there is, is told.
//!
//! `pg_dump` reads them as well. Row security could run a function, so a table with it is not read.

use crate::connect::Session;
use crate::introspect::IntrospectError;
use crate::model::Notice;
use crate::sql::quote;

const TABLES: &str = "SELECT e.extname, n.nspname, c.relname, u.condition, c.relkind = 'r' AND NOT c.relrowsecurity \
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable \
    FROM pg_catalog.pg_extension e, \
    LATERAL ROWS FROM (pg_catalog.unnest(e.extconfig), pg_catalog.unnest(e.extcondition)) u(relation, condition) \
    JOIN pg_catalog.pg_class c ON c.oid = u.relation AND c.relkind IN ('r', 'p') \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ORDER BY 1, 2, 3";

/// Tells of tables with rows, and of those that cannot be read.
pub(super) async fn tell(session: &Session) -> Result<Vec<Notice>, IntrospectError> {
    let mut notices = Vec::new();
    for table in session.rows(TABLES, &[]).await? {
        let [extension, schema, name] =
            ["extname", "nspname", "relname"].map(|column| table.get::<_, &str>(column));
        let relation = quote::qualified(&[schema, name]);
        let rows = if table.get("readable") {
            count(session, &relation, table.get::<_, Option<&str>>("condition")).await?
        } else {
            None
        };
        let what = match rows {
            Some(0) => continue,
            Some(1) => "holds a row".to_owned(),
            Some(rows) => format!("holds {rows} rows"),
            None => "cannot be read and may hold rows".to_owned(),
        };
        notices.push(Notice {
            subject: format!("extension {extension}"),
            text: format!(
                "its configuration table {relation} {what} of users: they are data and are not compared"
            ),
            incomplete: false,
        });
    }
    Ok(notices)
}

/// How many rows are not the extension's own; none where its condition does not run.
async fn count(
    session: &Session,
    relation: &str,
    condition: Option<&str>,
) -> Result<Option<i64>, IntrospectError> {
    session.run("SAVEPOINT configuration").await?;
    let sql = format!(
        "SELECT pg_catalog.count(*) FROM ONLY {relation} {}",
        condition.unwrap_or_default()
    );
    let count = session.rows(&sql, &[]).await.ok();
    let end = if count.is_some() { "RELEASE" } else { "ROLLBACK TO" };
    session.run(&format!("{end} SAVEPOINT configuration")).await?;
    Ok(count.and_then(|rows| rows.first().map(|row| row.get(0))))
}
