//! A stage for whole journeys: a town, a house on a database of its own, and browsers without script.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, time::Duration};

use portal::Clock;
use reqwest::{Method, StatusCode, header::HeaderMap, redirect::Policy};
use serde_json::{Value, json};
use server::{
    house::{self, House},
    http::listen::{self, Patience},
    settings::Settings,
    telemetry::{self, Readiness},
};
use simulators::{Options, System, Town, World};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

pub(crate) mod accounts;
pub(crate) mod browser;
pub(crate) mod script;

pub(crate) use script::Script;

pub(crate) use browser::{Browser, Page};

pub(crate) const SHIPPED: &str = include_str!("../../../Leptos.toml");

/// A town and a house in this process.
pub(crate) struct Stage {
    pub(crate) town: Town,
    pub(crate) house: House,
    pub(crate) base: String,
    pub(crate) operator: String,
    stop: CancellationToken,
    _work: tokio::task::JoinSet<()>,
    _folder: TempDir,
}

/// What differs from the shipped settings for a town at other ports, with everything kept in `folder`.
pub(crate) fn settings_for(
    town: &Town,
    folder: &Path,
    portal: SocketAddr,
    operator: SocketAddr,
) -> Vec<(String, String)> {
    let files = town.files();
    let at = |path: std::path::PathBuf| path.display().to_string();
    let smtp = town.address(System::Smtp).unwrap().to_string();
    [
        ("SITE__URL", format!("http://{portal}")),
        ("DATABASE__URL", format!("sqlite://{}?mode=rwc", folder.join("data/house.db").display())),
        ("KEYS__MASTER", at(folder.join("master.key"))),
        ("BANKID__ENDPOINT", format!("{}/rp/v6.0/", town.url(System::Bankid))),
        ("BANKID__IDENTITY", at(files.rp())),
        ("BANKID__AUTHORITIES", at(files.ca())),
        ("BANKID__LAUNCH", town.phone()),
        ("NAVET__ENDPOINT", format!("{}{}", town.url(System::Population), path_of("[navet]"))),
        ("NAVET__IDENTITY", at(files.register())),
        ("NAVET__AUTHORITIES", at(files.ca())),
        ("PUPIL_REGISTER__ENDPOINT", format!("{}{}", town.url(System::Pupil), path_of("[pupil-register]"))),
        ("PUPIL_REGISTER__AUTHORITIES", at(files.ca())),
        ("PUPIL_REGISTER__TOKENS", at(files.tokens())),
        ("HOOKS__SECRETS", at(files.tokens())),
        ("MAIL__RELAY", smtp),
        ("MAIL__AUTHORITIES", at(files.ca())),
        ("SMS__ENDPOINT", format!("{}/", town.url(System::Sms))),
        ("SMS__AUTHORITIES", at(files.ca())),
        ("SMS__KEYS", at(files.tokens())),
        ("NOTICES__DELAYS", at(files.delays())),
        ("TELEMETRY__ADDRESS", operator.to_string()),
        ("CLOCK__TOWN", town.control()),
        // A test presses "Fortsätt" faster than a person.
        ("LIMITS__BANKID_POLL_PER_SECOND", "1000".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (format!("HJARNTORGET__{name}"), value))
    .collect()
}

/// The path of a system's shipped endpoint.
fn path_of(table: &str) -> String {
    let body = SHIPPED.split_once(table).unwrap().1;
    let line = body.lines().find(|line| line.starts_with("endpoint")).unwrap();
    let url = line.split('"').nth(1).unwrap();
    format!("/{}", url.splitn(4, '/').nth(3).unwrap())
}

impl Stage {
    /// The shipped world and the shipped settings.
    pub(crate) async fn open() -> Self {
        Self::with(&[]).await
    }

    /// The shipped world, and settings that differ: names without the prefix.
    pub(crate) async fn with(more: &[(&str, &str)]) -> Self {
        Self::of(None, more).await
    }

    /// The same with a world of its own.
    pub(crate) async fn of(world: Option<World>, more: &[(&str, &str)]) -> Self {
        simulators::use_ring();
        let folder = TempDir::new().unwrap();
        let listener = listen::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let operator = listen::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let (portal_at, operator_at) = (listener.local_addr().unwrap(), operator.local_addr().unwrap());
        let options = Options {
            world,
            portal: Some(format!("http://{portal_at}")),
            ..Options::any_port(folder.path().join("town"))
        };
        let town = Town::start(options).await.unwrap();
        let mut environment = settings_for(&town, folder.path(), portal_at, operator_at);
        environment
            .extend(more.iter().map(|(name, value)| (format!("HJARNTORGET__{name}"), (*value).to_owned())));
        let settings = Settings::read(SHIPPED, environment).unwrap();

        house::prepare();
        let store = house::connect(&settings).await.unwrap();
        store::migrate(&store).await.unwrap();
        store.close().await.unwrap();
        let house = House::open(settings, Clock::system()).await.unwrap();
        house.portal().sync_registers(true).await.unwrap();

        let stop = CancellationToken::new();
        let patience =
            Patience { connections: 500, header: Duration::from_secs(10), drain: Duration::from_secs(5) };
        let (_, router) = house.doors();
        tokio::spawn(listen::serve(listener, router, patience, stop.clone()));
        let readiness = Readiness::default();
        readiness.opened(house.portal().clone());
        readiness.working();
        let figures = telemetry::figures().unwrap();
        tokio::spawn(listen::serve(operator, telemetry::router(readiness, figures), patience, stop.clone()));
        let work = house.start_work(&stop);
        Self {
            town,
            house,
            base: format!("http://{portal_at}"),
            operator: format!("http://{operator_at}"),
            stop,
            _work: work,
            _folder: folder,
        }
    }

    /// A browser nobody used yet.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    /// Lets time pass, in the town and in the house.
    pub(crate) fn let_pass(&self, seconds: u32) {
        self.town.clock().advance(jiff::SignedDuration::from_secs(seconds.into()));
        self.house.portal().clock().advance(Duration::from_secs(seconds.into()));
    }

    /// The town, as a person and a tester meet it.
    pub(crate) fn script(&self) -> Script<'_> {
        Script { town: &self.town }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
