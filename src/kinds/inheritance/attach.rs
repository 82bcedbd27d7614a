//! ATTACH of a large table: a check that proves the bound is validated first, under a lock that lets
//! readers and writers go on. The server sees what it proves, and then reads no row.

use super::{BOUND, BOUND_TEXT, children, is_partition, links_of, parent};
use crate::kinds::detour::Detour;
use crate::kinds::{Ctx, column, constraint, index, of, table};
use crate::model::{Kind, Need, Object, ObjectId};
use crate::sql::{quote, tokens};

/// The next stop on the way to a link.
pub(super) fn detour(ctx: &Ctx<'_>, link: &Object) -> Option<Detour> {
    let (check, column) = check(ctx, link)?;
    let mut detour = Detour::default();
    let standing = ctx.current.objects.get(&check.id);
    if !standing.is_some_and(constraint::is_valid_check) {
        wait(ctx, link, &mut detour);
    }
    // the server has its own words for the condition
    let now = standing.map_or_else(|| constraint::unproven(&check), constraint::proven);
    let needs = vec![(link.parent.clone()?, Need::Part), (column, Need::Hard)];
    detour.there.push((now, needs));
    Some(detour)
}

/// The link is made later, with all that the table has by it. Indexes can be built before.
pub(in crate::kinds) fn wait(ctx: &Ctx<'_>, link: &Object, detour: &mut Detour) {
    detour.later.push(link.id.clone());
    let parts = ctx.desired.objects.values().filter(|object| object.parent == link.parent);
    for part in parts {
        if let Some(index) = index::unattached(part) {
            let same = ctx.current.objects.contains_key(&part.id);
            if same {
                detour.later.push(part.id.clone());
            } else {
                detour.add(index, ctx.desired, &part.id);
                if let Some((_, needs)) = detour.there.last_mut() {
                    needs.retain(|(id, _)| id.kind != Kind::Index);
                }
            }
        } else if column::inherited_from(part).is_some() || of(part.id.kind).held_by(part).is_some()
        {
            detour.later.push(part.id.clone());
            // what a key is made from
            if let Some(index) = constraint::index_of(ctx, part) {
                detour.keep(ctx.current, &index.id);
            }
        }
    }
}

/// Whether a check on the table shows that all its rows belong to the partition.
pub(super) fn is_proven(ctx: &Ctx<'_>, link: &Object) -> bool {
    let standing = check(ctx, link).and_then(|(check, _)| ctx.current.objects.get(&check.id));
    standing.is_some_and(constraint::is_valid_check)
}

/// The link that makes a partition of a large table that is alone until then.
pub(in crate::kinds) fn joining<'a>(ctx: &Ctx<'a>, table: &'a ObjectId) -> Option<&'a Object> {
    let stands = |id: &ObjectId| ctx.current.objects.contains_key(id);
    let alone = links_of(ctx.current, table).next().is_none()
        && children(ctx.current, table).next().is_none()
        && children(ctx.desired, table).next().is_none();
    let (_, link) = links_of(ctx.desired, table).next().filter(|_| alone && ctx.is_large(table))?;
    (stands(table) && is_partition(link)).then_some(link)
}

/// The check, and the column of the table that decides.
fn check(ctx: &Ctx<'_>, link: &Object) -> Option<(Object, ObjectId)> {
    let table = link.parent.as_ref()?;
    joining(ctx, table).filter(|joining| joining.id == link.id)?;
    let whole = ctx.desired.objects.get(parent(link)?)?;
    let (_, key, rest) = tokens::bracketed(table::partition_key(whole))?;
    let is_key = |column: &&Object| quote::deparsed(column.id.name()) == key;
    let column = column::all_of(ctx.desired, table).find(is_key)?;
    let written = [link.text(BOUND_TEXT), link.text(BOUND)];
    let bound = written.into_iter().find(|text| !text.is_empty())?;
    let condition = condition(key, bound).filter(|_| rest.is_empty())?;
    let name = format!("{}_bound", table.name());
    let check = constraint::check(table, &name, &condition);
    let own = ctx.desired.objects.contains_key(&check.id) || name.len() > 63;
    let type_stays = ctx
        .current
        .objects
        .get(&column.id)
        .is_some_and(|before| column::type_of(before) == column::type_of(column));
    let standing = ctx.current.objects.get(&check.id);
    let taken = standing.is_some_and(|standing| !constraint::is_check(standing));
    (!own && !taken && type_stays).then(|| (check, column.id.clone()))
}

/// What the bound demands of a single column; none for hashes, several columns and DEFAULT.
fn condition(key: &str, bound: &str) -> Option<String> {
    if let Some(list) =
        bound.strip_prefix("FOR VALUES IN (").and_then(|rest| rest.strip_suffix(')'))
    {
        let (nulls, values): (Vec<&str>, Vec<&str>) =
            tokens::elements(list).into_iter().partition(|value| *value == "NULL");
        let among = format!("({key} IN ({}))", values.join(", "));
        return match (nulls.is_empty(), values.is_empty()) {
            (true, _) => Some(format!("(({key} IS NOT NULL) AND {among})")),
            (false, true) => Some(format!("({key} IS NULL)")),
            (false, false) => Some(format!("(({key} IS NULL) OR {among})")),
        };
    }
    let (head, from, rest) = tokens::bracketed(bound)?;
    let (_, to, _) = tokens::bracketed(rest)?;
    if head != "FOR VALUES FROM " || [from, to].iter().any(|side| tokens::elements(side).len() > 1)
    {
        return None;
    }
    let mut parts = vec![format!("({key} IS NOT NULL)")];
    if from != "MINVALUE" {
        parts.push(format!("({key} >= {from})"));
    }
    if to != "MAXVALUE" {
        parts.push(format!("({key} < {to})"));
    }
    Some(format!("({})", parts.join(" AND ")))
}

#[cfg(test)]
mod tests {
    use super::condition;

    #[test]
    fn bounds_as_conditions() {
        let of = |bound: &str| condition("k", bound).unwrap_or_default();
        let list = "((k IS NOT NULL) AND (k IN ('a, b', 'c')))";
        assert_eq!(of("FOR VALUES IN ('a, b', 'c')"), list);
        assert_eq!(of("FOR VALUES IN (1, NULL)"), "((k IS NULL) OR (k IN (1)))");
        assert_eq!(of("FOR VALUES IN (NULL)"), "(k IS NULL)");
        let range = "((k IS NOT NULL) AND (k >= ') TO (') AND (k < 'z'))";
        assert_eq!(of("FOR VALUES FROM (') TO (') TO ('z')"), range);
        assert_eq!(of("FOR VALUES FROM (MINVALUE) TO (5)"), "((k IS NOT NULL) AND (k < 5))");
        assert_eq!(of("FOR VALUES FROM (1, 2) TO (3, 4)"), "");
        assert_eq!(of("FOR VALUES WITH (modulus 2, remainder 0)"), "");
        assert_eq!(of("DEFAULT"), "");
    }
}
