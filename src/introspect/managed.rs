//! Tables whose partitions an extension makes: they are data, and no migration knows them.
//!
//! The extensions keep lists of these tables. Only a table that is the extension's own is read, and
//! only where no row security could run a function.

use crate::connect::Session;
use crate::introspect::IntrospectError;
use crate::introspect::resolve::Resolved;
use crate::kinds::Address;
use crate::kinds::row::class;
use crate::model::{Kind, Notice, ObjectId};
use crate::sql::quote;

/// The extension, its table, and in it the name of a managed table as `schema.name`, unquoted.
const MANAGERS: &[(&str, &str, &str)] = &[
    ("pg_partman", "part_config", "t.parent_table"),
    ("timescaledb", "hypertable", "t.schema_name || '.' || t.table_name"),
];

const LIST: &str = "SELECT e.extname, n.nspname, c.relname, NOT c.relrowsecurity \
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable \
    FROM pg_catalog.pg_extension e \
    JOIN pg_catalog.pg_depend d ON d.refclassid = 3079 AND d.refobjid = e.oid AND d.classid = 1259 AND d.deptype = 'e' \
    JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'r' \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE e.extname IN ('pg_partman', 'timescaledb') AND c.relname IN ('part_config', 'hypertable')";

/// Finds them.
pub(super) async fn find(
    session: &Session,
    resolved: &mut Resolved,
) -> Result<(), IntrospectError> {
    let installed = |(extension, _, _): &(&str, &str, &str)| {
        resolved.catalog.objects.contains_key(&ObjectId::new(Kind::Extension, &[extension]))
    };
    if !MANAGERS.iter().any(installed) {
        return Ok(());
    }
    for list in session.rows(LIST, &[]).await? {
        let [extension, schema, table] =
            ["extname", "nspname", "relname"].map(|column| list.get::<_, &str>(column));
        let known = MANAGERS.iter().find(|(name, list, _)| (*name, *list) == (extension, table));
        let Some((_, _, name)) = known else { continue };
        if !list.get::<_, bool>("readable") {
            let text = "which tables it manages is unknown, for this role may not read its list: their partitions are compared";
            resolved.catalog.notices.push(Notice {
                subject: format!("extension {extension}"),
                text: text.to_owned(),
                incomplete: false,
            });
            continue;
        }
        let sql = format!(
            "SELECT c.oid FROM {} t JOIN pg_catalog.pg_namespace n ON true JOIN pg_catalog.pg_class c \
             ON c.relnamespace = n.oid AND n.nspname::text || '.' || c.relname::text = {name}",
            quote::qualified(&[schema, table])
        );
        for row in session.rows(&sql, &[]).await? {
            let address = Address::new(class::PG_CLASS, row.get("oid"));
            if let Some(id) = resolved.at.get(&address).cloned() {
                resolved.catalog.data_partitions.insert(id, extension.into());
            }
        }
    }
    Ok(())
}
