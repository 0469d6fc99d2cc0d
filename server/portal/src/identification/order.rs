//! An order's row: its states, its secrets, and what a page may see of it.

use std::net::IpAddr;

use anyhow::anyhow;
use bankid::{AuthRequest, Browser, Completion, FailedHint, Intent, PendingHint, launch::Platform};
use jiff::Timestamp;
use model::{Device, Language, PersonId, Purpose};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde::{Deserialize, Serialize};
use store::entity::identification as row;
use uuid::Uuid;

use super::{Identification, Phase};
use crate::{
    Portal, Result,
    audit::Deed,
    clock::{from_millis, millis},
    person::{Name, Subject},
    trail::{Actor, Line},
};

/// The word our own code gives an order that outlived its login transaction.
pub(super) const TOO_LATE: &str = "expiredTransaction";
/// A page that waits writes down that it is open at most this often.
const SEEN_GRAIN: i64 = 1_500;

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Not decided; the collector asks.
    Pending,
    /// Somebody is identified and was not let in yet.
    Complete,
    /// Over, nobody is identified.
    Failed,
    /// Became a session.
    Consumed,
    /// Given up by its browser.
    Cancelled,
    /// Worthless: something about the way back was wrong.
    Spent,
}

impl State {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Complete => "complete",
            Self::Failed => "failed",
            Self::Consumed => "consumed",
            Self::Cancelled => "cancelled",
            Self::Spent => "spent",
        }
    }

    fn read(word: &str) -> Self {
        [Self::Pending, Self::Complete, Self::Failed, Self::Consumed, Self::Cancelled]
            .into_iter()
            .find(|state| state.word() == word)
            .unwrap_or(Self::Spent)
    }

    /// Whether it can still lead somewhere, if only to a page that says why not.
    pub(crate) fn is_running(self) -> bool {
        matches!(self, Self::Pending | Self::Complete | Self::Failed)
    }
}

/// An order, read.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) id: Uuid,
    pub(super) device: Device,
    pub(super) purpose: Purpose,
    pub(super) state: State,
    pub(super) hint: Option<String>,
    pub(super) picked_up: bool,
    pub(super) session: Option<String>,
    pub(super) expected: Option<Subject>,
    pub(super) back: Option<String>,
    pub(super) address: Option<IpAddr>,
    pub(super) user_agent: String,
    pub(super) nonce_hash: Option<Vec<u8>>,
    pub(super) restarts: i64,
    pub(super) started: Timestamp,
    pub(super) order_started: Timestamp,
    pub(super) seen: Timestamp,
    pub(super) completed: Option<Timestamp>,
    pub(super) expires: Timestamp,
    secrets: Vec<u8>,
    result: Option<Vec<u8>>,
}

/// What must not be seen of an order, kept encrypted.
#[derive(Serialize, Deserialize)]
pub(super) struct Secrets {
    pub(super) order_ref: String,
    auto_start_token: String,
    qr_start_token: String,
    qr_start_secret: String,
    language: Language,
    browser: String,
}

impl Secrets {
    pub(super) fn of(order: bankid::Order, request: &Request) -> Self {
        Self {
            order_ref: order.order_ref.reveal().to_owned(),
            auto_start_token: order.auto_start_token.reveal().to_owned(),
            qr_start_token: order.qr_start_token.reveal().to_owned(),
            qr_start_secret: order.qr_start_secret.reveal().to_owned(),
            language: request.language,
            browser: request.browser.clone(),
        }
    }

    pub(super) fn order_ref(&self) -> bankid::OrderRef {
        bankid::OrderRef::new(self.order_ref.clone())
    }

    pub(super) fn intent(&self) -> &'static str {
        super::intent(self.language)
    }
}

/// What an order is asked with; enough to ask again.
pub(super) struct Request {
    pub(super) address: IpAddr,
    pub(super) user_agent: String,
    pub(super) language: Language,
    pub(super) browser: String,
    pub(super) return_url: Option<String>,
}

impl Request {
    pub(super) fn for_bankid(&self, domain: &str) -> Result<AuthRequest> {
        let intent = Intent::new(super::intent(self.language)).map_err(anyhow::Error::new)?;
        Ok(AuthRequest {
            address: self.address.to_canonical(),
            intent,
            return_url: self.return_url.clone(),
            browser: Browser {
                device: self.browser.clone(),
                domain: domain.to_owned(),
                user_agent: self.user_agent.clone(),
            },
        })
    }
}

/// Who identified, as kept between BankID's answer and the session.
#[derive(Serialize, Deserialize)]
pub(super) struct Identified {
    #[serde(with = "crate::person::number")]
    pub(super) number: PersonId,
    pub(super) name: Name,
    /// The words the app showed.
    pub(super) shown: String,
    pub(super) device_ip: Option<IpAddr>,
    pub(super) risk: Option<String>,
    pub(super) evidence: String,
}

impl Identified {
    pub(super) fn of(completion: &Completion, shown: &str) -> Self {
        Self {
            number: completion.number.clone(),
            name: Name::from_bank(&completion.given_name, &completion.surname),
            shown: shown.to_owned(),
            device_ip: completion.device_ip,
            risk: completion.risk.as_ref().map(|risk| risk.as_str().to_owned()),
            evidence: completion.evidence.reveal().to_owned(),
        }
    }
}

pub(super) fn mode_word(device: Device) -> &'static str {
    match device {
        Device::This => "same-device",
        Device::Other => "qr",
    }
}

pub(super) fn purpose_word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Apply => "apply",
        Purpose::SignIn => "sign-in",
        Purpose::StepUp => "step-up",
    }
}

pub(super) async fn by_login(portal: &Portal, hash: Vec<u8>) -> Result<Option<Order>> {
    let found =
        row::Entity::find().filter(row::Column::LoginHash.eq(hash)).one(portal.store().reader()).await?;
    found.map(Order::read).transpose()
}

pub(super) async fn by_nonce(portal: &Portal, hash: Vec<u8>) -> Result<Option<Order>> {
    let found =
        row::Entity::find().filter(row::Column::NonceHash.eq(hash)).one(portal.store().reader()).await?;
    found.map(Order::read).transpose()
}

impl Order {
    pub(super) fn read(row: row::Model) -> Result<Self> {
        let unreadable = || anyhow!("an identification's row cannot be read");
        Ok(Self {
            id: row.id.parse().map_err(|_| unreadable())?,
            device: if row.mode == "qr" { Device::Other } else { Device::This },
            purpose: match row.purpose.as_str() {
                "apply" => Purpose::Apply,
                "step-up" => Purpose::StepUp,
                _ => Purpose::SignIn,
            },
            state: State::read(&row.state),
            hint: row.hint,
            picked_up: row.picked_up != 0,
            session: row.session_id,
            expected: row.expected,
            back: row.back,
            address: row.address.parse().ok(),
            user_agent: row.user_agent,
            nonce_hash: row.nonce_hash,
            restarts: row.restarts,
            started: from_millis(row.started_at),
            order_started: from_millis(row.order_started_at),
            seen: from_millis(row.seen_at),
            completed: row.completed_at.map(from_millis),
            expires: from_millis(row.expires_at),
            secrets: row.secrets,
            result: row.result,
        })
    }

    pub(super) fn secrets(&self, portal: &Portal) -> Result<Secrets> {
        portal.unseal_json("identification", "secrets", &self.id.to_string(), &self.secrets)
    }

    pub(super) fn identified(&self, portal: &Portal) -> Result<Identified> {
        let sealed =
            self.result.as_deref().ok_or_else(|| anyhow!("a completed identification without its answer"))?;
        portal.unseal_json("identification", "result", &self.id.to_string(), sealed)
    }

    /// The request that made the order, without its return address: only codes are asked for again.
    pub(super) fn request_again(&self, secrets: &Secrets) -> Option<Request> {
        Some(Request {
            address: self.address?,
            user_agent: self.user_agent.clone(),
            language: secrets.language,
            browser: secrets.browser.clone(),
            return_url: None,
        })
    }

    /// A completed identification is worth something for a while only.
    pub(super) fn is_too_late(&self, portal: &Portal, now: Timestamp) -> bool {
        let redeem = millis(portal.rules().spans.redeem);
        self.completed.is_some_and(|completed| now.as_millisecond() - completed.as_millisecond() >= redeem)
    }

    pub(super) fn failed_advice(&self) -> model::Advice {
        bankid::advice::failed(&FailedHint::parse(self.hint.as_deref().unwrap_or(TOO_LATE)), self.device)
    }

    /// Writes down that a page of it is open.
    pub(super) async fn seen(&self, portal: &Portal, now: Timestamp) -> Result<()> {
        if self.state != State::Pending || now.as_millisecond() - self.seen.as_millisecond() < SEEN_GRAIN {
            return Ok(());
        }
        row::Entity::update_many()
            .col_expr(row::Column::SeenAt, Expr::value(now.as_millisecond()))
            .filter(row::Column::Id.eq(self.id.to_string()))
            .exec(portal.store().writer())
            .await?;
        Ok(())
    }

    /// What a page may see of it.
    pub(super) fn shown(&self, portal: &Portal, now: Timestamp) -> Result<Identification> {
        let platform = Platform::of(&self.user_agent);
        let hint = PendingHint::parse(self.hint.as_deref().unwrap_or("outstandingTransaction"));
        let phase = match self.state {
            State::Pending => Phase::Waiting {
                advice: bankid::advice::pending(&hint, self.device, platform),
                scanned: self.picked_up,
            },
            State::Complete if !self.is_too_late(portal, now) => Phase::Complete,
            State::Complete => Phase::Stopped { advice: model::Advice::Rfa8 },
            _ => Phase::Stopped { advice: self.failed_advice() },
        };
        let waits_for_app = self.state == State::Pending && !self.picked_up;
        let age = (now.as_millisecond() - self.order_started.as_millisecond()).max(0) / 1000;
        let age = u32::try_from(age).unwrap_or(u32::MAX);
        let seconds_left = if waits_for_app { bankid::qr::SECONDS.saturating_sub(age) } else { 0 };

        let (mut launch, mut qr) = (None, None);
        if self.state == State::Pending {
            let secrets = self.secrets(portal)?;
            match self.device {
                Device::This => {
                    let token = bankid::AutoStartToken::new(secrets.auto_start_token);
                    launch = Some(portal.rules().launch.address(platform, &token));
                }
                Device::Other if seconds_left > 0 && hint.shows_qr() => {
                    let token = bankid::QrStartToken::new(secrets.qr_start_token);
                    let secret = bankid::QrStartSecret::new(secrets.qr_start_secret);
                    qr = Some(bankid::qr::content(&token, &secret, age));
                }
                Device::Other => {}
            }
        }
        Ok(Identification {
            purpose: self.purpose,
            back: self.back.clone(),
            device: self.device,
            phase,
            seconds_left,
            launch,
            qr,
            ends: self.expires,
        })
    }

    /// Makes it worthless for ever, forgets its secrets, and tells BankID so as far as possible.
    pub(super) async fn retire(
        &self,
        portal: &Portal,
        state: State,
        reason: &'static str,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<()> {
        let (house, actor, id) = (portal.clone(), actor.clone(), self.id);
        let retired = portal
            .change(move |tx| async move {
                let retired = row::Entity::update_many()
                    .col_expr(row::Column::State, Expr::value(state.word()))
                    .col_expr(row::Column::Secrets, Expr::value(Vec::<u8>::new()))
                    .col_expr(row::Column::Result, Expr::value(Option::<Vec<u8>>::None))
                    .filter(row::Column::Id.eq(id.to_string()))
                    .filter(row::Column::State.is_in(["pending", "complete", "failed"]))
                    .exec(&tx)
                    .await?;
                if retired.rows_affected == 0 {
                    return Ok(false);
                }
                let deed = match state {
                    State::Cancelled => Deed::CancelledIdentification,
                    _ => Deed::FailedIdentification,
                };
                let line = Line::new(deed).of("identification", id).refused(reason);
                house.trail(&tx, &actor, line, now).await?;
                Ok(true)
            })
            .await?;
        if retired {
            portal.order_ended(self, state, reason);
        }
        if retired && self.state == State::Pending {
            let (portal, order_ref) = (portal.clone(), self.secrets(portal)?.order_ref());
            tokio::spawn(async move {
                // Best effort: an order that BankID keeps open ends by itself within minutes.
                if let Err(error) = portal.0.parts.bankid.cancel(&order_ref).await {
                    tracing::debug!(identification = %id, %error, "BankID did not take the cancellation");
                }
            });
        }
        Ok(())
    }
}
