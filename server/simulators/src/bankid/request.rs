//! What a relying party may ask for: every field of `auth` and `sign`, checked as BankID does (bankid.md 2.1, 2.3).
//!
//! JSON `null` counts as absent. Sizes are counted after Base64. Members this version does not know are ignored, those
//! that version 5 had are refused (the true reaction is unknown; [`Removed`](super::Removed) switches it).

use super::{Removed, answer::Wrong};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};
use std::net::IpAddr;

/// Identification or signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Auth,
    Sign,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Sign => "sign",
        }
    }

    /// The most Base64 characters of the text shown, and of the data not shown.
    fn limits(self) -> (usize, usize) {
        match self {
            Self::Auth => (1_500, 1_500),
            Self::Sign => (40_000, 200_000),
        }
    }
}

/// A request that passed.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) kind: Kind,
    pub(crate) end_user_ip: IpAddr,
    /// Base64, as sent.
    pub(crate) visible: Option<String>,
    pub(crate) visible_format: Option<String>,
    /// Base64, as sent.
    pub(crate) non_visible: Option<String>,
    pub(crate) return_url: Option<String>,
    pub(crate) return_risk: bool,
    pub(crate) requirement: Requirement,
}

/// What the relying party demands of the person and their BankID.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requirement {
    pub(crate) personal_number: Option<String>,
    pub(crate) policies: Vec<String>,
    pub(crate) mrtd: bool,
}

type Object = Map<String, Value>;

const REQUEST: Wrong = Wrong::parameters("Invalid request");
const REQUIREMENT: Wrong = Wrong::parameters("Invalid requirement");
const WEB: Wrong = Wrong::parameters("Invalid web");
const APP: Wrong = Wrong::parameters("Invalid app");

/// Members of version 5 at the top and inside `requirement`.
const REMOVED: [&str; 4] = ["personalNumber", "autoStartTokenRequired", "tokenStartRequired", "issuerCn"];
const REMOVED_REQUIREMENTS: [&str; 4] =
    ["allowFingerprint", "autoStartTokenRequired", "tokenStartRequired", "issuerCn"];

impl Asked {
    /// Checks a body.
    pub(crate) fn check(kind: Kind, body: &Object, removed: Removed) -> Result<Self, Wrong> {
        if removed == Removed::Refuse && REMOVED.iter().any(|member| body.contains_key(*member)) {
            return Err(REQUEST);
        }
        let end_user_ip = text(body, "endUserIp")
            .ok()
            .flatten()
            .and_then(|ip| ip.parse().ok())
            .ok_or(Wrong::parameters("Invalid endUserIp"))?;
        let (most_visible, most_hidden) = kind.limits();
        let wrong_visible = Wrong::parameters("Invalid userVisibleData");
        let visible = encoded(body, "userVisibleData", most_visible, wrong_visible.clone())?;
        if kind == Kind::Sign && visible.is_none() {
            return Err(wrong_visible);
        }
        if let Some(shown) = &visible
            && BASE64_STANDARD.decode(shown).ok().and_then(|bytes| String::from_utf8(bytes).ok()).is_none()
        {
            return Err(wrong_visible);
        }
        let wrong_hidden = Wrong::parameters("Invalid userNonVisibleData");
        let non_visible = encoded(body, "userNonVisibleData", most_hidden, wrong_hidden)?;
        let wrong_format = Wrong::parameters("Invalid userVisibleDataFormat");
        let visible_format = text(body, "userVisibleDataFormat").map_err(|_| wrong_format.clone())?;
        if visible_format.is_some_and(|format| !["plaintext", "simpleMarkdownV1"].contains(&format)) {
            return Err(wrong_format);
        }
        let requirement = match object(body, "requirement").map_err(|_| REQUIREMENT)? {
            Some(requirement) => Requirement::check(requirement, removed)?,
            None => Requirement::default(),
        };
        let wrong_url = Wrong::parameters("Invalid returnUrl");
        let return_url = text(body, "returnUrl").map_err(|_| wrong_url.clone())?;
        if return_url.is_some_and(|url| !(1..=512).contains(&url.chars().count())) {
            return Err(wrong_url);
        }
        let return_risk = flag(body, "returnRisk")
            .map_err(|_| Wrong::parameters("Invalid returnRisk"))?
            .unwrap_or_default();
        check_device(body)?;
        Ok(Self {
            kind,
            end_user_ip,
            visible: visible.map(ToOwned::to_owned),
            visible_format: visible_format.map(ToOwned::to_owned),
            non_visible: non_visible.map(ToOwned::to_owned),
            return_url: return_url.map(ToOwned::to_owned),
            return_risk,
            requirement,
        })
    }

    /// The text the app shows, if any.
    pub(crate) fn shown(&self) -> Option<String> {
        let bytes = BASE64_STANDARD.decode(self.visible.as_deref()?).ok()?;
        String::from_utf8(bytes).ok()
    }
}

impl Requirement {
    fn check(given: &Object, removed: Removed) -> Result<Self, Wrong> {
        if removed == Removed::Refuse && REMOVED_REQUIREMENTS.iter().any(|member| given.contains_key(*member))
        {
            return Err(REQUIREMENT);
        }
        flag(given, "pinCode").map_err(|_| REQUIREMENT)?;
        let mrtd = flag(given, "mrtd").map_err(|_| REQUIREMENT)?.unwrap_or_default();
        let one_of = |member, allowed: [&str; 2]| match text(given, member) {
            Ok(None) => Ok(()),
            Ok(Some(word)) if allowed.contains(&word) => Ok(()),
            _ => Err(REQUIREMENT),
        };
        one_of("cardReader", ["class1", "class2"])?;
        one_of("risk", ["low", "moderate"])?;
        let policies = match given.get("certificatePolicies") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(policies)) => {
                let policy = |p: &Value| p.as_str().filter(|p| is_policy(p)).map(ToOwned::to_owned);
                policies.iter().map(policy).collect::<Option<_>>().ok_or(REQUIREMENT)?
            }
            Some(_) => return Err(REQUIREMENT),
        };
        let wrong_number = Wrong::parameters("Incorrect personalNumber");
        let personal_number = text(given, "personalNumber").map_err(|_| wrong_number.clone())?;
        // The form only: a wrong check digit is accepted.
        if personal_number.is_some_and(|n| n.len() != 12 || !n.bytes().all(|b| b.is_ascii_digit())) {
            return Err(wrong_number);
        }
        Ok(Self { personal_number: personal_number.map(ToOwned::to_owned), policies, mrtd })
    }
}

/// `web` or `app`, not both, each with at least one member.
fn check_device(body: &Object) -> Result<(), Wrong> {
    let web = object(body, "web").map_err(|_| WEB)?;
    let app = object(body, "app").map_err(|_| APP)?;
    if web.is_some() && app.is_some() {
        return Err(REQUEST);
    }
    if let Some(web) = web {
        let identifier = text(web, "deviceIdentifier").map_err(|_| WEB)?;
        let domain = text(web, "referringDomain").map_err(|_| WEB)?;
        let agent = text(web, "userAgent").map_err(|_| WEB)?;
        let named = |b: u8| b.is_ascii_digit() || b.is_ascii_lowercase() || b == b'.' || b == b'-';
        let none = identifier.is_none() && domain.is_none() && agent.is_none();
        if none
            || identifier.is_some_and(str::is_empty)
            || domain.is_some_and(|d| d.len() < 3 || !d.bytes().all(named))
            || agent.is_some_and(|agent| agent.chars().count() > 256)
        {
            return Err(WEB);
        }
    }
    if let Some(app) = app {
        let mut any = false;
        for member in ["appIdentifier", "deviceOS", "deviceModelName", "deviceIdentifier"] {
            any |= text(app, member).map_err(|_| APP)?.is_some();
        }
        if !any {
            return Err(APP);
        }
    }
    Ok(())
}

/// An OID; one `*` may stand for arcs from the fifth on.
fn is_policy(policy: &str) -> bool {
    let arcs: Vec<&str> = policy.split('.').collect();
    let stars = arcs.iter().filter(|arc| **arc == "*").count();
    let digits = |arc: &str| !arc.is_empty() && arc.bytes().all(|b| b.is_ascii_digit());
    stars <= 1 && arcs.iter().enumerate().all(|(at, arc)| digits(arc) || (*arc == "*" && at >= 4))
}

/// A member is of another type than it should be.
struct WrongType;

fn text<'a>(of: &'a Object, member: &str) -> Result<Option<&'a str>, WrongType> {
    match of.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(WrongType),
    }
}

fn flag(of: &Object, member: &str) -> Result<Option<bool>, WrongType> {
    match of.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(WrongType),
    }
}

fn object<'a>(of: &'a Object, member: &str) -> Result<Option<&'a Object>, WrongType> {
    match of.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(WrongType),
    }
}

fn encoded<'a>(of: &'a Object, member: &str, most: usize, wrong: Wrong) -> Result<Option<&'a str>, Wrong> {
    let Some(data) = text(of, member).map_err(|_| wrong.clone())? else { return Ok(None) };
    let fits = (1..=most).contains(&data.len()) && BASE64_STANDARD.decode(data).is_ok();
    if fits { Ok(Some(data)) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(kind: Kind, body: Value) -> Result<Asked, &'static str> {
        Asked::check(kind, body.as_object().unwrap(), Removed::Refuse).map_err(|wrong| {
            assert_eq!((wrong.status.as_u16(), wrong.code), (400, "invalidParameters"));
            wrong.details
        })
    }

    /// What `auth` says to a request with `member` set to `value`.
    fn auth_with(member: &str, value: Value) -> Result<Asked, &'static str> {
        let mut body = json!({ "endUserIp": "198.51.100.7" });
        body[member] = value;
        check(Kind::Auth, body)
    }

    #[test]
    fn the_portals_own_request_passes() {
        let asked = check(
            Kind::Auth,
            json!({"endUserIp": "2001:db8::7", "userVisibleData": "SGVq", "userVisibleDataFormat": "simpleMarkdownV1",
                   "returnUrl": "https://konto.example.se/bankid/retur#nonce=3q2-7wAB", "returnRisk": true,
                   "requirement": { "pinCode": false, "certificatePolicies": ["1.2.3.4.25", "1.2.752.78.*"],
                                    "personalNumber": "190001010000", "mrtd": null },
                   "web": { "deviceIdentifier": "x", "referringDomain": "konto.example.se", "userAgent": "Mozilla" }}),
        )
        .unwrap();
        assert!(asked.return_risk && asked.shown().as_deref() == Some("Hej"));
    }

    #[test]
    fn each_bad_field_is_refused_in_bankids_words() {
        let long = |n: usize| "A".repeat(n);
        for (member, value, details) in [
            ("endUserIp", json!(""), "Invalid endUserIp"),
            ("endUserIp", json!("unknown"), "Invalid endUserIp"),
            ("endUserIp", json!(7), "Invalid endUserIp"),
            ("userVisibleData", json!("å"), "Invalid userVisibleData"),
            ("userVisibleData", json!(""), "Invalid userVisibleData"),
            ("userVisibleData", json!("//79"), "Invalid userVisibleData"),
            ("userVisibleData", json!(long(1_504)), "Invalid userVisibleData"),
            ("userNonVisibleData", json!("a-_="), "Invalid userNonVisibleData"),
            ("userVisibleDataFormat", json!("html"), "Invalid userVisibleDataFormat"),
            ("returnUrl", json!(""), "Invalid returnUrl"),
            ("returnUrl", json!(long(513)), "Invalid returnUrl"),
            ("returnRisk", json!("true"), "Invalid returnRisk"),
            ("requirement", json!([]), "Invalid requirement"),
            ("requirement", json!({"personalNumber": "19990807-2391"}), "Incorrect personalNumber"),
            ("requirement", json!({"risk": "high"}), "Invalid requirement"),
            ("requirement", json!({"cardReader": "class3"}), "Invalid requirement"),
            ("requirement", json!({"certificatePolicies": ["1.2.*.4"]}), "Invalid requirement"),
            ("requirement", json!({"allowFingerprint": true}), "Invalid requirement"),
            ("personalNumber", json!("199908072391"), "Invalid request"),
            ("web", json!({}), "Invalid web"),
            ("web", json!({"userAgent": long(257)}), "Invalid web"),
            ("web", json!({"referringDomain": "Exempel.se"}), "Invalid web"),
            ("app", json!({"deviceOS": 1}), "Invalid app"),
        ] {
            assert_eq!(auth_with(member, value.clone()).unwrap_err(), details, "{member} {value}");
        }
    }

    #[test]
    fn what_lies_on_the_border_passes() {
        for (member, value) in [
            ("userVisibleData", json!("A".repeat(1_500))),
            ("returnUrl", json!("x".repeat(512))),
            ("returnUrl", json!("null")),
            ("web", json!({"userAgent": "a".repeat(256)})),
            ("app", json!({"appIdentifier": "se.example"})),
            ("somethingNew", json!(1)),
        ] {
            assert!(auth_with(member, value.clone()).is_ok(), "{member} {value}");
        }
    }

    #[test]
    fn a_signature_needs_a_text_and_may_have_a_longer_one() {
        let sign = |data: Option<String>| {
            check(Kind::Sign, json!({ "endUserIp": "::1", "userVisibleData": data })).map(drop)
        };
        assert_eq!(sign(None), Err("Invalid userVisibleData"));
        assert_eq!(sign(Some("A".repeat(40_000))), Ok(()));
        assert_eq!(sign(Some("A".repeat(40_004))), Err("Invalid userVisibleData"));
    }

    #[test]
    fn web_and_app_exclude_each_other_and_old_members_can_be_let_through() {
        let both = json!({ "endUserIp": "::1", "web": { "userAgent": "x" }, "app": { "deviceOS": "x" } });
        assert_eq!(check(Kind::Auth, both).unwrap_err(), "Invalid request");
        let old = json!({ "endUserIp": "::1", "tokenStartRequired": true });
        assert!(Asked::check(Kind::Auth, old.as_object().unwrap(), Removed::Ignore).is_ok());
    }
}
