//! The calls of RP API v6 that an identification needs.

use jiff::Timestamp;

use crate::{AuthRequest, BadSetting, Collected, Order, OrderRef, Result, Settings, door::Door, json};

/// BankID, seen from a relying party. One for the whole house; it keeps its connections open.
#[derive(Debug)]
pub struct Client(Door);

impl Client {
    /// Reads the certificates and makes ready; calls nobody.
    ///
    /// # Errors
    /// [`BadSetting`] for an address that is not https, or a certificate file that cannot be used.
    pub fn new(settings: &Settings) -> std::result::Result<Self, BadSetting> {
        Door::open(settings).map(Self)
    }

    /// Starts an order. Its life at BankID begins with this answer: 30 seconds to be picked up.
    pub async fn auth(&self, request: &AuthRequest) -> Result<Order> {
        json::order(&self.0.post_once("auth", &json::Auth::from(request)).await?)
    }

    /// Asks how an order stands: at most every other second, by one asker, and never again after a final answer.
    pub async fn collect(&self, order: &OrderRef) -> Result<Collected> {
        let answer = self.0.post_often("collect", &json::Ask { order_ref: order.reveal() }).await?;
        json::collected(&answer, order)
    }

    /// Ends an order that is not decided.
    pub async fn cancel(&self, order: &OrderRef) -> Result<()> {
        self.0.post_once("cancel", &json::Ask { order_ref: order.reveal() }).await.map(drop)
    }

    /// Whether BankID is there and knows our certificate; makes no order.
    pub async fn probe(&self) -> Result<()> {
        self.0.probe("auth").await
    }

    /// When the relying party's certificate ends.
    pub fn expires(&self) -> Timestamp {
        self.0.expires()
    }
}
