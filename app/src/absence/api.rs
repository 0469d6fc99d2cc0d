//! What a guardian says of absence. Each answer is a redirect to the page that shows what came of it.

use leptos::prelude::*;
use model::{ChoiceForm, ReportForm, ReportId};
use portal::Error;

use crate::{
    Fault, Place,
    absence::pages::{CHANGE, DONE},
    visit::{go, outcome, refused, visit},
};

/// Keeps how absence is told of, of one child or of all.
#[server(endpoint = "absence/choose-notice")]
pub(crate) async fn choose_notice(#[server(default)] form: ChoiceForm) -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.guardian()?.choose_notice(&form).await };
    done(result.await, Place::AbsenceSettings, "1")
}

/// Reports absence.
#[server(endpoint = "absence/report")]
pub(crate) async fn report_absence(#[server(default)] form: ReportForm) -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.guardian()?.report_absence(&form).await };
    done(result.await, Place::AbsenceReport, "1")
}

/// Says something else in an earlier report's place.
#[server(endpoint = "absence/change")]
pub(crate) async fn change_report(
    report: ReportId,
    #[server(default)] form: ReportForm,
) -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.guardian()?.change_report(report, &form).await };
    match result.await {
        Err(Error::Refused(refusal)) => {
            go(format_args!("{}&{CHANGE}={report}", refused(Place::AbsenceReport, refusal)));
            Ok(())
        }
        changed => done(changed, Place::AbsenceReport, "2"),
    }
}

/// Takes a report back.
#[server(endpoint = "absence/withdraw")]
pub(crate) async fn withdraw_report(report: ReportId) -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.guardian()?.withdraw_report(report).await };
    done(result.await, Place::AbsenceReport, "3")
}

/// Back to the page, which says what was done.
fn done(result: portal::Result<()>, place: Place, what: &str) -> Result<(), Fault> {
    match result {
        Ok(()) => {
            go(format_args!("{place}?{DONE}={what}"));
            Ok(())
        }
        refused => outcome(refused, place, place),
    }
}
