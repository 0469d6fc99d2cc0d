//! Närvarohantering: how a guardian wants to hear of absence, reports it, and looks back on it.
//!
//! Invariant: every child and every report that a form or an address names is held against custody as it is at this
//! moment, in the transaction that reads or changes it ([`Guardian::among_own`]).
//!
//! Invariant: two guardians are strangers to each other. Who reported an absence is shown to nobody else, and neither is
//! why: the other guardian reads "reported", as they would if the school had said so.
//!
//! Invariant: a report counts for as long as whoever made it speaks for the child: what they said ends with that
//! ([`unsay`]).
//!
//! Deliberately not here: telling guardians of an absence.

mod choice;
mod history;
mod recall;
mod report;
mod send;
mod standing;
mod steps;
mod stretch;
mod unsaid;

use model::ChildId;
use uuid::Uuid;

pub use choice::{ChildChoice, NoticeSettings};
pub use report::{ReportChild, Reports};
pub use standing::{OwnReport, Reported};

pub(crate) use history::{taken_back, today};
pub(crate) use recall::RecallReport;
pub(crate) use send::SendReport;
pub(crate) use unsaid::{has_said, unsay, who_said};

use crate::{Error, Result, audit::Deed, clock::day_of, own::Own, pupils, trail::Line};

impl Own {
    /// The children a page would show.
    async fn shown(&self) -> Result<Vec<ChildId>> {
        let cards = pupils::cards(&self.portal, &self.tx, &self.children, day_of(self.now)).await?;
        Ok(cards.into_iter().map(|card| card.id).collect())
    }

    /// Something was named that is not this guardian's: it is in the log, and looks like something that is not there.
    async fn strange(&self, named: Strange) -> Result<Error> {
        let line = Line::new(Deed::RefusedAccess);
        let (line, why) = match named {
            Strange::Child(child) => (line.child(child), "not-own-child"),
            Strange::Report(id) => (line.of("absence-report", id), "not-own-report"),
        };
        self.portal.trail_refused(&self.tx, &self.actor, line, why, self.now).await?;
        Ok(Error::NotFound)
    }
}

/// What somebody named who has no right to it.
enum Strange {
    Child(ChildId),
    Report(Uuid),
}
