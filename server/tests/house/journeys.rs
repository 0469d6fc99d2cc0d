//! Whole journeys over HTTP, without a browser's script: the way that always works.

use super::{books::Books, stage::Stage};
use reqwest::{Method, StatusCode};

#[tokio::test(flavor = "multi_thread")]
async fn a_guardian_gets_an_account_and_comes_back_to_mina_barn() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();

    let receipt = stage.script().open_account(&mut browser, &person, "sara@example.se").await;
    assert_eq!(receipt.status, StatusCode::OK);
    let children = browser.open("/mina-barn").await;
    assert_eq!((children.status, children.path.as_str()), (StatusCode::OK, "/mina-barn"));

    let signed_out = browser.submit(&children, "session/end", &[]).await;
    assert_eq!(signed_out.path, "/utloggad");
    assert_eq!(browser.open("/mina-barn").await.path, "/logga-in");

    let mut elsewhere = stage.browser();
    let children = stage.script().identify(&mut elsewhere, "/logga-in", &person).await;
    assert_eq!(children.path, "/mina-barn");

    // The welcome letter came as well, and neither holds anything of the person.
    let letters = stage.script().letters("sara@example.se", 2).await;
    for letter in &letters {
        for secret in [&person["number"], &person["family"]] {
            assert!(
                !letter.to_string().replace(r#""number""#, "").contains(secret.as_str().unwrap()),
                "{letter}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_leads_to_the_page_that_was_asked_for_and_to_nobody_elses() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    stage.script().open_account(&mut stage.browser(), &person, "deep@example.se").await;
    let mut browser = stage.browser();
    let asked = browser.open("/narvaro/installningar?olika=1").await.path;
    assert_eq!(asked, "/logga-in?till=/narvaro/installningar");
    let page = stage.script().identify(&mut browser, &asked, &person).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/narvaro/installningar"));
    for elsewhere in
        ["//example.se", "https://example.se", "/ansokan/barn", "/logga-in", "/meddelanden/x", "x"]
    {
        let mut other = stage.browser();
        let page = other.open(&format!("/logga-in?till={elsewhere}")).await;
        assert!(page.form("sign_in/start").fields.iter().all(|(name, _)| name != "back"), "{elsewhere}");
    }
    let path = format!("{asked}&nej=no-identification");
    let mut tampered = stage.browser();
    let choice = tampered.open(&path).await;
    let change = [("device", "other"), ("back", "//example.se/narvaro")];
    tampered.submit(&choice, "sign_in/start", &change).await;
    let code = stage.script().qr(&mut tampered).await;
    stage.script().phone(&person, ("qr", &code), "approve").await;
    assert_eq!(stage.script().go_on(&mut tampered, &path).await.path, "/mina-barn");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_found_again_instead_of_opened_twice() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    stage.script().open_account(&mut stage.browser(), &person, "one@example.se").await;
    let again = stage.script().identify(&mut stage.browser(), "/ansokan/legitimera", &person).await;
    assert_eq!(again.path, "/mina-barn");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_on_the_same_device_leads_in_through_the_return_page_only() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let choice = browser.open("/ansokan/legitimera").await;
    let waiting = browser.submit(&choice, "sign_in/start", &[("device", "this")]).await;
    let launch =
        waiting.text.split("autostarttoken=").nth(1).unwrap().split(['"', '&']).next().unwrap().to_owned();
    assert!(!browser.get("/bankid/qr.svg").await.has("<metadata>"), "a same-device order shows no code");
    let answer = stage.script().phone(&person, ("autostart", &launch), "approve").await;
    let back = answer["return_url"].as_str().unwrap().strip_prefix(&stage.base).unwrap().to_owned();
    assert!(back.starts_with("/bankid/retur?nonce="), "{back}");

    // Another browser behind the same address opens and posts the way back: nobody is let in.
    let mut thief = stage.browser();
    let page = thief.open(&back).await;
    let turned_away = thief.submit(&page, "sign_in/return", &[]).await;
    assert_ne!(turned_away.path, "/ansokan/barn");
    assert_eq!(thief.open("/ansokan/barn").await.path, "/ansokan/legitimera");

    // Its try spent the order: not even the right browser gets in by it.
    let page = browser.open(&back).await;
    if !page.forms("sign_in/return").is_empty() {
        let late = browser.submit(&page, "sign_in/return", &[]).await;
        assert_ne!(late.path, "/ansokan/barn");
    }
    assert_eq!(browser.open("/ansokan/barn").await.path, "/ansokan/legitimera");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_browser_comes_back_from_the_app_and_is_let_in_once() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let choice = browser.open("/ansokan/legitimera").await;
    let waiting = browser.submit(&choice, "sign_in/start", &[("device", "this")]).await;
    let launch =
        waiting.text.split("autostarttoken=").nth(1).unwrap().split(['"', '&']).next().unwrap().to_owned();
    let answer = stage.script().phone(&person, ("autostart", &launch), "approve").await;
    let back = answer["return_url"].as_str().unwrap().strip_prefix(&stage.base).unwrap().to_owned();
    let mut copy = browser.clone();
    let mut reached = String::new();
    for _ in 0..100 {
        let page = browser.open(&back).await;
        let next = browser.submit(&page, "sign_in/return", &[]).await;
        reached = next.path;
        if reached == "/ansokan/barn" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(reached, "/ansokan/barn");
    // The same way back once more, with the cookies of before.
    let page = copy.open(&back).await;
    if !page.forms("sign_in/return").is_empty() {
        copy.submit(&page, "sign_in/return", &[]).await;
    }
    assert_eq!(copy.open("/ansokan/barn").await.path, "/ansokan/legitimera");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_in_the_app_is_said_and_can_be_tried_again() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let choice = browser.open("/logga-in").await;
    browser.submit(&choice, "sign_in/start", &[("device", "other")]).await;
    let text = stage.script().qr(&mut browser).await;
    stage.script().phone(&person, ("qr", &text), "cancel").await;
    let stopped = stage.script().go_on(&mut browser, "/logga-in").await;
    assert!(!stopped.forms("sign_in/start").is_empty(), "{}", stopped.text);
    assert!(!browser.get("/bankid/qr.svg").await.has("<metadata>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_must_not_be_told_apart_gets_one_and_the_same_page() {
    let stage = Stage::open().await;
    let mut pages = Vec::new();
    for tag in ["protected", "protected-child", "no-children", "disagree", "deceased-child"] {
        let person = stage.script().person(&[tag], &["guardian", "no-bankid"]).await;
        let mut browser = stage.browser();
        let page = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
        assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/ansokan/besked"), "{tag}");
        let name = format!("{} {}", person["given"].as_str().unwrap(), person["family"].as_str().unwrap());
        // The own name stands in the head of the page; nonces and ids differ on every page.
        let text = page.text.replace(&name, "NAME");
        pages.push((tag, main(&text)));
    }
    for (tag, page) in &pages[1..] {
        assert_eq!(page, &pages[0].1, "{tag} can be told from {}", pages[0].0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_stays_when_the_last_form_is_sent_twice() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let children = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    let check = stage.script().fill_in(&mut browser, &children, "twice@example.se").await;
    let form = check.form("application/complete");
    let mut second = browser.clone();
    let first = browser.post(&form, &[]).await;
    let again = second.post(&form, &[]).await;
    assert_eq!((first.status, again.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
    assert_eq!(first.location(), again.location());
    assert_eq!(browser.open("/ansokan/klart").await.status, StatusCode::OK);
    assert_eq!(browser.open("/ansokan/kontrollera").await.path, "/mina-barn");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_completions_at_once_open_one_account() {
    let stage = Stage::with(&[
        ("LIMITS__SESSION_PER_SECOND", "1000"),
        ("LIMITS__SESSION_BURST", "1000"),
        ("LIMITS__ADDRESS_PER_SECOND", "1000"),
    ])
    .await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let children = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    let check = stage.script().fill_in(&mut browser, &children, "many@example.se").await;
    let form = check.form("application/complete");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (mut browser, form) = (browser.clone(), form.clone());
        tasks.spawn(async move { browser.post(&form, &[]).await.status });
    }
    while let Some(status) = tasks.join_next().await {
        assert_eq!(status.unwrap(), StatusCode::SEE_OTHER);
    }
    assert!(Books::of(&stage.house).account("many@example.se").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_letter_can_be_opened_on_another_device_and_only_its_button_confirms() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let children = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    let page = browser.submit(&children, "application/confirm-children", &[]).await;
    let field = page.form("application/give-email").named("email");
    browser.submit(&page, "application/give-email", &[(&field, "link@example.se")]).await;
    let letter = stage.script().letters("link@example.se", 1).await.remove(0);
    let text = letter["text"].as_str().unwrap();
    let link = text.split_whitespace().find(|word| word.contains("/bekrafta-e-post/")).unwrap();
    let path = link.strip_prefix(&stage.base).unwrap().trim_end_matches(['.', '>']).to_owned();

    let mut phone = stage.browser();
    for method in [Method::GET, Method::HEAD, Method::GET] {
        assert_eq!(phone.send(method, &path, None, &[]).await.status, StatusCode::OK);
    }
    assert_eq!(
        browser.open("/ansokan/kontrollera").await.path,
        "/ansokan/bekrafta",
        "a scanner confirmed by looking"
    );
    let page = phone.get(&path).await;
    let form = page
        .forms("/api/")
        .into_iter()
        .find(|form| form.action.contains("email") || form.action.contains("confirm"))
        .unwrap();
    let answer = phone.post(&form, &[]).await;
    phone.follow(answer).await;
    assert_eq!(browser.open("/ansokan/kontrollera").await.path, "/ansokan/kontrollera");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_holder_who_may_not_go_on_is_told_what_everybody_is_told_and_by_the_same_page() {
    let stage = Stage::open().await;
    let stranger = stage.script().person(&["disagree-pupil"], &[]).await;
    let neutral = stage.script().identify(&mut stage.browser(), "/ansokan/legitimera", &stranger).await;
    let neutral = (neutral.status, main(&neutral.text));

    let person = stage.script().person(&["guardian"], &["two-children"]).await;
    let mut browser = stage.browser();
    stage.script().open_account(&mut browser, &person, "void@example.se").await;
    let path = format!("/control/persons/{}", person["id"].as_str().unwrap());
    let void = serde_json::json!({ "deregistration": { "reason": "OB", "date": "2026-11-24" } });
    stage.script().ask_town(Method::PATCH, &path, Some(void)).await;
    let told = stage.script().identify(&mut stage.browser(), "/logga-in", &person).await;
    assert_eq!((told.path.as_str(), (told.status, main(&told.text))), ("/mina-barn", neutral));
}

/// What a page says, without the minute at which its session ends.
fn main(text: &str) -> String {
    let main = text.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    // The marks between pieces of a view say nothing.
    main.split("<p class=\"until").next().unwrap().replace("<!>", "")
}
