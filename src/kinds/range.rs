//! Range types (`pg_type`, `pg_range`). Their multirange, their constructors and the cast between
//! both are made and dropped with them.

use crate::kinds::definition::{self, Item, Style, item};
use crate::kinds::row::class;
use crate::kinds::{
    Act, Address, Claim, Ctx, FacetSpec, Fields, Found, Naming, ObjectKind, Outcome, Phase, Place,
    Privileges, Raw, Rule, Scan, Slot, base_type, privilege,
};
use crate::model::{Attr, AttrSpec, Kind, Object, Value};
use crate::sql::quote;

const ITEMS: [Item; 6] = [
    item("subtype", "rngsubtype", Style::Word),
    item("subtype_opclass", "rngsubopc where it is not the default", Style::Word),
    item("collation", "rngcollation where it is not the subtype's", Style::Word),
    item("canonical", "rngcanonical", Style::Word),
    item("subtype_diff", "rngsubdiff", Style::Word),
    item("multirange_type_name", "14+: where it is not the automatic one", Style::Word),
];
const SPECS: [AttrSpec; 6] = definition::specs(&ITEMS);
const MULTIRANGE: Attr = Attr::named(&SPECS, "multirange_type_name");

/// Columns of the scan of `pg_type`, with `t` its row and `g` that of `pg_range`.
pub(crate) fn columns(major: i32) -> String {
    let multirange = if major >= 14 { "g.rngmultitypid" } else { "NULL" };
    format!(
        "pg_catalog.format_type(g.rngsubtype, NULL) AS subtype, (SELECT pg_catalog.format('%I.%I', sn.nspname, s.opcname) \
            FROM pg_catalog.pg_opclass s JOIN pg_catalog.pg_namespace sn ON sn.oid = s.opcnamespace \
            WHERE s.oid = g.rngsubopc AND NOT s.opcdefault) AS subtype_opclass, \
        NULLIF(g.rngcanonical::text, '-') AS canonical, NULLIF(g.rngsubdiff::text, '-') AS subtype_diff, \
        (SELECT ARRAY[pg_catalog.format('%I.%I', mn.nspname, m.typname), m.typname::text, mn.nspname::text] FROM pg_catalog.pg_type m \
            JOIN pg_catalog.pg_namespace mn ON mn.oid = m.typnamespace WHERE m.oid = {multirange}) AS multirange, \
        (SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid = t.typnamespace) AS schema"
    )
}

/// SQL of the collation of a range, for the column that all types share.
pub(crate) const COLLATION: &str = "(SELECT pg_catalog.format('%I.%I', sn.nspname, s.collname) FROM pg_catalog.pg_collation s \
    JOIN pg_catalog.pg_namespace sn ON sn.oid = s.collnamespace JOIN pg_catalog.pg_type st ON st.oid = g.rngsubtype \
    WHERE s.oid = g.rngcollation AND s.oid <> st.typcollation)";

/// The kind.
pub(super) struct Range;

impl ObjectKind for Range {
    fn kind(&self) -> Kind {
        Kind::Range
    }
    fn scan(&self) -> Scan {
        Scan::Type
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.letter("typtype") == 'r' { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_TYPE, row.oid("oid"));
        let mut values = definition::values(ITEMS.split_at(5).0, row);
        let name = row.name("typname");
        let multirange = match row.texts("multirange").as_slice() {
            [_, own, schema] if *own == automatic(&name) && *schema == row.name("schema") => None,
            [shown, ..] => Some(shown.clone()),
            [] => None,
        };
        values.push(Raw::Value(Value::text(multirange.as_deref())));
        let place = Place::Schema(row.oid("typnamespace"));
        Found::new(address, place, name, values).owned(row.oid("typowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &SPECS
    }
    fn naming(&self, attribute: &str, _: &Value) -> Naming {
        definition::naming(&ITEMS, attribute)
    }
    fn rules(&self) -> &'static [Rule] {
        const ATTRS: [&str; 6] = definition::names(&ITEMS);
        &[Rule { attrs: &ATTRS, change: |_, _, _| Outcome::rebuild() }]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let mut needs = privilege::usual(ctx, object, act);
        if act == Act::Create {
            needs.extend(privilege::executed(ctx, object));
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('T'), comment: true, extension: false }
    }
    fn phase(&self) -> Phase {
        Phase::Foundation
    }
    fn prominence(&self) -> u8 {
        4
    }
    fn noun(&self, _: &Object) -> &'static str {
        "TYPE"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, parts: &[&Object]) -> Vec<String> {
        let list = definition::list(&definition::entries(&ITEMS, object));
        let own = format!("CREATE TYPE {} AS RANGE {list};", self.sql_name(object));
        base_type::around(&self.sql_name(object), parts, own)
    }
    fn drop(&self, ctx: &Ctx<'_>, object: &Object) -> Vec<String> {
        base_type::drop_with_functions(ctx, object)
    }
    fn absorbs(&self, part: &Object) -> bool {
        part.id.kind == Kind::Function
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        let slot = |name: &str| ("type", vec![object.id.part(0).to_owned(), name.to_owned()]);
        let mut slots = vec![slot(object.id.part(1))];
        if object.text(MULTIRANGE).is_empty() {
            slots.push(slot(&automatic(object.id.part(1))));
        }
        slots
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        (!object.text(MULTIRANGE).is_empty()).then_some((14, "names of multiranges"))
    }
}

/// The name that PostgreSQL gives to a multirange by itself: at most 63 bytes.
fn automatic(name: &str) -> String {
    let clip = |text: &str, bytes: usize| -> String {
        text.char_indices()
            .take_while(|(at, c)| at + c.len_utf8() <= bytes)
            .map(|(_, c)| c)
            .collect()
    };
    match name.split_once("range") {
        Some((before, after)) => clip(&format!("{before}multirange{after}"), 63),
        None => format!("{}_multirange", clip(name, 52)),
    }
}

#[cfg(test)]
mod tests {
    use super::automatic;

    #[test]
    fn multiranges_are_named_after_their_range() {
        assert_eq!(automatic("foorange"), "foomultirange");
        assert_eq!(automatic("rangeofrange"), "multirangeofrange");
        assert_eq!(automatic("rg"), "rg_multirange");
        assert_eq!(automatic(&"ä".repeat(30)).len(), 63);
        assert_eq!(automatic(&format!("{}range", "x".repeat(58))).len(), 63);
    }
}
