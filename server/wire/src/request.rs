//! What is about to be sent.

use reqwest::RequestBuilder;
use serde::Serialize;

use crate::Secret;

/// One request, made by a [`Line`](crate::Line) and sent by it once.
#[must_use]
pub struct Request {
    pub(crate) builder: RequestBuilder,
    pub(crate) fresh: bool,
}

impl Request {
    pub(crate) fn new(builder: RequestBuilder) -> Self {
        Self { builder, fresh: false }
    }

    /// Opens a connection for this request alone. For what must not be sent twice: a kept connection that the other end
    /// is just closing would take the request with it.
    pub fn on_a_fresh_connection(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// With this body, as exactly `application/json`: to one with a charset BankID answers 415.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        self.with(|builder| builder.json(body))
    }

    /// With this body, as a form.
    pub fn form(self, body: &(impl Serialize + ?Sized)) -> Self {
        self.with(|builder| builder.form(body))
    }

    /// With one more pair after the question mark.
    pub fn query(self, name: &str, value: &str) -> Self {
        self.with(|builder| builder.query(&[(name, value)]))
    }

    /// With a header anybody may see.
    pub fn header(self, name: &'static str, value: &str) -> Self {
        self.with(|builder| builder.header(name, value))
    }

    /// With a header nobody else may see.
    pub fn secret(self, name: &'static str, value: &Secret) -> Self {
        self.with(|builder| builder.header(name, value.value()))
    }

    /// With a user and a password nobody else may see (RFC 7617).
    pub fn basic(self, user: &str, password: &str) -> Self {
        self.with(|builder| builder.basic_auth(user, Some(password)))
    }

    fn with(self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Self { builder: change(self.builder), ..self }
    }
}
