//! Triggers (`pg_trigger`, `pg_get_triggerdef`), constraint triggers included.

use crate::kinds::facet::relation_of;
use crate::kinds::row::class;
use crate::kinds::rule::{self, enabled, on_relation, switch};
use crate::kinds::{
    Act, Address, Claim, Ctx, Effects, FacetSpec, Fields, Found, Guards, Lock, ObjectKind, Outcome,
    Phase, Place, Privilege, Privileges, Raw, Rule, Scan, Slot, privilege, reach, table,
};
use crate::model::{Attr, AttrSpec, Catalog, Compare, Kind, Need, Object, ObjectId, Value};
use crate::sql::{quote, tokens};
use std::collections::BTreeSet;

const SPECS: &[AttrSpec] = &[
    AttrSpec { name: "definition", doc: "pg_get_triggerdef", compare: Compare::Drift },
    AttrSpec {
        name: "enabled",
        doc: "where it does not fire as usual (tgenabled)",
        compare: Compare::Drift,
    },
    AttrSpec {
        name: "cloned_from",
        doc: "of a partition, where it fires unlike its parent's (tgparentid)",
        compare: Compare::Drift,
    },
];
const DEFINITION: Attr = Attr::named(SPECS, "definition");
const ENABLED: Attr = Attr::named(SPECS, "enabled");
const CLONED_FROM: Attr = Attr::named(SPECS, "cloned_from");

/// The kind.
pub(super) struct Trigger;

impl ObjectKind for Trigger {
    fn kind(&self) -> Kind {
        Kind::Trigger
    }
    fn phase(&self) -> Phase {
        Phase::Trigger
    }
    fn scan(&self) -> Scan {
        Scan::Trigger
    }
    fn claims(&self, _: &dyn Fields) -> Claim {
        Claim::Mine
    }
    fn decode(&self, row: &dyn Fields) -> Found {
        let address = Address::new(class::PG_TRIGGER, row.oid("oid"));
        let relation = Address::new(class::PG_CLASS, row.oid("tgrelid"));
        let parent = row.oid("tgparentid");
        let values = vec![
            Raw::Value(Value::sql(row.text("definition").as_deref())),
            Raw::Value(enabled(row.letter("tgenabled"))),
            if parent == 0 {
                Raw::Value(Value::Null)
            } else {
                Raw::Ref(Address::new(class::PG_TRIGGER, parent))
            },
        ];
        let mut found = Found::new(address, Place::Part(relation), row.name("tgname"), values);
        if parent != 0 {
            found.needs.push((Address::new(class::PG_INHERITS, relation.object), Need::Hard));
        }
        found
    }
    fn attrs(&self) -> &'static [AttrSpec] {
        SPECS
    }
    fn rules(&self) -> &'static [Rule] {
        &[
            Rule {
                attrs: &["definition"],
                change: |_, from, to| {
                    let (before, after) = (from.text(DEFINITION), to.text(DEFINITION));
                    let fewer = !events(before).is_subset(&events(after));
                    let narrower =
                        condition(after) != condition(before) && !condition(after).is_empty();
                    Outcome::rebuild().removing_if(fewer || narrower, "it may fire less often")
                },
            },
            Rule { attrs: &["cloned_from"], change: |_, _, _| Outcome::rebuild() },
            Rule {
                attrs: &["enabled"],
                change: |ctx, _, to| {
                    let effects = reached(ctx, to, Lock::ShareRowExclusive);
                    let off = matches!(to.text(ENABLED), "DISABLE" | "ENABLE REPLICA");
                    Outcome::in_place(vec![switch(to, "TRIGGER", to.text(ENABLED))], effects)
                        .removing_if(off, "it fires no longer")
                },
            },
        ]
    }
    fn privileges(&self, ctx: &Ctx<'_>, object: &Object, act: Act) -> Privileges {
        let is_switched = original(object).is_some() || !object.text(ENABLED).is_empty();
        let is_switched = is_switched || object.facets.comment.is_some();
        let mut needs = privilege::usual(ctx, object, act);
        if act == Act::Create {
            if !is_switched {
                needs.retain(|need| !matches!(need, Privilege::Owner(_)));
            }
            // a constraint trigger may name a second table
            let needed = ctx.desired.needs_of(&object.id).map(|(id, _)| id);
            let tables = needed.filter(|id| id.kind == Kind::Table).cloned();
            let tables = tables.chain([relation_of(object)]);
            needs.extend(tables.map(|table| Privilege::Held("TRIGGER", table)));
            needs.extend(privilege::executed(ctx, object));
        }
        needs
    }
    fn facets(&self) -> FacetSpec {
        FacetSpec { comment: true, extension: true, ..FacetSpec::default() }
    }
    fn noun(&self, _: &Object) -> &'static str {
        "TRIGGER"
    }
    fn sql_name(&self, object: &Object) -> String {
        on_relation(object)
    }
    fn held_by(&self, object: &Object) -> Option<ObjectId> {
        original(object)
    }
    fn enters(&self, object: &Object) -> Vec<Slot> {
        vec![("children", vec![object.id.part(0).to_owned(), object.id.part(1).to_owned()])]
    }
    fn create(&self, _: &Ctx<'_>, object: &Object, _: &[&Object]) -> Vec<String> {
        if original(object).is_some() {
            // the link of its table made it
            return vec![switch(object, "TRIGGER", object.text(ENABLED))];
        }
        let mut statements = vec![format!("{};", object.text(DEFINITION))];
        if !object.text(ENABLED).is_empty() {
            statements.push(switch(object, "TRIGGER", object.text(ENABLED)));
        }
        statements
    }
    fn drop(&self, ctx: &Ctx<'_>, object: &Object) -> Vec<String> {
        if let Some(original) = original(object) {
            let state =
                ctx.current.objects.get(&original).map_or("", |parent| parent.text(ENABLED));
            return vec![switch(object, "TRIGGER", state)];
        }
        vec![format!("DROP TRIGGER {};", self.sql_name(object))]
    }
    fn guards(&self, _: &Catalog, object: &Object) -> Guards {
        let mut guards = Guards::default();
        // one that is a partition's only by its state comes and goes with that
        let fires = rule::fires(object.text(ENABLED)) && original(object).is_none();
        let name = format!("the trigger {}", quote::ident(object.id.name()));
        guards.keep(fires, &relation_of(object), &name);
        guards
    }
    fn create_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        reached(ctx, object, Lock::ShareRowExclusive)
    }
    fn drop_effects(&self, ctx: &Ctx<'_>, object: &Object) -> Effects {
        if original(object).is_some() {
            // it is only switched to what the original is
            return reached(ctx, object, Lock::ShareRowExclusive);
        }
        reached(ctx, object, Lock::AccessExclusive)
    }
}

/// A row trigger of a partitioned table is each partition's, too.
fn reached(ctx: &Ctx<'_>, object: &Object, lock: Lock) -> Effects {
    let table = relation_of(object);
    let partitioned = ctx
        .current
        .objects
        .get(&table)
        .is_some_and(|table| table.id.kind == Kind::Table && table::is_partitioned(table));
    let cloned = tokens::has_words(object.text(DEFINITION), &["FOR", "EACH", "ROW"]);
    if partitioned && cloned {
        return reach::tree(ctx, &table, lock);
    }
    Effects::lock(&table, lock)
}

/// The trigger of the partitioned table that it is a clone of.
fn original(object: &Object) -> Option<ObjectId> {
    if let Value::Id(id) = object.value(CLONED_FROM) { Some(id.clone()) } else { None }
}

/// The events that it fires for, from its definition. A list of columns narrows UPDATE.
fn events(definition: &str) -> BTreeSet<String> {
    let end = tokens::top_level(definition, "ON").unwrap_or(definition.len());
    let head = definition.get(..end).unwrap_or_default();
    let start = ["BEFORE", "AFTER", "INSTEAD"]
        .iter()
        .filter_map(|word| tokens::top_level(head, word))
        .max()
        .unwrap_or_default();
    let list = head.get(start..).unwrap_or_default();
    let (_, list) = list.split_once(' ').unwrap_or_default();
    list.trim_start_matches("OF ").split(" OR ").map(|event| event.trim().to_owned()).collect()
}

/// Its WHEN clause; empty where it has none.
fn condition(definition: &str) -> &str {
    let from = tokens::top_level(definition, "WHEN");
    let to = tokens::top_level(definition, "EXECUTE");
    from.zip(to).and_then(|(from, to)| definition.get(from..to)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{condition, events};

    #[test]
    fn events_and_condition_are_read() {
        let text = "CREATE TRIGGER \"when\" BEFORE INSERT OR UPDATE OF a, b ON public.t FOR EACH ROW \
                    WHEN ((new.a > 0)) EXECUTE FUNCTION public.f()";
        let found: Vec<String> = events(text).into_iter().collect();
        assert_eq!(found, ["INSERT", "UPDATE OF a, b"]);
        assert_eq!(condition(text), "WHEN ((new.a > 0)) ");
        let view =
            "CREATE TRIGGER v INSTEAD OF DELETE ON public.v FOR EACH ROW EXECUTE FUNCTION f()";
        assert!(events(view).contains("DELETE"));
    }
}
