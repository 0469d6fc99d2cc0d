//! Every route, asked by everybody: what a role may not do leads to the way in, and says nothing.

use super::stage::{Browser, Page, Stage};
use reqwest::{Method, StatusCode};
use server::http::routes::Line;

/// What a visitor is, in the words of `routes --json`.
const ROLES: [&str; 3] = ["stranger", "applicant", "guardian"];

fn allowed(line: &Line, role: &str) -> bool {
    line.roles.is_empty() || line.roles.contains(&role)
}

async fn ask(browser: &mut Browser, line: &Line) -> Page {
    let path = line.path.replace("{token}", "abcdefghijklmnopqrstuv").replace("{file}", "none.css");
    let body = (line.method == "POST").then(String::new);
    browser.send(line.method.parse::<Method>().unwrap(), &path, body, &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_role_reaches_what_is_another_roles() {
    let stage =
        Stage::with(&[("LIMITS__SESSION_PER_SECOND", "1000"), ("LIMITS__ADDRESS_PER_SECOND", "1000")]).await;
    let applying = stage.script().person(&["guardian"], &["two-children"]).await;
    let holding = stage.script().person(&["guardian", "two-children"], &[]).await;
    assert_ne!(applying["id"], holding["id"]);

    let stranger = stage.browser();
    let mut applicant = stage.browser();
    stage.script().identify(&mut applicant, "/ansokan/legitimera", &applying).await;
    let mut guardian = stage.browser();
    stage.script().open_account(&mut guardian, &holding, "crawl@example.se").await;

    let told = |person: &serde_json::Value| {
        [&person["number"], &person["family"]].map(|it| it.as_str().unwrap().to_owned())
    };
    let secrets = [told(&applying), told(&holding)];
    for line in
        server::http::routes::all().iter().filter(|line| line.kind != "health" && line.name != "session/end")
    {
        for (role, browser) in ROLES.iter().zip([&stranger, &applicant, &guardian]) {
            // A copy, so that what one question does to the cookies is not carried to the next.
            let answer = ask(&mut browser.clone(), line).await;
            let at = format!("{role} at {} {}: {}", line.method, line.path, answer.status);
            assert!(!answer.status.is_server_error(), "{at}");
            if allowed(line, role) {
                continue;
            }
            // A page leads to the way in or to where one stands; a server function does so too, or says no.
            let turned_away = answer.location().is_some()
                || [StatusCode::FORBIDDEN, StatusCode::BAD_REQUEST].contains(&answer.status);
            assert!(turned_away, "{at}");
            assert!(answer.location().is_none_or(|to| to != line.path), "{at} leads to itself");
            // The own name stands in the head of every page; another's nowhere.
            for (owner, secrets) in ["applicant", "guardian"].iter().zip(&secrets) {
                let found = secrets.iter().any(|secret| answer.text.contains(secret.as_str()));
                assert!(!found || owner == role, "{at} tells of the {owner}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_not_reached_leads_to_the_one_that_is() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    for ahead in ["/ansokan/bekrafta", "/ansokan/kontrollera"] {
        let page = browser.open(ahead).await;
        assert_eq!(page.path.split('?').next(), Some("/ansokan/barn"), "{ahead}");
    }
    let posted = browser.send(Method::POST, "/api/application/complete", Some(String::new()), &[]).await;
    assert!(!posted.status.is_server_error());
    assert_ne!(browser.follow(posted).await.path, "/ansokan/klart");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_session_is_worth_nothing_after_logging_out() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    stage.script().open_account(&mut browser, &person, "copy@example.se").await;
    let mut copy = browser.clone();
    let children = browser.open("/mina-barn").await;
    let out = browser.post(&children.form("session/end"), &[]).await;
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(copy.open("/mina-barn").await.path, "/logga-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_behind_the_login_is_kept_nowhere() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    stage.script().open_account(&mut browser, &person, "store@example.se").await;
    for path in ["/mina-barn", "/personuppgifter", "/ansokan/klart", "/", "/kakor"] {
        let page = browser.get(path).await;
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert!(page.header("x-robots-tag").contains("noindex"), "{path}");
        assert_eq!(page.header("content-encoding"), "", "{path} is compressed with a person in it");
    }
}
