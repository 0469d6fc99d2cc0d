//! Custody asked ahead: about many who will be told of something soon, in few questions.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::PersonId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use store::entity::custody_check as row;

use super::{Told, begin, children_of, is_fresh, keep, patiently, understand};
use crate::{
    Portal, Result,
    clock::day_of,
    person::{Identity, Subject},
    trail::Actor,
};

/// So many people are asked about in one question at most.
const AHEAD: usize = 100;

/// Asks about many who will be asked about soon, so that a school morning costs two calls a hundred guardians and not two
/// each. Who was asked about a moment ago is left out. It decides nothing: where it comes to nothing, each is asked about
/// when the time comes.
pub(crate) async fn ask_ahead(
    portal: &Portal,
    people: Vec<Identity>,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    for people in people.chunks(AHEAD) {
        let subjects = people.iter().map(|person| person.subject.clone());
        let known = row::Entity::find().filter(row::Column::Subject.is_in(subjects));
        let known: BTreeMap<Subject, row::Model> = known
            .all(portal.store().reader())
            .await?
            .into_iter()
            .map(|row| (row.subject.clone(), row))
            .collect();
        let known =
            |person: &Identity| known.get(&person.subject).is_some_and(|row| is_fresh(portal, row, now));
        let old: Vec<Identity> = people.iter().filter(|person| !known(person)).cloned().collect();
        if old.len() < 2 {
            continue;
        }
        let subjects: Vec<Subject> = old.iter().map(|person| person.subject.clone()).collect();
        let asking = portal.change(move |tx| async move {
            let mut asking = Vec::with_capacity(subjects.len());
            for subject in &subjects {
                asking.push(begin(&tx, subject, now).await?);
            }
            Ok(asking)
        });
        let asking = asking.await?;
        let answers = match patiently(portal, ask_many(portal, &old)).await {
            Ok(answers) => answers,
            Err(error) => {
                tracing::info!(%error, "the population register is asked about each one alone");
                return Ok(());
            }
        };
        let (house, actor) = (portal.clone(), actor.clone());
        portal
            .change(move |tx| async move {
                for ((person, asking), answer) in old.iter().zip(asking).zip(answers) {
                    keep(&house, &tx, person, answer, asking, &actor, now).await?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

async fn ask_many(portal: &Portal, people: &[Identity]) -> anyhow::Result<Vec<(Told, String)>> {
    let navet = &portal.0.parts.navet;
    let numbers: Vec<PersonId> = people.iter().map(|person| person.number.clone()).collect();
    let adults = navet.lookup(&numbers).await?;
    let mut children = Vec::with_capacity(people.len());
    for person in people {
        children.push(children_of(portal, &person.subject, &person.number, &adults).await?);
    }
    let all: BTreeSet<PersonId> = children.iter().flatten().cloned().collect();
    let told = navet.lookup(&all.into_iter().collect::<Vec<_>>()).await?;
    let today = day_of(portal.clock().now());
    let understood = people.iter().zip(&children);
    Ok(understood.map(|(person, own)| understand(&person.number, &adults, own, &told, today)).collect())
}
