//! Letters that leave the house, by mail and as text messages.
//!
//! [`letters`] holds what is written, in each language; [`Mailer`] hands it to the mail relay over SMTP with STARTTLS.
//! [`sms`] does the same for text messages: [`sms::Gateway`] hands them to the gateway.
//!
//! Invariants:
//! - A letter names no person, child, school or number: it says what kind of thing happened and where to read on.
//! - Nothing is sent over a connection that is not encrypted and whose other end is not certified by the configured roots.
//! - A letter sent twice carries the same Message-ID, so the second is recognised as the same letter. A text message has no
//!   such thing; one whose sending is in doubt is asked for before it is sent again.
//!
//! Deliberately not here: when a letter is sent, how often it is tried, and whether it is still wanted. That is `jobs`
//! and `portal`.

pub mod letters;
mod mail;
mod mailer;
mod relay;
mod settings;
pub mod sms;

pub use letters::Letter;
pub use mail::Mail;
pub use mailer::{Failure, Mailer, Trouble};
pub use settings::{Credentials, Settings};
pub use wire::BadSetting;
