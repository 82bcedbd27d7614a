//! Base types and shell types (`pg_type`).
//!
//! A base type and the functions that read and write it need each other. So they are one: the type
//! is declared as a shell, then its functions are created, then it is defined; and they are dropped
//! together.

use crate::kinds::definition::{self, Item, Style, item};
use crate::kinds::row::class;
use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Naming, ObjectKind, Outcome,
    Phase, Place, Privileges, Raw, Rule, Scan, Slot, of, privilege, routine,
};
use crate::model::{Attr, AttrSpec, Kind, Object, Value};
use crate::sql::quote;

const ITEMS: [Item; 19] = [
    item("shell", "only a name: not defined yet", Style::Apart),
    item("input", "typinput", Style::Word),
    item("output", "typoutput", Style::Word),
    item("receive", "typreceive", Style::Word),
    item("send", "typsend", Style::Word),
    item("typmod_in", "typmodin", Style::Word),
    item("typmod_out", "typmodout", Style::Word),
    item("analyze", "typanalyze", Style::Word),
    item("subscript", "14+: typsubscript where it is not the default", Style::Word),
    item("internallength", "typlen", Style::Word),
    item("passedbyvalue", "typbyval", Style::Flag),
    item("alignment", "typalign", Style::Word),
    item("storage", "typstorage", Style::Word),
    item("category", "typcategory where it is not U", Style::Literal),
    item("preferred", "typispreferred", Style::Flag),
    item("default", "typdefault", Style::Literal),
    item("element", "typelem", Style::Word),
    item("delimiter", "typdelim where it is not a comma", Style::Literal),
    item("collatable", "typcollation", Style::Flag),
];
const SPECS: [AttrSpec; 19] = definition::specs(&ITEMS);
const SHELL: Attr = Attr::named(&SPECS, "shell");
const STORAGE: Attr = Attr::named(&SPECS, "storage");

/// What a standing type can be given, as ALTER TYPE names it.
const SETTABLE: &[&str] =
    &["receive", "send", "typmod_in", "typmod_out", "analyze", "subscript", "storage"];

/// Columns of the scan of `pg_type`, with `t` its row.
pub(crate) fn columns(major: i32) -> String {
    // what an element of a type of fixed length brings by itself
    let subscript = if major >= 14 {
        "NULLIF(NULLIF(t.typsubscript::text, '-'), 'raw_array_subscript_handler')"
    } else {
        "NULL::text"
    };
    format!(
        "NOT t.typisdefined AS shell, t.typinput::text AS input, t.typoutput::text AS output, t.typreceive::text AS receive, \
        t.typsend::text AS send, t.typmodin::text AS typmod_in, t.typmodout::text AS typmod_out, t.typanalyze::text AS analyze, \
        {subscript} AS subscript, CASE t.typlen WHEN -1 THEN 'VARIABLE' ELSE t.typlen::text END AS internallength, \
        t.typbyval AS passedbyvalue, CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' ELSE 'double' END AS alignment, \
        CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' ELSE 'main' END AS storage, \
        NULLIF(t.typcategory::text, 'U') AS category, t.typispreferred AS preferred, \
        CASE WHEN t.typelem <> 0 THEN pg_catalog.format_type(t.typelem, NULL) END AS element, \
        NULLIF(t.typdelim::text, ',') AS delimiter, t.typcollation <> 0 AS collatable"
    )
}

/// SQL of the type that a function reads or writes, with `p` the row of `pg_proc`.
pub(crate) const TYPE_OF_FUNCTION: &str = "(SELECT t.oid FROM pg_catalog.pg_type t \
    LEFT JOIN pg_catalog.pg_range g ON g.rngtypid = t.oid \
    WHERE t.oid IN (p.prorettype, p.proargtypes[0]) AND t.oid >= 16384 AND (g.rngcanonical = p.oid OR (t.typtype = 'b' \
    AND p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))))";

/// The kind.
pub(super) struct BaseType;

impl ObjectKind for BaseType {
    fn kind(&self) -> Kind {
        Kind::BaseType
    }
    fn scan(&self) -> Scan {
        Scan::Type
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.letter("typtype") == 'b' || row.flag("shell") { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_TYPE, row.oid("oid"));
        let shell = row.flag("shell");
        let mut values = vec![Raw::Value(Value::flag(shell))];
        // a shell has functions that only refuse
        let nothing = || Raw::Value(Value::Null);
        let rest = ITEMS.split_at(1).1;
        values.extend(if shell {
            rest.iter().map(|_| nothing()).collect()
        } else {
            definition::values(rest, row)
        });
        let place = Place::Schema(row.oid("typnamespace"));
        Found::new(address, place, row.name("typname"), values).owned(row.oid("typowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        &SPECS
    }
    fn naming(&self, attribute: &str, _: &Value) -> Naming {
        definition::naming(&ITEMS, attribute)
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule { attrs: SETTABLE, change: |_, from, to| set(from, to) },
            Rule {
                attrs: &[
                    "shell",
                    "input",
                    "output",
                    "internallength",
                    "passedbyvalue",
                    "alignment",
                    "category",
                    "preferred",
                    "default",
                    "element",
                    "delimiter",
                    "collatable",
                ],
                change: |_, _, _| Outcome::rebuild(),
            },
        ]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        privilege::of_superuser(ctx, object, act, &[Act::Create, Act::Alter], "a base type")
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('T'), comment: true, extension: false }
    }
    fn phase(&self) -> Phase {
        Phase::Foundation
    }
    fn prominence(&self) -> u8 {
        2
    }
    fn noun(&self, _: &Object) -> &'static str {
        "TYPE"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, parts: &[&Object]) -> Vec<String> {
        let name = self.sql_name(object);
        if object.flag(SHELL) {
            return vec![format!("CREATE TYPE {name};")];
        }
        let list = definition::list(&definition::entries(&ITEMS, object));
        around(&name, parts, format!("CREATE TYPE {name} {list};"))
    }
    fn drop(&self, ctx: &Ctx<'_>, object: &Object) -> Vec<String> {
        drop_with_functions(ctx, object)
    }
    fn absorbs(&self, part: &Object) -> bool {
        part.id.kind == Kind::Function
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        vec![("type", vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()])]
    }
}

/// The definition of a type after the functions that need it as a shell.
pub(super) fn around(name: &str, functions: &[&Object], definition: String) -> Vec<String> {
    let mut statements = Vec::new();
    if !functions.is_empty() {
        statements.push(format!("CREATE TYPE {name};"));
    }
    for function in functions {
        statements.push(routine::written("CREATE", "FUNCTION", function));
    }
    statements.push(definition);
    statements
}

/// Drops a type. Its functions go with it, which PostgreSQL does only on request for whatever
/// needs it: so it is made sure that nothing else does.
pub(super) fn drop_with_functions(ctx: &Ctx<'_>, object: &Object) -> Vec<String> {
    let name = of(object.id.kind).sql_name(object);
    let is_own = |part: &&Object| part.parent.as_ref() == Some(&object.id);
    let own: Vec<String> = ctx
        .current
        .objects
        .values()
        .filter(is_own)
        .map(|part| {
            format!("{}::pg_catalog.regprocedure", quote::literal(&routine::signature(part)))
        })
        .collect();
    if own.is_empty() {
        return vec![format!("DROP TYPE {name};")];
    }
    let itself = format!("{}::pg_catalog.regtype", quote::literal(&name));
    let body = format!(
        "\nDECLARE\n    own oid[] := ARRAY[{itself}::oid, {}];\nBEGIN\n    -- the array type, a multirange and its array type, constructors\n    \
         FOR level IN 1..2 LOOP\n        \
         own := own || ARRAY(SELECT d.objid FROM pg_catalog.pg_depend d WHERE d.refclassid = 1247 AND d.refobjid = ANY (own)\n            \
         AND d.classid IN (1247, 1255) AND d.deptype = 'i');\n    END LOOP;\n    \
         IF (SELECT pg_catalog.count(*) FROM pg_catalog.pg_depend d WHERE d.refclassid IN (1247, 1255) AND d.refobjid = ANY (own)\n        \
         AND NOT (d.classid IN (1247, 1255) AND d.objid = ANY (own)) AND d.deptype IN ('n', 'a')) > 0 THEN\n        \
         RAISE EXCEPTION 'something else needs the type %', own[1]::pg_catalog.regtype;\n    END IF;\nEND\n",
        own.join(", ")
    );
    vec![format!("DO {};", quote::dollar(&body)), format!("DROP TYPE {name} CASCADE;")]
}

fn set(from: &Object, to: &Object) -> Outcome {
    // a type that is never stored elsewhere cannot become one that is, nor the other way round
    let plain = |object: &Object| object.text(STORAGE) == "plain";
    if from.flag(SHELL) || to.flag(SHELL) || plain(from) != plain(to) {
        return Outcome::rebuild();
    }
    let entry = |name: &&&str| {
        let attr = Attr::named(&SPECS, name);
        let value = Some(to.text(attr)).filter(|text| !text.is_empty()).unwrap_or("NONE");
        (from.value(attr) != to.value(attr)).then(|| format!("{} = {value}", name.to_uppercase()))
    };
    let entries: Vec<String> = SETTABLE.iter().filter_map(|name| entry(&name)).collect();
    let sql = format!("ALTER TYPE {} SET ({});", BaseType.sql_name(to), entries.join(", "));
    Outcome::in_place(vec![sql], Effects::default())
}
