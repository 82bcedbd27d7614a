//! Operator families (`pg_opfamily`) with the members that belong to no class of theirs.

use crate::kinds::row::class;
use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Name, ObjectKind, Outcome, Phase,
    Place, Privileges, Raw, Rule, Scan, Source, members, privilege,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, Settings};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[AttrSpec {
    name: "members",
    doc: "operators and functions of no class (pg_amop, pg_amproc)",
    compare: Compare::Drift,
}];
const MEMBERS: Attr = Attr::named(SPECS, "members");

static SOURCE: Source = Source {
    catalog: "pg_opfamily",
    class: class::PG_OPFAMILY,
    query,
    schema: Some("opfnamespace"),
    acl: None,
};

fn query(_: i32) -> String {
    let loose = members::columns(|family, class| {
        format!(
            "{family} = f.oid AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d \
            WHERE d.classid = {class} AND d.objid = m.oid AND d.refclassid = 2616)"
        )
    });
    format!(
        "SELECT f.oid, f.opfname, f.opfnamespace, f.opfowner, a.amname, {loose} \
        FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod WHERE f.oid >= 16384"
    )
}

/// The kind.
pub(super) struct OperatorFamily;

impl ObjectKind for OperatorFamily {
    fn kind(&self) -> Kind {
        Kind::OperatorFamily
    }
    fn phase(&self) -> Phase {
        Phase::Routine
    }
    fn scan(&self) -> Scan {
        Scan::Own(Kind::OperatorFamily)
    }
    fn source(&self) -> Option<&'static Source> {
        Some(&SOURCE)
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(SOURCE.class, row.oid("oid"));
        let values = vec![Raw::Value(members::value(row))];
        let place = Place::Schema(row.oid("opfnamespace"));
        let mut found = Found::new(address, place, row.name("opfname"), values);
        found.name.push(Name::Plain(row.name("amname")));
        found.also = members::addresses(row);
        found.owned(row.oid("opfowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[Rule { attrs: &["members"], change: |_, from, to| change(from, to) }]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        privilege::of_superuser(ctx, object, act, &[Act::Create, Act::Alter], "an operator family")
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, comment: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "OPERATOR FAMILY"
    }
    fn sql_name(&self, object: &Object) -> String {
        using(object)
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        let create = format!("CREATE OPERATOR FAMILY {};", using(object));
        std::iter::once(create).chain(add(object, &object.value(MEMBERS).as_map())).collect()
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP OPERATOR FAMILY {};", using(object))]
    }
}

/// `schema.name USING method`, for families and classes.
pub(super) fn using(object: &Object) -> String {
    let id = &object.id;
    format!("{} USING {}", quote::qualified(&[id.part(0), id.part(1)]), quote::ident(id.part(2)))
}

fn add(object: &Object, map: &Settings) -> Option<String> {
    let list = members::entries(map).join(",\n    ");
    (!map.is_empty()).then(|| format!("ALTER OPERATOR FAMILY {} ADD\n    {list};", using(object)))
}

fn change(from: &Object, to: &Object) -> Outcome {
    let gone = members::only(from, to, MEMBERS);
    let keys: Vec<&str> = gone.keys().map(|key| &**key).collect();
    let drop = (!keys.is_empty()).then(|| {
        format!("ALTER OPERATOR FAMILY {} DROP\n    {};", using(to), keys.join(",\n    "))
    });
    let new = members::only(to, from, MEMBERS);
    let statements = drop.into_iter().chain(add(to, &new)).collect();
    Outcome::in_place(statements, Effects::default())
}
