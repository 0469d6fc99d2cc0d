//! What an account's own addresses are told: a code, that something changed, that a channel works.
//!
//! The address is kept with the letter, sealed, until it left: a word about a change goes where the account no longer
//! points.

use std::time::Duration;

use anyhow::anyhow;
use dispatch::{Mail, letters, sms};
use jiff::Timestamp;
use jobs::{Job, Setback};
use model::{AccountId, Channel, Email, Language, Mobile};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    entity::{account, account_letter as row, contact_proof},
};
use uuid::Uuid;

use super::{contact::Contact, proof};
use crate::{
    Error, Portal, Result, System,
    audit::Deed,
    clock::from_millis,
    tasks, texting,
    trail::{Actor, Line},
};

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The code of a proof.
    Code,
    /// To a mailbox: another took its place.
    AddressChanged,
    /// To a number: another took its place, or none.
    NumberChanged,
    /// To the mailbox: the number was added, changed or taken away.
    MobileChanged,
    /// To the mailbox: its holder closed the account.
    Closed,
    /// To the mailbox: of some child's absence no letter tells any more.
    NoticesStay,
    /// A try.
    Test,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Code,
        Self::AddressChanged,
        Self::NumberChanged,
        Self::MobileChanged,
        Self::Closed,
        Self::NoticesStay,
        Self::Test,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::AddressChanged => "address-changed",
            Self::NumberChanged => "number-changed",
            Self::MobileChanged => "mobile-changed",
            Self::Closed => "closed",
            Self::NoticesStay => "notices-stay",
            Self::Test => "test",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Writes a letter to an address of an account and queues it.
pub(super) async fn write(
    portal: &Portal,
    tx: &Tx,
    account: &str,
    kind: Kind,
    to: &Contact,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let id = Uuid::new_v4();
    insert(portal, tx, account, id, kind, to, None, now).await?;
    let line = Line::new(Deed::QueuedLetter).of("letter", id).because(kind.word());
    portal.trail(tx, actor, line, now).await?;
    tasks::enqueue(tx, &SendAccountLetter { letter: id, channel: to.channel() }, now).await
}

/// The same for the code of the proof with this id.
#[expect(clippy::too_many_arguments, reason = "whose proof, to whom, and who asks when")]
pub(super) async fn write_code(
    portal: &Portal,
    tx: &Tx,
    account: &str,
    proof: Uuid,
    to: &Contact,
    code: &str,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    insert(portal, tx, account, proof, Kind::Code, to, Some(code), now).await?;
    let line = Line::new(Deed::QueuedLetter).of("letter", proof).because(Kind::Code.word());
    portal.trail(tx, actor, line, now).await?;
    tasks::enqueue(tx, &SendContactCode { letter: proof, channel: to.channel() }, now).await
}

#[expect(clippy::too_many_arguments, reason = "the columns of the row")]
async fn insert(
    portal: &Portal,
    tx: &Tx,
    account: &str,
    id: Uuid,
    kind: Kind,
    to: &Contact,
    code: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let id = id.to_string();
    let sealed = |column: &str, text: &str| portal.seal("account_letter", column, &id, text);
    let letter = row::ActiveModel {
        account_id: Set(account.to_owned()),
        kind: Set(kind.word().to_owned()),
        channel: Set(to.channel().word().to_owned()),
        address: Set(sealed("address", to.reveal())?),
        code: Set(code.map(|code| sealed("code", code)).transpose()?),
        created_at: Set(now.as_millisecond()),
        provider_id: Set(None),
        tried_at: Set(None),
        sent_at: Set(None),
        id: Set(id.clone()),
    };
    row::Entity::insert(letter).exec_without_returning(tx).await?;
    Ok(())
}

/// The account's proven mailbox.
pub(super) fn email_of(portal: &Portal, row: &account::Model) -> Result<Option<Contact>> {
    let Some(sealed) = row.email.as_ref().filter(|_| row.email_verified_at.is_some()) else {
        return Ok(None);
    };
    let text = portal.unseal("account", "email", &row.id, sealed)?;
    let email = Email::parse(&text).map_err(|_| anyhow!("a kept address cannot be read"))?;
    Ok(Some(Contact::Mail(email)))
}

/// The account's proven number.
pub(super) fn mobile_of(portal: &Portal, row: &account::Model) -> Result<Option<Contact>> {
    let Some(sealed) = row.mobile.as_ref().filter(|_| row.mobile_verified_at.is_some()) else {
        return Ok(None);
    };
    let text = portal.unseal("account", "mobile", &row.id, sealed)?;
    let mobile = Mobile::parse(&text).map_err(|_| anyhow!("a kept number cannot be read"))?;
    Ok(Some(Contact::Sms(mobile)))
}

/// Tells an account's mailbox that notices of absence stay inside the service from now on. Every account has
/// a proven one; nothing takes it away while the account is open.
pub(crate) async fn notices_stay(
    portal: &Portal,
    tx: &Tx,
    account: AccountId,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let Some(row) = account::Entity::find_by_id(account.uuid().to_string()).one(tx).await? else {
        return Ok(());
    };
    match email_of(portal, &row)? {
        Some(mailbox) => write(portal, tx, &row.id, Kind::NoticesStay, &mailbox, actor, now).await,
        None => Ok(()),
    }
}

pub(super) fn uuid_of(id: &str) -> Result<Uuid> {
    Ok(id.parse().map_err(|_| anyhow!("an account's id cannot be read"))?)
}

/// Sends a code somebody waits for.
#[derive(Serialize, Deserialize)]
pub(crate) struct SendContactCode {
    letter: Uuid,
    /// The way it goes, so that it is known without a look whom the job calls.
    channel: Channel,
}

impl Job for SendContactCode {
    const NAME: &'static str = "account.send-code";
    const PRIORITY: i64 = 10;
    const MAX_TRIES: u32 = 200;
    const LINES: &'static [&'static str] = &[tasks::MAIL, tasks::SMS];
    const TARGET: Option<Duration> = Some(Duration::from_secs(60));
    type House = Portal;

    fn line(&self) -> Option<&'static str> {
        tasks::line_of(self.channel)
    }

    async fn run(&self, portal: &Portal) -> Result<(), Setback> {
        leave(portal, self.letter).await
    }
}

/// Sends any other letter of an account.
#[derive(Serialize, Deserialize)]
pub(crate) struct SendAccountLetter {
    letter: Uuid,
    /// The way it goes, so that it is known without a look whom the job calls.
    channel: Channel,
}

impl Job for SendAccountLetter {
    const NAME: &'static str = "account.send-letter";
    const MAX_TRIES: u32 = 200;
    const LINES: &'static [&'static str] = &[tasks::MAIL, tasks::SMS];
    type House = Portal;

    fn line(&self) -> Option<&'static str> {
        tasks::line_of(self.channel)
    }

    async fn run(&self, portal: &Portal) -> Result<(), Setback> {
        leave(portal, self.letter).await
    }
}

/// A letter as it leaves, or why it does not.
enum Leaving {
    Mail(Mail),
    Sms {
        sms: sms::Sms,
        tried: Option<Timestamp>,
    },
    /// Nobody wants it any more.
    Unwanted(&'static str),
    /// It left before, or its account is gone.
    Gone,
}

/// Sends one letter, if it is still wanted.
async fn leave(portal: &Portal, id: Uuid) -> Result<(), Setback> {
    let provider = match leaving(portal, id).await.map_err(tasks::later)? {
        Leaving::Mail(mail) => {
            tasks::hand_over_letter(portal, &mail).await?;
            None
        }
        Leaving::Sms { sms, tried } => {
            let which = texting::Leaving::Letter(id.to_string());
            let handed_over = texting::hand_over(portal, &which, &sms, tried).await;
            if let Err(Setback::Never(why)) = handed_over {
                tasks::failed(portal, id, why).await?;
            }
            Some(handed_over?)
        }
        Leaving::Unwanted(kind) => return tasks::withhold(portal, kind, id).await,
        Leaving::Gone => return Ok(()),
    };
    sent(portal, id, provider).await.map_err(tasks::later)
}

/// The letter, if it is still wanted: a code only while its proof works, a try only while the account is open. A word about a
/// change always is.
async fn leaving(portal: &Portal, id: Uuid) -> Result<Leaving> {
    let now = portal.clock().now();
    let on = portal.store().reader();
    let found = row::Entity::find_by_id(id.to_string()).one(on).await?;
    let Some(letter) = found.filter(|letter| letter.sent_at.is_none()) else { return Ok(Leaving::Gone) };
    let Some(kind) = Kind::of(&letter.kind) else { return Ok(Leaving::Gone) };
    let Some(account) = account::Entity::find_by_id(letter.account_id.clone()).one(on).await? else {
        return Ok(Leaving::Gone);
    };
    let wanted = match kind {
        Kind::Code => {
            let proof = contact_proof::Entity::find_by_id(letter.id.clone()).one(on).await?;
            account.state == "open" && proof.is_some_and(|proof| proof::works(&proof, now))
        }
        Kind::Test => account.state == "open",
        Kind::AddressChanged
        | Kind::NumberChanged
        | Kind::MobileChanged
        | Kind::Closed
        | Kind::NoticesStay => true,
    };
    if !wanted {
        return Ok(Leaving::Unwanted(kind.word()));
    }
    let text = portal.unseal("account_letter", "address", &letter.id, &letter.address)?;
    let sealed = letter.code.as_deref();
    let code =
        sealed.map(|sealed| portal.unseal("account_letter", "code", &letter.id, sealed)).transpose()?;
    let code = code.as_ref().map_or("", |code| code.as_str());
    let language = Language::from_tag(&account.language).unwrap_or_default();
    let leaves = match Contact::read(&letter.channel, &text)? {
        Contact::Mail(to) => mail(portal, kind, language, code)
            .map(|letter| Leaving::Mail(Mail { to, letter, reference: id, at: now })),
        Contact::Sms(to) => message(portal, kind, language, code).map(|text| Leaving::Sms {
            sms: sms::Sms { to, text, reference: reference(portal, id) },
            tried: letter.tried_at.map(from_millis),
        }),
    };
    Ok(leaves.unwrap_or(Leaving::Gone))
}

fn mail(portal: &Portal, kind: Kind, language: Language, code: &str) -> Option<letters::Letter> {
    let rules = portal.rules();
    let site = &rules.site;
    Some(match kind {
        Kind::Code => letters::contact_code(language, code, minutes(portal)),
        Kind::AddressChanged => letters::address_changed(language, site),
        Kind::MobileChanged => letters::mobile_changed(language, site),
        Kind::Closed => {
            let days = rules.spans.undo_close.as_secs() / 86_400;
            letters::account_closed(language, site, u32::try_from(days).unwrap_or(u32::MAX))
        }
        Kind::NoticesStay => letters::notices_stay(language, site),
        Kind::Test => letters::test(language, site),
        Kind::NumberChanged => return None,
    })
}

fn message(portal: &Portal, kind: Kind, language: Language, code: &str) -> Option<sms::Text> {
    let host = portal.rules().host();
    Some(match kind {
        Kind::Code => sms::code(language, code, minutes(portal)),
        Kind::NumberChanged => sms::number_changed(language, host),
        Kind::Test => sms::test(language, host),
        Kind::AddressChanged | Kind::MobileChanged | Kind::Closed | Kind::NoticesStay => return None,
    })
}

fn minutes(portal: &Portal) -> u32 {
    u32::try_from(portal.rules().spans.proof.as_secs() / 60).unwrap_or(u32::MAX)
}

/// The same at every try, and nothing anybody could guess.
fn reference(portal: &Portal, id: Uuid) -> String {
    hex::encode(&portal.keys().index("sms-reference", &[id.as_bytes()])[..16])
}

/// The letter left, and nobody needs what was in it any more.
async fn sent(portal: &Portal, id: Uuid, provider: Option<String>) -> Result<()> {
    let (house, now) = (portal.clone(), portal.clock().now());
    portal
        .change(move |tx| async move {
            let claimed = texting::claimed(&tx, provider.as_slice()).await?;
            if claimed.iter().any(|(_, other)| *other != id.to_string()) {
                // Another message took it for itself meanwhile: the next try asks again.
                return Err(Error::Unavailable(System::Sms));
            }
            let sent = row::Entity::update_many()
                .col_expr(row::Column::SentAt, Expr::value(now.as_millisecond()))
                .col_expr(row::Column::Address, Expr::value(Vec::<u8>::new()))
                .col_expr(row::Column::Code, Expr::value(Option::<Vec<u8>>::None))
                .col_expr(row::Column::ProviderId, Expr::value(provider))
                .filter(row::Column::Id.eq(id.to_string()))
                .filter(row::Column::SentAt.is_null())
                .exec(&tx)
                .await?;
            if sent.rows_affected == 0 {
                return Ok(());
            }
            proof::sent(&house, &tx, id, now).await?;
            house.trail(&tx, &Actor::house(), Line::new(Deed::HandedOverLetter).of("letter", id), now).await
        })
        .await
}
