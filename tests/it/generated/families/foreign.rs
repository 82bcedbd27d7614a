//! Foreign data wrappers, servers, user mappings, foreign tables.

use crate::generated::grammar::{Family, family};

pub(super) const SERVERS: &[Family] = &[
    family("wrapper", "noted", "FOREIGN DATA WRAPPER {self}", "CREATE FOREIGN DATA WRAPPER {name}"),
    family(
        "server",
        "noted owned",
        "SERVER {self}",
        "CREATE SERVER {name}[! TYPE 'x'|][ VERSION '1'| VERSION '2'|] \
         FOREIGN DATA WRAPPER {wrapper}[| OPTIONS (host ['a'|'b'][|, port '5'])]",
    ),
    family(
        "user_mapping",
        "once:user_mapping",
        "",
        "{t=server}CREATE USER MAPPING FOR [!gen_reader|PUBLIC|gen_writer] SERVER {t}",
    ),
];

pub(super) const TABLES: &[Family] = &[
    family(
        "foreign_table",
        "relation noted owned",
        "FOREIGN TABLE {self}",
        "CREATE FOREIGN TABLE {self} (k integer[| OPTIONS (column_name ['a'|'b'])][| NOT NULL]) \
         SERVER {server}[| OPTIONS (table_name ['x'|'y'])]",
    ),
    family(
        "foreign_column",
        "noted_column",
        "COLUMN {t}.{name}",
        "{t=foreign_table}ALTER FOREIGN TABLE {t} ADD COLUMN {name} [integer|text]\
         [| OPTIONS (column_name ['a'|'b'])][| DEFAULT '1'][| NOT NULL]",
    ),
    family(
        "foreign_check",
        "noted",
        "CONSTRAINT {name} ON {t}",
        "{t=foreign_table}ALTER FOREIGN TABLE {t} ADD CONSTRAINT {name} CHECK (k > [0|1])",
    ),
    family(
        "foreign_view",
        "relation noted owned",
        "VIEW {self}",
        "CREATE VIEW {self} AS SELECT k AS a FROM {foreign_table}",
    ),
    family(
        "foreign_trigger",
        "noted",
        "TRIGGER {name} ON {t}",
        "{t=foreign_table}CREATE TRIGGER {name} [BEFORE|AFTER] INSERT ON {t} FOR EACH ROW \
         EXECUTE FUNCTION {trigger_function}()",
    ),
];
