//! Where and as whom to connect.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};

use super::{ConnectError, Environment, Secret, keys, keyvalue, uri};

const DEFAULT_PORT: u16 = 5432;
const DEFAULT_TIMEOUT_SECONDS: u64 = 10;
/// Where packagers and the upstream sources put the server's socket.
const SOCKET_FOLDERS: &[&str] = &["/var/run/postgresql", "/tmp"];

/// What stays readable in a URI; the rest is percent-escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// In a query, a path needs no escapes.
const ESCAPED_IN_QUERY: &AsciiSet = &ESCAPED.remove(b'/').remove(b':');

/// A connection string with all that it leaves open filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conninfo {
    host: String,
    hostaddr: Option<IpAddr>,
    port: u16,
    database: String,
    user: String,
    password: Option<Secret>,
    timeout: Option<Duration>,
    application_name: String,
    options: Option<String>,
    target: TargetSessionAttrs,
}

impl Conninfo {
    /// Reads a `postgresql://` URI or a `key=value` string; what it leaves open comes from the
    /// `PG*` variables, then from the defaults of libpq.
    pub fn parse(text: &str, environment: &Environment) -> Result<Self, ConnectError> {
        let explicit = if uri::is_uri(text) {
            uri::parse(text)
        } else if text.contains('=') || !Self::is_likely(text) {
            keyvalue::parse(text)
        } else {
            Err(ConnectError::syntax("it is neither a postgresql:// URI nor key=value settings"))
        }?;
        Self::resolve(keys::settle(&explicit, environment)?, environment)
    }

    /// Whether `text` begins as a connection URI does.
    pub fn is_uri(text: &str) -> bool {
        uri::is_uri(text)
    }

    /// Whether `text` may have been meant as a connection, well formed or not: then it may hold a
    /// password and must not be shown.
    pub fn is_likely(text: &str) -> bool {
        let scheme = text.split(':').next().unwrap_or_default().trim();
        let names = ["postgres", "postgresql", "jdbc"];
        text.contains(['=', '@'])
            || text.contains("://")
            || (text.contains(':') && names.iter().any(|name| scheme.eq_ignore_ascii_case(name)))
    }

    fn resolve(
        mut settings: BTreeMap<&'static str, String>,
        environment: &Environment,
    ) -> Result<Self, ConnectError> {
        let mut take = |key| settings.remove(key);
        let (host, hostaddr, port) = (take("host"), take("hostaddr"), take("port"));
        if [&host, &hostaddr, &port].into_iter().flatten().any(|value| value.contains(',')) {
            return Err(ConnectError::MultipleHosts);
        }
        let port = port.map_or(Ok(DEFAULT_PORT), |text| {
            let number = text.trim().parse().ok().filter(|port| *port > 0);
            number.ok_or_else(|| ConnectError::bad_value("port", "a number from 1 to 65535"))
        })?;
        let hostaddr = hostaddr
            .map(|text| text.parse::<IpAddr>())
            .transpose()
            .map_err(|_| ConnectError::bad_value("hostaddr", "an IP address"))?;
        let host = host
            .or_else(|| hostaddr.map(|address| address.to_string()))
            .unwrap_or_else(|| default_host(port));
        // A host with `@` is an abstract socket, or has a piece of a password before it.
        if host.contains('@') && !host.starts_with('/') {
            return Err(ConnectError::bad_value("host", "a name, an address or a folder"));
        }
        let database = take("dbname");
        // libpq takes a whole connection string here; we would print it as a name.
        if database.as_deref().is_some_and(|name| name.contains("://")) {
            return Err(ConnectError::bad_value("dbname", "the name of a database"));
        }
        let user = take("user")
            .or_else(|| environment.get("USER").map(str::to_owned))
            .or_else(|| environment.get("LOGNAME").map(str::to_owned))
            .ok_or(ConnectError::NoUser)?;
        Ok(Self {
            host,
            hostaddr,
            port,
            database: database.unwrap_or_else(|| user.clone()),
            user,
            password: take("password").map(Secret::new),
            timeout: timeout(take("connect_timeout"))?,
            application_name: take("application_name")
                .or_else(|| take("fallback_application_name"))
                .unwrap_or_else(|| "pgbridge".to_owned()),
            options: take("options"),
            target: match take("target_session_attrs").as_deref() {
                Some("read-write") => TargetSessionAttrs::ReadWrite,
                Some("read-only") => TargetSessionAttrs::ReadOnly,
                _ => TargetSessionAttrs::Any,
            },
        })
    }

    /// Host name, address, or folder of the socket.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; for a socket, the number in its name.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The role to connect as.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The same server and role, another database.
    #[must_use]
    pub fn with_database(&self, database: &str) -> Self {
        Self { database: database.to_owned(), ..self.clone() }
    }

    /// A URI for messages and files: without the password and all that does not tell which
    /// database it is.
    pub fn redacted(&self) -> String {
        let user = utf8_percent_encode(&self.user, ESCAPED);
        let database = utf8_percent_encode(&self.database, ESCAPED);
        let port = self.port;
        if self.host.starts_with('/') {
            let folder = utf8_percent_encode(&self.host, ESCAPED_IN_QUERY);
            let mut uri = format!("postgresql://{user}@/{database}?host={folder}");
            if port != DEFAULT_PORT {
                uri.push_str("&port=");
                uri.push_str(&port.to_string());
            }
            return uri + &self.hostaddr_parameter('&');
        }
        let host = if self.host.contains(':') {
            format!("[{}]", utf8_percent_encode(&self.host, ESCAPED_IN_QUERY))
        } else {
            utf8_percent_encode(&self.host, ESCAPED).to_string()
        };
        let port = if port == DEFAULT_PORT { String::new() } else { format!(":{port}") };
        let hostaddr = self.hostaddr_parameter('?');
        format!("postgresql://{user}@{host}{port}/{database}{hostaddr}")
    }

    /// The address, where it is not the host already.
    fn hostaddr_parameter(&self, separator: char) -> String {
        match self.hostaddr.map(|address| address.to_string()) {
            Some(address) if address != self.host => format!("{separator}hostaddr={address}"),
            _ => String::new(),
        }
    }

    /// How long connecting may take; `None` is for ever.
    pub(super) fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// The same for the driver.
    pub(super) fn config(&self) -> Config {
        let mut config = Config::new();
        match self.hostaddr {
            // As in libpq it is the address that counts; the name would serve TLS only.
            Some(address) => config.hostaddr(address),
            None => config.host(&self.host),
        };
        config.port(self.port).dbname(&self.database).user(&self.user);
        config.application_name(&self.application_name);
        config.ssl_mode(SslMode::Disable).target_session_attrs(self.target);
        if let Some(password) = &self.password {
            config.password(password.expose());
        }
        if let Some(options) = &self.options {
            config.options(options);
        }
        config
    }
}

/// The first folder that has a socket for the port, else this machine by network.
fn default_host(port: u16) -> String {
    let socket = format!(".s.PGSQL.{port}");
    let folder = SOCKET_FOLDERS.iter().find(|folder| Path::new(folder).join(&socket).exists());
    (*folder.unwrap_or(&"localhost")).to_owned()
}

/// As in libpq, zero and less are no limit.
fn timeout(text: Option<String>) -> Result<Option<Duration>, ConnectError> {
    let Some(text) = text else {
        return Ok(Some(Duration::from_secs(DEFAULT_TIMEOUT_SECONDS)));
    };
    let seconds: i32 = text
        .trim()
        .parse()
        .map_err(|_| ConnectError::bad_value("connect_timeout", "a number of seconds"))?;
    Ok(u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs))
}

#[cfg(test)]
mod tests;
