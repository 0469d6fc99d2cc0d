//! Custody, as folkbokföringen tells it: asked at login, again when the answer is older than it is trusted for, and at
//! once when a register says that the person changed.
//!
//! Invariant: everybody's question takes the same calls in the same order, whatever the answer: who waits learns nothing.
//!
//! Invariant: hints and questions are numbered as they come, and an answer is trusted only while its question is the latest
//! of them. A hint is lost neither beside a question nor between two, and no slow answer takes the place of a later one.
//!
//! Invariant: the last known answer stands in only for a register that is away. One that answers, and not so
//! that it can be used, leaves nobody with a right.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::{Date, PersonId, Protection};
use navet::{Answer, Code, Gone, Post, Relation, Status};
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
    /// Younger than it is trusted for. Otherwise it is last known data: the register is away.
    pub(crate) fresh: bool,
}

impl Custody {
    /// The person is dead, or the identity is no longer one.
    pub(crate) fn is_no_identity(&self) -> bool {
        let mark = self.answer.population.as_ref().map(|population| population.mark);
        matches!(mark, Some(Mark::Dead | Mark::Void))
    }
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

/// What folkbokföringen says of this person: fresh, or last known while it is away.
///
/// # Errors
/// [`Error::Unavailable`] where it is away and what is known is too old, and where its answer is none that
/// can be used.
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
    let find = || row::Entity::find_by_id(subject.clone()).one(portal.store().reader());
    if let Some(row) = find().await?.filter(|row| is_fresh(portal, row, now)) {
        return read(portal, &row, true);
    }
    let asked = subject.clone();
    let asking = portal.change(move |tx| async move { begin(&tx, &asked, now).await }).await?;
    match portal.0.hung.or_ask(subject, now, patiently(portal, ask(portal, subject, number))).await {
        Ok(answer) => {
            let (house, person, actor) = (portal.clone(), person.clone(), actor.clone());
            portal
                .change(
                    move |tx| async move { keep(&house, &tx, &person, answer, asking, &actor, now).await },
                )
                .await
        }
        Err(error) => {
            tracing::warn!(%error, "the population register gives no answer");
            metrics::counter!("portal_register_errors", "system" => System::PopulationRegister.word())
                .increment(1);
            // Another question may have been answered meanwhile.
            match find().await?.filter(|row| is_away(&error) && is_known(portal, row, now)) {
                Some(row) => read(portal, &row, false),
                None => Err(Error::Unavailable(System::PopulationRegister)),
            }
        }
    }
}

/// Nothing came after the answer's question, and the answer is younger than it is trusted for.
fn is_fresh(portal: &Portal, row: &row::Model, now: Timestamp) -> bool {
    let age = now.as_millisecond() - row.checked_at;
    row.asked == row.told && (0..millis(portal.rules().spans.trust_for)).contains(&age)
}

/// Whether the register could not be reached, or said that it is closed or busy for the moment. Where it
/// refuses the question, or answers what cannot be read, something is wrong that an old answer must not hide.
fn is_away(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<navet::Error>() {
        Some(navet::Error::Unreachable(_)) => true,
        // One of several numbers without an answer says nothing of the others.
        Some(navet::Error::Said(Code::Closed | Code::TooMany | Code::Number(_))) => true,
        Some(navet::Error::Said(Code::Status(status))) => *status >= 500,
        Some(_) => false,
        // No answer in time, now or a moment ago; or trouble of our own, which says nothing of the register.
        None => !error.is::<Error>(),
    }
}

/// There is an answer, and it is young enough for links that exist already.
fn is_known(portal: &Portal, row: &row::Model, now: Timestamp) -> bool {
    !row.answer.is_empty() && now.as_millisecond() - row.checked_at < millis(portal.rules().spans.last_known)
}

/// Gives a question its number. The row stands before anybody is asked, so that a hint finds it even beside the very
/// first question.
async fn begin(tx: &Tx, subject: &Subject, now: Timestamp) -> Result<i64> {
    let first = row::ActiveModel {
        subject: Set(subject.clone()),
        answer: Set(Vec::new()),
        checked_at: Set(now.as_millisecond()),
        correlation: Set(String::new()),
        told: Set(1),
        asked: Set(0),
        marked: Set(0),
    };
    let another = OnConflict::column(row::Column::Subject).value(row::Column::Told, one_more()).to_owned();
    row::Entity::insert(first).on_conflict(another).exec_without_returning(tx).await?;
    Ok(standing(tx, subject).await?.told)
}

/// A person's row, which a question made.
async fn standing(tx: &Tx, subject: &Subject) -> Result<row::Model> {
    let row = row::Entity::find_by_id(subject.clone()).one(tx).await?;
    Ok(row.ok_or_else(|| anyhow::anyhow!("a question about custody has no row"))?)
}

fn one_more() -> Expr {
    Expr::col((row::Entity, row::Column::Told)).add(1_i64)
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
                left: None,
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
            left: post.deregistration.as_ref().and_then(|gone| gone.date),
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
            Gone::Emigrated => Mark::Away,
            // Whoever is gone without trace too: nobody can say who comes in that name.
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

/// Writes an answer down, and answers with it; or with the one that a later question was given meanwhile.
async fn keep(
    portal: &Portal,
    tx: &Tx,
    person: &Identity,
    (mut answer, correlation): (Told, String),
    asking: i64,
    actor: &Actor,
    now: Timestamp,
) -> Result<Custody> {
    let marked = was_marked(portal, tx, &person.subject, &answer).await?;
    if let Some(registered) = answer.person.as_mut().filter(|_| marked) {
        registered.address.clear();
    }
    portal.trail(tx, actor, Line::new(Deed::AskedCustody), now).await?;
    let sealed = portal.seal_json("custody_check", "answer", &hex::encode(&person.subject), &answer)?;
    let row = row::ActiveModel {
        answer: Set(sealed),
        subject: Set(person.subject.clone()),
        checked_at: Set(now.as_millisecond()),
        correlation: Set(correlation.clone()),
        told: Set(asking),
        asked: Set(asking),
        marked: Set(marked.into()),
    };
    if !is_latest(tx, row).await? {
        if marked {
            mark(tx, &person.subject).await?;
        }
        return read(portal, &standing(tx, &person.subject).await?, true);
    }
    account::follow(portal, tx, person, &answer.former, actor, now).await?;
    Ok(Custody { answer, checked: now, correlation, marked, fresh: true })
}

/// Writes the row unless the answer to a later question stands there. Whether it was written.
async fn is_latest(tx: &Tx, row: row::ActiveModel) -> Result<bool> {
    let asking = *row.asked.as_ref();
    let told = Expr::col((row::Entity, row::Column::Told));
    let replaced = OnConflict::column(row::Column::Subject)
        .update_columns([
            row::Column::Answer,
            row::Column::CheckedAt,
            row::Column::Correlation,
            row::Column::Asked,
            row::Column::Marked,
        ])
        // A row that was erased and made anew meanwhile counts on from here.
        .value(row::Column::Told, Expr::case(told.clone().lt(asking), asking).finally(told))
        .action_and_where(Expr::col((row::Entity, row::Column::Asked)).lte(asking))
        .to_owned();
    Ok(row::Entity::insert(row).on_conflict(replaced).exec_without_returning(tx).await? > 0)
}

async fn mark(tx: &Tx, subject: &Subject) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::Marked, Expr::value(1_i64))
        .filter(row::Column::Subject.eq(subject.clone()))
        .exec(tx)
        .await?;
    Ok(())
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
        .col_expr(row::Column::Told, one_more())
        .filter(row::Column::Subject.eq(subject.clone()))
        .exec(on)
        .await?;
    Ok(())
}

/// The same for everybody.
pub(crate) async fn mark_all_stale(on: &impl ConnectionTrait) -> Result<()> {
    row::Entity::update_many().col_expr(row::Column::Told, one_more()).exec(on).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
