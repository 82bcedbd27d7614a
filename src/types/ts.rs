//! TypeScript: types, and how they are laid out.
//!
//! Lines are broken as prettier breaks them (80 columns, no semicolons), so that a formatter in a
//! user's repository finds nothing to change.

use std::fmt::Write as _;

/// How wide a line may be.
pub(super) const WIDTH: usize = 80;

/// A type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Ts {
    /// What never breaks: a keyword, a string, a reference.
    Word(String),
    /// Fields with their written keys; whether each stands on a line of its own in any case.
    Object(Vec<(String, Ts)>, bool),
    /// `a | b`.
    Union(Vec<Ts>),
    /// `a & b`.
    Both(Vec<Ts>),
    /// `a[]`.
    Array(Box<Ts>),
    /// `[a, b]`.
    Tuple(Vec<Ts>),
}

impl Ts {
    /// A keyword or a reference.
    pub(super) fn word(text: &str) -> Self {
        Self::Word(text.to_owned())
    }

    /// An object with a line for each field.
    pub(super) fn open(fields: Vec<(String, Self)>) -> Self {
        Self::Object(fields, true)
    }

    /// The same, which has no field at all when it is empty.
    pub(super) fn listed(fields: impl Iterator<Item = (String, Self)>) -> Self {
        let fields: Vec<_> = fields.collect();
        if fields.is_empty() {
            return Self::open(vec![("[_ in never]".to_owned(), Self::word("never"))]);
        }
        Self::open(fields)
    }

    /// One of several; of one alone, that one.
    pub(super) fn union(members: Vec<Self>) -> Self {
        let mut flat = Vec::new();
        for member in members {
            match member {
                Self::Union(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 { flat.swap_remove(0) } else { Self::Union(flat) }
    }

    /// The same or null.
    pub(super) fn or_null(self) -> Self {
        Self::union(vec![self, Self::word("null")])
    }

    /// An array of it.
    pub(super) fn array(self) -> Self {
        Self::Array(Box::new(self))
    }

    /// In one line, where it may stand in one.
    fn flat(&self) -> Option<String> {
        let all = |list: &[Self]| list.iter().map(Self::flat).collect::<Option<Vec<_>>>();
        Some(match self {
            Self::Word(word) => word.clone(),
            Self::Object(fields, _) if fields.is_empty() => "{}".to_owned(),
            Self::Object(_, true) => return None,
            Self::Object(fields, false) => {
                let field = |(key, of): &(String, Self)| Some(format!("{key}: {}", of.flat()?));
                let fields = fields.iter().map(field).collect::<Option<Vec<_>>>()?;
                format!("{{ {} }}", fields.join("; "))
            }
            Self::Union(members) => all(members)?.join(" | "),
            Self::Both(members) => all(members)?.join(" & "),
            Self::Array(of) => match **of {
                Self::Union(_) | Self::Both(_) => format!("({})[]", of.flat()?),
                _ => format!("{}[]", of.flat()?),
            },
            Self::Tuple(members) => format!("[{}]", all(members)?.join(", ")),
        })
    }

    /// Objects stay on the line of the union when all else in it is null.
    fn hugs(members: &[Self]) -> bool {
        let objects = members.iter().filter(|member| matches!(member, Self::Object(..))).count();
        let nulls = members.iter().filter(|member| **member == Self::word("null")).count();
        objects == 1 && objects + nulls == members.len()
    }
}

/// Whether a comma ends what stands on lines of its own, as in a value, or nothing, as in a type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Nothing,
    Comma,
}

struct Writer {
    text: String,
    ending: Ending,
}

impl Writer {
    fn column(&self) -> usize {
        let line = self.text.rsplit('\n').next().unwrap_or_default();
        line.chars().count()
    }

    fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', indent));
    }

    /// Whether it fits into the rest of the line, with `tail` characters behind it.
    fn fits(&self, flat: Option<&String>, tail: usize) -> bool {
        flat.is_some_and(|flat| self.column() + flat.chars().count() + tail <= WIDTH)
    }

    fn write(&mut self, ts: &Ts, indent: usize, tail: usize) {
        let flat = ts.flat();
        match (&flat, ts) {
            (Some(flat), Ts::Word(_)) => self.text += flat,
            (Some(text), _) if self.fits(flat.as_ref(), tail) => self.text += text,
            (_, Ts::Word(_)) => {}
            (_, Ts::Object(fields, _)) => self.object(fields, indent),
            (_, Ts::Union(members)) if Ts::hugs(members) => self.joined(members, " | ", indent),
            (_, Ts::Union(members)) => self.members(members, indent),
            (_, Ts::Both(members)) => self.joined(members, " & ", indent),
            (_, Ts::Array(of)) => {
                let parentheses = matches!(**of, Ts::Union(_) | Ts::Both(_));
                if parentheses {
                    self.text.push('(');
                }
                self.write(of, indent, 2);
                if parentheses {
                    self.line(indent);
                    self.text.push(')');
                }
                self.text += "[]";
            }
            (_, Ts::Tuple(members)) => {
                self.text.push('[');
                for member in members {
                    self.line(indent + 2);
                    self.write(member, indent + 2, 1);
                    self.text.push(',');
                }
                self.line(indent);
                self.text.push(']');
            }
        }
    }

    fn object(&mut self, fields: &[(String, Ts)], indent: usize) {
        self.text.push('{');
        for (key, of) in fields {
            self.line(indent + 2);
            self.text += key;
            self.text.push(':');
            let flat = of.flat();
            let comma = usize::from(self.ending == Ending::Comma);
            match of {
                Ts::Union(members)
                    if !Ts::hugs(members) && !self.fits(flat.as_ref(), 1 + comma) =>
                {
                    self.members(members, indent + 2);
                }
                _ => {
                    self.text.push(' ');
                    self.write(of, indent + 2, comma);
                }
            }
            if self.ending == Ending::Comma {
                self.text.push(',');
            }
        }
        self.line(indent);
        self.text.push('}');
    }

    /// Members with a line each.
    fn members(&mut self, members: &[Ts], indent: usize) {
        for member in members {
            self.line(indent + 2);
            self.text += "| ";
            self.write(member, indent + 4, 0);
        }
    }

    fn joined(&mut self, members: &[Ts], separator: &str, indent: usize) {
        for (at, member) in members.iter().enumerate() {
            if at > 0 {
                self.text += separator;
            }
            self.write(member, indent, 0);
        }
    }
}

/// `head` with the type behind it.
pub(super) fn statement(head: &str, ts: &Ts) -> String {
    let mut writer = Writer { text: head.to_owned(), ending: Ending::Nothing };
    writer.write(ts, 0, 0);
    writer.text + "\n"
}

/// Objects, lists and strings as a value.
pub(super) fn value(ts: &Ts) -> String {
    let mut writer = Writer { text: String::new(), ending: Ending::Comma };
    writer.write(ts, 0, 0);
    writer.text
}

/// The key of a field: bare where it is an identifier.
pub(super) fn key(name: &str) -> String {
    let mut chars = name.chars();
    let head = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$');
    if chars.next().is_some_and(head) && chars.all(|c| head(c) || c.is_ascii_digit()) {
        return name.to_owned();
    }
    string(name)
}

/// A string literal, in the quotes that take fewer escapes. Characters that would break or turn the
/// line are escaped.
pub(super) fn string(text: &str) -> String {
    let count = |quote: char| text.chars().filter(|c| *c == quote).count();
    let quote = if count('"') > count('\'') { '\'' } else { '"' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            '\u{8}' => out += "\\b",
            '\u{c}' => out += "\\f",
            c if c == quote => out.extend(['\\', c]),
            c if c.is_control() || is_hidden(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// Line separators, and marks that turn the direction or cannot be seen.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
