//! The registers change: another world is let in, and a hint makes the house ask at once.

use super::stage::{Script, Stage};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::time::Duration;

/// The shipped world under other ids and unit codes: to the registers everybody of it is gone and others are there.
async fn another_world(script: Script<'_>) -> Value {
    let shipped = script.ask_town(Method::GET, "/control/world", None).await;
    let mut text = shipped.to_string();
    for unit in shipped["units"].as_array().unwrap() {
        let code = unit["code"].as_str().unwrap();
        text = text.replace(&format!("\"{code}\""), &format!("\"9{}\"", &code[1..]));
    }
    for list in ["persons", "groups"] {
        for one in shipped[list].as_array().unwrap() {
            let id = one["id"].as_str().unwrap();
            text = text.replace(&format!("\"{id}\""), &format!("\"other-{id}\""));
        }
    }
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_settings_let_a_whole_other_world_in() {
    let stage = Stage::open().await;
    let world = another_world(stage.script()).await;
    stage.script().ask_town(Method::PUT, "/control/world", Some(world)).await;
    assert_eq!(stage.house.portal().sync_registers(false).await.unwrap().braked, None);
    let person = stage.script().person(&["guardian"], &[]).await;
    assert!(person["id"].as_str().unwrap().starts_with("other-"));
    stage.script().open_account(&mut stage.browser(), &person, "other@example.se").await;
    stage.script().ask_town(Method::POST, "/control/reset", None).await;
    assert_eq!(stage.house.portal().sync_registers(false).await.unwrap().braked, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_in_the_registers_is_heard_of_at_once() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &["two-children"]).await;
    let mut browser = stage.browser();
    stage.script().open_account(&mut browser, &person, "change@example.se").await;
    let child = stage.script().ask_town(Method::GET, "/control/persons", None).await;
    let child =
        child.as_array().unwrap().iter().find(|it| it["id"] == person["guardian_of"][0]).cloned().unwrap();
    let given = child["given"].as_str().unwrap();
    assert!(browser.open("/mina-barn").await.text.contains(given));

    let path = format!("/control/persons/{}", person["id"].as_str().unwrap());
    stage.script().ask_town(Method::PATCH, &path, Some(json!({ "guardian_of": [] }))).await;
    let ended = async {
        while browser.open("/mina-barn").await.text.contains(given) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ended).await.expect("the child is still shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_shows_the_secret_is_heard() {
    let stage = Stage::open().await;
    let hook = async |shown: Option<&str>, body: usize| {
        let mut call =
            reqwest::Client::new().post(format!("{}/krok/andrat", stage.base)).body(vec![b'x'; body]);
        if let Some(shown) = shown {
            call = call.header(header::AUTHORIZATION, shown);
        }
        let answer = call.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let right = format!("Bearer {}", stage.town.tokens().hook);
    for size in [0, 10, 10_000] {
        assert_eq!(hook(Some(&right), size).await, (StatusCode::NO_CONTENT, String::new()));
    }
    let missing = hook(None, 0).await;
    assert_eq!(missing.0, StatusCode::UNAUTHORIZED);
    for wrong in ["Bearer ", "Bearer wrong", &stage.town.tokens().hook, &right[..right.len() - 1]] {
        assert_eq!(hook(Some(wrong), 0).await, missing, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_attendance_is_heard_by_its_name_alone_and_never_read() {
    let stage = Stage::open().await;
    let path = stage.house.portal().calling_path();
    let call = async |path: &str, body: Vec<u8>| {
        let answer =
            reqwest::Client::new().post(format!("{}{path}", stage.base)).body(body).send().await.unwrap();
        answer.status()
    };
    for body in [
        vec![],
        br#"{"modifiedEntites":["Attendance"],"deletedEntities":false}"#.to_vec(),
        vec![b'x'; 10_000],
    ] {
        assert_eq!(call(&path, body).await, StatusCode::OK);
    }
    for wrong in ["/krok/narvaro/x", &path[..path.len() - 1], &format!("{path}x")] {
        assert_eq!(call(wrong, vec![]).await, StatusCode::NOT_FOUND, "{wrong}");
    }
    assert_eq!(call(&path, vec![b'x'; 1_000_000]).await, StatusCode::PAYLOAD_TOO_LARGE);
    let answer = reqwest::get(format!("{}{path}", stage.base)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
}
