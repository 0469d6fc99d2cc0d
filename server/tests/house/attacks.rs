//! What an attacker sends, each with what must come of it. The journeys beside this prove that honest forms pass.

use super::stage::{Stage, browser::encoded};
use reqwest::{Method, StatusCode};

#[tokio::test(flavor = "multi_thread")]
async fn a_post_from_our_own_name_without_tls_or_with_a_strange_origin_is_refused() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    let host = stage.base.trim_start_matches("http://").to_owned();
    for origin in
        [format!("https://{host}"), String::new(), format!("http://{host}/"), format!("HTTP://{host}")]
    {
        let body = Some("language=en&back=%2F".to_owned());
        let answer = browser.send(Method::POST, "/api/language/choose", body, &[("origin", &origin)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin:?}");
        assert!(!browser.cookies.contains_key("ht_lang"), "{origin:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_not_asked_for_or_stands_twice_makes_the_whole_form_a_strangers() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    for more in
        ["level=high", "account_id=1", "a[999999]=1", "device=this", "purpose=step-up", "=", "purpose[]=x"]
    {
        let body = Some(format!("purpose=apply&device=other&{more}"));
        let answer = browser.send(Method::POST, "/api/sign_in/start", body, &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{more}");
        assert!(answer.has("<h1"), "{more} has no page for people");
        assert!(!browser.cookies.contains_key("__Host-ht_login"), "{more} started an identification");
    }
    let fields = [("purpose".to_owned(), "apply".to_owned()), ("device".to_owned(), "other".to_owned())];
    let answer = browser.send(Method::POST, "/api/sign_in/start", Some(encoded(&fields)), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_a_version_of_ours_and_never_what_a_form_says() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let children = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    let check = stage.script().fill_in(&mut browser, &children, "sara@example.se").await;
    for version in ["", "1999-1", "198806142389"] {
        let again = browser.submit(&check, "application/complete", &[("information", version)]).await;
        assert_eq!(again.path, "/ansokan/kontrollera", "{version}");
    }
    let receipt = browser.submit(&check, "application/complete", &[]).await;
    assert_eq!(receipt.path, "/ansokan/klart");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_of_the_application_too() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let children = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    let check = stage.script().fill_in(&mut browser, &children, "sara@example.se").await;
    let mut thief = browser.clone();
    let receipt = browser.submit(&check, "application/complete", &[]).await;
    browser.submit(&receipt, "session/end", &[]).await;
    thief.post(&check.form("application/complete"), &[]).await;
    assert_eq!(thief.open("/mina-barn").await.path, "/logga-in");
}
