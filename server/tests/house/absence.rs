//! Närvarohantering over HTTP, without a browser's script.

use super::stage::{Browser, Page, Stage};
use model::ReportForm;
use reqwest::StatusCode;

/// A guardian of two children, with an account, on Mina barn.
async fn at_home(stage: &Stage, email: &str) -> (Browser, Page) {
    let person = stage.script().person(&["guardian", "two-children"], &["no-bankid"]).await;
    let mut browser = stage.browser();
    stage.script().open_account(&mut browser, &person, email).await;
    let children = browser.open("/mina-barn").await;
    (browser, children)
}

/// The address of the first link that leads to `path` with a child.
fn link(page: &Page, path: &str) -> String {
    let (_, rest) = page.text.split_once(&format!("href=\"{path}?barn=")).unwrap();
    format!("{path}?barn={}", rest.split('"').next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_day_is_reported_in_three_taps_from_mina_barn() {
    let stage = Stage::open().await;
    let (mut browser, children) = at_home(&stage, "three@example.se").await;
    // One: the child's own button. Two: a reason. Three: send.
    let page = browser.open(&link(&children, "/narvaro/anmal")).await;
    let form = page.form("absence/report");
    assert_eq!(form.fields.iter().filter(|(name, _)| name == "form[who][]").count(), 1);
    let done = browser.submit(&page, "absence/report", &[("form[reason]", "ill")]).await;
    assert_eq!(done.path, "/narvaro/anmal?klart=1", "{}", done.text);
    assert_eq!(done.forms("absence/report").len(), 1);
    assert!(done.has("class=\"card reported\""), "{}", done.text);
    // Sent twice, it stands once.
    let again = browser.submit(&page, "absence/report", &[("form[reason]", "ill")]).await;
    assert_eq!(again.text.matches("class=\"card reported\"").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_without_a_reason_is_shown_again_with_what_was_chosen() {
    let stage = Stage::open().await;
    let (mut browser, children) = at_home(&stage, "again@example.se").await;
    let page = browser.open(&link(&children, "/narvaro/anmal")).await;
    let refused = browser.submit(&page, "absence/report", &[("form[when]", ReportForm::OWN)]).await;
    assert_eq!(refused.path, "/narvaro/anmal?nej=form");
    assert!(refused.has("href=\"#reason\""), "{}", refused.text);
    let form = refused.form("absence/report");
    assert!(form.fields.contains(&("form[when]".into(), ReportForm::OWN.into())), "{:?}", form.fields);
    assert_eq!(form.fields.iter().filter(|(name, _)| name == "form[who][]").count(), 1);
    for strange in [("form[account]", "1"), ("form[reason]", "curious")] {
        let answer = browser.post(&form, &[strange]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{strange:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_child_looks_like_one_that_is_not_there() {
    let stage = Stage::open().await;
    let (mut browser, children) = at_home(&stage, "nobody@example.se").await;
    let page = browser.open(&link(&children, "/narvaro/anmal")).await;
    let form = page.form("absence/report");
    let stranger = "00000000000040008000000000000000";
    let changes = [("form[who][]", stranger), ("form[reason]", "ill")];
    assert_eq!(browser.post(&form, &changes).await.status, StatusCode::NOT_FOUND);
    for path in ["/narvaro/historik", "/narvaro/historik/utskrift", "/narvaro/historik/fil"] {
        let answer = browser.get(&format!("{path}?barn={stranger}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(browser.get(&format!("{path}?barn=x")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_kept_and_no_channel_at_all_is_not() {
    let stage = Stage::open().await;
    let (mut browser, _) = at_home(&stage, "choice@example.se").await;
    let page = browser.open("/narvaro/installningar").await;
    let form = page.form("absence/choose-notice");
    assert!(form.fields.contains(&("form[pim]".into(), "true".into())), "{:?}", form.fields);
    let saved = browser.submit(&page, "absence/choose-notice", &[("form[valid_too]", "true")]).await;
    assert_eq!(saved.path, "/narvaro/installningar?klart=1");

    let mut nothing = saved.form("absence/choose-notice");
    nothing.fields.retain(|(name, _)| !["form[mail]", "form[pim]"].contains(&name.as_str()));
    let refused = browser.post(&nothing, &[]).await;
    let refused = browser.follow(refused).await;
    assert_eq!(refused.path, "/narvaro/installningar?nej=form");
    assert!(refused.has("href=\"#channels-0\""), "{}", refused.text);
    // The tab from before has seen an older state.
    let old = browser.post(&form, &[("form[sms]", "")]).await;
    assert_eq!(old.status, StatusCode::BAD_REQUEST, "a tick is true or not there");
    let old = browser.submit(&page, "absence/choose-notice", &[]).await;
    assert_eq!(old.path, "/narvaro/installningar?nej=changed-meanwhile");
    // A form for each child.
    let each = browser.open("/narvaro/installningar?olika=1").await;
    assert_eq!(each.forms("absence/choose-notice").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_can_be_read_printed_and_taken_along() {
    let stage = Stage::open().await;
    let (mut browser, children) = at_home(&stage, "history@example.se").await;
    let page = browser.open(&link(&children, "/narvaro/historik")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.has("<svg") && page.has("<select"), "{}", page.text);
    let printed = browser.open(&link(&children, "/narvaro/historik").replace('?', "/utskrift?")).await;
    assert_eq!(printed.status, StatusCode::OK);
    assert!(!printed.has("<select"));
    let file = browser.get(&link(&children, "/narvaro/historik").replace('?', "/fil?")).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.header("content-type").starts_with("text/csv"));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"franvaro.csv\"");
    assert_eq!(file.header("cache-control"), "no-store");
    assert!(file.header("content-security-policy").contains("sandbox"));
    assert!(file.text.trim_start_matches('\u{feff}').starts_with("\"Barn\";"), "{}", file.text);
}
