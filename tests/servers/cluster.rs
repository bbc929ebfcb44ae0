//! A throwaway PostgreSQL server, made from the binaries of the machine.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A running server; it stops, and its files go, when this is dropped.
pub struct Cluster {
    bin: PathBuf,
    dir: PathBuf,
    /// The major version.
    pub major: u16,
}

/// The account that the server runs as where the tests run as root: the server refuses root.
const ACCOUNT: &str = "postgres";

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
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c timezone=UTC",
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
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        self.run(ACCOUNT, &["-c", &sql], None)?;
        self.run(ACCOUNT, &["-c", &format!("CREATE DATABASE {name} TEMPLATE template0")], None)?;
        Ok(())
    }

    /// Runs a text in a database: by psql statement by statement, or as `how` says.
    pub fn apply(&self, database: &str, sql: &str, how: How) -> Result<(), String> {
        match how {
            How::Statements => self.run(database, &["-f", "-"], Some(sql)),
            How::OneTransaction => self.run(database, &["-1", "-f", "-"], Some(sql)),
            How::OneMessage => self.run(database, &["-c", sql], None),
        }
        .map(|_| ())
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

    fn run(&self, database: &str, options: &[&str], input: Option<&str>) -> Result<String, String> {
        let mut command = Command::new(self.bin.join("psql"));
        command
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", ACCOUNT, "-d", database, "-h"])
            .arg(&self.dir)
            .args(options)
            .env("PGCLIENTENCODING", "UTF8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("psql: {error}"))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A server that stops at an error closes the pipe; what it says is in its output.
            let _ = stdin.write_all(input.unwrap_or("").as_bytes());
        }
        let output = child.wait_with_output().map_err(|error| format!("psql: {error}"))?;
        finished(output)
    }

    /// A server program, run as an account that may.
    fn command(&self, program: &str) -> Command {
        let path = self.bin.join(program);
        if !is_root() {
            return Command::new(path);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid", ACCOUNT, "--regid", ACCOUNT, "--clear-groups"]).arg(path);
        command.current_dir("/");
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

fn binaries(major: Option<u16>) -> Result<(u16, PathBuf), String> {
    let root = Path::new("/usr/lib/postgresql");
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut found: Vec<(u16, PathBuf)> = entries
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            (bin.join("initdb").exists() && bin.join("psql").exists()).then_some((number, bin))
        })
        .collect();
    found.sort();
    found.retain(|(number, _)| major.is_none_or(|major| major == *number));
    found.pop().ok_or_else(|| match major {
        Some(major) => format!("PostgreSQL {major} is not below {}", root.display()),
        None => format!("no PostgreSQL server is below {}", root.display()),
    })
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
