//! What one file of a runner holds: what runs together.

use super::Flavour;
use crate::bundle::guard::Guard;
use crate::bundle::migration::{Frame, back_again, is_outside, script, there};
use crate::bundle::{Input, Migration};
use crate::plan::{Batch, Step};

/// What runs together.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// The text of the file.
    pub(super) sql: String,
    /// Its statements, for runners that are given them one by one.
    pub(super) statements: Vec<String>,
    /// It must not be wrapped in a transaction.
    pub(super) outside: bool,
}

impl Unit {
    fn nothing() -> Self {
        let sql = "SELECT 1;\n".to_owned();
        Self { statements: vec![sql.clone()], sql, outside: false }
    }
}

/// The files of a batch, each with what undoes it. What runs last is undone first, and where one side
/// has more parts than the other, the rest of the other does nothing.
pub(super) fn units(
    flavour: &Flavour,
    input: &Input<'_>,
    migration: &Migration,
    batch: &Batch,
) -> Vec<(Unit, Unit)> {
    let note = format!("{}: pgbridge wrote it for {}", migration.name, flavour.name);
    let mut up = of(flavour, input, &note, (&batch.steps, there(input, batch)), true);
    let undo = format!("{note}; undoes it");
    let lost = batch.irreversible.iter().map(|what| format!("NOT BROUGHT BACK: {what}"));
    let mut down: Vec<Unit> = batch
        .rollback
        .iter()
        .filter(|steps| steps.iter().any(|step| !step.statements.is_empty()))
        .flat_map(|steps| of(flavour, input, &undo, (steps, back_again(input, batch)), false))
        .collect();
    if let Some(first) = down.first_mut() {
        let lost = lost.map(|text| format!("-- {}\n", crate::sql::quote::printable(&text)));
        first.sql.insert_str(0, &lost.collect::<String>());
    }
    let count = if flavour.undoes { up.len().max(down.len()) } else { up.len() };
    up.resize_with(count, Unit::nothing);
    down.resize_with(count, Unit::nothing);
    down.reverse();
    up.into_iter().zip(down).collect()
}

/// Steps as one unit, or as one for each statement where they cannot share a file.
fn of(
    flavour: &Flavour,
    input: &Input<'_>,
    note: &str,
    (steps, guard): (&[Step], Option<Guard<'_>>),
    forward: bool,
) -> Vec<Unit> {
    let outside = is_outside(steps);
    let notes = [note.to_owned()];
    if outside && !flavour.splits {
        let statements = steps.iter().flat_map(|step| &step.statements);
        let alone =
            "It holds one statement and no settings: more would be one transaction for the server";
        let head = crate::sql::quote::printable(note);
        return statements
            .map(|sql| Unit {
                sql: format!("-- {head}\n-- {alone}\n{sql}\n"),
                statements: vec![sql.clone()],
                outside,
            })
            .collect();
    }
    let frame = if flavour.wraps { Frame::Runner } else { Frame::File };
    let sql = script(input, &notes, (steps, guard), forward, frame);
    let statements = match crate::sql::split::statements(&sql) {
        Ok(found) => found.into_iter().map(|statement| statement.text).collect(),
        // a step of the user's own may be no SQL: the server is to say so
        Err(_) => vec![sql.clone()],
    };
    vec![Unit { sql, statements, outside }]
}
