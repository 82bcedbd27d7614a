//! `--guarded`: what each step promises is looked for when its file begins. A step is skipped where that
//! is there, runs where it is not, and stops where something else has its name.

use crate::bundle::validation::condition::{Promise, exists, holds};
use crate::model::{Catalog, ObjectId};
use crate::plan::{Step, Touched, Verb};
use crate::sql::quote;
use std::collections::BTreeSet;

/// The states around a file.
#[derive(Clone, Copy)]
pub(super) struct Guard<'a> {
    /// What the file touches, before it.
    pub(super) before: &'a Touched,
    /// The same after it.
    pub(super) after: &'a Touched,
    /// The state after the last file of this way: later ones may touch it again.
    pub(super) end: &'a Catalog,
    /// The server's major version.
    pub(super) major: i32,
}

/// The guards of one transaction: what is asked when it begins.
pub(super) struct Flags {
    /// The places of the steps that can be told.
    told: BTreeSet<usize>,
    /// A block that asks for everything at once and leaves the answers in a setting.
    pub(super) ask: String,
}

/// The setting that holds the answers, by the place of the step.
const SETTING: &str = "pgbridge.done";

impl Guard<'_> {
    /// Asks for what the steps of a transaction promise. What nobody can tell, and what comes and goes within
    /// the file, is done when all the rest is: a transaction is done as a whole or not at all.
    pub(super) fn flags(&self, steps: &[Step]) -> Flags {
        let (mut asked, mut told) = (Vec::new(), BTreeSet::new());
        for (at, step) in steps.iter().enumerate().filter(|(_, step)| !step.is_silent()) {
            if let Some(done) = self.done(step) {
                told.insert(at);
                asked.push(format!(
                    "  now := {done};\n  done := done || pg_catalog.jsonb_build_object({}, now);\n  every := every AND now;",
                    quote::literal(&at.to_string())
                ));
            }
        }
        let body = format!(
            "\nDECLARE\n  done jsonb := '{{}}';\n  every boolean := true;\n  now boolean;\nBEGIN\n{}\n  \
             PERFORM pg_catalog.set_config('{SETTING}', (done || pg_catalog.jsonb_build_object('all', every))::text, true);\nEND\n",
            asked.join("\n")
        );
        Flags { told, ask: format!("DO {};", quote::dollar(&body)) }
    }

    /// The condition that a step is done, as after this file or as in the end.
    fn done(&self, step: &Step) -> Option<String> {
        if step.verb == Verb::Run {
            return None;
        }
        let own = self.promised(&step.members);
        let Some(cause) = &step.forced_by else { return own };
        // it goes and comes back as it was: only what forces it tells
        let cause = self.promised(std::slice::from_ref(cause))?;
        match step.verb {
            Verb::Drop => Some(cause),
            _ => Some(format!("({cause})\n  AND ({})", own?)),
        }
    }

    fn promised(&self, ids: &[ObjectId]) -> Option<String> {
        let passing = |id: &ObjectId| !self.before.contains_key(id) && !self.after.contains_key(id);
        if ids.iter().any(passing) {
            return None;
        }
        let here = self.state(ids, self.after)?;
        match self.state(ids, &self.end.objects) {
            Some(end) if end != here => Some(format!("{here}\n  OR {end}")),
            _ => Some(here),
        }
    }

    fn state(&self, ids: &[ObjectId], state: &Touched) -> Option<String> {
        let promises: Vec<Promise<'_>> = ids
            .iter()
            .map(|id| Promise { id, before: self.before.get(id), after: state.get(id) })
            .collect();
        holds(&promises, self.major)
    }

    /// Outside of a transaction no block can hold a statement: a guard before it stops on something else
    /// of that name, and the statement itself passes over what is there.
    pub(super) fn alone(&self, step: &Step) -> Vec<String> {
        self.passing_over(step).unwrap_or_else(|| bare(step))
    }

    fn passing_over(&self, step: &Step) -> Option<Vec<String>> {
        let [statement] = step.statements.as_slice() else { return None };
        let done = self.done(step)?;
        let (head, clause) = match step.verb {
            Verb::Create => ("INDEX CONCURRENTLY ", PASS_OVER[0]),
            Verb::Drop => ("INDEX CONCURRENTLY ", PASS_OVER[1]),
            _ => return None,
        };
        let (before, after) = statement.split_at_checked(statement.find(head)? + head.len())?;
        let statement = format!("{before}{clause} {after}");
        let other = other(step);
        if other.is_empty() {
            return Some(vec![statement]);
        }
        let body = format!("\nBEGIN\n  IF {done} THEN\n    NULL;\n{other}  END IF;\nEND\n");
        Some(vec![format!("DO {};", quote::dollar(&body)), statement])
    }
}

impl Flags {
    /// The statements of the step at that place behind its flag.
    pub(super) fn statements(&self, at: usize, step: &Step) -> Vec<String> {
        if self.told.is_empty() {
            return bare(step);
        }
        let title = title(step);
        let run = |sql: &String| {
            format!("    EXECUTE {};", quote::dollar(sql.trim_end().trim_end_matches(';')))
        };
        let runs: Vec<String> = step.statements.iter().map(run).collect();
        // nobody saw what is only taken as done: that is said even where notices are not
        let (key, said) = if self.told.contains(&at) {
            (at.to_string(), "NOTICE 'pgbridge: there already: %'")
        } else {
            ("all".to_owned(), "WARNING 'pgbridge: taken as done, for the rest of the file is: %'")
        };
        let flag = format!(
            "pg_catalog.current_setting('{SETTING}')::jsonb ->> {} = 'true'",
            quote::literal(&key)
        );
        let body = format!(
            "\nBEGIN\n  IF {flag} THEN\n    RAISE {said}, {title};\n{}  ELSE\n{}\n  END IF;\nEND\n",
            other(step),
            runs.join("\n")
        );
        vec![format!("DO {};", quote::dollar(&body))]
    }
}

fn title(step: &Step) -> String {
    quote::literal(&quote::printable(&step.title()))
}

fn bare(step: &Step) -> Vec<String> {
    let note = "-- Not guarded: it cannot be told whether this is done already";
    [note.to_owned()].into_iter().chain(step.statements.iter().cloned()).collect()
}

/// What is to be made must not be there in another form.
fn other(step: &Step) -> String {
    let exists = (step.verb == Verb::Create).then(|| exists(&step.object)).flatten();
    exists.map_or_else(String::new, |exists| {
        format!(
            "  ELSIF {exists} THEN\n    RAISE EXCEPTION 'pgbridge: cannot %: something else has its name', {}\n      \
             USING HINT = 'compare it with the report, and plan again';\n",
            title(step)
        )
    })
}

/// The forms that pass over what is there, or is not: only behind a guard.
const PASS_OVER: [&str; 2] = ["IF NOT EXISTS", "IF EXISTS"];
