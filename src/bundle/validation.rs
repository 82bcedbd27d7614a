//! `VALIDATION_SQL.sql`: whether prod is what the bridge promises, asked of the system catalogs.

pub(super) mod condition;
mod fact;
pub(super) mod insert;
mod locator;
mod preflight;
mod sql;

use crate::bundle::{Input, Migration};
use crate::model::{Compare, Facet, Object, ObjectId};
use crate::plan::Step;
use crate::sql::quote;
use fact::{Fact, facts};
use insert::Insert;
use locator::locator;
pub(super) use preflight::Question;
use std::collections::{BTreeMap, BTreeSet};

/// One check: name, the parts of the path, what is expected.
type Check = [String; 5];

/// Checks that ask the same question, and the question.
type Groups = BTreeMap<(&'static str, String), Vec<Check>>;

/// The file. It writes nothing; its last statement fails when a check does.
pub fn render(input: &Input<'_>, migrations: &[Migration]) -> String {
    let touched = input.plan.steps().flat_map(|step| &step.members).collect();
    let inserts = insert::inserts(input);
    let checks = Checks::of(input, &touched, &inserts.iter().collect::<Vec<_>>());
    let steps: Vec<&Step> = input.plan.steps().collect();
    let questions = preflight::questions(&steps);
    let head = header(input, migrations, &checks, questions.len());
    script(head, &checks, &questions)
}

/// What is asked of the catalogs about some objects.
pub(super) struct Checks {
    groups: Groups,
    unchecked: BTreeSet<String>,
    same_major: bool,
}

impl Checks {
    /// What the plan promises of these objects in the end.
    pub(super) fn of(
        input: &Input<'_>,
        touched: &BTreeSet<&ObjectId>,
        inserts: &[&Insert],
    ) -> Self {
        let same_major = input.dev.server.major() == input.prod.server.major();
        let mut groups = Groups::new();
        let mut unchecked = BTreeSet::new();
        for id in touched {
            match input.plan.goal.objects.get(*id) {
                Some(object) => promised(&mut groups, &mut unchecked, input, object, same_major),
                None => gone(&mut groups, input, id),
            }
        }
        insert::add(&mut groups, inserts);
        Self { groups, unchecked, same_major }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.groups.values().map(Vec::len).sum()
    }
}

/// A script that asks everything in one result table.
pub(super) fn script(mut lines: Vec<String>, checks: &Checks, questions: &[Question]) -> String {
    let unchecked = checks.unchecked.iter();
    lines.extend(unchecked.map(|text| format!("-- Not checked here: {}", quote::printable(text))));
    lines.push(String::new());
    lines.push(BEGIN.to_owned());
    lines.extend(preflight::ask(questions));
    lines.push(query(&checks.groups, preflight::told(questions)));
    lines.push(END.to_owned());
    lines.join("\n")
}

const BEGIN: &str = "\
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL search_path = '';
SET LOCAL standard_conforming_strings = on;
SET LOCAL quote_all_identifiers = off;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL intervalstyle = 'postgres';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 3;
SET LOCAL jit = off;
SET LOCAL row_security = off;
SET LOCAL lock_timeout = '5s';
";

/// The number of failures was left in a setting by the query, which ends with the transaction.
const END: &str = "
DO $pgbridge$
BEGIN
  IF coalesce(pg_catalog.current_setting('pgbridge.failed_checks', true), '') <> '0' THEN
    RAISE EXCEPTION 'pgbridge: % of the checks failed', coalesce(nullif(pg_catalog.current_setting('pgbridge.failed_checks', true), ''), 'an unknown number')
      USING HINT = 'the rows with FAIL above say which';
  END IF;
END
$pgbridge$;

COMMIT;
";

fn header(
    input: &Input<'_>,
    migrations: &[Migration],
    checks: &Checks,
    questions: usize,
) -> Vec<String> {
    let count = checks.count() + questions;
    let mut lines = vec![
        format!("{count} checks of {} after the bridge of {}. Nothing is written.", input.prod.server.database, input.timestamp),
        "Run with: psql -X -v ON_ERROR_STOP=1 -d \"$PGBRIDGE_PROD_URL\" -f VALIDATION_SQL.sql; it exits with 3 when a check fails.".to_owned(),
    ];
    for migration in migrations {
        lines.push(format!("Promised by migrations/{}", migration.file_name()));
    }
    if migrations.is_empty() {
        lines.push("There is no migration: nothing is promised.".to_owned());
    }
    if !checks.same_major {
        lines.push("dev and prod are different majors, which write definitions differently: texts of definitions are not compared.".to_owned());
    }
    lines.push(if questions == 0 {
        "No row is read.".to_owned()
    } else {
        "Rows are read only for the checks that begin with \"before\": whether rows are in the way of the bridge.".to_owned()
    });
    lines.iter().map(|line| format!("-- {}", quote::printable(line))).collect()
}

/// What a step leaves behind: every fact of the object.
fn promised(
    groups: &mut Groups,
    unchecked: &mut BTreeSet<String>,
    input: &Input<'_>,
    object: &Object,
    same_major: bool,
) {
    let different = different(input.prod.objects.get(&object.id), object);
    let mut covered: BTreeSet<&str> = BTreeSet::new();
    for fact in &facts(object, same_major, input.prod.server.major()) {
        covered.extend(fact.covers);
        // that something is still not set is a check only where it was set before
        if !fact.is_trivial(object) || fact.covers.iter().any(|name| different.contains(name)) {
            add(groups, &object.id, fact);
        }
    }
    for name in different {
        let told = !same_major && fact::DEPARSED.contains(&name);
        if !covered.contains(name) && !told {
            unchecked.insert(format!("{name} of {} {}", object.id.kind, object.id.label()));
        }
    }
}

/// The attributes and facets in which two states differ; all that are set where there was none.
fn different<'a>(before: Option<&Object>, object: &'a Object) -> Vec<&'a str> {
    let bare =
        Object { values: Vec::new(), facets: crate::model::Facets::default(), ..object.clone() };
    let before = before.unwrap_or(&bare);
    let value = |object: &Object, at: usize| object.values.get(at).cloned().unwrap_or_default();
    let attributes = object.specs.iter().enumerate();
    let attributes = attributes.filter(|(at, spec)| {
        spec.compare == Compare::Drift && value(before, *at) != value(object, *at)
    });
    let facets = Facet::ALL.into_iter().filter(|facet| facet.differs(before, object));
    attributes.map(|(_, spec)| spec.name).chain(facets.map(Facet::name)).collect()
}

/// An object that a step took away. The parts of a whole that is gone are gone with it.
fn gone(groups: &mut Groups, input: &Input<'_>, id: &ObjectId) {
    let parent = input.prod.objects.get(id).and_then(|object| object.parent.as_ref());
    let with_parent = parent.is_some_and(|parent| !input.plan.goal.objects.contains_key(parent));
    if with_parent || locator(id.kind.name()).is_none() {
        return;
    }
    let fact = Fact {
        what: "",
        value: fact::PRESENT.to_owned(),
        expected: "absent".to_owned(),
        covers: &[],
    };
    add(groups, id, &fact);
}

fn add(groups: &mut Groups, id: &ObjectId, fact: &Fact) {
    let Some(locator) = locator(id.kind.name()) else { return };
    let what = if fact.what.is_empty() { String::new() } else { format!(": {}", fact.what) };
    let name = quote::printable(&format!("{} {}{what}", id.kind, id.label()));
    let part = |at: usize| id.part(at).to_owned();
    groups.entry((locator.from, fact.value.clone())).or_default().push([
        name,
        part(0),
        part(1),
        part(2),
        fact.expected.clone(),
    ]);
}

/// One result table. The rows are counted where they are made, so the last statement need not ask again.
fn query(groups: &Groups, before: Option<String>) -> String {
    let mut parts: Vec<String> =
        groups.iter().map(|((from, value), checks)| part(from, value, checks)).collect();
    parts.extend(before);
    if parts.is_empty() {
        parts.push(
            "  SELECT ''::text AS name, ''::text AS expected, ''::text AS actual WHERE false"
                .to_owned(),
        );
    }
    format!(
        "WITH checks AS (\n{}\n),\n\
         results AS (\n  \
         SELECT c.name, c.expected, coalesce(c.actual, 'absent') AS actual,\n    \
         CASE WHEN coalesce(c.actual, 'absent') = c.expected THEN 'PASS' ELSE 'FAIL' END AS result\n  \
         FROM checks c\n),\n\
         told AS (\n  \
         SELECT pg_catalog.set_config('pgbridge.failed_checks', (count(*) FILTER (WHERE r.result = 'FAIL'))::text, true) AS failed\n  \
         FROM results r\n)\n\
         SELECT r.name, r.expected, r.actual, r.result\n\
         FROM told LEFT JOIN results r ON told.failed IS NOT NULL\n\
         WHERE r.name IS NOT NULL\n\
         ORDER BY r.result COLLATE \"C\", r.name COLLATE \"C\";",
        parts.join("\n  UNION ALL\n")
    )
}

fn part(from: &str, value: &str, checks: &[Check]) -> String {
    let row = |check: &Check| {
        let cells: Vec<String> = check.iter().map(|text| quote::literal(text)).collect();
        format!("    ({})", cells.join(", "))
    };
    let rows: Vec<String> = checks.iter().map(row).collect();
    format!(
        "  SELECT e.name, e.expected, x.actual\n  FROM (VALUES\n{}\n  ) AS e (name, a, b, c, expected)\n  \
         LEFT JOIN LATERAL (\n    SELECT ({value})::text AS actual\n    {from}\n  ) AS x ON true",
        rows.join(",\n")
    )
}

#[cfg(test)]
mod tests;
