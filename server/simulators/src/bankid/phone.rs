//! The BankID app in a person's hand: picking an order up, and answering it.

use super::{
    BankId,
    book::Book,
    evidence::Approval,
    order::{Order, Stage, hint},
    qr::Frame,
};
use crate::world::{Census, Person};
use anyhow::Result;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use serde_json::{Value, json};
use std::net::IpAddr;
use uuid::Uuid;

/// How the app got hold of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Start {
    /// It scanned a QR code.
    Qr,
    /// It was started on the same device.
    Autostart,
}

/// What the app is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stay<'a> {
    /// The text of a QR code.
    Qr(&'a str),
    /// An autostart token.
    Autostart(&'a str),
    /// An order the app already holds, by the town's own id.
    Held(Uuid),
}

/// What the person does with it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Play {
    /// Identifies or signs.
    Approve(Approved),
    /// Looks at it and does nothing; the hint is what BankID says meanwhile.
    Linger(String),
    /// It ends, with this hint.
    Fail(String),
}

/// What an approval says about the device.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Approved {
    /// Where the app is; the order's own address without it.
    pub(crate) device_ip: Option<IpAddr>,
    /// `low`, `moderate`, `high`, or none for "not computable".
    pub(crate) risk: Option<String>,
    /// The hardware id.
    pub(crate) uhi: Option<String>,
    /// When the BankID was issued, `YYYY-MM-DD` plus offset.
    pub(crate) issue_date: Option<String>,
}

impl Play {
    /// Reads the word of an answer. `hint:<code>` lingers and `fail:<code>` ends with any hint, known or not.
    pub(crate) fn parse(word: &str, approved: Approved) -> Option<Self> {
        let linger = |hint: &str| Some(Self::Linger(hint.into()));
        let fail = |hint: &str| Some(Self::Fail(hint.into()));
        if let Some(hint) = word.strip_prefix("hint:") {
            return linger(hint);
        }
        if let Some(hint) = word.strip_prefix("fail:") {
            return fail(hint);
        }
        match word {
            "approve" => Some(Self::Approve(approved)),
            "open" => linger(hint::USER_SIGN),
            "processing" => linger("processing"),
            "step-up" => linger("userStepUp"),
            "mrtd" => linger("userMrtd"),
            "face" => linger("userFace"),
            "cancel" => fail("userCancel"),
            "wrong-pin" | "revoked" => fail("certificateErr"),
            "old-app" => fail("notSupportedByUserApp"),
            "risk-blocked" => fail("transactionRiskBlocked"),
            "mrtd-failed" => fail("mrtdVerificationFailed"),
            "face-failed" => fail("facialRecognitionFailed"),
            "no-nfc" => fail("nfcNotSupportedByDevice"),
            "many-bankids" => fail("multipleBankIdsOnDevice"),
            "step-up-failed" => fail("stepUpFailed"),
            _ => None,
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Played {
    /// `completed`, `pending` or `failed`.
    pub(crate) status: &'static str,
    /// The hint the relying party now gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    /// The town's own id of the order, to act on it again.
    pub(crate) order: Uuid,
    /// Where the app sends its user now, when it was started on the same device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) return_url: Option<String>,
}

/// Why the app does nothing; the order stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    QrInvalid,
    QrTooOld,
    NoSuchOrder,
    AlreadyPickedUp,
    WrongPerson,
    NoBankId,
}

impl Refused {
    /// The word in the control interface.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::QrInvalid => "qr-invalid",
            Self::QrTooOld => "qr-too-old",
            Self::NoSuchOrder => "no-such-order",
            Self::AlreadyPickedUp => "already-picked-up",
            Self::WrongPerson => "wrong-person",
            Self::NoBankId => "no-bankid",
        }
    }

    /// What the app says.
    pub(crate) fn said(self) -> &'static str {
        match self {
            Self::QrInvalid => "QR-koden är ogiltig.",
            Self::QrTooOld => "QR-koden är ogiltig eftersom den är för gammal.",
            Self::NoSuchOrder => "Det finns ingen pågående identifiering eller underskrift att öppna.",
            Self::AlreadyPickedUp => "Identifieringen eller underskriften är redan öppnad i en annan app.",
            Self::WrongPerson => "Den här identifieringen gäller en annan person.",
            Self::NoBankId => "Den här personen har inget BankID.",
        }
    }
}

impl BankId {
    /// The app is shown something and picks the order up, before anybody has said who they are.
    pub(crate) fn open(&self, shown: Stay<'_>, now: Timestamp) -> Result<super::Listed, Refused> {
        self.with_book(now, |book| picked_up(book, shown, now).map(|order| order.listed()))
    }

    /// `person` answers an order. The inner result is what the app does, the outer fails only if the town cannot sign.
    pub(crate) async fn play(
        &self,
        census: &Census,
        person: &Person,
        shown: Stay<'_>,
        play: &Play,
        now: Timestamp,
    ) -> Result<Result<Played, Refused>> {
        if let Play::Approve(_) = play {
            self.signer.prepare().await?;
        }
        let held = self.with_book(now, |book| {
            let order = picked_up(book, shown, now)?;
            order.take_in_hand(person).map(|()| order.order_ref)
        });
        let order_ref = match held {
            Ok(order_ref) => order_ref,
            Err(refused) => return Ok(Err(refused)),
        };
        self.with_book(now, |book| {
            // A second order in the same hand ends the first.
            for other in book.each().filter(|o| o.order_ref != order_ref && o.is_open()) {
                let same = |id: &String| census.person(id).is_some_and(|p| p.number == person.number);
                if other.person.as_ref().is_some_and(same) {
                    other.fail(now, hint::CANCELLED);
                }
            }
            let Some(order) = book.find(|order| order.order_ref == order_ref) else {
                return Ok(Err(Refused::NoSuchOrder));
            };
            match play {
                Play::Linger(hint) => order.stage = Stage::Pending(hint.clone()),
                Play::Fail(hint) => order.fail(now, hint),
                Play::Approve(approved) => {
                    let data = self.completion(order, person, approved, now)?;
                    order.stage = Stage::Complete(now, Box::new(data));
                }
            }
            Ok(Ok(order.played()))
        })
    }

    /// `completionData`.
    fn completion(
        &self,
        order: &Order,
        person: &Person,
        approved: &Approved,
        now: Timestamp,
    ) -> Result<Value> {
        let asked = &order.asked;
        let uhi = approved.uhi.clone().unwrap_or_else(|| hardware_id(person));
        let approval = Approval { asked, party: &order.party, person, uhi: &uhi, now };
        let evidence = self.signer.sign(&approval)?;
        let last_year = TimeZone::UTC.to_datetime(now).year() - 1;
        let issued = approved.issue_date.clone().unwrap_or_else(|| format!("{last_year}-08-09Z"));
        let mut data = json!({
            "user": {
                "personalNumber": person.number,
                "name": person.name(),
                "givenName": person.given,
                "surname": person.family,
            },
            "device": {
                "ipAddress": approved.device_ip.unwrap_or(asked.end_user_ip).to_string(),
                "uhi": uhi,
            },
            "bankIdIssueDate": issued,
            "signature": evidence.signature,
            "ocspResponse": evidence.ocsp_response,
        });
        if asked.requirement.mrtd {
            data["stepUp"] = json!({ "mrtd": true });
        }
        if let (true, Some(risk)) = (asked.return_risk, &approved.risk) {
            data["risk"] = json!(risk);
        }
        Ok(data)
    }
}

impl Order {
    /// The person takes the order in hand, unless it is not for them.
    fn take_in_hand(&mut self, person: &Person) -> Result<(), Refused> {
        let number = person.number.as_ref().filter(|_| person.bankid).ok_or(Refused::NoBankId)?;
        if self.asked.requirement.personal_number.as_ref().is_some_and(|required| required != number) {
            return Err(Refused::WrongPerson);
        }
        if self.person.as_ref().is_some_and(|holder| *holder != person.id) {
            return Err(Refused::AlreadyPickedUp);
        }
        self.person = Some(person.id.clone());
        Ok(())
    }

    fn played(&self) -> Played {
        let (status, hint) = match &self.stage {
            Stage::Complete(..) => ("completed", None),
            Stage::Pending(hint) => ("pending", Some(hint.clone())),
            Stage::Failed(_, hint) => ("failed", Some(hint.clone())),
            Stage::Gone(how) => (*how, None),
        };
        let same_device = self.picked_up.is_some_and(|(_, start)| start == Start::Autostart);
        // Some relying parties send the word "null" for "nowhere"; the app takes it so.
        let url = self.asked.return_url.clone().filter(|url| url != "null");
        Played {
            status,
            hint,
            order: self.id,
            return_url: url.filter(|_| same_device && status == "completed"),
        }
    }
}

/// Finds the order that the app is shown and picks it up.
fn picked_up<'a>(book: &'a mut Book, shown: Stay<'_>, now: Timestamp) -> Result<&'a mut Order, Refused> {
    let (order, start) = match shown {
        Stay::Held(id) => {
            let order = book.find(|order| order.id == id && order.is_open());
            return order.filter(|order| order.picked_up.is_some()).ok_or(Refused::NoSuchOrder);
        }
        Stay::Autostart(token) => {
            let order = book.find(|order| order.is_open() && order.auto_start_token.to_string() == token);
            (order.ok_or(Refused::NoSuchOrder)?, Start::Autostart)
        }
        Stay::Qr(text) => {
            let frame = Frame::parse(text).ok_or(Refused::QrInvalid)?;
            let order = book
                .find(|order| order.qr_start_token.to_string() == frame.token)
                .filter(|order| frame.made_with(&order.qr_start_secret.to_string()))
                .ok_or(Refused::QrInvalid)?;
            if !frame.fresh(order.elapsed(now)) {
                return Err(Refused::QrTooOld);
            }
            (order, Start::Qr)
        }
    };
    if !order.is_open() {
        return Err(Refused::NoSuchOrder);
    }
    match order.picked_up {
        // Shown again to the same app, before anybody took it in hand.
        Some((_, before)) if before == start && order.person.is_none() => {}
        Some(_) => return Err(Refused::AlreadyPickedUp),
        None => {
            order.picked_up = Some((now, start));
            order.stage = Stage::Pending(hint::STARTED.into());
        }
    }
    Ok(order)
}

/// The same for the same person's device, in the form BankID's have.
fn hardware_id(person: &Person) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use sha1::{Digest, Sha1};
    BASE64_STANDARD.encode(Sha1::digest(format!("device of {}", person.id)))
}
