//! Aggregates (`pg_proc`, `pg_aggregate`), ordered-set and hypothetical-set ones among them.

use crate::kinds::definition::{self, Item, Style, item};
use crate::kinds::facet::extension_statements;
use crate::kinds::{
    Act, Claim, Ctx, Effects, FacetSpec, Fields, Found, Naming, ObjectKind, Outcome, Phase,
    Privileges, Rule, Scan, Slot, privilege, routine,
};
use crate::model::{Attr, AttrSpec, Kind, Object, Value};
use crate::sql::quote;

const ITEMS: [Item; 23] = [
    item("arguments", "pg_get_function_arguments, with ORDER BY", Style::Apart),
    item("result", "pg_get_function_result", Style::Apart),
    item("hypothetical", "a hypothetical-set aggregate (aggkind)", Style::Flag),
    item("sfunc", "aggtransfn", Style::Word),
    item("stype", "aggtranstype", Style::Word),
    item("sspace", "aggtransspace", Style::Word),
    item("finalfunc", "aggfinalfn", Style::Word),
    item("finalfunc_extra", "aggfinalextra", Style::Flag),
    item("finalfunc_modify", "aggfinalmodify where it is not the default", Style::Word),
    item("combinefunc", "aggcombinefn", Style::Word),
    item("serialfunc", "aggserialfn", Style::Word),
    item("deserialfunc", "aggdeserialfn", Style::Word),
    item("initcond", "agginitval", Style::Literal),
    item("msfunc", "aggmtransfn", Style::Word),
    item("minvfunc", "aggminvtransfn", Style::Word),
    item("mstype", "aggmtranstype", Style::Word),
    item("msspace", "aggmtransspace", Style::Word),
    item("mfinalfunc", "aggmfinalfn", Style::Word),
    item("mfinalfunc_extra", "aggmfinalextra", Style::Flag),
    item("mfinalfunc_modify", "aggmfinalmodify where it is not the default", Style::Word),
    item("minitcond", "aggminitval", Style::Literal),
    item("sortop", "aggsortop", Style::Word),
    item("parallel", "proparallel where it is not UNSAFE", Style::Word),
];
const SPECS: [AttrSpec; 23] = definition::specs(&ITEMS);
const ARGUMENTS: Attr = Attr::named(&SPECS, "arguments");

/// Columns of the scan of `pg_proc`, with `p` its row and `g` that of `pg_aggregate`; all NULL for
/// other routines.
pub(crate) fn columns() -> String {
    let modify = |column: &str| {
        format!(
            "CASE WHEN {column} <> CASE g.aggkind WHEN 'n' THEN 'r' ELSE 'w' END THEN \
            CASE {column} WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END"
        )
    };
    format!(
        "g.aggkind = 'h' AS hypothetical, g.aggtransfn::text AS sfunc, pg_catalog.format_type(g.aggtranstype, NULL) AS stype, \
        NULLIF(g.aggtransspace, 0)::text AS sspace, g.aggfinalfn::text AS finalfunc, g.aggfinalextra AS finalfunc_extra, \
        {} AS finalfunc_modify, g.aggcombinefn::text AS combinefunc, g.aggserialfn::text AS serialfunc, \
        g.aggdeserialfn::text AS deserialfunc, g.agginitval AS initcond, g.aggmtransfn::text AS msfunc, g.aggminvtransfn::text AS minvfunc, \
        CASE WHEN g.aggmtranstype <> 0 THEN pg_catalog.format_type(g.aggmtranstype, NULL) END AS mstype, \
        NULLIF(g.aggmtransspace, 0)::text AS msspace, g.aggmfinalfn::text AS mfinalfunc, g.aggmfinalextra AS mfinalfunc_extra, \
        {} AS mfinalfunc_modify, g.aggminitval AS minitcond, {} AS sortop, \
        CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END AS parallel",
        modify("g.aggfinalmodify"),
        modify("g.aggmfinalmodify"),
        definition::operator_name("g.aggsortop"),
    )
}

/// The kind.
pub(super) struct Aggregate;

impl ObjectKind for Aggregate {
    fn kind(&self) -> Kind {
        Kind::Aggregate
    }
    fn phase(&self) -> Phase {
        Phase::Routine
    }
    fn scan(&self) -> Scan {
        Scan::Proc
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.letter("prokind") == 'a' { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        routine::found(row, definition::values(&ITEMS, row))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &SPECS
    }
    fn path_naming(&self) -> &'static [Naming] {
        &[Naming::Schema, Naming::Plain, Naming::Sql]
    }
    fn naming(&self, attribute: &str, _: &Value) -> Naming {
        definition::naming(&ITEMS, attribute)
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule {
                attrs: &["arguments", "result", "hypothetical"],
                change: |_, _, _| Outcome::rebuild(),
            },
            Rule {
                attrs: REPLACED,
                change: |_, _, to| {
                    let mut statements = vec![written("CREATE OR REPLACE", to)];
                    // a replacement silently forgets DEPENDS ON EXTENSION
                    statements.extend(extension_statements(&Aggregate, None, to));
                    Outcome::in_place(statements, Effects::default())
                },
            },
        ]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let mut needs = privilege::usual(ctx, object, act);
        if act == Act::Create {
            needs.extend(privilege::executed(ctx, object));
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('f'), comment: true, extension: true }
    }
    fn prominence(&self) -> u8 {
        3
    }
    fn noun(&self, _: &Object) -> &'static str {
        "AGGREGATE"
    }
    fn sql_name(&self, object: &Object) -> String {
        let name = quote::qualified(&[object.id.part(0), object.id.part(1)]);
        match object.text(ARGUMENTS) {
            "" => format!("{name}(*)"),
            arguments => format!("{name}({arguments})"),
        }
    }
    fn target(&self, object: &Object) -> String {
        format!("ROUTINE {}", routine::signature(object))
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![written("CREATE", object)]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP AGGREGATE {};", self.sql_name(object))]
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        routine::slots(object)
    }
}

/// What a replacement may change.
const REPLACED: &[&str] = &[
    "sfunc",
    "stype",
    "sspace",
    "finalfunc",
    "finalfunc_extra",
    "finalfunc_modify",
    "combinefunc",
    "serialfunc",
    "deserialfunc",
    "initcond",
    "msfunc",
    "minvfunc",
    "mstype",
    "msspace",
    "mfinalfunc",
    "mfinalfunc_extra",
    "mfinalfunc_modify",
    "minitcond",
    "sortop",
    "parallel",
];

fn written(verb: &str, object: &Object) -> String {
    let list = definition::list(&definition::entries(&ITEMS, object));
    format!("{verb} AGGREGATE {} {list};", Aggregate.sql_name(object))
}
