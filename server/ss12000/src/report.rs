//! Absence that a guardian reports: written to the register, found again, and taken back where the register lets one.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use wire::Refusal;

use crate::{Client, Code, Error, Result};

/// The list that absences are kept in.
const PATH: &str = "absences";
/// What the register calls an absence that somebody reported.
const REPORTED: &str = "Anmäld frånvaro";
/// How far two clocks may be apart.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(2);

/// An absence as it is reported. It does not say by whom: the register may show that to the other guardian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsenceReport {
    /// The register's id of the pupil.
    pub pupil: Uuid,
    /// The register's id of the unit.
    pub unit: Option<Uuid>,
    /// From when.
    pub start: Timestamp,
    /// Until when.
    pub end: Timestamp,
}

/// What became of an absence that was to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recall {
    /// The register has it no more.
    Gone,
    /// The register still has it and takes nothing back: a person has to.
    Kept,
}

#[derive(Serialize)]
struct Pointer {
    id: Uuid,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireReport {
    start_time: Timestamp,
    end_time: Timestamp,
    #[serde(rename = "type")]
    kind: &'static str,
    student: Pointer,
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<Pointer>,
}

#[derive(Deserialize)]
struct WireWritten {
    id: Uuid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireFound {
    id: Uuid,
    start_time: Timestamp,
    end_time: Timestamp,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireList {
    Paged {
        data: Vec<Value>,
    },
    /// Some servers answer a list without pages so.
    Bare(Vec<Value>),
}

impl Client {
    /// Writes an absence and answers the register's id of it. Sent once: after an error that does not say whether it
    /// arrived, ask [`Client::find_report`] before another try.
    ///
    /// # Errors
    /// [`Code::NotOffered`] where the register takes no absences, and the other errors of a call.
    pub async fn report_absence(&self, report: &AbsenceReport) -> Result<Uuid> {
        let body = WireReport {
            start_time: report.start,
            end_time: report.end,
            kind: REPORTED,
            student: Pointer { id: report.pupil },
            organisation: report.unit.map(|id| Pointer { id }),
        };
        let answer = self.0.write("absences, report", |line| line.post(PATH).json(&body)).await?;
        if !matches!(answer.status(), 200 | 201) {
            return Err(Error::Said(Code::read(&answer)));
        }
        let written: WireWritten = read(answer.text().ok_or(Error::Garbled("not UTF-8"))?)?;
        Ok(written.id)
    }

    /// The absences that say just what `report` does and were written after `since`, where that is said: where an answer
    /// was lost, this tells whether the report arrived.
    ///
    /// # Errors
    /// As any call.
    pub async fn find_report(&self, report: &AbsenceReport, since: Option<Timestamp>) -> Result<Vec<Uuid>> {
        let before = |time: Timestamp, by: SignedDuration| time.checked_sub(by).unwrap_or(time).to_string();
        let find = self.0.write("absences, find", |line| {
            let request = line
                .get(PATH)
                .query("student", &report.pupil.to_string())
                .query("type", REPORTED)
                // Exclusive, whatever its name says (SS 12000, absences).
                .query("startTime.onOrAfter", &before(report.start, SignedDuration::from_secs(1)))
                .query("startTime.onOrBefore", &report.start.to_string());
            match since {
                Some(since) => request.query("meta.created.after", &before(since, CLOCKS_APART)),
                None => request,
            }
        });
        let list: WireList = read(&find.await?.accepted::<Code>()?)?;
        let (WireList::Paged { data } | WireList::Bare(data)) = list;
        let rows = data.into_iter().filter_map(|row| serde_json::from_value::<WireFound>(row).ok());
        let same = rows.filter(|row| (row.start_time, row.end_time) == (report.start, report.end));
        Ok(same.map(|row| row.id).collect())
    }

    /// Takes an absence back. Safe to repeat. Version 2.0 of the standard has no way to: a register without one answers
    /// 404, 405 or 501, and then its list says whether the absence is there at all.
    ///
    /// # Errors
    /// As any call.
    pub async fn recall_absence(&self, absence: Uuid, report: &AbsenceReport) -> Result<Recall> {
        let path = format!("{PATH}/{absence}");
        let answer = self.0.write("absences, recall", |line| line.delete(&path)).await?;
        match answer.status() {
            200 | 202 | 204 => return Ok(Recall::Gone),
            404 | 405 | 501 => {}
            _ => return Err(Error::Said(Code::read(&answer))),
        }
        match self.find_report(report, None).await {
            // Gone already: an earlier try arrived, or the school was faster.
            Ok(there) if !there.contains(&absence) => Ok(Recall::Gone),
            // Where not even the list can be read, nobody can say that it is gone.
            Ok(_) | Err(Error::Said(Code::NotOffered)) => Ok(Recall::Kept),
            Err(error) => Err(error),
        }
    }
}

fn read<T: for<'d> Deserialize<'d>>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| Error::Garbled("not an absence"))
}
