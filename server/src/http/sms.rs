//! The SMS gateway's reports of what became of a text message. Who calls is known by the address alone: it holds 128
//! random bits that only the gateway was told.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bytes::Bytes;

use super::{Doors, session};

/// Where reports go; the token is the message's own.
pub const PATH: &str = "/krok/sms/{token}";

/// No report is longer.
const LONGEST: usize = 4096;

/// What a report says: the gateway's name of the message, and how far it has come. What else is in it is not read.
struct Report {
    id: String,
    status: String,
}

impl Report {
    fn read(body: &[u8]) -> Option<Self> {
        let field = |name: &str| {
            let mut values = form_urlencoded::parse(body).filter(|(key, _)| key == name);
            // Who says a thing twice may mean either.
            values.next().filter(|_| values.next().is_none()).map(|(_, value)| value.into_owned())
        };
        Some(Self { id: field("id")?, status: field("status")? })
    }
}

/// Takes a report. 204 for whatever it is, so that a stranger learns nothing; 503 where it cannot be kept now, so that
/// the gateway comes back with it.
pub async fn reported(State(doors): State<Doors>, Path(token): Path<String>, body: Bytes) -> Response {
    let Some(report) = (body.len() <= LONGEST).then(|| Report::read(&body)).flatten() else {
        return StatusCode::NO_CONTENT.into_response();
    };
    match doors.portal().sms_reported(&token, &report.id, &report.status).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => session::broken(error),
    }
}

#[cfg(test)]
mod tests {
    use portal::Rules;

    use super::*;

    #[test]
    fn reports_come_to_where_the_gateway_is_told_to_send_them() {
        assert_eq!(PATH, format!("{}{{token}}", Rules::REPORTS_PATH));
    }

    #[test]
    fn a_report_is_read_whatever_else_is_in_it_and_never_out_of_two() {
        let read = |body: &str| Report::read(body.as_bytes()).map(|report| (report.id, report.status));
        let told = Some(("s1".to_owned(), "delivered".to_owned()));
        assert_eq!(read("id=s1&status=delivered&delivered=2026-11-24T06%3A00%3A00"), told);
        for body in ["", "id=s1", "status=sent", "id=s1&id=s2&status=sent", "{\"id\":\"s1\"}", "%ff"] {
            assert_eq!(read(body), None, "{body}");
        }
    }
}
