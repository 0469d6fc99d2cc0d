//! The shared vocabulary of browser and portal: pure types, and the checks both sides run.
//!
//! Deliberately not here: sockets, the clock, randomness, anything of Leptos. Time enters as an argument.
//!
//! # Glossary
//! | word | Swedish | meaning |
//! |---|---|---|
//! | guardian | vårdnadshavare | holds custody of a child by the population register |
//! | child / pupil | barn / elev | the same person, seen by a guardian / by the pupil register |
//! | custody | vårdnad | what makes an adult a guardian; 0, 1 or 2 per child |
//! | enrolment | inskrivning, placering | a pupil's place at a school unit, from a date to a date |
//! | school unit | skolenhet | a preschool or a school |
//! | applicant | sökande | identified by BankID, holds no account yet |
//! | clerk | handläggare | a member of a school's staff who settles cases |
//! | report | anmälan | a guardian's word that a child will be away |
//! | notice | utskick | what tells a guardian that a child is absent |
//! | message | meddelande (PIM) | what a guardian reads inside the service |
//! | letter | brev | a rendered mail or text message |
//! | order | order | one identification at BankID |
//! | assurance | tillitsnivå | how strongly a session was identified |
//! | refusal | nej | an expected "no", shown on the page that asked |
//! | protection | skyddade personuppgifter | a mark that a person must not be found |

mod absence;
mod advice;
mod application;
mod assurance;
mod channel;
mod child;
mod contact;
mod form;
mod id;
mod language;
mod message;
mod mobile;
mod open;
mod outcome;
mod person_id;
mod personal;
mod refusal;
mod sign_in;

pub use absence::{
    AbsenceKind, Choice, ChoiceForm, DayMark, Entry, History, Period, Reason, Report, ReportForm,
    ReportState, Shows, Span, TimeOfDay, Times, Totals, What, When,
};
pub use advice::Advice;
pub use application::{CodeForm, EmailForm, Step};
pub use assurance::Assurance;
pub use channel::Channel;
pub use child::{AbsentToday, ChildCard, ChildToday, Protection, UnitContact, UnitKind};
pub use contact::Email;
pub use form::{Shown, Typed, Wrong, Wrongs};
pub use id::{AbsenceId, AccountId, ApplicationId, CaseId, ChildId, MessageId, ReportId, SessionId, UnitId};
pub use language::Language;
pub use message::{Message, MessageKind, MessageLine, Missed};
pub use mobile::Mobile;
pub use open::tame;
pub use outcome::Outcome;
pub use person_id::{NotAPersonId, PersonId, PersonIdKind};
pub use personal::{Datum, MobileForm, Personal, Source};
pub use refusal::Refusal;
pub use sign_in::{Device, Progress, Purpose};

/// A calendar day without a time or a zone.
pub use jiff::civil::Date;

/// A day and a time without a zone.
pub use jiff::civil::DateTime;
