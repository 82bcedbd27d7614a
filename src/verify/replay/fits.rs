//! Whether a migration does no more than define objects, so that the schema afterwards shows all of it.

use crate::sql::lexer::{TokenKind, tokens};
use crate::sql::{quote, split};

/// What belongs to the cluster, or to what no schema shows.
const ELSEWHERE: &[&str] = &[
    "ROLE",
    "USER",
    "GROUP",
    "DATABASE",
    "TABLESPACE",
    "SYSTEM",
    "SUBSCRIPTION",
    "PARAMETER",
    "TEMP",
    "TEMPORARY",
    "GLOBAL",
    "LOCAL",
];

/// Characters of a statement that a reason shows.
const SHOWN: usize = 60;

/// Why a text does more than define objects, or may; none where it does not.
pub(super) fn unfit(text: &str) -> Option<String> {
    let statements = match split::statements(text) {
        Ok(statements) => statements,
        Err(error) => return Some(format!("it cannot be replayed: {error}")),
    };
    if statements.is_empty() {
        return Some("it has no statement".to_owned());
    }
    statements.iter().find_map(|statement| {
        let words = words(&statement.text);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        (!defines(&words)).then(|| {
            format!(
                "`{}` in line {} may do what no schema shows: rows, the cluster",
                head(&statement.text),
                statement.line
            )
        })
    })
}

/// Whether a statement accepts what is there already.
pub(super) fn is_lenient(statement: &str) -> bool {
    let words = words(statement);
    words.windows(3).any(|three| three == ["IF", "NOT", "EXISTS"])
        || (words.first().is_some_and(|verb| verb == "ALTER")
            && words.windows(2).any(|two| two == ["IF", "EXISTS"]))
}

/// The beginning of a statement on one line: its first words only, for what follows may be a secret.
pub(super) fn head(statement: &str) -> String {
    let words = words(statement);
    let text = words.iter().take(3).cloned().collect::<Vec<_>>().join(" ");
    quote::printable(&text).chars().take(SHOWN).collect()
}

/// Bare words in capitals.
fn words(statement: &str) -> Vec<String> {
    let bare = tokens(statement).into_iter().filter(|token| token.kind == TokenKind::Identifier);
    bare.map(|token| token.text.to_ascii_uppercase()).collect()
}

fn defines(words: &[&str]) -> bool {
    let has = |word: &str| words.contains(&word);
    let pair = |a: &str, b: &str| words.windows(2).any(|two| two == [a, b]);
    let Some((verb, rest)) = words.split_first() else { return false };
    let rest: Vec<&str> = rest
        .iter()
        .copied()
        .filter(|word| {
            !matches!(*word, "OR" | "REPLACE" | "UNIQUE" | "UNLOGGED" | "IF" | "NOT" | "EXISTS")
        })
        .collect();
    let what = rest.first().copied().unwrap_or_default();
    let here = !ELSEWHERE.contains(&what);
    match *verb {
        // a table from a query has rows
        "CREATE" => here && !(what == "TABLE" && filled(words)),
        // what is renamed or moved keeps its rows, and what is converted may have got others than the bridge gives
        "ALTER" => {
            let converts = what == "TABLE" && has("TYPE") && has("USING");
            here && !has("RENAME") && !pair("SET", "SCHEMA") && !has("RESTART") && !converts
        }
        "DROP" => here,
        "COMMENT" => !ELSEWHERE.contains(&rest.get(1).copied().unwrap_or_default()),
        // a membership has no ON
        "GRANT" | "REVOKE" => {
            let on = rest.iter().position(|word| *word == "ON").and_then(|at| rest.get(at + 1));
            on.is_some_and(|what| !ELSEWHERE.contains(what))
        }
        "SET" | "RESET" | "BEGIN" | "START" | "COMMIT" | "END" => true,
        _ => false,
    }
}

/// `CREATE TABLE .. AS SELECT` and its relatives. `GENERATED .. AS (..)` and `AS IDENTITY` are none.
fn filled(words: &[&str]) -> bool {
    let query = ["SELECT", "VALUES", "TABLE", "EXECUTE", "WITH"];
    words.windows(2).any(|two| matches!(two, ["AS", next] if query.contains(next)))
}

#[cfg(test)]
mod tests {
    use super::{head, is_lenient, unfit};

    #[test]
    fn definitions_fit() {
        for text in [
            "create table t (a int generated always as identity, b text default 'insert'); -- insert",
            "BEGIN; SET LOCAL lock_timeout = '1s'; CREATE UNIQUE INDEX i ON t (a); COMMIT;",
            "alter table t add column c int default 5; comment on table t is 'x'",
            "grant select on t to app; revoke all on t from public",
            "create or replace function f() returns int language sql as 'insert into t values (1)'",
            "drop view if exists v",
            "alter table only t enable row level security; create policy p on t using (true)",
        ] {
            assert_eq!(unfit(text), None, "{text}");
        }
    }

    #[test]
    fn what_a_schema_does_not_show_does_not_fit() {
        for text in [
            "",
            "create table t (a int); insert into t values (1)",
            "update t set a = 1",
            "create table t as select 1",
            "CREATE TABLE t AS WITH x AS (SELECT 1) SELECT * FROM x",
            "do $$ begin end $$",
            "select setval('s', 1)",
            "create role r password 'hunter2'",
            "create user mapping for u server s options (password 'x')",
            "grant app to me",
            "grant connect on database d to me",
            "alter table t rename column a to b",
            "alter table t set schema other",
            "alter table t alter column a type int using a::int",
            "alter sequence s restart",
            "alter database d set work_mem = '1MB'",
            "create temp table t (a int)",
            "security label on table t is 'x'",
            "truncate t",
            "\\copy t from x",
        ] {
            let why = unfit(text).unwrap_or_else(|| panic!("{text}"));
            assert!(!why.contains("hunter2"), "{why}");
        }
    }

    #[test]
    fn lenient_statements() {
        assert!(is_lenient("create table if not exists t (a int)"));
        assert!(is_lenient("alter table if exists t add column a int"));
        assert!(!is_lenient("drop table if exists t"));
        assert!(!is_lenient("create table t (a text default 'if not exists')"));
        assert_eq!(head("create role x password 'hunter2'"), "CREATE ROLE X");
    }
}
