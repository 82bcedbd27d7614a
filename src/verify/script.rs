//! Runs a file as psql would: in a session of its own, statement by statement, up to the first error.
//! Looks after each one at what it took.

use crate::connect::{ConnectError, Session};
use crate::sql::split::Statement;
use crate::sql::{quote, split};
use crate::verify::evidence::Script;
use crate::verify::observe::{Standing, Watch};
use crate::verify::scratch::Scratch;
use crate::verify::told::{Observed, step_at};
use crate::verify::windows::States;
use crate::verify::{Prediction, VerifyError};

/// Characters of a statement that a message shows.
const SHOWN: usize = 120;

/// Why a file stopped.
pub(super) struct Failure {
    /// File, line, statement and message in one line.
    pub(super) text: String,
    /// It may be the scratch database's lack, if that lacks something.
    pub(super) may_be_absence: bool,
    /// It is the scratch server's lack.
    pub(super) is_absence: bool,
    /// The file and the line of a statement that stopped on a row.
    pub(super) on_rows: Option<(String, usize)>,
}

/// Runs a file; the inner error is the file's. Watched are relations that stand now, and stood at
/// `since` if that is given. Each state that others could see is added to `states`.
pub(super) async fn run(
    scratch: &Scratch,
    role: &str,
    script: &Script,
    since: Option<&Standing>,
    prediction: &mut Prediction,
    states: &mut States,
) -> Result<Result<(), Failure>, VerifyError> {
    let statements = match split::statements(&script.sql) {
        Ok(statements) => statements,
        Err(error) => {
            let text = format!("{}: {error}", script.path);
            return Ok(Err(Failure {
                text,
                may_be_absence: false,
                is_absence: false,
                on_rows: None,
            }));
        }
    };
    let session = scratch.session_as(role).await?;
    let mut standing = Standing::now(&session).await?;
    if let Some(earlier) = since {
        standing = standing.and_at(earlier);
    }
    let mut watch = Watch::start(scratch, &session, standing).await?;
    let mut observed = Observed::default();
    let mut place = Place::default();
    let mut due = false;
    for statement in &statements {
        let changes = may_open(statement);
        if !place.in_transaction && (changes || verb(statement) == "BEGIN") {
            states.look(scratch).await?;
        }
        due |= changes;
        if let Err(error) =
            watched(&session, script, statement, &mut watch, &mut place, &mut observed).await
        {
            let place = format!("{}:{}", script.path, statement.line);
            let class = error.sqlstate().and_then(|code| code.get(..2)).map(str::to_owned);
            let mut failure = failure(&place, &statement.text, error)?;
            // data exceptions, integrity constraints
            let on_rows = class.is_some_and(|class| class == "22" || class == "23");
            failure.on_rows = on_rows.then(|| (script.path.clone(), statement.line));
            return Ok(Err(failure));
        }
        if !place.in_transaction && due {
            states.commit(format!("{}:{}", script.path, statement.line));
            due = false;
        }
    }
    // what a file leaves open is undone, as when psql ends
    session.close().await;
    observed.judge(script, &watch.standing, prediction);
    watch.end().await;
    Ok(Ok(()))
}

/// Where in the file a statement stands.
#[derive(Default)]
struct Place {
    in_transaction: bool,
    /// A step has begun since the last transaction ended.
    step: Option<usize>,
}

/// Runs a statement and notes what it took.
async fn watched(
    session: &Session,
    script: &Script,
    statement: &Statement,
    watch: &mut Watch,
    place: &mut Place,
    observed: &mut Observed,
) -> Result<(), ConnectError> {
    match verb(statement).as_str() {
        "BEGIN" | "START" => {
            session.run(&statement.text).await?;
            *place = Place { in_transaction: true, step: None };
            return Ok(());
        }
        "COMMIT" | "END" | "ROLLBACK" => {
            session.run(&statement.text).await?;
            *place = Place::default();
            watch.held.clear();
            return Ok(());
        }
        // what opens a file locks what its steps lock: it is given back, to see them do it
        "LOCK" if place.in_transaction && place.step.is_none() => {
            session.run("SAVEPOINT locks").await?;
            session.run(&statement.text).await?;
            session.run("ROLLBACK TO SAVEPOINT locks").await?;
            return session.run("RELEASE SAVEPOINT locks").await;
        }
        _ => {}
    }
    let step = step_at(script, statement.line)
        .filter(|at| place.step.is_some() || begins(script, *at, statement.line));
    place.step = step;
    let taken = if place.in_transaction {
        session.run(&statement.text).await?;
        watch.after(session).await?
    } else {
        watch.during(session.run(&statement.text)).await?.1
    };
    observed.add(step, statement.line, taken, &watch.held, !place.in_transaction);
    Ok(())
}

/// The first word of a statement.
fn verb(statement: &Statement) -> String {
    let word = statement.text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    word.to_ascii_uppercase()
}

/// Whether a look at the catalogs is due after it: what only adds or validates, and comments, open
/// nothing, and what a block does shows at the next look.
fn may_open(statement: &Statement) -> bool {
    let mut words = statement.text.split_ascii_whitespace();
    let text = &statement.text;
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let adds = has(&[" VALIDATE CONSTRAINT ", " ADD CONSTRAINT ", " ADD COLUMN "])
        && !has(&[" DROP ", " DISABLE ", " FORCE ", " RENAME ", " SET ", " OWNER "]);
    match verb(statement).as_str() {
        "BEGIN" | "START" | "COMMIT" | "END" | "LOCK" | "SET" | "RESET" | "SELECT" | "COMMENT" => {
            false
        }
        // behind a guard stands a statement
        "DO" => has(&[" EXECUTE "]),
        "CREATE" => !matches!(words.nth(1), Some("INDEX" | "UNIQUE")),
        "ALTER" => words.nth(1) != Some("INDEX") && !adds,
        _ => true,
    }
}

fn begins(script: &Script, step: usize, line: usize) -> bool {
    script.steps.get(step).is_some_and(|step| step.line == line)
}

/// Puts an error of a statement into words; a lost connection is no fault of a statement.
pub(super) fn failure(
    place: &str,
    statement: &str,
    error: ConnectError,
) -> Result<Failure, VerifyError> {
    let message = match &error {
        ConnectError::Server { message, context, .. }
        | ConnectError::Permission { message, context, .. } => {
            let context = context.iter().map(|text| format!(" ({text})"));
            context.fold(message.clone(), |text, more| text + &more)
        }
        ConnectError::Timeout { reason, .. } => reason.clone(),
        _ => return Err(error.into()),
    };
    let first = statement.lines().next().unwrap_or_default();
    let first: String = first.chars().take(SHOWN).collect();
    let code = error.sqlstate().unwrap_or_default();
    Ok(Failure {
        text: quote::printable(&format!("{place}: {first}: {message} ({code})")),
        may_be_absence: matches!(code, "42P01" | "42703" | "42704" | "42883" | "3F000" | "P0001"),
        is_absence: statement.starts_with("CREATE EXTENSION") && matches!(code, "0A000" | "58P01"),
        on_rows: None,
    })
}
