//! Indexes of large tables: built and dropped while the table is used. A changed one is built
//! beside the one that it replaces, and a key's before the key.

use super::{
    ATTACHED_TO, CLUSTERED, DEFINITION, INVALID, Index, OPTIONS, REPLICA_IDENTITY, SPECS,
    TABLESPACE, tree,
};
use crate::kinds::detour::{Detour, Stay, can_stay, leaving, stands_large, successor_name};
use crate::kinds::facet::relation_of;
use crate::kinds::{Ctx, ObjectKind, constraint, table};
use crate::model::{Facets, Kind, Object, ObjectId, Value};
use crate::sql::quote;

/// Whether it is made or dropped CONCURRENTLY: on a large table that stands before and after, and
/// not as a part of a change that needs a transaction.
pub(super) fn is_online(ctx: &Ctx<'_>, object: &Object) -> bool {
    let table = relation_of(object);
    let stands = |id: &ObjectId| {
        ctx.current.objects.contains_key(id) && ctx.desired.objects.contains_key(id)
    };
    let whole = ctx.current.objects.get(&table);
    ctx.is_large(&table)
        && stands(&table)
        && !stands(&object.id)
        // that of a partitioned table is empty, and what is attached goes with it
        && !whole.is_some_and(table::is_partitioned)
        && (object.value(ATTACHED_TO) == &Value::Null || !ctx.current.objects.contains_key(&object.id))
}

/// The next stop on the way to another definition.
pub(super) fn detour(ctx: &Ctx<'_>, to: &Object) -> Option<Detour> {
    let from = ctx.current.objects.get(&to.id)?;
    let table = relation_of(to);
    let moved = from.value(DEFINITION) == to.value(DEFINITION) || relation_of(from) != table;
    let partitioned = ctx.desired.objects.get(&table).is_some_and(table::is_partitioned);
    let attached = to.value(ATTACHED_TO) != &Value::Null || from.value(ATTACHED_TO) != &Value::Null;
    if partitioned {
        return tree::detour(ctx, from, to);
    }
    if moved || attached {
        return None;
    }
    let successor = successor(to)?;
    let standing = ctx.current.objects.contains_key(&successor.id);
    let stay = can_stay(ctx, &to.id);
    if standing || !stands_large(ctx, &table) || stay == Stay::Never {
        return None;
    }
    let mut detour = Detour::default();
    detour.keep(ctx.current, &to.id);
    if stay == Stay::Always {
        detour.add(successor, ctx.desired, &to.id);
    }
    Some(detour)
}

/// The standing index that becomes this one by a new name.
pub(super) fn predecessor<'a>(ctx: &Ctx<'a>, to: &Object) -> Option<&'a Object> {
    let successor = tree::successor(ctx, to)?;
    leaving(ctx, &successor.id).filter(|standing| is_same(standing, &successor))
}

/// Whether another index or a key is made from it.
pub(super) fn is_taken_over(ctx: &Ctx<'_>, object: &Object) -> bool {
    if ctx.desired.objects.contains_key(&object.id) {
        return false;
    }
    let table = relation_of(object);
    let key = ctx.desired.objects.get(&constraint::named_on(&table, object.id.name()));
    let by_key = key.and_then(|key| constraint::index_of(ctx, key));
    let name = object.id.name().strip_suffix("_new");
    let heir = name.map(|name| ObjectId::new(Kind::Index, &[object.id.part(0), name]));
    let heir = heir.and_then(|heir| predecessor(ctx, ctx.desired.objects.get(&heir)?));
    [by_key, heir].into_iter().flatten().any(|found| found.id == object.id)
}

/// The statement that gives a standing index its name.
pub(super) fn renaming(standing: &Object, to: &Object) -> String {
    format!("ALTER INDEX {} RENAME TO {};", Index.sql_name(standing), quote::ident(to.id.name()))
}

/// The unique index under a key, under the key's name.
pub(in crate::kinds) fn of_key(key: &Object, options: Value, tablespace: Value) -> Option<Object> {
    let table = relation_of(key);
    let text = constraint::definition(key);
    let columns = text.get(text.find('(')?..)?;
    let nulls = if text.contains(" NULLS NOT DISTINCT ") { " NULLS NOT DISTINCT" } else { "" };
    if columns.contains(" WITHOUT OVERLAPS") {
        return None;
    }
    let mut index = Object {
        id: ObjectId::new(Kind::Index, &[table.part(0), key.id.name()]),
        parent: Some(table.clone()),
        specs: SPECS,
        values: vec![Value::Null; SPECS.len()],
        facets: Facets::default(),
    };
    let name = quote::deparsed(key.id.name());
    let on = format!("{}.{}", quote::deparsed(table.part(0)), quote::deparsed(table.part(1)));
    let definition = format!("CREATE UNIQUE INDEX {name} ON {on} USING btree {columns}{nulls}");
    index.set(DEFINITION, Value::sql(Some(&definition)));
    index.set(OPTIONS, options);
    index.set(TABLESPACE, tablespace);
    index.set(super::TABLE, Value::Id(table));
    Some(index)
}

/// Whether both hold the same and are complete, whatever their names.
pub(in crate::kinds) fn is_same(standing: &Object, wanted: &Object) -> bool {
    let mut wanted = wanted.clone();
    wanted.facets.clone_from(&standing.facets);
    !standing.flag(INVALID) && *standing == wanted
}

/// The same under the name that it has while its predecessor stands.
pub(super) fn successor(object: &Object) -> Option<Object> {
    let name = successor_name(object.id.name())?;
    let text = object.text(DEFINITION);
    let unique = if text.starts_with("CREATE UNIQUE") { "UNIQUE " } else { "" };
    let (old, new) = (quote::deparsed(object.id.name()), quote::deparsed(&name));
    let rest = text.strip_prefix(&format!("CREATE {unique}INDEX {old} ON "))?;
    let definition = format!("CREATE {unique}INDEX {new} ON {rest}");
    let mut successor = object.clone();
    successor.id = ObjectId::new(Kind::Index, &[object.id.part(0), &name]);
    successor.facets = Facets::default();
    successor.set(DEFINITION, Value::sql(Some(&definition)));
    for mark in [CLUSTERED, REPLICA_IDENTITY] {
        successor.set(mark, Value::Null);
    }
    Some(successor)
}
