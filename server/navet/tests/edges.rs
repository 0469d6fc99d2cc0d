//! What the register should never say, and how it is asked: word for word.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

use std::time::Duration;

use model::PersonId;
use navet::{Cause, Client, Code, Credentials, Error, Settings};
use simulators::{Scripted, answer};

const ADULT: &str = "198501012390";
const NOBODY: &str = r#"{"folkbokforingsposter":[],"fel":[{"id":"198501012390","orsakskod":404}]}"#;

fn settings(server: &Scripted) -> Settings {
    Settings::new(
        server.url("/v3"),
        server.path("identity.pem"),
        server.path("ca.pem"),
        "162120001355",
        "00000236-FO01-0001",
    )
}

fn with_keys(server: &Scripted, tokens: &Scripted) -> Settings {
    let credentials = Credentials {
        token_url: tokens.url("/token"),
        scope: Credentials::SCOPE.into(),
        client_id: "the-client".into(),
        client_secret: server.file("secret", "the-secret\n"),
    };
    // The token service shows another certificate: both are trusted.
    let both = std::fs::read_to_string(server.path("ca.pem")).unwrap()
        + &std::fs::read_to_string(tokens.path("ca.pem")).unwrap();
    let mut settings = Settings { credentials: Some(credentials), ..settings(server) };
    settings.peer.authorities = server.file("both.pem", &both);
    settings
}

fn adult() -> [PersonId; 1] {
    [PersonId::parse(ADULT).unwrap()]
}

#[tokio::test]
async fn a_lookup_is_one_post_with_its_own_correlation() {
    let server = Scripted::start(vec![answer(200, "", NOBODY)]).await;
    let answer = Client::new(&settings(&server)).unwrap().lookup(&adult()).await.unwrap();
    assert_eq!(answer.missing, adult());
    let heard = server.heard().remove(0);
    assert!(heard.starts_with("POST /v3/hamta HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains(&format!("skv_client_correlation_id: {}\r\n", answer.correlations[0])), "{heard}");
    assert!(heard.contains(r#""sokvillkor":[{"identitetsbeteckning":"198501012390"}]"#), "{heard}");
    assert!(!heard.to_lowercase().contains("authorization"), "{heard}");
}

#[tokio::test]
async fn nobody_is_asked_about_nobody_and_no_one_twice() {
    let server = Scripted::start(vec![answer(200, "", NOBODY)]).await;
    let client = Client::new(&settings(&server)).unwrap();
    assert!(client.lookup(&[]).await.unwrap().posts.is_empty());
    assert!(server.heard().is_empty());
    let [one] = adult();
    client.lookup(&[one.clone(), one]).await.unwrap();
    assert_eq!(server.heard()[0].matches(ADULT).count(), 1);
}

#[tokio::test]
async fn more_than_nine_hundred_are_asked_in_turns() {
    let numbers: Vec<PersonId> = include_str!("../../simulators/data/personnummer.txt")
        .lines()
        .filter_map(|line| PersonId::parse(line).ok())
        .take(901)
        .collect();
    assert_eq!(numbers.len(), 901);
    let mut sorted = numbers.clone();
    sorted.sort();
    let faults = |numbers: &[PersonId]| {
        let rows: Vec<String> = numbers
            .iter()
            .map(|number| format!(r#"{{"id":"{}","orsakskod":404}}"#, number.reveal()))
            .collect();
        answer(200, "", &format!(r#"{{"fel":[{}]}}"#, rows.join(",")))
    };
    let server = Scripted::start(vec![faults(&sorted[..900]), faults(&sorted[900..])]).await;
    let answer = Client::new(&settings(&server)).unwrap().lookup(&numbers).await.unwrap();
    assert_eq!((answer.missing.len(), answer.correlations.len(), server.heard().len()), (901, 2, 2));
    assert_ne!(answer.correlations[0], answer.correlations[1]);
}

#[tokio::test]
async fn the_token_is_asked_for_once_and_shown_with_the_keys() {
    let tokens =
        Scripted::start(vec![answer(200, "", r#"{"access_token":"tok-1","expires_in":3600}"#)]).await;
    let server = Scripted::start(vec![answer(200, "", NOBODY)]).await;
    let client = Client::new(&with_keys(&server, &tokens)).unwrap();
    for _ in 0..2 {
        client.lookup(&adult()).await.unwrap();
    }
    assert_eq!(tokens.heard().len(), 1);
    let asked = tokens.heard().remove(0);
    for part in [
        "grant_type=client_credentials",
        "client_id=the-client",
        "client_secret=the-secret",
        "scope=fbfuppgoffakt",
    ] {
        assert!(asked.contains(part), "{asked}");
    }
    for heard in server.heard() {
        for line in
            ["authorization: Bearer tok-1\r\n", "client_id: the-client\r\n", "client_secret: the-secret\r\n"]
        {
            assert!(heard.contains(line), "{heard}");
        }
    }
    let shown = format!("{client:?}");
    assert!(!shown.contains("secret") && !shown.contains("tok-1"), "{shown}");
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_replaced_once() {
    let token = |name: &str| answer(200, "", &format!(r#"{{"access_token":"{name}","expires_in":3600}}"#));
    let tokens = Scripted::start(vec![token("tok-1"), token("tok-2")]).await;
    let server = Scripted::start(vec![answer(401, "", ""), answer(200, "", NOBODY)]).await;
    Client::new(&with_keys(&server, &tokens)).unwrap().lookup(&adult()).await.unwrap();
    assert!(server.heard()[1].contains("Bearer tok-2"));

    let server = Scripted::start(vec![answer(401, "", "")]).await;
    let refused = Client::new(&with_keys(&server, &tokens)).unwrap().lookup(&adult()).await.unwrap_err();
    assert_eq!((refused, server.heard().len()), (Error::Said(Code::Unauthorized), 2));
}

#[tokio::test]
async fn a_short_token_is_not_kept() {
    let tokens = Scripted::start(vec![answer(200, "", r#"{"access_token":"tok-1","expires_in":10}"#)]).await;
    let server = Scripted::start(vec![answer(200, "", NOBODY)]).await;
    let client = Client::new(&with_keys(&server, &tokens)).unwrap();
    for _ in 0..2 {
        client.lookup(&adult()).await.unwrap();
    }
    assert_eq!(tokens.heard().len(), 2);
}

#[tokio::test]
async fn a_question_is_put_once_more_where_that_may_help_and_only_there() {
    let server = Scripted::start(vec![answer(503, "", ""), answer(200, "", NOBODY)]).await;
    Client::new(&settings(&server)).unwrap().lookup(&adult()).await.unwrap();
    for (answers, error, calls) in [
        (answer(503, "", ""), Error::Said(Code::Closed), 2),
        (answer(403, "", "<html>"), Error::Said(Code::Unauthorized), 1),
        (answer(429, "", ""), Error::Said(Code::TooMany), 1),
        (answer(500, "", ""), Error::Said(Code::Status(500)), 1),
        (answer(307, "location: https://127.0.0.1/\r\n", ""), Error::Said(Code::Status(307)), 1),
        (Vec::new(), Error::Unreachable(Cause::Broken), 2),
    ] {
        let server = Scripted::start(vec![answers]).await;
        let refused = Client::new(&settings(&server)).unwrap().lookup(&adult()).await.unwrap_err();
        assert_eq!((refused, server.heard().len()), (error, calls));
    }
}

#[tokio::test]
async fn an_answer_longer_than_any_is_given_up() {
    let server = Scripted::start(vec![answer(200, "", &" ".repeat(17 * 1024 * 1024))]).await;
    let given_up = Client::new(&settings(&server)).unwrap().lookup(&adult()).await.unwrap_err();
    assert_eq!(given_up, Error::Garbled("longer than any of its answers"));
}

#[tokio::test]
async fn after_failures_in_a_row_nobody_is_asked_until_the_rest_is_over() {
    let server = Scripted::start(vec![Vec::new()]).await;
    let mut settings = settings(&server);
    (settings.peer.failures, settings.peer.rest) = (2, Duration::from_secs(3600));
    let client = Client::new(&settings).unwrap();
    for cause in [Cause::Broken, Cause::Broken, Cause::Resting] {
        assert_eq!(client.lookup(&adult()).await.unwrap_err(), Error::Unreachable(cause));
    }
    assert_eq!(server.heard().len(), 4, "each call was put twice");
}

#[tokio::test]
async fn a_register_outside_the_configured_root_is_not_spoken_to() {
    let ours = Scripted::start(vec![Vec::new()]).await;
    let foreign = Scripted::start(vec![answer(200, "", NOBODY)]).await;
    let mut settings = settings(&foreign);
    settings.peer.authorities = ours.path("ca.pem");
    let refused = Client::new(&settings).unwrap().lookup(&adult()).await.unwrap_err();
    assert_eq!(refused, Error::Unreachable(Cause::Connect));
    assert!(foreign.heard().is_empty());
}

#[tokio::test]
async fn a_client_that_cannot_work_says_which_setting_is_wrong() {
    let server = Scripted::start(vec![Vec::new()]).await;
    let wrong = |settings: Settings| Client::new(&settings).unwrap_err().to_string();
    let mut plain = settings(&server);
    plain.peer.endpoint = "http://127.0.0.1/".into();
    assert!(wrong(plain).contains("https://"));
    assert!(wrong(Settings { organisation: "212000".into(), ..settings(&server) }).contains("twelve digits"));
    let empty = server.file("empty", "");
    assert!(wrong(Settings { identity: empty.clone(), ..settings(&server) }).contains("empty"));
    let mut silent = with_keys(&server, &server);
    silent.credentials.as_mut().unwrap().client_secret = empty;
    assert!(wrong(silent).contains("holds no secret"));
}
