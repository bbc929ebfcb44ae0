//! A throwaway PostgreSQL server, made from the binaries of the machine.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A running server; it stops, and its files go, when this is dropped.
pub struct Cluster {
    bin: PathBuf,
    dir: PathBuf,
    /// The major version.
    pub major: u16,
}

/// The account that the server runs as where the tests run as root: the server refuses root.
const ACCOUNT: &str = "postgres";

/// What one argument of a program may hold on Linux, with room to spare (`MAX_ARG_STRLEN`).
const ARGUMENT_BYTES_MAX: usize = 100_000;

impl Cluster {
    /// Starts a server of the newest major that the machine has, or of the one that is asked for.
    pub fn start(major: Option<u16>) -> Result<Self, String> {
        let (major, bin) = binaries(major)?;
        let dir = std::env::temp_dir().join(format!("lockgate-pg{major}-{}", std::process::id()));
        let cluster = Self { bin, dir, major };
        fs::create_dir_all(&cluster.dir).map_err(|error| format!("{:?}: {error}", cluster.dir))?;
        if is_root() {
            succeed(Command::new("chown").arg(ACCOUNT).arg(&cluster.dir))?;
        }
        let data = cluster.dir.join("data");
        succeed(
            cluster
                .command("initdb")
                .args(["-A", "trust", "-U", ACCOUNT, "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
                .arg(&data),
        )?;
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c timezone=UTC -c autovacuum=off -c wal_level=logical \
             -c synchronous_commit=off -c full_page_writes=off",
            cluster.dir.display()
        );
        succeed(
            cluster
                .command("pg_ctl")
                .args(["-w", "-o", &options, "-l"])
                .arg(cluster.dir.join("log"))
                .arg("-D")
                .arg(&data)
                .arg("start"),
        )?;
        Ok(cluster)
    }

    /// Makes an empty database.
    pub fn create_database(&self, name: &str) -> Result<(), String> {
        self.copy_database("template0", name)
    }

    /// Runs a text in a database: by psql statement by statement, or as `how` says.
    pub fn apply(&self, database: &str, sql: &str, how: How) -> Result<(), String> {
        match how {
            How::Statements => self.run(database, &["-f", "-"], Some(sql)),
            How::OneTransaction => self.run(database, &["-1", "-f", "-"], Some(sql)),
            // The system takes no longer argument; the transaction is the same.
            How::OneMessage if sql.len() > ARGUMENT_BYTES_MAX => {
                self.run(database, &["-1", "-f", "-"], Some(sql))
            }
            How::OneMessage => self.run(database, &["-c", sql], None),
        }
        .map(|_| ())
    }

    /// Runs a text statement by statement, past what fails; gives the errors.
    pub fn apply_past_errors(&self, database: &str, sql: &str) -> Result<Vec<String>, String> {
        let options = ["-v", "ON_ERROR_STOP=0", "-v", "VERBOSITY=terse", "-f", "-"];
        let mut command = self.psql(database, &options);
        let output = fed(&mut command, Some(sql))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(text.split('\n').filter(|line| line.contains("ERROR:")).map(str::to_owned).collect())
    }

    /// Makes a database like another one, in the place of one of that name.
    pub fn copy_database(&self, from: &str, to: &str) -> Result<(), String> {
        let force = if self.major < 13 { "" } else { " WITH (FORCE)" };
        self.run(ACCOUNT, &["-c", &format!("DROP DATABASE IF EXISTS {to}{force}")], None)?;
        self.run(ACCOUNT, &["-c", &format!("CREATE DATABASE {to} TEMPLATE {from}")], None)?;
        Ok(())
    }

    /// The rows of a query, their columns parted by tabs.
    pub fn rows(&self, database: &str, sql: &str) -> Result<Vec<String>, String> {
        let options = ["-A", "-t", "-F", "\t", "-R", "\u{1e}", "-f", "-"];
        let text = self.run(database, &options, Some(sql))?;
        Ok(text
            .split('\u{1e}')
            .map(str::trim_end)
            .filter(|row| !row.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// What psql prints of a script, past what fails; columns are parted by tabs.
    pub fn lines(&self, database: &str, script: &str) -> Result<Vec<String>, String> {
        let options = ["-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=0", "-f", "-"];
        let output = fed(&mut self.psql(database, &options), Some(script))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        match output.status.success() {
            true => Ok(text.split('\n').map(str::to_owned).collect()),
            false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        }
    }

    /// A session that goes on until it is ended.
    pub fn session(&self, database: &str) -> Result<Session, String> {
        let mut command = self.psql(database, &["-f", "-"]);
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Session { child: pipes.spawn().map_err(|error| format!("psql: {error}"))? })
    }

    fn run(&self, database: &str, options: &[&str], input: Option<&str>) -> Result<String, String> {
        finished(fed(&mut self.psql(database, options), input)?)
    }

    fn psql(&self, database: &str, options: &[&str]) -> Command {
        let mut command = Command::new(self.bin.join("psql"));
        command
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", ACCOUNT, "-d", database, "-h"])
            .arg(&self.dir)
            .args(options)
            .env("PGCLIENTENCODING", "UTF8");
        without_settings(&mut command);
        command
    }

    /// A server program, run as an account that may.
    fn command(&self, program: &str) -> Command {
        let path = self.bin.join(program);
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", ACCOUNT, "--regid", ACCOUNT, "--clear-groups"]).arg(path);
                command
            }
            false => Command::new(path),
        };
        without_settings(command.current_dir("/"));
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.dir.join("data");
        let _ =
            self.command("pg_ctl").args(["-m", "immediate", "-D"]).arg(data).arg("stop").output();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// A session of psql.
pub struct Session {
    child: Child,
}

impl Session {
    /// Sends statements.
    pub fn send(&mut self, sql: &str) -> Result<(), String> {
        let stdin = self.child.stdin.as_mut().ok_or("psql: it was ended")?;
        writeln!(stdin, "{sql}")
            .and_then(|()| stdin.flush())
            .map_err(|error| format!("psql: {error}"))
    }

    /// Ends it, and waits for that.
    pub fn end(mut self) -> Result<(), String> {
        drop(self.child.stdin.take());
        self.child.wait().map(|_| ()).map_err(|error| format!("psql: {error}"))
    }
}

/// How a text reaches the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Each statement by itself.
    Statements,
    /// Each by itself, in one transaction.
    OneTransaction,
    /// All as one message.
    OneMessage,
}

/// Feeds a program, and waits for its end.
fn fed(command: &mut Command, input: Option<&str>) -> Result<Output, String> {
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().map_err(|error| format!("psql: {error}"))?;
    // Beside the reading below: neither side waits for the other.
    let stdin = child.stdin.take();
    let text = input.unwrap_or("").to_owned();
    let feeder = std::thread::spawn(move || {
        // A server that stops at an error closes the pipe; what it says is in its output.
        stdin.map(|mut stdin| stdin.write_all(text.as_bytes()))
    });
    let output = child.wait_with_output().map_err(|error| format!("psql: {error}"))?;
    let _ = feeder.join();
    Ok(output)
}

/// What the caller's environment says of servers is about others.
fn without_settings(command: &mut Command) {
    let settings = std::env::vars_os().map(|(name, _)| name);
    for name in settings.filter(|name| name.to_string_lossy().starts_with("PG")) {
        if name != "PGCLIENTENCODING" {
            command.env_remove(name);
        }
    }
}

/// The binaries of the newest major, or of the one that is asked for: where Debian, Red Hat and
/// Homebrew put them, and on the path.
fn binaries(major: Option<u16>) -> Result<(u16, PathBuf), String> {
    const ROOTS: &[&str] = &["/usr/lib/postgresql", "/usr", "/opt/homebrew/opt", "/usr/local/opt"];
    let below = ROOTS.iter().flat_map(|root| fs::read_dir(root).into_iter().flatten().flatten());
    let folders = below.map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let whole = |bin: &PathBuf| {
        ["initdb", "pg_ctl", "postgres", "psql"].iter().all(|it| bin.join(it).exists())
    };
    let folders = folders.chain(path).filter(whole);
    let mut found: Vec<(u16, PathBuf)> =
        folders.filter_map(|bin| Some((major_of(&bin)?, bin))).collect();
    found.sort();
    found.retain(|(number, _)| major.is_none_or(|major| major == *number));
    found.pop().ok_or_else(|| match major {
        Some(major) => format!("this machine has no server of PostgreSQL {major}"),
        None => "this machine has no PostgreSQL server (apt-get install postgresql)".to_owned(),
    })
}

/// `postgres (PostgreSQL) 15.14 (Debian ...)`.
fn major_of(bin: &Path) -> Option<u16> {
    let output = Command::new(bin.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_whitespace().nth(2)?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn succeed(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    // A server that goes on in the background keeps what it inherits open.
    let output = command.stdin(Stdio::null()).output();
    finished(output.map_err(|error| format!("{name}: {error}"))?)
}

fn finished(output: Output) -> Result<String, String> {
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}
