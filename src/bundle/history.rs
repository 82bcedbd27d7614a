//! `history/`: what to record in each side's migration history, and why.

use crate::bundle::{BundleError, File, Input, Migration};
use crate::history::{Decided, Holds, Own, Side, Tool, Verdict, applied, current, table};
use crate::markdown::{code, prose};
use crate::model::Entry;
use crate::sql::quote;
use std::collections::BTreeMap;

/// Stands before each line of a statement that a person has to decide on.
const TO_DECIDE: &str = "--> ";

/// The files of a bridge, as a tool would record them: those for its runner where there are any.
///
/// # Errors
/// When the time stamp is none.
pub fn own(input: &Input<'_>, migrations: &[Migration]) -> Result<OwnFiles, BundleError> {
    let file = |migration: &Migration| {
        let (stamp, name) = migration.name.split_once('_')?;
        let content = migration.forward.clone();
        Some(Own { stamp: stamp.to_owned(), name: name.to_owned(), content })
    };
    let mut runners = BTreeMap::new();
    for flavour in input.flavours {
        runners.insert(flavour.name, flavour.own(input, migrations)?);
    }
    Ok(OwnFiles { usual: migrations.iter().filter_map(file).collect(), runners })
}

/// The files of a bridge.
pub struct OwnFiles {
    usual: Vec<Own>,
    runners: BTreeMap<&'static str, Vec<Own>>,
}

impl OwnFiles {
    /// As a tool would record them.
    pub fn entries(&self, tool: &Tool) -> Vec<Entry> {
        self.runners.get(tool.name).unwrap_or(&self.usual).iter().filter_map(tool.own).collect()
    }
}

/// The document and the statements; nothing where no side has a history.
pub fn render(decided: &[Decided<'_>]) -> Vec<File> {
    if decided.is_empty() {
        return Vec::new();
    }
    let mut files = Vec::new();
    let mut page = String::from(
        "# Migration histories\n\n\
         What to record in the tables of migration tools after the bridge has run on prod and the backport on dev, so \
         that each tool finds nothing pending. A statement stands ready only where a replay on a scratch database has shown that \
         its migration has nothing left to do. Every other one begins with `-->` on each line and does nothing until a \
         person takes that away.\n\n",
    );
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for one in decided {
        page.push_str(&section(one));
        for side in [Side::Prod, Side::Dev] {
            let base = format!("{}_{}", side.name(), one.pair.tool.name);
            let number = taken.get(&base).copied().unwrap_or_default() + 1;
            let name = if number == 1 { base.clone() } else { format!("{base}_{number}") };
            let path = format!("history/{name}.sql");
            let Some(sql) = statements(one, side, &path) else { continue };
            taken.insert(base, number);
            page = page + "\nFor " + side.name() + ": `" + &path + "`\n";
            files.push(File::new(path, sql));
        }
        page.push('\n');
    }
    files.push(File::new("history/README.md", format!("{}\n", page.trim_end())));
    files
}

/// The tables of a tool and what differs in them.
fn section(one: &Decided<'_>) -> String {
    let pair = &one.pair;
    let mut text = format!("## {}\n\n", prose(pair.tool.title));
    for side in [Side::Prod, Side::Dev] {
        let said = match pair.side(side) {
            None => "no table".to_owned(),
            Some(history) => {
                let table = code(&table(history));
                match &history.unknown {
                    Some(why) => format!("{table}, unknown: {}", prose(why)),
                    None if pair.tool.holds == Holds::Heads => {
                        format!("{table}, stands at {}", at(&applied(history)))
                    }
                    None => format!("{table}, {} applied", applied(history).len()),
                }
            }
        };
        text = text + "- " + side.name() + ": " + &said + "\n";
    }
    text.push('\n');
    if !pair.is_known() {
        text.push_str("Nothing is compared, for what one side recorded is not known.\n");
    } else if one.verdicts.is_empty() {
        text.push_str("Both record the same.\n");
    } else {
        text.push_str("| version | name | what | record it | reason |\n|---|---|---|---|---|\n");
        for verdict in &one.verdicts {
            text.push_str(&row(verdict));
        }
    }
    text
}

fn at(entries: &[&Entry]) -> String {
    let versions: Vec<String> = entries.iter().map(|entry| code(&entry.version)).collect();
    if versions.is_empty() { "nothing".to_owned() } else { versions.join(", ") }
}

fn row(verdict: &Verdict<'_>) -> String {
    let name = [verdict.line.dev, verdict.line.prod];
    let name = name.iter().flatten().find_map(|entry| entry.name.as_deref()).unwrap_or_default();
    let record = match verdict.target {
        Some(side) if verdict.mark => format!("applied on {}: mark", side.name()),
        Some(side) => format!("applied on {}: to decide", side.name()),
        None => "-".to_owned(),
    };
    format!(
        "| {} | {} | {} | {record} | {} |\n",
        code(verdict.line.version),
        code(name),
        prose(&verdict.what()),
        prose(&verdict.why)
    )
}

/// The statements for one side; none where there is nothing to record.
fn statements(one: &Decided<'_>, side: Side, path: &str) -> Option<String> {
    let pair = &one.pair;
    let verdicts: Vec<&Verdict<'_>> =
        one.verdicts.iter().filter(|verdict| verdict.target == Some(side)).collect();
    if !pair.is_known() || (verdicts.is_empty() && one.own.is_empty()) {
        return None;
    }
    let (schema, table) = pair.place(side);
    let table = quote::qualified(&[schema, table]);
    let held = pair.side(side).map(current).unwrap_or_default();
    let (after, url) = match side {
        Side::Prod => ("the bridge", "PGBRIDGE_PROD_URL"),
        Side::Dev => ("what backport/ has for dev", "PGBRIDGE_DEV_URL"),
    };
    let mut sql = format!(
        "-- What {} records for {}\n\
         -- Run after {}: psql -X -v ON_ERROR_STOP=1 -d \"${}\" -f {path}\n\n\
         BEGIN;\nSET LOCAL lock_timeout = '5s';\nSET LOCAL search_path = '';\nSET LOCAL standard_conforming_strings = on;\n",
        side.name(),
        quote::printable(pair.tool.title),
        after,
        url
    );
    for verdict in verdicts {
        let Some(entry) = verdict.entry() else { continue };
        let decision = if verdict.mark { "mark" } else { "to decide" };
        sql.push_str(&note(&format!("{} {decision}: {}", entry.version, verdict.why)));
        let marks = (pair.tool.mark)(&table, entry, &held);
        sql.push_str(&written(&marks, verdict.mark));
    }
    if !one.own.is_empty() {
        sql.push_str(&note(
            "The bridge's own files, to decide: only where they stand among the tool's migrations, and would run again",
        ));
        for entry in &one.own {
            sql.push_str(&written(&(pair.tool.mark)(&table, entry, &held), false));
        }
    }
    sql.push_str("\nCOMMIT;\n");
    Some(sql)
}

/// A comment: what is recorded may hold anything.
fn note(text: &str) -> String {
    format!("\n-- {}\n", quote::printable(text))
}

/// Statements, behind a mark where a person has to decide. What would not stay on its line in a comment is left out.
fn written(statements: &[String], ready: bool) -> String {
    let mut text = String::new();
    for statement in statements {
        if ready {
            text.push_str(statement);
        } else if quote::printable(statement) == *statement {
            text.push_str(TO_DECIDE);
            text.push_str(statement);
        } else {
            text.push_str("-- its version or name has characters that cannot stand in a comment: record it with the tool");
        }
        text.push('\n');
    }
    text
}
