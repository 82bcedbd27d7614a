//! What PostgreSQL can neither change nor drop while columns store it is put aside: a new one takes
//! its name, then the columns, and the old one goes.

use crate::kinds::rules::Action;
use crate::kinds::{Ctx, Effects, Lock, Outcome, column, constraint, facet, index, reach};
use crate::model::{Kind, Object, ObjectId};
use crate::sql::quote;

/// Replaces `to` under every column that keeps it. `noun` is what ALTER and DROP call it; `create`
/// makes it; `clause` is what follows `ALTER COLUMN name` of a column as it stands, or is nothing
/// where only its type is written anew.
pub(super) struct Replacement<'a> {
    pub(super) noun: &'a str,
    pub(super) create: Vec<String>,
    pub(super) rewrites: bool,
    pub(super) clause: &'a dyn Fn(&Object) -> String,
}

impl Replacement<'_> {
    /// The statements, with all that stands in the way of the columns standing aside.
    pub(super) fn outcome(self, ctx: &Ctx<'_>, to: &Object) -> Outcome {
        let aside = aside_name(ctx, &to.id);
        let name = quote::qualified(&[to.id.part(0), to.id.part(1)]);
        let noun = self.noun;
        let mut statements =
            vec![format!("ALTER {noun} {name} RENAME TO {};", quote::ident(&aside))];
        statements.extend(self.create);
        statements.extend(facet::after_create(ctx, to));
        let mut effects = Effects::default();
        let columns = columns(ctx, &to.id);
        for id in &columns {
            let keeps = ctx.desired.needs.get(id).is_some_and(|needs| needs.contains_key(&to.id));
            let Some(column) =
                ctx.current.objects.get(id).filter(|column| keeps && is_moved(column))
            else {
                continue;
            };
            let relation = ObjectId::new(Kind::Table, &[id.part(0), id.part(1)]);
            let table = quote::qualified(&[id.part(0), id.part(1)]);
            let clause = (self.clause)(column);
            statements.push(format!(
                "ALTER TABLE {table} ALTER COLUMN {} {clause};",
                quote::ident(id.part(2))
            ));
            effects.join(if self.rewrites {
                reach::rewritten_tree(ctx, &relation)
            } else {
                reach::tree(ctx, &relation, Lock::AccessExclusive)
            });
        }
        statements.push(format!("DROP {noun} {};", quote::qualified(&[to.id.part(0), &aside])));
        Outcome {
            action: Action::InPlace(statements),
            effects,
            removal: None,
            displaces: stands_aside,
            moves_dependents: true,
            affects: columns,
            follows_link: false,
        }
    }
}

/// The columns that store it.
pub(super) fn columns(ctx: &Ctx<'_>, id: &ObjectId) -> Vec<ObjectId> {
    let needs = ctx.current.needs.iter();
    let stores = |user: &ObjectId| user.kind == Kind::Column;
    let users = needs.filter(|(user, needs)| stores(user) && needs.contains_key(id));
    users.map(|(user, _)| user.clone()).collect()
}

/// The statement for the parent's column reaches those below, and a generated one is made anew.
fn is_moved(object: &Object) -> bool {
    !column::is_generated(object) && column::inherited_from(object).is_none()
}

fn aside_name(ctx: &Ctx<'_>, id: &ObjectId) -> String {
    let taken = |name: &str| {
        let at = |kind| ObjectId::new(kind, &[id.part(0), name]);
        [id.kind, Kind::Enum, Kind::Domain, Kind::Composite, Kind::Table, Kind::View]
            .iter()
            .any(|kind| ctx.current.objects.contains_key(&at(*kind)))
    };
    let base: String = id.name().chars().take(40).collect();
    let mut name = format!("{base}_before");
    let mut number = 1;
    while taken(&name) {
        number += 1;
        name = format!("{base}_before{number}");
    }
    name
}

/// Whatever may hold a value as a constant, or forbids a new type of the column.
fn stands_aside(dependent: &Object) -> bool {
    match dependent.id.kind {
        Kind::Table | Kind::Sequence | Kind::DomainConstraint => false,
        Kind::Column => column::is_generated(dependent),
        Kind::Constraint => {
            constraint::holds_expression(dependent) || constraint::is_foreign_key(dependent)
        }
        Kind::Index => index::holds_expression(dependent),
        _ => true,
    }
}
