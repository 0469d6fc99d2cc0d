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
    let people = stage.script().people(&["guardian"], &[]).await;
    for (fault, person) in ["down", "status:500", "garbage", "truncate"].into_iter().zip(&people) {
        stage.script().fault("population", fault).await;
        let mut browser = stage.browser();
        let page = stage.script().identify(&mut browser, "/ansokan/legitimera", person).await;
        let seen = (page.path.as_str(), page.status);
        assert_eq!(seen, ("/ansokan/besked", StatusCode::SERVICE_UNAVAILABLE), "{fault}");
        assert!(
            page.has("Du är legitimerad") && page.has("Det du har gjort är kvar"),
            "{fault}: {}",
            page.text
        );
        assert!(page.forms("application/").is_empty(), "{fault} let somebody on");
        assert!(!page.header("retry-after").is_empty(), "{fault}");
        stage.script().fault("population", "none").await;
        // Its way on leads there as soon as the register answers; a line that was at rest takes a while to be tried.
        let mut again = browser.open("/ansokan/barn").await;
        for _ in 0..200 {
            if again.path == "/ansokan/barn" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            again = browser.open("/ansokan/barn").await;
        }
        assert_eq!((again.path.as_str(), again.status), ("/ansokan/barn", StatusCode::OK), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_population_register_that_goes_down_in_the_middle_keeps_what_was_typed() {
    let stage = Stage::open().await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let listed = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    let check = stage.script().fill_in(&mut browser, &listed, "middle@example.se").await;
    stage.script().fault("population", "status:503").await;
    // Older than it is trusted for: the last form has to ask.
    stage.let_pass(16 * 60);
    let refused = browser.post(&check.form("application/complete"), &[]).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.has("<h1"), "no page for people: {}", refused.text);
    let page = browser.open("/ansokan/kontrollera").await;
    assert_eq!((page.path.as_str(), page.status), ("/ansokan/besked", StatusCode::SERVICE_UNAVAILABLE));
    stage.script().fault("population", "none").await;
    let receipt = browser.submit(&check, "application/complete", &[]).await;
    assert_eq!(receipt.path, "/ansokan/klart", "{}", receipt.text);
    assert!(receipt.has("middle@example.se"));
}

#[tokio::test(flavor = "multi_thread")]
async fn bankid_that_is_down_says_so_and_nobody_is_to_blame() {
    let stage = Stage::open().await;
    for fault in ["down", "status:503", "status:500", "garbage"] {
        stage.script().fault("bankid", fault).await;
        let mut browser = stage.browser();
        let choice = browser.open("/logga-in").await;
        let answer = browser.post(&choice.form("sign_in/start"), &[("device", "other")]).await;
        assert_eq!(answer.location().as_deref(), Some("/logga-in?nej=bankid-down"), "{fault}");
        let page = browser.follow(answer).await;
        assert_eq!(page.status, StatusCode::OK, "{fault}");
        assert!(page.has("BankID svarar inte just nu. Försök igen om en stund."), "{fault}: {}", page.text);
        assert!(!page.forms("sign_in/start").is_empty(), "{fault}: no way to try again");
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
