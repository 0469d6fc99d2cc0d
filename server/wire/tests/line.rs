//! The line against a server that says what it is told, word for word.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

use std::{fmt, time::Duration};

use simulators::{Scripted, answer};
use wire::{Answer, BadSetting, Cause, Error, Identity, Line, Peer, Refusal, Request, Secret, read_secret};

/// The status, and what the other end said.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Code(u16, Option<Duration>, Option<String>);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {}", self.0)
    }
}

impl Refusal for Code {
    const SYSTEM: &'static str = "the other end";

    fn read(answer: &Answer) -> Self {
        Self(answer.status(), answer.retry_after(), answer.text().map(str::to_owned))
    }
}

const MOST: usize = 1000;

fn peer(server: &Scripted) -> Peer {
    Peer::new(server.url("/v1"), server.path("ca.pem"), Duration::from_secs(10))
}

fn open(peer: &Peer) -> Result<Line<Code>, BadSetting> {
    Line::open(peer, None, MOST)
}

fn line(server: &Scripted) -> Line<Code> {
    open(&peer(server)).unwrap()
}

/// One call of one try.
async fn asked(line: &Line<Code>, request: Request) -> Result<String, Error<Code>> {
    let tries = async { line.send(request).await?.accepted() };
    line.call("a test", tries).await.map(|text| text.to_string())
}

#[tokio::test]
async fn a_request_goes_out_as_it_was_put_together() {
    let server = Scripted::start(vec![answer(200, "", "yes")]).await;
    let line = line(&server);
    let token = Secret::bearer("canary").unwrap();
    let request =
        line.get("things").query("after", "a&b").header("x-call", "7").secret("authorization", &token);
    assert_eq!(asked(&line, request).await, Ok("yes".into()));
    asked(&line, line.post("things").json(&["a"]).on_a_fresh_connection()).await.unwrap();
    asked(&line, line.post("things").form(&[("a", "b c")])).await.unwrap();
    let [get, json, form] = &server.heard()[..] else { panic!("three requests") };
    assert!(get.starts_with("GET /v1/things?after=a%26b HTTP/1.1\r\n"), "{get}");
    assert!(
        get.contains("\r\nx-call: 7\r\n") && get.contains("\r\nauthorization: Bearer canary\r\n"),
        "{get}"
    );
    assert!(json.contains("\r\ncontent-type: application/json\r\n") && json.ends_with(r#"["a"]"#), "{json}");
    assert!(form.starts_with("POST /v1/things ") && form.ends_with("a=b+c"), "{form}");
    let shown = format!("{line:?} {token:?}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn whatever_is_not_200_is_the_clients_to_read() {
    let later = Some(Duration::from_secs(7));
    for (status, header, after) in [(503, "retry-after: 7\r\n", later), (204, "", None), (302, "", None)] {
        let server = Scripted::start(vec![answer(status, header, "")]).await;
        let line = line(&server);
        let refused = asked(&line, line.get("things")).await.unwrap_err();
        assert_eq!(refused, Error::Said(Code(status, after, Some(String::new()))));
    }
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let away = Scripted::start(vec![answer(200, "", "")]).await;
    let to_there = format!("location: {}\r\n", away.url("/"));
    let server = Scripted::start(vec![answer(307, &to_there, "")]).await;
    let line = line(&server);
    assert!(matches!(asked(&line, line.get("things")).await, Err(Error::Said(Code(307, ..)))));
    assert!(away.heard().is_empty());
}

#[tokio::test]
async fn an_answer_as_long_as_may_be_is_read_and_a_longer_one_given_up() {
    let server = [MOST, MOST + 1].map(|length| answer(200, "", &"x".repeat(length)));
    let server = Scripted::start(server.to_vec()).await;
    let line = line(&server);
    assert_eq!(asked(&line, line.get("things")).await.unwrap().len(), MOST);
    let given_up = asked(&line, line.get("things")).await.unwrap_err();
    assert_eq!(given_up, Error::Garbled("longer than any of its answers"));
}

#[tokio::test]
async fn nothing_is_sent_again_by_itself() {
    let server = Scripted::start(vec![Vec::new()]).await;
    let line = line(&server);
    assert_eq!(asked(&line, line.get("things")).await, Err(Error::Unreachable(Cause::Broken)));
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn only_the_peers_own_roots_are_trusted() {
    let [ours, foreign] = [Scripted::start(vec![]).await, Scripted::start(vec![]).await];
    let line = open(&Peer { authorities: ours.path("ca.pem"), ..peer(&foreign) }).unwrap();
    assert_eq!(asked(&line, line.get("things")).await, Err(Error::Unreachable(Cause::Connect)));
    assert!(foreign.heard().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_in_time_whatever_it_waits_for() {
    let server = Scripted::start(vec![]).await;
    let late = line(&server).call("a test", std::future::pending::<Result<(), _>>()).await;
    assert_eq!(late, Err(Error::Unreachable(Cause::Timeout)));
}

#[tokio::test]
async fn after_unreachable_calls_in_a_row_none_is_put_and_a_refusal_begins_the_count_anew() {
    let server = Scripted::start(vec![]).await;
    let line = open(&Peer { failures: 2, rest: Duration::from_secs(3600), ..peer(&server) }).unwrap();
    let lost = || line.call("a test", async { Err::<(), _>(Error::Unreachable(Cause::Broken)) });
    let refused = || line.call("a test", async { Err::<(), _>(Error::Said(Code(500, None, None))) });
    assert_eq!(lost().await, Err(Error::Unreachable(Cause::Broken)));
    assert!(matches!(refused().await, Err(Error::Said(_))));
    for cause in [Cause::Broken, Cause::Broken, Cause::Resting] {
        assert_eq!(lost().await, Err(Error::Unreachable(cause)));
    }
    assert_eq!(refused().await, Err(Error::Unreachable(Cause::Resting)));
}

#[tokio::test]
async fn a_setting_that_cannot_be_used_is_named() {
    let server = Scripted::start(vec![]).await;
    let plain = open(&Peer { endpoint: "http://127.0.0.1/".into(), ..peer(&server) }).unwrap_err();
    assert_eq!(
        plain.to_string(),
        "the endpoint of the other end: http://127.0.0.1/: must begin with https://"
    );
    let empty = server.file("empty", " \n");
    let nobody = open(&Peer { authorities: empty.clone(), ..peer(&server) }).unwrap_err();
    for error in [nobody, Identity::read(&empty).unwrap_err(), read_secret(&empty).unwrap_err()] {
        assert!(error.what.ends_with("empty"), "{error}");
    }
    assert!(Identity::read(&server.path("ca.pem")).is_err(), "a certificate without its key");
    assert_eq!(*read_secret(&server.file("secret", "word\n")).unwrap(), "word");
    assert!(Secret::new("two\nlines").is_none());
}
