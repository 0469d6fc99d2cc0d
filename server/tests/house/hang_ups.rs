//! Clients that hang up: what was begun is finished or never was, and nobody else notices.

use std::time::Duration;

use super::{
    books::{Books, assert_open, welcomes},
    crashes::{children_of, work_is_done},
    stage::{
        Browser, Stage,
        browser::{Form, encoded},
    },
};
use reqwest::StatusCode;
use simulators::System;
use tokio::{io::AsyncWriteExt, net::TcpStream};

/// A connection to the house over which this was sent.
async fn sent(stage: &Stage, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(stage.base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// A form as it goes over the wire, whole.
fn written(browser: &Browser, form: &Form) -> String {
    let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let body = encoded(&form.fields);
    format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\nCookie: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        form.action,
        browser.base.trim_start_matches("http://"),
        cookies.join("; "),
        body.len()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_disturbs_nobody() {
    let stage = Stage::open().await;
    for cut in [
        "GET / HT",
        "POST /api/session/end HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nab",
        "GET / HTTP/1.1\r\n",
    ] {
        drop(sent(&stage, cut).await);
    }
    assert_eq!(stage.browser().get("/").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_form_dropped_before_its_answer_is_all_or_nothing_and_asked_again_the_same_account() {
    let stage = Stage::open().await;
    let books = Books::of(&stage.house);
    for (at, person) in stage.script().people(&["guardian"], &[]).await.iter().take(4).enumerate() {
        let email = format!("hangs-up-{at}@example.se");
        let mut browser = stage.browser();
        let listed = stage.script().identify(&mut browser, "/ansokan/legitimera", person).await;
        let children = children_of(&listed);
        let check = stage.script().fill_in(&mut browser, &listed, &email).await;
        let form = check.form("application/complete");
        let request = written(&browser, &form);
        // Cut within its body it never was a form.
        drop(sent(&stage, &request[..request.len() - 1]).await);
        assert!(books.account(&email).await.is_none());
        drop(sent(&stage, &request).await);
        let left = books.account(&email).await;
        if let Some(left) = &left {
            assert_open(Some(left), children, &email);
        }
        let answer = browser.post(&form, &[]).await;
        assert_eq!(browser.follow(answer).await.path, "/ansokan/klart", "{email}");
        let id = assert_open(books.account(&email).await.as_ref(), children, &email);
        assert!(left.is_none_or(|left| left.id == id), "{email}: another account");
        work_is_done(&books).await;
        assert_eq!(welcomes(&stage.town, &email).len(), 1, "{email}");
    }
    books.assert_whole("hung up").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_form_that_was_begun_is_finished_though_nobody_waits_for_its_answer() {
    let stage = Stage::open().await;
    let books = Books::of(&stage.house);
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let listed = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    let children = children_of(&listed);
    let check = stage.script().fill_in(&mut browser, &listed, "begun@example.se").await;
    let form = check.form("application/complete");
    // Custody is asked anew, and the register takes its time: the deed hangs in its middle until then.
    stage.let_pass(16 * 60);
    stage.script().fault("population", "slow:1000").await;
    let before = stage.town.calls(System::Population).len();
    let connection = sent(&stage, &written(&browser, &form)).await;
    while stage.town.calls(System::Population).len() == before {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(connection);
    assert!(books.account("begun@example.se").await.is_none(), "it was over before anybody hung up");
    // The letter says that it was finished.
    stage.script().letters("begun@example.se", 2).await;
    let id = assert_open(books.account("begun@example.se").await.as_ref(), children, "begun");
    let answer = browser.post(&form, &[]).await;
    assert_eq!(browser.follow(answer).await.path, "/ansokan/klart");
    assert_eq!(assert_open(books.account("begun@example.se").await.as_ref(), children, "again"), id);
    assert_eq!(books.accounts().await, 1);
    books.assert_whole("hung up").await;
}
