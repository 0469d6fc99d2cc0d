//! Identification with BankID, from the press of the button to a session (security reference, section 3).
//!
//! The browser knows one thing of it: an opaque login cookie. Order reference, tokens and BankID's answer stay here. A
//! background task collects every live order and stores the answer before anyone is told; pages, polls and the return
//! page only read the store, so that tabs, replicas and closed phones change nothing.
//!
//! Invariant: an order's mode (QR or same device) is fixed at its start. A QR order never hands out the start token, a
//! same-device order never shows a code.
//!
//! Invariant: a row has one way to `consumed`, taken by compare-and-set in the transaction that makes the session.

use jiff::Timestamp;
use model::{Advice, Assurance, Device, Language, Purpose, Refusal, Step};
use sea_orm::{ActiveValue::Set, EntityTrait};
use store::entity::identification as row;
use uuid::Uuid;

use crate::{
    Error, Limits, Portal, Result, Visit,
    audit::Deed,
    clock::millis,
    limits::{Limit, Polls},
    token,
    trail::Line,
};

mod collector;
mod finish;
mod order;

pub(crate) use collector::collect_due;
use order::{Order, Secrets, State};

/// A started identification.
pub struct NewLogin {
    /// The new value of the login cookie. It is all the browser ever knows of the order; it lives ten minutes.
    pub login_cookie: String,
}

/// How the identification of this browser stands, for the page, the island and the frame.
#[derive(Clone, PartialEq, Eq)]
pub struct Identification {
    /// What it is for.
    pub purpose: Purpose,
    /// The address a step-up leads back to, as it was given at the start.
    pub back: Option<String>,
    /// Where the app is. Fixed at the start.
    pub device: Device,
    /// How far it is.
    pub phase: Phase,
    /// Whole seconds in which an app can still pick it up; 0 when that is over.
    pub seconds_left: u32,
    /// The address of the start button, of an order on the same device only.
    pub launch: Option<String>,
    /// The text of the QR code this second, of an order for another device only, and only while it may be read.
    pub qr: Option<String>,
    /// When the login transaction ends, whatever happens.
    pub ends: Timestamp,
}

/// How far an identification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not decided.
    Waiting {
        /// BankID's recommended message.
        advice: Advice,
        /// Whether an app has picked it up.
        scanned: bool,
    },
    /// Somebody is identified; the way in is [`Visit::finish_identification`].
    Complete,
    /// It ended without an identification.
    Stopped {
        /// BankID's recommended message.
        advice: Advice,
    },
}

/// With what a browser asks to be let in.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// Its login cookie alone: enough for a QR order, never for one on the same device.
    Poll,
    /// Posted from the return page: its login cookie and the nonce of the return address.
    Return {
        /// The nonce, as it came.
        nonce: String,
    },
}

/// What asking to be let in comes to.
pub enum Finish {
    /// Not decided yet, or (same device) only to be finished from the return page. Nothing was used up.
    StillWaiting,
    /// It ended without an identification.
    Stopped {
        /// BankID's recommended message.
        advice: Advice,
    },
    /// In: a new session.
    In {
        /// The new value of the session cookie.
        session_cookie: String,
        /// Where to go.
        next: Next,
    },
}

/// Where a login leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// No account: this step of the application. Its page asks [`crate::Applicant::outcome`] first, as always, and shows
    /// the outcome's own page where the person may not apply.
    Step(Step),
    /// To the children.
    Children,
    /// Back to where the step-up began.
    Back {
        /// The address, as it was given at the start.
        to: String,
        /// Whether the identification counts as fresh: one at a risk does not.
        fresh: bool,
    },
}

/// What the house remembers of identifications outside the database.
pub(crate) struct Watch {
    polls: Polls,
}

impl Watch {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { polls: Polls::new(limits.bankid_poll_per_second) }
    }

    pub(crate) fn forget_old(&self) {
        self.polls.forget_old();
    }
}

impl Visit {
    /// Starts an identification: a new order at BankID, bound to a new login cookie. Ends the one this browser had.
    ///
    /// `script` says that the form was sent by a page whose script is awake: the nonce then returns in the fragment.
    ///
    /// # Errors
    /// [`Error::TooMany`]; [`Refusal::BankIdDown`]; [`Error::SignIn`] for a step-up without a session.
    pub async fn start_identification(
        &self,
        purpose: Purpose,
        device: Device,
        script: bool,
    ) -> Result<NewLogin> {
        self.begin_identification(purpose, device, script, None).await
    }

    /// Starts a login that leads to `back`, an address of ours, once it is a guardian's.
    ///
    /// # Errors
    /// As [`Visit::start_identification`].
    pub async fn start_sign_in(&self, device: Device, script: bool, back: &str) -> Result<NewLogin> {
        self.begin_identification(Purpose::SignIn, device, script, Some(back.to_owned())).await
    }

    /// Starts a step-up of this session that leads back to `back`, an address of ours. What was set aside stays.
    ///
    /// # Errors
    /// As [`Visit::start_identification`].
    pub async fn start_step_up(&self, device: Device, script: bool, back: &str) -> Result<NewLogin> {
        self.begin_identification(Purpose::StepUp, device, script, Some(back.to_owned())).await
    }

    async fn begin_identification(
        &self,
        purpose: Purpose,
        device: Device,
        script: bool,
        back: Option<String>,
    ) -> Result<NewLogin> {
        let portal = &self.0.portal;
        let bound_to = match (purpose, &self.0.found.live) {
            (Purpose::StepUp, None) => return Err(Error::SignIn(Assurance::High)),
            (Purpose::StepUp, Some(session)) => Some(session.clone()),
            _ => None,
        };
        self.count_start().await?;
        self.give_up("replaced").await?;

        let id = Uuid::new_v4();
        let cookie = token::make::<{ token::SHORT_BYTES }>()?;
        let nonce = match device {
            Device::This => Some(token::make::<{ token::SHORT_BYTES }>()?),
            Device::Other => None,
        };
        let asking = &self.0.asking;
        let request = order::Request {
            address: asking.address,
            user_agent: cut(&asking.user_agent),
            language: asking.language,
            browser: self.browser_name(id),
            return_url: nonce.as_deref().map(|nonce| portal.rules().return_page.address(nonce, script)),
        };
        let answer = portal.0.parts.bankid.auth(&request.for_bankid(&portal.rules().domain)?).await;
        // Second 0 of the code is the moment the answer came, not the moment of the request.
        let begun = portal.clock().now();
        let secrets = Secrets::of(answer.map_err(|error| refused_by_bankid(id, &error))?, &request);

        let row_id = id.to_string();
        let row = row::ActiveModel {
            login_hash: Set(token::hash(&cookie)),
            mode: Set(order::mode_word(device).to_owned()),
            purpose: Set(order::purpose_word(purpose).to_owned()),
            script: Set(i64::from(script)),
            session_id: Set(bound_to.as_ref().map(|session| session.id.to_string())),
            expected: Set(bound_to.map(|session| session.subject)),
            back: Set(back),
            device_hash: Set(token::hash_of_cookie(asking.device.as_deref())),
            address: Set(asking.address.to_canonical().to_string()),
            user_agent: Set(request.user_agent.clone()),
            nonce_hash: Set(nonce.as_deref().map(token::hash)),
            state: Set(State::Pending.word().to_owned()),
            hint: Set(None),
            picked_up: Set(0),
            secrets: Set(portal.seal_json("identification", "secrets", &row_id, &secrets)?),
            result: Set(None),
            restarts: Set(0),
            started_at: Set(begun.as_millisecond()),
            order_started_at: Set(begun.as_millisecond()),
            seen_at: Set(begun.as_millisecond()),
            collected_at: Set(None),
            lease_until: Set(None),
            lease_owner: Set(None),
            completed_at: Set(None),
            consumed_at: Set(None),
            expires_at: Set(begun.as_millisecond().saturating_add(millis(portal.rules().spans.login))),
            id: Set(row_id),
        };
        let (house, actor) = (portal.clone(), self.actor());
        let line =
            Line::new(Deed::BeganIdentification).of("identification", id).because(order::mode_word(device));
        portal
            .change(move |tx| async move {
                row::Entity::insert(row).exec_without_returning(&tx).await?;
                house.trail(&tx, &actor, line, begun).await
            })
            .await?;
        Ok(NewLogin { login_cookie: cookie })
    }

    /// How the identification of this browser stands. None where there is none, or it is used up.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub async fn identification(&self) -> Result<Option<Identification>> {
        let Some(order) = self.running_order().await? else { return Ok(None) };
        let portal = &self.0.portal;
        portal.0.watch.polls.count(order.id)?;
        order.seen(portal, self.0.now).await?;
        Ok(Some(order.shown(portal, self.0.now)?))
    }

    /// Gives up. A completion that comes later is worth nothing. Does nothing where there is nothing to give up.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn cancel_identification(&self) -> Result<()> {
        self.give_up("cancelled").await
    }

    /// The order of this browser's login cookie, unless it is used up or too old.
    async fn running_order(&self) -> Result<Option<Order>> {
        let order = self.order_of_cookie().await?;
        Ok(order.filter(|order| order.state.is_running() && self.0.now < order.expires))
    }

    /// The order of this browser's login cookie, whatever became of it.
    async fn order_of_cookie(&self) -> Result<Option<Order>> {
        let Some(hash) = token::hash_of_cookie(self.0.asking.login.as_deref()) else { return Ok(None) };
        order::by_login(&self.0.portal, hash).await
    }

    async fn give_up(&self, reason: &'static str) -> Result<()> {
        match self.running_order().await? {
            Some(order) => {
                order.retire(&self.0.portal, State::Cancelled, reason, &self.actor(), self.0.now).await
            }
            None => Ok(()),
        }
    }

    /// A name for this browser that is stable over logins and says nothing else.
    fn browser_name(&self, id: Uuid) -> String {
        let cookie = token::hash_of_cookie(self.0.asking.device.as_deref());
        let known = cookie.map(|hash| hex::encode(self.0.portal.keys().index("bankid-device", &[&hash])));
        known.unwrap_or_else(|| id.as_simple().to_string())
    }

    async fn count_start(&self) -> Result<()> {
        let limits = self.0.portal.rules().limits;
        let minute = std::time::Duration::from_secs(60);
        let device = token::hash_of_cookie(self.0.asking.device.as_deref());
        let session = match &self.0.found.live {
            Some(session) => Some(session.id.as_bytes().to_vec()),
            None => device.clone(),
        };
        // The narrow ones first: who is refused by them takes nothing from the others behind the same address.
        let counts = [
            (limit("bankid-start-device", limits.bankid_start_device, minute), device),
            (limit("bankid-start-session", limits.bankid_start_session, minute * 10), session),
            (
                limit("bankid-start-address", limits.bankid_start_address, minute),
                Some(network(self.0.asking.address)),
            ),
        ];
        let (portal, actor, now) = (self.0.portal.clone(), self.actor(), self.0.now);
        // What is refused stays counted: the refusal leaves the transaction as its value.
        self.0
            .portal
            .change(move |tx| async move {
                for (limit, who) in counts {
                    let Some(who) = who else { continue };
                    match portal.count(&tx, limit, &who, &actor, now).await {
                        Err(refused @ Error::TooMany { .. }) => return Ok(Err(refused)),
                        other => other?,
                    }
                }
                Ok(Ok(()))
            })
            .await?
    }
}

impl Portal {
    /// Tells the log, and the visitor that BankID does not answer. Never says "wrong person".
    fn order_ended(&self, order: &Order, state: State, hint: &str) {
        tracing::info!(identification = %order.id, mode = order::mode_word(order.device), state = state.word(), hint,
            milliseconds = self.clock().now().as_millisecond() - order.started.as_millisecond(), "identification");
    }
}

fn refused_by_bankid(id: Uuid, error: &bankid::Error) -> Error {
    tracing::warn!(identification = %id, %error, "BankID takes no order");
    metrics::counter!("portal_bankid_errors").increment(1);
    Refusal::BankIdDown.into()
}

const fn limit(name: &'static str, most: u32, per: std::time::Duration) -> Limit {
    Limit { name, most, per }
}

/// An address as limits count it: one of IPv4, a /64 of IPv6.
pub(crate) fn network(address: std::net::IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        std::net::IpAddr::V4(v4) => v4.octets().to_vec(),
        std::net::IpAddr::V6(v6) => v6.octets()[..8].to_vec(),
    }
}

/// The longest description of a browser BankID takes, and so the longest we keep.
fn cut(user_agent: &str) -> String {
    user_agent.chars().filter(|c| !c.is_control()).take(256).collect()
}

/// What the app shows under "Min avsikt". No person in it.
fn intent(language: Language) -> &'static str {
    match language {
        Language::Sv => {
            "# Hjärntorget\n\nLogga in i Hjärntorget, Göteborgs Stad. Gör det bara om du själv började på vår webbplats."
        }
        Language::En => {
            "# Hjärntorget\n\nSign in to Hjärntorget, City of Gothenburg. Only do it if you started on our website \
             yourself."
        }
    }
}
