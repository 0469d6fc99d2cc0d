//! Starting and closing a town.

use crate::{
    Clock, Files, State, System, Tokens, World,
    authorities::Authorities,
    bankid::{self, BankId},
    calls::Call,
    control, https,
    messenger::Messenger,
    population, pupil, sms, smtp,
    state::Beginnings,
    tls::Tls,
};
use anyhow::{Context, Result, anyhow};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// The systems a town has so far.
const SERVED: [System; 5] = [System::Bankid, System::Population, System::Pupil, System::Smtp, System::Sms];

/// How a town is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where certificates and secrets are kept.
    pub dir: PathBuf,
    /// The address everything listens on.
    pub host: IpAddr,
    /// The control interface's port; the systems follow as contract.md lists them. 0: any free ports.
    pub port_base: u16,
    /// The population; without it the shipped one.
    pub world: Option<World>,
    /// The portal's address, for a link on the page of people.
    pub portal: Option<String>,
    /// Where RSA keys are kept, which take a second to make; without it in `dir`. Towns may share such a folder.
    pub keys: Option<PathBuf>,
}

impl Options {
    /// A town with the shipped world on free ports of 127.0.0.1. Its keys are kept in the folder that the variable
    /// `TOWN_KEYS` names, so that a suite of tests makes them once.
    pub fn any_port(dir: impl Into<PathBuf>) -> Self {
        let keys = std::env::var_os("TOWN_KEYS").map(PathBuf::from);
        Self {
            dir: dir.into(),
            host: Ipv4Addr::LOCALHOST.into(),
            port_base: 0,
            world: None,
            portal: None,
            keys,
        }
    }
}

/// A running town. Dropping it closes every socket.
pub struct Town {
    state: Arc<State>,
    files: Files,
    tasks: JoinSet<()>,
}

impl std::fmt::Debug for Town {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Town").field("control", &self.control()).finish_non_exhaustive()
    }
}

impl Town {
    /// Starts every system. When this returns, all sockets are open.
    ///
    /// # Errors
    /// A port that is taken, a folder that cannot be written, a world that does not hold together.
    pub async fn start(options: Options) -> Result<Self> {
        let files = Files::new(&options.dir, options.keys.as_deref())?;
        let (authorities, tokens) = Authorities::open(&files)?;
        let control = listen(&options, 0).await?;
        let mut listeners = BTreeMap::new();
        for system in SERVED {
            listeners.insert(system, listen(&options, system.port_offset()).await?);
        }
        let mut addresses = BTreeMap::new();
        for (system, listener) in &listeners {
            addresses.insert(*system, listener.local_addr()?);
        }
        crate::use_ring();
        let (clock, closing) = (Clock::default(), CancellationToken::new());
        let begin = Beginnings {
            messenger: Messenger::new(clock.clone(), closing.clone())?,
            clock,
            closing,
            world: options.world,
            tokens,
            tls: Tls::new(&authorities, options.host)?,
            bankid: BankId::new(&files),
            portal: options.portal,
            delays: files.delays(),
            addresses,
            control: control.local_addr()?,
        };
        let state =
            State::new(begin).map_err(|wrongs| anyhow!("the world is wrong: {}", wrongs.join("; ")))?;
        let state = Arc::new(state);
        state.pupil.prepare(state.census()).await;
        let mut tasks = JoinSet::new();
        tasks.spawn(control::serve(control, state.clone()));
        for (system, listener) in listeners {
            let state = state.clone();
            match system {
                System::Bankid => {
                    tasks.spawn(https::serve(listener, system, bankid::router(state.clone()), state));
                }
                System::Population => {
                    tasks.spawn(https::serve(listener, system, population::router(state.clone()), state));
                }
                System::Pupil => {
                    tasks.spawn(https::serve(listener, system, pupil::router(state.clone()), state));
                }
                System::Smtp => {
                    tasks.spawn(smtp::serve(listener, state));
                }
                System::Sms => {
                    tasks.spawn(https::serve(listener, system, sms::router(state.clone()), state));
                }
                System::Oidc => {}
            }
        }
        Ok(Self { state, files, tasks })
    }

    /// A town of this population on free ports, for one test, and the folder it lives in.
    ///
    /// # Errors
    /// As [`Town::start`]; a population that cannot be read.
    pub async fn of(world: serde_json::Value) -> Result<(Self, TempDir)> {
        let folder = tempfile::tempdir()?;
        let world = serde_json::from_value(world)?;
        let town = Self::start(Options { world: Some(world), ..Options::any_port(folder.path()) }).await?;
        Ok((town, folder))
    }

    /// The origin of `system`, `https://127.0.0.1:4101` or `smtp://…`, without a path. Empty for a system the town has not.
    pub fn url(&self, system: System) -> String {
        self.state.url(system).unwrap_or_default()
    }

    /// The socket address of `system`, if the town has it.
    pub fn address(&self, system: System) -> Option<SocketAddr> {
        self.state.addresses.get(&system).copied()
    }

    /// The origin of the control interface, `http://127.0.0.1:4100`.
    pub fn control(&self) -> String {
        format!("http://{}", self.state.control)
    }

    /// The address of the page for people.
    pub fn human_page(&self) -> String {
        self.state.human_url()
    }

    /// The address of the pretend phone, to which the same-device button leads in development.
    pub fn phone(&self) -> String {
        format!("{}/phone", self.state.human_url())
    }

    /// Where the certificates are that a client needs.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The secrets a client needs.
    pub fn tokens(&self) -> &Tokens {
        &self.state.tokens
    }

    /// The town's clock.
    pub fn clock(&self) -> Clock {
        self.state.clock.clone()
    }

    /// Every mail that has arrived, oldest first.
    pub fn mail(&self) -> Vec<crate::Mail> {
        self.state.mail.list(&Default::default())
    }

    /// Every text message that has arrived, oldest first.
    pub fn sms(&self) -> Vec<crate::Sms> {
        self.state.sms.list(&Default::default())
    }

    /// Every try to tell a client of `system` something: notices of change, delivery reports.
    pub fn told(&self, system: System) -> Vec<crate::Told> {
        self.state.messenger.told(Some(system))
    }

    /// Every request `system` has received.
    pub fn calls(&self, system: System) -> Vec<Call> {
        self.state.calls.list(Some(system))
    }

    /// Orders a fault.
    ///
    /// # Errors
    /// The sentence that says which word is unknown.
    pub fn fault(&self, order: crate::FaultOrder) -> Result<(), String> {
        self.state.faults.order(order)
    }

    /// Replaces the population.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong with it.
    pub fn replace(&self, world: World) -> Result<(), Vec<String>> {
        self.state.replace(world)
    }

    /// The population as it is now.
    pub fn census(&self) -> Arc<crate::world::Census> {
        self.state.census()
    }

    /// Makes the pupil register put at most `rows` on a page, few enough that a test meets many pages.
    pub fn page_pupils_by(&self, rows: usize) {
        self.state.pupil.switch(pupil::Switches { rows, ..self.state.pupil.switches() });
    }

    /// Lets the pupil register delete absences, or not: version 2.0 of the standard has no way to.
    pub fn let_absences_be_deleted(&self, delete_absences: bool) {
        self.state.pupil.switch(pupil::Switches { delete_absences, ..self.state.pupil.switches() });
    }

    /// Closes every socket and waits for the servers to end.
    pub async fn close(mut self) {
        self.state.closing.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        self.state.closing.cancel();
    }
}

async fn listen(options: &Options, offset: u16) -> Result<TcpListener> {
    let port = match options.port_base {
        0 => 0,
        base => base.checked_add(offset).context("the port base leaves no room for the town's ports")?,
    };
    let at = SocketAddr::new(options.host, port);
    TcpListener::bind(at).await.with_context(|| format!("cannot listen on {at}: is another town running?"))
}
