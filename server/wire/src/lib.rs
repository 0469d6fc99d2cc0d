//! How the house calls another system over TLS.
//!
//! A [`Peer`] says where a system is and whom to trust there; one [`Line`] to it serves the whole house. [`Line::call`]
//! is one question as its asker sees it: it ends in time, and after repeated failures it is not even put. Within it,
//! [`Line::send`] is one try.
//!
//! Invariants:
//! - No root but the peer's own is trusted. No proxy, no redirect, no try that the client did not ask for.
//! - Every wait and every body is bounded.
//! - No address, body or header reaches a log or an error.
//!
//! Deliberately not here: what is asked, when it is asked again, and what a refusal means ([`Refusal`]). That is the
//! clients' own.

mod answer;
mod error;
mod line;
mod peer;
mod request;
mod secret;
mod tls;

pub use answer::Answer;
pub use error::{Cause, Error, Refusal, Result};
pub use line::Line;
pub use peer::{Address, BadSetting, Peer};
pub use request::Request;
pub use secret::{Secret, read_secret};
pub use tls::Identity;
