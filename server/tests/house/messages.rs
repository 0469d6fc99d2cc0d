//! An absence becomes a letter and a message; both can be answered, and neither says a word too much.

use super::stage::{Browser, Page, Stage};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const MAIL: &str = "told@example.se";
/// A mother of two, and the one of them who goes to a class with lessons.
const SARA: &str = "lindqvist-sara";
const ELSA: &str = "lindqvist-elsa";

/// A guardian with an account, in a browser, on a school morning, and one of the children, who is then marked absent.
async fn told(stage: &Stage) -> (Browser, Value) {
    let told = at_home(stage).await;
    miss(stage).await;
    told
}

/// The same before anything happened.
async fn at_home(stage: &Stage) -> (Browser, Value) {
    let script = stage.script();
    let morning: jiff::Timestamp = "2026-11-24T08:15:00+01:00".parse().unwrap();
    stage.town.clock().set(morning);
    stage.house.portal().clock().set(morning);
    let people = script.ask_town(Method::GET, "/control/persons", None).await;
    let person = |id: &str| people.as_array().unwrap().iter().find(|it| it["id"] == id).unwrap().clone();
    let mut browser = stage.browser();
    script.open_account(&mut browser, &person(SARA), MAIL).await;
    (browser, person(ELSA))
}

async fn miss(stage: &Stage) {
    let mark = json!({
        "child": ELSA,
        "kind": "unreported",
        "start": "2026-11-24T08:10:00+01:00",
        "end": "2026-11-24T09:00:00+01:00",
    });
    stage.script().ask_town(Method::POST, "/control/absences", Some(mark)).await;
}

/// Until the operator's figures hold this line.
async fn until_counted(stage: &Stage, line: &str) {
    let figures = async || {
        let answer = reqwest::get(format!("{}/metrics", stage.operator)).await.unwrap();
        answer.text().await.unwrap()
    };
    for _ in 0..200 {
        if figures().await.contains(line) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{line} is not in {}", figures().await);
}

/// The way to the first message of the list.
fn first(list: &Page) -> String {
    let (_, rest) = list.text.split_once("href=\"/meddelanden/").expect("no message");
    format!("/meddelanden/{}", rest.split('"').next().unwrap())
}

/// The path of the link that confirms, in a letter.
fn link(letter: &Value) -> String {
    let (_, rest) = letter["text"].as_str().unwrap().split_once("/kvittera/").expect("no link");
    format!("/kvittera/{}", rest.split_whitespace().next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absence_is_a_message_that_is_opened_and_answered() {
    let stage = Stage::open().await;
    let (mut browser, child) = told(&stage).await;
    let given = child["given"].as_str().unwrap();
    let letters = stage.script().letters(MAIL, 3).await;
    for secret in [&child["given"], &child["family"], &child["number"]] {
        assert!(!letters[2]["text"].as_str().unwrap().contains(secret.as_str().unwrap()), "{}", letters[2]);
    }

    assert!(browser.open("/mina-barn").await.has("class=\"badge\""));
    let list = browser.open("/meddelanden").await;
    assert!(list.has("class=\"unread\"") && list.has(given), "{}", list.text);
    let at = first(&list);
    let looked = browser.send(Method::HEAD, &at, None, &[]).await;
    assert_eq!(looked.status, StatusCode::OK);
    let ahead = browser.send(Method::GET, &at, None, &[("sec-purpose", "prefetch")]).await;
    assert_eq!(ahead.status, StatusCode::OK);
    assert!(browser.open("/meddelanden").await.has("class=\"unread\""), "nobody has read it yet");

    let message = browser.open(&at).await;
    assert!(message.has(given) && message.has("tel:"), "{}", message.text);
    assert!(!message.text.split("</title>").next().unwrap().contains(given), "a title names nobody");
    assert!(!message.has("class=\"badge\""), "the message that was just opened is not new any more");
    let answered = browser.submit(&message, "messages/acknowledge", &[]).await;
    assert_eq!(answered.path, at);
    assert!(answered.forms("messages/acknowledge").is_empty() && answered.has("notice good"));
    assert!(browser.open("/meddelanden").await.has("chip good"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_letter_confirms_by_its_button_alone() {
    let stage = Stage::open().await;
    let (mut browser, child) = told(&stage).await;
    let letters = stage.script().letters(MAIL, 3).await;
    let at = link(&letters[2]);
    let mut phone = stage.browser();
    // Programs that look at links before their reader does.
    for method in [Method::HEAD, Method::GET, Method::GET] {
        assert_eq!(phone.send(method, &at, None, &[]).await.status, StatusCode::OK);
    }
    assert!(!browser.open("/meddelanden").await.has("chip good"));
    let page = phone.open(&at).await;
    let unknown = phone.open("/kvittera/AAAAAAAAAAAAAAAAAAAAAA").await;
    let bare = |page: &Page| page.text.replace(page.path.rsplit('/').next().unwrap(), "");
    assert_eq!(bare(&page), bare(&unknown), "the page says whether its link works");
    for secret in [&child["given"], &child["family"]] {
        assert!(!page.has(secret.as_str().unwrap()));
    }

    let spent = phone.submit(&unknown, "messages/receive", &[]).await;
    assert_eq!(spent.path, "/kvitterat?nej=link-spent");
    for _ in 0..2 {
        let done = phone.submit(&page, "messages/receive", &[]).await;
        assert_eq!((done.status, done.path.as_str()), (StatusCode::OK, "/kvitterat"));
        assert_eq!(phone.open("/mina-barn").await.path, "/logga-in", "a link is no login");
    }
    assert!(browser.open("/meddelanden").await.has("chip good"));
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_that_come_to_nothing_are_said_on_the_page_and_counted() {
    let stage = Stage::open().await;
    let (mut browser, _) = at_home(&stage).await;
    let script = stage.script();
    script.letters(MAIL, 2).await;
    let refused = json!({ "system": "smtp", "fault": "status:550", "path": "RCPT", "count": 1 });
    script.ask_town(Method::POST, "/control/faults", Some(refused)).await;
    miss(&stage).await;
    until_counted(&stage, "portal_notices_failed_total{channel=\"mail\"} 1\n").await;
    let page = browser.open("/personuppgifter").await;
    assert!(page.has("Mejl till dig har inte kommit fram sedan 24 november 2026"), "{}", page.text);

    let seen = json!({
        "child": ELSA,
        "start": "2026-11-24T07:40:00+01:00",
        "end": "2026-11-24T08:00:00+01:00",
    });
    script.ask_town(Method::POST, "/control/presence", Some(seen)).await;
    let again = json!({
        "child": ELSA,
        "kind": "unreported",
        "start": "2026-11-24T07:10:00+01:00",
        "end": "2026-11-24T07:40:00+01:00",
    });
    script.ask_town(Method::POST, "/control/absences", Some(again)).await;
    until_counted(&stage, "portal_notices_sent_total{channel=\"mail\"} 1\n").await;
    let page = browser.open("/personuppgifter").await;
    assert!(!page.has("har inte kommit fram"), "what arrives again is no warning: {}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_answered_alike_whoever_sends_it_and_whatever_is_in_it() {
    let stage = Stage::open().await;
    let mut gateway = stage.browser();
    let long = format!("id=s1&status=sent&more={}", "x".repeat(5_000));
    for body in ["id=s1&status=delivered", "", "id=s1", "id=s1&id=s2&status=sent", "{}", "%ff%00", &long] {
        for token in ["AAAAAAAAAAAAAAAAAAAAAA", "x", "%00", "..%2f.."] {
            let path = format!("/krok/sms/{token}");
            let answer = gateway.send(Method::POST, &path, Some(body.to_owned()), &[]).await;
            assert_eq!(
                (answer.status, answer.text.as_str()),
                (StatusCode::NO_CONTENT, ""),
                "{token}: {body}"
            );
        }
    }
    let looked = gateway.send(Method::GET, "/krok/sms/AAAAAAAAAAAAAAAAAAAAAA", None, &[]).await;
    assert_eq!(looked.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_reports_a_whole_city_is_not_taken_for_a_crowd() {
    let stage = Stage::with(&[("LIMITS__ADDRESS_PER_SECOND", "5")]).await;
    let mut gateway = stage.browser();
    for _ in 0..50 {
        let body = Some("id=s1&status=sent".to_owned());
        let answer = gateway.send(Method::POST, "/krok/sms/AAAAAAAAAAAAAAAAAAAAAA", body, &[]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guardian_without_messages_is_told_so_and_a_strange_address_is_no_message() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    stage.script().open_account(&mut browser, &person, "empty@example.se").await;
    let list = browser.open("/meddelanden").await;
    assert!(list.has("class=\"card empty\"") && !list.has("class=\"badge\""));
    assert!(!list.has("<script"), "a page that is only read brings no script");
    for strange in ["x", "00000000-0000-0000-0000-000000000000", "%00", "AAAAAAAAAAAAAAAAAAAAAA"] {
        let page = browser.open(&format!("/meddelanden/{strange}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{strange}");
    }
    for query in ["sida=0", "sida=-1", "sida=4294967295", "sida=x", "sida=2&sida=3"] {
        assert_eq!(browser.open(&format!("/meddelanden?{query}")).await.status, StatusCode::OK, "{query}");
    }
}
