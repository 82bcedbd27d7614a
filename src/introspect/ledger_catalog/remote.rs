//! What reaches beyond the database, and its settings.

use super::{BASE, LedgerCatalog, NAMESPACE, PROC, RELATION, ROLE};

/// A subscription without its connection string and without the state of replication
/// (`subskiplsn`, `pg_subscription_rel`): the columns that everybody may read, per major.
macro_rules! subscription {
    ($($more:expr),+) => {
        concat!(
            "(SELECT s.subname, pg_catalog.pg_get_userbyid(s.subowner) AS owner, s.subenabled, s.subslotname, s.subpublications, \
            ARRAY['subconninfo'] AS withheld",
            $($more),+,
            " FROM pg_catalog.pg_subscription s \
            WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())) t"
        )
    };
}

// a boolean up to 15
macro_rules! columns_14 {
    () => {
        "s.subbinary, pg_catalog.left(s.substream::text, 1) AS substream, s.subsynccommit"
    };
}

// pending and enabled are both what was asked for
macro_rules! columns_15 {
    () => {
        "s.subtwophasestate <> 'd' AS subtwophase, s.subdisableonerr"
    };
}

macro_rules! columns_16 {
    () => {
        "s.suborigin, s.subpasswordrequired, s.subrunasowner"
    };
}

const SUBSCRIPTION: LedgerCatalog = LedgerCatalog {
    name: "pg_subscription",
    oid: "0::oid",
    identity: ["'subscription'", "t.subname::text"],
    condition: "true",
    sets: &["subpublications"],
    withheld: "withheld",
    ..BASE
};

/// Its catalogs.
pub(super) static CATALOGS: &[LedgerCatalog] = &[
    LedgerCatalog {
        name: "pg_publication",
        class: 6104,
        from: "pg_catalog.pg_publication t",
        refs: &[("pubowner", ROLE)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_publication_rel",
        class: 6106,
        until: 14,
        from: "pg_catalog.pg_publication_rel t",
        refs: &[("prpubid", 6104), ("prrelid", RELATION)],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_publication_rel",
        class: 6106,
        since: 15,
        from: "pg_catalog.pg_publication_rel t",
        // the numbers of the columns become their names
        row: "pg_catalog.to_jsonb(t) || pg_catalog.jsonb_build_object('columns', (SELECT pg_catalog.jsonb_agg(a.attname ORDER BY a.attname) \
            FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.prrelid AND a.attnum = ANY (t.prattrs)), \
            'filter', pg_catalog.pg_get_expr(t.prqual, t.prrelid))",
        refs: &[("prpubid", 6104), ("prrelid", RELATION)],
        noise: &["prattrs", "prqual"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_publication_namespace",
        class: 6237,
        since: 15,
        from: "pg_catalog.pg_publication_namespace t",
        refs: &[("pnpubid", 6104), ("pnnspid", NAMESPACE)],
        ..BASE
    },
    LedgerCatalog { until: 13, from: subscription!(""), ..SUBSCRIPTION },
    LedgerCatalog {
        since: 14,
        until: 14,
        from: subscription!(", ", columns_14!()),
        ..SUBSCRIPTION
    },
    LedgerCatalog {
        since: 15,
        until: 15,
        from: subscription!(", ", columns_14!(), ", ", columns_15!()),
        ..SUBSCRIPTION
    },
    LedgerCatalog {
        since: 16,
        until: 16,
        from: subscription!(", ", columns_14!(), ", ", columns_15!(), ", ", columns_16!()),
        ..SUBSCRIPTION
    },
    LedgerCatalog {
        since: 17,
        from: subscription!(
            ", ",
            columns_14!(),
            ", ",
            columns_15!(),
            ", ",
            columns_16!(),
            ", s.subfailover"
        ),
        ..SUBSCRIPTION
    },
    LedgerCatalog {
        name: "pg_foreign_data_wrapper",
        class: 2328,
        from: "pg_catalog.pg_foreign_data_wrapper t",
        refs: &[("fdwowner", ROLE), ("fdwhandler", PROC), ("fdwvalidator", PROC)],
        sets: &["fdwacl"],
        options: &["fdwoptions"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_foreign_server",
        class: 1417,
        from: "pg_catalog.pg_foreign_server t",
        refs: &[("srvowner", ROLE), ("srvfdw", 2328)],
        sets: &["srvacl"],
        options: &["srvoptions"],
        ..BASE
    },
    LedgerCatalog {
        name: "pg_user_mapping",
        // the view gives no options to whom it does not trust: the condition is the view's own
        from: "(SELECT m.srvname, m.usename, (SELECT pg_catalog.array_agg(o.option_name ORDER BY o.option_name) \
            FROM pg_catalog.pg_options_to_table(m.umoptions) o) AS names, NOT (r.rolsuper \
            OR (m.umuser = 0 AND pg_catalog.pg_has_role(s.srvowner, 'USAGE')) \
            OR (m.usename = current_user AND (pg_catalog.pg_has_role(s.srvowner, 'USAGE') OR pg_catalog.has_server_privilege(s.oid, 'USAGE')))) AS hidden \
            FROM pg_catalog.pg_user_mappings m JOIN pg_catalog.pg_foreign_server s ON s.oid = m.srvid \
            JOIN pg_catalog.pg_roles r ON r.rolname = current_user) t",
        oid: "0::oid",
        identity: ["'user mapping'", "coalesce(t.usename, 'PUBLIC') || ' on server ' || t.srvname"],
        condition: "true",
        withheld: "names",
        hidden: "hidden",
        ..BASE
    },
    LedgerCatalog {
        name: "pg_db_role_setting",
        from: "(SELECT coalesce(r.rolname::text, 'all roles') AS role, s.setconfig FROM pg_catalog.pg_db_role_setting s \
            LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole \
            WHERE s.setdatabase = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())) t",
        oid: "0::oid",
        identity: ["'database settings'", "'of ' || t.role"],
        condition: "true",
        options: &["setconfig"],
        ..BASE
    },
];
