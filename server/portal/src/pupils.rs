//! What the house's copy of the pupil register says: places, names, and whom it names as guardian.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use model::{ChildId, PersonId, PersonIdKind, Protection, UnitContact, UnitId, UnitKind};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};
use ss12000::PersonStatus;
use store::{
    Tx,
    entity::{child_link, enrolment, pupil, register_state, responsible, unit},
};

use crate::{
    Portal, Result, account,
    audit::Deed,
    clock::millis,
    eligibility::{Mark, Place, Pupil, Ward},
    person::Subject,
    trail::{Actor, Line},
};

mod cards;

pub(crate) use cards::{cards, long_ago, unit_on, units_on};

/// The register's word for a guardian. Every other relation is a parent's, a contact's or a god man's and opens nothing.
pub(crate) const GUARDIAN: &str = "Vårdnadshavare";
/// The copy's row in the table of registers.
pub(crate) const REGISTER: &str = "pupil";

/// Whether the copy was read recently enough for a new account.
pub(crate) async fn copy_is_good(portal: &Portal, now: Timestamp) -> Result<bool> {
    let state = register_state::Entity::find_by_id(REGISTER).one(portal.store().reader()).await?;
    let read = state.and_then(|state| state.read_at);
    Ok(read.is_some_and(|read| now.as_millisecond() - read < millis(portal.rules().spans.copy_good)))
}

/// The pupils that name the person as guardian.
async fn named_by(on: &impl ConnectionTrait, subject: &Subject) -> Result<BTreeSet<String>> {
    let ids: Vec<String> = responsible::Entity::find()
        .select_only()
        .column(responsible::Column::PupilId)
        .filter(responsible::Column::Subject.eq(subject.clone()))
        .filter(responsible::Column::Relation.eq(GUARDIAN))
        .filter(responsible::Column::GoneAt.is_null())
        .into_tuple()
        .all(on)
        .await?;
    Ok(ids.into_iter().collect())
}

/// The pupils an open account is linked to.
async fn linked_to(on: &impl ConnectionTrait, subject: &Subject) -> Result<BTreeSet<String>> {
    let Some(account) = account::of_subject(on, subject).await? else { return Ok(BTreeSet::new()) };
    let ids: Vec<String> = child_link::Entity::find()
        .select_only()
        .column(child_link::Column::PupilId)
        .filter(child_link::Column::AccountId.eq(account.id))
        .filter(child_link::Column::Until.is_null())
        .into_tuple()
        .all(on)
        .await?;
    Ok(ids.into_iter().collect())
}

/// The numbers of the children beside whom the person stands here: named as guardian, or linked.
pub(crate) async fn numbers_beside(portal: &Portal, subject: &Subject) -> Result<Vec<PersonId>> {
    let on = portal.store().reader();
    let mut ids = named_by(on, subject).await?;
    ids.extend(linked_to(on, subject).await?);
    let rows = pupil::Entity::find().filter(pupil::Column::Id.is_in(ids)).all(on).await?;
    let numbers = rows.iter().map(|row| number_of(portal, row));
    let numbers = numbers.filter_map(Result::transpose);
    // A school's own temporary number is nobody's in folkbokföringen.
    let is_known_there = |number: &PersonId| number.kind() != PersonIdKind::Temporary;
    numbers.filter(|number| number.as_ref().map_or(true, is_known_there)).collect()
}

/// Everything the copy holds of the children named by either register, or linked already.
pub(crate) async fn beside(
    portal: &Portal,
    on: &impl ConnectionTrait,
    subject: &Subject,
    wards: &[Ward],
) -> Result<Vec<Pupil>> {
    let named = named_by(on, subject).await?;
    let linked = linked_to(on, subject).await?;
    let indexes = wards.iter().map(|ward| portal.keys().index_number(&ward.number));
    let rows = pupil::Entity::find()
        .filter(
            Condition::any()
                .add(pupil::Column::Subject.is_in(indexes))
                .add(pupil::Column::Id.is_in(named.iter().chain(&linked))),
        )
        .all(on)
        .await?;
    let places = places_of(on, rows.iter().map(|row| row.id.clone()).collect()).await?;
    let mut pupils = Vec::with_capacity(rows.len());
    for row in rows {
        // Without a number nobody can be matched; a temporary one matches nobody in folkbokföringen.
        let Some(number) = number_of(portal, &row)? else { continue };
        let id = child_id(&row.id)?;
        pupils.push(Pupil {
            id,
            rows: BTreeSet::from([id]),
            number,
            protection: protection_of(&row.protection),
            mark: mark_of(&row),
            names_adult: named.contains(&row.id),
            places: places.get(&row.id).cloned().unwrap_or_default(),
        });
    }
    Ok(one_row_a_person(pupils))
}

/// A status nobody knows is no place to be in.
fn mark_of(row: &pupil::Model) -> Mark {
    match PersonStatus::parse(&row.status) {
        PersonStatus::Dead => Mark::Dead,
        _ if row.gone_at.is_some() => Mark::Void,
        PersonStatus::Active => Mark::None,
        PersonStatus::Emigrated => Mark::Away,
        PersonStatus::Other(_) => Mark::Void,
    }
}

/// The register can hold one person twice, or again under another id. The stronger word of the rows wins, and one of them
/// stands for all: one that is still listed, and has places. A row that is gone has nothing more to say than its marks.
fn one_row_a_person(mut pupils: Vec<Pupil>) -> Vec<Pupil> {
    let is_gone = |pupil: &Pupil| pupil.mark != Mark::None;
    pupils.sort_by_key(|pupil| (is_gone(pupil), pupil.places.is_empty(), pupil.id));
    let mut by_number: BTreeMap<PersonId, Pupil> = BTreeMap::new();
    for pupil in pupils {
        let Some(first) = by_number.get_mut(&pupil.number) else {
            by_number.insert(pupil.number.clone(), pupil);
            continue;
        };
        let has_a_say = is_gone(first) || !is_gone(&pupil);
        first.rows.extend(pupil.rows);
        first.protection = first.protection.max(pupil.protection);
        if pupil.mark == Mark::Dead {
            first.mark = Mark::Dead;
        }
        if has_a_say {
            first.places.extend(pupil.places);
            first.names_adult &= pupil.names_adult;
        }
    }
    by_number.into_values().collect()
}

async fn places_of(on: &impl ConnectionTrait, pupils: Vec<String>) -> Result<BTreeMap<String, Vec<Place>>> {
    let rows = enrolment::Entity::find().filter(enrolment::Column::PupilId.is_in(pupils)).all(on).await?;
    let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for row in rows {
        if let Some(place) = place_of(&row)? {
            places.entry(row.pupil_id).or_default().push(place);
        }
    }
    Ok(places)
}

/// A place without a first day has begun.
fn place_of(row: &enrolment::Model) -> Result<Option<Place>> {
    let Some(from) = row.start_date.as_deref().map_or(Some(Date::MIN), |day| day.parse().ok()) else {
        return Ok(None);
    };
    // A last day that cannot be read is no reason to believe in a place for ever.
    let to = match row.end_date.as_deref() {
        None => None,
        Some(day) => match day.parse() {
            Ok(day) => Some(day),
            Err(_) => return Ok(None),
        },
    };
    let unit = row.unit_id.parse::<UnitId>().map_err(|_| anyhow::anyhow!("a unit's id cannot be read"))?;
    Ok(Some(Place { unit, from, to }))
}

fn number_of(portal: &Portal, row: &pupil::Model) -> Result<Option<PersonId>> {
    let Some(sealed) = &row.number else { return Ok(None) };
    Ok(PersonId::parse(&portal.unseal("pupil", "number", &row.id, sealed)?).ok())
}

pub(crate) fn child_id(id: &str) -> Result<ChildId> {
    Ok(id.parse().map_err(|_| anyhow::anyhow!("a pupil's id cannot be read"))?)
}

/// Whether the pupil register marks the person as protected, or ever did, as somebody responsible for a pupil.
pub(crate) async fn marks_adult(on: &impl ConnectionTrait, subject: &Subject) -> Result<bool> {
    let marked = responsible::Entity::find()
        .filter(responsible::Column::Subject.eq(subject.clone()))
        .filter(responsible::Column::Protection.ne(protection_word(Protection::None)))
        .one(on)
        .await?;
    Ok(marked.is_some())
}

/// A mark nobody knows counts as one.
pub(crate) fn protection_of(word: &str) -> Protection {
    match word {
        "none" => Protection::None,
        "protected-registration" => Protection::ProtectedRegistration,
        _ => Protection::SecrecyMark,
    }
}

pub(crate) const fn protection_word(protection: Protection) -> &'static str {
    match protection {
        Protection::None => "none",
        Protection::SecrecyMark => "secrecy-mark",
        Protection::ProtectedRegistration => "protected-registration",
    }
}

/// Keeps the stronger mark with the pupil: what folkbokföringen once marked is not unmarked by itself.
pub(crate) async fn raise_marks(
    portal: &Portal,
    tx: &Tx,
    marks: &[(ChildId, Protection)],
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    for (child, mark) in marks {
        let weaker: &[&str] = match mark {
            Protection::None => continue,
            Protection::SecrecyMark => &["none"],
            Protection::ProtectedRegistration => &["none", "secrecy-mark"],
        };
        let raised = pupil::Entity::update_many()
            .col_expr(pupil::Column::Protection, Expr::value(protection_word(*mark)))
            .filter(pupil::Column::Id.eq(child.uuid().to_string()))
            .filter(pupil::Column::Protection.is_in(weaker.iter().copied()))
            .exec(tx)
            .await?;
        if raised.rows_affected > 0 {
            portal.trail(tx, actor, Line::new(Deed::RaisedMark).child(*child), now).await?;
        }
    }
    Ok(())
}

/// The public contact of units, by id.
pub(crate) async fn units_by_id(
    on: &impl ConnectionTrait,
    ids: Vec<String>,
) -> Result<BTreeMap<String, UnitContact>> {
    let rows = unit::Entity::find().filter(unit::Column::Id.is_in(ids)).all(on).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), contact_of(row))).collect())
}

/// What anybody may know of a unit.
pub(crate) fn contact_of(row: unit::Model) -> UnitContact {
    UnitContact { kind: kind_of(&row.kind), name: row.name, phone: row.phone, email: row.email }
}

fn kind_of(word: &str) -> UnitKind {
    match word {
        "preschool" => UnitKind::Preschool,
        "compulsory" => UnitKind::Compulsory,
        "upper-secondary" => UnitKind::UpperSecondary,
        _ => UnitKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_nobody_knows_counts_as_protection() {
        for word in ["secrecy-mark", "Sekretessmarkering", "", "NONE"] {
            assert!(protection_of(word).is_protected(), "{word}");
        }
        for mark in [Protection::None, Protection::SecrecyMark, Protection::ProtectedRegistration] {
            assert_eq!(protection_of(protection_word(mark)), mark);
        }
    }

    fn pupil(id: u128) -> Pupil {
        let id = ChildId::from_uuid(uuid::Uuid::from_u128(id));
        Pupil {
            id,
            rows: BTreeSet::from([id]),
            number: PersonId::parse("201601012394").unwrap(),
            protection: Protection::None,
            mark: Mark::None,
            names_adult: true,
            places: vec![],
        }
    }

    fn place() -> Place {
        Place { unit: UnitId::from_uuid(uuid::Uuid::nil()), from: Date::MIN, to: None }
    }

    #[test]
    fn two_rows_of_one_person_give_the_stronger_word() {
        let both = one_row_a_person(vec![
            pupil(1),
            Pupil { protection: Protection::SecrecyMark, names_adult: false, ..pupil(2) },
        ]);
        assert_eq!(both.len(), 1);
        assert!(both[0].protection.is_protected() && !both[0].names_adult);
    }

    #[test]
    fn a_row_that_is_gone_has_nothing_more_to_say_than_its_marks() {
        let gone = Pupil {
            mark: Mark::Void,
            names_adult: false,
            places: vec![place()],
            protection: Protection::SecrecyMark,
            ..pupil(1)
        };
        for rows in [vec![gone.clone(), pupil(2)], vec![pupil(2), gone]] {
            let child = one_row_a_person(rows).remove(0);
            assert!(
                child.id == pupil(2).id
                    && child.mark == Mark::None
                    && child.names_adult
                    && child.places.is_empty()
            );
            assert!(child.protection.is_protected());
            assert_eq!(child.rows.len(), 2);
        }
    }

    #[test]
    fn a_child_that_one_row_says_is_dead_is_dead() {
        let dead = Pupil { mark: Mark::Dead, ..pupil(1) };
        for rows in [vec![dead.clone(), pupil(2)], vec![pupil(2), dead]] {
            assert_eq!(one_row_a_person(rows).remove(0).mark, Mark::Dead);
        }
    }

    #[test]
    fn which_row_stands_does_not_depend_on_the_order_they_come_in() {
        let placed = Pupil { places: vec![place()], ..pupil(3) };
        for rows in [vec![pupil(1), pupil(2), placed.clone()], vec![placed, pupil(2), pupil(1)]] {
            let child = one_row_a_person(rows).remove(0);
            assert_eq!((child.id, child.rows.len()), (pupil(3).id, 3), "the one with a place to show");
        }
        for rows in [vec![pupil(1), pupil(2)], vec![pupil(2), pupil(1)]] {
            assert_eq!(one_row_a_person(rows).remove(0).id, pupil(1).id);
        }
    }
}
