//! The draft of an application: one row a person, whatever tab or device it is looked at from.

use std::collections::BTreeSet;

use anyhow::anyhow;
use jiff::Timestamp;
use model::{ApplicationId, ChildId, Email, Language, Refusal, Step};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, ModelTrait, QueryFilter,
    sea_query::OnConflict,
};
use store::{Tx, entity::application as row};
use uuid::Uuid;

use super::Applicant;
use crate::{
    Portal, Result,
    audit::Deed,
    cases,
    clock::millis,
    person::Subject,
    session::Session,
    trail::{Actor, Line},
};

impl Applicant<'_> {
    /// Runs `work` on the person's draft, in one transaction; begins a draft where there is none. With `needs`, only if
    /// that step is reached.
    pub(super) async fn in_draft<T, W, F>(&self, needs: Option<Step>, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(Tx, row::Model) -> F + Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let (portal, session, now) = (self.portal().clone(), self.session.clone(), self.now());
        let (actor, language) = (self.visit.actor(), self.visit.language());
        self.portal()
            .change(move |tx| async move {
                let draft = match find(&tx, &session.subject, now).await? {
                    Some(draft) => draft,
                    None => begin(&portal, &tx, &session, language, &actor, now).await?,
                };
                if needs.is_some_and(|step| reached_by(&draft) < step) {
                    return Err(Refusal::StepNotReached.into());
                }
                work(tx, draft).await
            })
            .await
    }
}

/// The furthest step of a person's draft, for who comes back.
pub(crate) async fn reached(tx: &Tx, subject: &Subject, now: Timestamp) -> Result<Step> {
    Ok(find(tx, subject, now).await?.as_ref().map_or(Step::Children, reached_by))
}

pub(super) fn reached_by(draft: &row::Model) -> Step {
    if draft.children_confirmed_at.is_none() {
        Step::Children
    } else if draft.email.is_none() {
        Step::Email
    } else if draft.email_confirmed_at.is_none() {
        Step::Confirm
    } else {
        Step::Check
    }
}

/// The person's draft, unless it ran out or was completed.
pub(super) async fn find(
    on: &impl ConnectionTrait,
    subject: &Subject,
    now: Timestamp,
) -> Result<Option<row::Model>> {
    let found = row::Entity::find().filter(row::Column::Subject.eq(subject.clone())).one(on).await?;
    Ok(found.filter(|draft| draft.state == "open" && draft.expires_at > now.as_millisecond()))
}

async fn begin(
    portal: &Portal,
    tx: &Tx,
    session: &Session,
    language: Language,
    actor: &Actor,
    now: Timestamp,
) -> Result<row::Model> {
    let old = row::Entity::find().filter(row::Column::Subject.eq(session.subject.clone())).one(tx).await?;
    if let Some(old) = old {
        if old.state != "open" {
            return Err(Refusal::StepNotReached.into());
        }
        // It ran out: nothing of it is taken over.
        old.delete(tx).await?;
    }
    // What they said of a child once is not forgotten with the draft they said it in.
    let denied = written(&cases::denied(tx, &session.subject).await?)?;
    let id = Uuid::new_v4();
    let row_id = id.to_string();
    let draft = row::Model {
        number: portal.seal("application", "number", &row_id, session.number.reveal())?,
        subject: session.subject.clone(),
        state: "open".to_owned(),
        denied,
        children_confirmed_at: None,
        email: None,
        email_index: None,
        email_confirmed_at: None,
        codes_sent: 0,
        code_sent_at: None,
        language: language.tag().to_owned(),
        account_id: None,
        created_at: now.as_millisecond(),
        updated_at: now.as_millisecond(),
        expires_at: now.as_millisecond().saturating_add(millis(portal.rules().spans.draft)),
        id: row_id,
    };
    let mine_or_the_other_tabs = OnConflict::column(row::Column::Subject).do_nothing().to_owned();
    let inserted = row::Entity::insert(row::ActiveModel::from(draft.clone()))
        .on_conflict(mine_or_the_other_tabs)
        .exec_without_returning(tx)
        .await?;
    if inserted == 0 {
        let other = find(tx, &session.subject, now).await?;
        return other.ok_or_else(|| Refusal::StepNotReached.into());
    }
    portal.trail(tx, actor, Line::new(Deed::BeganApplication).of("application", id), now).await?;
    Ok(draft)
}

/// A change of the draft that touches nothing but its times: every step taken keeps it another day.
pub(super) fn unchanged(portal: &Portal, draft: &row::Model, now: Timestamp) -> row::ActiveModel {
    row::ActiveModel {
        id: Unchanged(draft.id.clone()),
        updated_at: Set(now.as_millisecond()),
        expires_at: Set(now.as_millisecond().saturating_add(millis(portal.rules().spans.draft))),
        ..<row::ActiveModel as ActiveModelTrait>::default()
    }
}

/// The children the person said are not theirs: in this draft, or earlier, as long as no school has looked into it.
pub(super) async fn denied_in(
    on: &impl ConnectionTrait,
    subject: &Subject,
    draft: Option<&row::Model>,
) -> Result<BTreeSet<ChildId>> {
    let mut denied = cases::denied(on, subject).await?;
    if let Some(draft) = draft {
        let said: BTreeSet<ChildId> =
            serde_json::from_str(&draft.denied).map_err(|_| anyhow!("a list of ids cannot be read"))?;
        denied.extend(said);
    }
    Ok(denied)
}

/// As the draft keeps them.
pub(super) fn written(denied: &BTreeSet<ChildId>) -> Result<String> {
    Ok(serde_json::to_string(denied).map_err(|_| anyhow!("a list of ids cannot be written"))?)
}

pub(super) fn id_of(draft: &row::Model) -> Result<Uuid> {
    Ok(draft.id.parse().map_err(|_| anyhow!("an application's id cannot be read"))?)
}

pub(super) fn application_id(draft: &row::Model) -> Result<ApplicationId> {
    id_of(draft).map(ApplicationId::from_uuid)
}

pub(super) fn email_of(portal: &Portal, draft: &row::Model) -> Result<Option<Email>> {
    let Some(sealed) = &draft.email else { return Ok(None) };
    let text = portal.unseal("application", "email", &draft.id, sealed)?;
    Ok(Some(Email::parse(&text).map_err(|_| anyhow!("a kept address cannot be read"))?))
}
