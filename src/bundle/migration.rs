//! The migrations and their rollbacks as psql runs them.

use crate::bundle::guard::{Flags, Guard};
use crate::bundle::{BundleError, Input, assertion, checks, header};
use crate::kinds::{Isolation, Lock, of};
use crate::model::ObjectId;
use crate::plan::{Batch, Estimates, Step};
use crate::sql::quote;
use std::collections::BTreeSet;

/// One migration with its rollback.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Migration {
    /// `YYYYMMDDHHMMSS_bridge_<what>`.
    pub name: String,
    /// The migration.
    pub forward: String,
    /// Its rollback.
    pub back: String,
    /// What tells right after it whether it did what it promised.
    pub check: Option<String>,
    /// For each step of the batch the line of its first statement; 0 for a step without any.
    pub lines: Vec<usize>,
    /// The same for the steps of the rollback, one transaction after the other.
    pub back_lines: Vec<usize>,
}

impl Migration {
    /// The name of the migration's file.
    pub fn file_name(&self) -> String {
        format!("{}.sql", self.name)
    }
}

/// All migrations of the plan.
pub(super) fn all(input: &Input<'_>) -> Result<Vec<Migration>, BundleError> {
    let start = parse(input.timestamp)?;
    let estimates = Estimates::new(input.prod, &input.plan.goal);
    let mut migrations = Vec::new();
    let mut taken = BTreeSet::new();
    let waits = header::waits(input);
    for (at, batch) in input.plan.batches.iter().enumerate() {
        let stamp = later(start, at, input.timestamp)?;
        let what = unique(&batch.name, &mut taken);
        let name = format!("{stamp}_{}_{what}", input.way.word());
        let waits = waits.get(at).into_iter().flatten();
        let after: Vec<String> =
            waits.filter_map(|at| migrations.get(*at).map(Migration::file_name)).collect();
        let (forward, lines) = forward(input, &estimates, (at, batch), &name, &after);
        let (back, back_lines) = back(input, &estimates, batch, &name);
        migrations.push(Migration { name, forward, back, check: None, lines, back_lines });
    }
    checks::fill(input, &mut migrations);
    Ok(migrations)
}

fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut what = name.to_owned();
    let mut number = 1;
    while !taken.insert(what.clone()) {
        number += 1;
        what = format!("{name}_{number}");
    }
    what
}

fn parse(timestamp: &str) -> Result<jiff::civil::DateTime, BundleError> {
    let wrong = || BundleError::Timestamp(timestamp.to_owned());
    if timestamp.len() != 14 || !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let number = |from: usize, to: usize| {
        timestamp.get(from..to).and_then(|text| text.parse::<i16>().ok()).unwrap_or(-1)
    };
    let small = |from: usize| i8::try_from(number(from, from + 2)).unwrap_or(-1);
    jiff::civil::DateTime::new(number(0, 4), small(4), small(6), small(8), small(10), small(12), 0)
        .map_err(|_| wrong())
}

/// The moment of the file at that place, some seconds later.
pub(super) fn stamp(timestamp: &str, at: usize, seconds: usize) -> Result<String, BundleError> {
    let seconds = jiff::Span::new().seconds(i64::try_from(seconds).unwrap_or(0));
    let start = parse(timestamp)?.checked_add(seconds);
    later(start.map_err(|_| BundleError::Timestamp(timestamp.to_owned()))?, at, timestamp)
}

/// The first point in time for a bridge's files after another one.
pub(super) fn after(stamp: &str) -> Result<String, BundleError> {
    later(parse(stamp)?, 1, stamp)
}

/// Each file one minute after the one before: names sort as they run, by hand and by runners.
fn later(start: jiff::civil::DateTime, at: usize, timestamp: &str) -> Result<String, BundleError> {
    let minutes = i64::try_from(at).unwrap_or(0);
    let moment = start
        .checked_add(jiff::Span::new().minutes(minutes))
        .map_err(|_| BundleError::Timestamp(timestamp.to_owned()))?;
    Ok(format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        moment.year(),
        moment.month(),
        moment.day(),
        moment.hour(),
        moment.minute(),
        moment.second()
    ))
}

/// Settings under which the server deparsed the definitions, so that they are read as they were meant.
const SETTINGS: &str = "\
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '1h';
SET LOCAL idle_in_transaction_session_timeout = '10min';
SET LOCAL search_path = '';
SET LOCAL check_function_bodies = off;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_min_messages = warning;
SET LOCAL row_security = off;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL intervalstyle = 'postgres';
SET LOCAL xmloption = content;
SET LOCAL default_tablespace = '';
SET LOCAL default_table_access_method = heap;
";

/// What differs where no transaction holds the statements: an index may take hours, and a wait
/// that is given up leaves an invalid one behind.
const OUTSIDE: [(&str, &str); 2] = [
    ("lock_timeout = '5s'", "lock_timeout = '1min'"),
    ("statement_timeout = '1h'", "statement_timeout = 0"),
];

struct Text {
    sql: String,
    line: usize,
}

impl Text {
    fn push(&mut self, text: &str) {
        self.sql.push_str(text);
        self.sql.push('\n');
        self.line += text.matches('\n').count() + 1;
    }

    /// A comment: names are made printable, for a line break in one would end the comment.
    fn note(&mut self, text: &str) {
        self.push(&format!("-- {}", quote::printable(text)));
    }

    fn notes(&mut self, notes: Vec<String>) {
        for note in notes {
            self.note(&note);
        }
    }

    /// Writes the steps; the line of each one's first statement, 0 where it has none.
    fn steps(&mut self, steps: &[Step], behind: &Behind<'_>) -> Vec<usize> {
        let mut lines = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let joined = steps.iter().skip(at + 1).take_while(|step| step.joined);
            lines.push(if step.joined {
                lines.last().copied().unwrap_or(0)
            } else if step.is_silent() {
                0
            } else {
                self.titles(std::iter::once(step).chain(joined));
                let first = self.line + 1;
                let statements = match behind {
                    Behind::Nothing => step.statements.clone(),
                    Behind::Flags(flags) => flags.statements(at, step),
                    Behind::Guard(guard) => guard.alone(step),
                };
                for text in &statements {
                    self.push(text);
                }
                first
            });
        }
        lines
    }

    fn titles<'a>(&mut self, steps: impl Iterator<Item = &'a Step>) {
        self.push("");
        for step in steps {
            let forced = step.forced_by.as_ref().map(|cause| format!(" (because {cause} changes)"));
            self.note(&format!("{}{}", step.title(), forced.unwrap_or_default()));
        }
    }
}

/// What stands between a file and its statements.
enum Behind<'a> {
    Nothing,
    /// In a transaction.
    Flags(Flags),
    /// Outside of one.
    Guard(Guard<'a>),
}

/// Steps that run together, and how.
struct Part<'a> {
    steps: &'a [Step],
    /// What was true when the forms of the statements were chosen.
    assume: Vec<String>,
    frame: Frame,
    guard: Option<Guard<'a>>,
    /// Towards the goal, else back.
    forward: bool,
}

fn forward(
    input: &Input<'_>,
    estimates: &Estimates<'_>,
    (at, batch): (usize, &Batch),
    name: &str,
    after: &[String],
) -> (String, Vec<usize>) {
    let mut text = Text { sql: String::new(), line: 0 };
    let word = input.way.word();
    text.note(&format!("{name}.sql: {word} migration {} of {}", at + 1, input.plan.batches.len()));
    let (folder, url) = input.way.place();
    text.note(&format!(
        "Run with: psql -X -v ON_ERROR_STOP=1 -d \"${url}\" -f {folder}migrations/{name}.sql"
    ));
    text.note(&format!("Undo with: {folder}rollback/{name}_rollback.sql"));
    text.notes(header::about(input, &batch.steps, after));
    text.notes(header::costs(estimates, &batch.steps));
    let assume = assertion::assumptions(input, &batch.steps);
    let guard = there(input, batch);
    let part = Part { steps: &batch.steps, assume, frame: Frame::File, guard, forward: true };
    let lines = transaction(&mut text, input, &part);
    (text.sql, lines)
}

/// Who opens and ends the transaction of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Frame {
    /// The file.
    File,
    /// Who runs it.
    Runner,
}

/// Whether some of the steps forbid a transaction.
pub(super) fn is_outside(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.effects.isolation == Isolation::Outside)
}

/// The guard of the way there, if there is to be one.
pub(super) fn there<'a>(input: &Input<'a>, batch: &'a Batch) -> Option<Guard<'a>> {
    let Batch { before, after, .. } = batch;
    let (end, major) = (&input.plan.goal, input.prod.server.major());
    input.guarded.then_some(Guard { before, after, end, major })
}

/// The guard of the way back.
pub(super) fn back_again<'a>(input: &Input<'a>, batch: &'a Batch) -> Option<Guard<'a>> {
    let Batch { before, after, .. } = batch;
    let (end, major) = (input.prod, input.prod.server.major());
    input.guarded.then_some(Guard { before: after, after: before, end, major })
}

/// A script of its own for steps that run together, for somebody who opens the transaction or not.
pub(super) fn script(
    input: &Input<'_>,
    notes: &[String],
    (steps, guard): (&[Step], Option<Guard<'_>>),
    forward: bool,
    frame: Frame,
) -> String {
    let mut text = Text { sql: String::new(), line: 0 };
    for note in notes {
        text.note(note);
    }
    text.notes(header::costs(&Estimates::new(input.prod, &input.plan.goal), steps));
    let assume = if forward { assertion::assumptions(input, steps) } else { Vec::new() };
    transaction(&mut text, input, &Part { steps, assume, frame, guard, forward });
    text.sql
}

/// Steps that run together, with what must hold before them.
fn transaction(text: &mut Text, input: &Input<'_>, part: &Part<'_>) -> Vec<usize> {
    let Part { steps, ref assume, frame, guard, forward } = *part;
    let outside = is_outside(steps);
    text.push("");
    if outside {
        let settings = SETTINGS.replace("SET LOCAL", "SET");
        let settings = OUTSIDE.iter().fold(settings, |all, (from, to)| all.replace(from, to));
        text.push(settings.trim_end());
    } else {
        if frame == Frame::File {
            text.push("BEGIN;");
        }
        text.push(SETTINGS.trim_end());
    }
    if let Some(check) = assertion::before(input, steps, assume, guard.as_ref()) {
        text.push("");
        text.push(&check);
    }
    if let Some(lock) = locked_first(input, steps, guard.as_ref()) {
        text.push("");
        text.push(&match frame {
            Frame::File => lock,
            // not every runner opens the transaction by a statement, which LOCK asks for
            Frame::Runner => format!("DO {};", quote::dollar(&format!("\nBEGIN\n  {lock}\nEND\n"))),
        });
    }
    let behind = match guard {
        None => Behind::Nothing,
        Some(guard) if outside => Behind::Guard(guard),
        Some(guard) => {
            let flags = guard.flags(steps);
            text.push("");
            text.push(&flags.ask);
            Behind::Flags(flags)
        }
    };
    let lines = text.steps(steps, &behind);
    if let (Some(check), Behind::Nothing) = (assertion::after(input, steps, forward), &behind) {
        text.push("");
        text.push(&check);
    }
    text.push("");
    match frame {
        _ if outside => {
            for setting in settings() {
                text.push(&format!("RESET {setting};"));
            }
        }
        Frame::File => text.push("COMMIT;"),
        // the runner notes the file in the same transaction
        Frame::Runner => {
            for setting in settings() {
                text.push(&format!("SET LOCAL {setting} TO DEFAULT;"));
            }
        }
    }
    lines
}

/// The names of the settings.
fn settings() -> impl Iterator<Item = &'static str> {
    SETTINGS.lines().filter_map(|line| line.split(' ').nth(2))
}

/// Where several tables must be locked against readers: all of them before anything is done, in one order
/// for every file, so that two of them cannot wait for each other.
fn locked_first(input: &Input<'_>, steps: &[Step], guard: Option<&Guard<'_>>) -> Option<String> {
    let locks = steps.iter().flat_map(|step| &step.effects.locks);
    let can_be = |id: &ObjectId| {
        input.prod.objects.get(id).is_some_and(|object| of(id.kind).can_be_locked(object))
    };
    let tables: BTreeSet<&ObjectId> = locks
        .filter(|(id, lock)| **lock == Lock::AccessExclusive && can_be(id))
        // the second time it may be gone
        .filter(|(id, _)| guard.is_none_or(|guard| guard.end.objects.contains_key(*id)))
        .map(|(id, _)| id)
        .collect();
    let names: Vec<String> = tables
        .iter()
        .map(|id| format!("ONLY {}", quote::qualified(&[id.part(0), id.part(1)])))
        .collect();
    (names.len() > 1).then(|| format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE;", names.join(", ")))
}

fn back(
    input: &Input<'_>,
    estimates: &Estimates<'_>,
    batch: &Batch,
    name: &str,
) -> (String, Vec<usize>) {
    let mut text = Text { sql: String::new(), line: 0 };
    let mut lines = Vec::new();
    text.note(&format!("{name}_rollback.sql: undoes migrations/{name}.sql"));
    let (folder, url) = input.way.place();
    text.note(&format!(
        "Run with: psql -X -v ON_ERROR_STOP=1 -d \"${url}\" -f {folder}rollback/{name}_rollback.sql"
    ));
    text.note("Rollbacks run in reverse order of their names.");
    for what in &batch.irreversible {
        text.note(&format!("NOT BROUGHT BACK: {what}"));
    }
    if batch.rollback.iter().flatten().all(|step| step.statements.is_empty()) {
        text.note("There is nothing to undo.");
    }
    for steps in &batch.rollback {
        if steps.iter().all(|step| step.statements.is_empty()) {
            lines.extend(steps.iter().map(|_| 0));
            continue;
        }
        text.notes(header::costs(estimates, steps));
        let guard = back_again(input, batch);
        let part = Part { steps, assume: Vec::new(), frame: Frame::File, guard, forward: false };
        lines.extend(transaction(&mut text, input, &part));
    }
    (text.sql, lines)
}
