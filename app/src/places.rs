//! Every address, once. Links are [`Place`]s, never strings.

use std::fmt;

use model::Step;

use crate::policy::{Kind, Policy};

/// Why somebody cannot use BankID: the ends of the question tree. Their addresses are bare numbers, since an address
/// stays behind in a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoBankId {
    /// No Swedish personnummer.
    NoNumber,
    /// A personnummer, no BankID.
    NoBankId,
    /// Skyddade personuppgifter.
    Protected,
    /// Anything else.
    Other,
}

/// An address of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The start page.
    Start,
    /// How to apply.
    Information,
    /// What we hold, why, and where from.
    WhatWeHold,
    /// Data protection.
    DataProtection,
    /// Tillgänglighetsredogörelse.
    Accessibility,
    /// Cookies.
    Cookies,
    /// What we never ask.
    RecogniseUs,
    /// Find your school.
    Schools,
    /// The road without BankID: the question.
    NoBankId,
    /// The road without BankID: an answer.
    NoBankIdBecause(NoBankId),
    /// The one login page.
    SignIn,
    /// BankID, on the way into an account.
    SignInBankId,
    /// Where the BankID app leads back to.
    Return,
    /// The browser keeps no cookies.
    NoCookies,
    /// A step of the application.
    Apply(Step),
    /// What eligibility came to.
    Outcome,
    /// The account exists.
    Receipt,
    /// The link of the letter that proves an address.
    ConfirmEmail,
    /// The address is proven.
    EmailConfirmed,
    /// Mina barn.
    Children,
    /// Närvarohantering.
    Absence,
    /// Anmäl frånvaro.
    AbsenceReport,
    /// Frånvarohistorik.
    AbsenceHistory,
    /// The same on paper.
    AbsencePrint,
    /// The same as a file.
    AbsenceFile,
    /// Inställningar för frånvaroutskick.
    AbsenceSettings,
    /// Meddelanden: the list.
    Messages,
    /// One message.
    Message,
    /// The link of a letter that says a notice was received.
    Receive,
    /// It was.
    Received,
    /// Personuppgifter.
    Personal,
    /// The mobile number.
    PersonalMobile,
    /// The code that proves it.
    PersonalMobileCode,
    /// Another e-mail address.
    PersonalEmail,
    /// The code that proves it.
    PersonalEmailCode,
    /// Signed-in devices.
    Devices,
    /// Closing one's own account.
    CloseAccount,
    /// After the account was closed.
    AccountClosed,
    /// After logging out.
    SignedOut,
    /// After a session ended by itself.
    SessionEnded,
}

/// A line of the table of addresses.
pub(crate) struct Line {
    pub(crate) place: Place,
    /// Stable: tests and tools call pages by it.
    pub(crate) name: &'static str,
    /// The path; `{token}` stands for one segment.
    pub(crate) path: &'static str,
    pub(crate) policy: Policy,
    /// Whether the page can hold an island, and so a script.
    pub(crate) island: bool,
    pub(crate) kind: Kind,
}

const fn line(place: Place, name: &'static str, path: &'static str, policy: Policy) -> Line {
    Line { place, name, path, policy, island: false, kind: Kind::Page }
}

const fn lively(place: Place, name: &'static str, path: &'static str, policy: Policy) -> Line {
    Line { island: true, ..line(place, name, path, policy) }
}

const fn file(place: Place, name: &'static str, path: &'static str, policy: Policy) -> Line {
    Line { kind: Kind::File, ..line(place, name, path, policy) }
}

/// The table of addresses.
pub(crate) const TABLE: [Line; 48] = [
    line(Place::Start, "start", "/", Policy::Public),
    line(Place::Information, "information", "/information", Policy::Public),
    line(Place::WhatWeHold, "what-we-hold", "/information/uppgifter", Policy::Public),
    line(Place::DataProtection, "data-protection", "/dataskydd", Policy::Public),
    line(Place::Accessibility, "accessibility", "/tillganglighet", Policy::Public),
    line(Place::Cookies, "cookies", "/kakor", Policy::Public),
    line(Place::RecogniseUs, "recognise-us", "/sa-kanner-du-igen-oss", Policy::Public),
    line(Place::Schools, "schools", "/skolor", Policy::Public),
    line(Place::NoBankId, "no-bankid", "/utan-bankid", Policy::Public),
    line(Place::NoBankIdBecause(NoBankId::NoNumber), "no-bankid-1", "/utan-bankid/1", Policy::Public),
    line(Place::NoBankIdBecause(NoBankId::NoBankId), "no-bankid-2", "/utan-bankid/2", Policy::Public),
    line(Place::NoBankIdBecause(NoBankId::Protected), "no-bankid-3", "/utan-bankid/3", Policy::Public),
    line(Place::NoBankIdBecause(NoBankId::Other), "no-bankid-4", "/utan-bankid/4", Policy::Public),
    line(Place::SignIn, "sign-in", "/logga-in", Policy::Public),
    lively(Place::SignInBankId, "sign-in-bankid", "/logga-in/bankid", Policy::Login),
    lively(Place::Return, "bankid-return", "/bankid/retur", Policy::Login),
    line(Place::NoCookies, "no-cookies", "/kakor-saknas", Policy::Public),
    line(Place::Apply(Step::Before), "apply-1", "/ansokan", Policy::Public),
    lively(Place::Apply(Step::Identify), "apply-2", "/ansokan/legitimera", Policy::Public),
    lively(Place::Apply(Step::Children), "apply-3", "/ansokan/barn", Policy::Applicant),
    lively(Place::Apply(Step::Email), "apply-4", "/ansokan/e-post", Policy::Applicant),
    lively(Place::Apply(Step::Confirm), "apply-5", "/ansokan/bekrafta", Policy::Applicant),
    lively(Place::Apply(Step::Check), "apply-6", "/ansokan/kontrollera", Policy::Applicant),
    line(Place::Outcome, "outcome", "/ansokan/besked", Policy::Applicant),
    line(Place::Receipt, "receipt", "/ansokan/klart", Policy::Guardian),
    line(Place::ConfirmEmail, "confirm-email", "/bekrafta-e-post/{token}", Policy::Link),
    line(Place::EmailConfirmed, "email-confirmed", "/e-post-bekraftad", Policy::Public),
    line(Place::Children, "children", "/mina-barn", Policy::Guardian),
    line(Place::Absence, "absence", "/narvaro", Policy::Guardian),
    lively(Place::AbsenceReport, "absence-report", "/narvaro/anmal", Policy::Guardian),
    line(Place::AbsenceHistory, "absence-history", "/narvaro/historik", Policy::Guardian),
    line(Place::AbsencePrint, "absence-print", "/narvaro/historik/utskrift", Policy::Guardian),
    file(Place::AbsenceFile, "absence-file", "/narvaro/historik/fil", Policy::Guardian),
    lively(Place::AbsenceSettings, "absence-settings", "/narvaro/installningar", Policy::Guardian),
    line(Place::Messages, "messages", "/meddelanden", Policy::Guardian),
    lively(Place::Message, "message", "/meddelanden/{token}", Policy::Guardian),
    line(Place::Receive, "confirm", "/kvittera/{token}", Policy::Link),
    line(Place::Received, "confirmed", "/kvitterat", Policy::Public),
    line(Place::Personal, "personal", "/personuppgifter", Policy::Guardian),
    lively(Place::PersonalMobile, "personal-mobile", "/personuppgifter/mobil", Policy::Guardian),
    lively(Place::PersonalMobileCode, "personal-mobile-code", "/personuppgifter/mobil/kod", Policy::Guardian),
    lively(Place::PersonalEmail, "personal-email", "/personuppgifter/e-post", Policy::Guardian),
    lively(Place::PersonalEmailCode, "personal-email-code", "/personuppgifter/e-post/kod", Policy::Guardian),
    line(Place::Devices, "devices", "/personuppgifter/enheter", Policy::Guardian),
    lively(Place::CloseAccount, "close-account", "/personuppgifter/avsluta", Policy::Guardian),
    line(Place::AccountClosed, "account-closed", "/konto-avslutat", Policy::Public),
    line(Place::SignedOut, "signed-out", "/utloggad", Policy::Public),
    line(Place::SessionEnded, "session-ended", "/avslutad", Policy::Public),
];

impl Place {
    /// The place of a path; a slash too many at the end is another address.
    pub fn parse(path: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|line| match line.path.strip_suffix("{token}") {
                Some(before) => {
                    let token = path.strip_prefix(before).unwrap_or_default();
                    !token.is_empty() && !token.contains('/')
                }
                None => line.path == path,
            })
            .map(|line| line.place)
    }

    /// The stable name of the page.
    pub fn name(self) -> &'static str {
        self.line().name
    }

    /// The path, with `{token}` for a segment that differs.
    pub fn pattern(self) -> &'static str {
        self.line().path
    }

    /// The path as logs and metrics name it: which of the roads without BankID somebody looked at is nobody's business.
    pub fn template(self) -> &'static str {
        match self {
            Self::NoBankIdBecause(_) => "/utan-bankid/{n}",
            other => other.pattern(),
        }
    }

    /// Who may open it.
    pub fn policy(self) -> Policy {
        self.line().policy
    }

    /// Whether the page can hold an island, and so a script.
    pub fn island(self) -> bool {
        self.line().island
    }

    /// The address of one of many: what stands where `{token}` does in [`Place::pattern`].
    pub(crate) fn with(self, one: impl fmt::Display) -> String {
        self.pattern().replace("{token}", &one.to_string())
    }

    /// The place of a stable name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|line| line.name == name).map(|line| line.place)
    }

    fn line(self) -> &'static Line {
        // Every variant stands in the table (a test says so); the first line is the start page.
        TABLE.iter().find(|line| line.place == self).unwrap_or(&TABLE[0])
    }
}

/// A place as the address of a link.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.pattern())
    }
}

/// The question of the login's address: the page it leads to.
pub(crate) const TO: &str = "till";

/// The login that leads to this address afterwards.
pub(crate) fn sign_in_to(path: &str) -> String {
    if is_after_sign_in(path) { format!("{}?{TO}={path}", Place::SignIn) } else { Place::SignIn.to_string() }
}

/// Whether a login may lead to this address: a guardian's page, and nothing of what is on it. To the children it leads by
/// itself.
pub(crate) fn is_after_sign_in(path: &str) -> bool {
    let place = Place::parse(path).filter(|place| *place != Place::Children && place.to_string() == path);
    place.is_some_and(|place| place.policy() == Policy::Guardian)
}

/// The address a form asks to be led back to, if it is one of ours: a known path, and a query of harmless letters.
pub(crate) fn ours(address: &str) -> Option<&str> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let harmless = |b: u8| b.is_ascii_alphanumeric() || b"-_=&./".contains(&b);
    let known = Place::parse(path).is_some() && path.bytes().chain(query.bytes()).all(harmless);
    known.then_some(address)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_place_is_found_again_by_its_address_and_by_its_name() {
        for line in &TABLE {
            assert_eq!(
                Place::parse(&line.path.replace("{token}", "abc123")),
                Some(line.place),
                "{}",
                line.path
            );
            assert_eq!(Place::named(line.name), Some(line.place), "{}", line.name);
            assert_eq!(line.place.pattern(), line.path);
        }
    }

    #[test]
    fn no_two_places_share_an_address_or_a_name() {
        assert_eq!(TABLE.iter().map(|line| line.path).collect::<BTreeSet<_>>().len(), TABLE.len());
        assert_eq!(TABLE.iter().map(|line| line.name).collect::<BTreeSet<_>>().len(), TABLE.len());
    }

    #[test]
    fn every_step_has_an_address_and_its_number_for_a_name() {
        for step in Step::ALL {
            assert_eq!(Place::Apply(step).name(), format!("apply-{}", step.number()));
        }
    }

    #[test]
    fn the_names_that_never_change_stand() {
        for name in [
            "start",
            "sign-in",
            "apply-1",
            "apply-6",
            "receipt",
            "children",
            "personal",
            "messages",
            "confirm",
            "no-bankid",
            "no-bankid",
            "absence-report",
            "absence-history",
            "absence-settings",
        ] {
            assert!(Place::named(name).is_some(), "{name}");
        }
    }

    #[test]
    fn what_is_not_an_address_of_ours_is_none() {
        for path in
            ["", "x", "//", "/mina-barn/", "/MINA-BARN", "/bekrafta-e-post/", "/bekrafta-e-post/a/b", "/%00"]
        {
            assert_eq!(Place::parse(path), None, "{path}");
        }
    }

    #[test]
    fn one_of_many_has_an_address_of_its_own() {
        assert_eq!(Place::Message.with("abc123"), "/meddelanden/abc123");
        assert_eq!(Place::parse(&Place::Message.with("abc123")), Some(Place::Message));
        assert_eq!(Place::parse("/meddelanden"), Some(Place::Messages));
    }

    #[test]
    fn letters_lead_to_a_place() {
        for (path, place) in [
            (portal::Rules::CONFIRM_PATH, Place::ConfirmEmail),
            (portal::Rules::RECEIVED_PATH, Place::Receive),
        ] {
            assert_eq!(Place::parse(&format!("{path}abc123")), Some(place));
        }
    }

    #[test]
    fn a_form_is_led_back_into_the_house_and_nowhere_else() {
        assert_eq!(ours("/ansokan/e-post?nej=form"), Some("/ansokan/e-post?nej=form"));
        for foreign in [
            "https://example.se/",
            "//example.se",
            "/\\example.se",
            "/logga-in?x=\r\nSet-Cookie: a",
            "/okand",
            "javascript:1",
        ] {
            assert_eq!(ours(foreign), None, "{foreign}");
        }
    }
}
