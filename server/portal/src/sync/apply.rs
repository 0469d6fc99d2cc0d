//! Making the copy equal to a reading, in one transaction.

use jiff::Timestamp;
use model::Protection;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use store::{
    Tx,
    entity::{enrolment, group_, pupil, register_state, responsible, unit},
};
use uuid::Uuid;

use super::{diff::Diff, snapshot::Snapshot};
use crate::{
    Portal, Result,
    audit::Deed,
    links,
    person::Subject,
    pupils::{self, GUARDIAN, REGISTER, protection_word},
    trail::{Actor, Line},
};

/// Rows in one statement: far below the engines' limits on parameters.
const CHUNK: usize = 200;

/// What is written, made ready before the transaction begins: sealing takes time, and the one writer waits for nobody.
struct Prepared {
    units: Vec<unit::ActiveModel>,
    groups: Vec<group_::ActiveModel>,
    pupils: Vec<pupil::ActiveModel>,
    /// Our ids of pupils whose places are written anew.
    replaced: Vec<String>,
    places: Vec<enrolment::ActiveModel>,
    relations: Vec<responsible::ActiveModel>,
    gone_relations: Vec<String>,
    raised_relations: Vec<(String, Protection)>,
    /// Pupils and persons whose guardianship vanished.
    unnamed: Vec<(String, Subject)>,
    gone_units: Vec<String>,
    gone_groups: Vec<String>,
    gone_pupils: Vec<String>,
    persons: i64,
    relation_count: i64,
}

/// Answers how many links were closed.
pub(super) async fn apply(
    portal: &Portal,
    diff: Diff,
    snapshot: &Snapshot,
    read_before: Option<i64>,
    now: Timestamp,
) -> Result<usize> {
    let prepared = prepare(portal, diff, snapshot, now)?;
    let house = portal.clone();
    portal
        .change(move |tx| async move {
            let state = register_state::Entity::find_by_id(REGISTER).one(&tx).await?;
            if state.and_then(|state| state.read_at) != read_before {
                // Another replica read it meanwhile; what we prepared is about a copy that no longer is.
                return Ok(0);
            }
            write(&house, &tx, prepared, now).await
        })
        .await
}

fn prepare(portal: &Portal, diff: Diff, snapshot: &Snapshot, now: Timestamp) -> Result<Prepared> {
    let at = now.as_millisecond();
    let units = diff.units.iter().filter_map(|id| {
        let copy = snapshot.units.get(id)?;
        Some(unit::ActiveModel {
            id: Set(diff.unit_ids.get(id)?.clone()),
            register_id: Set(id.clone()),
            code: Set(copy.code.clone()),
            name: Set(copy.name.clone()),
            kind: Set(copy.kind.to_owned()),
            municipality: Set(copy.municipality.clone()),
            phone: Set(copy.phone.clone()),
            email: Set(copy.email.clone()),
            seen_at: Set(at),
            gone_at: Set(None),
        })
    });
    let groups = diff.groups.iter().filter_map(|id| {
        let copy = snapshot.groups.get(id)?;
        Some(group_::ActiveModel {
            id: Set(diff.group_ids.get(id)?.clone()),
            register_id: Set(id.clone()),
            unit_id: Set(diff.unit_ids.get(&copy.unit)?.clone()),
            name: Set(copy.name.clone()),
            kind: Set(copy.kind.to_owned()),
            start_date: Set(copy.start.clone()),
            end_date: Set(copy.end.clone()),
            seen_at: Set(at),
            gone_at: Set(None),
        })
    });
    let pupils = diff.pupils.iter().map(|id| pupil_row(portal, &diff, snapshot, id, at));
    let relations = diff.new_relations.iter().filter_map(|(pupil, subject, kind, mark)| {
        Some(responsible::ActiveModel {
            id: Set(Uuid::new_v4().to_string()),
            pupil_id: Set(diff.pupil_ids.get(pupil)?.clone()),
            subject: Set(Some(subject.clone())),
            relation: Set(kind.clone()),
            protection: Set(protection_word(*mark).to_owned()),
            first_seen: Set(at),
            last_seen: Set(at),
            gone_at: Set(None),
        })
    });
    let unnamed = diff.gone_relations.iter().filter(|(_, _, _, kind)| kind == GUARDIAN);
    Ok(Prepared {
        units: units.collect(),
        groups: groups.collect(),
        pupils: pupils.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect(),
        replaced: diff.places.iter().filter_map(|id| diff.pupil_ids.get(id).cloned()).collect(),
        places: diff.places.iter().flat_map(|id| place_rows(&diff, snapshot, id)).collect(),
        relations: relations.collect(),
        unnamed: unnamed.map(|(_, pupil, subject, _)| (pupil.clone(), subject.clone())).collect(),
        gone_relations: diff.gone_relations.iter().map(|(row, ..)| row.clone()).collect(),
        raised_relations: diff.raised_relations,
        gone_units: diff.gone_units,
        gone_groups: diff.gone_groups,
        gone_pupils: diff.gone_pupils,
        persons: i64::try_from(snapshot.persons).unwrap_or(i64::MAX),
        relation_count: i64::try_from(snapshot.relations()).unwrap_or(i64::MAX),
    })
}

fn pupil_row(
    portal: &Portal,
    diff: &Diff,
    snapshot: &Snapshot,
    id: &str,
    at: i64,
) -> Result<Option<pupil::ActiveModel>> {
    let (Some(copy), Some(row)) = (snapshot.pupils.get(id), diff.pupil_ids.get(id)) else { return Ok(None) };
    let seal = |column: &str, text: &str| portal.seal("pupil", column, row, text);
    let maybe =
        |column: &str, text: &Option<String>| text.as_deref().map(|text| seal(column, text)).transpose();
    // A mark the copy lacks would count as one.
    let mark = diff.marks.get(id).copied().unwrap_or(Protection::SecrecyMark);
    Ok(Some(pupil::ActiveModel {
        id: Set(row.clone()),
        register_id: Set(id.to_owned()),
        subject: Set(copy.number.as_ref().map(|number| portal.keys().index_number(number))),
        number: Set(copy.number.as_ref().map(|number| seal("number", number.reveal())).transpose()?),
        given: Set(seal("given", &copy.given)?),
        family: Set(seal("family", &copy.family)?),
        username: Set(maybe("username", &copy.username)?),
        email: Set(maybe("email", &copy.email)?),
        protection: Set(protection_word(mark).to_owned()),
        status: Set(copy.status.clone()),
        seen_at: Set(at),
        gone_at: Set(None),
    }))
}

fn place_rows(diff: &Diff, snapshot: &Snapshot, id: &str) -> Vec<enrolment::ActiveModel> {
    let (Some(copy), Some(pupil)) = (snapshot.pupils.get(id), diff.pupil_ids.get(id)) else { return vec![] };
    let rows = copy.places.iter().filter_map(|place| {
        Some(enrolment::ActiveModel {
            id: Set(Uuid::new_v4().to_string()),
            pupil_id: Set(pupil.clone()),
            unit_id: Set(diff.unit_ids.get(&place.unit)?.clone()),
            group_id: Set(place.group.as_ref().and_then(|id| diff.group_ids.get(id).cloned())),
            kind: Set(place.kind.to_owned()),
            school_type: Set(place.school_type.clone()),
            school_year: Set(place.school_year),
            start_date: Set(place.start.clone()),
            end_date: Set(place.end.clone()),
        })
    });
    rows.collect()
}

async fn write(portal: &Portal, tx: &Tx, prepared: Prepared, now: Timestamp) -> Result<usize> {
    let at = now.as_millisecond();
    for chunk in prepared.units.chunks(CHUNK) {
        let changed = OnConflict::column(unit::Column::Id)
            .update_columns([
                unit::Column::Code,
                unit::Column::Name,
                unit::Column::Kind,
                unit::Column::Municipality,
                unit::Column::Phone,
                unit::Column::Email,
                unit::Column::GoneAt,
            ])
            .to_owned();
        unit::Entity::insert_many(chunk.to_vec()).on_conflict(changed).exec_without_returning(tx).await?;
    }
    for chunk in prepared.groups.chunks(CHUNK) {
        let changed = OnConflict::column(group_::Column::Id)
            .update_columns([
                group_::Column::UnitId,
                group_::Column::Name,
                group_::Column::Kind,
                group_::Column::StartDate,
                group_::Column::EndDate,
                group_::Column::GoneAt,
            ])
            .to_owned();
        group_::Entity::insert_many(chunk.to_vec()).on_conflict(changed).exec_without_returning(tx).await?;
    }
    for chunk in prepared.pupils.chunks(CHUNK) {
        let changed = OnConflict::column(pupil::Column::Id)
            .update_columns([
                pupil::Column::Subject,
                pupil::Column::Number,
                pupil::Column::Given,
                pupil::Column::Family,
                pupil::Column::Username,
                pupil::Column::Email,
                pupil::Column::Protection,
                pupil::Column::Status,
                pupil::Column::GoneAt,
            ])
            .to_owned();
        pupil::Entity::insert_many(chunk.to_vec()).on_conflict(changed).exec_without_returning(tx).await?;
    }
    for chunk in prepared.replaced.chunks(CHUNK) {
        enrolment::Entity::delete_many()
            .filter(enrolment::Column::PupilId.is_in(chunk.iter().cloned()))
            .exec(tx)
            .await?;
    }
    for chunk in prepared.places.chunks(CHUNK) {
        enrolment::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
    }
    for chunk in prepared.relations.chunks(CHUNK) {
        responsible::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
    }
    for chunk in prepared.gone_relations.chunks(CHUNK) {
        responsible::Entity::update_many()
            .col_expr(responsible::Column::GoneAt, Expr::value(at))
            .filter(responsible::Column::Id.is_in(chunk.iter().cloned()))
            .exec(tx)
            .await?;
    }
    raise_relations(tx, &prepared.raised_relations).await?;
    mark_gone(tx, &prepared, at).await?;
    mark_seen(tx, at).await?;
    let closed = links::close_unnamed(portal, tx, &prepared.unnamed, now).await?;
    note(tx, &prepared, at).await?;
    portal.trail(tx, &Actor::house(), Line::new(Deed::ReadRegister).because("pupil-register"), now).await?;
    Ok(closed)
}

/// Of a reading that is too much to believe: who is marked in so many words is protected all the same.
pub(super) async fn protect(portal: &Portal, diff: &Diff, now: Timestamp) -> Result<()> {
    let mut pupils = Vec::with_capacity(diff.said_of_pupils.len());
    for (pupil, mark) in &diff.said_of_pupils {
        pupils.push((pupils::child_id(pupil)?, *mark));
    }
    let (portal, adults) = (portal.clone(), diff.said_of_adults.clone());
    portal
        .clone()
        .change(move |tx| async move {
            pupils::raise_marks(&portal, &tx, &pupils, &Actor::house(), now).await?;
            raise_relations(&tx, &adults).await
        })
        .await
}

async fn raise_relations(tx: &Tx, raised: &[(String, Protection)]) -> Result<()> {
    for (relation, mark) in raised {
        responsible::Entity::update_many()
            .col_expr(responsible::Column::Protection, Expr::value(protection_word(*mark)))
            .filter(responsible::Column::Id.eq(relation.clone()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

async fn mark_gone(tx: &Tx, prepared: &Prepared, at: i64) -> Result<()> {
    for chunk in prepared.gone_units.chunks(CHUNK) {
        unit::Entity::update_many()
            .col_expr(unit::Column::GoneAt, Expr::value(at))
            .filter(unit::Column::Id.is_in(chunk.iter().cloned()))
            .exec(tx)
            .await?;
    }
    for chunk in prepared.gone_groups.chunks(CHUNK) {
        group_::Entity::update_many()
            .col_expr(group_::Column::GoneAt, Expr::value(at))
            .filter(group_::Column::Id.is_in(chunk.iter().cloned()))
            .exec(tx)
            .await?;
    }
    for chunk in prepared.gone_pupils.chunks(CHUNK) {
        pupil::Entity::update_many()
            .col_expr(pupil::Column::GoneAt, Expr::value(at))
            .filter(pupil::Column::Id.is_in(chunk.iter().cloned()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

async fn mark_seen(tx: &Tx, at: i64) -> Result<()> {
    unit::Entity::update_many()
        .col_expr(unit::Column::SeenAt, Expr::value(at))
        .filter(unit::Column::GoneAt.is_null())
        .exec(tx)
        .await?;
    group_::Entity::update_many()
        .col_expr(group_::Column::SeenAt, Expr::value(at))
        .filter(group_::Column::GoneAt.is_null())
        .exec(tx)
        .await?;
    pupil::Entity::update_many()
        .col_expr(pupil::Column::SeenAt, Expr::value(at))
        .filter(pupil::Column::GoneAt.is_null())
        .exec(tx)
        .await?;
    responsible::Entity::update_many()
        .col_expr(responsible::Column::LastSeen, Expr::value(at))
        .filter(responsible::Column::GoneAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

async fn note(tx: &Tx, prepared: &Prepared, at: i64) -> Result<()> {
    let state = register_state::ActiveModel {
        name: Set(REGISTER.to_owned()),
        outcome: Set("applied".to_owned()),
        tried_at: Set(at),
        read_at: Set(Some(at)),
        persons: Set(prepared.persons),
        relations: Set(prepared.relation_count),
        cursor: Set(None),
        detail: Set(None),
    };
    let noted = OnConflict::column(register_state::Column::Name)
        .update_columns([
            register_state::Column::Outcome,
            register_state::Column::TriedAt,
            register_state::Column::ReadAt,
            register_state::Column::Persons,
            register_state::Column::Relations,
            register_state::Column::Detail,
        ])
        .to_owned();
    register_state::Entity::insert(state).on_conflict(noted).exec_without_returning(tx).await?;
    Ok(())
}
