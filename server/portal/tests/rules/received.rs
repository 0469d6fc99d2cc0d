//! A notice that was received: the link of its letter, and what the SMS gateway reports of its text message.

use model::{MessageKind, Refusal};
use portal::{Error, Who, audit::Deed};
use sea_orm::EntityTrait;
use serde_json::json;
use simulators::System;
use store::entity::delivery;
use uuid::Uuid;

use crate::{
    application::refusal,
    messages::{REPORT, TOKEN, Told, notice_row},
    stage::Stage,
};

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 3600;

async fn follow(stage: &Stage, token: &str) -> portal::Result<()> {
    stage.browser().visit().await.confirm_notice_by_link(token).await
}

async fn delivery_row(stage: &Stage, id: Uuid) -> delivery::Model {
    delivery::Entity::find_by_id(id.to_string()).one(stage.store.reader()).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_link_confirms_on_any_device_and_logs_nobody_in() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let notice = sara.notice().await;
    let message = sara.message(MessageKind::Absence, Some(notice)).await;
    sara.sms(notice, "sent").await;
    let phone = stage.browser();
    phone.visit().await.confirm_notice_by_link(TOKEN).await.unwrap();
    assert_eq!(phone.visit().await.who(), Who::Stranger);
    let confirmed = notice_row(&stage, notice).await;
    assert_eq!(confirmed.confirmed_by.as_deref(), Some("link"));

    // Once more is harmless.
    stage.advance(1);
    phone.visit().await.confirm_notice_by_link(TOKEN).await.unwrap();
    assert_eq!(notice_row(&stage, notice).await, confirmed);
    let logged = stage.audited(Deed::ConfirmedNotice).await;
    assert_eq!((logged.len(), logged[0].actor_kind.as_str()), (1, "stranger"));

    // The message asks for no second answer, and is still to be read.
    let line = sara.list(0).await.lines.remove(0);
    assert!(line.id == message && line.acknowledged.is_some() && !line.read);
}

#[tokio::test]
async fn a_link_that_is_wrong_or_too_old_is_one_and_the_same() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let notice = sara.notice().await;
    sara.sms(notice, "sent").await;
    for token in ["", "x", "AAAAAAAAAAAAAAAAAAAAAA", "å\u{0}", &"a".repeat(5_000)] {
        assert_eq!(refusal(follow(&stage, token).await), Some(Refusal::LinkSpent), "{token:?}");
    }
    stage.advance(14 * DAY + 1);
    assert_eq!(refusal(follow(&stage, TOKEN).await), Some(Refusal::LinkSpent));
    assert_eq!(notice_row(&stage, notice).await.confirmed_at, None);
}

#[tokio::test]
async fn a_link_works_for_fourteen_days_from_the_moment_its_letter_left() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let notice = sara.notice().await;
    sara.sms(notice, "sent").await;
    stage.advance(14 * DAY - 1);
    follow(&stage, TOKEN).await.unwrap();
    assert!(notice_row(&stage, notice).await.confirmed_at.is_some());
}

#[tokio::test]
async fn who_lost_the_child_or_the_account_confirms_nothing_by_an_old_letter() {
    let stage = Stage::open().await;
    let karin = Told::new(&stage, "bergstrom-karin").await;
    let notice = karin.notice().await;
    karin.sms(notice, "sent").await;
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
    stage.advance(16 * MINUTE);
    assert!(karin.browser.children().await.unwrap().is_empty());
    assert_eq!(refusal(follow(&stage, TOKEN).await), Some(Refusal::LinkSpent));

    let other = Stage::open().await;
    let sara = Told::new(&other, "lindqvist-sara").await;
    let closed = sara.notice().await;
    sara.sms(closed, "sent").await;
    other.portal.close_account(sara.account.parse().unwrap(), "test").await.unwrap();
    assert_eq!(refusal(follow(&other, TOKEN).await), Some(Refusal::LinkSpent));
    for (stage, notice) in [(&stage, notice), (&other, closed)] {
        assert_eq!(notice_row(stage, notice).await.confirmed_at, None);
    }
}

#[tokio::test]
async fn who_lost_the_child_and_has_not_looked_since_confirms_nothing_either() {
    let stage = Stage::open().await;
    let karin = Told::new(&stage, "bergstrom-karin").await;
    let notice = karin.notice().await;
    karin.sms(notice, "sent").await;
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
    stage.distrust("198411192381").await;
    assert_eq!(stage.live_links().await.len(), 1, "nobody has asked yet");
    assert_eq!(refusal(follow(&stage, TOKEN).await), Some(Refusal::LinkSpent));
    assert_eq!(notice_row(&stage, notice).await.confirmed_at, None);
}

#[tokio::test]
async fn a_link_is_followed_while_folkbokforingen_cannot_be_asked() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let notice = sara.notice().await;
    sara.sms(notice, "sent").await;
    stage.fault(System::Population, "down");
    // What it last said is too old to go on with.
    stage.advance(25 * 3600);
    follow(&stage, TOKEN).await.unwrap();
    assert!(notice_row(&stage, notice).await.confirmed_at.is_some());
}

#[tokio::test]
async fn a_link_is_tried_five_times_in_a_quarter_of_an_hour_known_or_not() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let notice = sara.notice().await;
    sara.sms(notice, "sent").await;
    for token in [TOKEN, "AAAAAAAAAAAAAAAAAAAAAA"] {
        for _ in 0..5 {
            assert!(!matches!(follow(&stage, token).await, Err(Error::TooMany { .. })), "{token}");
        }
        assert!(matches!(follow(&stage, token).await, Err(Error::TooMany { .. })), "{token}");
    }
    stage.advance(15 * MINUTE);
    follow(&stage, TOKEN).await.unwrap();
}

#[tokio::test]
async fn whoever_tries_thirty_wrong_links_in_a_minute_is_held_up_and_no_working_link_is() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let notice = sara.notice().await;
    sara.sms(notice, "sent").await;
    for guess in 0..30 {
        let guess = format!("AAAAAAAAAAAAAAAAAAAA{guess:02}");
        assert_eq!(refusal(follow(&stage, &guess).await), Some(Refusal::LinkSpent));
    }
    for junk in ["AAAAAAAAAAAAAAAAAAAA30", "", "AAAAAAAAAAAAAAAAAAAA00"] {
        assert!(matches!(follow(&stage, junk).await, Err(Error::TooMany { .. })), "{junk}");
    }
    let mut elsewhere = stage.browser();
    elsewhere.address = "203.0.113.8".parse().unwrap();
    let other = elsewhere.visit().await.confirm_notice_by_link("AAAAAAAAAAAAAAAAAAAA30").await;
    assert_eq!(refusal(other), Some(Refusal::LinkSpent));
    // From the same address: a home, or a whole school.
    follow(&stage, TOKEN).await.unwrap();
    assert!(notice_row(&stage, notice).await.confirmed_at.is_some());
    assert!(matches!(follow(&stage, "x").await, Err(Error::TooMany { .. })));
}

#[tokio::test]
async fn a_text_message_is_reported_sent_and_delivered_once_whatever_comes_twice_or_late() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let notice = sara.notice().await;
    // Before our own word that it left.
    let id = sara.sms(notice, "waiting").await;
    for (status, state) in [
        ("sent", "sent"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("sent", "delivered"),
        ("delivered", "delivered"),
    ] {
        stage.portal.sms_reported(REPORT, "s1", status).await.unwrap();
        let row = delivery_row(&stage, id).await;
        assert_eq!((row.state.as_str(), row.provider_id.as_deref()), (state, Some("s1")));
        assert!(row.sent_at.is_some());
    }
    assert!(delivery_row(&stage, id).await.delivered_at.is_some());
    assert_eq!(stage.audited(Deed::DeliveredNotice).await.len(), 1);
}

#[tokio::test]
async fn a_report_in_the_wrong_order_is_understood() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let notice = sara.notice().await;
    let id = sara.sms(notice, "waiting").await;
    stage.portal.sms_reported(REPORT, "s1", "delivered").await.unwrap();
    stage.portal.sms_reported(REPORT, "s1", "sent").await.unwrap();
    assert_eq!(delivery_row(&stage, id).await.state, "delivered");
}

#[tokio::test]
async fn a_report_of_nobodys_message_of_another_message_or_in_unknown_words_changes_nothing() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let notice = sara.notice().await;
    let id = sara.sms(notice, "waiting").await;
    stage.portal.sms_reported(REPORT, "s1", "sent").await.unwrap();
    let before = delivery_row(&stage, id).await;
    for (token, name, status) in [
        ("AAAAAAAAAAAAAAAAAAAAAA", "s1", "failed"),
        ("", "s1", "failed"),
        ("å", "s1", "failed"),
        (REPORT, "s2", "failed"),
        (REPORT, "", "failed"),
        (REPORT, "s1/../x", "failed"),
        (REPORT, "s1", "lost"),
        (REPORT, "s1", ""),
    ] {
        stage.portal.sms_reported(token, name, status).await.unwrap();
        assert_eq!(delivery_row(&stage, id).await, before, "{token} {name} {status}");
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_delivered_is_given_up() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let notice = sara.notice().await;
    let id = sara.sms(notice, "sent").await;
    stage.portal.sms_reported(REPORT, "s1", "failed").await.unwrap();
    let row = delivery_row(&stage, id).await;
    assert!(["failed", "replaced-by-fallback"].contains(&row.state.as_str()), "{}", row.state);
    assert_eq!(row.reason.as_deref(), Some("gateway"));
    assert_eq!(stage.audited(Deed::FailedNotice).await.len(), 1);
}
