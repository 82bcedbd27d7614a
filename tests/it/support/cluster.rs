//! Private clusters: one per major and test process, started when first needed.
//!
//! A static is never dropped, so a small shell watches over each server: when its
//! standard input ends, because this process has ended in whatever way, it stops the
//! server and removes the data.

use super::{client, provision, run};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{Read, Seek, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, id};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The password of the role `locked` on [`Cluster::scram`].
pub(crate) const LOCKED_PASSWORD: &str = "p@ss/word";

/// How long a server may take to start, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(90);

/// Arguments: the server's folder, then its command line. The second process waits for
/// the end of our standard input; a SIGINT that comes too early is lost, hence the loop.
const SUPERVISOR: &str = r#"
trap '' HUP INT
folder=$1; shift
exec 3<&0
"$@" 3<&- >>"$folder/log" 2>&1 &
server=$!
(read -r _; while kill -INT "$server"; do sleep 1; done) <&3 >/dev/null 2>&1 &
watcher=$!
wait "$server"
kill "$watcher"
tail -n 20 "$folder/log"
rm -rf "$folder"
"#;

const CONFIGURATION: &str = "
listen_addresses = '127.0.0.1'
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 128MB
shared_buffers = 64MB
autovacuum = off
max_prepared_transactions = 4
timezone = 'UTC'
log_timezone = 'UTC'
";

static PSQL: LazyLock<String> = LazyLock::new(|| provision(&["psql"]));

/// A running server of this process's own.
#[derive(Debug)]
pub(crate) struct Cluster {
    major: u32,
    bin: PathBuf,
    port: u16,
    folder: PathBuf,
    /// Its pipe is what keeps the server alive.
    _supervisor: Child,
}

/// A database of its own, dropped with the value.
#[derive(Debug)]
pub(crate) struct Database {
    cluster: &'static Cluster,
    name: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Access {
    Trust,
    Scram,
    /// As [`Access::Trust`], for proofs: never prod's.
    Scratch,
}

impl Cluster {
    /// The cluster of this major; every connection is trusted.
    pub(crate) fn get(major: u32) -> &'static Self {
        Self::shared(major, Access::Trust)
    }

    /// A cluster of the newest tested major where the role `locked` needs
    /// [`LOCKED_PASSWORD`], sent as scram-sha-256.
    pub(crate) fn scram() -> &'static Self {
        let major = super::majors().into_iter().max().expect("a major");
        Self::shared(major, Access::Scram)
    }

    /// Another cluster of this major, where prod never is.
    pub(crate) fn scratch(major: u32) -> &'static Self {
        Self::shared(major, Access::Scratch)
    }

    fn shared(major: u32, access: Access) -> &'static Self {
        type Slots = BTreeMap<(u32, Access), &'static OnceLock<Cluster>>;
        static SLOTS: Mutex<Slots> = Mutex::new(Slots::new());

        let mut slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = *slots.entry((major, access)).or_insert_with(|| Box::leak(Box::default()));
        drop(slots);
        slot.get_or_init(|| Self::start(major, access))
    }

    pub(crate) fn major(&self) -> u32 {
        self.major
    }

    /// The folder of the server's programs.
    pub(crate) fn bin(&self) -> &Path {
        &self.bin
    }

    /// The folder of the server's socket and data.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The superuser's URI of a database, over TCP.
    pub(crate) fn url(&self, database: &str) -> String {
        self.url_as("postgres", database)
    }

    /// The same for `role` or `role:password`, escaped as a URI wants it.
    pub(crate) fn url_as(&self, user: &str, database: &str) -> String {
        format!("postgresql://{user}@127.0.0.1:{}/{database}", self.port)
    }

    /// The superuser's URI of a database, over the socket.
    pub(crate) fn socket_url(&self, database: &str) -> String {
        let folder = self.folder.display();
        format!("postgresql://postgres@/{database}?host={folder}&port={}", self.port)
    }

    /// A new, empty database; its name starts with `name` and is used once only.
    pub(crate) fn create_database(&'static self, name: &str) -> Database {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let name = format!("{name}_{}_{}", id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        // the only way up to 14, and without fsync the faster one from then on
        let strategy = if self.major >= 15 { "STRATEGY file_copy" } else { "" };
        self.maintain(&format!("CREATE DATABASE \"{name}\" {strategy}"))
            .unwrap_or_else(|error| panic!("cannot create database {name}: {error}"));
        Database { cluster: self, name }
    }

    /// Runs a script in the database `postgres`: for what all databases share.
    pub(crate) fn maintain(&self, sql: &str) -> Result<String, String> {
        psql(&self.url("postgres"), sql)
    }

    /// Another process may take a port between our look and the server's: three tries.
    fn start(major: u32, access: Access) -> Self {
        let bin = PathBuf::from(provision(&["bin", &major.to_string()]));
        let user = server_user();
        let mut complaint = String::new();
        for _ in 0..3 {
            match Self::try_start(major, access, &bin, user.as_ref()) {
                Ok(cluster) => return cluster,
                Err(error) => complaint = error,
            }
        }
        panic!("PostgreSQL {major} of {} does not start: {complaint}", bin.display());
    }

    fn try_start(
        major: u32,
        access: Access,
        bin: &Path,
        user: Option<&User>,
    ) -> Result<Self, String> {
        let guard = tempfile::Builder::new()
            .prefix("pgbridge-")
            .tempdir_in(data_root())
            .map_err(|error| error.to_string())?;
        let folder = guard.path().to_owned();
        if let Some(user) = user {
            run(Command::new("chown").arg(format!("{}:{}", user.uid, user.gid)).arg(&folder))?;
        }
        let data = folder.join("data");
        fill(&data, bin, access, user)?;
        let port = free_port().map_err(|error| error.to_string())?;
        configure(&data, &folder, port, access).map_err(|error| error.to_string())?;

        let mut supervisor = Command::new("sh")
            .args(["-c", SUPERVISOR, "supervisor"])
            .arg(&folder)
            .args(as_user(user))
            .arg(bin.join("postgres"))
            .arg("-D")
            .arg(&data)
            .current_dir("/")
            .env("LC_ALL", "C")
            .process_group(0) // a Ctrl-C in the terminal is not for the supervisor
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("sh: {error}"))?;
        // from here on the folder is the supervisor's
        let folder = guard.keep();
        wait_until_ready(&mut supervisor, &data)?;
        let bin = bin.to_owned();
        let cluster = Self { major, bin, port, folder, _supervisor: supervisor };
        if access == Access::Scram {
            cluster.maintain(&format!(
                "SET password_encryption = 'scram-sha-256';
                 CREATE ROLE locked LOGIN PASSWORD '{LOCKED_PASSWORD}';"
            ))?;
        }
        Ok(cluster)
    }
}

impl Database {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn cluster(&self) -> &'static Cluster {
        self.cluster
    }

    pub(crate) fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// Runs a script, statement by statement, up to the first error: what it printed,
    /// rows unaligned and without headings, or the error.
    pub(crate) fn psql(&self, sql: &str) -> Result<String, String> {
        psql(&self.url(), sql)
    }

    /// The same for a script in a file.
    pub(crate) fn psql_file(&self, path: &Path) -> Result<String, String> {
        run(psql_command(&self.url()).arg("-f").arg(path))
    }

    /// The same for any number of `-c COMMAND` and `-f FILE`, in one session.
    pub(crate) fn psql_with(&self, arguments: &[String]) -> Result<String, String> {
        run(psql_command(&self.url()).args(arguments))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // nothing to do about a failure: the data ends with the process anyway
        let _ = self
            .cluster
            .maintain(&format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name));
    }
}

/// Runs a script as any user, on any server.
pub(crate) fn psql(url: &str, sql: &str) -> Result<String, String> {
    let mut script = tempfile::tempfile().map_err(|error| error.to_string())?;
    script.write_all(sql.as_bytes()).map_err(|error| error.to_string())?;
    script.rewind().map_err(|error| error.to_string())?;
    run(psql_command(url).args(["-f", "-"]).stdin(script))
}

fn psql_command(url: &str) -> Command {
    let mut command = client(&PSQL);
    command.args(["-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1", "-d", url]);
    command
}

/// Who the server runs as when the tests run as root, which it refuses to run as.
struct User {
    uid: String,
    gid: String,
}

fn server_user() -> Option<User> {
    let ask = |option: &str, name: &str| {
        run(Command::new("id").args([option, name])).map(|answer| answer.trim().to_owned())
    };
    if run(Command::new("id").arg("-u")).is_ok_and(|uid| uid.trim() != "0") {
        return None;
    }
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| Some(User { uid: ask("-u", name).ok()?, gid: ask("-g", name).ok()? }))
        .or_else(|| panic!("the tests run as root, and there is no user postgres or nobody"))
}

/// What to put before a command line to run it as `user`.
fn as_user(user: Option<&User>) -> Vec<String> {
    user.map_or_else(Vec::new, |user| {
        let (uid, gid) = (format!("--reuid={}", user.uid), format!("--regid={}", user.gid));
        vec!["setpriv".to_owned(), uid, gid, "--clear-groups".to_owned(), "--".to_owned()]
    })
}

/// Where data lies: in memory when there is room for it.
fn data_root() -> PathBuf {
    const ROOM_KB: u64 = 1024 * 1024;
    let free = run(Command::new("df").args(["-Pk", "/dev/shm"]))
        .ok()
        .and_then(|answer| answer.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok());
    if free.is_some_and(|free| free > ROOM_KB) {
        PathBuf::from("/dev/shm")
    } else {
        std::env::temp_dir()
    }
}

/// Makes the data folder: a copy of the template in the cache, which the first call makes.
/// Copies of one template have one system identifier, so each access has a template of its own.
fn fill(data: &Path, bin: &Path, access: Access, user: Option<&User>) -> Result<(), String> {
    let version = run(Command::new(bin.join("postgres")).arg("--version"))?;
    let owner = user.map_or("", |user| user.uid.as_str());
    let key: String = format!("{} {owner} {access:?}", version.trim())
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
        .collect();
    let templates = PathBuf::from(provision(&["cache"])).join("template");
    let template = templates.join(key);
    if template.is_dir() && copy(&template, data).is_ok() {
        return Ok(());
    }
    let mut command: Vec<String> = as_user(user);
    command.push(bin.join("initdb").display().to_string());
    let (program, arguments) = command.split_first().expect("initdb at least");
    run(client(program)
        .args(arguments)
        .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"])
        .args(["--wal-segsize=4", "-D"])
        .arg(data)
        .current_dir("/"))?;
    // the cache may be read-only, or another process faster: then there is no template to save
    let _ = fs::create_dir_all(&templates).map_err(|error| error.to_string()).and_then(|()| {
        let guard = tempfile::tempdir_in(&templates).map_err(|error| error.to_string())?;
        let fresh = guard.path().join("data");
        copy(data, &fresh)?;
        fs::rename(&fresh, &template).map_err(|error| error.to_string())
    });
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let copied = run(Command::new("cp").arg("-a").arg(from).arg(to));
    if copied.is_err() {
        let _ = fs::remove_dir_all(to);
    }
    copied.map(drop)
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn configure(data: &Path, socket: &Path, port: u16, access: Access) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).open(data.join("postgresql.conf"))?;
    file.write_all(CONFIGURATION.as_bytes())?;
    writeln!(file, "port = {port}\nunix_socket_directories = '{}'", socket.display())?;
    if access == Access::Scram {
        // the first line that fits a connection is the one that counts
        let path = data.join("pg_hba.conf");
        let trusting = fs::read_to_string(&path)?;
        let demanding = "local all locked scram-sha-256\nhost all locked all scram-sha-256\n";
        fs::write(&path, format!("{demanding}{trusting}"))?;
    }
    Ok(())
}

/// The server says in the eighth line of its pid file that it takes connections.
fn wait_until_ready(supervisor: &mut Child, data: &Path) -> Result<(), String> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(status) = supervisor.try_wait().map_err(|error| error.to_string())? {
            let mut log = String::new();
            if let Some(mut stdout) = supervisor.stdout.take() {
                let _ = stdout.read_to_string(&mut log);
            }
            return Err(format!("{status}\n{log}"));
        }
        let state = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
        if state.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
            return Ok(());
        }
        sleep(Duration::from_millis(10));
    }
    Err(format!("not ready after {} seconds", PATIENCE.as_secs()))
}
