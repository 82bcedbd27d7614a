//! Views (`pg_class`, `pg_get_viewdef`).

use crate::kinds::column::option_clauses;
use crate::kinds::row::{class, is_on, options};
use crate::kinds::{
    Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Guards, Lock, ObjectKind, Outcome,
    Phase, Place, Raw, Rule, Scan, Shell, Slot, shell, view_column,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Object, Settings, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec {
        name: "definition",
        doc: "pg_get_viewdef without the last semicolon",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "options",
        doc: "security_barrier, security_invoker, check_option",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "updatable",
        doc: "takes UPDATE and DELETE without triggers and rules (pg_relation_is_updatable)",
        compare: Compare::Derived,
    },
    AttrSpec {
        name: "takes_insert",
        doc: "takes INSERT, by triggers and rules, too",
        compare: Compare::Derived,
    },
    AttrSpec {
        name: "takes_update",
        doc: "takes UPDATE, by triggers and rules, too",
        compare: Compare::Derived,
    },
];
const DEFINITION: Attr = Attr::named(SPECS, "definition");
const OPTIONS: Attr = Attr::named(SPECS, "options");

/// The bits of `pg_relation_is_updatable`: one for each command, by its number.
const UPDATE: i64 = 1 << 2;
const INSERT: i64 = 1 << 3;
const DELETE: i64 = 1 << 4;

/// The kind.
pub(super) struct View;

impl ObjectKind for View {
    fn kind(&self) -> Kind {
        Kind::View
    }
    fn phase(&self) -> Phase {
        Phase::View
    }
    fn scan(&self) -> Scan {
        Scan::Class
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.letter("relkind") == 'v' { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_CLASS, row.oid("oid"));
        let text = row.name("viewdef");
        let definition = Value::Sql(text.trim().trim_end_matches(';').into());
        let takes = |bit: i64, column: &str| {
            Raw::Value(Value::flag(row.int(column).is_some_and(|events| events & bit == bit)))
        };
        let values = vec![
            Raw::Value(definition),
            Raw::Value(options(&row.texts("reloptions"))),
            takes(UPDATE | DELETE, "takes_alone"),
            takes(INSERT, "takes"),
            takes(UPDATE, "takes"),
        ];
        Found::new(address, Place::Schema(row.oid("relnamespace")), row.name("relname"), values)
            .owned(row.oid("relowner"))
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule { attrs: &["definition"], change: replace },
            Rule { attrs: &["options"], change: change_options },
            Rule {
                attrs: &["updatable", "takes_insert", "takes_update"],
                change: |_, _, _| Outcome::in_place(Vec::new(), Effects::default()),
            },
        ]
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('r'), comment: true, extension: false }
    }
    fn prominence(&self) -> u8 {
        1
    }
    fn noun(&self, _: &Object) -> &'static str {
        "VIEW"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        vec![written("CREATE VIEW", object)]
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP VIEW {};", self.sql_name(object))]
    }
    fn absorbs(&self, part: &Object) -> bool {
        part.id.kind == Kind::ViewColumn
    }
    fn drop_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        Effects::lock(&object.id, Lock::AccessExclusive)
    }
    fn needs_major(&self, object: &Object) -> Option<(i32, &'static str)> {
        let invoker = object.value(OPTIONS).as_map().contains_key("security_invoker");
        invoker.then_some((15, "security_invoker"))
    }
    fn shell(&self, catalog: &Catalog, object: &Object) -> Option<Shell> {
        let columns: Vec<String> = view_column::shape(catalog, &object.id)
            .iter()
            .map(|(name, kind, collation)| {
                let collate = if collation.is_empty() { "" } else { " COLLATE " };
                format!("    NULL::{kind}{collate}{collation} AS {}", quote::ident(name))
            })
            .collect();
        let text = format!("VIEW {} AS\n SELECT\n{};", self.sql_name(object), columns.join(",\n"));
        let needs = shell::needs(catalog, object, &text);
        let names_itself =
            shell::is_named(object.text(DEFINITION), object.id.part(0), object.id.part(1));
        let complete = vec![written("CREATE OR REPLACE VIEW", object)];
        Some(Shell { text, complete, needs, names_itself })
    }
    fn guards(&self, _: &Catalog, object: &Object) -> Guards {
        let mut guards = Guards::default();
        for (key, value) in object.value(OPTIONS).as_map() {
            guards.keep(&*key == "check_option" || is_on(&value), &object.id, &key);
        }
        guards
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        let path = vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()];
        vec![("relation", path.clone()), ("type", path)]
    }
}

/// A replacement resets options that it does not state: they are always stated.
fn written(verb: &str, object: &Object) -> String {
    let options = object.value(OPTIONS).as_map();
    let with = option_clauses(&Settings::new(), &options);
    let with = with.first().map_or(String::new(), |clause| clause.replacen("SET", " WITH", 1));
    format!("{verb} {}{with} AS\n {};", View.sql_name(object), object.text(DEFINITION))
}

fn replace(ctx: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    let before = view_column::shape(ctx.current, &from.id);
    let after = view_column::shape(ctx.desired, &to.id);
    if after.len() < before.len() || before.iter().zip(&after).any(|(a, b)| a != b) {
        let gone = before.iter().find(|(name, ..)| !after.iter().any(|(other, ..)| other == name));
        return Outcome::rebuild().removing_if(gone.is_some(), "the view loses a column");
    }
    let statement = written("CREATE OR REPLACE VIEW", to);
    Outcome::in_place(vec![statement], Effects::lock(&to.id, Lock::AccessExclusive))
}

fn change_options(_: &Ctx<'_>, from: &Object, to: &Object) -> Outcome {
    let (before, after) = (from.value(OPTIONS).as_map(), to.value(OPTIONS).as_map());
    let statements = option_clauses(&before, &after)
        .into_iter()
        .map(|clause| format!("ALTER VIEW {} {clause};", View.sql_name(to)))
        .collect();
    let lost = before.iter().any(|(key, value)| {
        let kept = after
            .get(key)
            .is_some_and(|now| is_on(now) == is_on(value) && (is_on(value) || now == value));
        (&**key == "check_option" || is_on(value)) && !kept
    });
    Outcome::in_place(statements, Effects::lock(&to.id, Lock::AccessExclusive))
        .removing_if(lost, "the view loses a protecting option")
}
