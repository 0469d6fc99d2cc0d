//! A town, a house and browsers, in one process.

mod browser;

use std::{path::PathBuf, time::Duration};

use jiff::{SignedDuration, Timestamp};
use portal::{Clock, Parts, Portal, Rules, keys::KeyRing};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait as _},
};
use serde_json::Value;
use simulators::{FaultOrder, Options, System, Town, World};
use store::entity::custody_check;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

pub(crate) use browser::Browser;

/// Where every test begins: a Tuesday morning.
pub(crate) const MORNING: &str = "2026-11-24T07:00:00+01:00";
/// How long something that must happen may take before the test gives up. Never waited for in vain.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Stage {
    pub(crate) town: Town,
    pub(crate) portal: Portal,
    pub(crate) store: store::Store,
    http: reqwest::Client,
    stop: CancellationToken,
    database: store::testing::TestStore,
    _folder: TempDir,
}

impl Stage {
    /// The shipped world, read into the house; no background work but the worker's.
    pub(crate) async fn open() -> Self {
        Self::with(None, |_| {}).await
    }

    pub(crate) async fn with(world: Option<World>, change: impl FnOnce(&mut Rules)) -> Self {
        let stage = Self::unread(world, change).await;
        stage.portal.sync_registers(false).await.unwrap();
        stage
    }

    /// The same before the pupil register was read.
    pub(crate) async fn unread(world: Option<World>, change: impl FnOnce(&mut Rules)) -> Self {
        Self::on(store::testing::sqlite().await, world, change).await
    }

    /// The same on PostgreSQL, where it is installed.
    pub(crate) async fn on_postgres(change: impl FnOnce(&mut Rules)) -> Option<Self> {
        let stage = Self::on(store::testing::postgres().await?, None, change).await;
        stage.portal.sync_registers(false).await.unwrap();
        Some(stage)
    }

    async fn on(
        database: store::testing::TestStore,
        world: Option<World>,
        change: impl FnOnce(&mut Rules),
    ) -> Self {
        let store = database.clone();
        simulators::use_ring();
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::any_port(folder.path().join("town"));
        options.keys = Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("town-keys"));
        options.world = world;
        let town = Town::start(options).await.unwrap();
        let clock = Clock::system();
        let morning: Timestamp = MORNING.parse().unwrap();
        town.clock().set(morning);
        clock.set(morning);

        let launch = bankid::launch::Launch::from_setting(Some(&town.phone())).unwrap();
        let mut rules = Rules::at("https://konto.example.se", launch).unwrap();
        // Tests start many identifications from one place; those about limits set their own.
        rules.limits.bankid_start_device = 10_000;
        rules.limits.bankid_start_session = 10_000;
        rules.limits.bankid_start_address = 10_000;
        rules.limits.bankid_poll_per_second = 10_000;
        change(&mut rules);
        let portal = Portal::open(parts(&town, store.clone(), clock, rules)).await.unwrap();
        let stop = CancellationToken::new();
        // A line rests by a clock of its own, which no test can set: here it does so as briefly as time passes quickly.
        let briefly = Duration::from_millis(100);
        let line = jobs::Line { rest: briefly, longest_rest: briefly, ..jobs::Line::default() };
        let settings = jobs::Settings {
            look_every: Duration::from_millis(50),
            lines: [portal::MAIL, portal::SMS, portal::REGISTER].map(|name| (name, line)).into(),
            ..jobs::Settings::default()
        };
        tokio::spawn(portal.worker(settings).run(stop.clone()));
        Self { town, portal, store, http: reqwest::Client::new(), stop, database, _folder: folder }
    }

    /// The next look at this person's custody asks the register again, and nothing else is read.
    pub(crate) async fn distrust(&self, number: &str) {
        let subject = self.portal.keys().index_number(&model::PersonId::parse(number).unwrap());
        let told = Expr::col(custody_check::Column::Told).add(1_i64);
        custody_check::Entity::update_many()
            .col_expr(custody_check::Column::Told, told)
            .filter(custody_check::Column::Subject.eq(subject))
            .exec(self.store.writer())
            .await
            .unwrap();
    }

    /// Stops the PostgreSQL server at once, as a loss of power would, and starts it again.
    pub(crate) fn restart_database(&self) {
        self.database.server().unwrap().crash_and_restart().unwrap();
    }

    /// Another replica of the house on the same tables.
    pub(crate) async fn replica(&self) -> Portal {
        let rules = self.portal.rules().clone();
        let clock = self.portal.clock().clone();
        let mut parts = parts(&self.town, self.store.clone(), clock, rules);
        parts.keys = self.portal.keys().clone();
        Portal::open(parts).await.unwrap()
    }

    /// The same house, reading the pupil register from another server.
    pub(crate) async fn reading_from(&self, register: &simulators::Scripted) -> Portal {
        let (rules, clock) = (self.portal.rules().clone(), self.portal.clock().clone());
        let mut parts = parts(&self.town, self.store.clone(), clock, rules);
        parts.keys = self.portal.keys().clone();
        let tokens = register.file("tokens.json", r#"{"pupil":"any"}"#);
        let settings =
            ss12000::Settings::new(register.url("/v2.0/"), register.path("ca.pem"), tokens, "pupil");
        parts.pupils = ss12000::Client::new(&settings).unwrap();
        Portal::open(parts).await.unwrap()
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.portal.clock().now()
    }

    /// Moves the one clock of the town and the house.
    pub(crate) fn advance(&self, seconds: u64) {
        self.town.clock().advance(SignedDuration::from_secs(i64::try_from(seconds).unwrap()));
        self.portal.clock().advance(Duration::from_secs(seconds));
    }

    /// What a person does with the BankID app; answers what came of it.
    pub(crate) async fn phone(&self, act: Value) -> Value {
        let answer =
            self.http.post(format!("{}/control/phone", self.town.control())).json(&act).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    /// Changes one person of the town.
    pub(crate) async fn amend(&self, person: &str, change: Value) {
        let url = format!("{}/control/persons/{person}", self.town.control());
        let answer = self.http.patch(url).json(&change).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    pub(crate) fn fault(&self, system: System, fault: &str) {
        self.town.fault(FaultOrder::new(system, fault)).unwrap();
    }

    /// One fault on one path, so many times.
    pub(crate) fn fault_at(&self, system: System, fault: &str, path: &str, count: u32) {
        let order = FaultOrder::new(system, fault).at(path).times(count);
        self.town.fault(order).unwrap();
    }

    /// How often `system` was asked on a path.
    pub(crate) fn asked(&self, system: System, path: &str) -> usize {
        self.town.calls(system).iter().filter(|call| call.path.contains(path)).count()
    }

    /// The collector's next permitted round.
    pub(crate) async fn collect(&self) {
        self.advance(2);
        self.portal.collect_orders().await.unwrap();
    }

    /// A letter to `address` beyond the `known` first ones.
    pub(crate) async fn letter(&self, address: &str, known: usize) -> simulators::Mail {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let letters = self.letters(address);
            if letters.len() > known {
                return letters.into_iter().nth(known).unwrap();
            }
            assert!(tokio::time::Instant::now() < until, "no letter came");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn letters(&self, address: &str) -> Vec<simulators::Mail> {
        self.town.mail().into_iter().filter(|mail| mail.to == address).collect()
    }

    /// A text message to a number beyond the `known` first ones.
    pub(crate) async fn message(&self, number: &str, known: usize) -> simulators::Sms {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let messages = self.text_messages(number);
            if messages.len() > known {
                return messages.into_iter().nth(known).unwrap();
            }
            assert!(tokio::time::Instant::now() < until, "no message came");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn text_messages(&self, number: &str) -> Vec<simulators::Sms> {
        self.town.sms().into_iter().filter(|sms| sms.to == number).collect()
    }

    pub(crate) async fn accounts(&self) -> Vec<store::entity::account::Model> {
        store::entity::account::Entity::find().all(self.store.reader()).await.unwrap()
    }

    /// The audit rows of one action.
    pub(crate) async fn audited(&self, action: portal::audit::Deed) -> Vec<store::entity::audit::Model> {
        store::entity::audit::Entity::find()
            .filter(store::entity::audit::Column::Action.eq(action.word()))
            .all(self.store.reader())
            .await
            .unwrap()
    }

    pub(crate) async fn live_links(&self) -> Vec<store::entity::child_link::Model> {
        store::entity::child_link::Entity::find()
            .filter(store::entity::child_link::Column::Until.is_null())
            .all(self.store.reader())
            .await
            .unwrap()
    }

    /// Everything the database has on disk.
    pub(crate) fn database_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.database.folder().join("private")).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    /// How often jobs were tried so far.
    pub(crate) async fn job_tries(&self) -> i64 {
        let jobs = store::entity::job::Entity::find().all(self.store.reader()).await.unwrap();
        jobs.iter().map(|job| job.tries).sum()
    }

    /// Waits for what happens beside the answers.
    pub(crate) async fn until<F: Future<Output = bool>>(&self, what: &str, mut happened: impl FnMut() -> F) {
        let until = tokio::time::Instant::now() + PATIENCE;
        while !happened().await {
            assert!(tokio::time::Instant::now() < until, "{what} did not happen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn parts(town: &Town, store: store::Store, clock: Clock, rules: Rules) -> Parts {
    let files = town.files();
    let mut bankid =
        bankid::Settings::new(format!("{}/rp/v6.0/", town.url(System::Bankid)), files.rp(), files.ca());
    let mut navet = navet::Settings::new(
        format!(
            "{}/folkbokforing/folkbokforingsuppgifter-for-offentliga-aktorer/v3/",
            town.url(System::Population)
        ),
        files.register(),
        files.ca(),
        "162021004748",
        "00000236-FO01-0002",
    );
    let mut pupils = ss12000::Settings::new(
        format!("{}/v2.0/", town.url(System::Pupil)),
        files.ca(),
        files.tokens(),
        "pupil",
    );
    let mut sms = dispatch::sms::Settings::new(
        town.url(System::Sms),
        files.ca(),
        files.tokens(),
        "sms",
        "Hjarntorget",
        format!("{}{}", rules.site, Rules::REPORTS_PATH),
    );
    // A bad day ends when the fault does, so that a test need not wait for a breaker.
    for peer in [&mut bankid.peer, &mut navet.peer, &mut pupils.peer, &mut sms.peer] {
        peer.failures = u32::MAX;
    }
    let relay = town.address(System::Smtp).unwrap();
    let mail = dispatch::Settings::new(
        "localhost",
        relay.port(),
        files.ca(),
        "Hjärntorget <hjarntorget@example.se>",
    );
    Parts {
        store,
        keys: KeyRing::fleeting().unwrap(),
        bankid: bankid::Client::new(&bankid).unwrap(),
        navet: navet::Client::new(&navet).unwrap(),
        pupils: ss12000::Client::new(&pupils).unwrap(),
        mailer: dispatch::Mailer::new(&mail).unwrap(),
        gateway: dispatch::sms::Gateway::new(&sms).unwrap(),
        clock,
        rules,
    }
}

/// The only run of exactly six digits.
pub(crate) fn code_in(text: &str) -> String {
    let runs: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 6).collect();
    assert_eq!(runs.len(), 1, "a letter with {} codes", runs.len());
    runs[0].to_owned()
}

/// The token of the link in a letter.
pub(crate) fn token_in(text: &str) -> String {
    let (_, after) = text.split_once("/bekrafta-e-post/").unwrap();
    after.split(|c: char| c.is_whitespace()).next().unwrap().to_owned()
}
