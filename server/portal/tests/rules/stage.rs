//! A town, a house and browsers, in one process.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use jiff::{SignedDuration, Timestamp};
use model::{CodeForm, Device, EmailForm, Language, Outcome, Purpose};
use portal::{
    Asking, Clock, Finish, Identification, Next, Parts, Phase, Portal, Proof, Result, Rules, Visit,
    keys::KeyRing,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use simulators::{FaultOrder, Options, System, Town, World};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

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
    pub(crate) async fn on_postgres() -> Option<Self> {
        let stage = Self::on(store::testing::postgres().await?, None, |_| {}).await;
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
        let settings = jobs::Settings { look_every: Duration::from_millis(50), ..jobs::Settings::default() };
        tokio::spawn(portal.worker(settings).run(stop.clone()));
        Self { town, portal, store, http: reqwest::Client::new(), stop, database, _folder: folder }
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
        Browser {
            stage: self,
            session: None,
            login: None,
            device: Some(Uuid::new_v4().simple().to_string()),
            address: "203.0.113.7".parse().unwrap(),
        }
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

/// A browser: three cookies and an address.
#[derive(Clone)]
pub(crate) struct Browser<'s> {
    pub(crate) stage: &'s Stage,
    pub(crate) session: Option<String>,
    pub(crate) login: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) address: IpAddr,
}

impl Browser<'_> {
    pub(crate) fn asking(&self) -> Asking {
        Asking {
            session: self.session.clone(),
            login: self.login.clone(),
            device: self.device.clone(),
            address: self.address,
            user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/145.0".into(),
            language: Language::Sv,
            request: Uuid::new_v4(),
            background: false,
        }
    }

    pub(crate) async fn visit(&self) -> Visit {
        self.stage.portal.visit(self.asking()).await.unwrap()
    }

    /// A poll, a frame or a prefetch.
    pub(crate) async fn poll(&self) -> Visit {
        self.stage.portal.visit(Asking { background: true, ..self.asking() }).await.unwrap()
    }

    pub(crate) async fn start(&mut self, purpose: Purpose, device: Device) {
        let started = self.visit().await.start_identification(purpose, device, true).await.unwrap();
        self.login = Some(started.login_cookie);
    }

    pub(crate) async fn identification(&self) -> Option<Identification> {
        self.visit().await.identification().await.unwrap()
    }

    pub(crate) async fn phase(&self) -> Phase {
        self.identification().await.unwrap().phase
    }

    /// Somebody scans this browser's code and answers.
    pub(crate) async fn scanned_by(&self, person: &str, answer: &str) -> Value {
        let qr = self.identification().await.unwrap().qr.unwrap();
        self.stage.phone(json!({ "person": person, "qr": qr, "answer": answer })).await
    }

    /// Somebody opens the app by this browser's button and answers. The nonce of the way back, if there is one.
    pub(crate) async fn opened_by(&self, person: &str, more: Value) -> Option<String> {
        let launch = self.identification().await.unwrap().launch.unwrap();
        let mut act = json!({ "person": person, "autostart": launch, "answer": "approve" });
        act.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let played = self.stage.phone(act).await;
        let back = played["return_url"].as_str()?.to_owned();
        Some(back.split_once("nonce=").unwrap().1.to_owned())
    }

    pub(crate) async fn finish(&mut self, proof: Proof) -> Result<Finish> {
        let finish = self.visit().await.finish_identification(proof).await;
        if let Ok(Finish::In { session_cookie, .. }) = &finish {
            self.session = Some(session_cookie.clone());
        }
        finish
    }

    /// The whole way in with a phone that scans.
    pub(crate) async fn sign_in(&mut self, person: &str) -> Next {
        self.start(Purpose::SignIn, Device::Other).await;
        self.scanned_by(person, "approve").await;
        self.stage.collect().await;
        match self.finish(Proof::Poll).await {
            Ok(Finish::In { next, .. }) => next,
            Ok(_) => panic!("{person} is still waiting"),
            Err(error) => panic!("{person} is not let in: {error}"),
        }
    }

    pub(crate) async fn outcome(&self) -> Outcome {
        self.visit().await.applicant().unwrap().outcome().await.unwrap()
    }

    pub(crate) async fn give_email(&self, email: &str) -> Result<()> {
        self.visit().await.applicant()?.give_email(&EmailForm { email: email.into() }).await
    }

    pub(crate) async fn confirm_code(&self, code: &str) -> Result<()> {
        self.visit().await.applicant()?.confirm_code(&CodeForm { code: code.into() }).await
    }

    /// Up to the last step: children confirmed, address proven.
    pub(crate) async fn apply(&mut self, person: &str, email: &str) {
        self.sign_in(person).await;
        self.apply_further(email).await;
    }

    pub(crate) async fn apply_further(&self, email: &str) {
        let known = self.stage.letters(email).len();
        self.visit().await.applicant().unwrap().confirm_children().await.unwrap();
        self.give_email(email).await.unwrap();
        let letter = self.stage.letter(email, known).await;
        self.confirm_code(&code_in(&letter.text)).await.unwrap();
    }

    pub(crate) async fn complete(&mut self) -> Result<()> {
        let visit = self.visit().await;
        self.session = Some(visit.applicant()?.complete("2026-1").await?.session_cookie);
        Ok(())
    }

    /// The whole way to an account.
    pub(crate) async fn open_account(&mut self, person: &str, email: &str) {
        self.apply(person, email).await;
        self.complete().await.unwrap();
    }

    /// The given names on Mina barn.
    pub(crate) async fn children(&self) -> Result<Vec<String>> {
        let cards = self.visit().await.guardian()?.children().await?;
        Ok(cards.into_iter().map(|card| card.given).collect())
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
