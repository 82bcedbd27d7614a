//! The types of the scratch database, as far as values have to be written for them.

use crate::connect::Session;
use crate::verify::VerifyError;
use crate::verify::rows::constant;
use std::collections::BTreeMap;

/// An attribute of a composite type.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) type_oid: u32,
    pub(super) modifier: i32,
    /// `format_type`.
    pub(super) type_name: String,
}

/// How values of a type are put together.
#[derive(Clone, Debug)]
pub(super) enum Sort {
    /// By its own input function.
    Base,
    /// Of elements, with the mark between them.
    Array(u32, String),
    /// As those of another type.
    Domain(u32, i32),
    /// One of these.
    Enum(Vec<String>),
    /// Of attributes.
    Composite(Vec<Attribute>),
    /// Two of another type.
    Range(u32),
    /// Of ranges.
    Multirange(u32),
}

/// A type.
#[derive(Clone, Debug)]
pub(super) struct Type {
    pub(super) name: String,
    pub(super) sort: Sort,
    /// A domain that takes no NULL.
    not_null: bool,
    /// What stands in a domain's checks.
    constants: Vec<String>,
}

/// All of them, by OID.
#[derive(Debug, Default)]
pub(super) struct Types {
    by_oid: BTreeMap<u32, Type>,
}

impl Types {
    pub(super) async fn read(session: &Session) -> Result<Self, VerifyError> {
        let mut enums: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        let sql =
            "SELECT e.enumtypid, e.enumlabel FROM pg_catalog.pg_enum e ORDER BY 1, e.enumsortorder";
        for row in session.texts(sql).await? {
            enums.entry(number(&row, 0)).or_default().push(text(&row, 1));
        }
        let mut attributes: BTreeMap<u32, Vec<Attribute>> = BTreeMap::new();
        let sql = "SELECT c.reltype, a.atttypid, a.atttypmod, a.attname, \
            pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute a \
            JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
            WHERE a.attnum > 0 AND NOT a.attisdropped AND c.reltype <> 0 ORDER BY a.attnum";
        for row in session.texts(sql).await? {
            attributes.entry(number(&row, 0)).or_default().push(Attribute {
                name: text(&row, 3),
                type_oid: number(&row, 1),
                modifier: text(&row, 2).parse().unwrap_or(-1),
                type_name: text(&row, 4),
            });
        }
        let mut checks: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        let sql = "SELECT c.contypid, pg_catalog.pg_get_constraintdef(c.oid) \
            FROM pg_catalog.pg_constraint c WHERE c.contypid <> 0 ORDER BY c.conname";
        for row in session.texts(sql).await? {
            checks.entry(number(&row, 0)).or_default().extend(constant::of(&text(&row, 1)));
        }
        let mut ranges = BTreeMap::new();
        let multirange =
            if session.server_version_num() >= 140_000 { "rngmultitypid" } else { "0" };
        let sql = format!("SELECT rngtypid, rngsubtype, {multirange} FROM pg_catalog.pg_range");
        for row in session.texts(&sql).await? {
            ranges.insert(number(&row, 0), Sort::Range(number(&row, 1)));
            ranges.insert(number(&row, 2), Sort::Multirange(number(&row, 0)));
        }
        let sql = "SELECT t.oid, t.typname, t.typtype, t.typbasetype, t.typtypmod, t.typelem, \
            t.typnotnull, t.typinput = 'pg_catalog.array_in'::pg_catalog.regproc, \
            coalesce((SELECT e.typdelim FROM pg_catalog.pg_type e WHERE e.oid = t.typelem), ',') \
            FROM pg_catalog.pg_type t";
        let mut by_oid = BTreeMap::new();
        for row in session.texts(sql).await? {
            let oid = number(&row, 0);
            let sort = match text(&row, 2).as_str() {
                "d" => Sort::Domain(number(&row, 3), text(&row, 4).parse().unwrap_or(-1)),
                "e" => Sort::Enum(enums.remove(&oid).unwrap_or_default()),
                "c" => Sort::Composite(attributes.remove(&oid).unwrap_or_default()),
                "r" | "m" => ranges.remove(&oid).unwrap_or(Sort::Base),
                _ if text(&row, 7) == "t" => Sort::Array(number(&row, 5), text(&row, 8)),
                _ => Sort::Base,
            };
            let not_null = text(&row, 6) == "t";
            let constants = checks.remove(&oid).unwrap_or_default();
            by_oid.insert(oid, Type { name: text(&row, 1), sort, not_null, constants });
        }
        Ok(Self { by_oid })
    }

    pub(super) fn get(&self, oid: u32) -> Option<&Type> {
        self.by_oid.get(&oid)
    }

    /// Whether a domain forbids NULL.
    pub(super) fn forbids_null(&self, oid: u32) -> bool {
        self.get(oid).is_some_and(|found| match found.sort {
            Sort::Domain(base, _) => found.not_null || self.forbids_null(base),
            _ => false,
        })
    }

    /// What the checks of a domain name.
    pub(super) fn constants(&self, oid: u32) -> Vec<String> {
        let Some(found) = self.get(oid) else { return Vec::new() };
        let mut constants = found.constants.clone();
        if let Sort::Domain(base, _) = found.sort {
            constants.extend(self.constants(base));
        }
        constants
    }

    /// What a value consists of all the way down; it changes when the type does.
    pub(super) fn shape(&self, oid: u32) -> String {
        let Some(found) = self.get(oid) else { return String::new() };
        match &found.sort {
            Sort::Array(element, _) => format!("{}[]", self.shape(*element)),
            Sort::Domain(base, _) => self.shape(*base),
            Sort::Composite(parts) => {
                let parts: Vec<String> =
                    parts.iter().map(|part| self.shape(part.type_oid)).collect();
                format!("({})", parts.join(","))
            }
            Sort::Range(of) | Sort::Multirange(of) => format!("range {}", self.shape(*of)),
            Sort::Base | Sort::Enum(_) => found.name.clone(),
        }
    }
}

/// A column of a row of texts.
pub(super) fn text(row: &[Option<String>], at: usize) -> String {
    row.get(at).cloned().flatten().unwrap_or_default()
}

/// The same as an OID.
pub(super) fn number(row: &[Option<String>], at: usize) -> u32 {
    text(row, at).parse().unwrap_or_default()
}

/// The same as a list of column numbers, `{1,2}`.
pub(super) fn numbers(row: &[Option<String>], at: usize) -> Vec<i32> {
    let text = text(row, at);
    let list = text.trim_matches(['{', '}']).split([',', ' ']);
    list.filter_map(|part| part.parse().ok()).collect()
}
