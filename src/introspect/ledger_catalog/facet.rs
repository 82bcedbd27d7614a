//! Facets that have no place at an object of ours.

use super::{BASE, LedgerCatalog};

/// Its catalogs.
pub(super) static CATALOGS: &[LedgerCatalog] = &[LedgerCatalog {
    // only told: a statement needs the provider's library, which no server without it can prove
    name: "pg_seclabel",
    from: "(SELECT s.provider, s.label, i.type, i.identity FROM pg_catalog.pg_seclabel s, \
            LATERAL pg_catalog.pg_identify_object(s.classoid, s.objoid, s.objsubid) i) t",
    oid: "0::oid",
    identity: ["'security label'", "t.provider || ' on ' || t.type || ' ' || t.identity"],
    condition: "true",
    ..BASE
}];
