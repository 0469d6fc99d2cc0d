//! The last step: everything or nothing, and the same account however often it is asked for.

use model::{AccountId, Assurance, Outcome, Refusal, Step};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use store::{
    Tx,
    entity::{account as row, application},
};
use uuid::Uuid;

use super::{
    Applicant, Completed,
    draft::{application_id, denied_in, email_of, find, reached_by, unchanged},
    proof,
};
use crate::{
    Error, Result, account,
    audit::Deed,
    browser,
    custody::Custody,
    failpoint, links,
    session::{self, End, Kind},
    tasks::{self, SendWelcome},
    trail::Line,
};

impl Applicant<'_> {
    /// The last step, all or nothing: the account, its children, its address, the version of the information that was
    /// read, and a new session. Asked again, it gives the same account.
    ///
    /// # Errors
    /// Refused: [`Refusal::StepNotReached`] (also for who may no longer apply), [`Refusal::NoChildLeft`];
    /// [`Error::Unavailable`] while a register is down: the draft is kept. [`Error::SignIn`] where it was
    /// asked for again too often, or the session was ended meanwhile.
    pub async fn complete(&self, information_version: &'static str) -> Result<Completed> {
        if self.raised {
            return self.enter_again().await;
        }
        let custody = match self.assess().await {
            Ok(assessed) => match assessed.decision.outcome {
                Outcome::Eligible => Some(assessed.custody.clone()),
                Outcome::AccountExists => None,
                _ => return Err(Refusal::StepNotReached.into()),
            },
            Err(error) => return Err(error),
        };
        let Some(custody) = custody else { return self.enter_again().await };
        let (visit, session) = (self.visit.clone(), self.session.clone());
        let session_cookie = self
            .portal()
            .change(move |tx| async move {
                let again = Applicant::of(&visit, &session);
                let account = again.account_in(&tx, &custody, information_version).await?;
                let cookie = again.raise_in(&tx, account).await?;
                again.pass("application.before-commit");
                Ok(cookie)
            })
            .await?;
        self.pass("application.after-commit");
        Ok(Completed { session_cookie })
    }

    /// Dies here where a test asked for it.
    fn pass(&self, point: &'static str) {
        failpoint::pass(self.portal().rules().failpoint.as_deref(), point);
    }

    /// Somebody was quicker with the same person: another tab, or the same form sent twice.
    async fn enter_again(&self) -> Result<Completed> {
        let (visit, session) = (self.visit.clone(), self.session.clone());
        let raised = self.raised;
        let session_cookie = self
            .portal()
            .change(move |tx| async move {
                let account = open_account(&tx, &session.subject).await?;
                let account = account.ok_or(Error::Refused(Refusal::StepNotReached))?;
                let again = Applicant { visit: &visit, session: &session, raised };
                again.raise_in(&tx, account).await
            })
            .await?;
        Ok(Completed { session_cookie })
    }

    /// The account: a new one, or the one that a parallel request made.
    async fn account_in(&self, tx: &Tx, custody: &Custody, version: &'static str) -> Result<AccountId> {
        let (portal, now) = (self.portal(), self.now());
        if let Some(account) = open_account(tx, &self.session.subject).await? {
            return Ok(account);
        }
        let draft = find(tx, &self.session.subject, now).await?;
        let draft = draft.filter(|draft| reached_by(draft) == Step::Check);
        let draft = draft.ok_or(Error::Refused(Refusal::StepNotReached))?;
        // Decided once more, on the rows of this very transaction.
        let denied = denied_in(tx, &self.session.subject, Some(&draft)).await?;
        let decision = self.decide_on(tx, custody, &denied).await?;
        if decision.outcome != Outcome::Eligible {
            return Err(Refusal::StepNotReached.into());
        }
        let children = decision.children;
        self.pass("application.before-account");
        let account = AccountId::from_uuid(Uuid::new_v4());
        if !self.insert_account(tx, account, &draft, version).await? {
            let other = open_account(tx, &self.session.subject).await?;
            return other.ok_or(Error::Refused(Refusal::StepNotReached));
        }
        self.pass("application.after-account");
        let actor = self.visit.actor();
        for child in children {
            links::open(portal, tx, account, child, custody, &actor, now).await?;
        }
        self.pass("application.after-links");
        proof::end_all(tx, &draft.id, now).await?;
        let change = application::ActiveModel {
            state: Set("completed".to_owned()),
            account_id: Set(Some(account.uuid().to_string())),
            email: Set(None),
            ..unchanged(portal, &draft, now)
        };
        application::Entity::update(change).exec(tx).await?;
        let line = Line::new(Deed::OpenedAccount).of("account", account.uuid()).because("application");
        portal.trail(tx, &actor, line, now).await?;
        tracing::info!(application = %application_id(&draft)?, account = %account, "an account was opened");
        tasks::enqueue(tx, &SendWelcome { account: account.uuid() }, now).await?;
        Ok(account)
    }

    /// Answers whether it was inserted: one person has one account, whatever runs in parallel.
    async fn insert_account(
        &self,
        tx: &Tx,
        account: AccountId,
        draft: &application::Model,
        version: &'static str,
    ) -> Result<bool> {
        let (portal, now) = (self.portal(), self.now().as_millisecond());
        let id = account.uuid().to_string();
        let email = email_of(portal, draft)?.ok_or(Error::Refused(Refusal::StepNotReached))?;
        let new = row::ActiveModel {
            subject: Set(self.session.subject.clone()),
            number: Set(portal.seal("account", "number", &id, self.session.number.reveal())?),
            name: Set(portal.seal_json("account", "name", &id, &self.session.name)?),
            email: Set(Some(portal.seal("account", "email", &id, email.reveal())?)),
            email_index: Set(Some(portal.keys().index_email(&email))),
            email_verified_at: Set(draft.email_confirmed_at),
            email_failing_since: Set(None),
            mobile: Set(None),
            mobile_index: Set(None),
            mobile_verified_at: Set(None),
            mobile_failing_since: Set(None),
            information_version: Set(version.to_owned()),
            language: Set(self.visit.language().tag().to_owned()),
            language_at: Set(now),
            state: Set("open".to_owned()),
            opened_at: Set(now),
            opened_by: Set("bankid".to_owned()),
            closed_at: Set(None),
            close_reason: Set(None),
            undo_until: Set(None),
            updated_at: Set(now),
            id: Set(id),
        };
        let mine_or_nothing = OnConflict::column(row::Column::Subject).do_nothing().to_owned();
        let inserted = row::Entity::insert(new).on_conflict(mine_or_nothing).exec_without_returning(tx).await;
        Ok(match inserted {
            Ok(rows) => rows > 0,
            Err(sea_orm::DbErr::RecordNotInserted) => false,
            Err(error) => return Err(error.into()),
        })
    }

    /// A new session for the account; the applicant's ends. Never is an old row raised. An applicant's
    /// session that has ended already lets its holder in only where it became the account's a moment ago.
    pub(super) async fn raise_in(&self, tx: &Tx, account: AccountId) -> Result<String> {
        let (portal, now, actor) = (self.portal(), self.now(), self.visit.actor());
        let old = self.session;
        let was_alive = session::end(portal, tx, old, End::Completed, &actor, now).await?;
        if !was_alive && !session::enter_again(portal, tx, old, &actor, now).await? {
            return Err(Error::SignIn(Assurance::High));
        }
        let new = session::New {
            kind: Kind::Guardian(account),
            subject: &old.subject,
            number: &old.number,
            name: &old.name,
            method: old.method,
            browser: browser::name(&self.visit.0.asking.user_agent),
            fresh_until: old.fresh_until,
            stepped_up: false,
        };
        Ok(session::open(portal, tx, new, &actor, now).await?.cookie)
    }
}

pub(super) async fn open_account(tx: &Tx, subject: &crate::person::Subject) -> Result<Option<AccountId>> {
    let account = account::of_subject(tx, subject).await?.filter(|account| account.state == "open");
    let id = account
        .map(|account| account.id.parse().map_err(|_| anyhow::anyhow!("an account's id cannot be read")));
    Ok(id.transpose()?)
}
