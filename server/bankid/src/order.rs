//! An order from the request to its end.

use std::{fmt, net::IpAddr};

use base64::{Engine, prelude::BASE64_STANDARD};
use model::{Date, PersonId};

use crate::{AutoStartToken, Evidence, FailedHint, OrderRef, PendingHint, QrStartSecret, QrStartToken, Risk};

/// What an identification is asked with (RP API v6, auth).
#[derive(Clone)]
pub struct AuthRequest {
    /// The person's own address, as the trusted proxy gave it (`endUserIp`).
    pub address: IpAddr,
    /// What the app shows under "Min avsikt".
    pub intent: Intent,
    /// Where the app returns to, from [`ReturnPage::address`](crate::launch::ReturnPage::address); none for a code
    /// that another device scans.
    pub return_url: Option<String>,
    /// The browser that asks.
    pub browser: Browser,
}

impl fmt::Debug for AuthRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthRequest").field("return_url", &self.return_url.is_some()).finish_non_exhaustive()
    }
}

/// The browser that asks (RP API v6, auth, `web`).
#[derive(Clone)]
pub struct Browser {
    /// Stable per browser, over sessions; not the session cookie.
    pub device: String,
    /// The domain that shows the start link, from configuration.
    pub domain: String,
    /// The browser's `User-Agent`; cut to the 256 characters BankID takes.
    pub user_agent: String,
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser").field("domain", &self.domain).finish_non_exhaustive()
    }
}

/// What the app shows the person: who asks, and what for. Holds no personal data.
///
/// Invariant: fits `userVisibleData` of an auth order (1 500 characters of Base64).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent(String);

/// The text is empty or does not fit `userVisibleData`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text shown in the BankID app is empty or longer than 1500 characters of Base64")]
pub struct TooLong;

impl Intent {
    /// The most characters of Base64 BankID takes (RP API v6, auth, `userVisibleData`).
    pub const MAX: usize = 1500;

    /// Takes a text in `simpleMarkdownV1`: `# heading`, `*bold*` and empty lines.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn new(markdown: &str) -> Result<Self, TooLong> {
        let encoded = BASE64_STANDARD.encode(markdown);
        if (1..=Self::MAX).contains(&encoded.len()) { Ok(Self(encoded)) } else { Err(TooLong) }
    }

    /// The text as it goes over the wire, Base64; to be kept beside the evidence.
    pub fn encoded(&self) -> &str {
        &self.0
    }
}

/// An order BankID took.
#[derive(Clone, Debug)]
pub struct Order {
    /// Names the order in `collect` and `cancel`.
    pub order_ref: OrderRef,
    /// For the same device.
    pub auto_start_token: AutoStartToken,
    /// For the animated code.
    pub qr_start_token: QrStartToken,
    /// Its key.
    pub qr_start_secret: QrStartSecret,
}

/// What `collect` answered.
#[derive(Clone, Debug)]
pub enum Collected {
    /// Not decided yet; ask again, at most every other second.
    Pending(PendingHint),
    /// It is over, nobody is identified.
    Failed(FailedHint),
    /// Somebody is identified. BankID tells it once.
    Complete(Box<Completion>),
}

/// Who identified, and how.
///
/// Invariant: the number is a personnummer or samordningsnummer with a right check digit, and the answer belonged to
/// the order that was asked for.
#[derive(Clone)]
pub struct Completion {
    /// The identity. The only part to recognise somebody by.
    pub number: PersonId,
    /// The whole name as the bank keeps it: a text to show, never a key. May be in capitals.
    pub name: String,
    /// First names.
    pub given_name: String,
    /// Surname.
    pub surname: String,
    /// The address of the device with the app, as BankID saw it.
    pub device_ip: Option<IpAddr>,
    /// BankID's judgement; none where it could not be computed.
    pub risk: Option<Risk>,
    /// When the BankID was issued.
    pub issue_date: Option<Date>,
    /// The whole answer.
    pub evidence: Evidence,
}

impl fmt::Debug for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completion").field("risk", &self.risk).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_fits_what_bankid_takes_or_is_none() {
        assert_eq!(Intent::new("# Hj\u{e4}rntorget").unwrap().encoded(), "IyBIasOkcm50b3JnZXQ=");
        assert!(Intent::new(&"a".repeat(1125)).is_ok());
        assert_eq!(Intent::new(&"a".repeat(1126)), Err(TooLong));
        assert_eq!(Intent::new(""), Err(TooLong));
    }

    #[test]
    fn debug_of_request_and_completion_names_nobody() {
        let request = AuthRequest {
            address: "203.0.113.9".parse().unwrap(),
            intent: Intent::new("x").unwrap(),
            return_url: Some("https://konto.example.se/#nonce=canary".into()),
            browser: Browser {
                device: "canary".into(),
                domain: "konto.example.se".into(),
                user_agent: "canary".into(),
            },
        };
        let completion = Completion {
            number: PersonId::parse("198501012390").unwrap(),
            name: "canary".into(),
            given_name: "canary".into(),
            surname: "canary".into(),
            device_ip: Some("203.0.113.9".parse().unwrap()),
            risk: Some(Risk::Low),
            issue_date: None,
            evidence: Evidence::new("canary"),
        };
        let shown = format!("{request:?} {:?} {completion:?}", request.browser);
        for word in ["canary", "203.0.113.9", "198501012390"] {
            assert!(!shown.contains(word), "{shown}");
        }
    }
}
