//! What the message inside the service says of a notice.

use std::collections::HashSet;

use jiff::Timestamp;
use model::{AbsenceKind, AccountId, ChildId, MessageKind, Missed};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use store::{
    Tx,
    entity::{absence, notice, notice_absence},
};

use super::{cover::unexcused, id_of, kind, rules::Away};
use crate::{
    Portal, Result,
    clock::from_millis,
    messages::{self, Body},
    pupils,
    trail::Actor,
};

/// Puts the message of a notice, or puts its new words in place of the old.
pub(super) async fn put(
    portal: &Portal,
    tx: &Tx,
    notice: &notice::Model,
    absences: &[absence::Model],
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let unexcused = unexcused(tx, absences).await?;
    messages::put(portal, tx, of(notice, absences, &unexcused)?, actor, now).await
}

/// The message of a notice that tells of `absences`, of which nobody excused the `unexcused`.
pub(super) fn of<'a>(
    notice: &notice::Model,
    absences: impl IntoIterator<Item = &'a absence::Model>,
    unexcused: &HashSet<String>,
) -> Result<messages::New> {
    let is_correction = notice.kind == kind::CORRECTION;
    let mut absences: Vec<_> = absences.into_iter().collect();
    absences.sort_by_key(|absence| (absence.start_at, absence.end_at, &absence.id));
    let missed = absences.iter().map(|absence| missed_of(absence, is_correction, unexcused)).collect();
    let unit = absences.iter().find_map(|absence| absence.unit_id.as_deref());
    let unit = unit.map(str::parse).transpose().map_err(|_| anyhow::anyhow!("a unit's id cannot be read"))?;
    Ok(messages::New {
        account: AccountId::from_uuid(id_of(&notice.account_id)?),
        child: Some(child_of(notice)?),
        notice: Some(id_of(&notice.id)?),
        kind: if is_correction { MessageKind::Correction } else { MessageKind::Absence },
        body: Body { missed, unit },
    })
}

fn missed_of(absence: &absence::Model, is_correction: bool, unexcused: &HashSet<String>) -> Missed {
    let away = away(absence);
    let kind = match AbsenceKind::from_word(&absence.kind) {
        Some(_) if is_correction => AbsenceKind::Present,
        Some(AbsenceKind::Unexcused) if !unexcused.contains(&away.id) => AbsenceKind::Reported,
        Some(kind) => kind,
        None => AbsenceKind::Present,
    };
    Missed { from: away.from, to: away.to, lesson: absence.lesson.clone(), kind }
}

/// An absence as the rules see it.
pub(super) fn away(absence: &absence::Model) -> Away {
    Away {
        id: absence.id.clone(),
        from: from_millis(absence.start_at),
        to: from_millis(absence.end_at),
        unexcused: absence.kind == AbsenceKind::Unexcused.word(),
    }
}

/// The absences of a notice that still belong to it.
pub(super) async fn absences_of(
    on: &impl sea_orm::ConnectionTrait,
    notice: &str,
) -> Result<Vec<absence::Model>> {
    let parts = notice_absence::Entity::find()
        .filter(notice_absence::Column::NoticeId.eq(notice))
        .filter(notice_absence::Column::LeftAt.is_null())
        .all(on)
        .await?;
    let ids = parts.into_iter().map(|part| part.absence_id);
    Ok(absence::Entity::find().filter(absence::Column::Id.is_in(ids)).all(on).await?)
}

/// Everything a notice ever told of.
pub(super) async fn ever_of(on: &impl sea_orm::ConnectionTrait, notice: &str) -> Result<Vec<absence::Model>> {
    let parts =
        notice_absence::Entity::find().filter(notice_absence::Column::NoticeId.eq(notice)).all(on).await?;
    let ids = parts.into_iter().map(|part| part.absence_id);
    Ok(absence::Entity::find().filter(absence::Column::Id.is_in(ids)).all(on).await?)
}

/// The child a notice is about.
pub(super) fn child_of(notice: &notice::Model) -> Result<ChildId> {
    pupils::child_id(&notice.pupil_id)
}
