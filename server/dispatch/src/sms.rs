//! Text messages: what is written, how long it is, and the gateway that takes it (46elks).
//!
//! The gateway has no idempotency key. What we call a message is the last part of the address its delivery reports go to;
//! whoever sends and hears no answer asks [`Gateway::sent_to`] before sending again.

mod door;
mod gsm7;
mod json;
mod settings;
mod text;

pub use door::{Code, Failure, Gateway, Sms};
pub use json::{Seen, Status};
pub use settings::Settings;
pub use text::{Text, absence_corrected, absence_notice, code, number_changed, test};
