//! Members of operator families and classes (`pg_amop`, `pg_amproc`).

use crate::kinds::{Address, Fields};
use crate::model::{Attr, Object, Settings, Value};
use std::sync::Arc;

const PG_AMOP: u32 = 2602;
const PG_AMPROC: u32 = 2603;

/// SQL of four columns: keys as DROP names them, what ADD says besides, and the OIDs of the rows.
///
/// `condition` decides about a row `m` of the catalog with the OID `class`.
pub(super) fn columns(condition: impl Fn(&str, u32) -> String) -> String {
    let types = |prefix: &str| {
        format!(
            "(SELECT ' (' || pg_catalog.format_type(m.{prefix}lefttype, NULL) || ', ' || pg_catalog.format_type(m.{prefix}righttype, NULL) || ')')"
        )
    };
    let operators = format!(
        "FROM pg_catalog.pg_amop m LEFT JOIN pg_catalog.pg_opfamily s ON s.oid = m.amopsortfamily \
        LEFT JOIN pg_catalog.pg_namespace sn ON sn.oid = s.opfnamespace WHERE {}",
        condition("m.amopfamily", PG_AMOP)
    );
    let functions =
        format!("FROM pg_catalog.pg_amproc m WHERE {}", condition("m.amprocfamily", PG_AMPROC));
    let (amop, amproc) = (types("amop"), types("amproc"));
    format!(
        "ARRAY(SELECT 'OPERATOR ' || m.amopstrategy || {amop} {operators} ORDER BY m.oid) || \
            ARRAY(SELECT 'FUNCTION ' || m.amprocnum || {amproc} {functions} ORDER BY m.oid) AS keys, \
        ARRAY(SELECT m.amopopr::pg_catalog.regoperator::text || CASE WHEN s.oid IS NULL THEN '' ELSE \
                pg_catalog.format(' FOR ORDER BY %I.%I', sn.nspname, s.opfname) END \
            {operators} ORDER BY m.oid) || ARRAY(SELECT m.amproc::oid::pg_catalog.regprocedure::text {functions} ORDER BY m.oid) AS members, \
        ARRAY(SELECT m.oid {operators}) AS amop, ARRAY(SELECT m.oid {functions}) AS amproc"
    )
}

/// The members of a row: the key that DROP names, and what it stands for.
pub(super) fn value(row: &dyn Fields) -> Value {
    let pairs = row.texts("keys").into_iter().zip(row.texts("members"));
    Value::map(pairs.map(|(key, member)| (Arc::from(key), Arc::from(member))).collect())
}

/// Where `pg_depend` says what the members need.
pub(super) fn addresses(row: &dyn Fields) -> Vec<Address> {
    let of = |class: u32, column: &str| -> Vec<Address> {
        row.oids(column).iter().map(|oid| Address::new(class, *oid)).collect()
    };
    [of(PG_AMOP, "amop"), of(PG_AMPROC, "amproc")].concat()
}

/// Each member as ADD and CREATE OPERATOR CLASS write it.
pub(super) fn entries(map: &Settings) -> Vec<String> {
    let entry = |(key, member): (&Arc<str>, &Arc<str>)| match key.split_once(" (") {
        // an operator brings its types
        Some((short, _)) if short.starts_with("OPERATOR") => format!("{short} {member}"),
        _ => format!("{key} {member}"),
    };
    map.iter().map(entry).collect()
}

/// What of `from` is not so in `to`.
pub(super) fn only(from: &Object, to: &Object, attr: Attr) -> Settings {
    let other = to.value(attr).as_map();
    let mut map = from.value(attr).as_map();
    map.retain(|key, member| other.get(key) != Some(member));
    map
}
