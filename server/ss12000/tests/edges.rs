//! What the register should never say, and how it is asked: word for word.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

use std::{fs, time::Duration};

use futures::TryStreamExt;
use simulators::{Scripted, answer};
use ss12000::{
    AbsenceReport, At, Cause, Client, Code, Error, Group, Organisation, PageToken, Person, Placement, Recall,
    Settings,
};

const LAST: &str = r#"{"data":[],"pageToken":null}"#;

fn settings(server: &Scripted) -> Settings {
    let tokens = server.file("tokens.json", r#"{"pupil":"tok-1"}"#);
    Settings::new(server.url("/v2"), server.path("ca.pem"), tokens, "pupil")
}

fn client(server: &Scripted) -> Client {
    Client::new(&settings(server)).unwrap()
}

#[tokio::test]
async fn a_list_is_asked_for_with_token_limit_and_moment() {
    let server = Scripted::start(vec![answer(200, "", LAST)]).await;
    let client = Client::new(&Settings { page: 7, ..settings(&server) }).unwrap();
    client.page::<Person>(&At::ChangedAfter("2026-11-24T06:00:00Z".parse().unwrap())).await.unwrap();
    let heard = server.heard().remove(0);
    let line = "GET /v2/persons?limit=7&meta.modified.after=2026-11-24T06%3A00%3A00Z HTTP/1.1\r\n";
    assert!(heard.starts_with(line), "{heard}");
    assert!(heard.contains("authorization: Bearer tok-1\r\n"), "{heard}");
    assert!(!format!("{client:?}").contains("tok-1"));
}

#[tokio::test]
async fn a_page_token_goes_with_no_filter() {
    let pages = [r#"{"data":[],"pageToken":"a&b"}"#, LAST].map(|page| answer(200, "", page));
    let server = Scripted::start(pages.to_vec()).await;
    let moment = At::ChangedAfter("2026-11-24T06:00:00Z".parse().unwrap());
    let pages: Vec<_> = client(&server).pages::<Group>(moment).try_collect().await.unwrap();
    assert_eq!(pages.len(), 2);
    assert!(server.heard()[1].starts_with("GET /v2/groups?limit=500&pageToken=a%26b HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_page_that_leads_to_itself_ends_the_reading() {
    let server = Scripted::start(vec![answer(200, "", r#"{"data":[],"pageToken":"a"}"#)]).await;
    let ended = client(&server).pages::<Group>(At::Start).try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!((ended, server.heard().len()), (Error::Garbled("a page that leads to itself"), 2));
}

#[tokio::test]
async fn a_token_that_is_too_old_is_told_apart_from_a_bad_question() {
    let body = r#"{"error":{"code":400,"message":"x"}}"#;
    let server = Scripted::start(vec![answer(400, "", body)]).await;
    let client = client(&server);
    let at = At::Token(PageToken::new("old"));
    assert_eq!(client.page::<Group>(&at).await.unwrap_err(), Error::Said(Code::PageLost));
    let refused = client.page::<Group>(&At::Start).await.unwrap_err();
    assert_eq!(refused, Error::Said(Code::Status(400, Some("400".into()))));
}

#[tokio::test]
async fn a_kind_the_server_has_not_is_not_an_empty_one() {
    for status in [404, 405, 501] {
        let server = Scripted::start(vec![answer(status, "", "")]).await;
        let refused = client(&server).page::<Placement>(&At::Start).await.unwrap_err();
        assert_eq!(refused, Error::Said(Code::NotOffered), "{status}");
    }
}

#[tokio::test]
async fn a_short_later_is_sat_out_and_a_long_one_handed_on() {
    for status in [429, 503] {
        let soon = [answer(status, "retry-after: 0\r\n", ""), answer(200, "", LAST)];
        let server = Scripted::start(soon.to_vec()).await;
        client(&server).page::<Group>(&At::Start).await.unwrap();
        assert_eq!(server.heard().len(), 2, "{status}");
    }
    let hour = Some(Duration::from_secs(3600));
    for (status, code) in [(429, Code::TooMany(hour)), (503, Code::Busy(hour))] {
        let server = Scripted::start(vec![answer(status, "retry-after: 3600\r\n", "")]).await;
        let refused = client(&server).page::<Group>(&At::Start).await.unwrap_err();
        assert_eq!((refused, server.heard().len()), (Error::Said(code), 1));
    }
}

#[tokio::test]
async fn a_new_token_in_the_file_needs_no_restart() {
    let server = Scripted::start(vec![answer(401, "", ""), answer(200, "", LAST)]).await;
    let settings = settings(&server);
    let client = Client::new(&settings).unwrap();
    fs::write(&settings.tokens, r#"{"pupil":"tok-2"}"#).unwrap();
    client.page::<Group>(&At::Start).await.unwrap();
    assert!(server.heard()[1].contains("Bearer tok-2"));
}

#[tokio::test]
async fn a_refused_token_is_not_shown_again() {
    for status in [401, 403] {
        let server = Scripted::start(vec![answer(status, "", "")]).await;
        let refused = client(&server).probe().await.unwrap_err();
        assert_eq!((refused, server.heard().len()), (Error::Said(Code::Unauthorized), 1));
        assert!(server.heard()[0].starts_with("GET /v2/organisations?limit=1 "));
    }
}

#[tokio::test]
async fn an_answer_longer_than_any_is_given_up() {
    let server = Scripted::start(vec![answer(200, "", &" ".repeat(17 * 1024 * 1024))]).await;
    let given_up = client(&server).page::<Organisation>(&At::Start).await.unwrap_err();
    assert_eq!(given_up, Error::Garbled("longer than any of its answers"));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let away = Scripted::start(vec![answer(200, "", LAST)]).await;
    let server = Scripted::start(vec![answer(302, &format!("location: {}\r\n", away.url("/")), "")]).await;
    let refused = client(&server).page::<Group>(&At::Start).await.unwrap_err();
    assert_eq!(refused, Error::Said(Code::Status(302, None)));
    assert!(away.heard().is_empty());
}

#[tokio::test]
async fn after_failures_in_a_row_nobody_is_asked_until_the_rest_is_over() {
    let server = Scripted::start(vec![Vec::new()]).await;
    let mut settings = settings(&server);
    (settings.peer.failures, settings.peer.rest) = (2, Duration::from_secs(3600));
    let client = Client::new(&settings).unwrap();
    for cause in [Cause::Broken, Cause::Broken, Cause::Resting] {
        assert_eq!(client.page::<Group>(&At::Start).await.unwrap_err(), Error::Unreachable(cause));
    }
    assert_eq!(server.heard().len(), 4, "each call was made twice");
}

#[tokio::test]
async fn a_register_outside_the_configured_root_is_not_spoken_to() {
    let ours = Scripted::start(vec![Vec::new()]).await;
    let foreign = Scripted::start(vec![answer(200, "", LAST)]).await;
    let mut settings = settings(&foreign);
    settings.peer.authorities = ours.path("ca.pem");
    let client = Client::new(&settings).unwrap();
    assert_eq!(client.page::<Group>(&At::Start).await.unwrap_err(), Error::Unreachable(Cause::Connect));
    assert!(foreign.heard().is_empty());
}

#[tokio::test]
async fn a_client_that_cannot_work_says_which_setting_is_wrong_and_never_a_token() {
    let server = Scripted::start(vec![Vec::new()]).await;
    let wrong = |settings: Settings| Client::new(&settings).unwrap_err().to_string();
    let mut plain = settings(&server);
    plain.peer.endpoint = "http://127.0.0.1/".into();
    assert!(wrong(plain).contains("https://"));
    assert!(wrong(Settings { token: "none".into(), ..settings(&server) }).contains("\"none\""));
    let mut trusting = settings(&server);
    trusting.peer.authorities = server.file("empty", "");
    assert!(wrong(trusting).contains("empty"));
    let broken = wrong(Settings { tokens: server.file("tokens", "canary"), ..settings(&server) });
    assert!(broken.contains("tokens") && !broken.contains("canary"), "{broken}");
}

#[tokio::test]
async fn a_report_is_written_once_without_a_word_of_who_reported() {
    let id = uuid::Uuid::new_v4();
    let server = Scripted::start(vec![answer(201, "", &format!(r#"{{"id":"{id}"}}"#))]).await;
    let report = report();
    assert_eq!(client(&server).report_absence(&report).await, Ok(id));
    let heard = server.heard().remove(0);
    assert!(heard.starts_with("POST /v2/absences HTTP/1.1\r\n"), "{heard}");
    let (_, body) = heard.split_once("\r\n\r\n").unwrap();
    let wanted = format!(
        r#"{{"startTime":"2026-11-25T07:00:00Z","endTime":"2026-11-25T08:00:00Z","type":"Anmäld frånvaro","student":{{"id":"{}"}}}}"#,
        report.pupil
    );
    assert_eq!(body, wanted);
    for status in [500, 503] {
        let server = Scripted::start(vec![answer(status, "retry-after: 0\r\n", "")]).await;
        client(&server).report_absence(&report).await.unwrap_err();
        assert_eq!(server.heard().len(), 1, "{status} is not sent again");
    }
}

#[tokio::test]
async fn a_register_that_deletes_nothing_keeps_what_its_list_shows() {
    let (report, id) = (report(), uuid::Uuid::new_v4());
    let shown = format!(
        r#"{{"data":[{{"id":"{id}","startTime":"2026-11-25T08:00:00+01:00","endTime":"2026-11-25T09:00:00+01:00"}}]}}"#
    );
    for (list, recall) in [
        (answer(200, "", &shown), Recall::Kept),
        (answer(200, "", LAST), Recall::Gone),
        (answer(404, "", ""), Recall::Kept),
    ] {
        for status in [404, 405, 501] {
            let server = Scripted::start(vec![answer(status, "", ""), list.clone()]).await;
            assert_eq!(client(&server).recall_absence(id, &report).await, Ok(recall), "{status}");
        }
    }
    let server = Scripted::start(vec![answer(500, "", "")]).await;
    client(&server).recall_absence(id, &report).await.unwrap_err();
}

fn report() -> AbsenceReport {
    AbsenceReport {
        pupil: uuid::Uuid::from_u128(7),
        unit: None,
        start: "2026-11-25T08:00:00+01:00".parse().unwrap(),
        end: "2026-11-25T09:00:00+01:00".parse().unwrap(),
    }
}
