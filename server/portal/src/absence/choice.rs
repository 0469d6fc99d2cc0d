//! Inställningar för frånvaroutskick: how a guardian wants to hear that a child is away, child by child or the same for
//! all.

use model::{Channel, ChildId, Choice, ChoiceForm, Refusal, Shown, Wrongs};
use sea_orm::{
    ActiveValue::Set,
    EntityTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use store::entity::notice_choice as row;

use super::{Own, Strange};
use crate::{Error, Guardian, Result, audit::Deed, personal, trail::Line};

/// The name a refused form is set aside under.
const ASIDE: &str = "notice-choice";

/// How one child's absence is told of.
#[derive(Clone, PartialEq, Eq)]
pub struct ChildChoice {
    /// The child.
    pub id: ChildId,
    /// Given name.
    pub given: String,
    /// What is ticked.
    pub form: ChoiceForm,
}

/// The settings as their page shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct NoticeSettings {
    /// The children, by name.
    pub children: Vec<ChildChoice>,
    /// Whether text messages have somewhere to go.
    pub has_mobile: bool,
    /// A form that was refused, checked again as things stand now.
    pub refused: Option<Shown<ChoiceForm>>,
}

impl Guardian<'_> {
    /// The settings. Every child that is shown is in the audit log before it is.
    ///
    /// # Errors
    /// As [`Guardian::children`].
    pub async fn notice_settings(&self) -> Result<NoticeSettings> {
        let has_mobile = self.has_mobile().await?;
        let children = self
            .among_own(|own| async move {
                let mut children = Vec::new();
                for card in own.cards(Deed::SawChild).await? {
                    let form = kept(&own, card.id).await?;
                    children.push(ChildChoice { id: card.id, given: card.given, form });
                }
                Ok(children)
            })
            .await?;
        let refused = self.visit.aside::<ChoiceForm>(ASIDE).await?.map(|shown| {
            let wrongs = shown.form.check(has_mobile).err().unwrap_or_default();
            Shown { form: shown.form, wrongs }
        });
        Ok(NoticeSettings { children, has_mobile, refused })
    }

    /// Keeps how absence is told of: of the child the form names, or of all of one's children. Where no
    /// letter tells of it any more, one tells that: nobody silences the notices of somebody else's account
    /// without a word.
    ///
    /// # Errors
    /// Refused: [`Refusal::Form`] and [`Refusal::ChangedMeanwhile`], both set aside. [`Error::NotFound`] for a child who
    /// is not theirs.
    pub async fn choose_notice(&self, form: &ChoiceForm) -> Result<()> {
        let choice = match form.check(self.has_mobile().await?) {
            Ok(choice) => choice,
            Err(wrongs) => return self.set_choice_aside(form, wrongs, Refusal::Form).await,
        };
        let wanted = form.clone();
        let chosen = self
            .among_own(move |own| async move {
                let children = match wanted.child {
                    Some(child) if !own.children.contains(&child) => {
                        return Ok(Err(own.strange(Strange::Child(child)).await?));
                    }
                    Some(child) => vec![child],
                    // Those of the page: a child whose last place ended long ago is not on it.
                    None => own.shown().await?,
                };
                choose(&own, &children, &wanted, &choice).await
            })
            .await;
        match chosen.flatten() {
            Ok(()) => self.visit.forget_aside(ASIDE).await,
            Err(Error::Refused(refusal)) => self.set_choice_aside(form, Wrongs::default(), refusal).await,
            Err(error) => Err(error),
        }
    }

    async fn set_choice_aside(&self, form: &ChoiceForm, wrongs: Wrongs, refusal: Refusal) -> Result<()> {
        self.visit.set_aside(ASIDE, &Shown { form: form.clone(), wrongs }).await?;
        Err(refusal.into())
    }

    /// Whether the account has a proven mobile number.
    async fn has_mobile(&self) -> Result<bool> {
        Ok(self.row(self.portal().store().reader()).await?.mobile_verified_at.is_some())
    }
}

/// What holds for a child. The version counts the changes.
async fn kept(own: &Own, child: ChildId) -> Result<ChoiceForm> {
    let key = (own.account.uuid().to_string(), child.uuid().to_string());
    let row = row::Entity::find_by_id(key).one(&own.tx).await?;
    Ok(row.map_or_else(ChoiceForm::usual, |row| ChoiceForm {
        child: None,
        mail: row.mail != 0,
        pim: row.pim != 0,
        sms: row.sms != 0,
        valid_too: row.valid_too != 0,
        version: row.version,
    }))
}

/// Keeps the choice for these children. Two tabs that want the same do not disturb each other; one that saw something
/// else than what holds now is told so.
async fn choose(
    own: &Own,
    children: &[ChildId],
    wanted: &ChoiceForm,
    choice: &Choice,
) -> Result<Result<(), Error>> {
    let mut held = Vec::with_capacity(children.len());
    for child in children {
        held.push((*child, kept(own, *child).await?));
    }
    let others: Vec<_> = held.iter().filter(|(_, now)| !now.ticks_as(wanted)).collect();
    if others.is_empty() {
        return Ok(Ok(()));
    }
    // Of all children together: each change of any of them moves the sum.
    if held.iter().map(|(_, now)| now.version).sum::<i64>() != wanted.version {
        return Ok(Err(Refusal::ChangedMeanwhile.into()));
    }
    let falls_silent = !Channel::LETTERS.iter().any(|channel| choice.has(*channel))
        && others.iter().any(|(_, now)| Channel::LETTERS.iter().any(|channel| now.has(*channel)));
    for (child, now) in others {
        // On an error all of it is undone, with what was kept of the children before.
        keep(own, *child, choice, now.version).await?;
        own.line(Line::new(Deed::ChoseNotice).child(*child)).await?;
    }
    if falls_silent {
        personal::notices_stay(&own.portal, &own.tx, own.account, &own.actor, own.now).await?;
    }
    Ok(Ok(()))
}

/// Keeps a choice in the place of the one of this version. Another tab that is a moment faster has changed it.
async fn keep(own: &Own, child: ChildId, choice: &Choice, before: i64) -> Result<()> {
    let ticked = |channel| i64::from(choice.has(channel));
    let chosen = row::ActiveModel {
        account_id: Set(own.account.uuid().to_string()),
        pupil_id: Set(child.uuid().to_string()),
        mail: Set(ticked(Channel::Mail)),
        pim: Set(ticked(Channel::Pim)),
        sms: Set(ticked(Channel::Sms)),
        valid_too: Set(i64::from(choice.valid_too())),
        version: Set(1),
        updated_at: Set(own.now.as_millisecond()),
    };
    let again = OnConflict::columns([row::Column::AccountId, row::Column::PupilId])
        .update_columns([
            row::Column::Mail,
            row::Column::Pim,
            row::Column::Sms,
            row::Column::ValidToo,
            row::Column::UpdatedAt,
        ])
        .value(row::Column::Version, before + 1)
        .action_and_where(Expr::col((row::Entity, row::Column::Version)).eq(before))
        .to_owned();
    match row::Entity::insert(chosen).on_conflict(again).exec_without_returning(&own.tx).await {
        Ok(0) | Err(sea_orm::DbErr::RecordNotInserted) => Err(Refusal::ChangedMeanwhile.into()),
        Ok(_) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
