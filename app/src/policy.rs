//! Who may ask what. The portal decides; this is the public list of what it decides, and a test holds it complete.

use std::collections::BTreeSet;

use crate::places::TABLE;

/// Who an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Anybody.
    Public,
    /// The browser that started an identification.
    Login,
    /// Whoever holds the one-use link of a letter.
    Link,
    /// Somebody identified who holds no account yet.
    Applicant,
    /// A guardian with an account.
    Guardian,
    /// Anybody identified, with an account or without.
    SignedIn,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 6] =
        [Self::Public, Self::Login, Self::Link, Self::Applicant, Self::Guardian, Self::SignedIn];

    /// The word used in `routes --json`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Login => "login",
            Self::Link => "link",
            Self::Applicant => "applicant",
            Self::Guardian => "guardian",
            Self::SignedIn => "signed-in",
        }
    }

    /// The roles a visitor needs one of; none where nobody has to be known.
    pub const fn roles(self) -> &'static [&'static str] {
        match self {
            Self::Public | Self::Login | Self::Link => &[],
            Self::Applicant => &["applicant"],
            Self::Guardian => &["guardian"],
            Self::SignedIn => &["applicant", "guardian"],
        }
    }
}

/// What answers at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// HTML, read only.
    Page,
    /// A server function: a change, or what an island asks.
    Action,
    /// A file made for the one who asks.
    File,
}

/// An address, what is there and who it is for.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path; `{token}` stands for one segment.
    pub path: &'static str,
    /// The stable name.
    pub name: &'static str,
    /// What answers.
    pub kind: Kind,
    /// Who it is for.
    pub policy: Policy,
    /// Whether the page can hold an island.
    pub island: bool,
    /// The fields a server function takes; a page takes none.
    pub fields: &'static [&'static str],
}

/// The fields of a report of absence.
const REPORT: [&str; 7] =
    ["report", "form[who][]", "form[when]", "form[day]", "form[from]", "form[until]", "form[reason]"];

/// Every server function, who it is for, and the fields it takes. A body with any other field is not one of ours.
const ACTIONS: [(&str, Policy, &[&str]); 33] = [
    ("/api/language/choose", Policy::Public, &["language", "back"]),
    ("/api/sign_in/start", Policy::Public, &["purpose", "device", "script", "back"]),
    ("/api/sign_in/progress", Policy::Login, &["returning", "elsewhere"]),
    ("/api/sign_in/go-on", Policy::Login, &[]),
    ("/api/sign_in/return", Policy::Login, &["nonce", "script"]),
    ("/api/sign_in/cancel", Policy::Login, &["purpose"]),
    ("/api/session/stay", Policy::SignedIn, &[]),
    ("/api/session/end", Policy::Public, &[]),
    ("/api/application/confirm-children", Policy::Applicant, &[]),
    ("/api/application/answer-child", Policy::Applicant, &["child", "mine"]),
    ("/api/application/give-email", Policy::Applicant, &["form[email]"]),
    ("/api/application/resend-code", Policy::Applicant, &[]),
    ("/api/application/confirm-code", Policy::Applicant, &["form[code]"]),
    ("/api/application/confirm-email", Policy::Link, &["token"]),
    ("/api/application/complete", Policy::Applicant, &["information"]),
    ("/api/application/reopen", Policy::Applicant, &[]),
    ("/api/personal/choose-language", Policy::Guardian, &["language"]),
    ("/api/personal/change-email", Policy::Guardian, &["form[email]"]),
    ("/api/personal/change-mobile", Policy::Guardian, &["form[mobile]", "till"]),
    ("/api/personal/resend-code", Policy::Guardian, &["channel", "till"]),
    ("/api/personal/prove-contact", Policy::Guardian, &["form[code]", "channel", "till"]),
    ("/api/personal/remove-mobile", Policy::Guardian, &[]),
    ("/api/personal/try-channel", Policy::Guardian, &["channel"]),
    ("/api/personal/end-device", Policy::Guardian, &["device"]),
    ("/api/personal/end-other-devices", Policy::Guardian, &[]),
    ("/api/personal/end-all-devices", Policy::Guardian, &[]),
    ("/api/personal/close-account", Policy::Guardian, &[]),
    ("/api/messages/acknowledge", Policy::Guardian, &["message"]),
    ("/api/messages/receive", Policy::Link, &["token"]),
    (
        "/api/absence/choose-notice",
        Policy::Guardian,
        &["form[child]", "form[mail]", "form[pim]", "form[sms]", "form[valid_too]", "form[version]"],
    ),
    ("/api/absence/report", Policy::Guardian, REPORT.split_at(1).1),
    ("/api/absence/change", Policy::Guardian, &REPORT),
    ("/api/absence/withdraw", Policy::Guardian, &["report"]),
];

/// Whether `body` is a form for the server function at `path`: fields it takes, each once at most. A field whose name ends
/// in `[]` is a list of ticks, and may come once with each value. What a form leaves out is for the function itself to
/// miss.
pub fn takes(path: &str, body: &[u8]) -> bool {
    let Some((.., fields)) = ACTIONS.iter().find(|(known, ..)| *known == path) else { return false };
    let mut seen = BTreeSet::new();
    form_urlencoded::parse(body).all(|(field, value)| {
        let tick = field.ends_with("[]").then(|| value.into_owned());
        fields.contains(&field.as_ref()) && seen.insert((field.into_owned(), tick))
    })
}

/// Every page and every server function.
pub fn routes() -> Vec<Route> {
    let pages = TABLE.iter().map(|line| Route {
        method: "GET",
        path: line.path,
        name: line.name,
        kind: line.kind,
        policy: line.policy,
        island: line.island,
        fields: &[],
    });
    let actions = ACTIONS.iter().map(|(path, policy, fields)| Route {
        method: "POST",
        path,
        name: path.trim_start_matches("/api/"),
        kind: Kind::Action,
        policy: *policy,
        island: false,
        fields,
    });
    pages.chain(actions).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_function_has_a_policy_and_every_policy_a_server_function() {
        let registered: BTreeSet<_> = leptos::server_fn::axum::server_fn_paths()
            .map(|(path, method)| (method.to_string(), path.to_owned()))
            .collect();
        let listed: BTreeSet<_> =
            ACTIONS.iter().map(|(path, ..)| ("POST".to_owned(), (*path).to_owned())).collect();
        assert_eq!(registered, listed);
    }

    #[test]
    fn policies_have_words_of_their_own() {
        let words: BTreeSet<_> = Policy::ALL.iter().map(|policy| policy.as_str()).collect();
        assert_eq!(words.len(), Policy::ALL.len());
    }

    #[test]
    fn a_form_holds_the_fields_of_its_function_and_each_once() {
        let start = "/api/sign_in/start";
        for body in
            ["purpose=apply&device=this&script=1", "device=this&purpose=apply", "", "%70urpose=apply&"]
        {
            assert!(takes(start, body.as_bytes()), "{body}");
        }
        for body in [
            "purpose=apply&device=this&level=high",
            "purpose=apply&purpose=step-up",
            "purpose=apply&%70urpose=step-up",
            "purpose[]=apply",
            "a[999999]=1",
            "=apply",
            "\0",
        ] {
            assert!(!takes(start, body.as_bytes()), "{body}");
        }
        assert!(takes("/api/application/give-email", b"form%5Bemail%5D=a%40example.se"));
        assert!(!takes("/api/application/give-email", b"form[email]=a%40example.se&form[verified]=1"));
        assert!(!takes("/api/no/such", b""));
        let report = "/api/absence/report";
        assert!(takes(report, b"form[who][]=a&form[who][]=b&form%5Bwhen%5D=rest"));
        for body in
            ["form[who][]=a&form[who][]=a", "form[who][0]=a", "form[when]=rest&form[when]=own", "report=a"]
        {
            assert!(!takes(report, body.as_bytes()), "{body}");
        }
    }
}
