//! Where everything meets: settings become clients, tables, keys, the portal, its workers and its doors.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use axum::Router;
use clap::ValueEnum;
use portal::{Clock, Parts, Portal, keys::KeyRing};
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    certificates,
    http::{self, Doors, hooks::Expected, listen},
    settings::{ClockSource, Settings, production},
    telemetry::{self, Readiness, Waits},
    town,
};
use tables::ready_tables;
use wiring::{
    bankid_settings, jobs_settings, mail_settings, navet_settings, operator_patience, public_patience,
    pupil_settings, rules, sms_settings,
};

pub use tables::{connect, connect_migrated};

mod tables;
mod wiring;

/// What of the house this process is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Everything.
    #[default]
    All,
    /// What visitors meet.
    Web,
    /// What goes on behind: collecting identifications, letters, the import, seals.
    Worker,
}

impl Role {
    fn answers(self) -> bool {
        self != Self::Worker
    }

    fn works(self) -> bool {
        self != Self::Web
    }
}

/// A house whose portal stands.
#[derive(Clone)]
pub struct House {
    settings: Settings,
    portal: Portal,
    hook: Option<Expected>,
}

impl House {
    /// Builds the portal on tables that are up to date.
    ///
    /// # Errors
    /// One line that names what is missing or wrong, and what to do.
    pub async fn open(settings: Settings, clock: Clock) -> Result<Self> {
        prepare();
        let rules = rules(&settings)?;
        if settings.in_production() {
            production::check_certificates(&settings)?;
        }
        let parts = Parts {
            store: connect_migrated(&settings).await?,
            keys: keys(&settings)?,
            bankid: bankid::Client::new(&bankid_settings(&settings)).context("[bankid]")?,
            navet: navet::Client::new(&navet_settings(&settings)?).context("[navet]")?,
            pupils: ss12000::Client::new(&pupil_settings(&settings)).context("[pupil-register]")?,
            mailer: dispatch::Mailer::new(&mail_settings(&settings)?).context("[mail]")?,
            gateway: dispatch::sms::Gateway::new(&sms_settings(&settings)).context("[sms]")?,
            clock,
            rules,
        };
        let portal = Portal::open(parts).await.context("cannot open the portal")?;
        let hook = Expected::read(&settings.house.hooks).context("[hooks]")?;
        Ok(Self { settings, portal, hook })
    }

    /// The rules of the house.
    pub fn portal(&self) -> &Portal {
        &self.portal
    }

    /// What the operator decided.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Starts what goes on behind the doors; it ends with `stop`.
    pub fn start_work(&self, stop: &CancellationToken) -> JoinSet<()> {
        let mut work = JoinSet::new();
        work.spawn(self.portal.background(stop.clone()).ended());
        let worker = self.portal.worker(jobs_settings(&self.settings));
        let stop = stop.clone();
        work.spawn(async move { worker.run(stop).await });
        work
    }

    /// Everything the public listener answers, and what it shares.
    pub fn doors(&self) -> (Doors, Router) {
        let doors = Doors::new(&self.settings, self.portal.clone(), self.hook.clone());
        let router = http::router(&doors);
        (doors, router)
    }
}

/// Runs the house until the process is told to end, or work behind the doors ends by itself; then drains.
///
/// # Errors
/// What keeps it from starting, or that its work ended: whoever watches over the process starts it again.
pub async fn serve(settings: Settings, role: Role) -> Result<()> {
    // What is wrong with the settings alone is said before anything is touched.
    rules(&settings)?;
    site_stands(&settings)?;
    let stop = CancellationToken::new();
    let readiness = Readiness::default();
    if !role.works() {
        readiness.working();
    }
    let figures = telemetry::figures()?;
    let clock = Clock::system();
    let mut tasks = JoinSet::new();
    let drain = settings.house.http.drain;

    let operator = listen::bind(settings.house.telemetry.address).await?;
    let operator_router = telemetry::router(readiness.clone(), figures);
    // The operator may look until the very end: this listener closes last.
    let last = CancellationToken::new();
    tokio::spawn(listen::serve(operator, operator_router, operator_patience(), last.clone()));

    tasks.spawn(ended(stop.clone()));
    if settings.house.clock.source == ClockSource::Town {
        readiness.waits(Waits::Clock);
        town::find(&clock, &settings.house.clock.town, &stop).await?;
        tasks.spawn(town::follow(clock.clone(), settings.house.clock.town.clone(), stop.clone()));
    }
    ready_tables(&settings, role, &readiness, &stop).await?;
    if stop.is_cancelled() {
        return Ok(());
    }
    readiness.waits(Waits::Portal);
    let house = House::open(settings, clock).await?;
    tasks.spawn(certificates::watch(house.settings.house.clone(), stop.clone()));
    let mut work = if role.works() { house.start_work(&stop) } else { JoinSet::new() };
    readiness.working();
    readiness.opened(house.portal.clone());
    if role.answers() {
        let listener = listen::bind(house.settings.leptos.site_addr).await?;
        let (doors, router) = house.doors();
        tasks.spawn(listen::serve(listener, router, public_patience(&house.settings), stop.clone()));
        tasks.spawn(forget(doors, stop.clone()));
        tracing::info!(listener = %house.settings.leptos.site_addr, "open");
    }
    let fallen = ends_by_itself(&mut work, &stop).await;
    if fallen {
        tracing::error!("work behind the doors ended by itself: the house closes");
        stop.cancel();
    }
    tracing::info!("closing");
    let drained = tokio::time::timeout(drain, async {
        while tasks.join_next().await.is_some() {}
        while work.join_next().await.is_some() {}
    })
    .await;
    if drained.is_err() {
        tracing::warn!("some work was still under way at the end; its leases run out by themselves");
    }
    house.portal.store().close().await.context("the database did not close")?;
    last.cancel();
    ensure!(!fallen, "work behind the doors ended by itself: what the log says before that is why");
    Ok(())
}

/// Waits until the house is told to stop, or some of its work ends before that, as a panic makes it; says whether it did.
/// Where there is no work, none ends.
async fn ends_by_itself(work: &mut JoinSet<()>, stop: &CancellationToken) -> bool {
    tokio::select! {
        biased;
        () = stop.cancelled() => false,
        Some(_) = work.join_next() => true,
    }
}

/// What every process of ours does first.
pub fn prepare() {
    // What is in memory when a process falls is keys and people: it is written nowhere.
    if let Err(error) = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }) {
        tracing::warn!(%error, "core dumps cannot be switched off");
    }
    // One cryptography for all of TLS; a second call finds it in place.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let _ = any_spawner::Executor::init_tokio();
}

/// The files of the site are where the settings say.
fn site_stands(settings: &Settings) -> Result<()> {
    let leptos = &settings.leptos;
    if leptos.hash_files {
        let beside =
            std::env::current_exe().context("cannot find myself")?.with_file_name(leptos.hash_file.as_ref());
        ensure!(
            beside.is_file(),
            "hash-files is set, but {} is missing: build with `make build`",
            beside.display()
        );
    }
    if !Path::new(leptos.site_root.as_ref()).join(leptos.site_pkg_dir.as_ref()).is_dir() {
        tracing::warn!(path = %leptos.site_root, "no site here yet: pages come without style and script");
    }
    Ok(())
}

/// The keys; a development house makes them once.
fn keys(settings: &Settings) -> Result<KeyRing> {
    let path = &settings.house.keys.master;
    if !settings.in_production() && !path.exists() {
        create_key(path)?;
    }
    KeyRing::read(path).context("[keys] master")
}

/// Makes a key file where there is none.
///
/// # Errors
/// Also where there is one.
pub fn create_key(path: &Path) -> Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    KeyRing::create(path).context("[keys] master")?;
    Ok(())
}

/// Ends the house when the process is told to.
async fn ended(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let told = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = told => {}
        _ = tokio::signal::ctrl_c() => {}
        () = stop.cancelled() => {}
    }
    stop.cancel();
}

/// Lets go of counters of visitors who are gone.
async fn forget(doors: Doors, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(60)) => doors.forget_the_quiet(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rustix::process::getrlimit;

    use super::*;

    #[test]
    fn a_process_that_falls_leaves_nothing_of_its_memory() {
        prepare();
        let Rlimit { current, maximum } = getrlimit(Resource::Core);
        assert_eq!((current, maximum), (Some(0), Some(0)));
    }

    #[tokio::test]
    async fn work_that_falls_is_heard() {
        let (mut work, stop) = (JoinSet::<()>::new(), CancellationToken::new());
        work.spawn(std::future::pending());
        work.spawn(async {
            panic!("on purpose");
        });
        assert!(ends_by_itself(&mut work, &stop).await);
    }

    #[tokio::test]
    async fn work_that_ends_when_it_is_told_to_has_not_fallen() {
        let (mut work, stop) = (JoinSet::<()>::new(), CancellationToken::new());
        work.spawn(stop.clone().cancelled_owned());
        stop.cancel();
        tokio::task::yield_now().await;
        assert!(!ends_by_itself(&mut work, &stop).await);
    }

    #[tokio::test]
    async fn a_house_that_only_answers_waits_until_it_is_told_to_stop() {
        let stop = CancellationToken::new();
        let told = stop.clone();
        tokio::spawn(async move {
            tokio::task::yield_now().await;
            told.cancel();
        });
        assert!(!ends_by_itself(&mut JoinSet::new(), &stop).await);
    }
}
