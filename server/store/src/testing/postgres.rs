//! A PostgreSQL server for one test.

use std::{
    env, fs, io,
    os::unix::{fs::MetadataExt, fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// A running server. Stopped when dropped.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    user: Option<User>,
    /// Holds its data, its socket and its log.
    folder: TempDir,
}

/// Whom to run as: PostgreSQL refuses root.
#[derive(Clone, Copy, Debug)]
struct User {
    uid: u32,
    gid: u32,
}

impl Server {
    /// Makes a cluster in a folder of its own and starts it. `None` where the programs are not installed, which is an
    /// error under `CI=true`: what guards main tries both engines or says that it does not.
    pub(super) fn start() -> io::Result<Option<Self>> {
        let Some(programs) = programs() else {
            const MISSING: &str = "PostgreSQL is not installed (initdb and pg_ctl are not found)";
            if env::var_os("CI").is_some_and(|ci| ci == "true") {
                return Err(io::Error::other(format!("{MISSING}, and under CI=true it has to be")));
            }
            announce(&format!("{MISSING}: its half of this test is skipped"));
            return Ok(None);
        };
        let folder = tempfile::tempdir()?;
        let user = if fs::metadata(folder.path())?.uid() == 0 { Some(someone_else()?) } else { None };
        if let Some(user) = user {
            chown(folder.path(), Some(user.uid), Some(user.gid))?;
        }
        let server = Self { programs, user, folder };
        server.run("initdb", |initdb| {
            initdb.args(["--username=test", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
            initdb.args(["--no-sync", "--no-instructions", "--pgdata"]).arg(server.data());
        })?;
        server.launch()?;
        Ok(Some(server))
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder().join("log")
    }

    /// The address of one of its databases.
    pub(super) fn url(&self, database: &str) -> String {
        let socket = self.folder().display().to_string().replace('/', "%2F");
        format!("postgres://test@{socket}/{database}")
    }

    /// Stops it at once, as a loss of power would, and starts it again.
    ///
    /// # Errors
    /// When it does not come back.
    pub fn crash_and_restart(&self) -> io::Result<()> {
        self.stop()?;
        self.launch()
    }

    fn launch(&self) -> io::Result<()> {
        // A test's data need not survive the machine: without fsync it is several times quicker.
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c max_connections=100",
            self.folder().display()
        );
        self.run("pg_ctl", |pg_ctl| {
            pg_ctl.arg("--pgdata").arg(self.data()).arg("--log").arg(self.log());
            pg_ctl.args(["--wait", "--options", &options, "start"]);
        })
    }

    fn stop(&self) -> io::Result<()> {
        self.run("pg_ctl", |pg_ctl| {
            pg_ctl.arg("--pgdata").arg(self.data()).args(["--wait", "--mode=immediate", "stop"]);
        })
    }

    fn run(&self, program: &str, arguments: impl FnOnce(&mut Command)) -> io::Result<()> {
        let mut command = Command::new(self.programs.join(program));
        arguments(&mut command);
        command.current_dir(self.folder()).stdin(Stdio::null());
        if program == "pg_ctl" {
            // The server inherits them, and whoever waited for the end of a pipe would wait for the server.
            command.stdout(Stdio::null()).stderr(Stdio::null());
        }
        if let Some(user) = self.user {
            command.uid(user.uid).gid(user.gid);
        }
        let Output { status, stderr, .. } = command.output()?;
        if status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&stderr).into_owned();
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        Err(io::Error::other(format!("{program}: {status}: {said}{log}")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(cause) = self.stop() {
            announce(&format!("PostgreSQL was not stopped: {cause}"));
        }
    }
}

/// Where `initdb` and `pg_ctl` lie: on the PATH, or where Debian keeps them.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    debian.sort();
    folders.extend(debian.into_iter().rev());
    folders
        .into_iter()
        .find(|folder| ["initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file()))
}

/// A user who is not root: PostgreSQL's own, or nobody.
fn someone_else() -> io::Result<User> {
    let accounts = fs::read_to_string("/etc/passwd")?;
    let find = |name: &str| {
        accounts.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let [found, _, uid, gid, ..] = fields.as_slice() else { return None };
            (*found == name).then(|| Some(User { uid: uid.parse().ok()?, gid: gid.parse().ok()? }))?
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .ok_or_else(|| io::Error::other("no user but root to run PostgreSQL as"))
}

#[expect(clippy::print_stderr, reason = "whoever reads the test's output must see what was not tried")]
fn announce(text: &str) {
    eprintln!("{text}");
}
