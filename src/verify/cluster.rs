//! A private cluster: on a socket in a folder of its own, gone with the value and with the process.
//!
//! A small shell watches over the server. When its standard input ends, because the value was
//! dropped or this process has ended in whatever way, it stops the server and removes the data.

use crate::connect::{Conninfo, Environment};
use crate::verify::account::{Account, answer};
use crate::verify::{Binaries, VerifyError};
use std::fs::Permissions;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a server may take to be made and to start, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long it may take to end before nobody waits for it any more.
const FAREWELL: Duration = Duration::from_secs(20);
/// The number in the socket's name; no network is listened to.
const PORT: &str = "5432";

/// Arguments: the folder, the folder of the programs, what to put before a command line. A SIGINT
/// that comes too early is lost, hence the loop.
const SUPERVISOR: &str = r#"
trap '' HUP INT
folder=$1 bin=$2
shift 2
exec 3<&0
if "$@" "$bin/initdb" -U postgres -A trust -E UTF8 --locale=C -N --wal-segsize=4 -D "$folder/data" \
    3<&- </dev/null >"$folder/log" 2>&1
then
  "$@" "$bin/postgres" -D "$folder/data" -k "$folder" -p 5432 -c listen_addresses= \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal \
    -c max_wal_senders=0 -c max_wal_size=128MB -c shared_buffers=64MB -c autovacuum=off \
    -c max_connections=30 -c max_locks_per_transaction=1024 -c jit=off -c timezone=UTC \
    -c log_timezone=UTC 3<&- </dev/null >>"$folder/log" 2>&1 &
  server=$!
  (read -r _; while kill -INT "$server"; do sleep 1; done) <&3 >/dev/null 2>&1 &
  watcher=$!
  wait "$server"
  kill "$watcher"
fi
tail -n 20 "$folder/log"
rm -rf "$folder"
"#;

/// A running server of our own. Its superuser is `postgres`, every connection is trusted.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    major: i32,
    /// Its pipe is what keeps the server alive.
    supervisor: Child,
}

impl Cluster {
    /// Makes and starts one; blocks until it takes connections.
    ///
    /// # Errors
    /// When it does not start: the end of its log is in the message.
    pub fn start(binaries: &Binaries) -> Result<Self, VerifyError> {
        let account = Account::choose()?;
        let failed = |reason| VerifyError::Start { folder: binaries.folder.clone(), reason };
        let root = data_root();
        let guard = tempfile::Builder::new()
            .prefix("pgbridge-")
            // every connection is trusted: nobody else may reach the socket
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&root)
            .map_err(|error| failed(format!("no folder in {}: {error}", root.display())))?;
        if let Some(account) = &account {
            account.own(guard.path()).map_err(failed)?;
        }
        let mut command = Command::new("sh");
        command.args(["-c", SUPERVISOR, "supervisor"]).arg(guard.path()).arg(&binaries.folder);
        command.args(account.iter().flat_map(Account::prefix));
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG"))
        {
            command.env_remove(name);
        }
        let supervisor = command
            .current_dir("/")
            .env("LC_ALL", "C")
            // a Ctrl-C in the terminal is not for the supervisor
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| failed(format!("sh: {error}")))?;
        // from here on the folder is the supervisor's
        let mut cluster = Self { folder: guard.keep(), major: binaries.major, supervisor };
        cluster.wait_until_ready().map_err(failed)?;
        Ok(cluster)
    }

    /// The major version.
    pub fn major(&self) -> i32 {
        self.major
    }

    /// A connection string for a database, as the superuser.
    pub fn conninfo_text(&self, database: &str) -> String {
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
        let (folder, database) = (quoted(&self.folder.to_string_lossy()), quoted(database));
        format!("host='{folder}' port={PORT} user=postgres dbname='{database}'")
    }

    /// The same, read. Nothing of the environment goes in.
    ///
    /// # Errors
    /// Never in practice: the string is ours.
    pub fn conninfo(&self, database: &str) -> Result<Conninfo, VerifyError> {
        Ok(Conninfo::parse(&self.conninfo_text(database), &Environment::default())?)
    }

    /// The server says in the eighth line of its pid file that it takes connections.
    fn wait_until_ready(&mut self) -> Result<(), String> {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(status) = self.supervisor.try_wait().map_err(|error| error.to_string())? {
                let mut log = String::new();
                if let Some(mut stdout) = self.supervisor.stdout.take() {
                    // without it the status has to do
                    let _ = stdout.read_to_string(&mut log);
                }
                return Err(format!("{status}\n{}", log.trim_end()));
            }
            let state = std::fs::read_to_string(self.folder.join("data/postmaster.pid"))
                .unwrap_or_default();
            if state.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            sleep(Duration::from_millis(10));
        }
        Err(format!("not ready after {} seconds", PATIENCE.as_secs()))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let begin = Instant::now();
        while begin.elapsed() < FAREWELL {
            match self.supervisor.try_wait() {
                Ok(None) => sleep(Duration::from_millis(10)),
                // it is gone, or there is no way to know
                Ok(Some(_)) | Err(_) => return,
            }
        }
    }
}

/// Where data lies: in memory when there is room for it.
fn data_root() -> PathBuf {
    const ROOM_KB: u64 = 1024 * 1024;
    /// A socket's path has 107 bytes at most, and our part of it takes some 30.
    const LONGEST: usize = 70;
    let free = answer("df", &["-Pk", "/dev/shm"])
        .and_then(|text| text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok());
    if free.is_some_and(|free| free > ROOM_KB) {
        return PathBuf::from("/dev/shm");
    }
    let usual = std::env::temp_dir();
    if usual.is_absolute() && usual.as_os_str().len() <= LONGEST {
        usual
    } else {
        Path::new("/tmp").to_owned()
    }
}
