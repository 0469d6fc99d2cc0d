//! The one place where the pure rule meets what is known of a person.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::ChildId;
use sea_orm::ConnectionTrait;

use crate::{
    Portal, Result, account,
    clock::day_of,
    custody::Custody,
    eligibility::{Account, Decision, Known, decide},
    person::Identity,
    pupils,
    session::Session,
};

impl Portal {
    /// [`Portal::decide_about`] whoever is signed in.
    pub(crate) async fn decide_for(
        &self,
        on: &impl ConnectionTrait,
        session: &Session,
        custody: &Custody,
        account: Account,
        denied: &BTreeSet<ChildId>,
        now: Timestamp,
    ) -> Result<Decision> {
        self.decide_about(on, &session.identity(), custody, account, denied, now).await
    }

    /// Decides on what the registers, the copy, the account and the bars say now.
    pub(crate) async fn decide_about(
        &self,
        on: &impl ConnectionTrait,
        person: &Identity,
        custody: &Custody,
        account: Account,
        denied: &BTreeSet<ChildId>,
        now: Timestamp,
    ) -> Result<Decision> {
        let population = custody.answer.population.as_ref();
        let wards = population.map_or(&[][..], |population| &population.children);
        let ahead = self.rules().spans.placement_ahead.as_secs() / 86_400;
        Ok(decide(&Known {
            adult: &person.number,
            population,
            marked: custody.marked || pupils::marks_adult(on, &person.subject).await?,
            pupils: &pupils::beside(self, on, &person.subject, wards).await?,
            account,
            bars: &account::bars(on, &person.subject, now).await?,
            denied,
            today: day_of(now),
            ahead: i32::try_from(ahead).unwrap_or(i32::MAX),
            municipality: &self.rules().municipality,
        }))
    }
}
