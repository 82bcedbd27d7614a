//! Materialized views (`pg_class` relkind m). Their columns are view columns, their indexes indexes.

use crate::kinds::column::option_clauses;
use crate::kinds::row::class;
use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Lock, ObjectKind, Outcome, Phase,
    Place, Privileges, Raw, Rule, Scan, Slot, privilege, table, view_column,
};
use crate::model::{Attr, AttrSpec, Compare, Kind, Object, Settings, Value};
use crate::sql::quote;

const SPECS: &[AttrSpec] = &[
    AttrSpec {
        name: "definition",
        doc: "pg_get_viewdef without the last semicolon",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "options",
        doc: "storage parameters, toast.* included (reloptions)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "replica_identity",
        doc: "where it is not the default (relreplident)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "access_method",
        doc: "where it is not heap (relam)",
        compare: Compare::Drift,
    },
    AttrSpec { name: "tablespace", doc: "where it is not the database's", compare: Compare::Drift },
    AttrSpec {
        name: "unpopulated",
        doc: "it was never filled (relispopulated)",
        compare: Compare::Info,
    },
];
const DEFINITION: Attr = Attr::named(SPECS, "definition");
const OPTIONS: Attr = Attr::named(SPECS, "options");
const REPLICA_IDENTITY: Attr = Attr::named(SPECS, "replica_identity");
const ACCESS_METHOD: Attr = Attr::named(SPECS, "access_method");
const TABLESPACE: Attr = Attr::named(SPECS, "tablespace");
const UNPOPULATED: Attr = Attr::named(SPECS, "unpopulated");

/// The kind.
pub(super) struct MaterializedView;

impl ObjectKind for MaterializedView {
    fn kind(&self) -> Kind {
        Kind::MaterializedView
    }
    fn phase(&self) -> Phase {
        Phase::View
    }
    fn scan(&self) -> Scan {
        Scan::Class
    }
    fn claims(&self, row: &dyn Fields) -> Claim {
        if row.letter("relkind") == 'm' { Claim::Mine } else { Claim::No }
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_CLASS, row.oid("oid"));
        let text = row.name("viewdef");
        let values = vec![
            Raw::Value(Value::Sql(text.trim().trim_end_matches(';').into())),
            Raw::Value(table::parameters(row)),
            Raw::Value(table::replica_identity(row)),
            Raw::Value(Value::text(row.text("amname").as_deref().filter(|name| *name != "heap"))),
            Raw::Value(Value::text(row.text("spcname").as_deref())),
            Raw::Value(Value::flag(!row.flag("relispopulated"))),
        ];
        let place = Place::Schema(row.oid("relnamespace"));
        Found::new(address, place, row.name("relname"), values).owned(row.oid("relowner"))
    }
    fn has_rows(&self, _: &Object) -> bool {
        true
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule {
                attrs: &["definition", "access_method", "tablespace", "unpopulated"],
                change: |_, _, _| Outcome::rebuild(),
            },
            Rule {
                attrs: &["options"],
                change: |_, from, to| {
                    let clauses =
                        option_clauses(&from.value(OPTIONS).as_map(), &to.value(OPTIONS).as_map());
                    let name = MaterializedView.sql_name(to);
                    let statement =
                        |clause: &String| format!("ALTER MATERIALIZED VIEW {name} {clause};");
                    let effects = Effects::lock(&to.id, Lock::ShareUpdateExclusive);
                    Outcome::in_place(clauses.iter().map(statement).collect(), effects)
                },
            },
            Rule {
                attrs: &["replica_identity"],
                change: |_, _, to| {
                    let effects = Effects::lock(&to.id, Lock::AccessExclusive);
                    Outcome::in_place(identified(to).into_iter().collect(), effects)
                },
            },
        ]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let mut needs = privilege::usual(ctx, object, act);
        if act == Act::Create {
            needs.extend(privilege::of_tablespace(object.text(TABLESPACE)));
            if self.comes_with_rows(object) {
                needs.extend(privilege::executed(ctx, object));
                needs.extend(privilege::read(ctx, object));
            }
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { owner: true, acl: Some('r'), comment: true, extension: true }
    }
    fn prominence(&self) -> u8 {
        1
    }
    fn comes_with_rows(&self, object: &Object) -> bool {
        !object.flag(UNPOPULATED)
    }
    fn noun(&self, _: &Object) -> &'static str {
        "MATERIALIZED VIEW"
    }
    fn sql_name(&self, object: &Object) -> String {
        quote::qualified(&[object.id.part(0), object.id.part(1)])
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, parts: &[&Object]) -> Vec<String> {
        let mut head = format!("CREATE MATERIALIZED VIEW {}", self.sql_name(object));
        if !object.text(ACCESS_METHOD).is_empty() {
            head = format!("{head} USING {}", quote::ident(object.text(ACCESS_METHOD)));
        }
        let with = option_clauses(&Settings::new(), &object.value(OPTIONS).as_map());
        if let Some(clause) = with.first() {
            head += &clause.replacen("SET", " WITH", 1);
        }
        if !object.text(TABLESPACE).is_empty() {
            head = format!("{head} TABLESPACE {}", quote::ident(object.text(TABLESPACE)));
        }
        let data = if object.flag(UNPOPULATED) { "\nWITH NO DATA" } else { "" };
        let mut statements = vec![format!("{head} AS\n {}{data};", object.text(DEFINITION))];
        statements.extend(parts.iter().flat_map(|part| view_column::follow_ups(part)));
        if !object.text(REPLICA_IDENTITY).is_empty() {
            statements.extend(identified(object));
        }
        statements
    }
    fn drop(&self, _: &Ctx<'_>, object: &Object) -> Vec<String> {
        vec![format!("DROP MATERIALIZED VIEW {};", self.sql_name(object))]
    }
    fn absorbs(&self, part: &Object) -> bool {
        part.id.kind == Kind::ViewColumn
    }
    fn drop_effects(&self, _: &Ctx<'_>, object: &Object) -> Effects {
        Effects::lock(&object.id, Lock::AccessExclusive)
    }
    fn slots(&self, object: &Object) -> Vec<Slot> {
        let path = vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()];
        vec![("relation", path.clone()), ("type", path)]
    }
}

/// ALTER MATERIALIZED VIEW does not know it.
fn identified(object: &Object) -> Option<String> {
    let clause = table::identity_clause(object.text(REPLICA_IDENTITY))?;
    Some(format!("ALTER TABLE ONLY {} {clause};", MaterializedView.sql_name(object)))
}
