//! Client for the pupil register: SS 12000:2020, API version 2.
//!
//! Reads [`Organisation`]s, [`Group`]s, [`Person`]s with their [`Enrolment`]s and [`Responsible`]s, and [`Placement`]s,
//! page by page ([`Client::page`], [`Client::pages`]). What changed after a moment is asked for in the same way
//! ([`At::ChangedAfter`]); `meta.modified` covers an object's own attributes only, so each kind is read for itself.
//!
//! Attendance is read in the same way ([`Attendance`], [`Absence`], [`AttendanceEvent`]); lessons are looked up by id
//! ([`Client::look_up`]). A subscription ([`Client::subscribe`]) calls us when something changed, and
//! [`Client::deleted`] says what is there no more.
//!
//! Invariants:
//! - Every code is an open enumeration; an unknown one is kept and logged, and never fails a page.
//! - A missing or unknown `securityMarking` counts as protected; only a reference may leave it to the person's own row.
//! - A row that cannot be read is left out and counted ([`Page::unreadable`]): the caller decides whether a page with
//!   holes may end anybody's access.
//! - What is written is sent once: the register gives the ids, so whoever repeats a report makes another
//!   ([`Client::report_absence`], [`Client::find_report`]).
//! - A kind the server does not offer is told apart from one without rows ([`Code::NotOffered`]).

mod attendance;
mod client;
mod door;
mod error;
mod json;
mod kinds;
mod report;
mod settings;
mod token;
mod watch;

pub use attendance::{Absence, AbsenceType, Attendance, AttendanceEvent, CalendarEvent, Passage};
pub use client::{At, Client, Page, PageToken, Resource};
pub use error::{Code, Error, Result};
pub use kinds::{
    ContactAddress, Enrolment, Group, GroupKind, GroupMember, Organisation, OrganisationKind, Person,
    PersonStatus, Placement, RelationKind, Responsible, SchoolType,
};
pub use report::{AbsenceReport, Recall};
pub use settings::Settings;
pub use watch::{Deleted, Subscription};
pub use wire::{BadSetting, Cause};
