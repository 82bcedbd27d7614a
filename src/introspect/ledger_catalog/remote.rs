//! What reaches beyond the database: subscriptions, which are only reported.

use super::{BASE, LedgerCatalog};

/// A subscription without its connection string and without the state of replication
/// (`subskiplsn`, `pg_subscription_rel`): the columns that everybody may read, per major.
macro_rules! subscription {
    ($($more:expr),+) => {
        concat!(
            "(SELECT s.subname, 'role:' || pg_catalog.pg_get_userbyid(s.subowner)::text AS owner, s.subenabled, s.subslotname, s.subpublications, \
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
];
