//! The rules of the portal: the only door for what shows (`app`) and what wires (`server`).
//!
//! [`Portal`] is the house, [`Visit`] one request to it. A visit knows who is asking; what needs an identified person is
//! a method of [`Applicant`], what needs a guardian with an account one of [`Guardian`], and only a visit makes either.
//!
//! Invariant: no right comes from a session, a cookie or a form. It comes from a live row "adult is guardian of child",
//! read in the transaction that reads the data.
//!
//! Invariant: no change without its audit row, in the same transaction; no look at a child without one before the answer
//! leaves.
//!
//! Deliberately not here: HTML, HTTP, and how a table looks to anyone else.

mod absence;
mod account;
mod application;
mod aside;
pub mod audit;
mod background;
mod browser;
mod calls;
mod cases;
mod children;
mod clock;
mod code;
mod custody;
mod decision;
mod eligibility;
mod error;
mod failpoint;
mod hints;
mod hung;
mod identification;
pub mod keys;
mod limits;
mod links;
mod messages;
mod notices;
mod own;
mod person;
mod personal;
mod portal;
mod pupils;
mod retention;
mod rules;
mod schools;
mod session;
mod sync;
mod tasks;
mod texting;
mod together;
mod token;
mod trail;
mod visit;

pub use absence::{ChildChoice, NoticeSettings, OwnReport, ReportChild, Reported, Reports};
pub use account::{AccountState, AccountSummary};
pub use application::{Applicant, Application, ApplicationChild, Completed};
pub use background::Background;
pub use children::{Guardian, Receipt};
pub use clock::{Clock, day_of, stockholm};
pub use error::{Error, Result, System};
pub use failpoint::FAILPOINTS;
pub use identification::{Finish, Identification, NewLogin, Next, Phase, Proof};
pub use limits::Limits;
pub use messages::Messages;
pub use notices::{AttendanceReport, CallHome, Notices};
pub use personal::{SignedIn, UnderWay};
pub use portal::{Parts, Portal, Unready};
pub use rules::{Brake, Rules, Spans};
pub use schools::School;
pub use sync::SyncReport;
pub use tasks::{MAIL, REGISTER, SMS};
pub use visit::{Asking, Visit, Who};

/// The words of BankID's recommended messages.
pub use bankid::advice::text as advice_text;
