//! Närvarohantering: choices, reports and their way to the register, and looking back.

mod choice;
mod history;
mod report;
mod send;

use model::{ChildId, Reason, ReportForm, ReportState};
use portal::Reported;
use sea_orm::{EntityTrait, QueryOrder};
use store::entity::absence_report as row;

use crate::stage::{Browser, Stage};

/// The day every test begins, and the one after.
const TODAY: &str = "2026-11-24";
const TOMORROW: &str = "2026-11-25";

/// Signed in with an account.
async fn guardian<'s>(stage: &'s Stage, person: &str) -> Browser<'s> {
    let mut browser = stage.browser();
    browser.open_account(person, &format!("{person}@example.se")).await;
    browser
}

async fn child(browser: &Browser<'_>, given: &str) -> ChildId {
    let visit = browser.visit().await;
    let cards = visit.guardian().unwrap().children().await.unwrap();
    cards.iter().find(|card| card.given == given).unwrap().id
}

pub(crate) fn form(children: &[ChildId], when: &str) -> ReportForm {
    ReportForm {
        who: children.to_vec(),
        when: when.into(),
        reason: Some(Reason::Ill),
        ..ReportForm::default()
    }
}

impl Browser<'_> {
    pub(crate) async fn report(&self, form: &ReportForm) -> portal::Result<()> {
        self.visit().await.guardian()?.report_absence(form).await
    }

    pub(crate) async fn standing(&self) -> Vec<Reported> {
        self.visit().await.guardian().unwrap().absence_reports().await.unwrap().standing
    }

    /// Takes back the only report of one's own.
    pub(crate) async fn withdraw(&self) -> portal::Result<()> {
        let own: Vec<_> = self.standing().await.iter().filter_map(|report| report.own).collect();
        assert_eq!(own.len(), 1);
        self.visit().await.guardian()?.withdraw_report(own[0].id).await
    }
}

impl Stage {
    async fn reports(&self) -> Vec<row::Model> {
        row::Entity::find()
            .order_by_asc(row::Column::CreatedAt)
            .order_by_asc(row::Column::Id)
            .all(self.store.reader())
            .await
            .unwrap()
    }

    /// Until every report has come to this state.
    pub(crate) async fn until_all(&self, state: ReportState) {
        self.until(&format!("every report {}", state.word()), || async {
            self.reports().await.iter().all(|report| report.state == state.word())
        })
        .await;
    }

    /// What the pupil register itself has of a report's time.
    async fn in_register(&self, report: &row::Model) -> usize {
        let pupil = store::entity::pupil::Entity::find_by_id(report.pupil_id.clone())
            .one(self.store.reader())
            .await
            .unwrap()
            .unwrap();
        let millis = |at| jiff::Timestamp::from_millisecond(at).unwrap();
        let asked = ss12000::AbsenceReport {
            pupil: pupil.register_id.parse().unwrap(),
            unit: None,
            start: millis(report.start_at),
            end: millis(report.end_at),
        };
        self.pupil_register().find_report(&asked, None).await.unwrap().len()
    }

    fn pupil_register(&self) -> ss12000::Client {
        let files = self.town.files();
        let endpoint = format!("{}/v2.0/", self.town.url(simulators::System::Pupil));
        ss12000::Client::new(&ss12000::Settings::new(endpoint, files.ca(), files.tokens(), "pupil")).unwrap()
    }

    pub(crate) async fn cases(&self) -> Vec<String> {
        let cases = store::entity::case_::Entity::find().all(self.store.reader()).await.unwrap();
        cases.into_iter().map(|case| case.kind).collect()
    }
}
