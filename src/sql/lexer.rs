//! SQL text cut into tokens by the server's own lexical rules.
//!
//! Any input is cut, also one that is no SQL: what is open at the end of the text becomes one last
//! token, and a character that starts nothing else is punctuation.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Blanks and line breaks.
    Whitespace,
    /// A `--` comment without its line break, or a nested `/* */` comment.
    Comment,
    /// A word without quotes: a name or a keyword.
    Identifier,
    /// `".."` or `U&".."`.
    QuotedIdentifier,
    /// `'..'` with any prefix (`E`, `U&`, `B`, `X`, `N`), together with the parts of the same
    /// constant on following lines.
    String,
    /// `$tag$..$tag$`.
    DollarString,
    /// A number without sign.
    Number,
    /// `$1`.
    Parameter,
    /// A run of operator characters that the server reads as one operator.
    Operator,
    /// Parentheses, brackets, comma, semicolon, dot, colon, `::`, `:=`, and all that is left over.
    Punctuation,
}

impl TokenKind {
    /// Whether the token means something to the server, unlike blanks and comments.
    pub fn is_significant(self) -> bool {
        !matches!(self, Self::Whitespace | Self::Comment)
    }
}

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// Its characters as they stand in the text; never empty.
    pub text: &'a str,
    /// The byte of the text at which it starts.
    pub start: usize,
}

/// All tokens of `sql`; their texts joined together are `sql`.
pub fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut start = 0;
    while let Some(token) = token_at(sql, start) {
        start += token.text.len();
        out.push(token);
    }
    out
}

/// The token that starts at byte `start`, none at the end of the text.
pub(super) fn token_at(sql: &str, start: usize) -> Option<Token<'_>> {
    let rest = after(sql, start);
    let first = rest.chars().next()?;
    let (kind, len) = scan(rest, first);
    // A length never falls inside a character; should it, the rest is the token.
    let text = rest.get(..len).unwrap_or(rest);
    Some(Token { kind, text, start })
}

/// Kind and length of the token that `rest` starts with.
fn scan(rest: &str, first: char) -> (TokenKind, usize) {
    if is_space(first) {
        return (TokenKind::Whitespace, span(rest, is_space));
    }
    if rest.starts_with("--") {
        return (TokenKind::Comment, span(rest, |c| c != '\n' && c != '\r'));
    }
    if rest.starts_with("/*") {
        return (TokenKind::Comment, block_comment(rest));
    }
    if let Some(found) = quoted(rest) {
        return found;
    }
    if is_word_start(first) {
        return (TokenKind::Identifier, span(rest, |c| is_word(c) || c == '$'));
    }
    if first == '$' {
        return dollar(rest);
    }
    let digit_follows = after(rest, 1).starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_digit() || (first == '.' && digit_follows) {
        return (TokenKind::Number, number(rest));
    }
    if is_operator(first) {
        return (TokenKind::Operator, operator(rest));
    }
    let pair = ["::", ":=", ".."].iter().any(|pair| rest.starts_with(pair));
    (TokenKind::Punctuation, if pair { 2 } else { first.len_utf8() })
}

/// A constant or a name in quotes, with its prefix.
fn quoted(rest: &str) -> Option<(TokenKind, usize)> {
    let head = rest.as_bytes();
    let prefix = match head.first()? {
        b'\'' | b'"' => 0,
        b'e' | b'E' | b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if head.get(1) == Some(&b'\'') => 1,
        b'u' | b'U' if matches!((head.get(1)?, head.get(2)?), (b'&', b'\'' | b'"')) => 2,
        _ => return None,
    };
    let body = after(rest, prefix);
    if body.starts_with('"') {
        return Some((
            TokenKind::QuotedIdentifier,
            prefix + 1 + closing(after(body, 1), '"', false),
        ));
    }
    let escapes = prefix == 1 && rest.starts_with(['e', 'E']);
    let mut len = 1 + closing(after(body, 1), '\'', escapes);
    // The parts on later lines follow the rules of the first, so a backslash in them may hide a
    // quote: they have to be read here.
    while let Some(gap) = gap_before_next_part(after(body, len)) {
        len += gap + 1;
        len += closing(after(body, len), '\'', escapes);
    }
    Some((TokenKind::String, prefix + len))
}

/// Length up to and with the quote that closes, all if none does; a doubled quote is a character.
fn closing(body: &str, quote: char, escapes: bool) -> usize {
    let mut chars = body.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    body.len()
}

/// Blanks and line comments with a line break among them, then a quote: the constant goes on.
fn gap_before_next_part(rest: &str) -> Option<usize> {
    let mut len = 0;
    let mut broken = false;
    loop {
        let here = after(rest, len);
        if here.starts_with("--") {
            len += span(here, |c| c != '\n' && c != '\r');
        } else if here.starts_with(is_space) {
            let blanks = span(here, is_space);
            broken |= here.get(..blanks).is_some_and(|text| text.contains(['\n', '\r']));
            len += blanks;
        } else {
            return (broken && here.starts_with('\'')).then_some(len);
        }
    }
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(step) = after(rest, at).find(['/', '*']) {
        at += step;
        let here = after(rest, at);
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// `$1`, `$tag$..$tag$`, or a lone dollar.
fn dollar(rest: &str) -> (TokenKind, usize) {
    let inner = after(rest, 1);
    let digits = span(inner, |c| c.is_ascii_digit());
    if digits > 0 {
        return (TokenKind::Parameter, 1 + digits);
    }
    let tag = span(inner, is_word);
    if !after(inner, tag).starts_with('$') {
        return (TokenKind::Punctuation, 1);
    }
    let width = tag + 2;
    let delimiter = rest.get(..width).unwrap_or(rest);
    let len = after(rest, width).find(delimiter).map_or(rest.len(), |at| width + at + width);
    (TokenKind::DollarString, len)
}

fn number(rest: &str) -> usize {
    let radix = rest.get(..2).unwrap_or_default().to_ascii_lowercase();
    if matches!(radix.as_str(), "0x" | "0o" | "0b") {
        let digits = span(after(rest, 2), |c| c.is_ascii_hexdigit() || c == '_');
        if digits > 0 {
            return 2 + digits;
        }
    }
    let digits = |c: char| c.is_ascii_digit() || c == '_';
    let mut len = span(rest, digits);
    // `1..10` is a range of two whole numbers.
    if after(rest, len).starts_with('.') && !after(rest, len).starts_with("..") {
        len += 1;
        len += span(after(rest, len), digits);
    }
    let exponent = after(rest, len);
    if exponent.starts_with(['e', 'E']) {
        let sign = 1 + usize::from(after(exponent, 1).starts_with(['+', '-']));
        let power = span(after(exponent, sign), |c| c.is_ascii_digit());
        if power > 0 {
            len += sign + power;
        }
    }
    len
}

/// The server's rule: a comment ends the run, and a sign at its end belongs to what follows unless
/// the operator has a character that no operator of the SQL standard has.
fn operator(rest: &str) -> usize {
    let run = rest.get(..span(rest, is_operator)).unwrap_or(rest);
    let end = ["--", "/*"].iter().filter_map(|comment| run.find(comment)).min();
    let mut run = run.get(..end.unwrap_or(run.len())).unwrap_or(run);
    while let Some(shorter) = run.strip_suffix(['+', '-']) {
        if shorter.is_empty()
            || shorter.contains(['~', '!', '@', '#', '^', '&', '|', '`', '?', '%'])
        {
            break;
        }
        run = shorter;
    }
    run.len()
}

fn after(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

fn span(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn is_word(c: char) -> bool {
    is_word_start(c) || c.is_ascii_digit()
}

fn is_operator(c: char) -> bool {
    "~!@#^&|`?+-*/%<>=".contains(c)
}

#[cfg(test)]
mod tests;
