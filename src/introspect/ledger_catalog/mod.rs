//! The system catalogs whose rows may stand in the ledger, and what of a row counts.

mod facet;
mod object;
mod relation;
mod remote;

/// How a catalog's rows are read for the ledger.
pub(super) struct LedgerCatalog {
    /// The system catalog.
    pub(super) name: &'static str,
    /// Its OID, for `pg_depend`; 0 where nothing depends on its rows.
    pub(super) class: u32,
    /// First major that has it.
    pub(super) since: i32,
    /// Last major that has it so.
    pub(super) until: i32,
    /// `FROM` item, with the alias `t`.
    pub(super) from: &'static str,
    /// SQL of the row's OID.
    pub(super) oid: &'static str,
    /// SQL of its column number.
    pub(super) sub: &'static str,
    /// SQL of what it is and of its identity; empty: `pg_identify_object` answers.
    pub(super) identity: [&'static str; 2],
    /// SQL of the row as jsonb.
    pub(super) row: &'static str,
    /// Condition for a user's row. Empty: only rows that no kind claimed.
    pub(super) condition: &'static str,
    /// Columns that hold OIDs, each with the catalog that they point at.
    pub(super) refs: &'static [(&'static str, u32)],
    /// Columns that say nothing of the schema: OIDs, physical state, parse trees (their text is
    /// added instead), numbers of columns (likewise).
    pub(super) noise: &'static [&'static str],
    /// Columns whose elements have no order: privileges, storage parameters, names.
    pub(super) sets: &'static [&'static str],
    /// Columns with options that may hold secrets.
    pub(super) options: &'static [&'static str],
    /// The column that lists what of the row is a secret and was not read.
    pub(super) withheld: &'static str,
}

/// Every catalog of the ledger.
pub(super) fn all() -> impl Iterator<Item = &'static LedgerCatalog> {
    [relation::CATALOGS, object::CATALOGS, remote::CATALOGS, facet::CATALOGS].into_iter().flatten()
}

const BASE: LedgerCatalog = LedgerCatalog {
    name: "",
    class: 0,
    since: 13,
    until: i32::MAX,
    from: "",
    oid: "t.oid",
    sub: "0",
    identity: ["", ""],
    row: "pg_catalog.to_jsonb(t)",
    condition: "t.oid >= 16384",
    refs: &[],
    noise: &[],
    sets: &[],
    options: &[],
    withheld: "",
};

const AM: u32 = 2601;
const FAMILY: u32 = 2753;
const NAMESPACE: u32 = 2615;
const OPERATOR: u32 = 2617;
const RELATION: u32 = 1259;
/// Roles are shared objects: they are known by name.
pub(super) const ROLE: u32 = 1260;
const TYPE: u32 = 1247;
