//! Where the row of an object stands in the system catalogs.

use crate::kinds::of;
use crate::model::Kind;
use std::sync::LazyLock;

/// Where the rows of a kind stand. `e` is the row of the check: `e.a`, `e.b`, `e.c` are the path.
pub(super) struct Locator {
    /// FROM and WHERE; the row is `o`.
    pub(super) from: &'static str,
    /// The comment.
    pub(super) comment: Option<&'static str>,
    /// The owner's OID.
    pub(super) owner: &'static str,
    /// Whether the kind itself has the owner.
    pub(super) owned: bool,
    /// The column of privileges, and the class that `acldefault` wants.
    pub(super) acl: Option<(&'static str, &'static str)>,
}

macro_rules! relation {
    ($kinds:literal) => {
        concat!(
            "FROM pg_catalog.pg_class o JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace\n    \
             WHERE n.nspname = e.a AND o.relname = e.b AND o.relkind IN (",
            $kinds,
            ")"
        )
    };
}

macro_rules! part {
    ($catalog:literal, $relation:literal, $name:literal) => {
        concat!(
            "FROM pg_catalog.",
            $catalog,
            " o JOIN pg_catalog.pg_class r ON r.oid = o.",
            $relation,
            " JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace\n    \
             WHERE n.nspname = e.a AND r.relname = e.b AND o.",
            $name,
            " = e.c"
        )
    };
}

macro_rules! routine {
    ($kinds:literal) => {
        concat!(
            "FROM pg_catalog.pg_proc o JOIN pg_catalog.pg_namespace n ON n.oid = o.pronamespace\n    \
             WHERE n.nspname = e.a AND o.proname = e.b AND o.prokind IN (",
            $kinds,
            ")\n    AND e.c = coalesce((SELECT pg_catalog.string_agg(pg_catalog.format_type(t.type, NULL), ', ' ORDER BY t.place)\n      \
             FROM pg_catalog.unnest(o.proargtypes::oid[]) WITH ORDINALITY AS t (type, place)), '')"
        )
    };
}

const COLUMN: &str = concat!(
    part!("pg_attribute", "attrelid", "attname"),
    " AND o.attnum > 0 AND NOT o.attisdropped"
);

/// The rows that a capture reads: what a list was made with stands in another catalog.
static INITIAL_ACL: LazyLock<String> = LazyLock::new(|| {
    let source = Kind::parse("initial_acl").and_then(|kind| of(kind).source());
    let query = source.map(|source| (source.query)(0)).unwrap_or_default();
    format!("FROM ({query}) o\n    WHERE o.type = e.a AND o.identity = e.b")
});

const OF_CLASS: &str = "pg_catalog.obj_description(o.oid, 'pg_class')";
const OF_COLUMN: &str = "pg_catalog.col_description(o.attrelid, o.attnum)";
const OF_ROUTINE: &str = "pg_catalog.obj_description(o.oid, 'pg_proc')";

/// Where the rows of a kind stand, by the kind's name; none for a kind that is not known here.
pub(super) fn locator(kind: &str) -> Option<Locator> {
    let class = |from, comment, owner, acl| {
        Some(Locator { from, comment: Some(comment), owner, owned: true, acl })
    };
    let part = |from, comment| {
        Some(Locator { from, comment, owner: "r.relowner", owned: false, acl: None })
    };
    let column = Locator {
        from: COLUMN,
        comment: Some(OF_COLUMN),
        owner: "r.relowner",
        owned: false,
        acl: Some(("o.attacl", "c")),
    };
    match kind {
        "schema" => class(
            "FROM pg_catalog.pg_namespace o\n    WHERE o.nspname = e.a",
            "nullif(pg_catalog.obj_description(o.oid, 'pg_namespace'), 'standard public schema')",
            "o.nspowner",
            Some(("o.nspacl", "n")),
        ),
        "extension" => Some(Locator {
            from: "FROM pg_catalog.pg_extension o\n    WHERE o.extname = e.a",
            comment: Some("pg_catalog.obj_description(o.oid, 'pg_extension')"),
            owner: "o.extowner",
            owned: false,
            acl: None,
        }),
        "enum" => class(
            "FROM pg_catalog.pg_type o JOIN pg_catalog.pg_namespace n ON n.oid = o.typnamespace\n    \
             WHERE n.nspname = e.a AND o.typname = e.b AND o.typtype = 'e'",
            "pg_catalog.obj_description(o.oid, 'pg_type')",
            "o.typowner",
            Some(("o.typacl", "T")),
        ),
        "sequence" => class(relation!("'S'"), OF_CLASS, "o.relowner", Some(("o.relacl", "s"))),
        "table" => class(relation!("'r', 'p'"), OF_CLASS, "o.relowner", Some(("o.relacl", "r"))),
        "view" => class(relation!("'v'"), OF_CLASS, "o.relowner", Some(("o.relacl", "r"))),
        "index" => Some(Locator {
            owned: false,
            ..class(relation!("'i', 'I'"), OF_CLASS, "o.relowner", None)?
        }),
        "function" => {
            class(routine!("'f', 'w'"), OF_ROUTINE, "o.proowner", Some(("o.proacl", "f")))
        }
        "procedure" => class(routine!("'p'"), OF_ROUTINE, "o.proowner", Some(("o.proacl", "f"))),
        "column" | "view_column" => Some(column),
        "default" => part(
            "FROM pg_catalog.pg_attrdef o JOIN pg_catalog.pg_attribute t ON t.attrelid = o.adrelid AND t.attnum = o.adnum AND t.attgenerated = ''\n    \
             JOIN pg_catalog.pg_class r ON r.oid = o.adrelid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace\n    \
             WHERE n.nspname = e.a AND r.relname = e.b AND t.attname = e.c",
            None,
        ),
        "constraint" => part(
            part!("pg_constraint", "conrelid", "conname"),
            Some("pg_catalog.obj_description(o.oid, 'pg_constraint')"),
        ),
        "rule" => part(
            part!("pg_rewrite", "ev_class", "rulename"),
            Some("pg_catalog.obj_description(o.oid, 'pg_rewrite')"),
        ),
        "trigger" => part(
            concat!(part!("pg_trigger", "tgrelid", "tgname"), " AND NOT o.tgisinternal"),
            Some("pg_catalog.obj_description(o.oid, 'pg_trigger')"),
        ),
        "policy" => part(
            part!("pg_policy", "polrelid", "polname"),
            Some("pg_catalog.obj_description(o.oid, 'pg_policy')"),
        ),
        "default_acl" => Some(Locator {
            from: "FROM pg_catalog.pg_default_acl o LEFT JOIN pg_catalog.pg_namespace n ON n.oid = o.defaclnamespace\n    \
                   WHERE pg_catalog.pg_get_userbyid(o.defaclrole) = e.a AND coalesce(n.nspname, '') = e.b AND CASE o.defaclobjtype\n      \
                   WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'n' THEN 'schemas'\n      \
                   WHEN 'L' THEN 'large objects' ELSE 'types' END = e.c",
            comment: None,
            owner: "o.defaclrole",
            owned: false,
            acl: Some(("o.defaclacl", "")),
        }),
        other => named(other).or_else(|| member(other)),
    }
}

/// Kinds that are found by their own name, in a schema or in the database.
fn named(kind: &str) -> Option<Locator> {
    macro_rules! row {
        (database $catalog:literal, $name:literal, $owner:literal, $acl:expr) => {
            (
                concat!("FROM pg_catalog.", $catalog, " o\n    WHERE o.", $name, " = e.a"),
                $owner,
                concat!("pg_catalog.obj_description(o.oid, '", $catalog, "')"),
                $acl,
            )
        };
        (schema $catalog:literal, $schema:literal, $name:literal, $owner:literal) => {
            (
                concat!(
                    "FROM pg_catalog.",
                    $catalog,
                    " o JOIN pg_catalog.pg_namespace n ON n.oid = o.",
                    $schema,
                    "\n    WHERE n.nspname = e.a AND o.",
                    $name,
                    " = e.b"
                ),
                $owner,
                concat!("pg_catalog.obj_description(o.oid, '", $catalog, "')"),
                None,
            )
        };
    }
    let (from, owner, comment, acl) = match kind {
        "event_trigger" => row!(database "pg_event_trigger", "evtname", "o.evtowner", None),
        "foreign_data_wrapper" => {
            row!(database "pg_foreign_data_wrapper", "fdwname", "o.fdwowner", Some(("o.fdwacl", "F")))
        }
        "publication" => row!(database "pg_publication", "pubname", "o.pubowner", None),
        "server" => {
            row!(database "pg_foreign_server", "srvname", "o.srvowner", Some(("o.srvacl", "S")))
        }
        "statistics" => row!(schema "pg_statistic_ext", "stxnamespace", "stxname", "o.stxowner"),
        "ts_configuration" => row!(schema "pg_ts_config", "cfgnamespace", "cfgname", "o.cfgowner"),
        "ts_dictionary" => row!(schema "pg_ts_dict", "dictnamespace", "dictname", "o.dictowner"),
        "ts_parser" => row!(schema "pg_ts_parser", "prsnamespace", "prsname", ""),
        "ts_template" => row!(schema "pg_ts_template", "tmplnamespace", "tmplname", ""),
        _ => return None,
    };
    Some(Locator { from, comment: Some(comment), owner, owned: !owner.is_empty(), acl })
}

/// Kinds that are found by what they belong to.
fn member(kind: &str) -> Option<Locator> {
    let from = match kind {
        "initial_acl" => INITIAL_ACL.as_str(),
        "publication_table" => {
            "FROM pg_catalog.pg_publication_rel o JOIN pg_catalog.pg_publication p ON p.oid = o.prpubid JOIN pg_catalog.pg_class r ON r.oid = o.prrelid\n    \
             JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace WHERE p.pubname = e.a AND n.nspname = e.b AND r.relname = e.c"
        }
        "publication_schema" => {
            "FROM pg_catalog.pg_publication_namespace o JOIN pg_catalog.pg_publication p ON p.oid = o.pnpubid\n    \
             JOIN pg_catalog.pg_namespace n ON n.oid = o.pnnspid WHERE p.pubname = e.a AND n.nspname = e.b"
        }
        "user_mapping" => {
            "FROM pg_catalog.pg_user_mappings o\n    \
             WHERE o.srvname = e.a AND CASE WHEN o.umuser = 0 THEN '' ELSE o.usename END = e.b"
        }
        _ => return None,
    };
    Some(Locator { from, comment: None, owner: "", owned: false, acl: None })
}
