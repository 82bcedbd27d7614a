//! An open connection.

use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

pub use tokio_postgres::Row;
pub use tokio_postgres::types::{ToSql, Type};

use super::{ConnectError, Conninfo};

/// What a capture sets for its own transaction, besides the limits of time.
///
/// All of it decides how the server writes definitions down, so that two captures can be compared;
/// role and database defaults would otherwise show up as differences. Names are spelled as in
/// `pg_settings`.
const CAPTURE_SETTINGS: &[(&str, &str)] = &[
    ("search_path", ""),
    ("client_encoding", "UTF8"),
    ("standard_conforming_strings", "on"),
    ("quote_all_identifiers", "off"),
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("bytea_output", "hex"),
    ("extra_float_digits", "3"),
    // A filtered read is an error instead of fewer rows.
    ("row_security", "off"),
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "60s"),
    ("default_transaction_read_only", "on"),
    // No view or foreign table of a user is expanded, whatever a name resolves to.
    ("restrict_nonsystem_relation_kind", "view,foreign-table"),
    ("jit", "off"),
];

/// A session on one database. Dropping it closes the connection.
#[derive(Debug)]
pub struct Session {
    client: Client,
    connection: JoinHandle<()>,
    server: String,
    version: i32,
}

impl Session {
    /// Connects; the connection is served by a task of the current runtime.
    pub async fn open(conninfo: &Conninfo) -> Result<Self, ConnectError> {
        let connecting = Self::connect(conninfo);
        let Some(limit) = conninfo.timeout() else {
            return connecting.await;
        };
        match tokio::time::timeout(limit, connecting).await {
            Ok(result) => result,
            Err(_) => Err(ConnectError::Timeout {
                server: conninfo.redacted(),
                sqlstate: None,
                reason: format!("no connection within {} s", limit.as_secs()),
            }),
        }
    }

    async fn connect(conninfo: &Conninfo) -> Result<Self, ConnectError> {
        let server = conninfo.redacted();
        let (client, connection) = conninfo
            .config()
            .connect(NoTls)
            .await
            .map_err(|error| ConnectError::opening(server.clone(), &error))?;
        // Its errors come back through the client; notices go nowhere.
        let connection = tokio::spawn(async move { drop(connection.await) });
        let mut session = Self { client, connection, server, version: 0 };
        let version = session.scalar_text("SHOW server_version_num").await?;
        session.version =
            version.and_then(|text| text.parse().ok()).ok_or_else(|| ConnectError::Protocol {
                server: session.server.clone(),
                reason: "it does not tell its version".to_owned(),
            })?;
        Ok(session)
    }

    /// The server and database for messages: a URI without password.
    pub fn describe(&self) -> String {
        self.server.clone()
    }

    /// The server's version as a number, such as 150004.
    pub fn server_version_num(&self) -> i32 {
        self.version
    }

    /// Begins the read-only transaction of a capture, with settings that end with it.
    ///
    /// A limit of zero seconds is none.
    pub async fn begin_capture(&self, statement_timeout_seconds: u32) -> Result<(), ConnectError> {
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let statement_timeout = format!("{statement_timeout_seconds}s");
        // A snapshot that stays open keeps the server from cleaning up, so the whole has an end too.
        let transaction_timeout = format!("{}s", u64::from(statement_timeout_seconds) * 10);
        let mut settings = CAPTURE_SETTINGS.to_vec();
        settings.push(("statement_timeout", &statement_timeout));
        settings.push(("transaction_timeout", &transaction_timeout));
        let mut values = Vec::new();
        let mut params: Vec<(&(dyn ToSql + Sync), Type)> = Vec::new();
        for (name, value) in &settings {
            values.push(format!("(${}, ${})", params.len() + 1, params.len() + 2));
            params.push((name, Type::TEXT));
            params.push((value, Type::TEXT));
        }
        // The join leaves out what this server does not know yet. The operator is qualified: the
        // user's search_path still holds here.
        let sql = format!(
            "SELECT pg_catalog.set_config(s.name, v.value, true) \
             FROM (VALUES {}) AS v(name, value) JOIN pg_catalog.pg_settings AS s \
             ON s.name OPERATOR(pg_catalog.=) v.name",
            values.join(", ")
        );
        self.rows(&sql, &params).await?;
        Ok(())
    }

    /// The rows of one query, sent as an unnamed statement, which is right through a transaction
    /// pooler, too.
    pub async fn rows(
        &self,
        sql: &str,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, ConnectError> {
        self.client.query_typed(sql, params).await.map_err(|error| self.failed(&error))
    }

    /// Runs one statement, or several that the server takes as one transaction, without reading an
    /// answer.
    pub async fn run(&self, sql: &str) -> Result<(), ConnectError> {
        self.client.batch_execute(sql).await.map_err(|error| self.failed(&error))
    }

    /// The first column of the first row as text; none if there is no row or it is null.
    pub async fn scalar_text(&self, sql: &str) -> Result<Option<String>, ConnectError> {
        let answer = self.client.simple_query(sql).await.map_err(|error| self.failed(&error))?;
        let row = answer.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let Some(row) = row else {
            return Ok(None);
        };
        let value = row.try_get(0).map_err(|error| self.failed(&error))?;
        Ok(value.map(str::to_owned))
    }

    /// The rows of one query as the types' own output functions write them.
    pub async fn texts(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, ConnectError> {
        let answer = self.client.simple_query(sql).await.map_err(|error| self.failed(&error))?;
        let mut rows = Vec::new();
        for message in &answer {
            let SimpleQueryMessage::Row(row) = message else { continue };
            let mut values = Vec::with_capacity(row.len());
            for at in 0..row.len() {
                let value = row.try_get(at).map_err(|error| self.failed(&error))?;
                values.push(value.map(str::to_owned));
            }
            rows.push(values);
        }
        Ok(rows)
    }

    /// Runs one statement: how many rows it returned or changed.
    pub async fn count(&self, sql: &str) -> Result<u64, ConnectError> {
        let answer = self.client.simple_query(sql).await.map_err(|error| self.failed(&error))?;
        let count = answer.iter().find_map(|message| match message {
            SimpleQueryMessage::CommandComplete(count) => Some(*count),
            _ => None,
        });
        Ok(count.unwrap_or_default())
    }

    /// Ends the transaction and keeps its work.
    pub async fn commit(&self) -> Result<(), ConnectError> {
        self.run("COMMIT").await
    }

    /// Ends the transaction and undoes its work.
    pub async fn rollback(&self) -> Result<(), ConnectError> {
        self.run("ROLLBACK").await
    }

    /// Closes the connection and waits until it is closed on our side, for instance before its
    /// database is dropped.
    pub async fn close(self) {
        drop(self.client);
        // The task only fails by a panic, which has been reported by then.
        let _ = self.connection.await;
    }

    fn failed(&self, error: &tokio_postgres::Error) -> ConnectError {
        ConnectError::running(self.server.clone(), error)
    }
}
