//! The JSON of RP API v6, and the checks that stand between it and our own types.

use std::net::IpAddr;

use model::{Date, PersonId, PersonIdKind};
use serde::{Deserialize, Serialize};

use crate::{
    AuthRequest, AutoStartToken, Collected, Completion, Error, Evidence, FailedHint, Order, OrderRef,
    PendingHint, QrStartSecret, QrStartToken, Result, Risk,
};

/// The longest `userAgent` BankID takes; a longer one is refused as a whole.
const USER_AGENT_MAX: usize = 256;
/// BankID's own sample cuts the device identifier here.
const DEVICE_MAX: usize = 64;
/// No name in the population register is longer than first, middle and last name together.
const NAME_MAX: usize = 200;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Auth<'a> {
    end_user_ip: IpAddr,
    user_visible_data: &'a str,
    user_visible_data_format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_url: Option<&'a str>,
    return_risk: bool,
    web: Web<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Web<'a> {
    device_identifier: &'a str,
    referring_domain: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    user_agent: &'a str,
}

impl<'a> From<&'a AuthRequest> for Auth<'a> {
    fn from(request: &'a AuthRequest) -> Self {
        let browser = &request.browser;
        Self {
            // An IPv4 address in IPv6's clothes is what a dual-stack socket gives; BankID compares with the plain one.
            end_user_ip: request.address.to_canonical(),
            user_visible_data: request.intent.encoded(),
            user_visible_data_format: "simpleMarkdownV1",
            return_url: request.return_url.as_deref(),
            return_risk: true,
            web: Web {
                device_identifier: cut(&browser.device, DEVICE_MAX),
                referring_domain: &browser.domain,
                user_agent: cut(&browser.user_agent, USER_AGENT_MAX),
            },
        }
    }
}

/// The first `most` bytes, less what would split a character: so no way of counting characters gives more.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ask<'a> {
    pub(crate) order_ref: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    order_ref: String,
    auto_start_token: String,
    qr_start_token: String,
    qr_start_secret: String,
}

/// Reads the answer to `auth`.
pub(crate) fn order(answer: &str) -> Result<Order> {
    let started: Started = serde_json::from_str(answer).map_err(|_| Error::Garbled("auth: not an order"))?;
    let parts =
        [&started.order_ref, &started.auto_start_token, &started.qr_start_token, &started.qr_start_secret];
    if !parts.into_iter().all(|part| is_token(part)) {
        return Err(Error::Garbled("auth: a token of an odd form"));
    }
    Ok(Order {
        order_ref: OrderRef::new(started.order_ref),
        auto_start_token: AutoStartToken::new(started.auto_start_token),
        qr_start_token: QrStartToken::new(started.qr_start_token),
        qr_start_secret: QrStartSecret::new(started.qr_start_secret),
    })
}

/// BankID's tokens are UUIDs today; all that matters here is that one can stand in an address and in a code.
fn is_token(text: &str) -> bool {
    (16..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    order_ref: Option<String>,
    status: String,
    hint_code: Option<String>,
    /// Kept unread until the status says "complete": a slip in it must not fail a pending answer.
    completion_data: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CompletionData {
    user: User,
    device: Option<AppDevice>,
    bank_id_issue_date: Option<String>,
    risk: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    personal_number: String,
    name: String,
    given_name: String,
    surname: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppDevice {
    ip_address: Option<String>,
}

/// Reads the answer to `collect` for `asked`. An unknown status is pending: only the word "complete" with a whole person
/// beside it identifies somebody.
pub(crate) fn collected(answer: &str, asked: &OrderRef) -> Result<Collected> {
    let read: Answer =
        serde_json::from_str(answer).map_err(|_| Error::Garbled("collect: not an order's state"))?;
    if read.order_ref.as_deref() != Some(asked.reveal()) {
        return Err(Error::Garbled("collect: the state of another order"));
    }
    let hint = read.hint_code.as_deref().unwrap_or_default();
    Ok(match read.status.as_str() {
        "pending" => Collected::Pending(PendingHint::parse(hint)),
        "failed" => Collected::Failed(FailedHint::parse(hint)),
        "complete" => match completion(read.completion_data, answer) {
            Ok(completion) => Collected::Complete(Box::new(completion)),
            Err(why) => {
                tracing::error!(why, "BankID completed an order with an answer that does not hold");
                Collected::Failed(FailedHint::Unusable)
            }
        },
        unknown => {
            tracing::warn!(status = model::tame(unknown), "unknown status from BankID");
            Collected::Pending(PendingHint::Other(model::tame(unknown)))
        }
    })
}

fn completion(
    data: Option<serde_json::Value>,
    answer: &str,
) -> std::result::Result<Completion, &'static str> {
    let data: CompletionData = data
        .ok_or("no completion data")
        .and_then(|data| serde_json::from_value(data).map_err(|_| "completion data without a person"))?;
    let number = PersonId::parse(&data.user.personal_number).map_err(|_| "not a person's number")?;
    if number.kind() == PersonIdKind::Temporary {
        return Err("a temporary number");
    }
    let User { name, given_name, surname, .. } = data.user;
    if name.trim().is_empty()
        || [&name, &given_name, &surname].iter().any(|part| part.chars().count() > NAME_MAX)
    {
        return Err("a name that is empty or too long");
    }
    Ok(Completion {
        number,
        name,
        given_name,
        surname,
        device_ip: data
            .device
            .and_then(|device| device.ip_address?.parse().ok())
            .map(|ip: IpAddr| ip.to_canonical()),
        risk: data.risk.as_deref().map(Risk::parse),
        issue_date: data.bank_id_issue_date.as_deref().and_then(issue_date),
        evidence: Evidence::new(answer),
    })
}

/// `2023-09-12Z`, or with another offset, or with none: the day is all that is kept.
fn issue_date(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// The `errorCode` of an answer that is not 200; an edge may send HTML or nothing.
pub(crate) fn error_code(answer: &str) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Refused {
        error_code: String,
    }
    serde_json::from_str::<Refused>(answer).ok().map(|refused| refused.error_code)
}

#[cfg(test)]
mod tests;
