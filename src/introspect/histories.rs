//! What migration tools recorded: their tables are found by their columns, and only these tables are read.
//!
//! A table is read where this role may read it and where no row security binds it, so no function of
//! a user runs; views and foreign tables are never read. What cannot be read is unknown, not absent.

use crate::connect::Session;
use crate::history::{Found, recognise};
use crate::introspect::IntrospectError;
use crate::model::{Catalog, History, Notice};
use crate::sql::quote;
use std::collections::{BTreeMap, BTreeSet};

/// Tables with a column that only histories have, or with a name that histories have. Members of extensions
/// and relations of sessions are none.
const TABLES: &str = "SELECT n.nspname, c.relname, \
    ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 \
        AND NOT a.attisdropped ORDER BY a.attnum) AS columns, \
    ARRAY(SELECT pg_catalog.format_type(a.atttypid, NULL) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid \
        AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS types, \
    ARRAY(SELECT b.relname::text FROM pg_catalog.pg_class b WHERE b.relnamespace = c.relnamespace \
        AND b.relname = 'ar_internal_metadata' AND b.relkind = 'r') AS beside, \
    NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS no_usage, \
    NOT pg_catalog.has_table_privilege(c.oid, 'SELECT') AS no_select, \
    pg_catalog.row_security_active(c.oid) AS bound, current_user::text AS role \
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 1259 AND d.objid = c.oid AND d.deptype = 'e') \
    AND (c.relname ~ 'migration|(schema|version)_(version|history)|changelog|alembic' OR EXISTS (SELECT FROM pg_catalog.pg_attribute a \
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname IN ('statements', 'installed_rank', \
        'exectype', 'checksum', 'migration_name', 'version_num', 'migration_time', 'dirty', 'is_applied', 'run_on', 'partial_hashes'))) \
    ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\"";

/// Reads the histories into the catalog and tells of those that cannot be read.
pub(super) async fn read(session: &Session, catalog: &mut Catalog) -> Result<(), IntrospectError> {
    let mut histories = Vec::new();
    for row in session.rows(TABLES, &[]).await? {
        let texts = |column: &str| row.get::<_, Vec<String>>(column);
        let columns: BTreeMap<String, String> =
            texts("columns").into_iter().zip(texts("types")).collect();
        let found = Found {
            schema: row.get("nspname"),
            table: row.get("relname"),
            columns,
            beside: texts("beside").into_iter().collect::<BTreeSet<_>>(),
        };
        let Some(tool) = recognise(&found) else {
            if is_like_one(&found.table) {
                catalog.notices.push(notice(
                    &found,
                    "its name is that of a migration history, and its columns are those of no known tool: it is not read",
                ));
            }
            continue;
        };
        let mut history = History {
            tool: tool.name.to_owned(),
            schema: found.schema.clone(),
            table: found.table.clone(),
            unknown: None,
            entries: Vec::new(),
        };
        let is = |column: &str| row.get::<_, bool>(column);
        let role = row.get::<_, &str>("role");
        if is("no_usage") || is("no_select") {
            history.unknown = Some(format!("the role {role} may not read it"));
        } else if is("bound") {
            history.unknown = Some(format!("row security hides rows of it from the role {role}"));
        } else {
            match rows(session, &tool.query(&found)).await? {
                Ok(rows) => history.entries = tool.entries(&rows),
                Err(why) => history.unknown = Some(why),
            }
        }
        if let Some(why) = &history.unknown {
            let text = format!("what {} recorded is unknown: {why}", tool.title);
            catalog.notices.push(notice(&found, &text));
        }
        histories.push(history);
    }
    histories.sort_by(|a, b| (&a.tool, &a.schema, &a.table).cmp(&(&b.tool, &b.schema, &b.table)));
    catalog.histories = Some(histories);
    Ok(())
}

/// Whether people would take the table for a history by its name.
fn is_like_one(table: &str) -> bool {
    [
        "schema_migrations",
        "flyway_schema_history",
        "databasechangelog",
        "_sqlx_migrations",
        "__diesel_schema_migrations",
        "_prisma_migrations",
        "alembic_version",
        "django_migrations",
        "knex_migrations",
        "goose_db_version",
        "pgmigrations",
        "atlas_schema_revisions",
    ]
    .contains(&table)
}

fn notice(found: &Found, text: &str) -> Notice {
    let name = quote::qualified(&[&found.schema, &found.table]);
    Notice { subject: format!("table {name}"), text: text.to_owned(), incomplete: false }
}

/// The rows of a table, or why the server does not give them: a lock that is held, a privilege that was
/// taken away meanwhile.
async fn rows(
    session: &Session,
    sql: &str,
) -> Result<Result<Vec<Vec<Option<String>>>, String>, IntrospectError> {
    session.run("SAVEPOINT histories").await?;
    match session.texts(sql).await {
        Ok(rows) => {
            session.run("RELEASE SAVEPOINT histories").await?;
            Ok(Ok(rows))
        }
        Err(error) => {
            let Some(code) = error.sqlstate().map(str::to_owned) else { return Err(error.into()) };
            session.run("ROLLBACK TO SAVEPOINT histories").await?;
            Ok(Err(format!("the server refused to read it ({code})")))
        }
    }
}
