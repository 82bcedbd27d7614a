//! A database becomes a catalog.
//!
//! Owns the flat queries, the resolution of OIDs and the coverage ledger. In: a session and the
//! kinds. Out: [`Catalog`].
//! Invariant: no OID leaves this folder; every row of every catalog that is read is an object,
//! excluded with a named reason (`exclusion`, or beside the condition of its query), or a line of
//! the ledger. Nothing here writes. Of the extensions' own tables only the
//! lists of tables that they partition are read, and the rows of their configuration counted, and of a user's relations
//! only those in which migration tools record what they ran.

mod account;
pub mod columns;
mod configuration;
mod coverage;
mod depend;
mod error;
mod exclusion;
mod facet;
mod fetch;
mod histories;
mod identity;
mod ledger;
mod ledger_catalog;
mod managed;
mod moved;
mod redact;
mod resolve;
mod scan;
mod server;
mod soft;

pub use account::{Account, Rows};
pub use error::IntrospectError;

use crate::connect::Session;
use crate::kinds::{self, LeftOut};
use crate::model::{Catalog, Notice, Object};
use std::time::Duration;

/// What a capture shall hold beyond the schema.
#[derive(Clone, Copy, Debug, Default)]
pub struct CaptureOptions {
    /// Table sizes: for the side that is going to be changed.
    pub sizes: bool,
    /// What migration tools recorded.
    pub histories: bool,
    /// Puts the rows of each answer into an order of its own, drawn from this number: a server may
    /// send them in any, and the catalog must be the same.
    pub order: Option<u64>,
}

/// How often a capture is tried when the schema changes under it.
const TRIES: u32 = 3;
/// Seconds after which one query of a capture is given up.
const STATEMENT_TIMEOUT: u32 = 60;

/// Captures the session's database: read-only, in one snapshot, again when the schema moved.
pub async fn capture(
    session: &Session,
    options: CaptureOptions,
) -> Result<Catalog, IntrospectError> {
    Ok(capture_with_account(session, options).await?.0)
}

/// The same, with what became of the rows.
pub async fn capture_with_account(
    session: &Session,
    options: CaptureOptions,
) -> Result<(Catalog, Account), IntrospectError> {
    let mut tried = 0;
    loop {
        tried += 1;
        match once(session, options).await {
            Ok((catalog, account, before)) => {
                if before == moved::fingerprint_now(session, catalog.server.major()).await? {
                    return Ok((catalog, account));
                }
            }
            Err(error) if error.is_concurrent_change() => {
                session.rollback().await?;
            }
            Err(error) => {
                // the session may be lost as well: the first error is the one to tell
                let _ = session.rollback().await;
                return Err(error);
            }
        }
        if tried == TRIES {
            return Err(IntrospectError::Moving { server: session.describe(), tries: TRIES });
        }
        tokio::time::sleep(Duration::from_millis(200 * u64::from(tried))).await;
    }
}

async fn once(
    session: &Session,
    options: CaptureOptions,
) -> Result<(Catalog, Account, String), IntrospectError> {
    session.begin_capture(STATEMENT_TIMEOUT).await?;
    let mut server = server::read(session).await?;
    let notices = coverage::check(session, server.info.major()).await?;
    let rows = fetch::scans(session, server.info.major(), options).await?;
    let before = moved::fingerprint(session, server.info.major()).await?;
    let mut catalog = resolve::objects(&rows, &server);
    catalog.catalog.notices.extend(notices);
    ledger::complete(session, &mut catalog, server.info.major(), options.order).await?;
    depend::add_needs(&rows, &mut catalog);
    soft::add_needs(&mut catalog.catalog);
    managed::find(session, &mut catalog).await?;
    catalog.catalog.notices.extend(configuration::tell(session).await?);
    if options.histories {
        histories::read(session, &mut catalog.catalog).await?;
    }
    facet::attach(session, &rows, &server, &mut catalog).await?;
    let left_out: Vec<_> = catalog.catalog.objects.values().filter_map(left_out).collect();
    catalog.catalog.notices.extend(left_out);
    catalog.catalog.notices.sort();
    session.commit().await?;
    catalog.catalog.server = std::mem::take(&mut server.info);
    Ok((catalog.catalog, catalog.account, before))
}

/// What of an object was not read.
fn left_out(object: &Object) -> Option<Notice> {
    let (text, incomplete) = match kinds::of(object.id.kind).left_out(object)? {
        LeftOut::Secret(text) => (text, false),
        LeftOut::Hidden(text) => (text, true),
    };
    let kind = object.id.kind.name().replace('_', " ");
    Some(Notice { subject: format!("{kind} {}", object.id.label()), text, incomplete })
}
