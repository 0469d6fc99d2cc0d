//! Where everything meets: settings become clients, tables, keys, the portal, its workers and its doors.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use axum::Router;
use clap::ValueEnum;
use portal::{Clock, FAILPOINTS, Parts, Portal, Rules, keys::KeyRing};
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    certificates,
    http::{
        self, Doors,
        hooks::Expected,
        listen::{self, Patience},
    },
    settings::{ClockSource, Settings, production},
    telemetry::{self, Readiness, Waits},
    town,
};

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

/// Runs the house until the process is told to end, then drains.
///
/// # Errors
/// What keeps it from starting.
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
    stop.cancelled().await;
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
    Ok(())
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

/// Opens the database of the settings.
///
/// # Errors
/// One line that says what to do.
pub async fn connect(settings: &Settings) -> Result<store::Store> {
    let database = &settings.house.database;
    let wanted =
        store::Settings { max_readers: database.readers, ..store::Settings::new(database.url.clone()) };
    store::connect(&wanted).await.context("cannot open the database: look at [database] url")
}

/// Opens the database of the settings where its tables are up to date; makes no new one.
///
/// # Errors
/// One line that says what to do.
pub async fn connect_migrated(settings: &Settings) -> Result<store::Store> {
    const FIRST: &str = "run `hjarntorget migrate`";
    if let Some(file) = settings.house.database.file() {
        ensure!(file.exists(), "there is no database at {}: {FIRST}", file.display());
    }
    let store = connect(settings).await?;
    let pending = store::pending_migrations(&store).await.context("cannot read the database")?;
    ensure!(pending == 0, "the database is older than this program: {FIRST}");
    Ok(store)
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

/// A house alone brings its tables up itself; one of several waits until an operator did.
async fn ready_tables(
    settings: &Settings,
    role: Role,
    readiness: &Readiness,
    stop: &CancellationToken,
) -> Result<()> {
    readiness.waits(Waits::Database);
    let store = connect(settings).await?;
    if role == Role::All {
        store::migrate(&store).await.context("cannot migrate the database")?;
    }
    let mut told = false;
    while store::pending_migrations(&store).await.context("cannot read the database")? > 0 {
        if !told {
            tracing::warn!("waiting for `hjarntorget migrate`");
            readiness.waits(Waits::Migrations);
            told = true;
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
    store.close().await.context("the database did not close")
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

fn rules(settings: &Settings) -> Result<Rules> {
    let house = &settings.house;
    let launch = bankid::launch::Launch::from_setting(house.bankid.launch.as_deref()).context("[bankid]")?;
    let mut rules = Rules::at(house.site.base(), launch).context("[site]")?;
    rules.municipality.clone_from(&house.pupil_register.municipality);
    rules.spans.session_idle = house.session.idle;
    rules.spans.session_absolute = house.session.absolute;
    rules.spans.session_warning = house.session.warning;
    rules.spans.trust_for = house.navet.trust_for;
    rules.spans.sync_every = house.pupil_register.every;
    rules.spans.seal_every = house.audit.seal_every;
    rules.brake.shrink_percent = house.pupil_register.brake_shrink_percent;
    rules.brake.relations_percent = house.pupil_register.brake_relations_percent;
    rules.brake.marks_percent = house.pupil_register.brake_marks_percent;
    rules.brake.persons = house.pupil_register.brake_persons;
    rules.notices.delay = house.notices.delay;
    rules.notices.delays.clone_from(&house.notices.delays);
    rules.notices.every = house.notices.every;
    rules.notices.try_for = house.notices.try_for;
    let limits = &house.limits;
    rules.limits.bankid_start_device = limits.bankid_start_device;
    rules.limits.bankid_start_session = limits.bankid_start_session;
    rules.limits.bankid_start_address = limits.bankid_start_address;
    rules.limits.bankid_poll_per_second = limits.bankid_poll_per_second;
    rules.limits.tries_per_link = limits.tries_per_link;
    rules.limits.code_tries = limits.code_tries;
    rules.limits.code_tries_window = limits.code_tries_window;
    rules.limits.letters_per_hour = limits.letters_per_hour;
    rules.limits.letters_per_address = limits.letters_per_address;
    rules.limits.contact_changes_per_day = limits.contact_changes_per_day;
    rules.limits.links_per_minute = limits.links_per_minute;
    rules.limits.absence_reports_per_hour = limits.absence_reports_per_hour;
    if let Some(point) = &settings.failpoint {
        if !FAILPOINTS.contains(&point.as_str()) {
            bail!("{point} is no fail point: `hjarntorget check --failpoints` lists them");
        }
        rules.failpoint = Some(point.clone());
    }
    Ok(rules)
}

fn bankid_settings(settings: &Settings) -> bankid::Settings {
    let bankid = &settings.house.bankid;
    bankid::Settings::new(&bankid.endpoint, &bankid.identity, &bankid.authorities)
}

fn navet_settings(settings: &Settings) -> Result<navet::Settings> {
    let navet = &settings.house.navet;
    let mut settings = navet::Settings::new(
        &navet.endpoint,
        &navet.identity,
        &navet.authorities,
        &navet.organisation,
        &navet.order,
    );
    settings.credentials = match (&navet.token_url, &navet.client_id, &navet.client_secret) {
        (None, None, None) => None,
        (Some(token_url), Some(client_id), Some(client_secret)) => Some(navet::Credentials {
            token_url: token_url.clone(),
            scope: navet::Credentials::SCOPE.to_owned(),
            client_id: client_id.clone(),
            client_secret: client_secret.clone(),
        }),
        _ => bail!("navet: token_url, client_id and client_secret go together"),
    };
    Ok(settings)
}

fn pupil_settings(settings: &Settings) -> ss12000::Settings {
    let register = &settings.house.pupil_register;
    ss12000::Settings::new(&register.endpoint, &register.authorities, &register.tokens, &register.token)
}

fn mail_settings(settings: &Settings) -> Result<dispatch::Settings> {
    let house = &settings.house;
    let mail = &house.mail;
    let (host, port) =
        mail.relay.rsplit_once(':').context("mail.relay: should look like relay.example:587")?;
    let port: u16 = port.parse().context("mail.relay: the port is no number")?;
    let mut settings = dispatch::Settings::new(host, port, &mail.authorities, &mail.from);
    settings.connections = house.jobs.mail_at_once;
    if let Some(user) = &mail.user {
        let password = mail.password.clone().context("mail.password: the file that goes with mail.user")?;
        settings.credentials = Some(dispatch::Credentials { user: user.clone(), password });
    }
    Ok(settings)
}

fn sms_settings(settings: &Settings) -> dispatch::sms::Settings {
    let sms = &settings.house.sms;
    let reports = format!("{}{}", settings.house.site.base(), Rules::REPORTS_PATH);
    dispatch::sms::Settings::new(&sms.endpoint, &sms.authorities, &sms.keys, &sms.key, &sms.from, reports)
}

fn jobs_settings(settings: &Settings) -> jobs::Settings {
    let jobs = &settings.house.jobs;
    let line =
        |at_once, per_second| jobs::Line { at_once, per_second: Some(per_second), ..Default::default() };
    let lines = [
        (portal::MAIL, line(jobs.mail_at_once, jobs.mail_per_second)),
        (portal::SMS, line(jobs.sms_at_once, jobs.sms_per_second)),
        (portal::REGISTER, jobs::Line { at_once: jobs.register_at_once, ..Default::default() }),
    ];
    jobs::Settings { workers: jobs.workers, lines: lines.into(), ..jobs::Settings::default() }
}

fn public_patience(settings: &Settings) -> Patience {
    let http = &settings.house.http;
    Patience { connections: http.connections, header: http.header_timeout, drain: http.drain }
}

fn operator_patience() -> Patience {
    Patience { connections: 64, header: Duration::from_secs(5), drain: Duration::from_secs(1) }
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
}
