//! The real program beside a town in this process, on one database that outlives it.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use portal::Clock;
use reqwest::StatusCode;
use server::{house::House, settings::Settings};
use simulators::{Options, Town, World};
use tempfile::TempDir;

use super::{
    books::Books,
    stage::{Browser, SHIPPED, Script, settings_for},
};

/// A town, a folder for what is kept, and the program while it runs.
pub(crate) struct Program {
    pub(crate) town: Arc<Town>,
    portal: SocketAddr,
    operator: SocketAddr,
    pub(crate) folder: Arc<TempDir>,
    running: Option<Child>,
}

/// An address that nobody takes before the program does: below the ports that outgoing connections are given, and such as
/// only this process tries.
fn free_address() -> SocketAddr {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    loop {
        let tried = std::process::id().wrapping_mul(16).wrapping_add(TRIED.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(10_000 + tried % 22_000).unwrap();
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener.local_addr().unwrap();
        }
    }
}

impl Program {
    /// Beside the shipped world.
    pub(crate) async fn new() -> Self {
        Self::beside(None).await
    }

    /// Beside this world, or the shipped one. Nothing runs yet.
    pub(crate) async fn beside(world: Option<World>) -> Self {
        simulators::use_ring();
        let folder = Arc::new(TempDir::new().unwrap());
        let portal = free_address();
        let options = Options {
            world,
            portal: Some(format!("http://{portal}")),
            ..Options::any_port(folder.path().join("town"))
        };
        let town = Arc::new(Town::start(options).await.unwrap());
        Self { town, portal, operator: free_address(), folder, running: None }
    }

    /// Another process on the same tables, at addresses of its own. It does not run yet.
    pub(crate) fn twin(&self) -> Self {
        Self {
            town: Arc::clone(&self.town),
            portal: free_address(),
            operator: free_address(),
            folder: Arc::clone(&self.folder),
            running: None,
        }
    }

    /// The program with these arguments, in the environment that fits the town.
    fn command(&self, arguments: &[&str]) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        // The shell ignores SIGXFSZ (a file over its bound), gives that on, and is the program from then on.
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_hjarntorget")])
            .args(arguments)
            .current_dir(root)
            .envs(settings_for(&self.town, self.folder.path(), self.portal, self.operator))
            .env("LEPTOS_SITE_ADDR", self.portal.to_string());
        command
    }

    /// What an operator types, with more settings; waits for its end.
    pub(crate) async fn asked(&self, arguments: &[&str], more: &[(&str, &str)]) -> Output {
        let mut command = self.command(arguments);
        command.envs(more.iter().copied());
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// Makes the tables and reads the pupil register, as an operator does first.
    pub(crate) async fn furnish(&self) {
        for command in ["migrate", "sync"] {
            let done = self.asked(&[command], &[]).await;
            assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
        }
    }

    /// Starts serving, and waits until it is ready.
    pub(crate) async fn start(&mut self, more: &[(&str, &str)]) {
        let child =
            self.command(&["serve"]).envs(more.iter().copied()).stdout(Stdio::null()).spawn().unwrap();
        self.running = Some(child);
        for _ in 0..300 {
            let ready = reqwest::get(format!("http://{}/ready", self.operator)).await;
            if ready.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the program never was ready");
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&format!("http://{}", self.portal))
    }

    /// The number of the process that serves.
    pub(crate) fn id(&self) -> u32 {
        self.running.as_ref().unwrap().id()
    }

    /// From now on the program may write to a file up to so many bytes of it, or as many as it likes. It was started so
    /// that a write beyond is an error, and no signal that ends it.
    pub(crate) fn bound_files(&self, bytes: Option<u64>) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.id()).unwrap());
        let bound = rustix::process::Resource::Fsize;
        let limit = rustix::process::Rlimit { current: bytes, ..rustix::process::getrlimit(bound) };
        rustix::process::prlimit(pid, bound, limit).unwrap();
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        let mut child = self.running.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Waits until it has ended by itself, and says whether it ended well.
    pub(crate) async fn ended(&mut self) -> bool {
        let mut child = self.running.take().unwrap();
        tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap().success()
    }

    pub(crate) fn script(&self) -> Script<'_> {
        Script { town: &self.town }
    }

    /// The tables, read from here, whether the program runs or not.
    pub(crate) async fn books(&self) -> Books {
        let environment = settings_for(&self.town, self.folder.path(), self.portal, self.operator);
        let settings = Settings::read(SHIPPED, environment).unwrap();
        Books::of(&House::open(settings, Clock::system()).await.unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(child) = &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
