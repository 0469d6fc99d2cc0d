//! Custody, as folkbokföringen tells it: asked at login, again when the answer is older than it is trusted for, and at
//! once when a register says that the person changed.
//!
//! Invariant: everybody's question takes the same calls in the same order, whatever the answer: who waits learns nothing.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::{Date, PersonId, Protection};
use navet::{Answer, Gone, Post, Relation, Status};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use serde::{Deserialize, Serialize};
use store::{Tx, entity::custody_check as row};

use crate::{
    Error, Portal, Result, System, account,
    audit::Deed,
    clock::{day_of, from_millis, millis},
    eligibility::{Mark, Population, Ward},
    person::{Identity, Name, Subject},
    pupils,
    session::Session,
    trail::{Actor, Line},
};

mod ahead;

pub(crate) use ahead::ask_ahead;

/// What folkbokföringen last said of a person.
#[derive(Clone)]
pub(crate) struct Custody {
    pub(crate) answer: Told,
    pub(crate) checked: Timestamp,
    pub(crate) correlation: String,
    /// The person was marked as protected at some time; that it is unmarked now lifts nothing by itself.
    pub(crate) marked: bool,
    /// Younger than it is trusted for. Otherwise it is last known data: the register is down.
    pub(crate) fresh: bool,
}

/// An answer as it is kept: no more of it than the house may know.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) population: Option<Population>,
    pub(crate) person: Option<Registered>,
    /// Numbers the person had before.
    #[serde(with = "crate::person::numbers")]
    pub(crate) former: Vec<PersonId>,
}

/// The person's own name and address in the register, for Personuppgifter.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Registered {
    pub(crate) name: Name,
    /// Line by line; none for who is protected or has none.
    pub(crate) address: Vec<String>,
}

/// What folkbokföringen says of this person: fresh, or last known while it is down.
///
/// # Errors
/// [`Error::Unavailable`] where it is down and what is known is too old.
pub(crate) async fn of(portal: &Portal, session: &Session, actor: &Actor, now: Timestamp) -> Result<Custody> {
    of_person(portal, &session.identity(), actor, now).await
}

/// The same of somebody who is not signed in: whoever is about to be told of a child.
///
/// # Errors
/// As [`of`].
pub(crate) async fn of_person(
    portal: &Portal,
    person: &Identity,
    actor: &Actor,
    now: Timestamp,
) -> Result<Custody> {
    let Identity { subject, number } = person;
    let spans = &portal.rules().spans;
    let known = row::Entity::find_by_id(subject.clone()).one(portal.store().reader()).await?;
    let age = |row: &row::Model| now.as_millisecond() - row.checked_at;
    if let Some(row) = &known
        && row.stale == 0
        && (0..millis(spans.trust_for)).contains(&age(row))
    {
        return read(portal, row, true);
    }
    match portal.0.hung.or_ask(subject, now, patiently(portal, ask(portal, subject, number))).await {
        Ok((answer, correlation)) => {
            let stale = known.map_or(0, |row| row.stale);
            keep(portal, person, answer, correlation, stale, actor, now).await
        }
        Err(error) => {
            tracing::warn!(%error, "the population register gives no answer");
            metrics::counter!("portal_register_errors", "system" => System::PopulationRegister.word())
                .increment(1);
            match known {
                Some(row) if age(&row) < millis(spans.last_known) => read(portal, &row, false),
                _ => Err(Error::Unavailable(System::PopulationRegister)),
            }
        }
    }
}

/// One patience for all calls of a question.
async fn patiently<T>(portal: &Portal, asked: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::time::timeout(portal.rules().spans.register_patience, asked).await?
}

/// Two calls, always: the person, then the children named by either register (or, where there are none, the person once
/// more, so that the time says nothing).
async fn ask(portal: &Portal, subject: &Subject, number: &PersonId) -> anyhow::Result<(Told, String)> {
    let navet = &portal.0.parts.navet;
    let adult = navet.lookup(std::slice::from_ref(number)).await?;
    let children = children_of(portal, subject, number, &adult).await?;
    let second: Vec<PersonId> =
        if children.is_empty() { vec![number.clone()] } else { children.iter().cloned().collect() };
    let told = navet.lookup(&second).await?;
    Ok(understand(number, &adult, &children, &told, day_of(portal.clock().now())))
}

/// The children whom either register puts beside a person.
async fn children_of(
    portal: &Portal,
    subject: &Subject,
    number: &PersonId,
    adult: &Answer,
) -> anyhow::Result<BTreeSet<PersonId>> {
    let beside = pupils::numbers_beside(portal, subject).await.map_err(anyhow::Error::new)?;
    let named = post_of(adult, number).into_iter().flat_map(|post| &post.guardian_of);
    Ok(beside.into_iter().chain(named.map(|relation| relation.number.clone())).collect())
}

/// What two answers say of one person, and under which correlation they were given.
fn understand(
    number: &PersonId,
    adult: &Answer,
    children: &BTreeSet<PersonId>,
    told: &Answer,
    today: Date,
) -> (Told, String) {
    let post = post_of(adult, number);
    let correlation = told.correlations.first().or(adult.correlations.first());
    let correlation = correlation.map(ToString::to_string).unwrap_or_default();
    let population = post.map(|post| population_of(number, post, children, told, today));
    let former = post.map_or_else(Vec::new, |post| former_numbers(number, post));
    (Told { population, person: post.map(registered), former }, correlation)
}

/// The post kept under the number, or under the one that replaced it.
fn post_of<'a>(answer: &'a Answer, number: &PersonId) -> Option<&'a Post> {
    answer.post(number).or_else(|| answer.posts.iter().find(|post| post.refers_to.contains(number)))
}

fn population_of(
    number: &PersonId,
    adult: &Post,
    children: &BTreeSet<PersonId>,
    told: &Answer,
    today: Date,
) -> Population {
    let stands = |it: &Relation| it.gone.is_none() && it.from.is_none_or(|first| first <= today);
    let numbers: BTreeSet<&PersonId> = [number, &adult.number].into_iter().chain(&adult.refers_to).collect();
    let wards = children.iter().map(|child| {
        let adult_says = adult.guardian_of.iter().any(|it| it.number == *child && stands(it));
        let Some(post) = post_of(told, child) else {
            // Unknown to the register: whatever the other side says, nobody vouches for it.
            return Ward {
                number: child.clone(),
                adult_says,
                child_says: false,
                protection: Protection::None,
                mark: Mark::Void,
                municipality: None,
                since: None,
            };
        };
        let guard = post.guardians.iter().find(|it| stands(it) && numbers.contains(&it.number));
        Ward {
            number: child.clone(),
            adult_says,
            child_says: guard.is_some(),
            protection: post.protection,
            mark: mark_of(post),
            municipality: post.municipality.clone(),
            since: guard.and_then(|it| it.from),
        }
    });
    Population { protection: adult.protection, mark: mark_of(adult), children: wards.collect() }
}

/// A number in use lists those it replaced; a replaced one is no identity any more and takes nothing over.
fn former_numbers(number: &PersonId, post: &Post) -> Vec<PersonId> {
    if post.number != *number || mark_of(post) != Mark::None {
        return Vec::new();
    }
    post.refers_to.iter().filter(|former| *former != number).cloned().collect()
}

fn mark_of(post: &Post) -> Mark {
    match (&post.deregistration, &post.status) {
        (Some(gone), _) => match gone.reason {
            Gone::Dead => Mark::Dead,
            Gone::Emigrated | Gone::Lost => Mark::Away,
            _ => Mark::Void,
        },
        (None, Status::Active) => Mark::None,
        // A dormant number nobody confirmed for years, a closed one, and what we do not know.
        (None, _) => Mark::Void,
    }
}

fn registered(post: &Post) -> Registered {
    let address = match &post.address {
        Some(address) if !post.protection.is_protected() => {
            let town = [address.postcode.as_deref(), address.city.as_deref()];
            let town = town.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let care_of = address.care_of.as_ref().map(|name| format!("c/o {name}"));
            let lines = care_of.into_iter().chain(address.lines.iter().cloned()).chain([town]);
            lines.chain(address.country.clone()).filter(|line| !line.trim().is_empty()).collect()
        }
        _ => Vec::new(),
    };
    Registered { name: Name { given: post.given.clone(), family: post.family.clone() }, address }
}

fn read(portal: &Portal, row: &row::Model, fresh: bool) -> Result<Custody> {
    let answer = portal.unseal_json("custody_check", "answer", &hex::encode(&row.subject), &row.answer)?;
    Ok(Custody {
        answer,
        checked: from_millis(row.checked_at),
        correlation: row.correlation.clone(),
        marked: row.marked > 0,
        fresh,
    })
}

async fn keep(
    portal: &Portal,
    person: &Identity,
    answer: Told,
    correlation: String,
    stale: i64,
    actor: &Actor,
    now: Timestamp,
) -> Result<Custody> {
    let (house, person, actor) = (portal.clone(), person.clone(), actor.clone());
    portal
        .change(move |tx| async move {
            let mut answer = answer.clone();
            let marked = was_marked(&house, &tx, &person.subject, &answer).await?;
            if let Some(registered) = answer.person.as_mut().filter(|_| marked) {
                registered.address.clear();
            }
            let row = row::ActiveModel {
                answer: Set(house.seal_json(
                    "custody_check",
                    "answer",
                    &hex::encode(&person.subject),
                    &answer,
                )?),
                subject: Set(person.subject.clone()),
                checked_at: Set(now.as_millisecond()),
                correlation: Set(correlation.clone()),
                stale: Set(0),
                marked: Set(marked.into()),
            };
            // A change told while we asked is not forgotten: only what was known before is taken away.
            let replaced = OnConflict::column(row::Column::Subject)
                .update_columns([
                    row::Column::Answer,
                    row::Column::CheckedAt,
                    row::Column::Correlation,
                    row::Column::Marked,
                ])
                .value(row::Column::Stale, Expr::col((row::Entity, row::Column::Stale)).sub(stale))
                .to_owned();
            row::Entity::insert(row).on_conflict(replaced).exec_without_returning(&tx).await?;
            account::follow(&house, &tx, &person, &answer.former, &actor, now).await?;
            house.trail(&tx, &actor, Line::new(Deed::AskedCustody), now).await?;
            Ok(Custody { answer, checked: now, correlation: correlation.clone(), marked, fresh: true })
        })
        .await
}

/// Whether folkbokföringen marks the person now, or ever did, under this number or one before it.
async fn was_marked(portal: &Portal, tx: &Tx, subject: &Subject, answer: &Told) -> Result<bool> {
    let former = answer.former.iter().map(|number| portal.keys().index_number(number));
    let before = row::Entity::find()
        .filter(row::Column::Subject.is_in(former.chain([subject.clone()])))
        .filter(row::Column::Marked.gt(0))
        .one(tx)
        .await?;
    let now = answer.population.as_ref().is_some_and(|population| population.protection.is_protected());
    Ok(now || before.is_some())
}

/// The next look asks again, whatever the age of the answer.
pub(crate) async fn mark_stale(on: &impl ConnectionTrait, subject: &Subject) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::Stale, Expr::col(row::Column::Stale).add(1_i64))
        .filter(row::Column::Subject.eq(subject.clone()))
        .exec(on)
        .await?;
    Ok(())
}

/// The same for everybody.
pub(crate) async fn mark_all_stale(on: &impl ConnectionTrait) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::Stale, Expr::col(row::Column::Stale).add(1_i64))
        .exec(on)
        .await?;
    Ok(())
}

impl Portal {
    /// A register says that this person changed: the next look asks again.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn person_changed(&self, number: &PersonId) -> Result<()> {
        mark_stale(self.store().writer(), &self.keys().index_number(number)).await
    }
}

#[cfg(test)]
mod tests {
    use navet::Deregistration;
    use uuid::Uuid;

    use super::*;

    const ADULT: &str = "198501012390";
    const FORMER: &str = "198502862397";
    const CHILD: &str = "201601012394";

    fn number(text: &str) -> PersonId {
        PersonId::parse(text).unwrap()
    }

    fn relation(text: &str) -> Relation {
        Relation { number: number(text), from: None, gone: None }
    }

    fn post(text: &str) -> Post {
        Post {
            number: number(text),
            status: Status::Active,
            protection: Protection::None,
            given: String::new(),
            family: String::new(),
            address: None,
            municipality: Some("1480".into()),
            deregistration: None,
            refers_to: vec![],
            guardian_of: vec![],
            guardians: vec![],
            guardians_without_number: 0,
            correlation: Uuid::nil(),
        }
    }

    /// What is understood of an adult and one child, after `change` to their posts.
    fn understood(change: impl FnOnce(&mut Post, &mut Post)) -> Population {
        let (mut adult, mut child) = (post(ADULT), post(CHILD));
        adult.guardian_of.push(relation(CHILD));
        child.guardians.push(relation(ADULT));
        change(&mut adult, &mut child);
        let told = Answer { posts: vec![child], ..Answer::default() };
        population_of(
            &number(ADULT),
            &adult,
            &BTreeSet::from([number(CHILD)]),
            &told,
            "2026-11-24".parse().unwrap(),
        )
    }

    fn sides(population: &Population) -> (bool, bool) {
        (population.children[0].adult_says, population.children[0].child_says)
    }

    #[test]
    fn custody_is_what_both_posts_say() {
        assert_eq!(sides(&understood(|_, _| {})), (true, true));
        assert_eq!(sides(&understood(|adult, _| adult.guardian_of.clear())), (false, true));
        assert_eq!(sides(&understood(|_, child| child.guardians.clear())), (true, false));
    }

    #[test]
    fn custody_counts_from_its_first_day_on() {
        let from = |day: &str| {
            let day: Date = day.parse().unwrap();
            understood(|adult, child| {
                adult.guardian_of[0].from = Some(day);
                child.guardians[0].from = Some(day);
            })
        };
        assert_eq!(sides(&from("2026-11-24")), (true, true));
        assert_eq!(sides(&from("2026-11-25")), (false, false));
    }

    #[test]
    fn a_child_the_register_does_not_know_is_vouched_for_by_nobody() {
        let population = understood(|_, child| child.number = number("202001012398"));
        assert_eq!(sides(&population), (true, false));
        assert_eq!(population.children[0].mark, Mark::Void);
    }

    #[test]
    fn a_child_that_names_the_former_number_of_its_guardian_names_the_guardian() {
        let population = understood(|adult, child| {
            adult.refers_to.push(number(FORMER));
            child.guardians[0] = relation(FORMER);
        });
        assert_eq!(sides(&population), (true, true));
    }

    #[test]
    fn only_a_number_in_use_takes_over_from_the_ones_before() {
        let mut now = post(ADULT);
        now.refers_to.push(number(FORMER));
        assert_eq!(former_numbers(&number(ADULT), &now), [number(FORMER)]);
        assert!(former_numbers(&number(FORMER), &now).is_empty(), "asked by the old number");
        now.deregistration = Some(Deregistration { reason: Gone::OldPersonnummer, date: None });
        assert!(former_numbers(&number(ADULT), &now).is_empty());
    }

    #[test]
    fn every_reason_to_leave_the_register_is_a_mark() {
        for (reason, mark) in [
            (Gone::Dead, Mark::Dead),
            (Gone::Emigrated, Mark::Away),
            (Gone::Lost, Mark::Away),
            (Gone::OldPersonnummer, Mark::Void),
            (Gone::OldSamordningsnummer, Mark::Void),
            (Gone::Technical, Mark::Void),
            (Gone::FalseIdentity, Mark::Void),
            (Gone::parse("??"), Mark::Void),
        ] {
            let mut gone = post(ADULT);
            gone.deregistration = Some(Deregistration { reason, date: None });
            assert_eq!(mark_of(&gone), mark);
        }
        for status in [Status::Dormant, Status::Closed, Status::Deregistered, Status::parse("??")] {
            assert_eq!(mark_of(&Post { status, ..post(ADULT) }), Mark::Void);
        }
    }

    #[test]
    fn the_address_of_a_protected_person_is_not_kept() {
        let address = navet::Address { lines: vec!["Gatan 1".into()], ..navet::Address::default() };
        let mut person = Post { address: Some(address), ..post(ADULT) };
        assert_eq!(registered(&person).address, ["Gatan 1"]);
        person.protection = Protection::SecrecyMark;
        assert!(registered(&person).address.is_empty());
    }
}
