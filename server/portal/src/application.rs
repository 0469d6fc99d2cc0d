//! Ansökan: from an identified person to an account.
//!
//! The draft belongs to the person, not to a session: who leaves and identifies again within a day goes on where they
//! were. Steps open in their order. What the registers say is asked anew at every step and once more at the last.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use model::{ChildCard, ChildId, ChildToday, Email, Outcome, Refusal, Step, UnitContact};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use store::entity::application as row;

use crate::{
    Error, Portal, Result, System, Visit, account,
    audit::Deed,
    cases,
    clock::{day_of, from_millis},
    custody::{self, Custody},
    eligibility::Decision,
    pupils,
    session::Session,
    trail::Line,
};

mod complete;
mod draft;
mod email;
mod proof;
mod reopen;

use draft::{denied_in, email_of, find, id_of, reached_by, unchanged, written};

pub(crate) use draft::reached;
pub(crate) use proof::SendEmailCode;

/// An identified person without an account.
pub struct Applicant<'v> {
    visit: &'v Visit,
    session: &'v Session,
    /// The session became an account's a moment ago: all that is left to say is that it did.
    raised: bool,
}

/// A running application, as its own pages show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Application {
    /// Whether the children were confirmed.
    pub children_confirmed: bool,
    /// The address given.
    pub email: Option<Email>,
    /// Whether a letter to it was answered.
    pub email_confirmed: bool,
    /// The furthest step that may be opened.
    pub reached: Step,
    /// How many more letters can be asked for now.
    pub letters_left: u32,
    /// When the latest letter left; none while it waits for the mail relay.
    pub letter_sent: Option<Timestamp>,
    /// When what was typed so far is erased if nothing more happens.
    pub kept_until: Timestamp,
}

/// A child of an application.
#[derive(Clone, PartialEq, Eq)]
pub struct ApplicationChild {
    /// The child.
    pub id: ChildId,
    /// Given name.
    pub given: String,
    /// Family name.
    pub family: String,
    /// The school unit.
    pub unit: Option<UnitContact>,
    /// Class or section.
    pub group: Option<String>,
    /// The child's place.
    pub today: ChildToday,
    /// The applicant said that this is not their child.
    pub denied: bool,
}

impl ApplicationChild {
    fn of(card: ChildCard, denied: &BTreeSet<ChildId>) -> Self {
        Self {
            denied: denied.contains(&card.id),
            id: card.id,
            given: card.given,
            family: card.family,
            unit: card.unit,
            group: card.group,
            today: card.today,
        }
    }
}

/// An account was made, or was there already.
pub struct Completed {
    /// The new value of the session cookie.
    pub session_cookie: String,
}

/// What the registers and the tables come to for this person.
pub(crate) struct Assessed {
    custody: Custody,
    decision: Decision,
}

impl Assessed {
    /// The rows that stand for these children.
    fn standing(&self, children: &BTreeSet<ChildId>) -> BTreeSet<ChildId> {
        children.iter().map(|child| self.decision.standing(*child)).collect()
    }
}

impl<'v> Applicant<'v> {
    pub(crate) fn of(visit: &'v Visit, session: &'v Session) -> Self {
        Self { visit, session, raised: false }
    }

    pub(crate) fn already_raised(visit: &'v Visit, session: &'v Session) -> Self {
        Self { visit, session, raised: true }
    }

    /// The full name, from BankID.
    pub fn name(&self) -> String {
        self.session.name.full()
    }

    /// What the registers say about this person and an account.
    ///
    /// # Errors
    /// Only what is broken: a register that is down is [`Outcome::RegisterDown`].
    pub async fn outcome(&self) -> Result<Outcome> {
        self.must_be_live()?;
        match self.assess().await {
            Ok(assessed) => {
                self.tell_schools(&assessed.decision);
                Ok(assessed.decision.outcome)
            }
            Err(Error::Unavailable(System::PopulationRegister | System::PupilRegister)) => {
                Ok(Outcome::RegisterDown)
            }
            Err(error) => Err(error),
        }
    }

    /// The units to call, for the outcome's page: those of the person's own children, where they may be shown. Always
    /// empty for [`Outcome::TurnToTheSchool`].
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn units_to_call(&self) -> Result<Vec<UnitContact>> {
        self.must_be_live()?;
        let units = match self.assess().await {
            Ok(assessed) => assessed.decision.units.clone(),
            Err(Error::Unavailable(System::PopulationRegister | System::PupilRegister)) => return Ok(vec![]),
            Err(error) => return Err(error),
        };
        let ids = units.iter().map(|unit| unit.uuid().to_string()).collect();
        let contacts = pupils::units_by_id(self.portal().store().reader(), ids).await?;
        Ok(contacts.into_values().collect())
    }

    /// The running application; a new one where there is none.
    ///
    /// # Errors
    /// [`Refusal::StepNotReached`] for who may not apply: [`Applicant::outcome`] says what to show.
    /// [`Error::Unavailable`] while a register is down; the draft is kept.
    pub async fn application(&self) -> Result<Application> {
        self.must_be_live()?;
        self.eligible().await?;
        let draft = match find(self.portal().store().reader(), &self.session.subject, self.now()).await? {
            Some(draft) => draft,
            None => self.in_draft(None, |_, draft| async { Ok(draft) }).await?,
        };
        self.shown(draft).await
    }

    /// The children of the application. Every one of them is in the audit log before it is shown.
    ///
    /// # Errors
    /// As [`Applicant::application`].
    pub async fn children(&self) -> Result<Vec<ApplicationChild>> {
        self.must_be_live()?;
        let assessed = self.eligible().await?;
        let visit = self.visit.clone();
        let subject = self.session.subject.clone();
        self.portal()
            .change(move |tx| async move {
                let (portal, actor, now) = (&visit.0.portal, visit.actor(), visit.0.now);
                let draft = find(&tx, &subject, now).await?;
                let denied = assessed.standing(&denied_in(&tx, &subject, draft.as_ref()).await?);
                let cards = pupils::cards(portal, &tx, &assessed.decision.children, day_of(now)).await?;
                for card in &cards {
                    portal.trail(&tx, &actor, Line::new(Deed::SawChild).child(card.id), now).await?;
                }
                Ok(cards.into_iter().map(|card| ApplicationChild::of(card, &denied)).collect())
            })
            .await
    }

    /// "Det här är inte mitt barn": a case for the school, and no link.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a child the application does not list; as [`Applicant::application`].
    pub async fn disown(&self, child: ChildId) -> Result<()> {
        self.say_of_child(child, true).await
    }

    /// Takes it back.
    ///
    /// # Errors
    /// As [`Applicant::disown`].
    pub async fn reclaim(&self, child: ChildId) -> Result<()> {
        self.say_of_child(child, false).await
    }

    /// These are my children.
    ///
    /// # Errors
    /// [`Refusal::NoChildLeft`]; as [`Applicant::application`].
    pub async fn confirm_children(&self) -> Result<()> {
        self.must_be_live()?;
        let assessed = self.eligible().await?;
        let (portal, actor, now) = (self.portal().clone(), self.visit.actor(), self.now());
        let subject = self.session.subject.clone();
        self.in_draft(None, move |tx, draft| async move {
            let denied = assessed.standing(&denied_in(&tx, &subject, Some(&draft)).await?);
            if assessed.decision.children.iter().all(|child| denied.contains(child)) {
                return Err(Refusal::NoChildLeft.into());
            }
            let change = row::ActiveModel {
                children_confirmed_at: Set(Some(now.as_millisecond())),
                ..unchanged(&portal, &draft, now)
            };
            row::Entity::update(change).exec(&tx).await?;
            let line = Line::new(Deed::ConfirmedChildren).of("application", id_of(&draft)?);
            portal.trail(&tx, &actor, line, now).await
        })
        .await
    }

    async fn say_of_child(&self, child: ChildId, is_denied: bool) -> Result<()> {
        self.must_be_live()?;
        let assessed = self.eligible().await?;
        if !assessed.decision.children.contains(&child) {
            self.refused_access(child).await?;
            return Err(Error::NotFound);
        }
        let (portal, actor, now) = (self.portal().clone(), self.visit.actor(), self.now());
        let subject = self.session.subject.clone();
        self.in_draft(None, move |tx, draft| async move {
            let rows = assessed.decision.rows_of(child);
            let before = denied_in(&tx, &subject, Some(&draft)).await?;
            if before.is_disjoint(&rows) != is_denied {
                return Ok(());
            }
            let others: BTreeSet<ChildId> = before.difference(&rows).copied().collect();
            let denied = others.into_iter().chain(is_denied.then_some(child)).collect();
            let change = row::ActiveModel {
                denied: Set(written(&denied)?),
                children_confirmed_at: Set(None),
                ..unchanged(&portal, &draft, now)
            };
            row::Entity::update(change).exec(&tx).await?;
            let deed = if is_denied { Deed::DisownedChild } else { Deed::ReclaimedChild };
            let line = Line::new(deed).of("application", id_of(&draft)?).child(child);
            portal.trail(&tx, &actor, line, now).await?;
            if is_denied {
                return cases::open(&portal, &tx, cases::NOT_MY_CHILD, &subject, child, &actor, now).await;
            }
            for row in rows {
                cases::close(&tx, cases::NOT_MY_CHILD, &subject, row, now).await?;
            }
            Ok(())
        })
        .await
    }

    /// Somebody named a child that is not in their application.
    async fn refused_access(&self, child: ChildId) -> Result<()> {
        let (portal, actor, now) = (self.portal().clone(), self.visit.actor(), self.now());
        self.portal()
            .change(move |tx| async move {
                let line = Line::new(Deed::RefusedAccess).child(child);
                portal.trail_refused(&tx, &actor, line, "not-own-child", now).await
            })
            .await
    }

    fn portal(&self) -> &'v Portal {
        &self.visit.0.portal
    }

    fn now(&self) -> Timestamp {
        self.visit.0.now
    }

    fn must_be_live(&self) -> Result<()> {
        if self.raised { Err(Error::SignIn(model::Assurance::High)) } else { Ok(()) }
    }

    /// Asks the registers and decides, once a request: that one is down is an answer too, and waited for once. Whoever
    /// asks, the same questions are asked of the same systems.
    async fn assess(&self) -> Result<Arc<Assessed>> {
        let once = || async {
            match self.assess_anew().await {
                Err(Error::Unavailable(system)) => Ok(Err(system)),
                other => other.map(Ok),
            }
        };
        self.visit.0.assessed.get_or_try_init(once).await?.clone().map_err(Error::Unavailable)
    }

    async fn assess_anew(&self) -> Result<Arc<Assessed>> {
        let (portal, now) = (self.portal(), self.now());
        let custody = custody::of(portal, self.session, &self.visit.actor(), now).await?;
        let copy_is_good = pupils::copy_is_good(portal, now).await?;
        let decision = self.decide_on(portal.store().reader(), &custody, &BTreeSet::new()).await?;
        // Last known data is for links that exist already; a new account waits for the registers.
        if !custody.fresh {
            return Err(Error::Unavailable(System::PopulationRegister));
        }
        if !copy_is_good {
            return Err(Error::Unavailable(System::PupilRegister));
        }
        Ok(Arc::new(Assessed { custody, decision }))
    }

    async fn decide_on(
        &self,
        on: &impl ConnectionTrait,
        custody: &Custody,
        denied: &BTreeSet<ChildId>,
    ) -> Result<Decision> {
        let account = account::of_subject(on, &self.session.subject).await?;
        self.portal()
            .decide_for(
                on,
                self.session,
                custody,
                account::standing(account.as_ref(), self.now()),
                denied,
                self.now(),
            )
            .await
    }

    async fn eligible(&self) -> Result<Arc<Assessed>> {
        let assessed = self.assess().await?;
        match assessed.decision.outcome {
            Outcome::Eligible => Ok(assessed),
            _ => Err(Refusal::StepNotReached.into()),
        }
    }

    /// Gives the schools what they should look into, after the answer. For everybody something is written in one
    /// transaction: neither how long this answer takes nor how long the next one waits for the database says anything of
    /// the reason.
    fn tell_schools(&self, decision: &Decision) {
        let questions: Vec<_> =
            decision.findings.iter().filter_map(|(child, finding)| Some((*child, finding.case()?))).collect();
        let (portal, actor, now) = (self.portal().clone(), self.visit.actor(), self.now());
        let (subject, marks) = (self.session.subject.clone(), decision.marks.clone());
        tokio::spawn(async move {
            let house = portal.clone();
            let told = portal.change(move |tx| async move {
                pupils::raise_marks(&house, &tx, &marks, &actor, now).await?;
                for (child, kind) in questions {
                    cases::open(&house, &tx, kind, &subject, child, &actor, now).await?;
                }
                house.trail(&tx, &actor, Line::new(Deed::AnsweredApplicant), now).await
            });
            if let Err(error) = told.await {
                tracing::error!(%error, "a case could not be written");
            }
        });
    }

    async fn shown(&self, draft: row::Model) -> Result<Application> {
        Ok(Application {
            children_confirmed: draft.children_confirmed_at.is_some(),
            email: email_of(self.portal(), &draft)?,
            email_confirmed: draft.email_confirmed_at.is_some(),
            reached: reached_by(&draft),
            letters_left: self.letters_left(&draft).await?,
            letter_sent: draft.code_sent_at.filter(|at| *at <= self.now().as_millisecond()).map(from_millis),
            kept_until: from_millis(draft.expires_at),
        })
    }
}
