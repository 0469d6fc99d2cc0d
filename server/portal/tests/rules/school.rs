//! A school day in the town: who is marked absent, and what reaches the guardians.

use std::time::Duration;

use jiff::Timestamp;
use model::ChildId;
use portal::{Portal, Rules};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use store::entity::{absence, account, call_home, delivery, message, notice, notice_choice, pupil};

use crate::stage::Stage;

/// A mother of two in different schools; Elsa goes to 3B, which has lessons.
pub(crate) const SARA: &str = "lindqvist-sara";
pub(crate) const ELSA: &str = "lindqvist-elsa";
pub(crate) const MAIL: &str = "sara@example.se";
/// A number of a series that is reserved for fiction.
pub(crate) const MOBILE: &str = "+46701740605";
/// The first three lessons of 3B that Tuesday, and the hours between them.
pub(crate) const FIRST: [&str; 2] = ["2026-11-24T08:10:00+01:00", "2026-11-24T09:00:00+01:00"];
pub(crate) const SECOND: [&str; 2] = ["2026-11-24T09:20:00+01:00", "2026-11-24T10:20:00+01:00"];
pub(crate) const THIRD: [&str; 2] = ["2026-11-24T10:40:00+01:00", "2026-11-24T11:30:00+01:00"];

/// No delay, and no patience with gateways.
pub(crate) fn at_once(rules: &mut Rules) {
    rules.notices.delay = Duration::ZERO;
    rules.notices.doubt = Duration::ZERO;
}

/// What a guardian has ticked.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ticked {
    pub(crate) mail: bool,
    pub(crate) pim: bool,
    pub(crate) sms: bool,
    pub(crate) valid_too: bool,
}

pub(crate) const ALL: Ticked = Ticked { mail: true, pim: true, sms: true, valid_too: false };

impl Stage {
    /// A stage where Sara has an account, and her letters of welcome are read.
    pub(crate) async fn with_sara() -> Self {
        let stage = Self::with(None, at_once).await;
        stage.admit(SARA, MAIL).await;
        stage
    }

    /// Opens an account and waits for the letters that come of it.
    pub(crate) async fn admit(&self, person: &str, email: &str) {
        self.browser().open_account(person, email).await;
        self.letter(email, 1).await;
    }

    async fn town_call(&self, call: &str, body: Value) {
        let url = format!("{}/control/{call}", self.town.control());
        let answer = reqwest::Client::new().post(url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// How the pupil register, or the gateway, behaves from now on.
    pub(crate) async fn switch(&self, what: &str, to: Value) {
        let url = format!("{}/control/{what}", self.town.control());
        let answer = reqwest::Client::new().put(url).json(&to).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// A mark of the school's, which nobody has read yet.
    pub(crate) async fn mark(&self, child: &str, kind: &str, times: [&str; 2]) {
        let mark = json!({ "child": child, "kind": kind, "start": times[0], "end": times[1] });
        self.town_call("absences", mark).await;
    }

    pub(crate) async fn unmark(&self, child: &str, kind: &str, times: [&str; 2]) {
        let mark =
            json!({ "child": child, "kind": kind, "start": times[0], "end": times[1], "withdrawn": true });
        self.town_call("absences", mark).await;
    }

    pub(crate) async fn seen(&self, child: &str, times: [&str; 2]) {
        self.town_call("presence", json!({ "child": child, "start": times[0], "end": times[1] })).await;
    }

    /// The house reads what the register says now, and answers how much of it was news.
    pub(crate) async fn read(&self) -> usize {
        self.portal.read_attendance().await.unwrap().changed
    }

    pub(crate) async fn absent(&self, times: [&str; 2]) {
        self.mark(ELSA, "unreported", times).await;
        self.read().await;
    }

    pub(crate) async fn account(&self, email: &str) -> account::Model {
        let index = self.portal.keys().index_email(&model::Email::parse(email).unwrap());
        let all = self.accounts().await;
        all.into_iter().find(|row| row.email_index.as_ref() == Some(&index)).unwrap()
    }

    /// As if the number had been proven.
    pub(crate) async fn prove_mobile(&self, email: &str, number: &str) {
        let keys = self.portal.keys();
        let row = self.account(email).await;
        let change = account::ActiveModel {
            mobile: Set(Some(keys.seal("account", "mobile", &row.id, number.as_bytes()).unwrap())),
            mobile_index: Set(Some(keys.index("mobile", &[number.as_bytes()]))),
            mobile_verified_at: Set(Some(self.now().as_millisecond())),
            id: Set(row.id),
            ..Default::default()
        };
        account::Entity::update(change).exec(self.store.writer()).await.unwrap();
    }

    pub(crate) async fn tick(&self, email: &str, child: &str, ticked: Ticked) {
        let row = notice_choice::ActiveModel {
            account_id: Set(self.account(email).await.id),
            pupil_id: Set(self.child(child).await.uuid().to_string()),
            mail: Set(ticked.mail.into()),
            pim: Set(ticked.pim.into()),
            sms: Set(ticked.sms.into()),
            valid_too: Set(ticked.valid_too.into()),
            version: Set(1),
            updated_at: Set(self.now().as_millisecond()),
        };
        let changed = sea_orm::sea_query::OnConflict::columns([
            notice_choice::Column::AccountId,
            notice_choice::Column::PupilId,
        ])
        .update_columns([
            notice_choice::Column::Mail,
            notice_choice::Column::Pim,
            notice_choice::Column::Sms,
            notice_choice::Column::ValidToo,
        ])
        .to_owned();
        let insert = notice_choice::Entity::insert(row).on_conflict(changed);
        insert.exec_without_returning(self.store.writer()).await.unwrap();
    }

    /// The house's own id of a child of the town.
    pub(crate) async fn child(&self, person: &str) -> ChildId {
        let id = simulators::register_id("person", person).to_string();
        let row = pupil::Entity::find().filter(pupil::Column::RegisterId.eq(id));
        row.one(self.store.reader()).await.unwrap().unwrap().id.parse().unwrap()
    }

    pub(crate) fn texts(&self, number: &str) -> Vec<simulators::Sms> {
        self.town.sms().into_iter().filter(|sms| sms.to == number).collect()
    }

    pub(crate) async fn notices(&self) -> Vec<notice::Model> {
        let rows = notice::Entity::find().order_by_asc(notice::Column::Number);
        rows.all(self.store.reader()).await.unwrap()
    }

    pub(crate) async fn deliveries(&self) -> Vec<delivery::Model> {
        let rows = delivery::Entity::find().order_by_asc(delivery::Column::CreatedAt);
        rows.all(self.store.reader()).await.unwrap()
    }

    /// `channel:state` of every delivery, sorted.
    pub(crate) async fn states(&self) -> Vec<String> {
        let mut all: Vec<_> =
            self.deliveries().await.iter().map(|it| format!("{}:{}", it.channel, it.state)).collect();
        all.sort();
        all
    }

    pub(crate) async fn messages(&self) -> Vec<message::Model> {
        let rows = message::Entity::find().order_by_asc(message::Column::CreatedAt);
        rows.all(self.store.reader()).await.unwrap()
    }

    pub(crate) async fn absences(&self) -> Vec<absence::Model> {
        let rows = absence::Entity::find().order_by_asc(absence::Column::StartAt);
        rows.all(self.store.reader()).await.unwrap()
    }

    /// `reason:end` of every home on the list, or that was.
    pub(crate) async fn calls(&self) -> Vec<String> {
        let rows = call_home::Entity::find().order_by_asc(call_home::Column::Since);
        let rows = rows.all(self.store.reader()).await.unwrap();
        rows.iter()
            .map(|row| format!("{}:{}", row.reason, row.end_reason.as_deref().unwrap_or("open")))
            .collect()
    }

    /// Waits until no job of notices is left to run now.
    pub(crate) async fn quiet(&self) {
        self.until("an end of the work", || async {
            let now = self.now().as_millisecond();
            let jobs = store::entity::job::Entity::find()
                .filter(store::entity::job::Column::State.is_in(["waiting", "running"]))
                .all(self.store.reader())
                .await
                .unwrap();
            !jobs.iter().any(|job| job.state == "running" || job.due_at <= now)
        })
        .await;
    }

    /// Waits until every delivery is in the state it should be in.
    pub(crate) async fn until_states(&self, expected: &[&str]) {
        let until = tokio::time::Instant::now() + Duration::from_secs(30);
        loop {
            let states = self.states().await;
            if states == expected {
                return;
            }
            assert!(tokio::time::Instant::now() < until, "{states:?} instead of {expected:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The token of the link in a letter or text that confirms.
pub(crate) fn received_token(text: &str) -> String {
    let (_, after) = text.split_once(Rules::RECEIVED_PATH).unwrap();
    let is_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    after.split(|c: char| !is_token(c)).next().unwrap().to_owned()
}

/// The house at another time of the day.
pub(crate) fn go_to(stage: &Stage, time: &str) {
    let there: Timestamp = time.parse().unwrap();
    let seconds = there.duration_since(stage.now()).as_secs();
    stage.advance(u64::try_from(seconds).unwrap() + 1);
}

/// Many calls of the register at once.
pub(crate) async fn call_often(portal: &Portal, times: usize) {
    for _ in 0..times {
        portal.attendance_changed();
        tokio::task::yield_now().await;
    }
}
