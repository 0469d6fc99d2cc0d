//! The way in: a completed order becomes one session, in the browser that started it.

use std::net::IpAddr;

use anyhow::anyhow;
use jiff::Timestamp;
use model::{Device, Purpose, Refusal, Step};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use store::{
    Tx,
    entity::{evidence, identification as row},
};
use uuid::Uuid;

use super::{
    Finish, Next, Proof,
    order::{self, Identified, Order, State},
};
use crate::{
    Portal, Result, Visit, account, application, aside,
    audit::Deed,
    browser,
    clock::{from_millis, millis},
    custody,
    person::Subject,
    session::{self, End, Kind},
    token,
    trail::{Actor, Line},
};

/// What the checks of a completed order come to.
struct Judged {
    /// Whether it counts as fresh: what needs a recent identification asks for another one otherwise.
    fresh: bool,
    /// What the audit log is told beside the login.
    remarks: Vec<&'static str>,
}

impl Visit {
    /// Lets the identified person in, once: one login, one new session.
    ///
    /// # Errors
    /// Refused: [`Refusal::NoIdentification`], [`Refusal::OtherBrowser`], [`Refusal::ReturnSpent`],
    /// [`Refusal::OtherPerson`] (the session is over), [`Refusal::NotTrusted`].
    pub async fn finish_identification(&self, proof: Proof) -> Result<Finish> {
        let order = match &proof {
            Proof::Poll => self.order_for_poll().await?,
            Proof::Return { nonce } => self.order_for_return(nonce).await?,
        };
        match order.state {
            State::Pending if self.0.now < order.expires => return Ok(Finish::StillWaiting),
            State::Pending | State::Failed => return Ok(Finish::Stopped { advice: order.failed_advice() }),
            State::Complete => {}
            State::Consumed | State::Cancelled | State::Spent => return Err(spent_word(&proof).into()),
        }
        if order.is_too_late(&self.0.portal, self.0.now) {
            self.spend(&order, "too-late").await?;
            return Err(Refusal::ReturnSpent.into());
        }
        let identified = order.identified(&self.0.portal)?;
        let polled_on_this_device = proof == Proof::Poll && order.device == Device::This;
        if polled_on_this_device && !self.may_finish_in_waiting_tab(&order, &identified) {
            return Ok(Finish::StillWaiting);
        }
        let mut judged = match judge(&order, &identified) {
            Ok(judged) => judged,
            Err(reason) => {
                self.spend(&order, reason).await?;
                return Err(Refusal::NotTrusted.into());
            }
        };
        if polled_on_this_device {
            judged.fresh = false;
            judged.remarks.push("finished-in-waiting-tab");
        }
        self.redeem(order, identified, judged, spent_word(&proof)).await
    }

    /// A poll needs no more than the cookie that started the order.
    async fn order_for_poll(&self) -> Result<Order> {
        let order = self.order_of_cookie().await?;
        order.filter(|order| order.state.is_running()).ok_or_else(|| Refusal::NoIdentification.into())
    }

    /// A return needs the nonce and the cookie of one and the same order. Anything else spends what is at stake.
    async fn order_for_return(&self, nonce: &str) -> Result<Order> {
        let own = self.order_of_cookie().await?;
        let named = match token::hash_of_cookie(Some(nonce)) {
            Some(hash) => order::by_nonce(&self.0.portal, hash).await?,
            None => None,
        };
        match (own, named) {
            (Some(own), Some(named)) if own.id == named.id => Ok(own),
            (own, Some(named)) if named.state.is_running() => {
                self.spend(&named, "other-browser").await?;
                if let Some(own) = own.filter(|own| own.nonce_hash.is_some()) {
                    self.spend(&own, "other-nonce").await?;
                }
                Err(Refusal::OtherBrowser.into())
            }
            (Some(own), None) if own.nonce_hash.is_some() => {
                self.spend(&own, "other-nonce").await?;
                Err(Refusal::ReturnSpent.into())
            }
            // An old tab's nonce, used or erased: worth nothing, and no reason to spoil what goes on now.
            _ => Err(Refusal::ReturnSpent.into()),
        }
    }

    async fn spend(&self, order: &Order, reason: &'static str) -> Result<()> {
        order.retire(&self.0.portal, State::Spent, reason, &self.actor(), self.0.now).await
    }

    /// The fallback of rule 4, off by default: where no return can carry a nonce, a tab that waited without a break may
    /// finish an order that came from its own address at low risk.
    fn may_finish_in_waiting_tab(&self, order: &Order, identified: &Identified) -> bool {
        let rules = self.0.portal.rules();
        let waited =
            self.0.now.as_millisecond() - order.seen.as_millisecond() <= millis(rules.spans.page_open);
        rules.finish_in_waiting_tab
            && waited
            && order.address.is_some()
            && identified.device_ip == order.address
            && order.address == Some(self.0.asking.address.to_canonical())
            && identified.risk.as_deref() == Some("low")
    }

    async fn redeem(
        &self,
        order: Order,
        identified: Identified,
        judged: Judged,
        if_spent: Refusal,
    ) -> Result<Finish> {
        let portal = self.0.portal.clone();
        let subject = portal.keys().index_number(&identified.number);
        if let Some(expected) = &order.expected {
            self.must_be_the_same(&order, expected, &subject).await?;
        }
        let (visit, actor) = (self.clone(), self.actor());
        let outcome = portal
            .change(move |tx| async move {
                let done = visit.redeem_in(&tx, &order, identified, &judged, subject, &actor).await?;
                Ok(done.map(|done| (done, order)))
            })
            .await?;
        let ((session_cookie, next), order) = outcome.ok_or(if_spent)?;
        self.0.portal.order_ended(&order, State::Consumed, "complete");
        Ok(Finish::In { session_cookie, next })
    }

    /// A step-up belongs to one session and one person. Another person's BankID ends that session: the phone is a
    /// family's.
    async fn must_be_the_same(&self, order: &Order, expected: &Subject, subject: &Subject) -> Result<()> {
        let live = self.0.found.live.clone();
        let same_session = live.as_ref().is_some_and(|live| Some(live.id.to_string()) == order.session);
        if same_session && expected == subject {
            return Ok(());
        }
        self.spend(order, "other-person").await?;
        let (portal, actor, now) = (self.0.portal.clone(), self.actor(), self.0.now);
        if let Some(live) = live {
            self.0
                .portal
                .change(move |tx| async move {
                    session::end(&portal, &tx, &live, End::OtherPerson, &actor, now).await.map(drop)
                })
                .await?;
        }
        Err(Refusal::OtherPerson.into())
    }

    /// All of it or nothing. None where somebody else was quicker.
    async fn redeem_in(
        &self,
        tx: &Tx,
        order: &Order,
        identified: Identified,
        judged: &Judged,
        subject: Subject,
        actor: &Actor,
    ) -> Result<Option<(String, Next)>> {
        let (portal, now) = (&self.0.portal, self.0.now);
        if !consume(tx, order.id, now).await? {
            return Ok(None);
        }
        keep_evidence(portal, tx, order, &identified, &subject, now).await?;
        for remark in &judged.remarks {
            let line = Line::new(Deed::NoticedRisk).of("identification", order.id).because(remark);
            portal.trail(tx, actor, line, now).await?;
        }
        if let Some(old) = &self.0.found.live {
            session::end(portal, tx, old, End::Replaced, actor, now).await?;
        }
        let kind = kind_of(tx, &subject, now).await?;
        let fresh_until =
            if judged.fresh { now.as_millisecond() + millis(portal.rules().spans.fresh) } else { 0 };
        let session = session::New {
            kind,
            subject: &subject,
            number: &identified.number,
            name: &identified.name,
            method: match order.device {
                Device::Other => "bankid-qr",
                Device::This => "bankid-same-device",
            },
            browser: browser::name(&self.0.asking.user_agent),
            fresh_until: from_millis(fresh_until),
            stepped_up: order.purpose == Purpose::StepUp,
        };
        let opened = session::open(portal, tx, session, actor, now).await?;
        if let (Purpose::StepUp, Some(old)) = (order.purpose, &self.0.found.live) {
            aside::carry(portal, tx, old.id, opened.id).await?;
        }
        // Custody is asked at every login.
        custody::mark_stale(tx, &subject).await?;
        let next = match (kind, &order.back) {
            (Kind::Guardian(_), Some(to)) => {
                let enough = judged.fresh || order.purpose != Purpose::StepUp;
                Next::Back { to: to.clone(), fresh: enough }
            }
            (Kind::Guardian(_), None) => Next::Children,
            (Kind::Applicant, _) if order.purpose == Purpose::StepUp => Next::Step(Step::Children),
            (Kind::Applicant, _) => Next::Step(application::reached(tx, &subject, now).await?),
        };
        Ok(Some((opened.cookie, next)))
    }
}

/// A used nonce and a used cookie are told apart by the page they came from.
fn spent_word(proof: &Proof) -> Refusal {
    match proof {
        Proof::Poll => Refusal::NoIdentification,
        Proof::Return { .. } => Refusal::ReturnSpent,
    }
}

/// BankID's risk, and the two addresses of a same-device order. Two addresses differ for honest reasons too (IPv4 and
/// IPv6, Wi-Fi and mobile), so that this alone refuses nobody: it is told, and the login is not fresh. An address that
/// BankID leaves out is no address that agrees.
fn judge(order: &Order, identified: &Identified) -> Result<Judged, &'static str> {
    let mut judged = Judged { fresh: true, remarks: Vec::new() };
    match identified.risk.as_deref() {
        Some("high") => {
            metrics::counter!("portal_bankid_risk", "risk" => "high").increment(1);
            return Err("risk-high");
        }
        Some("low") => {}
        None => metrics::counter!("portal_bankid_risk", "risk" => "missing").increment(1),
        // Moderate, and whatever BankID says tomorrow.
        Some(_) => {
            metrics::counter!("portal_bankid_risk", "risk" => "moderate").increment(1);
            judged.fresh = false;
            judged.remarks.push("risk-moderate");
        }
    }
    if order.device == Device::This && is_elsewhere(identified.device_ip, order.address) {
        judged.fresh = false;
        judged.remarks.push("other-address");
    }
    Ok(judged)
}

/// Whether an app is not known to be where its browser is.
fn is_elsewhere(app: Option<IpAddr>, browser: Option<IpAddr>) -> bool {
    app.is_none() || app.map(|address| address.to_canonical()) != browser
}

/// The one edge to `consumed`.
async fn consume(tx: &Tx, id: Uuid, now: Timestamp) -> Result<bool> {
    let consumed = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(State::Consumed.word()))
        .col_expr(row::Column::ConsumedAt, Expr::value(now.as_millisecond()))
        .col_expr(row::Column::Result, Expr::value(Option::<Vec<u8>>::None))
        .filter(row::Column::Id.eq(id.to_string()))
        .filter(row::Column::State.eq(State::Complete.word()))
        .exec(tx)
        .await?;
    Ok(consumed.rows_affected == 1)
}

async fn keep_evidence(
    portal: &Portal,
    tx: &Tx,
    order: &Order,
    identified: &Identified,
    subject: &Subject,
    now: Timestamp,
) -> Result<()> {
    let id = Uuid::new_v4().to_string();
    let kept = millis(portal.rules().spans.keep_evidence);
    let evidence = evidence::ActiveModel {
        identification_id: Set(order.id.to_string()),
        subject: Set(subject.clone()),
        shown: Set(identified.shown.clone()),
        body: Set(portal.seal("evidence", "body", &id, &identified.evidence)?),
        created_at: Set(now.as_millisecond()),
        erase_after: Set(now.as_millisecond().saturating_add(kept)),
        id: Set(id),
    };
    evidence::Entity::insert(evidence).exec_without_returning(tx).await?;
    Ok(())
}

/// An open account makes a guardian, unless a human barred the person: bars are looked at again at this very moment.
async fn kind_of(tx: &Tx, subject: &Subject, now: Timestamp) -> Result<Kind> {
    let account = account::of_subject(tx, subject).await?;
    let barred = account::bars(tx, subject, now).await?.iter().any(|bar| bar.child.is_none());
    match account {
        Some(account) if account.state == "open" && !barred => {
            let id = account.id.parse().map_err(|_| anyhow!("an account's id cannot be read"))?;
            Ok(Kind::Guardian(id))
        }
        _ => Ok(Kind::Applicant),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_whose_address_is_not_told_is_not_known_to_be_here() {
        let at = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        assert!(!is_elsewhere(at("198.51.100.7"), at("198.51.100.7")));
        assert!(!is_elsewhere(at("::ffff:198.51.100.7"), at("198.51.100.7")));
        for (app, browser) in [
            (at("198.51.100.8"), at("198.51.100.7")),
            (None, at("198.51.100.7")),
            (at("198.51.100.7"), None),
            (None, None),
        ] {
            assert!(is_elsewhere(app, browser), "{app:?} {browser:?}");
        }
    }
}
