//! The tables, held against each other: whatever happened, nothing in them may be half of something.

use std::collections::BTreeMap;

use model::{AccountId, Email};
use portal::{
    AccountState, AccountSummary, Portal,
    audit::{self, Deed, Span},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use server::house::House;
use simulators::Town;
use store::entity::{account, application, audit as line, child_link, job};

/// The job of the letter that says that the account is open.
const WELCOME: &str = "account.send-welcome";

/// What the house has written down.
pub(crate) struct Books(Portal);

impl Books {
    pub(crate) fn of(house: &House) -> Self {
        Self(house.portal().clone())
    }

    /// The house they belong to, with nobody at work in it.
    pub(crate) fn portal(&self) -> &Portal {
        &self.0
    }

    /// The one account proven for this address, if there is one; there are never two.
    pub(crate) async fn account(&self, email: &str) -> Option<AccountSummary> {
        let index = self.0.keys().index_email(&Email::parse(email).unwrap());
        let rows = account::Entity::find().filter(account::Column::EmailIndex.eq(index));
        let rows = rows.all(self.0.store().reader()).await.unwrap();
        assert!(rows.len() <= 1, "{email} has {} accounts", rows.len());
        Some(self.0.show_account(rows.first()?.id.parse().unwrap()).await.unwrap())
    }

    /// How many accounts there are.
    pub(crate) async fn accounts(&self) -> usize {
        account::Entity::find().all(self.0.store().reader()).await.unwrap().len()
    }

    /// How many jobs wait or run.
    pub(crate) async fn jobs_left(&self) -> usize {
        let jobs = jobs::list(self.0.store()).await.unwrap();
        jobs.iter().filter(|job| matches!(job.state, jobs::State::Waiting | jobs::State::Running)).count()
    }

    /// Every account has its children, its address, its application, its letter and its lines in the log; every line and
    /// every application that tells of an account has one; and the log itself is whole.
    pub(crate) async fn assert_whole(&self, at: &str) {
        let on = self.0.store().reader();
        let accounts = account::Entity::find().all(on).await.unwrap();
        let links = child_link::Entity::find().all(on).await.unwrap();
        let applications = application::Entity::find().all(on).await.unwrap();
        let letters = job::Entity::find().filter(job::Column::Name.eq(WELCOME)).all(on).await.unwrap();
        let (opened, linked) = (self.lines(Deed::OpenedAccount).await, self.lines(Deed::LinkedChild).await);
        for account in &accounts {
            let (at, id) = (format!("{at}: account {}", account.id), &account.id);
            assert!(account.email.is_some() && account.email_verified_at.is_some(), "{at} has no address");
            assert!(links.iter().any(|link| link.account_id == *id), "{at} has no child");
            assert_eq!(opened.get(id), Some(&1), "{at}: times in the log");
            let of = |it: &&application::Model| it.account_id.as_ref() == Some(id);
            let its: Vec<_> = applications.iter().filter(of).map(|it| it.state.as_str()).collect();
            assert_eq!(its, ["completed"], "{at}: its application");
            let its = letters.iter().filter(|letter| letter.payload.contains(id.as_str()));
            assert_eq!(its.count(), 1, "{at}: letters enqueued");
        }
        let known = |id: &String| accounts.iter().any(|account| account.id == *id);
        assert!(opened.keys().all(known), "{at}: the log tells of an account that is not there");
        assert!(links.iter().all(|link| known(&link.account_id)), "{at}: a child without an account");
        assert_eq!(letters.len(), accounts.len(), "{at}: letters to nobody");
        for link in &links {
            assert_eq!(linked.get(&link.id), Some(&1), "{at}: a child linked without its line in the log");
        }
        assert_eq!(linked.len(), links.len(), "{at}: the log tells of a child that is not linked");
        let completed = applications.iter().filter(|it| it.state == "completed");
        assert!(completed.map(|it| it.account_id.as_ref()).all(|id| id.is_some_and(known)), "{at}");
        let report = audit::verify(self.0.store(), self.0.keys(), Span::default(), &[]).await.unwrap();
        assert!(report.whole(), "{at}: {:?}", report.first_bad);
    }

    /// Changes a row of the log as somebody would who has the database and not the key.
    pub(crate) async fn forge(&self, row: i64) {
        let on = self.0.store().writer();
        on.execute_unprepared("DROP TRIGGER audit_no_update").await.unwrap();
        on.execute_unprepared(&format!("UPDATE audit SET outcome = 'forged' WHERE seq = {row}"))
            .await
            .unwrap();
    }

    /// How often the log tells of `deed`, by what it was done to.
    async fn lines(&self, deed: Deed) -> BTreeMap<String, usize> {
        let rows = line::Entity::find().filter(line::Column::Action.eq(deed.word()));
        let mut times = BTreeMap::new();
        for row in rows.all(self.0.store().reader()).await.unwrap() {
            *times.entry(row.object_id.unwrap()).or_default() += 1;
        }
        times
    }
}

/// An account that is open and linked to so many children.
pub(crate) fn assert_open(account: Option<&AccountSummary>, children: usize, at: &str) -> AccountId {
    let account = account.unwrap_or_else(|| panic!("{at}: there is no account"));
    assert_eq!(account.state, AccountState::Open, "{at}");
    assert_eq!(usize::try_from(account.children).unwrap(), children, "{at}: children");
    account.id
}

/// The welcome letters that came to an address, by what names them for ever: a crash between the relay's "yes" and our
/// own note of it sends the same letter again, and a mailbox knows it by its Message-ID.
pub(crate) fn welcomes(town: &Town, email: &str) -> Vec<String> {
    let mut letters: Vec<String> = town
        .mail()
        .into_iter()
        .filter(|mail| mail.to == email && mail.headers.values().any(|it| it.contains("<welcome.")))
        .map(|mail| mail.reference.unwrap())
        .collect();
    letters.sort();
    letters.dedup();
    letters
}
