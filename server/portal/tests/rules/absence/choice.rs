//! Inställningar för frånvaroutskick.

use model::{ChildId, ChoiceForm, Refusal, Wrong};
use portal::{Error, NoticeSettings, audit::Deed};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use store::entity::notice_choice;

use super::{child, guardian};
use crate::{
    application::refusal,
    stage::{Browser, Stage},
};

async fn settings(browser: &Browser<'_>) -> NoticeSettings {
    browser.visit().await.guardian().unwrap().notice_settings().await.unwrap()
}

async fn choose(browser: &Browser<'_>, form: &ChoiceForm) -> portal::Result<()> {
    browser.visit().await.guardian()?.choose_notice(form).await
}

fn mail_only(child: Option<ChildId>, version: i64) -> ChoiceForm {
    ChoiceForm { child, mail: true, version, ..ChoiceForm::default() }
}

async fn kept(stage: &Stage) -> Vec<notice_choice::Model> {
    notice_choice::Entity::find().all(stage.store.reader()).await.unwrap()
}

/// Proves a number, as Personuppgifter would.
async fn has_mobile(stage: &Stage) {
    let account = stage.accounts().await.remove(0);
    let mut account = account.into_active_model();
    account.mobile_verified_at = Set(Some(stage.now().as_millisecond()));
    account.update(stage.store.writer()).await.unwrap();
}

#[tokio::test]
async fn who_never_chose_has_mail_and_the_message_inside() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let settings = settings(&sara).await;
    let names: Vec<_> = settings.children.iter().map(|child| child.given.as_str()).collect();
    assert_eq!(names, ["Elsa", "Hugo"]);
    assert!(settings.children.iter().all(|child| child.form == ChoiceForm::usual()));
    assert!(!settings.has_mobile && settings.refused.is_none());
    assert!(kept(&stage).await.is_empty());
}

#[tokio::test]
async fn a_choice_holds_for_one_child_or_for_all() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    choose(&sara, &mail_only(Some(elsa), 0)).await.unwrap();
    let one = settings(&sara).await;
    assert!(one.children[0].form.ticks_as(&mail_only(None, 0)));
    assert_eq!((one.children[0].form.version, &one.children[1].form), (1, &ChoiceForm::usual()));
    assert_eq!(stage.audited(Deed::ChoseNotice).await.len(), 1);

    let all = ChoiceForm { pim: true, valid_too: true, version: 1, ..ChoiceForm::default() };
    choose(&sara, &all).await.unwrap();
    let both = settings(&sara).await;
    assert!(both.children.iter().all(|child| child.form.ticks_as(&all)));
    assert_eq!(kept(&stage).await.len(), 2);
    assert_eq!(stage.audited(Deed::ChoseNotice).await.len(), 3);
}

#[tokio::test]
async fn no_channel_at_all_is_refused_and_shown_again() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let nothing = ChoiceForm { valid_too: true, ..ChoiceForm::default() };
    assert_eq!(refusal(choose(&sara, &nothing).await), Some(Refusal::Form));
    let refused = settings(&sara).await.refused.unwrap();
    assert_eq!(refused.wrongs.of(ChoiceForm::CHANNELS), Some(Wrong::ChooseOne));
    assert!(refused.form.ticks_as(&nothing));
    assert!(kept(&stage).await.is_empty());
    choose(&sara, &mail_only(None, 0)).await.unwrap();
    assert!(settings(&sara).await.refused.is_none());
}

#[tokio::test]
async fn text_messages_wait_for_a_number_and_what_was_ticked_waits_too() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let sms = ChoiceForm { sms: true, ..ChoiceForm::usual() };
    assert_eq!(refusal(choose(&sara, &sms).await), Some(Refusal::Form));
    let refused = settings(&sara).await.refused.unwrap();
    assert_eq!(refused.wrongs.of(ChoiceForm::CHANNELS), Some(Wrong::NoMobile));
    has_mobile(&stage).await;
    let back = settings(&sara).await;
    let refused = back.refused.unwrap();
    assert!(back.has_mobile && refused.wrongs.is_empty() && refused.form.sms);
    choose(&sara, &sms).await.unwrap();
    assert!(settings(&sara).await.children.iter().all(|child| child.form.sms));
}

#[tokio::test]
async fn two_tabs_notice_each_other_unless_they_want_the_same() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    choose(&sara, &mail_only(None, 0)).await.unwrap();
    choose(&sara, &mail_only(None, 0)).await.unwrap();
    let other = ChoiceForm { pim: true, version: 0, ..ChoiceForm::default() };
    assert_eq!(refusal(choose(&sara, &other).await), Some(Refusal::ChangedMeanwhile));
    let shown = settings(&sara).await;
    assert!(shown.children.iter().all(|child| child.form.ticks_as(&mail_only(None, 0))));
    assert!(shown.refused.unwrap().form.ticks_as(&other), "what was ticked is kept");
    let version = shown.children.iter().map(|child| child.form.version).sum();
    choose(&sara, &ChoiceForm { version, ..other }).await.unwrap();
}

#[tokio::test]
async fn another_guardians_child_is_not_there_and_the_attempt_is_logged() {
    let stage = Stage::open().await;
    let karin = guardian(&stage, "bergstrom-karin").await;
    let alva = child(&karin, "Alva").await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let answer = choose(&sara, &mail_only(Some(alva), 0)).await;
    assert!(matches!(answer, Err(Error::NotFound)));
    assert!(kept(&stage).await.is_empty());
    let refused = stage.audited(Deed::RefusedAccess).await;
    assert_eq!((refused.len(), refused[0].reason.as_deref()), (1, Some("not-own-child")));
}

#[tokio::test]
async fn two_guardians_choose_each_for_themselves() {
    let stage = Stage::open().await;
    let karin = guardian(&stage, "bergstrom-karin").await;
    let mikael = guardian(&stage, "bergstrom-mikael").await;
    choose(&karin, &mail_only(None, 0)).await.unwrap();
    assert_eq!(settings(&mikael).await.children[0].form, ChoiceForm::usual());
}
