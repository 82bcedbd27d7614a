//! The little language in which the families of objects are written.
//!
//! `[a|b]` is a choice, `[!a|b]` one that no edit draws again; `@15 ` at the head of an alternative
//! asks for that major. `{t=table}` binds a variable, which is one letter, to an object of a class,
//! `{c=t.int!d}` to a part of `t` other than `d`; a class alone prints what it was bound to.
//! `{t}` prints what is bound, `{t>name}` something of it, `{k>c}` what it has bound itself.
//! `{self}` and words like `{name}` are the object's own. `\` takes the next character as it is.
//! The variable `t` at the head of a text is the whole that the object is a part of.

use std::iter::Peekable;
use std::str::Chars;

/// A family of objects: all that can be made of one text.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    /// The classes that it belongs to. `once:x`: one of the class `x` for each `t`; `late`: it
    /// comes after all that is not.
    pub(crate) words: &'static str,
    /// How COMMENT and ALTER call it.
    pub(crate) address: &'static str,
    pub(crate) sql: &'static str,
}

/// A line of a table of families.
pub(crate) const fn family(
    name: &'static str,
    words: &'static str,
    address: &'static str,
    sql: &'static str,
) -> Family {
    Family { name, words, address, sql }
}

#[derive(Debug)]
pub(crate) enum Token {
    Text(String),
    Choice(Choice),
    Pick(Pick),
    /// Something of what a variable is bound to; of the object itself without one.
    Show(Option<char>, String),
}

impl Token {
    /// Whether something is drawn for it.
    pub(crate) fn draws(&self) -> bool {
        matches!(self, Self::Choice(_) | Self::Pick(_))
    }
}

#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) fixed: bool,
    pub(crate) alternatives: Vec<Alternative>,
}

#[derive(Debug)]
pub(crate) struct Alternative {
    pub(crate) since: u32,
    pub(crate) tokens: Vec<Token>,
}

#[derive(Debug)]
pub(crate) struct Pick {
    pub(crate) variable: Option<char>,
    pub(crate) whole: Option<char>,
    pub(crate) class: String,
    pub(crate) others: Vec<char>,
}

/// Takes a text apart; what it cannot read is a mistake in a table.
pub(crate) fn parse(text: &str) -> Vec<Token> {
    let mut chars = text.chars().peekable();
    let tokens = sequence(&mut chars);
    assert!(chars.next().is_none(), "a bracket too many: {text}");
    tokens
}

fn sequence(chars: &mut Peekable<Chars<'_>>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut plain = String::new();
    while let Some(&next) = chars.peek() {
        if next == '|' || next == ']' {
            break;
        }
        chars.next();
        let token = match next {
            '\\' => {
                plain.push(chars.next().expect("a character after the backslash"));
                continue;
            }
            '[' => choice(chars),
            '{' => tag(&chars.by_ref().take_while(|c| *c != '}').collect::<String>()),
            other => {
                plain.push(other);
                continue;
            }
        };
        if !plain.is_empty() {
            tokens.push(Token::Text(std::mem::take(&mut plain)));
        }
        tokens.push(token);
    }
    if !plain.is_empty() {
        tokens.push(Token::Text(plain));
    }
    tokens
}

fn choice(chars: &mut Peekable<Chars<'_>>) -> Token {
    let fixed = chars.next_if_eq(&'!').is_some();
    let mut alternatives = Vec::new();
    loop {
        let mut since = String::new();
        if chars.next_if_eq(&'@').is_some() {
            since = chars.by_ref().take_while(|c| *c != ' ').collect();
        }
        let since = since.parse().unwrap_or(0);
        alternatives.push(Alternative { since, tokens: sequence(chars) });
        match chars.next() {
            Some('|') => {}
            Some(']') => break,
            _ => panic!("an open bracket"),
        }
    }
    Token::Choice(Choice { fixed, alternatives })
}

/// Words that are no classes.
const OWN: [&str; 5] = ["self", "name", "raw", "schema", "regclass"];

fn tag(text: &str) -> Token {
    let letter = |text: &str| {
        let mut chars = text.chars();
        chars.next().filter(|_| chars.next().is_none())
    };
    if OWN.contains(&text) {
        return Token::Show(None, text.to_owned());
    }
    if let Some((variable, what)) = text.split_once('>') {
        return Token::Show(letter(variable), what.to_owned());
    }
    if letter(text).is_some() {
        return Token::Show(letter(text), "self".to_owned());
    }
    let (variable, rest) =
        text.split_once('=').map_or((None, text), |(variable, rest)| (letter(variable), rest));
    let mut parts = rest.split('!');
    let class = parts.next().expect("a class");
    let (whole, class) =
        class.split_once('.').map_or((None, class), |(whole, class)| (letter(whole), class));
    let others = parts.filter_map(letter).collect();
    Token::Pick(Pick { variable, whole, class: class.to_owned(), others })
}
