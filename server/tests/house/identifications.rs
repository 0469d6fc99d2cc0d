//! BankID on a bad day, as the person in front of it sees it.

use super::stage::{Browser, Page, Stage};
use reqwest::{Method, StatusCode};
use simulators::{Answer, System};

/// Opens a page again and again until it is as it should be: BankID is asked every two seconds.
async fn until(browser: &mut Browser, path: &str, fits: impl Fn(&Page) -> bool) -> Page {
    for _ in 0..200 {
        let page = browser.open(path).await;
        if fits(&page) {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{path} never came to it: {}", browser.open(path).await.text);
}

/// How often BankID answered a question how an order goes with this status.
fn collected(stage: &Stage, status: u16) -> usize {
    let calls = stage.town.calls(System::Bankid);
    calls.iter().filter(|it| it.path.contains("/collect") && it.answer == Answer::Status(status)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_minute_without_bankid_on_an_open_order_is_waited_out_and_it_completes() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let choice = browser.open("/ansokan/legitimera").await;
    browser.submit(&choice, "sign_in/start", &[("device", "other")]).await;
    let code = stage.script().qr(&mut browser).await;
    let opened = stage.script().phone(&person, ("qr", &code), "open").await;
    let order = opened["order"].as_str().unwrap();
    let page = until(&mut browser, "/ansokan/legitimera", |page| page.has("Skriv in din säkerhetskod")).await;
    assert_eq!(page.status, StatusCode::OK);

    stage.script().fault("bankid", "status:503").await;
    for round in 1..=12 {
        stage.let_pass(5);
        // After a few tries the line to BankID takes a rest of its own.
        for _ in 0..200 {
            if collected(&stage, 503) >= round.min(3) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(collected(&stage, 503) >= round.min(3), "BankID was not asked again");
        // Nothing is said of it: what BankID last said still holds, and "Fortsätt" leads back here.
        let page = browser.open("/ansokan/legitimera").await;
        assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/ansokan/legitimera"));
        assert!(page.has("Skriv in din säkerhetskod"), "{}", page.text);
        let on = browser.submit(&page, "sign_in/go-on", &[]).await;
        assert_eq!((on.status, on.path.as_str()), (StatusCode::OK, "/ansokan/legitimera"));
    }
    stage.script().fault("bankid", "none").await;
    let answer = stage.script().phone(&person, ("order", order), "approve").await;
    assert_eq!(answer["status"], "completed", "{answer}");
    stage.let_pass(3);
    let children = stage.script().go_on(&mut browser, "/ansokan/legitimera").await;
    assert_eq!(children.path, "/ansokan/barn", "{}", children.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_ran_out_says_so_and_can_be_begun_again() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let choice = browser.open("/logga-in").await;
    browser.submit(&choice, "sign_in/start", &[("device", "other")]).await;
    let code = stage.script().qr(&mut browser).await;
    let opened = stage.script().phone(&person, ("qr", &code), "open").await;
    // Picked up, and then the phone lay there for longer than an order lives.
    stage.let_pass(200);
    let page = until(&mut browser, "/logga-in/bankid", |page| page.has("BankID-appen svarar inte")).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/logga-in/bankid"));
    assert!(page.forms("sign_in/go-on").is_empty(), "it can still be gone on with");
    assert!(!browser.get("/bankid/qr.svg").await.has("<metadata>"));
    let order = opened["order"].as_str().unwrap();
    let late = stage.script().phone(&person, ("order", order), "approve").await;
    assert_ne!(late["status"], "completed", "{late}");
    assert_eq!(browser.open("/mina-barn").await.path, "/logga-in", "somebody was let in");
    let again = browser.submit(&page, "sign_in/start", &[("device", "other")]).await;
    assert!(!again.forms("sign_in/go-on").is_empty(), "{}", again.text);
    stage.script().qr(&mut browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_bankid_in_a_session_ends_it_and_says_why() {
    let stage = Stage::open().await;
    let people = stage.script().people(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    stage.script().open_account(&mut browser, &people[0], "whose@example.se").await;
    let copy = browser.clone();
    let step_up = Some("purpose=step-up&device=other".to_owned());
    let started = browser.send(Method::POST, "/api/sign_in/start", step_up, &[]).await;
    browser.follow(started).await;
    let code = stage.script().qr(&mut browser).await;
    stage.script().phone(&people[1], ("qr", &code), "approve").await;
    let page = stage.script().go_on(&mut browser, "/logga-in").await;
    assert_eq!(page.path, "/logga-in?nej=other-person");
    assert!(page.has("Det var en annan person som legitimerade sig. Du är utloggad"), "{}", page.text);
    for part in ["number", "family"] {
        for person in &people[..2] {
            let secret = person[part].as_str().unwrap();
            assert!(!page.has(secret), "the page tells whose BankID it was, or whose account");
        }
    }
    // The session is over in every tab, for both of them.
    for mut tab in [browser, copy] {
        assert_eq!(tab.open("/mina-barn").await.path, "/logga-in");
    }
    // The phone's owner has no account and no application by it; the account's owner comes in again.
    let mut own = stage.browser();
    let children = stage.script().identify(&mut own, "/logga-in", &people[0]).await;
    assert_eq!(children.path, "/mina-barn");
}
