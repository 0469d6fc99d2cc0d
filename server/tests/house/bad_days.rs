//! Systems that are away, slow or talk nonsense: what was begun is kept, and the page says what still works.

use super::stage::Stage;
use reqwest::StatusCode;

#[tokio::test(flavor = "multi_thread")]
async fn letters_arrive_when_the_mail_server_is_back() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let children = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    stage.script().fault("smtp", "down").await;
    let page = browser.submit(&children, "application/confirm-children", &[]).await;
    let field = page.form("application/give-email").named("email");
    let page = browser.submit(&page, "application/give-email", &[(&field, "later@example.se")]).await;
    assert_eq!(page.path, "/ansokan/bekrafta");
    stage.script().fault("smtp", "none").await;
    assert_eq!(stage.script().letters("later@example.se", 1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_population_register_that_is_down_keeps_the_application() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    for fault in ["down", "status:500", "garbage", "truncate"] {
        stage.script().fault("population", fault).await;
        let mut browser = stage.browser();
        let page = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
        assert!(page.path.starts_with("/ansokan/"), "{fault}: {}", page.path);
        assert!([StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&page.status), "{fault}");
        assert!(page.forms("application/confirm-children").is_empty(), "{fault} let somebody on");
        stage.script().fault("population", "none").await;
        stage
            .script()
            .ask_town(
                reqwest::Method::POST,
                "/control/clock",
                Some(serde_json::json!({ "advance_seconds": 0 })),
            )
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bankid_that_is_down_says_so_and_nobody_is_to_blame() {
    let stage = Stage::open().await;
    for fault in ["down", "status:503", "status:500", "garbage"] {
        stage.script().fault("bankid", fault).await;
        let mut browser = stage.browser();
        let choice = browser.open("/logga-in").await;
        let page = browser.submit(&choice, "sign_in/start", &[("device", "other")]).await;
        assert!(
            [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&page.status),
            "{fault}: {}",
            page.status
        );
        assert_eq!(page.path.split('?').next(), Some("/logga-in"), "{fault}");
        stage.script().fault("bankid", "none").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn public_pages_need_no_outside_system() {
    let stage = Stage::open().await;
    for system in ["bankid", "population", "pupil", "smtp"] {
        stage.script().fault(system, "hang").await;
    }
    let mut browser = stage.browser();
    for line in server::http::routes::all() {
        if line.kind == "page" && line.policy == "public" {
            let page = browser.open(line.path).await;
            assert_eq!(page.status, StatusCode::OK, "{}", line.path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strange_text_in_every_field_is_never_an_error_of_ours() {
    let stage =
        Stage::with(&[("LIMITS__SESSION_PER_SECOND", "1000"), ("LIMITS__ADDRESS_PER_SECOND", "1000")]).await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let children = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    let page = browser.submit(&children, "application/confirm-children", &[]).await;
    let form = page.form("application/give-email");
    let field = form.named("email");
    let long = "a".repeat(10_000);
    for strange in [
        "",
        " ",
        "a\0b@example.se",
        "\u{202e}evil@example.se",
        "👩‍👧@example.se",
        "a@@b.se",
        "a@b",
        "å@ö.se",
        "<b>@example.se",
        &long,
    ] {
        let answer = browser.post(&form, &[(&field, strange)]).await;
        assert!(
            answer.status == StatusCode::SEE_OTHER || answer.status == StatusCode::BAD_REQUEST,
            "{strange:?}: {}",
            answer.status
        );
        let shown = browser.follow(answer).await;
        assert!(!shown.text.contains("<b>@example.se"), "typed markup became markup");
        assert!(!shown.status.is_server_error(), "{strange:?}");
    }
}
