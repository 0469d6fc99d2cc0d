//! Two hundred guardians apply at once, the program is killed in the middle of it, and each of them is asked what they had
//! been told.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use model::Step;
use serde_json::Value;
use simulators::{Town, world::city};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{
    books::{Books, assert_open, welcomes},
    crashes::{LEASE, TOWNS_TIME, assert_audit_verifies, children_of, work_is_done},
    program::Program,
    stage::{Browser, Page, Script, browser::Form, script::digits},
};

/// How many apply, and how many pupils a city has in which so many can.
const GUARDIANS: usize = 200;
const PUPILS: usize = 260;
/// Of each step so many are answered before the kill.
const OF_EACH: usize = 8;
/// Identified at the same time: a code must be scanned while it is fresh.
const SCANNING: usize = 40;

/// Where a step that was taken leads.
const STEPS: [(Step, &str, &str); 4] = [
    (Step::Children, "/api/application/confirm-children", "/ansokan/e-post"),
    (Step::Email, "/api/application/give-email", "/ansokan/bekrafta"),
    (Step::Confirm, "/api/application/confirm-code", "/ansokan/kontrollera"),
    (Step::Check, "/api/application/complete", "/ansokan/klart"),
];

/// Somebody who applies, and all that they were told.
struct Applying {
    browser: Browser,
    email: String,
    children: usize,
    /// The next step, as far as they know; none once the account was promised.
    next: Option<Step>,
    /// The step they asked for and got no answer to.
    unanswered: Option<Step>,
}

impl Applying {
    /// Takes the next step. None where the program is gone.
    async fn step(&mut self, town: &Town, version: &str, gone: &CancellationToken) -> Option<Step> {
        let step = self.next?;
        let mut letters = 0;
        loop {
            let typed = match step {
                Step::Children => None,
                Step::Email => Some(("form[email]", self.email.clone())),
                Step::Confirm => {
                    // The newest; one that was asked for before a crash may come first, with a code that is worth nothing.
                    let script = Script { town };
                    let waited = script.letters(&self.email, letters + 1);
                    let newest = tokio::select! {
                        () = gone.cancelled() => return None,
                        found = waited => found,
                    };
                    letters = newest.len();
                    Some(("form[code]", digits(newest.last().unwrap()["text"].as_str().unwrap())))
                }
                _ => Some(("information", version.to_owned())),
            };
            let answer = self.post(step, typed).await?;
            if answer.location().as_deref() == Some(way(step)) {
                self.unanswered = None;
                self.next = STEPS.iter().map(|it| it.0).find(|next| *next > step);
                return Some(step);
            }
            assert_eq!(step, Step::Confirm, "{}: {:?} {}", self.email, answer.location(), answer.text);
        }
    }

    async fn post(&mut self, step: Step, typed: Option<(&str, String)>) -> Option<Page> {
        self.unanswered = Some(step);
        let action = STEPS.iter().find(|it| it.0 == step).unwrap().1.to_owned();
        let fields = typed.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
        self.browser.try_post(&Form { action, fields }, &[]).await
    }
}

fn way(step: Step) -> &'static str {
    STEPS.iter().find(|it| it.0 == step).unwrap().2
}

/// Identifies with BankID by plain posts: two hundred people need no pictures of it.
async fn identify(script: Script<'_>, mut browser: Browser, person: &Value, email: String) -> Applying {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let form = Form {
        action: "/api/sign_in/start".to_owned(),
        fields: vec![field("purpose", "apply"), field("device", "other")],
    };
    browser.post(&form, &[]).await;
    let code = script.qr(&mut browser).await;
    let approved = script.phone(person, ("qr", &code), "approve").await;
    assert_eq!(approved["status"], "completed", "{approved}");
    let on = Form { action: "/api/sign_in/go-on".to_owned(), fields: vec![] };
    for _ in 0..200 {
        let answer = browser.post(&on, &[]).await;
        if answer.location().as_deref() == Some("/ansokan/barn") {
            let listed = browser.get("/ansokan/barn").await;
            let children = children_of(&listed);
            assert!(children > 0, "{email} has no child: {:?} {}", listed.location(), listed.text);
            return Applying { browser, email, children, next: Some(Step::Children), unanswered: None };
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    panic!("BankID's answer for {email} never came");
}

/// The crowd, identified, in an order of its own.
async fn identified(program: &Program) -> Vec<Applying> {
    let people = program.script().people(&["guardian"], &[]).await;
    assert!(people.len() >= GUARDIANS, "only {} can apply", people.len());
    let mut tasks = JoinSet::new();
    let scanning = Arc::new(Semaphore::new(SCANNING));
    for (number, person) in people.into_iter().take(GUARDIANS).enumerate() {
        let (town, browser, scanning) = (Arc::clone(&program.town), program.browser(), Arc::clone(&scanning));
        tasks.spawn(async move {
            let _place = scanning.acquire().await.unwrap();
            identify(Script { town: &town }, browser, &person, format!("g{number}@example.se")).await
        });
    }
    tasks.join_all().await
}

/// Lets everybody go on at the same time, each as far as `far` says, and to an account no sooner than `open` lets them; each
/// step that is answered is told to `told`.
fn go_on(
    program: &Program,
    crowd: Vec<Applying>,
    version: &str,
    far: impl Fn(usize) -> Option<Step>,
    told: &mpsc::UnboundedSender<Step>,
    open: &CancellationToken,
    gone: &CancellationToken,
) -> JoinSet<Applying> {
    let mut tasks = JoinSet::new();
    for (number, mut one) in crowd.into_iter().enumerate() {
        let (town, told) = (Arc::clone(&program.town), told.clone());
        let (open, gone) = (open.clone(), gone.clone());
        let (far, version) = (far(number), version.to_owned());
        tasks.spawn(async move {
            while one.next.is_some() && one.next != far {
                if one.next == Some(Step::Check) {
                    open.cancelled().await;
                }
                let Some(step) = one.step(&town, &version, &gone).await else { break };
                // Nobody listens once enough was heard.
                let _ = told.send(step);
            }
            one
        });
    }
    tasks
}

/// The version of the information that the last page shows.
async fn version(program: &Program, one: &mut Applying) -> String {
    while one.next != Some(Step::Check) {
        one.step(&program.town, "", &CancellationToken::new()).await.unwrap();
    }
    let page = one.browser.get(way(Step::Confirm)).await;
    page.form("application/complete").fields.swap_remove(0).1
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_applications_outlive_a_kill() {
    let wide = [
        TOWNS_TIME,
        ("HJARNTORGET__LIMITS__ADDRESS_PER_SECOND", "100000"),
        ("HJARNTORGET__LIMITS__BANKID_START_ADDRESS", "100000"),
    ];
    let world = city(PUPILS, 1, simulators::Clock::default().today());
    let mut program = Program::beside(Some(world)).await;
    program.furnish().await;
    program.start(&wide).await;
    let mut crowd = identified(&program).await;
    let version = version(&program, &mut crowd[3]).await;

    // A quarter stands at each step; then all of them go on at once, until of every step some were answered: of the last one,
    // which all wait for together, so few that others still wait for their answer.
    let (told, mut heard) = mpsc::unbounded_channel();
    let (open, gone) = (CancellationToken::new(), CancellationToken::new());
    let place = |number: usize| Some(STEPS[number % STEPS.len()].0);
    let crowd = go_on(&program, crowd, &version, place, &told, &open, &gone).join_all().await;
    while heard.try_recv().is_ok() {}
    let running = go_on(&program, crowd, &version, |_| None, &told, &open, &gone);
    let mut answered = BTreeMap::new();
    for steps in [STEPS.len() - 1, STEPS.len()] {
        while answered.len() < steps || answered.values().any(|count| *count < OF_EACH) {
            *answered.entry(heard.recv().await.unwrap()).or_insert(0) += 1;
        }
        open.cancel();
    }
    program.kill();
    gone.cancel();
    let crowd = running.join_all().await;
    let cut: Vec<_> = crowd.iter().filter_map(|one| one.unanswered).collect();
    assert!(
        cut.contains(&Step::Check),
        "nobody was waiting for an account when the program was killed: {cut:?}"
    );

    let books = program.books().await;
    books.assert_whole("as it was left").await;
    program.town.clock().advance(LEASE);
    program.start(&wide).await;
    let mut crowd = stood_by(&books, crowd).await;

    // Everybody goes on, and asks again where no answer came.
    crowd =
        go_on(&program, crowd, &version, |_| None, &told, &open, &CancellationToken::new()).join_all().await;
    work_is_done(&books).await;
    for one in &crowd {
        assert_eq!(one.next, None, "{} has no account", one.email);
        let id = assert_open(books.account(&one.email).await.as_ref(), one.children, &one.email);
        let letters = welcomes(&program.town, &one.email);
        assert!(
            letters.len() == 1 && letters[0].starts_with(&id.uuid().to_string()),
            "{}: {letters:?}",
            one.email
        );
    }
    assert_eq!(books.accounts().await, GUARDIANS);
    books.assert_whole("in the end").await;
    assert_audit_verifies(&program, "in the end").await;
}

/// Holds what each was told against what is there after the crash.
async fn stood_by(books: &Books, mut crowd: Vec<Applying>) -> Vec<Applying> {
    for one in &mut crowd {
        let account = books.account(&one.email).await;
        match one.next {
            None => {
                assert_open(account.as_ref(), one.children, &one.email);
                let page = one.browser.get("/mina-barn").await;
                assert_eq!(page.location(), None, "{}: the session is gone", one.email);
            }
            // Not answered is not refused: it may stand, and then all of it does.
            Some(Step::Check) if one.unanswered.is_some() && account.is_some() => {
                assert_open(account.as_ref(), one.children, &one.email);
            }
            Some(step) => {
                assert!(account.is_none(), "{} has an account without asking", one.email);
                let at = STEPS.iter().rfind(|it| it.0 < step).map_or("/ansokan/barn", |it| it.2);
                let page = one.browser.get(at).await;
                assert_eq!(page.location(), None, "{} lost what was acknowledged: {at}", one.email);
            }
        }
    }
    crowd
}
