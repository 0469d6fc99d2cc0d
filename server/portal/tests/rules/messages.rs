//! Messages inside the service: who reads them, when they count as read, and what an answer does.

use jiff::Timestamp;
use model::{AbsenceKind, ChildId, MessageId, MessageKind, Missed};
use portal::{Error, audit::Deed};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::json;
use store::entity::{delivery, message, notice};
use uuid::Uuid;

use crate::stage::{Browser, Stage};

const QUARTER: u64 = 16 * 60;
const DAY: u64 = 24 * 3600;
pub(crate) const TOKEN: &str = "kZ3q2-7wABkZ3q2-7wAB_w";
pub(crate) const REPORT: &str = "rEp0rt-7wABkZ3q2-7wAB_";

/// A guardian in a browser, with what the tables call them and their first child.
pub(crate) struct Told<'s> {
    pub(crate) browser: Browser<'s>,
    pub(crate) account: String,
    pub(crate) child: ChildId,
}

impl<'s> Told<'s> {
    pub(crate) async fn new(stage: &'s Stage, person: &str) -> Self {
        let mut browser = stage.browser();
        browser.open_account(person, &format!("{person}@example.se")).await;
        let cards = browser.visit().await.guardian().unwrap().children().await.unwrap();
        let child = cards[0].id;
        let seen = browser.visit().await;
        assert_eq!(seen.unread_messages().await.unwrap(), 0);
        let accounts = stage.accounts().await;
        let account = accounts.iter().max_by_key(|account| account.opened_at).unwrap().id.clone();
        Self { browser, account, child }
    }

    /// A notice of this guardian's about the child, with a letter that left.
    pub(crate) async fn notice(&self) -> Uuid {
        let (stage, id) = (self.browser.stage, Uuid::new_v4());
        let now = stage.now().as_millisecond();
        let row = notice::ActiveModel {
            id: Set(id.to_string()),
            account_id: Set(self.account.clone()),
            pupil_id: Set(self.child.uuid().to_string()),
            day: Set("2026-11-24".to_owned()),
            number: Set(1),
            kind: Set("absence".to_owned()),
            corrects: Set(None),
            state: Set("standing".to_owned()),
            deadline_at: Set(now + 3_600_000),
            created_at: Set(now),
            confirmed_at: Set(None),
            confirmed_by: Set(None),
            updated_at: Set(now),
        };
        notice::Entity::insert(row).exec_without_returning(stage.store.writer()).await.unwrap();
        id
    }

    /// The same notice on its way by text message.
    pub(crate) async fn sms(&self, notice: Uuid, state: &str) -> Uuid {
        let (stage, id) = (self.browser.stage, Uuid::new_v4());
        let now = stage.now().as_millisecond();
        let row = delivery::ActiveModel {
            id: Set(id.to_string()),
            notice_id: Set(notice.to_string()),
            channel: Set("sms".to_owned()),
            state: Set(state.to_owned()),
            token_hash: Set(Some(portal::keys::hash_token(TOKEN))),
            report_hash: Set(Some(portal::keys::hash_token(REPORT))),
            tries: Set(1),
            created_at: Set(now),
            deadline_at: Set(now + 3_600_000),
            sent_at: Set((state == "sent").then_some(now)),
            updated_at: Set(now),
            ..delivery::ActiveModel::default()
        };
        delivery::Entity::insert(row).exec_without_returning(stage.store.writer()).await.unwrap();
        id
    }

    /// Puts a message that tells of one lesson.
    pub(crate) async fn message(&self, kind: MessageKind, notice: Option<Uuid>) -> MessageId {
        let (stage, id) = (self.browser.stage, Uuid::new_v4());
        let now = stage.now().as_millisecond();
        let row_id = id.to_string();
        let body = json!({ "missed": [lesson()], "unit": null }).to_string();
        let about = (kind != MessageKind::Trial).then(|| self.child.uuid().to_string());
        let row = message::ActiveModel {
            account_id: Set(self.account.clone()),
            pupil_id: Set(about),
            notice_id: Set(notice.map(|notice| notice.to_string())),
            kind: Set(kind.word().to_owned()),
            body: Set(stage.portal.keys().seal("message", "body", &row_id, body.as_bytes()).unwrap()),
            created_at: Set(now),
            changed_at: Set(now),
            read_at: Set(None),
            acknowledged_at: Set(None),
            id: Set(row_id),
        };
        message::Entity::insert(row).exec_without_returning(stage.store.writer()).await.unwrap();
        MessageId::from_uuid(id)
    }

    pub(crate) async fn unread(&self) -> u64 {
        self.browser.visit().await.unread_messages().await.unwrap()
    }

    pub(crate) async fn list(&self, page: u32) -> portal::Messages {
        self.browser.visit().await.guardian().unwrap().messages(page).await.unwrap()
    }

    async fn acknowledge(&self, message: MessageId) -> portal::Result<()> {
        self.browser.visit().await.guardian()?.acknowledge(message).await
    }

    async fn open(&self, message: MessageId) -> portal::Result<model::Message> {
        self.browser.visit().await.guardian()?.message(message).await
    }
}

fn lesson() -> Missed {
    let at = |time: &str| format!("2026-11-24T{time}:00+01:00").parse::<Timestamp>().unwrap();
    Missed {
        from: at("08:10"),
        to: at("09:00"),
        lesson: Some("Hemkunskap".into()),
        kind: AbsenceKind::Unexcused,
    }
}

pub(crate) async fn notice_row(stage: &Stage, id: Uuid) -> notice::Model {
    notice::Entity::find_by_id(id.to_string()).one(stage.store.reader()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_message_is_new_until_somebody_opens_it_and_every_look_is_logged() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let id = sara.message(MessageKind::Absence, None).await;
    assert_eq!(sara.unread().await, 1);
    let before = stage.audited(Deed::SawChild).await.len();
    let list = sara.list(0).await;
    assert_eq!((list.lines.len(), list.older), (1, false));
    assert!(!list.lines[0].read && list.lines[0].acknowledged.is_none());
    assert!(["Hugo", "Elsa"].contains(&list.lines[0].child.as_deref().unwrap()));
    assert_eq!(stage.audited(Deed::SawChild).await.len(), before + 1, "the list names a child");
    assert_eq!(sara.unread().await, 1, "a list opens nothing");

    // A prefetch or a poll shows nobody anything.
    let ahead = sara.browser.poll().await;
    ahead.guardian().unwrap().message(id).await.unwrap();
    assert_eq!(sara.unread().await, 1);

    let opened = sara.open(id).await.unwrap();
    assert_eq!(opened.missed, [lesson()]);
    assert!(opened.line.read && opened.unit.is_some());
    assert_eq!(sara.unread().await, 0);
    assert!(sara.list(0).await.lines[0].read);
    let looks = stage.audited(Deed::OpenedMessage).await;
    assert!(looks.len() == 2 && looks.iter().all(|row| row.child == Some(sara.child.uuid().to_string())));
}

#[tokio::test]
async fn an_answer_confirms_the_notice_once_however_often_it_is_given() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let notice = sara.notice().await;
    let id = sara.message(MessageKind::Absence, Some(notice)).await;
    assert_eq!(notice_row(&stage, notice).await.confirmed_at, None);
    sara.acknowledge(id).await.unwrap();
    let confirmed = notice_row(&stage, notice).await;
    assert_eq!(confirmed.confirmed_by.as_deref(), Some("message"));
    assert_eq!(sara.unread().await, 0, "who answers has read");
    stage.advance(60);
    sara.acknowledge(id).await.unwrap();
    assert_eq!(notice_row(&stage, notice).await, confirmed);
    assert!(sara.list(0).await.lines[0].acknowledged.is_some());
    for deed in [Deed::AcknowledgedMessage, Deed::ConfirmedNotice] {
        assert_eq!(stage.audited(deed).await.len(), 1);
    }
}

#[tokio::test]
async fn thirty_two_answers_at_once_are_one() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let notice = sara.notice().await;
    let id = sara.message(MessageKind::Absence, Some(notice)).await;
    let answers = (0..32).map(|_| sara.acknowledge(id));
    assert!(futures::future::join_all(answers).await.into_iter().all(|answer| answer.is_ok()));
    assert_eq!(stage.audited(Deed::AcknowledgedMessage).await.len(), 1);
    assert_eq!(stage.audited(Deed::ConfirmedNotice).await.len(), 1);
}

#[tokio::test]
async fn what_is_not_this_guardians_is_not_there() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    stage.advance(1);
    let karin = Told::new(&stage, "bergstrom-karin").await;
    let notice = sara.notice().await;
    let id = sara.message(MessageKind::Absence, Some(notice)).await;
    let nowhere = MessageId::from_uuid(Uuid::new_v4());
    assert_eq!(karin.unread().await, 0);
    assert!(karin.list(0).await.lines.is_empty());
    for message in [id, nowhere] {
        assert!(matches!(karin.open(message).await, Err(Error::NotFound)));
        assert!(matches!(karin.acknowledge(message).await, Err(Error::NotFound)));
    }
    let refused = stage.audited(Deed::RefusedAccess).await;
    assert_eq!(refused.len(), 4, "each of them is in the log");
    for line in &refused {
        assert_eq!((line.outcome.as_str(), line.reason.as_deref()), ("refused", Some("not-own-message")));
        assert_eq!(line.actor.as_ref(), Some(&karin.account));
    }
    assert_eq!(notice_row(&stage, notice).await.confirmed_at, None);
    let stranger = stage.browser();
    assert_eq!(stranger.visit().await.unread_messages().await.unwrap(), 0);
}

#[tokio::test]
async fn only_what_tells_of_an_absence_can_be_answered() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    for kind in [MessageKind::Correction, MessageKind::Trial] {
        let id = sara.message(kind, None).await;
        assert!(matches!(sara.acknowledge(id).await, Err(Error::NotFound)), "{kind:?}");
        assert_eq!(sara.open(id).await.unwrap().line.child.is_some(), kind == MessageKind::Correction);
    }
    assert_eq!(stage.audited(Deed::AcknowledgedMessage).await.len(), 0);
    assert_eq!(stage.audited(Deed::RefusedAccess).await.len(), 0, "they are her own");
}

#[tokio::test]
async fn who_lost_the_child_sees_none_of_its_messages_from_the_next_request_on() {
    let stage = Stage::open().await;
    let karin = Told::new(&stage, "bergstrom-karin").await;
    let notice = karin.notice().await;
    let about = karin.message(MessageKind::Absence, Some(notice)).await;
    karin.message(MessageKind::Trial, None).await;
    assert_eq!(karin.list(0).await.lines.len(), 2);
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
    stage.advance(QUARTER);
    assert!(matches!(karin.open(about).await, Err(Error::NotFound)));
    assert!(matches!(karin.acknowledge(about).await, Err(Error::NotFound)));
    assert_eq!(stage.audited(Deed::RefusedAccess).await.len(), 2);
    let left = karin.list(0).await.lines;
    assert_eq!((left.len(), left[0].kind), (1, MessageKind::Trial));
    assert_eq!(karin.unread().await, 1);
    assert_eq!(notice_row(&stage, notice).await.confirmed_at, None);
}

#[tokio::test]
async fn a_long_list_comes_in_pages_and_the_latest_first() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    let mut put = Vec::new();
    for _ in 0..51 {
        stage.advance(1);
        put.push(sara.message(MessageKind::Trial, None).await);
    }
    let (first, second) = (sara.list(0).await, sara.list(1).await);
    assert_eq!((first.lines.len(), first.older), (50, true));
    assert_eq!((second.lines.len(), second.older), (1, false));
    assert_eq!((first.lines[0].id, second.lines[0].id), (put[50], put[0]));
    assert!(sara.list(u32::MAX).await.lines.is_empty());
}

#[tokio::test]
async fn nothing_of_a_message_can_be_read_in_its_table() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    sara.message(MessageKind::Absence, None).await;
    let bytes = stage.database_bytes();
    assert!(!bytes.windows(10).any(|window| window == b"Hemkunskap"));
}

#[tokio::test]
async fn messages_are_kept_a_year_and_those_of_a_closed_account_a_quarter() {
    let stage = Stage::open().await;
    let sara = Told::new(&stage, "lindqvist-sara").await;
    stage.advance(1);
    let karin = Told::new(&stage, "bergstrom-karin").await;
    sara.message(MessageKind::Trial, None).await;
    karin.message(MessageKind::Trial, None).await;
    let left = async || message::Entity::find().all(stage.store.reader()).await.unwrap();
    stage.portal.close_account(karin.account.parse().unwrap(), "test").await.unwrap();
    stage.advance(89 * DAY);
    stage.portal.erase_old().await.unwrap();
    assert_eq!(left().await.len(), 2);
    stage.advance(2 * DAY);
    stage.portal.erase_old().await.unwrap();
    assert!(left().await.iter().all(|row| row.account_id == sara.account));
    assert_eq!(left().await.len(), 1);
    stage.advance(275 * DAY);
    stage.portal.erase_old().await.unwrap();
    assert!(left().await.is_empty());
}
