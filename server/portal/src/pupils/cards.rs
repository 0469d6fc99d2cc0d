//! Where children go, and what a page shows of them.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use model::{ChildCard, ChildId, ChildToday};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use store::entity::{enrolment, group_, pupil};

use super::{Place, child_id, place_of, units_by_id};
use crate::{Portal, Result};

/// The cards of these children, in the order of their names. A child whose last place ended long ago has none.
pub(crate) async fn cards(
    portal: &Portal,
    on: &impl ConnectionTrait,
    children: &[ChildId],
    today: Date,
) -> Result<Vec<ChildCard>> {
    let ids: Vec<String> = children.iter().map(|child| child.uuid().to_string()).collect();
    let pupils = pupil::Entity::find().filter(pupil::Column::Id.is_in(ids.clone())).all(on).await?;
    let enrolments = enrolment::Entity::find().filter(enrolment::Column::PupilId.is_in(ids)).all(on).await?;
    let units = units_by_id(on, enrolments.iter().map(|row| row.unit_id.clone()).collect()).await?;
    let group_ids: Vec<String> = enrolments.iter().filter_map(|row| row.group_id.clone()).collect();
    let groups = group_::Entity::find().filter(group_::Column::Id.is_in(group_ids)).all(on).await?;
    let groups: BTreeMap<&str, &str> =
        groups.iter().map(|row| (row.id.as_str(), row.name.as_str())).collect();

    let long_ago = long_ago(portal, today);
    let mut cards = Vec::with_capacity(pupils.len());
    for row in pupils {
        let mut own: Vec<(&enrolment::Model, Place)> = Vec::new();
        for enrolment in enrolments.iter().filter(|enrolment| enrolment.pupil_id == row.id) {
            own.extend(place_of(enrolment)?.map(|place| (enrolment, place)));
        }
        let Some((enrolment, today)) = place_to_show(&own, today, long_ago) else { continue };
        let text = |column: &str, sealed: &Option<Vec<u8>>| {
            sealed.as_ref().map(|sealed| portal.unseal("pupil", column, &row.id, sealed)).transpose()
        };
        cards.push(ChildCard {
            id: child_id(&row.id)?,
            given: portal.unseal("pupil", "given", &row.id, &row.given)?.to_string(),
            family: portal.unseal("pupil", "family", &row.id, &row.family)?.to_string(),
            unit: units.get(&enrolment.unit_id).cloned(),
            group: enrolment.group_id.as_deref().and_then(|id| groups.get(id)).map(ToString::to_string),
            username: text("username", &row.username)?.map(|text| text.to_string()),
            email: text("email", &row.email)?.map(|text| text.to_string()),
            today,
            absent: None,
        });
    }
    cards.sort_by(|a, b| (&a.given, &a.family, a.id).cmp(&(&b.given, &b.family, b.id)));
    Ok(cards)
}

/// The first day of which a child that left can still be read about.
pub(crate) fn long_ago(portal: &Portal, today: Date) -> Date {
    let behind = i32::try_from(portal.rules().spans.placement_behind.as_secs() / 86_400).unwrap_or(i32::MAX);
    today.saturating_sub(jiff::Span::new().days(behind))
}

/// The place of today (that of a school before one of its after-school care), else the next, else the latest one that
/// ended not too long ago.
fn place_to_show<'e>(
    own: &[(&'e enrolment::Model, Place)],
    today: Date,
    long_ago: Date,
) -> Option<(&'e enrolment::Model, ChildToday)> {
    let is_over = |place: &Place| place.to.is_some_and(|last| last < today);
    let is_care = |row: &enrolment::Model| matches!(row.school_type.as_deref(), Some("FTH" | "OPPFTH"));
    let now = own.iter().filter(|(_, place)| place.from <= today && !is_over(place));
    if let Some((row, _)) = now.min_by_key(|(row, place)| (is_care(row), std::cmp::Reverse(place.from))) {
        return Some((row, ChildToday::Enrolled));
    }
    let coming = own.iter().filter(|(_, place)| place.from > today);
    if let Some((row, place)) = coming.min_by_key(|(row, place)| (is_care(row), place.from)) {
        return Some((row, ChildToday::Begins { on: place.from }));
    }
    let ended = own.iter().filter_map(|(row, place)| Some((row, place.to.filter(|last| *last >= long_ago)?)));
    ended.max_by_key(|(_, last)| *last).map(|(row, last)| (*row, ChildToday::Ended { on: last }))
}

/// The unit a child has a place at on a day: that of a school before one of its after-school care.
pub(crate) async fn unit_on(on: &impl ConnectionTrait, child: ChildId, day: Date) -> Result<Option<String>> {
    let child = child.uuid().to_string();
    Ok(units_on(on, vec![child.clone()], day).await?.remove(&child))
}

/// The same for many, by the child.
pub(crate) async fn units_on(
    on: &impl ConnectionTrait,
    children: Vec<String>,
    day: Date,
) -> Result<HashMap<String, String>> {
    let rows = enrolment::Entity::find().filter(enrolment::Column::PupilId.is_in(children)).all(on).await?;
    let mut places: HashMap<&str, Vec<(&enrolment::Model, Place)>> = HashMap::new();
    for row in &rows {
        places.entry(&row.pupil_id).or_default().extend(place_of(row)?.map(|place| (row, place)));
    }
    let on_that_day = places.into_iter().filter_map(|(child, own)| match place_to_show(&own, day, day) {
        Some((row, ChildToday::Enrolled)) => Some((child.to_owned(), row.unit_id.clone())),
        _ => None,
    });
    Ok(on_that_day.collect())
}
