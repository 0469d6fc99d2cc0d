//! Meddelanden: what the house tells a guardian inside the service, and the link that says it was received.

mod api;
mod pages;
mod received;

pub(crate) use pages::{message, messages};
pub(crate) use received::{receive, received};
