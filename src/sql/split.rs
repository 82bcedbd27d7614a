//! A psql-style script cut into its statements.

use super::lexer::{Token, TokenKind, token_at};

/// One statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text, without the comments around it and without the semicolon.
    pub text: String,
    /// The line of the script at which the text starts, from 1.
    pub line: usize,
}

/// Why a script cannot be cut.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SplitError {
    /// A command for psql, which only psql can run.
    #[error(
        "line {line} holds the psql command `{}`, which is no SQL",
        super::quote::printable(command)
    )]
    PsqlCommand {
        /// The line of the script, from 1.
        line: usize,
        /// The command with its backslash, without arguments.
        command: String,
    },
}

/// The statements of `script` in their order.
///
/// A semicolon ends a statement unless it stands in quotes, in a comment, in parentheses (rules) or
/// in a `BEGIN ATOMIC .. END` body. `\restrict` and `\unrestrict`, which `pg_dump` writes, are left
/// out; any other backslash outside of quotes would be a command to psql and is an error.
pub fn statements(script: &str) -> Result<Vec<Statement>, SplitError> {
    let mut out = Vec::new();
    let mut current = Current::default();
    let mut line = 1;
    // psql skips a byte order mark, too.
    let mut at = if script.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while let Some(token) = token_at(script, at) {
        if token.text == "\\" {
            let rest = script.get(at..).unwrap_or_default();
            let command = rest.split_whitespace().next().unwrap_or(rest);
            if !current.is_empty() || !matches!(command, "\\restrict" | "\\unrestrict") {
                return Err(SplitError::PsqlCommand { line, command: command.to_owned() });
            }
            // Its argument is no SQL, so the line is skipped as text.
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        at += token.text.len();
        if token.text == ";" && current.is_complete() {
            out.extend(std::mem::take(&mut current).finish(script));
        } else if token.kind.is_significant() {
            current.take_in(&token, line);
        }
        line += token.text.matches('\n').count();
    }
    out.extend(current.finish(script));
    Ok(out)
}

/// The statement that is being read.
#[derive(Default)]
struct Current {
    start: usize,
    end: usize,
    line: usize,
    /// The first words in lower case: no more than tell whether it makes a routine.
    head: Vec<String>,
    /// The last token in lower case.
    previous: String,
    parentheses: usize,
    /// `BEGIN ATOMIC` and the `CASE`s in it that wait for their `END`.
    blocks: usize,
}

impl Current {
    fn is_empty(&self) -> bool {
        self.end == 0
    }

    fn is_complete(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
    }

    fn take_in(&mut self, token: &Token<'_>, line: usize) {
        if self.is_empty() {
            self.start = token.start;
            self.line = line;
        }
        self.end = token.start + token.text.len();
        let mut word = String::new();
        match token.kind {
            TokenKind::Identifier => {
                word = token.text.to_ascii_lowercase();
                if self.head.len() < 4 {
                    self.head.push(word.clone());
                }
                if self.parentheses == 0 && self.makes_routine() {
                    self.count_block(&word);
                }
            }
            TokenKind::Punctuation => {
                token.text.clone_into(&mut word);
                match token.text {
                    "(" => self.parentheses += 1,
                    ")" => self.parentheses = self.parentheses.saturating_sub(1),
                    _ => {}
                }
            }
            _ => {}
        }
        self.previous = word;
    }

    fn makes_routine(&self) -> bool {
        let head: Vec<&str> = self.head.iter().map(String::as_str).collect();
        matches!(
            head.as_slice(),
            ["create", "function" | "procedure", ..]
                | ["create", "or", "replace", "function" | "procedure", ..]
        )
    }

    fn count_block(&mut self, word: &str) {
        // `t.end` and `AS end` are names.
        if matches!(self.previous.as_str(), "." | "as") {
            return;
        }
        match word {
            "atomic" if self.blocks == 0 && self.previous == "begin" => self.blocks = 1,
            "case" if self.blocks > 0 => self.blocks += 1,
            "end" => self.blocks = self.blocks.saturating_sub(1),
            _ => {}
        }
    }

    fn finish(self, script: &str) -> Option<Statement> {
        let text = script.get(self.start..self.end).filter(|text| !text.is_empty())?;
        Some(Statement { text: text.to_owned(), line: self.line })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SplitError, statements};

    fn texts(script: &str) -> Vec<String> {
        statements(script).unwrap().into_iter().map(|statement| statement.text).collect()
    }

    #[test]
    fn semicolons_that_do_not_end() {
        for statement in [
            "SELECT ';', \";\", $$;$$, E'\\';' /* ; */ + 1 -- ;\n + 2",
            "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true \
             THEN 1 ELSE 2 END; SELECT t.end AS end FROM t; END",
            "create or replace procedure p(a int) begin /* c */ atomic insert into t values \
             (case when a > 1 then 2 end); end",
            "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $x$ BEGIN; CASE; $x$",
            "CREATE FUNCTION begin() RETURNS int RETURN CASE WHEN true THEN 1 END",
        ] {
            assert_eq!(texts(&format!("{statement};\nSELECT 1 ;")), [statement, "SELECT 1"]);
        }
        assert_eq!(texts("BEGIN; SELECT CASE WHEN a THEN b END; END;").len(), 3);
    }

    #[test]
    fn comments_and_empty_statements_are_left_out() {
        let script = "\u{feff}-- head\n;;\n/* c\n*/ SELECT\n1 -- tail\n; -- end\n  SELECT 2 -- x";
        let found = statements(script).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].text.as_str(), found[0].line), ("SELECT\n1", 4));
        assert_eq!((found[1].text.as_str(), found[1].line), ("SELECT 2", 7));
    }

    #[test]
    fn psql_commands() {
        assert_eq!(
            texts("\\restrict a'b$$\nSELECT '\n\\! no';\n\\unrestrict a'b$$"),
            ["SELECT '\n\\! no'"]
        );
        for (script, line, command) in [
            ("SELECT 1;\n\\connect other", 2, "\\connect"),
            ("SELECT 1 \\gexec", 1, "\\gexec"),
            ("SELECT\n\\restrict x", 2, "\\restrict"),
        ] {
            let expected = SplitError::PsqlCommand { line, command: command.to_owned() };
            assert_eq!(statements(script), Err(expected));
        }
    }

    proptest! {
        #[test]
        fn never_panics(script in "([\\PC\n;()]|begin|atomic|case|end|create function|'|\\$\\$){0,40}") {
            let _ = statements(&script);
        }
    }
}
