//! Schemas as plain data: objects, each with what was drawn for its family's text.

use super::families::enabled;
use super::grammar::{Family, Token, parse};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A family, taken apart.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) family: &'static Family,
    pub(crate) tokens: Vec<Token>,
    address: Vec<Token>,
}

/// All families that are switched on.
pub(crate) static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    enabled()
        .map(|family| Rule { family, tokens: parse(family.sql), address: parse(family.address) })
        .collect()
});

impl Rule {
    pub(crate) fn words(&self) -> impl Iterator<Item = &'static str> {
        self.family.words.split(' ').map(|word| word.strip_prefix("once:").unwrap_or(word))
    }

    /// The class of which one object is enough.
    pub(crate) fn once(&self) -> Option<&'static str> {
        self.family.words.split(' ').find_map(|word| word.strip_prefix("once:"))
    }

    pub(crate) fn is(&self, class: &str) -> bool {
        class == self.family.name || self.words().any(|word| word == class)
    }

    /// The first word of its objects' kind; one sort of table cannot become another.
    pub(crate) fn sort(&self) -> &'static str {
        let kind = self.family.address.trim_start_matches("FOREIGN ");
        kind.split(' ').next().unwrap_or_default()
    }

    /// Whether its objects lie in a schema themselves.
    pub(crate) fn in_schema(&self) -> bool {
        self.family.sql.contains("{self}") || self.family.sql.contains("{schema}")
    }

    /// The class of wholes whose parts its objects are.
    pub(crate) fn whole(&self) -> Option<&str> {
        match self.tokens.first() {
            Some(Token::Pick(pick)) if pick.variable == Some('t') => Some(&pick.class),
            _ => None,
        }
    }
}

/// What was drawn for a choice or a pick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Drawn {
    Choice(usize, Vec<Drawn>),
    Item(u32),
}

#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) rule: &'static Rule,
    pub(crate) name: String,
    /// Its schema, where it is not `public`.
    pub(crate) schema: Option<u32>,
    pub(crate) drawn: Vec<Drawn>,
}

impl Item {
    /// What its variables are bound to.
    pub(crate) fn variables(&self) -> BTreeMap<char, u32> {
        let mut variables = BTreeMap::new();
        bind(&self.rule.tokens, &self.drawn, &mut variables);
        variables
    }

    /// The whole that it is a part of.
    pub(crate) fn whole(&self) -> Option<u32> {
        self.rule.whole().and_then(|_| self.variables().get(&'t').copied())
    }

    /// All that it cannot be without.
    pub(crate) fn needs(&self) -> BTreeSet<u32> {
        fn collect(drawn: &[Drawn], needs: &mut BTreeSet<u32>) {
            for drawn in drawn {
                match drawn {
                    Drawn::Choice(_, inner) => collect(inner, needs),
                    Drawn::Item(id) => {
                        needs.insert(*id);
                    }
                }
            }
        }
        let mut needs: BTreeSet<u32> = self.schema.into_iter().collect();
        collect(&self.drawn, &mut needs);
        needs
    }
}

/// What a text binds, from left to right.
fn bind(tokens: &[Token], drawn: &[Drawn], variables: &mut BTreeMap<char, u32>) {
    let mut drawn = drawn.iter();
    for token in tokens {
        match (token, token.draws().then(|| drawn.next()).flatten()) {
            (Token::Choice(choice), Some(Drawn::Choice(at, inner))) => {
                bind(&choice.alternatives[*at].tokens, inner, variables);
            }
            (Token::Pick(pick), Some(Drawn::Item(id))) => {
                variables.extend(pick.variable.map(|variable| (variable, *id)));
            }
            _ => {}
        }
    }
}

/// Objects by number; what was made later has a higher one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    pub(crate) items: BTreeMap<u32, Item>,
}

impl Schema {
    /// An object with all that needs it, however indirectly.
    pub(crate) fn dependents(&self, id: u32) -> BTreeSet<u32> {
        let mut found = BTreeSet::from([id]);
        loop {
            let size = found.len();
            for (other, item) in &self.items {
                if !item.needs().is_disjoint(&found) {
                    found.insert(*other);
                }
            }
            if found.len() == size {
                return found;
            }
        }
    }

    /// The script that makes it in an empty database.
    pub(crate) fn script(&self) -> String {
        let mut done = BTreeSet::new();
        let mut order = Vec::new();
        for late in [false, true] {
            for (id, item) in &self.items {
                if item.rule.is("late") == late {
                    self.visit(*id, &mut done, &mut order);
                }
            }
        }
        order.iter().fold(String::new(), |script, id| script + &self.sql(*id) + ";\n")
    }

    fn visit(&self, id: u32, done: &mut BTreeSet<u32>, order: &mut Vec<u32>) {
        if done.insert(id) {
            for need in self.items[&id].needs() {
                self.visit(need, done, order);
            }
            order.push(id);
        }
    }

    /// The statements of one object.
    pub(crate) fn sql(&self, id: u32) -> String {
        let item = &self.items[&id];
        let mut text = Text { schema: self, item, variables: BTreeMap::new(), out: String::new() };
        text.write(&item.rule.tokens, &item.drawn);
        text.out
    }

    /// How COMMENT calls it.
    fn address(&self, item: &Item) -> String {
        let variables = item.variables();
        let mut text = Text { schema: self, item, variables, out: String::new() };
        text.write(&item.rule.address, &[]);
        text.out
    }

    fn schema_name(&self, item: &Item) -> String {
        item.schema.map_or_else(|| "public".to_owned(), |id| quoted(&self.items[&id].name))
    }

    /// What `{x>what}` prints.
    fn show(&self, item: &Item, what: &str) -> String {
        let qualified = || {
            let name = quoted(&item.name);
            let inside = item.rule.in_schema();
            if inside { format!("{}.{name}", self.schema_name(item)) } else { name }
        };
        match what {
            "self" => qualified(),
            "address" => self.address(item),
            "name" => quoted(&item.name),
            "raw" => item.name.replace('"', "\"\""),
            "schema" => self.schema_name(item),
            "regclass" => format!("'{}'::regclass", qualified().replace('\'', "''")),
            variable => {
                let variable = variable.chars().next().expect("a variable");
                let id = item.variables()[&variable];
                self.show(&self.items[&id], "self")
            }
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

struct Text<'a> {
    schema: &'a Schema,
    item: &'a Item,
    variables: BTreeMap<char, u32>,
    out: String,
}

impl Text<'_> {
    fn write(&mut self, tokens: &[Token], drawn: &[Drawn]) {
        let mut drawn = drawn.iter();
        for token in tokens {
            let drawn = token.draws().then(|| drawn.next().expect("a draw"));
            match (token, drawn) {
                (Token::Text(text), _) => self.out.push_str(text),
                (Token::Choice(choice), Some(Drawn::Choice(at, inner))) => {
                    self.write(&choice.alternatives[*at].tokens, inner);
                }
                (Token::Pick(pick), Some(Drawn::Item(id))) => match pick.variable {
                    Some(variable) => {
                        self.variables.insert(variable, *id);
                    }
                    None => self.show(*id, "self"),
                },
                (Token::Show(None, what), _) => {
                    self.out.push_str(&self.schema.show(self.item, what));
                }
                (Token::Show(Some(variable), what), _) => {
                    let family = self.item.rule.family.name;
                    let bound = self.variables.get(variable);
                    self.show(*bound.unwrap_or_else(|| panic!("{family}: {variable}")), what);
                }
                _ => unreachable!("a draw of another sort"),
            }
        }
    }

    fn show(&mut self, id: u32, what: &str) {
        let text = self.schema.show(&self.schema.items[&id], what);
        self.out.push_str(&text);
    }
}
