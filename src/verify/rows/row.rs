//! Rows of one table: values are tried, and the server says which ones are valid.

use crate::connect::{ConnectError, Session};
use crate::sql::quote;
use crate::verify::VerifyError;
use crate::verify::rows::tables::{Column, Reference, Source, Table};
use crate::verify::rows::types::Types;
use crate::verify::rows::{Manner, constant, value};
use std::collections::BTreeMap;

/// Tries for the first row, and for each later one.
const FIRST: usize = 400;
const LATER: usize = 40;
/// Rows that may fail one after the other before the table has what it can have.
const PATIENCE: usize = 3;
/// Keys of a referenced table that are looked at.
const KEYS: usize = 500;

/// How a column gets its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Choice {
    Null,
    Default,
    /// A maker's place, and how far its numbers are moved.
    Made(usize, u64),
}

/// What makes values for a column.
#[derive(Clone, Debug)]
enum Maker {
    Manner(usize),
    Constant(String),
    /// The constant and what follows it, or comes before it.
    Near(String, i64),
}

/// A foreign key with the keys that are there.
struct Target<'a> {
    reference: &'a Reference,
    /// The table refers to itself.
    own: bool,
    keys: Vec<Vec<Option<String>>>,
}

/// One table while it is filled.
pub(super) struct Filling<'a> {
    session: &'a Session,
    types: &'a Types,
    table: &'a Table,
    manner: Manner,
    columns: Vec<&'a Column>,
    makers: Vec<Vec<Maker>>,
    targets: Vec<Target<'a>>,
    random: u64,
}

impl<'a> Filling<'a> {
    pub(super) async fn of(
        session: &'a Session,
        types: &'a Types,
        tables: &'a BTreeMap<u32, Table>,
        table: &'a Table,
        manner: Manner,
    ) -> Result<Self, VerifyError> {
        let columns: Vec<&Column> = table.columns.iter().filter(|one| !one.is_computed()).collect();
        // the same table gets the same rows in every run
        let random = table.name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut filling = Self {
            session,
            types,
            table,
            manner,
            columns,
            makers: Vec::new(),
            targets: Vec::new(),
            random,
        };
        for at in 0..filling.columns.len() {
            let makers = filling.makers_of(at).await?;
            filling.makers.push(makers);
        }
        for reference in &table.references {
            let own = reference.table == table.oid;
            let mut target = Target { reference, own, keys: Vec::new() };
            if let Some(other) = tables.get(&reference.table) {
                target.keys = keys(session, other, reference).await?;
            }
            filling.targets.push(target);
        }
        Ok(filling)
    }

    /// What makes values that the column's type takes.
    async fn makers_of(&self, at: usize) -> Result<Vec<Maker>, VerifyError> {
        let Some(column) = self.columns.get(at) else { return Ok(Vec::new()) };
        let mut makers: Vec<Maker> = (0..value::MANNERS).map(Maker::Manner).collect();
        for constant in &column.constants {
            makers.push(Maker::Constant(constant.clone()));
            if constant::moved(constant, 1).is_some() {
                makers.push(Maker::Near(constant.clone(), 1));
                makers.push(Maker::Near(constant.clone(), -1));
            }
        }
        let mut good = Vec::new();
        for maker in makers {
            let Some(text) = self.made(column, &maker, 1) else { continue };
            let probe = format!("SELECT {}::{}", quote::literal(&text), column.type_name);
            match self.session.scalar_text(&probe).await {
                Ok(_) => good.push(maker),
                Err(error) if error.sqlstate().is_some() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(good)
    }

    fn made(&self, column: &Column, maker: &Maker, n: u64) -> Option<String> {
        match maker {
            Maker::Manner(manner) => {
                value::text(self.types, column.type_oid, column.modifier, n, *manner)
            }
            Maker::Constant(text) => Some(text.clone()),
            Maker::Near(text, way) => {
                constant::moved(text, way * i64::try_from(n % 1_000_000).ok()?)
            }
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let high = usize::try_from(self.random >> 33).unwrap_or_default();
        high % limit.max(1)
    }

    /// Makes up to `wanted` rows; why there is none.
    pub(super) async fn run(&mut self, wanted: usize) -> Result<Option<String>, VerifyError> {
        let mut base: Vec<Choice> = (0..self.columns.len()).map(|at| self.usual(at)).collect();
        let (mut rows, mut failed) = (0, 0);
        let mut obstacle = None;
        for row in 0..wanted {
            let tries = if rows == 0 { FIRST } else { LATER };
            match self.one(row, tries, &mut base).await? {
                None => {
                    rows += 1;
                    failed = 0;
                }
                Some(why) => {
                    obstacle = Some(why);
                    failed += 1;
                    if rows == 0 || failed == PATIENCE {
                        break;
                    }
                }
            }
        }
        Ok(obstacle.filter(|_| rows == 0))
    }

    /// One row; why there is none.
    async fn one(
        &mut self,
        row: usize,
        tries: usize,
        base: &mut Vec<Choice>,
    ) -> Result<Option<String>, VerifyError> {
        let mut choices = base.clone();
        let mut why = None;
        for attempt in 0..tries {
            let varied = if attempt == 0 { self.varied(row, &choices) } else { choices.clone() };
            let statement = match self.statement(row, attempt, &varied) {
                Ok(statement) => statement,
                Err(missing) => return Ok(Some(missing)),
            };
            let error = match self.session.run(&statement).await {
                Ok(()) => {
                    if attempt > 0 {
                        base.clone_from(&choices);
                    }
                    self.remember(row).await?;
                    return Ok(None);
                }
                Err(error) => message(error)?,
            };
            // the first try varied what was good before: the second one does not
            if attempt > 0 || varied == choices {
                self.change(&mut choices, &error, attempt);
            }
            why = Some(error);
        }
        Ok(why)
    }

    /// How a column begins.
    fn usual(&self, at: usize) -> Choice {
        let Some(column) = self.columns.get(at) else { return Choice::Default };
        let can_make = self.makers.get(at).is_some_and(|makers| !makers.is_empty());
        if column.source == Source::Sequence || (!can_make && column.has_default()) {
            Choice::Default
        } else if (self.manner == Manner::Sparse || !can_make) && !column.not_null {
            Choice::Null
        } else {
            Choice::Made(0, 0)
        }
    }

    /// Some NULLs, defaults and values that stand twice, where rows may be anything.
    fn varied(&self, row: usize, choices: &[Choice]) -> Vec<Choice> {
        if self.manner != Manner::Varied {
            return choices.to_vec();
        }
        let vary = |(at, (column, choice)): (usize, (&&Column, &Choice))| match choice {
            Choice::Made(..) if !column.not_null && (row + at) % 5 == 4 => Choice::Null,
            Choice::Made(..) if column.has_default() && (row + at) % 4 == 2 => Choice::Default,
            other => *other,
        };
        self.columns.iter().zip(choices).enumerate().map(vary).collect()
    }

    /// Draws again what the error speaks of, else anything.
    fn change(&mut self, choices: &mut [Choice], error: &str, attempt: usize) {
        let named = |name: &str| {
            error.contains(&format!("\"{name}\"")) || error.contains(&format!("«{name}»"))
        };
        let constraints = self.table.constraints.iter();
        let mut numbers: Vec<i32> = constraints
            .filter(|(name, columns)| named(name) && !columns.is_empty())
            .flat_map(|(_, columns)| columns.clone())
            .collect();
        numbers.extend(self.columns.iter().filter(|one| named(&one.name)).map(|one| one.number));
        let mut places: Vec<usize> = (0..self.columns.len())
            .filter(|at| self.columns.get(*at).is_some_and(|one| numbers.contains(&one.number)))
            .collect();
        // a name may mislead, and an expression may need any column
        if places.is_empty() || attempt % 16 == 15 {
            places = (0..self.columns.len()).collect();
        }
        if places.is_empty() {
            return;
        }
        for _ in 0..=self.below(places.len().min(4)) {
            let Some(at) = places.get(self.below(places.len())).copied() else { return };
            let drawn = self.draw(at);
            if let Some(choice) = choices.get_mut(at) {
                *choice = drawn;
            }
        }
    }

    fn draw(&mut self, at: usize) -> Choice {
        let count = self.makers.get(at).map_or(0, Vec::len);
        let (nullable, default) = self
            .columns
            .get(at)
            .map_or((false, false), |column| (!column.not_null, column.has_default()));
        match self.below(8) {
            0 if nullable => Choice::Null,
            1 if default => Choice::Default,
            _ if count == 0 && nullable => Choice::Null,
            _ if count == 0 => Choice::Default,
            2 => Choice::Made(0, self.below(10_000) as u64),
            _ => Choice::Made(self.below(count), self.below(3) as u64 * 1000),
        }
    }

    /// The INSERT; what is missing for it.
    fn statement(&self, row: usize, attempt: usize, choices: &[Choice]) -> Result<String, String> {
        let mut values: BTreeMap<i32, Option<String>> = BTreeMap::new();
        for (at, choice) in choices.iter().enumerate() {
            let Some(column) = self.columns.get(at) else { continue };
            match choice {
                Choice::Default => {}
                Choice::Null => {
                    values.insert(column.number, None);
                }
                Choice::Made(maker, moved) => {
                    let twice =
                        self.manner == Manner::Varied && attempt == 0 && (row + at) % 4 == 3;
                    let n = row as u64 + moved - u64::from(twice && row > 0);
                    let maker = self.makers.get(at).and_then(|makers| makers.get(*maker));
                    let made = maker.and_then(|maker| self.made(column, maker, n));
                    values.insert(column.number, made);
                }
            }
        }
        let mut fixed = Vec::new();
        for target in &self.targets {
            self.refer(target, row, attempt, &mut values, &mut fixed)?;
        }
        let mut names = Vec::new();
        let mut texts = Vec::new();
        for column in &self.columns {
            if let Some(value) = values.get(&column.number) {
                names.push(quote::ident(&column.name));
                texts.push(value.as_deref().map_or_else(|| "NULL".to_owned(), quote::literal));
            }
        }
        let table = self.table.sql();
        Ok(if names.is_empty() {
            format!("INSERT INTO {table} DEFAULT VALUES")
        } else {
            let (names, texts) = (names.join(", "), texts.join(", "));
            format!("INSERT INTO {table} ({names}) VALUES ({texts})")
        })
    }

    /// Sets the columns of a foreign key to a key that is there.
    fn refer(
        &self,
        target: &Target<'_>,
        row: usize,
        attempt: usize,
        values: &mut BTreeMap<i32, Option<String>>,
        fixed: &mut Vec<i32>,
    ) -> Result<(), String> {
        let columns = &target.reference.columns;
        let computed = |number: &i32| self.table.column(*number).is_none_or(Column::is_computed);
        if columns.iter().any(computed) {
            // the server's own value has to do
            return Ok(());
        }
        let nullable: Vec<i32> = columns
            .iter()
            .filter(|number| self.table.column(**number).is_some_and(|one| !one.not_null))
            .filter(|number| !fixed.contains(number))
            .copied()
            .collect();
        let fits = |key: &&Vec<Option<String>>| {
            columns
                .iter()
                .zip(key.iter())
                .all(|(number, value)| !fixed.contains(number) || values.get(number) == Some(value))
        };
        let good: Vec<&Vec<Option<String>>> = target.keys.iter().filter(fits).collect();
        let skip = match self.manner {
            Manner::Varied => row % 5 == 4 || attempt % 7 == 6,
            Manner::Distinct => attempt % 7 == 6,
            Manner::Sparse | Manner::Empty => true,
        };
        if !nullable.is_empty() && (skip || (good.is_empty() && !target.own)) {
            values.extend(nullable.into_iter().map(|number| (number, None)));
            return Ok(());
        }
        if let Some(key) = good.get((row + attempt) % good.len().max(1)) {
            for (number, value) in columns.iter().zip(key.iter()) {
                values.insert(*number, value.clone());
            }
        } else if target.own {
            // the first row refers to itself
            for (number, other) in columns.iter().zip(&target.reference.referenced) {
                if let Some(value) = values.get(other).cloned() {
                    values.insert(*number, value);
                }
            }
        } else {
            return Err("a table that it refers to has no rows that fit".to_owned());
        }
        fixed.extend(columns);
        Ok(())
    }

    /// Keys of new rows, where the table refers to itself.
    async fn remember(&mut self, row: usize) -> Result<(), VerifyError> {
        if row > 20 {
            return Ok(());
        }
        for target in self.targets.iter_mut().filter(|target| target.own) {
            target.keys = keys(self.session, self.table, target.reference).await?;
        }
        Ok(())
    }
}

/// The keys that a table offers.
async fn keys(
    session: &Session,
    table: &Table,
    reference: &Reference,
) -> Result<Vec<Vec<Option<String>>>, VerifyError> {
    let columns: Option<Vec<&Column>> =
        reference.referenced.iter().map(|number| table.column(*number)).collect();
    let Some(columns) = columns else { return Ok(Vec::new()) };
    let names: Vec<String> = columns.iter().map(|column| quote::ident(&column.name)).collect();
    let known = names.iter().map(|name| format!("{name} IS NOT NULL"));
    let known = known.collect::<Vec<_>>().join(" AND ");
    let sql =
        format!("SELECT {} FROM {} WHERE {known} LIMIT {KEYS}", names.join(", "), table.sql());
    Ok(session.texts(&sql).await?)
}

/// What the server says of a row; a lost connection is none of the row's.
fn message(error: ConnectError) -> Result<String, VerifyError> {
    match error {
        ConnectError::Server { message, .. } | ConnectError::Permission { message, .. } => {
            Ok(message)
        }
        other => Err(other.into()),
    }
}
