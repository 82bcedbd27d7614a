//! Random schemas and random edits: everything follows from the seed.

use super::grammar::{Choice, Pick, Token};
use super::model::{Drawn, Item, RULES, Rule, Schema};
use proptest::prelude::RngExt;
use proptest::test_runner::{RngAlgorithm, TestRng};
use std::collections::{BTreeMap, BTreeSet};

/// How deep one object may pull others after it before what stands must do.
const DEPTH: u32 = 6;

/// Names that are words of SQL; each is given once.
const KEYWORDS: [&str; 6] = ["select", "order", "user", "table", "column", "group"];

/// What is on both sides of a comparison.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) prod: Schema,
    pub(crate) dev: Schema,
}

/// The pair of a seed.
pub(crate) fn pair(seed: u64, major: u32) -> Pair {
    let mut draw = Draw::new(seed, major);
    let size = draw.below(24) + 6;
    for _ in 0..size {
        draw.add();
    }
    let prod = draw.schema.clone();
    let edits = draw.below(8) + 1;
    for _ in 0..edits {
        match draw.below(4) {
            0 => draw.remove(),
            1 => draw.add(),
            _ => draw.alter(),
        }
    }
    let dev = draw.schema;
    // both ways are as likely: most edits add
    if seed.is_multiple_of(2) { Pair { prod, dev } } else { Pair { prod: dev, dev: prod } }
}

/// A name that was given up.
struct Freed {
    sort: &'static str,
    schema: Option<u32>,
    name: String,
}

struct Draw {
    rng: TestRng,
    major: u32,
    schema: Schema,
    next: u32,
    depth: u32,
    /// What must not be picked: it needs what is being drawn.
    forbidden: BTreeSet<u32>,
    /// Names that were given up, to be taken by something of another sort.
    freed: Vec<Freed>,
}

impl Draw {
    fn new(seed: u64, major: u32) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..12].copy_from_slice(&major.to_le_bytes());
        Self {
            rng: TestRng::from_seed(RngAlgorithm::ChaCha, &bytes),
            major,
            schema: Schema::default(),
            next: 1,
            depth: 0,
            forbidden: BTreeSet::new(),
            freed: Vec::new(),
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.rng.random_range(0..limit)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// A new object of any family.
    fn add(&mut self) {
        for _ in 0..10 {
            let rule = &RULES[self.below(RULES.len())];
            if self.make(rule, None).is_some() {
                return;
            }
        }
    }

    /// An object goes, with what needs it, unless that is most of the schema.
    fn remove(&mut self) {
        for _ in 0..10 {
            let Some(id) = self.any() else { return };
            let all = self.schema.dependents(id);
            if all.len() * 3 <= self.schema.items.len() {
                for id in all {
                    let item = self.schema.items.remove(&id).expect("a dependent");
                    let stays = item.schema.is_none_or(|id| self.schema.items.contains_key(&id));
                    if stays && item.rule.in_schema() {
                        let sort = item.rule.sort();
                        self.freed.push(Freed { sort, schema: item.schema, name: item.name });
                    }
                }
                let items = &self.schema.items;
                self.freed.retain(|freed| freed.schema.is_none_or(|id| items.contains_key(&id)));
                return;
            }
        }
    }

    fn any(&mut self) -> Option<u32> {
        let ids: Vec<u32> = self.schema.items.keys().copied().collect();
        (!ids.is_empty()).then(|| ids[self.below(ids.len())])
    }

    /// One property of an object is drawn again.
    fn alter(&mut self) {
        for _ in 0..20 {
            let Some(id) = self.any() else { return };
            let mut item = self.schema.items[&id].clone();
            let points = points(&item.rule.tokens, &item.drawn);
            if points == 0 {
                continue;
            }
            let before = self.schema.sql(id);
            let mut target = self.below(points);
            self.forbidden = self.schema.dependents(id);
            let rule = item.rule;
            let mut variables = BTreeMap::new();
            let needs = item.needs();
            let drawn = &mut item.drawn;
            let done = self.redraw(&rule.tokens, drawn, &mut variables, &mut target, &needs);
            self.forbidden.clear();
            if done != Some(true) {
                continue;
            }
            let old = self.schema.items.insert(id, item).expect("it was there");
            if self.schema.sql(id) != before {
                return;
            }
            self.schema.items.insert(id, old);
        }
    }

    /// `Some(true)` when the point was found and drawn again; `None` when it cannot be.
    fn redraw(
        &mut self,
        tokens: &'static [Token],
        drawn: &mut [Drawn],
        variables: &mut BTreeMap<char, u32>,
        target: &mut usize,
        present: &BTreeSet<u32>,
    ) -> Option<bool> {
        let mut drawn = drawn.iter_mut();
        for token in tokens {
            match token {
                Token::Choice(choice) => {
                    let slot = drawn.next()?;
                    let here = !choice.fixed && *target == 0;
                    if here {
                        *slot = self.choice(choice, variables)?;
                        return Some(true);
                    }
                    *target -= usize::from(!choice.fixed);
                    let Drawn::Choice(at, inner) = slot else { return None };
                    let tokens = &choice.alternatives[*at].tokens;
                    if self.redraw(tokens, inner, variables, target, present)? {
                        return Some(true);
                    }
                }
                Token::Pick(pick) => {
                    let slot = drawn.next()?;
                    if pick.whole.is_some() && *target == 0 {
                        *slot = Drawn::Item(self.pick(pick, variables, present)?);
                        return Some(true);
                    }
                    *target -= usize::from(pick.whole.is_some());
                    let Drawn::Item(id) = slot else { return None };
                    variables.extend(pick.variable.map(|variable| (variable, *id)));
                }
                _ => {}
            }
        }
        Some(false)
    }

    /// A new object, a part of `whole` where one is given.
    fn make(&mut self, rule: &'static Rule, whole: Option<u32>) -> Option<u32> {
        if let (Some(whole), Some(class)) = (whole, rule.whole())
            && !self.schema.items.get(&whole)?.rule.is(class)
        {
            return None;
        }
        if whole.is_some() && rule.whole().is_none() {
            return None;
        }
        self.depth += 1;
        let mut variables: BTreeMap<char, u32> = whole.map(|id| ('t', id)).into_iter().collect();
        let drawn = self.derive(&rule.tokens, &mut variables);
        let schema = if rule.in_schema() && !self.one_in(3) {
            self.existing_or_new("schema", None, &BTreeSet::new())
        } else {
            None
        };
        self.depth -= 1;
        let drawn = drawn?;
        let id = self.next;
        let mut item = Item { rule, name: String::new(), schema, drawn };
        if let Some(class) = rule.once() {
            let whole = item.whole();
            let mut others = self.schema.items.values();
            if others.any(|other| other.rule.is(class) && other.whole() == whole) {
                return None;
            }
        }
        self.next += 1;
        item.name = self.name(&mut item.schema, rule);
        self.schema.items.insert(id, item);
        Some(id)
    }

    fn name(&mut self, schema: &mut Option<u32>, rule: &Rule) -> String {
        if rule.in_schema() && !self.freed.is_empty() && self.one_in(3) {
            let at = self.below(self.freed.len());
            if self.freed[at].sort != rule.sort() {
                let freed = self.freed.remove(at);
                *schema = freed.schema;
                return freed.name;
            }
        }
        let plain = format!("{}_{}", rule.family.name, self.next);
        match self.below(24) {
            0 => format!("Ünï {plain}"),
            1 => format!("{plain}\"x\" 'y'"),
            2 => {
                let taken = |word: &str| self.schema.items.values().any(|item| item.name == word);
                let word = KEYWORDS.into_iter().find(|word| !taken(word));
                word.map_or(plain, ToOwned::to_owned)
            }
            _ => plain,
        }
    }

    fn derive(
        &mut self,
        tokens: &'static [Token],
        variables: &mut BTreeMap<char, u32>,
    ) -> Option<Vec<Drawn>> {
        let mut drawn = Vec::new();
        for token in tokens {
            match token {
                Token::Choice(choice) => drawn.push(self.choice(choice, variables)?),
                Token::Pick(pick) => {
                    // what is bound stays bound
                    let id = match pick.variable.and_then(|name| variables.get(&name)) {
                        Some(id) => *id,
                        None => self.pick(pick, variables, &BTreeSet::new())?,
                    };
                    variables.extend(pick.variable.map(|variable| (variable, id)));
                    drawn.push(Drawn::Item(id));
                }
                _ => {}
            }
        }
        Some(drawn)
    }

    /// An alternative that this major knows and for which there is all it needs.
    fn choice(
        &mut self,
        choice: &'static Choice,
        variables: &mut BTreeMap<char, u32>,
    ) -> Option<Drawn> {
        let mut open: Vec<usize> = (0..choice.alternatives.len())
            .filter(|at| choice.alternatives[*at].since <= self.major)
            .collect();
        while !open.is_empty() {
            let at = open.remove(self.below(open.len()));
            let mut scope = variables.clone();
            if let Some(inner) = self.derive(&choice.alternatives[at].tokens, &mut scope) {
                *variables = scope;
                return Some(Drawn::Choice(at, inner));
            }
        }
        None
    }

    /// An object that fits, and is none of `present`.
    fn pick(
        &mut self,
        pick: &'static Pick,
        variables: &BTreeMap<char, u32>,
        present: &BTreeSet<u32>,
    ) -> Option<u32> {
        let others = pick.others.iter().filter_map(|name| variables.get(name)).copied();
        let others = others.chain(present.iter().copied()).collect();
        let whole = match pick.whole {
            Some(name) => Some(*variables.get(&name)?),
            None => None,
        };
        self.existing_or_new(&pick.class, whole, &others)
    }

    fn existing_or_new(
        &mut self,
        class: &str,
        whole: Option<u32>,
        others: &BTreeSet<u32>,
    ) -> Option<u32> {
        let fits = |(id, item): (&u32, &Item)| {
            let fits = item.rule.is(class)
                && !others.contains(id)
                && !self.forbidden.contains(id)
                && (whole.is_none() || item.whole() == whole);
            fits.then_some(*id)
        };
        let found: Vec<u32> = self.schema.items.iter().filter_map(fits).collect();
        let deep = self.depth > DEPTH;
        if !found.is_empty() && (deep || !self.one_in(4)) {
            return Some(found[self.below(found.len())]);
        }
        if self.depth <= 2 * DEPTH {
            let mut rules: Vec<&'static Rule> =
                RULES.iter().filter(|rule| rule.is(class)).collect();
            while !rules.is_empty() {
                let rule = rules.remove(self.below(rules.len()));
                if let Some(id) = self.make(rule, whole) {
                    return Some(id);
                }
            }
        }
        (!found.is_empty()).then(|| found[self.below(found.len())])
    }
}

/// How many things could be drawn again.
fn points(tokens: &[Token], drawn: &[Drawn]) -> usize {
    let mut drawn = drawn.iter();
    let mut count = 0;
    for token in tokens {
        match token {
            Token::Choice(choice) => {
                let Some(Drawn::Choice(at, inner)) = drawn.next() else { return count };
                count +=
                    usize::from(!choice.fixed) + points(&choice.alternatives[*at].tokens, inner);
            }
            Token::Pick(pick) => {
                drawn.next();
                count += usize::from(pick.whole.is_some());
            }
            _ => {}
        }
    }
    count
}
