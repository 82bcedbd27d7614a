//! What each change of a constraint takes.

use super::{
    ATTACHED_TO, CLUSTERED, DEFERRABLE, DEFINITION, INHERITED_FROM, NOT_ENFORCED, NOT_VALID,
    OPTIONS, REPLICA_IDENTITY, TYPE, alter, index_comment, is_foreign_key, is_inherited, named,
};
use crate::kinds::facet::relation_of;
use crate::kinds::{Effects, Isolation, Lock, Outcome, Rule, column, index, inheritance, reach};
use crate::sql::{quote, tokens};

pub(super) static RULES: &[Rule] = &[
    Rule {
        attrs: &["type", "definition", "not_enforced"],
        change: |_, from, to| {
            let same =
                from.text(TYPE) == to.text(TYPE) && from.text(DEFINITION) == to.text(DEFINITION);
            let enforced = same && !to.flag(NOT_ENFORCED);
            // whether another text forbids as much cannot be told without running it
            let what = changed_actions(from.text(DEFINITION), to.text(DEFINITION))
                .unwrap_or_else(|| "what the constraint forbids changes".to_owned());
            Outcome::rebuild().removing_if(!enforced, &what)
        },
    },
    Rule { attrs: &["tablespace"], change: |_, _, _| Outcome::rebuild() },
    Rule {
        attrs: &["deferrable"],
        change: |_, _, to| {
            if !is_foreign_key(to) {
                let later = !to.text(DEFERRABLE).is_empty();
                return Outcome::rebuild().removing_if(later, "the key is checked later");
            }
            let word =
                if to.text(DEFERRABLE).is_empty() { "NOT DEFERRABLE" } else { to.text(DEFERRABLE) };
            let immediate = if word == "DEFERRABLE" { " INITIALLY IMMEDIATE" } else { "" };
            let clause =
                format!("ALTER CONSTRAINT {} {word}{immediate}", quote::ident(to.id.name()));
            Outcome::in_place(
                vec![alter(to, &clause)],
                Effects::lock(&relation_of(to), Lock::AccessExclusive),
            )
        },
    },
    Rule {
        attrs: &["not_valid"],
        change: |ctx, _, to| {
            if to.flag(NOT_VALID) {
                return Outcome::rebuild().removing("the constraint is no longer validated");
            }
            if named(to, INHERITED_FROM).is_some() {
                // validating the parent's validates it
                return Outcome::in_place(Vec::new(), Effects::default());
            }
            let clause = format!("VALIDATE CONSTRAINT {}", quote::ident(to.id.name()));
            let table = relation_of(to);
            let effects = reach::tree(ctx, &table, Lock::ShareUpdateExclusive).scanning(&table);
            let alone = if ctx.is_large(&table) { Isolation::Alone } else { Isolation::Shared };
            let effects = super::cost::failing(ctx, to, effects).isolated(alone);
            Outcome::in_place(vec![alter(to, &clause)], effects)
        },
    },
    Rule {
        attrs: &["options"],
        change: |_, from, to| {
            let clauses =
                column::option_clauses(&from.value(OPTIONS).as_map(), &to.value(OPTIONS).as_map());
            let name = quote::qualified(&[to.id.part(0), to.id.name()]);
            let statements =
                clauses.iter().map(|clause| format!("ALTER INDEX {name} {clause};")).collect();
            Outcome::in_place(
                statements,
                Effects::lock(&relation_of(to), Lock::ShareUpdateExclusive),
            )
        },
    },
    Rule {
        attrs: &["clustered"],
        change: |ctx, from, to| index::cluster(ctx, from.flag(CLUSTERED), to, to.flag(CLUSTERED)),
    },
    Rule {
        attrs: &["replica_identity"],
        change: |ctx, _, to| index::identify(ctx, to, to.flag(REPLICA_IDENTITY)),
    },
    Rule {
        attrs: &["index_comment"],
        change: |_, _, to| {
            let effects = Effects::lock(&relation_of(to), Lock::ShareUpdateExclusive);
            Outcome::in_place(vec![index_comment(to)], effects)
        },
    },
    Rule {
        attrs: &["inherited_from", "local"],
        change: |ctx, from, to| {
            let (before, after) = (named(from, INHERITED_FROM), named(to, INHERITED_FROM));
            if before.is_some() && before == after {
                return Outcome::report(
                    "whether a table declares an inherited check itself cannot be changed",
                );
            }
            if is_inherited(to) && !inheritance::makes_partition(ctx.desired, to) {
                return Outcome::report(
                    "a check that its table declares itself stays declared by it",
                );
            }
            // the link to the parent does it
            Outcome::in_place(Vec::new(), Effects::default())
        },
    },
    Rule {
        attrs: &["unproven", "clones"],
        change: |_, _, _| Outcome::in_place(Vec::new(), Effects::default()),
    },
    Rule {
        attrs: &["attached_to"],
        change: |ctx, from, to| index::attachment(ctx, from, to, ATTACHED_TO),
    },
];

/// What becomes of the actions of a foreign key where nothing else changes, in words.
fn changed_actions(from: &str, to: &str) -> Option<String> {
    let ((key, before), (same, after)) = (actions(from)?, actions(to)?);
    let changed = ["ON UPDATE", "ON DELETE"].into_iter().zip(before.into_iter().zip(after));
    let changed = changed.filter(|(_, (before, after))| before != after);
    let told: Vec<String> =
        changed.map(|(on, (before, after))| format!("{on} {before} becomes {after}")).collect();
    (key == same && !told.is_empty()).then(|| told.join(", "))
}

/// A foreign key without its actions, and those: on update, on delete.
fn actions(key: &str) -> Option<(&str, [&str; 2])> {
    let (_, _, rest) = tokens::bracketed(key)?;
    let (target, _, rest) = tokens::bracketed(rest)?;
    target.trim().strip_prefix("REFERENCES ")?;
    let at = tokens::top_level(rest, "ON").unwrap_or(rest.len());
    let (head, clauses) = rest.split_at_checked(at)?;
    let mut actions = ["NO ACTION"; 2];
    for clause in clauses.split("ON ").map(str::trim) {
        for (slot, word) in actions.iter_mut().zip(["UPDATE ", "DELETE "]) {
            *slot = clause.strip_prefix(word).unwrap_or(slot);
        }
    }
    let head = key.len().checked_sub(rest.len())?.checked_add(head.trim_end().len())?;
    Some((key.get(..head)?, actions))
}

#[cfg(test)]
mod tests {
    use super::changed_actions;

    #[test]
    fn actions_that_alone_change_are_named() {
        let key = "FOREIGN KEY (a) REFERENCES s.\"p ON \"(b)";
        let with = |rest: &str| format!("{key}{rest}");
        assert_eq!(
            changed_actions(&with(" ON DELETE CASCADE"), key).unwrap(),
            "ON DELETE CASCADE becomes NO ACTION"
        );
        assert_eq!(
            changed_actions(
                &with(" ON UPDATE CASCADE ON DELETE RESTRICT"),
                &with(" ON UPDATE SET DEFAULT ON DELETE SET NULL (a)")
            )
            .unwrap(),
            "ON UPDATE CASCADE becomes SET DEFAULT, ON DELETE RESTRICT becomes SET NULL (a)"
        );
        assert_eq!(changed_actions(&with(" MATCH FULL"), key), None);
        assert_eq!(changed_actions("CHECK ((a > 0))", "CHECK ((a > 1))"), None);
    }
}
