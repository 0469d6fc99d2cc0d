//! Closing the account, with a way back.

use model::{Outcome, Refusal};
use portal::{Error, Next, audit::Deed};

use super::{E164, MAILBOX, MOBILE, SARA, add_mobile, refusal, shown, with_account};
use crate::stage::Stage;

#[tokio::test]
async fn a_closed_account_can_be_opened_again_for_thirty_days_with_all_it_had() {
    let stage = Stage::open().await;
    let mut browser = with_account(&stage).await;
    let mut phone = stage.browser();
    phone.sign_in(SARA).await;
    add_mobile(&browser, MOBILE, E164).await;
    let (children, letters) = (browser.children().await.unwrap(), stage.letters(MAILBOX).len());
    let links = stage.live_links().await.len();
    browser.visit().await.guardian().unwrap().close_account().await.unwrap();
    for browser in [&browser, &phone] {
        assert!(browser.visit().await.guardian().is_err(), "logged out everywhere");
    }
    assert!(stage.live_links().await.is_empty());
    stage
        .until("the letter", || async {
            stage.letters(MAILBOX)[letters..].iter().any(|letter| letter.subject.contains("avslutat"))
        })
        .await;

    stage.advance(29 * 24 * 3_600);
    stage.portal.sync_registers(false).await.unwrap();
    browser.session = None;
    browser.sign_in(SARA).await;
    assert_eq!(browser.outcome().await, Outcome::AccountResting);
    let opened = browser.visit().await.applicant().unwrap().reopen().await.unwrap();
    browser.session = Some(opened.session_cookie);
    assert_eq!(browser.children().await.unwrap(), children);
    assert_eq!(stage.live_links().await.len(), links);
    let personal = shown(&browser).await;
    assert_eq!(
        (personal.email.unwrap().value.as_str(), personal.mobile.unwrap().value.as_str()),
        (MAILBOX, MOBILE)
    );
    assert_eq!(stage.audited(Deed::ReopenedAccount).await.len(), 1);
    let mut again = stage.browser();
    assert_eq!(again.sign_in(SARA).await, Next::Children);
}

#[tokio::test]
async fn after_thirty_days_or_by_the_operators_hand_it_stays_closed() {
    let stage = Stage::open().await;
    let mut browser = with_account(&stage).await;
    browser.visit().await.guardian().unwrap().close_account().await.unwrap();
    let account = stage.accounts().await.remove(0).id.parse().unwrap();
    browser.session = None;
    browser.sign_in(SARA).await;
    assert_eq!(browser.outcome().await, Outcome::AccountResting);
    stage.portal.close_account(account, "holder").await.unwrap();
    assert_eq!(browser.outcome().await, Outcome::AccountClosed);
    let refused = browser.visit().await.applicant().unwrap().reopen().await;
    assert_eq!(refusal(refused.map(drop)), Some(Refusal::StepNotReached));

    let other = Stage::open().await;
    let mut late = with_account(&other).await;
    late.visit().await.guardian().unwrap().close_account().await.unwrap();
    other.advance(30 * 24 * 3_600 + 1);
    other.portal.sync_registers(false).await.unwrap();
    late.session = None;
    late.sign_in(SARA).await;
    assert_eq!(late.outcome().await, Outcome::AccountClosed);
    let refused = late.visit().await.applicant().unwrap().reopen().await;
    assert_eq!(refusal(refused.map(drop)), Some(Refusal::StepNotReached));
    other.advance(61 * 24 * 3_600);
    other.portal.erase_old().await.unwrap();
    let row = other.accounts().await.remove(0);
    assert!(row.email.is_none() && row.mobile.is_none() && row.name.is_empty());
}

#[tokio::test]
async fn an_account_closed_by_its_holder_is_opened_again_once_by_many_presses() {
    let stage = Stage::open().await;
    let mut browser = with_account(&stage).await;
    browser.visit().await.guardian().unwrap().close_account().await.unwrap();
    browser.session = None;
    browser.sign_in(SARA).await;
    let visits = futures::future::join_all((0..8).map(|_| browser.visit())).await;
    let presses = visits.iter().map(|visit| async { visit.applicant()?.reopen().await });
    let opened = futures::future::join_all(presses).await;
    assert!(opened.iter().all(|result| result.is_ok() || matches!(result, Err(Error::SignIn(_)))));
    assert_eq!(stage.audited(Deed::ReopenedAccount).await.len(), 1);
}
