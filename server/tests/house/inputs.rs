//! What nobody should type, in every field of every form: never an error of ours, and nothing changed.

use super::{
    books::Books,
    forms::{self, Known, page_of, valid},
    stage::{Browser, Stage, browser::Form},
};
use model::Step;
use reqwest::StatusCode;

const STRANGE: [(&str, &str); 4] = [
    ("nothing", ""),
    ("a NUL", "a\0b@example.se"),
    ("marks from right to left", "\u{202e}\u{2067}evil@example.se\u{200f}"),
    ("emoji", "👩‍👧@example.se 🏫"),
];

/// Fields that say how to answer, and hold any text: no more comes of a strange one than of none.
const FREE: [(&str, &str); 4] = [
    ("language/choose", "back"),
    ("sign_in/start", "script"),
    ("sign_in/start", "back"),
    ("sign_in/return", "script"),
];

/// What two applicants stand at, and what has left the house.
async fn standing(applicants: [&Browser; 2], books: &Books, stage: &Stage) -> Vec<String> {
    let mut told = vec![books.accounts().await.to_string(), stage.town.mail().len().to_string()];
    for browser in applicants {
        for step in [Step::Check, Step::Confirm] {
            let page = browser.clone().get(page_of(step)).await;
            told.push(format!("{step:?}: {} {:?}", page.status, page.location()));
        }
        let children = browser.clone().get(page_of(Step::Children)).await;
        told.push(format!("{:?}", children.forms("application/answer-child")));
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_should_type_changes_nothing_in_any_field_of_any_form() {
    let stage = Stage::with(&[
        ("LIMITS__SESSION_PER_SECOND", "1000"),
        ("LIMITS__SESSION_BURST", "1000"),
        ("LIMITS__ADDRESS_PER_SECOND", "1000"),
        ("LIMITS__BANKID_START_DEVICE", "1000"),
        ("LIMITS__BANKID_START_SESSION", "1000"),
        ("LIMITS__BANKID_START_ADDRESS", "1000"),
    ])
    .await;
    let books = Books::of(&stage.house);
    let people = stage.script().people(&["guardian"], &[]).await;
    // One waits for a code, the other has everything but the account.
    let (mut waiting, mut checking) = (stage.browser(), stage.browser());
    let listed = stage.script().identify(&mut waiting, "/ansokan/legitimera", &people[0]).await;
    let page = waiting.submit(&listed, "application/confirm-children", &[]).await;
    waiting.submit(&page, "application/give-email", &[("form[email]", "waits@example.se")]).await;
    stage.script().letters("waits@example.se", 1).await;
    let theirs = stage.script().identify(&mut checking, "/ansokan/legitimera", &people[1]).await;
    let check = stage.script().fill_in(&mut checking, &theirs, "checks@example.se").await;

    let long = "a".repeat(10_000);
    let strange: Vec<_> = STRANGE.into_iter().chain([("ten thousand characters", long.as_str())]).collect();
    for (who, browser, listed) in [
        ("a stranger", &stage.browser(), &listed),
        ("who waits for a code", &waiting, &listed),
        ("who checks", &checking, &theirs),
    ] {
        let known = Known {
            child: listed.form("application/answer-child").fields.swap_remove(0).1,
            ward: listed.form("application/answer-child").fields.swap_remove(0).1,
            day: "2026-11-24".to_owned(),
            email: "strange@example.se".to_owned(),
            code: "123456".to_owned(),
            token: "abcdefghijklmnopqrstuv".to_owned(),
            information: check.form("application/complete").fields.swap_remove(0).1,
        };
        for function in forms::functions() {
            for field in function.fields {
                let before = standing([&waiting, &checking], &books, &stage).await;
                for (what, text) in &strange {
                    let at = format!("{who}: {what} in {field} of {}", function.path);
                    let form = valid(&function, &known);
                    let form = Form { action: function.path.to_owned(), fields: form.fields };
                    // A copy, so that what one answer does to the cookies is not carried to the next.
                    let mut browser = browser.clone();
                    let answer = browser.post(&form, &[(field, text)]).await;
                    let refused = [StatusCode::BAD_REQUEST, StatusCode::PAYLOAD_TOO_LARGE];
                    let fine = answer.status == StatusCode::SEE_OTHER || refused.contains(&answer.status);
                    assert!(fine, "{at}: {}", answer.status);
                    assert!(answer.location().is_none_or(|to| !to.contains("evil")), "{at}");
                    let shown = browser.follow(answer).await;
                    assert!(!shown.status.is_server_error(), "{at}: {} shows {}", shown.path, shown.status);
                    if !FREE.contains(&(function.name, *field)) {
                        assert!(
                            !browser.cookies.contains_key("__Host-ht_login"),
                            "{at} began an identification"
                        );
                    }
                }
                let at = format!("{who}: {field} of {}", function.path);
                assert_eq!(standing([&waiting, &checking], &books, &stage).await, before, "{at}");
            }
        }
    }
    books.assert_whole("strange text").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_address_is_refused_and_shown_again_as_text() {
    let stage =
        Stage::with(&[("LIMITS__SESSION_PER_SECOND", "1000"), ("LIMITS__ADDRESS_PER_SECOND", "1000")]).await;
    let person = stage.script().person(&["guardian"], &[]).await;
    let mut browser = stage.browser();
    let children = stage.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    let page = browser.submit(&children, "application/confirm-children", &[]).await;
    let form = page.form("application/give-email");
    let field = form.named("email");
    for strange in [" ", "a@@b.se", "a@b", "å@ö.se", "<b>@example.se", "a b@example.se", "@example.se"] {
        let answer = browser.post(&form, &[(&field, strange)]).await;
        assert_eq!(answer.location().as_deref(), Some("/ansokan/e-post?nej=form"), "{strange:?}");
        let shown = browser.follow(answer).await;
        assert_eq!(shown.status, StatusCode::OK, "{strange:?}");
        assert!(!shown.text.contains("<b>@example.se"), "typed markup became markup");
        assert_eq!(shown.form("application/give-email").fields[0].1, strange, "what was typed is gone");
    }
    assert!(stage.town.mail().is_empty());
}
