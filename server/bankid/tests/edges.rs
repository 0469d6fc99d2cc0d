//! What no BankID should ever say, and how it is asked: word for word.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

use std::time::Duration;

use bankid::{AuthRequest, Browser, Cause, Client, Code, Error, Intent, OrderRef, Settings};
use simulators::{Scripted, answer};

const ORDER: &str = r#"{"orderRef":"131daac9-16c6-4618-beb0-365768f37288",
    "autoStartToken":"7c40b5c9-fa74-49cf-b98c-bfe651f9a7c6","qrStartToken":"67df3917-fa0d-44e5-b327-edcc928297f8",
    "qrStartSecret":"d28db9a7-4cde-429e-a983-359be676944c"}"#;

fn settings(server: &Scripted) -> Settings {
    Settings::new(server.url("/rp/v6.0"), server.path("identity.pem"), server.path("ca.pem"))
}

fn client(server: &Scripted) -> Client {
    Client::new(&settings(server)).unwrap()
}

fn request() -> AuthRequest {
    AuthRequest {
        address: "198.51.100.7".parse().unwrap(),
        intent: Intent::new("Logga in").unwrap(),
        return_url: None,
        browser: Browser { device: "d".into(), domain: "konto.example.se".into(), user_agent: "x".into() },
    }
}

fn order_ref() -> OrderRef {
    OrderRef::new("131daac9-16c6-4618-beb0-365768f37288")
}

#[tokio::test]
async fn auth_is_a_post_with_the_bare_content_type() {
    let server = Scripted::start(vec![answer(200, "", ORDER)]).await;
    client(&server).auth(&request()).await.unwrap();
    let heard = server.heard().remove(0);
    assert!(heard.starts_with("POST /rp/v6.0/auth HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains("\r\ncontent-type: application/json\r\n"), "{heard}");
    assert!(!heard.contains("returnUrl"), "{heard}");
}

#[tokio::test]
async fn an_answer_longer_than_any_of_bankids_is_given_up() {
    let long = format!("{{\"orderRef\":\"{}\"}}", "x".repeat(300 * 1024));
    let server = Scripted::start(vec![answer(200, "", &long)]).await;
    assert!(matches!(client(&server).auth(&request()).await, Err(Error::Garbled(_))));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let away = Scripted::start(vec![answer(200, "", ORDER)]).await;
    let server = Scripted::start(vec![answer(307, &format!("location: {}\r\n", away.url("/")), "")]).await;
    let refused = client(&server).auth(&request()).await.unwrap_err();
    assert_eq!(refused, Error::Said(Code::Other("http-307".into())));
    assert!(away.heard().is_empty());
}

#[tokio::test]
async fn a_refusal_without_bankids_words_is_read_by_its_status() {
    for (status, code) in [
        (403, Code::Unauthorized),
        (404, Code::NotFound),
        (405, Code::MethodNotAllowed),
        (415, Code::UnsupportedMediaType),
        (429, Code::TooManyRequests),
        (500, Code::InternalError),
        (502, Code::InternalError),
        (503, Code::Maintenance),
    ] {
        let server = Scripted::start(vec![answer(status, "", "<html>nginx</html>")]).await;
        assert_eq!(client(&server).auth(&request()).await.unwrap_err(), Error::Said(code), "{status}");
        assert_eq!(server.heard().len(), 1, "{status} was asked again");
    }
}

#[tokio::test]
async fn bankids_own_word_goes_before_the_status() {
    let body = r#"{"errorCode":"alreadyInProgress","details":"Order already in progress for pno"}"#;
    let server = Scripted::start(vec![answer(400, "", body)]).await;
    assert_eq!(client(&server).auth(&request()).await.unwrap_err(), Error::Said(Code::AlreadyInProgress));
}

#[tokio::test]
async fn a_request_that_may_have_arrived_is_never_sent_again() {
    for broken in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"orderRef\":"] {
        let server = Scripted::start(vec![broken.to_vec()]).await;
        let client = client(&server);
        assert_eq!(client.collect(&order_ref()).await.unwrap_err(), Error::Unreachable(Cause::Broken));
        assert_eq!(server.heard().len(), 1);
    }
}

#[tokio::test]
async fn the_probe_wants_exactly_405() {
    for (status, outcome) in [
        (405, Ok(())),
        (200, Err(Error::Garbled("the probe was answered 200, not 405"))),
        (403, Err(Error::Said(Code::Unauthorized))),
    ] {
        let server = Scripted::start(vec![answer(status, "", "")]).await;
        assert_eq!(client(&server).probe().await, outcome);
        assert!(server.heard()[0].starts_with("GET /rp/v6.0/auth "));
    }
}

#[tokio::test]
async fn after_failures_in_a_row_nobody_is_asked_until_the_rest_is_over() {
    let server = Scripted::start(vec![Vec::new(), Vec::new(), answer(200, "", "{}")]).await;
    let mut twice = settings(&server);
    (twice.peer.failures, twice.peer.rest) = (2, Duration::from_secs(3600));
    let patient = Client::new(&twice).unwrap();
    for cause in [Cause::Broken, Cause::Broken, Cause::Resting, Cause::Resting] {
        assert_eq!(patient.cancel(&order_ref()).await, Err(Error::Unreachable(cause)));
    }
    assert_eq!(server.heard().len(), 2);

    let server = Scripted::start(vec![Vec::new(), Vec::new(), answer(200, "", "{}")]).await;
    let mut twice = settings(&server);
    (twice.peer.failures, twice.peer.rest) = (2, Duration::from_nanos(1));
    let eager = Client::new(&twice).unwrap();
    for _ in 0..2 {
        assert_eq!(eager.cancel(&order_ref()).await, Err(Error::Unreachable(Cause::Broken)));
    }
    assert_eq!(eager.cancel(&order_ref()).await, Ok(()));
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_tires_nobody() {
    let server = Scripted::start(vec![answer(503, "", "")]).await;
    let mut settings = settings(&server);
    settings.peer.failures = 1;
    let client = Client::new(&settings).unwrap();
    for _ in 0..3 {
        assert_eq!(client.cancel(&order_ref()).await, Err(Error::Said(Code::Maintenance)));
    }
}

#[tokio::test]
async fn a_server_outside_the_configured_root_is_not_spoken_to() {
    let ours = Scripted::start(vec![answer(200, "", ORDER)]).await;
    let foreign = Scripted::start(vec![answer(200, "", ORDER)]).await;
    let client =
        Client::new(&Settings::new(foreign.url("/rp/v6.0"), ours.path("identity.pem"), ours.path("ca.pem")))
            .unwrap();
    assert_eq!(client.auth(&request()).await.unwrap_err(), Error::Unreachable(Cause::Connect));
    assert!(foreign.heard().is_empty());
}

#[tokio::test]
async fn a_client_that_cannot_work_says_which_setting_is_wrong() {
    let server = Scripted::start(vec![Vec::new()]).await;
    let wrong = |settings: Settings| Client::new(&settings).unwrap_err().to_string();
    let plain = server.url("/rp/v6.0").replace("https://", "http://");
    let (ca, identity) = (server.path("ca.pem"), server.path("identity.pem"));
    assert!(wrong(Settings::new(plain, &identity, &ca)).contains("https://"));
    let empty = server.file("empty.pem", "");
    assert!(wrong(Settings { identity: empty.clone(), ..settings(&server) }).contains("empty.pem"));
    assert!(wrong(Settings::new(server.url("/rp/v6.0"), &identity, &empty)).contains("empty.pem"));
    assert!(wrong(Settings { identity: ca, ..settings(&server) }).contains("ca.pem"));
}

#[tokio::test]
async fn the_end_of_the_certificate_is_known() {
    let server = Scripted::start(vec![Vec::new()]).await;
    // rcgen's own default for a certificate without dates.
    assert_eq!(client(&server).expires().to_string(), "4096-01-01T00:00:00Z");
}
