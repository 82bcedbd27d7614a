//! Brings the text of `pg_dump --schema-only` into a form that two servers with the
//! same schema share: no comments, no settings that follow the programs' versions.
//!
//! The text is taken apart into tokens, so what stands in strings, quoted names and
//! function bodies is never touched.

use similar::TextDiff;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::mem;

/// What else two dumps may differ in.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    /// The order of columns in tables and composite types.
    pub(crate) ignore_column_order: bool,
    /// The order of grants on one object: it is history, not state.
    pub(crate) sort_acl: bool,
}

/// Settings at the head of a dump that say nothing about the schema.
const SETTINGS: [&str; 10] = [
    "transaction_timeout",
    "idle_in_transaction_session_timeout",
    "lock_timeout",
    "statement_timeout",
    "client_encoding",
    "standard_conforming_strings",
    "check_function_bodies",
    "xmloption",
    "client_min_messages",
    "row_security",
];
const SEARCH_PATH: &str = "SELECT pg_catalog.set_config('search_path', '', false);";
const REPLACED_VIEW: &str = "CREATE OR REPLACE VIEW ";
const GRANTOR: &str = "SET SESSION AUTHORIZATION ";
const GRANTOR_ENDS: &str = "RESET SESSION AUTHORIZATION;";

/// Nothing, when both dumps describe the same schema; else a unified diff.
pub(crate) fn compare(a: &str, b: &str, options: Options) -> Result<(), String> {
    let (a, b) = (normalize(a, options), normalize(b, options));
    if a == b {
        return Ok(());
    }
    let diff = TextDiff::from_lines(&a, &b);
    Err(diff.unified_diff().context_radius(3).header("a", "b").to_string())
}

/// The statements of a dump, one after the other.
pub(crate) fn normalize(dump: &str, options: Options) -> String {
    let mut pieces: Vec<Piece> = split(dump)
        .into_iter()
        .filter_map(Statement::without_attver)
        .map(Statement::with_sorted_options)
        .filter(|statement| !is_noise(&statement.text()))
        .map(|statement| Piece::new(&statement, options))
        .collect();
    fill_shells(&mut pieces);
    if options.ignore_column_order {
        sort_runs(&mut pieces, |piece| piece.columns_of.as_deref());
    }
    if options.sort_acl {
        pieces = join_grantors(pieces);
        sort_runs(&mut pieces, |piece| piece.grants_on.as_deref());
    }
    pieces.into_iter().fold(String::new(), |mut out, piece| {
        let _ = writeln!(out, "{}", piece.text);
        out
    })
}

/// Puts the view that ends a cycle in the place of its shell: which view of a cycle `pg_dump` makes
/// one follows OIDs.
fn fill_shells(pieces: &mut Vec<Piece>) {
    while let Some(at) = pieces.iter().position(|piece| piece.text.starts_with(REPLACED_VIEW)) {
        let mut view = pieces.remove(at);
        view.text = view.text.replacen(REPLACED_VIEW, "CREATE VIEW ", 1);
        let head = view.text.split_inclusive(" AS\n").next().unwrap_or(&view.text);
        if let Some(shell) = pieces[..at].iter().position(|piece| piece.text.starts_with(head)) {
            pieces[shell] = view;
        } else {
            view.text.insert_str(0, "-- without a shell\n");
            pieces.insert(at, view);
        }
    }
}

fn is_noise(statement: &str) -> bool {
    let sets = |rest: &str| {
        SETTINGS.iter().any(|name| rest.strip_prefix(name).is_some_and(|r| r.starts_with(" = ")))
    };
    statement == SEARCH_PATH
        || statement.strip_prefix("SET ").is_some_and(sets)
        || statement.starts_with("\\restrict ")
        || statement.starts_with("\\unrestrict ")
}

/// A statement in its final form, with what decides on its place.
struct Piece {
    text: String,
    /// Equal in neighbours that differ in their column only.
    columns_of: Option<String>,
    /// Equal in neighbours that grant or revoke on the same object.
    grants_on: Option<String>,
}

impl Piece {
    fn new(statement: &Statement<'_>, options: Options) -> Self {
        let sorted = options.ignore_column_order.then(|| statement.with_sorted_columns()).flatten();
        Self {
            text: sorted.unwrap_or_else(|| statement.text()),
            columns_of: statement.columns_of(),
            grants_on: statement.grants_on(),
        }
    }
}

/// Sorts each run of neighbours with the same key; what takes away stays first.
fn sort_runs(pieces: &mut [Piece], key: impl Fn(&Piece) -> Option<&str>) {
    for run in pieces.chunk_by_mut(|a, b| key(a).is_some() && key(a) == key(b)) {
        run.sort_by(|a, b| {
            let takes = |piece: &Piece| piece.text.starts_with("REVOKE");
            takes(b).cmp(&takes(a)).then_with(|| a.text.cmp(&b.text))
        });
    }
}

/// Makes one piece of the grants of a grantor who is not the owner.
fn join_grantors(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    let mut open = false;
    for piece in pieces {
        let closes = piece.text == GRANTOR_ENDS;
        if let Some(last) = joined.last_mut().filter(|_| open) {
            let _ = write!(last.text, "\n{}", piece.text);
            last.grants_on = last.grants_on.take().or(piece.grants_on);
        } else {
            open = piece.text.starts_with(GRANTOR);
            joined.push(piece);
        }
        open &= !closes;
    }
    joined
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Comment,
    /// A string, a quoted name or a dollar-quoted body.
    Quoted,
    Word,
    /// Any other character.
    Sign,
}

#[derive(Debug)]
struct Token<'a> {
    kind: Kind,
    text: Cow<'a, str>,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// By how much the token changes the depth of parentheses and brackets.
    fn step(&self) -> isize {
        match (self.kind, self.text.as_ref()) {
            (Kind::Sign, "(" | "[") => 1,
            (Kind::Sign, ")" | "]") => -1,
            _ => 0,
        }
    }
}

/// The statements of a script; comments are gone, and so are blank lines outside quotes.
fn split(script: &str) -> Vec<Statement<'_>> {
    let mut splitter = Splitter::default();
    let mut rest = script;
    while !rest.is_empty() {
        let command = splitter.current.tokens.is_empty() && rest.starts_with('\\');
        let (kind, length) = if command { (Kind::Sign, line(rest)) } else { lex(rest) };
        let (text, tail) = rest.split_at(length);
        rest = tail;
        splitter.take(kind, text);
        if command {
            splitter.end();
        }
    }
    splitter.end();
    splitter.statements
}

#[derive(Default)]
struct Splitter<'a> {
    statements: Vec<Statement<'a>>,
    current: Statement<'a>,
    space: String,
    /// Open parentheses.
    depth: isize,
    /// Open BEGIN ATOMIC and CASE, which END closes.
    blocks: usize,
}

impl<'a> Splitter<'a> {
    fn take(&mut self, kind: Kind, text: &'a str) {
        match kind {
            Kind::Space => return self.space.push_str(text),
            Kind::Comment if self.space.is_empty() => return self.space.push(' '),
            Kind::Comment => return,
            Kind::Quoted | Kind::Word | Kind::Sign => {}
        }
        let space = mem::take(&mut self.space);
        if !self.current.tokens.is_empty() && !space.is_empty() {
            // of several lines only the last one's indentation stays
            let text = space.rfind('\n').map_or(space.as_str(), |at| &space[at..]).to_owned();
            self.current.tokens.push(Token { kind: Kind::Space, text: text.into() });
        }
        let token = Token { kind, text: text.into() };
        self.depth += token.step();
        if token.is("ATOMIC") && self.current.last_word_is("BEGIN")
            || token.is("CASE") && self.blocks > 0
        {
            self.blocks += 1;
        } else if token.is("END") {
            self.blocks = self.blocks.saturating_sub(1);
        }
        let ends = token.text == ";" && self.depth <= 0 && self.blocks == 0;
        self.current.tokens.push(token);
        if ends {
            self.end();
        }
    }

    fn end(&mut self) {
        let statement = mem::take(&mut self.current);
        if statement.tokens.iter().any(|token| token.text != ";") {
            self.statements.push(statement);
        }
        self.space.clear();
        self.depth = 0;
        self.blocks = 0;
    }
}

/// The kind and the length of the first token.
fn lex(text: &str) -> (Kind, usize) {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let length_of =
        |belongs: &dyn Fn(char) -> bool| text.find(|c: char| !belongs(c)).unwrap_or(text.len());
    let Some(first) = text.chars().next() else { return (Kind::Space, 0) };
    match first {
        _ if first.is_whitespace() => (Kind::Space, length_of(&char::is_whitespace)),
        '-' if text.starts_with("--") => (Kind::Comment, line(text)),
        '/' if text.starts_with("/*") => (Kind::Comment, block_comment(text)),
        '\'' | '"' => (Kind::Quoted, quoted(text, first, false)),
        '$' => dollar_quoted(text).map_or((Kind::Sign, 1), |length| (Kind::Quoted, length)),
        _ if is_word(first) => {
            let length = length_of(&is_word);
            let (word, rest) = text.split_at(length);
            if word.eq_ignore_ascii_case("e") && rest.starts_with('\'') {
                (Kind::Quoted, length + quoted(rest, '\'', true))
            } else {
                (Kind::Word, length)
            }
        }
        _ => (Kind::Sign, first.len_utf8()),
    }
}

fn line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// Comments nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(found) = text[at..].find(['/', '*']).map(|offset| at + offset) {
        let pair = &text.as_bytes()[found..];
        if pair.starts_with(b"/*") {
            depth += 1;
        } else if pair.starts_with(b"*/") {
            depth -= 1;
        } else {
            at = found + 1;
            continue;
        }
        at = found + 2;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// A doubled quote does not end the text; nor does one after a backslash, in an E'' string.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let skips = c == '\\' && escapes
            || c == quote && chars.peek().is_some_and(|&(_, next)| next == quote);
        if skips {
            chars.next();
        } else if c == quote {
            return at + quote.len_utf8();
        }
    }
    text.len()
}

fn dollar_quoted(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('$')?;
    let length = inner.find('$')?;
    let tag = &inner[..length];
    if tag.starts_with(|c: char| c.is_ascii_digit())
        || !tag.chars().all(|c| c.is_alphanumeric() || c == '_')
    {
        return None;
    }
    let delimiter = &text[..length + 2];
    let body = &text[delimiter.len()..];
    Some(body.find(delimiter).map_or(text.len(), |end| 2 * delimiter.len() + end))
}

#[derive(Debug, Default)]
struct Statement<'a> {
    tokens: Vec<Token<'a>>,
}

impl Statement<'_> {
    fn text(&self) -> String {
        text_of(&self.tokens)
    }

    fn starts_with(&self, words: &[&str]) -> bool {
        let solid = self.tokens.iter().filter(|token| token.kind != Kind::Space);
        solid.zip(words).filter(|(token, word)| token.is(word)).count() == words.len()
    }

    fn last_word_is(&self, word: &str) -> bool {
        last_solid(&self.tokens).is_some_and(|token| token.is(word))
    }

    /// The places of these words, one after the other, outside parentheses.
    fn find(&self, words: &[&[&str]]) -> Option<Vec<usize>> {
        let mut depth = 0;
        let mut found = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            depth += token.step();
            let Some(wanted) = words.get(found.len()) else { break };
            if depth == 0 && wanted.iter().any(|word| token.is(word)) {
                found.push(at);
            }
        }
        (found.len() == words.len()).then_some(found)
    }

    /// The tokens between the parenthesis at `open` and its partner, and the partner's place.
    fn inside(&self, open: usize) -> Option<(&[Token<'_>], usize)> {
        let mut depth = 0;
        let close = open
            + self.tokens[open..].iter().position(|token| {
                depth += token.step();
                depth == 0
            })?;
        Some((&self.tokens[open + 1..close], close))
    }

    /// Debian's 15.20 server gives each new column an option `pg_attver`, which is not schema.
    /// Nothing, when the statement sets nothing else.
    fn without_attver(mut self) -> Option<Self> {
        let names_it = |token: &Token<'_>| token.is("pg_attver");
        if !self.starts_with(&["ALTER"]) || !self.tokens.iter().any(names_it) {
            return Some(self);
        }
        let Some((open, close, kept)) = self
            .find(&[&["ALTER"], &["COLUMN"], &["SET"]])
            .and_then(|at| {
                self.tokens.iter().skip(at[2]).position(|t| t.text == "(").map(|p| at[2] + p)
            })
            .and_then(|open| {
                let (options, close) = self.inside(open)?;
                let mut options = items(options);
                options.retain(|option| !option.starts_with("pg_attver="));
                Some((open, close, options))
            })
        else {
            return Some(self);
        };
        let list = Token { kind: Kind::Sign, text: kept.join(", ").into() };
        self.tokens.splice(open + 1..close, [list]);
        (!kept.is_empty()).then_some(self)
    }

    /// Storage parameters and options in the order of their names: theirs is history, not schema.
    fn with_sorted_options(mut self) -> Self {
        let mut depth = 0;
        let mut lists = Vec::new();
        let mut before = None;
        for (at, token) in self.tokens.iter().enumerate() {
            let opens = token.text == "(" && depth == 0;
            if opens && before.is_some_and(|t: &Token<'_>| t.is("WITH") || t.is("OPTIONS")) {
                lists.push(at);
            }
            depth += token.step();
            before = Some(token).filter(|token| token.kind != Kind::Space).or(before);
        }
        for open in lists.into_iter().rev() {
            let Some((list, close)) = self.inside(open) else { continue };
            let mut options = items(list);
            options.sort();
            let list = Token { kind: Kind::Sign, text: options.join(", ").into() };
            self.tokens.splice(open + 1..close, [list]);
        }
        self
    }

    /// The text with the columns in the order of their definitions, then the constraints;
    /// nothing, when the statement defines no columns.
    fn with_sorted_columns(&self) -> Option<String> {
        let is_type = self.starts_with(&["CREATE", "TYPE"]);
        let is_table = self.starts_with(&["CREATE", "TABLE"])
            || self.starts_with(&["CREATE", "UNLOGGED", "TABLE"])
            || self.starts_with(&["CREATE", "FOREIGN", "TABLE"]);
        if !is_table && !is_type {
            return None;
        }
        let open = self.tokens.iter().position(|token| token.text == "(")?;
        let (head, tail) = self.tokens.split_at(open);
        let indent = tail.get(1).filter(|token| token.text.starts_with('\n'))?;
        if is_type && !last_solid(head).is_some_and(|token| token.is("AS")) {
            return None;
        }
        let (body, close) = self.inside(open)?;
        let mut parts = items(body);
        parts.sort_by_key(|part| (part.starts_with("CONSTRAINT "), part.clone()));
        let body = parts.join(&format!(",{}", indent.text));
        let (head, tail) = (text_of(head), text_of(&self.tokens[close..]));
        Some(format!("{head}({}{body}\n{tail}", indent.text))
    }

    /// Statements for single columns come in the order of the columns.
    fn columns_of(&self) -> Option<String> {
        if self.starts_with(&["COMMENT", "ON", "COLUMN"]) {
            return Some("comments".to_owned());
        }
        if self.starts_with(&["SECURITY", "LABEL"]) {
            return self.find(&[&["ON"], &["COLUMN"]]).map(|_| "labels".to_owned());
        }
        if self.starts_with(&["GRANT"]) || self.starts_with(&["REVOKE"]) {
            let names_columns = |on: usize| self.tokens[..on].iter().any(|t| t.text == "(");
            return self
                .find(&[&["ON"]])
                .filter(|at| names_columns(at[0]))
                .and_then(|_| self.grants_on());
        }
        let at = self.find(&[&["ALTER"], &["TABLE"], &["ONLY"], &["ALTER"], &["COLUMN"]])?;
        (at[0] == 0).then(|| text_of(&self.tokens[..at[3]]))
    }

    /// The object of a GRANT or REVOKE, alone or in default privileges.
    fn grants_on(&self) -> Option<String> {
        let verbs: &[&str] = &["GRANT", "REVOKE"];
        let at = self.find(&[verbs, &["ON"], &["TO", "FROM"]])?;
        let defaults = self.starts_with(&["ALTER", "DEFAULT", "PRIVILEGES"]);
        (at[0] == 0 || defaults)
            .then(|| text_of(&self.tokens[..at[0]]) + &text_of(&self.tokens[at[1]..at[2]]))
    }
}

fn text_of(tokens: &[Token<'_>]) -> String {
    tokens.iter().map(|token| token.text.as_ref()).collect()
}

fn last_solid<'a, 'b>(tokens: &'b [Token<'a>]) -> Option<&'b Token<'a>> {
    tokens.iter().rfind(|token| token.kind != Kind::Space)
}

/// The parts between the commas of a list.
fn items(tokens: &[Token<'_>]) -> Vec<String> {
    let mut depth = 0;
    tokens
        .split(|token| {
            depth += token.step();
            depth == 0 && token.text == ","
        })
        .map(|part| text_of(part).trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}
